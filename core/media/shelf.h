/**
 * @file core/media/shelf.h  Shelf: packets that wait, by sequence number
 *
 *     packet -> [shelf] <- reorder
 *
 * A slot for each number, also for those that are missing, which remembers
 * since when. Payloads are copied into blocks, of which the last that was
 * freed is used first: a quiet stream touches few. What is wanted, and how
 * far, is for reorder.
 */
#ifndef CORE_MEDIA_SHELF_H
#define CORE_MEDIA_SHELF_H

#include "core/media/packet.h"

enum {
	SHELF_SLOTS = 1024,   /**< Packets, a power of two, ours           */
	SHELF_PAYLOAD = 1472, /**< Longest payload [bytes], ours           */
};

/** Of a number */
struct shelf_slot {
	uint64_t since;	  /**< When it was first known to be [us]          */
	uint64_t arrival; /**< [us]                                        */
	uint32_t ts;	  /**< RTP timestamp                               */
	uint16_t size;	  /**< Of the payload [bytes]; 0 is padding        */
	uint16_t block;	  /**< Of its payload                              */
	uint8_t pt;	  /**< Payload type                                */
	bool used;	  /**< It is there                                 */
	bool marker;	  /**< The last of its frame                       */
	bool starts, key; /**< For the owner; false                        */
};

struct shelf {
	uint8_t *data; /**< SHELF_SLOTS times SHELF_PAYLOAD               */
	uint16_t freev[SHELF_SLOTS];
	unsigned freec;
	uint32_t held; /**< Packets now                                   */
	struct shelf_slot slotv[SHELF_SLOTS];
};

/** Set up. @return 0, ENOMEM */
int shelf_init(struct shelf *sh);

/** Free what it has */
void shelf_close(struct shelf *sh);

/** Drop everything */
void shelf_reset(struct shelf *sh);

/** The slot of an extended sequence number */
struct shelf_slot *shelf_at(struct shelf *sh, int64_t seq);

/** A number is now known to be, and missing */
void shelf_miss(struct shelf *sh, int64_t seq, uint64_t now);

/** Put its packet, of up to SHELF_PAYLOAD, into its slot, which is not used */
void shelf_put(struct shelf *sh, struct shelf_slot *s, const struct packet *p,
	       const uint8_t *payload, size_t size, uint64_t now);

/** Its payload */
const uint8_t *shelf_data(const struct shelf *sh, const struct shelf_slot *s);

/** Drop its packet, if there is one */
void shelf_drop(struct shelf *sh, struct shelf_slot *s);

#endif

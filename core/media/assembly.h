/**
 * @file core/media/assembly.h  Assembly: a unit as it grows, packet by packet
 *
 *     avc_unpack, vp8unpack -> [assembly] -> payload_unit
 *
 * What both depacketizers have in common: packets follow each other without a
 * gap, a unit has a limit, and what is wrong once stays wrong to its end.
 */
#ifndef CORE_MEDIA_ASSEMBLY_H
#define CORE_MEDIA_ASSEMBLY_H

#include "core/media/payload.h"

/** Belongs to a depacketizer */
struct assembly {
	struct mbuf *mb; /**< The unit so far, from 0 to mb->end    */
	int err;	 /**< What went wrong in this unit, or 0    */
	bool some;	 /**< There was a packet                    */
	bool marked;	 /**< The last packet has been there        */
	uint16_t seq;	 /**< Of the packet before                  */
	uint32_t units;	 /**< Counter: whole ones                   */
	uint32_t gaps;	 /**< Counter: units with packets missing   */
	uint32_t broken; /**< Counter: units that were refused      */
	uint32_t large;	 /**< Counter: units or pictures too large  */
};

/** Set up, from all zero. @return 0, ENOMEM */
int assembly_init(struct assembly *a);

/** Give its memory back; also half set up */
void assembly_close(struct assembly *a);

/** Begin a unit */
void assembly_begin(struct assembly *a);

/** The unit is wrong: counted, and kept until assembly_begin().
 *  @return err */
int assembly_fail(struct assembly *a, int err);

/**
 * The next packet is there.
 *
 * @param size  Of its payload; padding alone (0) may follow the marker
 *
 * @return 0, EILSEQ not the one after the last one, EBADMSG behind the
 *         marker, or what assembly_fail() got
 */
int assembly_next(struct assembly *a, uint16_t seq, size_t size, bool marker);

/** Append. @return 0, EMSGSIZE over PAYLOAD_UNIT_MAX, ENOMEM */
int assembly_add(struct assembly *a, const uint8_t *data, size_t size);

/**
 * Whether it is over.
 *
 * @param next  The next packet in sequence is of another unit
 *
 * @return 0, EBADMSG not whole, or what assembly_fail() got
 */
int assembly_over(struct assembly *a, bool next);

/** Print counters, for %H */
int assembly_print(struct re_printf *pf, const struct assembly *a);

#endif

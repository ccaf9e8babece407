/**
 * @file core/media/sender.h  Sender: from the microphone's beat to packets
 *
 *     mono -> capture -> codec | digits -> packet -> [sender] -> handler
 */
#ifndef CORE_MEDIA_SENDER_H
#define CORE_MEDIA_SENDER_H

#include "core/device/sound.h"
#include "core/media/codec.h"
#include "core/media/digits.h"
#include "core/media/packet.h"

/** What is sent */
struct sender_format {
	struct sound_format sound; /**< What the device runs at       */
	struct codec *codec;	   /**< A reference is kept           */
	uint8_t pt;		   /**< Its payload type              */
	unsigned ptime;		   /**< Packet time [ms]; 0 for ours  */
	uint8_t digit_pt;	   /**< telephone-event, 0 for none   */
	uint32_t digit_clock;	   /**< Its clock [Hz]                */
};

/**
 * A packet is ready, from mb->pos on; borrowed, may be changed in place.
 *
 * @param hdr      Its header
 * @param payload  Its payload [bytes]
 */
typedef void(sender_packet_h)(struct mbuf *mb, const struct packet *hdr,
			      size_t payload, uint64_t now, void *arg);

struct sender;

/** Allocate. Free with mem_deref(). @return 0, ENOMEM */
int sender_alloc(struct sender **sp, uint32_t ssrc, sender_packet_h *h,
		 void *arg);

/**
 * Set or change what is sent; sequence and time run on.
 *
 * @return 0, ENOMEM, EINVAL a rate out of range
 */
int sender_set_format(struct sender *s, const struct sender_format *fmt);

/** Put a period of the microphone, mono */
void sender_put(struct sender *s, const int16_t *pcm, unsigned n, uint64_t now);

/** The same while nothing may be sent: see capture_hold() */
void sender_hold(struct sender *s, const int16_t *pcm, unsigned n);

/** What has been gathered for the next packet becomes silence */
void sender_silence(struct sender *s);

/** Forget what has been gathered for the next packet */
void sender_reset(struct sender *s);

/** Send digits. @return 0, ENOTSUP, or as digits_put() */
int sender_digits(struct sender *s, const char *text);

/** How many digits were sent */
uint32_t sender_digits_sent(const struct sender *s);

#endif

/**
 * @file core/media/digits.h  Digits: telephone-event, both ways
 *
 *     dtmf 12# -> [digits] -> RTP         RTP -> [digits] -> "12#"
 *
 * RFC 4733. A digit is reported once, with its first packet that arrives,
 * whatever is lost, repeated or reordered; its end is sent three times.
 * RTP headers are the caller's.
 */
#ifndef CORE_MEDIA_DIGITS_H
#define CORE_MEDIA_DIGITS_H

#include "core/base/re.h"

enum {
	DIGITS_PAYLOAD = 4, /**< [bytes], RFC 4733 section 2.3             */
	DIGITS_MAX = 64,    /**< Waiting to be sent, ours                  */
	DIGITS_TONE = 100,  /**< Length of a digit [ms], ours              */
	DIGITS_GAP = 100,   /**< Between digits [ms], ours (at least 40,
				 ITU-T Q.24)                               */
	DIGITS_ENDS = 3,    /**< End packets, RFC 4733 section 2.5.1.4     */
	DIGITS_VOLUME = 10, /**< [-dBm0], RFC 4733 section 2.3.4           */
};

/** What to send instead of audio */
struct digits_out {
	uint8_t payload[DIGITS_PAYLOAD];
	bool marker; /**< First packet of the digit: its timestamp is that
			  of all of them (RFC 4733 section 2.5.1.2)  */
	char digit;
};

/** State of one direction out and one in; zero it, then digits_init() */
struct digits {
	uint32_t clock; /* [Hz] */
	char queue[DIGITS_MAX + 1];
	uint32_t elapsed; /* Since the digit or gap began [ticks] */
	unsigned ends;	  /* End packets sent                     */
	bool gap;	  /* Pause after a digit                  */
	bool heard;	  /* in_* are valid                       */
	uint32_t in_ts;	  /* Event that was received last         */
	uint32_t in_dur;  /* How long it is, so far [ticks]       */
	uint8_t in_event;
	uint32_t malformed; /* Counter [packets] */
	uint32_t received;  /* Counter [digits]  */
	uint32_t sent;	    /* Counter [digits]  */
};

/** Prepare; @param clock  RTP clock of the payload type [Hz], not 0 */
void digits_init(struct digits *d, uint32_t clock);

/**
 * Queue digits.
 *
 * @param text  Of "0123456789*#ABCDabcd"; all or nothing is taken
 *
 * @return 0, EINVAL another character, ENOBUFS too many waiting
 */
int digits_put(struct digits *d, const char *text);

/** Whether something is being sent; audio is not sent then */
bool digits_busy(const struct digits *d);

/**
 * Let time pass: a packet time. To be called once for each.
 *
 * @param ticks  How much [ticks of the clock]
 * @param out    Set to what is to be sent
 *
 * @return Whether there is something to be sent
 */
bool digits_get(struct digits *d, uint32_t ticks, struct digits_out *out);

/**
 * A packet was received.
 *
 * @param ts  Its RTP timestamp
 *
 * @return The digit when it is a new one, else 0
 */
char digits_recv(struct digits *d, uint32_t ts, const uint8_t *p, size_t size);

/** The digit of an event code, or 0 (RFC 4733 section 3.2) */
char digits_char(unsigned event);

/** The event code of a digit, or -1 */
int digits_event(char digit);

#endif

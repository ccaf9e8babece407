/**
 * @file core/device/decoder.h  Decoder: access units in, pictures out, later
 *
 *     access unit -> [decoder] -> frame(now)
 *
 * A table of functions; drivers implement it, a board chooses the driver.
 * put() returns at once; a picture, or word that there is none, comes from
 * the loop, in order, one for each unit.
 */
#ifndef CORE_DEVICE_DECODER_H
#define CORE_DEVICE_DECODER_H

#include "core/base/clock.h"
#include "core/base/frame.h"

enum {
	DECODER_QUEUE = 8, /**< Units under way; one more is refused, ours */
};

/**
 * A unit was decoded.
 *
 * @param f    Picture, I420, its time as given to put(); borrowed, a
 *             reference may be taken. NULL if the unit gave none
 * @param err  0, or EBADMSG: the decoder is lost until the next key frame
 */
typedef void(decoder_frame_h)(struct frame *f, int err, uint64_t now,
			      void *arg);

struct decoder;

/** What a driver does; all functions are present */
struct decoder_table {
	/**
	 * Decode an access unit; the data are copied.
	 *
	 * @param time  Given back with the frame
	 *
	 * @return 0, EAGAIN busy: the unit is dropped, ask for a key frame;
	 *         EMSGSIZE too large, ENOMEM
	 */
	int (*put)(struct decoder *d, const uint8_t *data, size_t size,
		   uint64_t time);

	/** Print what it is and its counters on one line */
	int (*print)(struct re_printf *pf, const struct decoder *d);
};

/** Begins each driver's object, which is freed with mem_deref() */
struct decoder {
	const struct decoder_table *table;
};

/**
 * Constructor of a driver.
 *
 * @return 0, ENOMEM
 */
typedef int(decoder_alloc_h)(struct decoder **dp, decoder_frame_h *h,
			     void *arg);

/** Decode; see struct decoder_table */
static inline int decoder_put(struct decoder *d, const uint8_t *data,
			      size_t size, uint64_t time)
{
	return d->table->put(d, data, size, time);
}

/** Print what it is and its counters, for %H */
static inline int decoder_print(struct re_printf *pf, const struct decoder *d)
{
	return d->table->print(pf, d);
}

#endif

/**
 * @file tests/loop/support/film.h  Film: optics in virtual time
 *
 *     [camera] -> studio -> [encoder] -> phone -> ether -> phone -> [decoder]
 *                                                                 -> [display]
 *
 * Frames have a number; units look like VP8, are as long as the bit rate
 * says, and carry it. The decoder knows when it is given one whose
 * predecessor it was not given, which must never happen.
 */
#ifndef TESTS_LOOP_SUPPORT_FILM_H
#define TESTS_LOOP_SUPPORT_FILM_H

#include "core/device/camera.h"
#include "core/device/coder.h"
#include "core/device/display.h"

enum {
	FILM_PHONES = 4,
};

/** What became of the pictures of a phone since film_reset() */
struct film_stats {
	bool open;	       /**< The camera is open now                    */
	bool sharing;	       /**< The screen is                             */
	unsigned captured;     /**< Frames                                    */
	unsigned encoded;      /**< Units                                     */
	unsigned keys;	       /**< Of them IDRs                              */
	unsigned encoders;     /**< There now                                 */
	unsigned encoders_max; /**< Most so far                              */
	uint32_t bitrate;      /**< The encoder is told to make [bit/s]       */
	unsigned width, fps;   /**< The same                                  */
	unsigned decoded;      /**< Units                                     */
	unsigned spliced;      /**< Units over a gap: never                   */
	unsigned shown;	       /**< Pictures on the display                   */
	unsigned black;	       /**< Of them without anything on them          */
	unsigned slides;       /**< Of them of a screen                       */
	uint64_t first, last;  /**< When [us], 0 not yet                      */
	uint64_t gap;	       /**< Longest time between two shown [us]       */
	unsigned cleared;      /**< Times that the display was made dark      */
};

/** Forget everything; before each test */
void film_reset(void);

/** What phone i has: for struct phone_params; NULL if it has neither */
const struct optics *film_optics(unsigned i);

/** Phone i is made with these from now on */
void film_give(unsigned i, bool camera, bool display);

/** Phone i is made with a screen that can be shown as well */
void film_give_screen(unsigned i);

/** The camera of phone i goes away, or comes back */
void film_lose(unsigned i, bool lost);

const struct film_stats *film_stats(unsigned i);

/** Forget the gap so far: from now on it is measured */
void film_measure(unsigned i);

#endif

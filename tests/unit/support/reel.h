/**
 * @file tests/unit/support/reel.h  Reel: pictures for codecs, and the way back
 *
 *     pictures -> encoder -> [reel] -> decoder -> pictures, compared
 *
 * Runs the true loop, and stops it when what was awaited has come.
 */
#ifndef TESTS_UNIT_SUPPORT_REEL_H
#define TESTS_UNIT_SUPPORT_REEL_H

#include "core/device/decoder.h"
#include "core/device/encoder.h"

enum {
	REEL_WIDTH = 320,
	REEL_HEIGHT = 240,
	REEL_FPS = 30,
	REEL_KEPT = 16, /* Units and pictures remembered */
};

struct reel_unit {
	uint8_t *data;
	size_t size;
	bool key;
	uint64_t time;
	unsigned width, height;
};

/** An encoder with what it made, and a decoder with what that made */
struct reel {
	struct encoder *e;
	struct decoder *d;
	unsigned awaited; /* Of units or pictures; the loop then stops */
	struct reel_unit unitv[REEL_KEPT]; /* The latest, modulo */
	unsigned units;
	unsigned keys;
	uint64_t bytes;
	int fault;

	struct frame *frame; /* The latest, kept */
	unsigned frames, errors, results;
};

/** Start and end the loop: of a group of tests */
int reel_setup(void **state);
int reel_teardown(void **state);

/** A picture with detail, moved by n pixels; time is n pictures' [us] */
struct frame *reel_picture(enum frame_format format, unsigned width,
			   unsigned height, unsigned n);

/** Likeness of two I420 pictures' luma [dB] */
double reel_psnr(const struct frame *a, const struct frame *b);

/** Open both; decoder may be NULL */
void reel_open(struct reel *r, encoder_alloc_h *eh, decoder_alloc_h *dh,
	       const struct encoder_prefs *prefs);

/** Close both, and forget what came */
void reel_close(struct reel *r);

/** Encode a picture and wait for its unit, which is returned */
const struct reel_unit *reel_encode(struct reel *r, struct frame *f, bool key);

/** Decode a unit and wait for what comes: r->frame, NULL for none */
int reel_decode(struct reel *r, const uint8_t *data, size_t size,
		uint64_t time);

/** Run the loop until so many units came, or results of the decoder */
void reel_wait_units(struct reel *r, unsigned n);
void reel_wait_results(struct reel *r, unsigned n);

/** What every encoder does: run by the test of each of them */
void reel_check_likeness(encoder_alloc_h *eh, decoder_alloc_h *dh);
void reel_check_formats(encoder_alloc_h *eh, decoder_alloc_h *dh);
void reel_check_keys(encoder_alloc_h *eh);
void reel_check_rate(encoder_alloc_h *eh);
void reel_check_pause(encoder_alloc_h *eh);
void reel_check_line(encoder_alloc_h *eh);
void reel_check_size(encoder_alloc_h *eh, decoder_alloc_h *dh);
void reel_check_busy(encoder_alloc_h *eh);
void reel_check_end(encoder_alloc_h *eh, decoder_alloc_h *dh);
void reel_check_prefs(encoder_alloc_h *eh);

/** What every decoder does */
void reel_check_damage(encoder_alloc_h *eh, decoder_alloc_h *dh);
void reel_check_kept(encoder_alloc_h *eh, decoder_alloc_h *dh);
void reel_check_queue(encoder_alloc_h *eh, decoder_alloc_h *dh);

#endif

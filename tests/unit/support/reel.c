/**
 * @file tests/unit/support/reel.c  Reel
 */
#include <math.h>
#include <stdlib.h>
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "drivers/jpeg.h"
#include "tests/unit/support/reel.h"

enum {
	PATIENCE = 60 * CLOCK_S, /* Then something hangs [us] */
	QUALITY = 95
};

static void on_late(uint64_t now, void *arg)
{
	(void)now;
	(void)arg;
	fail_msg("nothing came from the thread");
}

int reel_setup(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_WARNING);
	return loop_init();
}

int reel_teardown(void **state)
{
	(void)state;
	loop_close();
	return 0;
}

static void run_loop(void)
{
	struct loop_timer guard;

	loop_timer_init(&guard, "guard", on_late, NULL);
	loop_timer_arm(&guard, clock_now() + PATIENCE);
	assert_int_equal(loop_run(NULL, NULL), 0);
	loop_timer_cancel(&guard);
}

static uint8_t shade(unsigned x, unsigned y)
{
	const unsigned tile = (x / 32 + y / 24) % 2 ? 70 : 150;

	return (uint8_t)(tile + x * 3 % 41 + y * 5 % 23);
}

static void paint(struct frame *f, unsigned n)
{
	for (unsigned y = 0; y < f->height; y++) {
		for (unsigned x = 0; x < f->width; x++)
			f->planev[0][y * f->stridev[0] + x] = shade(x + n, y);
	}
	for (unsigned y = 0; y < f->height / 2; y++) {
		for (unsigned x = 0; x < f->width / 2; x++) {
			f->planev[1][y * f->stridev[1] + x] =
				(uint8_t)(96 + x * 64 / f->width);
			f->planev[2][y * f->stridev[2] + x] =
				(uint8_t)(96 + y * 64 / f->height);
		}
	}
}

static void release_jpeg(struct frame *f, void *arg)
{
	(void)arg;
	free(f->planev[0]);
}

static struct frame *as_jpeg(const struct frame *src)
{
	struct frame *f;

	assert_int_equal(frame_wrap(&f, FRAME_MJPEG, src->width, src->height,
				    release_jpeg, NULL),
			 0);
	assert_int_equal(jpeg_from_frame(src, QUALITY, &f->planev[0], &f->size),
			 0);
	return f;
}

static void spread(struct frame *f, const struct frame *src)
{
	for (unsigned y = 0; y < f->height; y++) {
		for (unsigned x = 0; x < f->width; x++) {
			const unsigned c = y / 2 * (f->width / 2) + x / 2;
			const uint8_t *p = src->planev[1 + x % 2];
			const size_t at = y * f->stridev[0] + x;
			const uint8_t luma =
				src->planev[0][y * src->stridev[0] + x];

			if (f->format == FRAME_NV12) {
				f->planev[0][at] = luma;
				f->planev[1][y / 2 * f->stridev[1] + x] = p[c];
			} else {
				f->planev[0][at + x] = luma;
				f->planev[0][at + x + 1] = p[c];
			}
		}
	}
}

struct frame *reel_picture(enum frame_format format, unsigned width,
			   unsigned height, unsigned n)
{
	struct frame *src, *f;

	assert_int_equal(frame_alloc(&src, FRAME_I420, width, height), 0);
	paint(src, n);
	if (format == FRAME_I420) {
		f = src;
	} else if (format == FRAME_MJPEG) {
		f = as_jpeg(src);
		mem_deref(src);
	} else {
		assert_int_equal(frame_alloc(&f, format, width, height), 0);
		spread(f, src);
		mem_deref(src);
	}
	f->time = CLOCK_S + (uint64_t)n * CLOCK_S / REEL_FPS;
	return f;
}

double reel_psnr(const struct frame *a, const struct frame *b)
{
	double sum = 0;

	assert_int_equal(a->width, b->width);
	assert_int_equal(a->height, b->height);
	for (unsigned y = 0; y < a->height; y++) {
		for (unsigned x = 0; x < a->width; x++) {
			double d = a->planev[0][y * a->stridev[0] + x] -
				   b->planev[0][y * b->stridev[0] + x];

			sum += d * d;
		}
	}
	sum /= (double)a->width * a->height;
	return sum > 0 ? 10 * log10(255.0 * 255.0 / sum) : 100;
}

static void on_unit(const struct encoder_unit *u, uint64_t now, void *arg)
{
	struct reel *r = arg;
	struct reel_unit *k = &r->unitv[r->units % REEL_KEPT];

	assert_true(now > 0);
	free(k->data);
	k->data = malloc(u->size);
	assert_non_null(k->data);
	memcpy(k->data, u->data, u->size);
	k->size = u->size;
	k->key = u->key;
	k->time = u->time;
	k->width = u->width;
	k->height = u->height;
	r->keys += u->key;
	r->bytes += u->size;
	if (++r->units == r->awaited)
		loop_stop();
}

static void on_fault(int err, void *arg)
{
	struct reel *r = arg;

	r->fault = err;
	loop_stop();
}

static void on_frame(struct frame *f, int err, uint64_t now, void *arg)
{
	struct reel *r = arg;

	assert_true(now > 0);
	assert_true(!f || !err);
	mem_deref(r->frame);
	r->frame = mem_ref(f);
	r->frames += f != NULL;
	r->errors += err != 0;
	if (++r->results == r->awaited)
		loop_stop();
}

void reel_open(struct reel *r, encoder_alloc_h *eh, decoder_alloc_h *dh,
	       const struct encoder_prefs *prefs)
{
	memset(r, 0, sizeof(*r));
	assert_int_equal(eh(&r->e, "", prefs, on_unit, on_fault, r), 0);
	if (dh)
		assert_int_equal(dh(&r->d, on_frame, r), 0);
}

void reel_close(struct reel *r)
{
	r->e = mem_deref(r->e);
	r->d = mem_deref(r->d);
	r->frame = mem_deref(r->frame);
	for (unsigned i = 0; i < REEL_KEPT; i++)
		free(r->unitv[i].data);
	memset(r, 0, sizeof(*r));
}

void reel_wait_units(struct reel *r, unsigned n)
{
	if (r->units >= n)
		return;

	r->awaited = n;
	run_loop();
	assert_int_equal(r->fault, 0);
	assert_int_equal(r->units, n);
	r->awaited = 0;
}

void reel_wait_results(struct reel *r, unsigned n)
{
	if (r->results >= n)
		return;

	r->awaited = n;
	run_loop();
	r->awaited = 0;
}

const struct reel_unit *reel_encode(struct reel *r, struct frame *f, bool key)
{
	const unsigned n = r->units;

	assert_int_equal(encoder_put(r->e, f, key), 0);
	reel_wait_units(r, n + 1);
	return &r->unitv[n % REEL_KEPT];
}

int reel_decode(struct reel *r, const uint8_t *data, size_t size, uint64_t time)
{
	const unsigned n = r->results, errors = r->errors;

	assert_int_equal(decoder_put(r->d, data, size, time), 0);
	reel_wait_results(r, n + 1);
	return r->errors > errors ? EBADMSG : 0;
}

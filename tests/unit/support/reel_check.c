/**
 * @file tests/unit/support/reel_check.c  What every codec does
 */
#include "tests/unit/test.h"
#include "core/base/loop.h"
#include "tests/unit/support/reel.h"

static const struct encoder_prefs small = { REEL_WIDTH, REEL_HEIGHT, REEL_FPS,
					    600000, 0 };

static struct frame *picture(unsigned n)
{
	return reel_picture(FRAME_I420, REEL_WIDTH, REEL_HEIGHT, n);
}

void reel_check_likeness(encoder_alloc_h *eh, decoder_alloc_h *dh)
{
	struct reel r;

	reel_open(&r, eh, dh, &small);
	for (unsigned i = 0; i < 30; i++) {
		struct frame *f = picture(i);
		const struct reel_unit *u = reel_encode(&r, f, false);

		assert_int_equal(u->key, i == 0);
		assert_int_equal(u->width, REEL_WIDTH);
		assert_int_equal(u->height, REEL_HEIGHT);
		assert_true(u->time == f->time);
		assert_int_equal(reel_decode(&r, u->data, u->size, u->time), 0);
		assert_non_null(r.frame);
		assert_true(r.frame->time == f->time);
		assert_true(reel_psnr(f, r.frame) > 28);
		mem_deref(f);
	}
	reel_close(&r);
}

void reel_check_formats(encoder_alloc_h *eh, decoder_alloc_h *dh)
{
	static const enum frame_format formatv[] = { FRAME_NV12, FRAME_YUYV,
						     FRAME_MJPEG };
	struct frame *f, *same = picture(0);
	const struct reel_unit *u;
	struct reel r;

	for (unsigned i = 0; i < ARRAY_SIZE(formatv); i++) {
		reel_open(&r, eh, dh, &small);
		f = reel_picture(formatv[i], REEL_WIDTH, REEL_HEIGHT, 0);
		u = reel_encode(&r, f, false);
		assert_int_equal(reel_decode(&r, u->data, u->size, 0), 0);
		assert_true(reel_psnr(same, r.frame) > 28);
		mem_deref(f);

		/* Of another size: made to fit */
		f = reel_picture(formatv[i], 2 * REEL_WIDTH, 2 * REEL_HEIGHT,
				 1);
		u = reel_encode(&r, f, false);
		assert_false(u->key);
		assert_int_equal(u->width, REEL_WIDTH);
		assert_int_equal(reel_decode(&r, u->data, u->size, 0), 0);
		assert_int_equal(r.frame->width, REEL_WIDTH);
		mem_deref(f);
		reel_close(&r);
	}
	mem_deref(same);
}

void reel_check_keys(encoder_alloc_h *eh)
{
	struct reel r;

	reel_open(&r, eh, NULL, &small);
	for (unsigned i = 0; i < 300; i++) {
		struct frame *f = picture(i);
		const struct reel_unit *u = reel_encode(&r, f, i % 100 == 50);

		assert_int_equal(u->key, i == 0 || i % 100 == 50);
		mem_deref(f);
	}
	assert_int_equal(r.keys, 4);
	reel_close(&r);
}

/* Hard to predict */
static void add_noise(struct frame *f, uint32_t seed)
{
	for (unsigned i = 0; i < REEL_WIDTH * REEL_HEIGHT; i++) {
		seed = seed * 1664525 + 1013904223; /* Numerical Recipes */
		f->planev[0][i] = (uint8_t)(f->planev[0][i] + (seed >> 27));
	}
}

static uint64_t rate_of(struct reel *r, unsigned from, unsigned n)
{
	uint64_t before = r->bytes;

	for (unsigned i = from; i < from + n; i++) {
		struct frame *f = picture(7 * i);

		add_noise(f, i);
		f->time = CLOCK_S + (uint64_t)i * CLOCK_S / REEL_FPS;
		(void)reel_encode(r, f, false);
		mem_deref(f);
	}
	return (r->bytes - before) * 8 * REEL_FPS / n;
}

void reel_check_rate(encoder_alloc_h *eh)
{
	static const uint32_t ratev[] = { 300000, 150000, 400000 };
	struct encoder_prefs p = small;
	struct reel r;
	unsigned at = 0;

	p.bitrate = ratev[0];
	reel_open(&r, eh, NULL, &p);
	for (unsigned i = 0; i < ARRAY_SIZE(ratev); i++) {
		uint64_t rate;

		p.bitrate = ratev[i];
		assert_int_equal(encoder_set(r.e, &p), 0);
		(void)rate_of(&r, at, 60); /* To settle */
		rate = rate_of(&r, at + 60, 120);
		at += 180;
		assert_in_range(rate, ratev[i] * 8 / 10, ratev[i] * 12 / 10);
	}
	assert_int_equal(r.keys, 1);
	reel_close(&r);
}

/* The size of a key frame and the picture after it, `late` pictures late */
static size_t pair_after(struct reel *r, unsigned at, unsigned late)
{
	size_t sum = 0;

	(void)rate_of(r, at, 60); /* To settle */
	at += 60 + late;
	for (unsigned i = at; i < at + 2; i++) {
		struct frame *f = picture(7 * i);

		add_noise(f, i);
		f->time = CLOCK_S + (uint64_t)i * CLOCK_S / REEL_FPS;
		sum += reel_encode(r, f, i == at)->size;
		mem_deref(f);
	}
	return sum;
}

void reel_check_pause(encoder_alloc_h *eh)
{
	struct encoder_prefs p = small;
	struct reel r;
	size_t usual, late;

	p.bitrate = 150000;
	reel_open(&r, eh, NULL, &p);
	(void)rate_of(&r, 0, 60);
	usual = pair_after(&r, 60, 0);
	late = pair_after(&r, 200, 2 * REEL_FPS);
	assert_in_range(late, usual / 2, usual * 3 / 2);
	reel_close(&r);
}

/* Pictures on a line of this rate, from `at` on; while more than 200 ms of them
   wait, they are left out. How many were not */
static unsigned on_a_line(struct reel *r, unsigned at, unsigned n,
			  uint32_t rate, uint64_t *free_at)
{
	unsigned sent = 0;

	for (unsigned i = at; i < at + n; i++) {
		const uint64_t time = CLOCK_S +
				      (uint64_t)i * CLOCK_S / REEL_FPS;
		struct frame *f;

		if (*free_at > time + 200 * CLOCK_MS)
			continue;
		f = picture(7 * i);
		add_noise(f, i);
		f->time = time;
		*free_at = MAX(*free_at, time) +
			   reel_encode(r, f, false)->size * 8 * CLOCK_S / rate;
		mem_deref(f);
		++sent;
	}
	return sent;
}

void reel_check_line(encoder_alloc_h *eh)
{
	static const uint32_t ratev[] = { 1000000, 200000, 1000000 };
	struct encoder_prefs p = small;
	uint64_t free_at = 0;
	struct reel r;
	unsigned at = 0;

	p.bitrate = ratev[0];
	reel_open(&r, eh, NULL, &p);
	for (unsigned i = 0; i < ARRAY_SIZE(ratev); i++) {
		uint64_t before;

		p.bitrate = ratev[i];
		assert_int_equal(encoder_set(r.e, &p), 0);
		(void)on_a_line(&r, at, 90, ratev[i], &free_at);
		before = r.bytes;
		assert_in_range(on_a_line(&r, at + 90, 90, ratev[i], &free_at),
				81, 90);
		at += 180;
		assert_in_range((r.bytes - before) * 8 * REEL_FPS / 90,
				ratev[i] * 7 / 10, ratev[i] * 11 / 10);
	}
	reel_close(&r);
}

void reel_check_size(encoder_alloc_h *eh, decoder_alloc_h *dh)
{
	static const unsigned sidev[][2] = {
		{ 320, 240 }, { 160, 120 }, { 642, 362 }, { 176, 144 }
	};
	struct encoder_prefs p = small;
	struct frame *f;
	struct reel r;

	reel_open(&r, eh, dh, &p);
	for (unsigned i = 0; i < ARRAY_SIZE(sidev); i++) {
		p.width = sidev[i][0];
		p.height = sidev[i][1];
		assert_int_equal(encoder_set(r.e, &p), 0);
		for (unsigned k = 0; k < 3; k++) {
			const struct reel_unit *u;

			f = reel_picture(FRAME_I420, p.width, p.height, k);
			u = reel_encode(&r, f, false);
			assert_int_equal(u->key, k == 0);
			assert_int_equal(u->width, p.width);
			assert_int_equal(reel_decode(&r, u->data, u->size, 0),
					 0);
			assert_true(reel_psnr(f, r.frame) > 26);
			mem_deref(f);
		}
	}
	reel_close(&r);
}

void reel_check_busy(encoder_alloc_h *eh)
{
	struct frame *f = picture(0);
	unsigned refused = 0;
	struct reel r;

	reel_open(&r, eh, NULL, &small);
	(void)reel_encode(&r, f, false);
	for (unsigned i = 0; i < ENCODER_QUEUE; i++)
		assert_int_equal(encoder_put(r.e, f, false), 0);
	for (unsigned i = 0; i < 3; i++)
		refused += encoder_put(r.e, f, i == 0) == EAGAIN;
	assert_int_equal(refused, 3);
	assert_int_equal(mem_nrefs(f), 1 + ENCODER_QUEUE);

	reel_wait_units(&r, 1 + ENCODER_QUEUE);
	assert_int_equal(r.keys, 1);
	assert_true(reel_encode(&r, f, false)->key);
	assert_false(reel_encode(&r, f, false)->key);
	assert_int_equal(mem_nrefs(f), 1);
	reel_close(&r);
	mem_deref(f);
}

void reel_check_end(encoder_alloc_h *eh, decoder_alloc_h *dh)
{
	struct frame *f = picture(0);
	struct reel r;

	for (unsigned i = 0; i < 10; i++) {
		reel_open(&r, eh, dh, &small);
		if (i % 2) {
			const struct reel_unit *u = reel_encode(&r, f, false);

			for (unsigned k = 0; k < DECODER_QUEUE; k++)
				assert_int_equal(
					decoder_put(r.d, u->data, u->size, 0),
					0);
		}
		for (unsigned k = 0; k < i % (ENCODER_QUEUE + 1); k++)
			assert_int_equal(encoder_put(r.e, f, false), 0);
		reel_close(&r);
		assert_int_equal(mem_nrefs(f), 1);
	}
	mem_deref(f);
}

void reel_check_prefs(encoder_alloc_h *eh)
{
	static const struct encoder_prefs badv[] = {
		{ 0, 240, 30, 500000, 0 },  { 321, 240, 30, 500000, 0 },
		{ 320, 8, 30, 500000, 0 },  { 320, 1922, 30, 500000, 0 },
		{ 320, 240, 0, 500000, 0 }, { 320, 240, 61, 500000, 0 },
		{ 320, 240, 30, 0, 0 },
	};
	struct frame *f;
	struct reel r;

	reel_open(&r, eh, NULL, &small);
	for (unsigned i = 0; i < ARRAY_SIZE(badv); i++)
		assert_int_equal(encoder_set(r.e, &badv[i]), EINVAL);
	assert_int_equal(frame_wrap(&f, FRAME_H264, 320, 240, NULL, NULL), 0);
	assert_int_equal(encoder_put(r.e, f, false), EINVAL);
	mem_deref(f);
	reel_close(&r);
}

void reel_check_damage(encoder_alloc_h *eh, decoder_alloc_h *dh)
{
	static const uint8_t junk[] = { 0x31, 0, 0, 1, 0xff, 7, 0x13 };
	struct frame *f = picture(0);
	const struct reel_unit *u;
	struct reel r;

	reel_open(&r, eh, dh, &small);
	assert_int_equal(reel_decode(&r, junk, sizeof(junk), 0), EBADMSG);
	(void)reel_encode(&r, f, false);
	u = reel_encode(&r, f, false);
	assert_int_equal(reel_decode(&r, u->data, u->size, 0), EBADMSG);
	assert_null(r.frame);

	u = reel_encode(&r, f, true);
	assert_int_equal(reel_decode(&r, u->data, u->size, 0), 0);
	assert_non_null(r.frame);
	assert_int_equal(reel_decode(&r, junk, 0, 0), EBADMSG);
	u = reel_encode(&r, f, false);
	assert_int_equal(reel_decode(&r, u->data, u->size, 0), EBADMSG);
	u = reel_encode(&r, f, true);
	assert_int_equal(reel_decode(&r, u->data, u->size, 0), 0);
	assert_true(reel_psnr(f, r.frame) > 28);
	assert_int_equal(decoder_put(r.d, junk, ENCODER_UNIT_MAX + 1, 0),
			 EMSGSIZE);
	reel_close(&r);
	mem_deref(f);
}

void reel_check_kept(encoder_alloc_h *eh, decoder_alloc_h *dh)
{
	struct frame *keptv[REEL_KEPT], *srcv[REEL_KEPT];
	struct reel r;

	reel_open(&r, eh, dh, &small);
	for (unsigned i = 0; i < REEL_KEPT; i++) {
		const struct reel_unit *u;

		srcv[i] = picture(3 * i);
		u = reel_encode(&r, srcv[i], false);
		assert_int_equal(reel_decode(&r, u->data, u->size, 0), 0);
		keptv[i] = mem_ref(r.frame);
	}
	reel_close(&r); /* Frames live longer */
	for (unsigned i = 0; i < REEL_KEPT; i++) {
		assert_true(reel_psnr(srcv[i], keptv[i]) > 26);
		mem_deref(srcv[i]);
		mem_deref(keptv[i]);
	}
}

void reel_check_queue(encoder_alloc_h *eh, decoder_alloc_h *dh)
{
	struct frame *f = picture(0);
	const struct reel_unit *u;
	struct reel r;

	reel_open(&r, eh, dh, &small);
	u = reel_encode(&r, f, true);
	for (unsigned i = 0; i < DECODER_QUEUE; i++)
		assert_int_equal(decoder_put(r.d, u->data, u->size, i), 0);
	assert_int_equal(decoder_put(r.d, u->data, u->size, 0), EAGAIN);
	for (unsigned i = 0; i < DECODER_QUEUE; i++) {
		reel_wait_results(&r, i + 1);
		assert_true(r.frame->time == i);
	}
	assert_int_equal(r.errors, 0);
	reel_close(&r);
	mem_deref(f);
}

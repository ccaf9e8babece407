/**
 * @file tests/unit/test_videoout.c  Tests of video out: when an IDR is needed
 */
#include "tests/unit/test.h"
#include "core/media/videoout.h"

enum {
	SSRC = 0x11223344,
	START = 100 * CLOCK_S,
	FRAME = CLOCK_S / 30,
	MAX = 400,
	SMALL = 100, /* Of a frame [bytes] */
	FULL = 2000, /* The same, of all the rate that is allowed */
};

struct out {
	struct videoout *v;
	uint16_t seqv[MAX]; /* Of the packets that left */
	unsigned n, again;
	bool wish;
	uint64_t now;
};

static void packet_handler(struct mbuf *mb, uint32_t ts, size_t payload,
			   uint64_t captured, uint64_t now, void *arg)
{
	struct out *o = arg;
	const uint8_t *d = mbuf_buf(mb);
	(void)ts;
	(void)captured;
	(void)now;

	if (!payload)
		++o->again;
	else if (o->n < MAX)
		o->seqv[o->n++] = (uint16_t)(d[2] << 8 | d[3]);
}

static void start(struct out *o)
{
	const struct video_media media = {
		.codecv = { { .name = "VP8", .pt = 96 } },
		.codecc = 1,
		.bitrate = 1000000,
		.send = true,
	};

	memset(o, 0, sizeof(*o));
	o->now = START;
	assert_int_equal(
		videoout_alloc(&o->v, SSRC, 0, packet_handler, o, START), 0);
	videoout_set_media(o->v, &media);
}

/* A frame. @return the number of its last packet */
static uint16_t put_sized(struct out *o, bool key, size_t size)
{
	static const uint8_t data[FULL];
	const struct encoder_unit u = {
		.data = data, .size = size, .key = key, .time = o->now
	};

	assert_true(size <= sizeof(data));
	videoout_put(o->v, &u, o->now);
	o->now += FRAME;
	videoout_tick(o->v, o->now);
	return o->seqv[o->n - 1];
}

/* A small one, a packet */
static uint16_t put(struct out *o, bool key)
{
	return put_sized(o, key, SMALL);
}

static void put_many(struct out *o, uint64_t time)
{
	for (const uint64_t end = o->now + time; o->now < end;)
		(void)put(o, false);
}

static void feedback_handler(const struct compound_packet *p, void *arg)
{
	struct out *o = arg;

	o->wish |= videoout_feedback(o->v, p, o->now);
}

/* @return whether this makes the phone want an IDR */
static bool nack(struct out *o, uint16_t seq)
{
	struct mbuf *mb = mbuf_alloc(64);

	assert_int_equal(feedback_nack(mb, 1, SSRC, &seq, 1), 0);
	o->wish = false;
	assert_int_equal(compound_decode(mb->buf, mb->end, feedback_handler, o),
			 0);
	mem_deref(mb);
	videoout_tick(o->v, o->now + FRAME);
	return o->wish;
}

static void test_videoout_sends_again_what_it_has(void **state)
{
	struct out o;
	uint16_t seq;
	(void)state;

	start(&o);
	(void)put(&o, true);
	put_many(&o, CLOCK_S);
	seq = put(&o, false);
	put_many(&o, CLOCK_S / 10);
	assert_false(nack(&o, seq));
	assert_int_equal(o.again, 1);
	mem_deref(o.v);
}

static void test_videoout_makes_an_idr_for_what_is_gone(void **state)
{
	struct videoout_stats st;
	struct out o;
	uint16_t seq;
	(void)state;

	start(&o);
	(void)put(&o, true);
	seq = put(&o, false);
	put_many(&o, RESEND_AGE + CLOCK_S);
	assert_true(nack(&o, seq));
	assert_int_equal(o.again, 0);
	videoout_stats(o.v, &st);
	assert_int_equal(st.wishes, 1);
	mem_deref(o.v);
}

static void test_videoout_needs_nothing_from_before_an_idr(void **state)
{
	struct out o;
	uint16_t seq, key;
	(void)state;

	start(&o);
	(void)put(&o, true);
	seq = put(&o, false);
	put_many(&o, CLOCK_S);
	key = put(&o, true);
	put_many(&o, RESEND_AGE + CLOCK_S);
	assert_false(nack(&o, seq));
	assert_false(nack(&o, (uint16_t)(key - 1)));
	assert_true(nack(&o, key));
	mem_deref(o.v);
}

/* RESEND_SHARE: all of an outage cannot be sent again where no rate is left */
static void test_videoout_makes_an_idr_for_what_is_too_much(void **state)
{
	struct out o;
	bool wish = false;
	unsigned from, n;
	(void)state;

	start(&o);
	(void)put(&o, true);
	while (o.now < START + RESEND_WINDOW)
		(void)put_sized(&o, false, FULL);
	from = o.n;
	while (o.now < START + RESEND_WINDOW + RESEND_AGE * 3 / 4)
		(void)put_sized(&o, false, FULL);
	n = o.n;
	for (unsigned i = from; i < n; i++)
		wish |= nack(&o, o.seqv[i]);
	assert_true(wish);
	assert_in_range(o.again, 1, (n - from) * 3 / 4);
	mem_deref(o.v);
}

static void test_videoout_sends_all_again_where_there_is_room(void **state)
{
	struct out o;
	unsigned n;
	(void)state;

	start(&o);
	(void)put(&o, true);
	put_many(&o, RESEND_AGE / 2);
	n = o.n;
	for (unsigned i = 0; i < n; i++)
		assert_false(nack(&o, o.seqv[i]));
	assert_int_equal(o.again, n);
	mem_deref(o.v);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_videoout_sends_again_what_it_has),
		cmocka_unit_test(test_videoout_makes_an_idr_for_what_is_gone),
		cmocka_unit_test(
			test_videoout_needs_nothing_from_before_an_idr),
		cmocka_unit_test(
			test_videoout_makes_an_idr_for_what_is_too_much),
		cmocka_unit_test(
			test_videoout_sends_all_again_where_there_is_room),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}

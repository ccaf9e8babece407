/**
 * @file tests/loop/test_garbage.c  A flood at the media port
 *
 * SECURITY rows 18, 19, 21 and 25: 5,000 datagrams a second for ten seconds,
 * SRTP, SRTCP, STUN and DTLS that nobody signed, from strangers and in the
 * peer's own name. The call goes on, and the sound too.
 */
#include <time.h>
#include "core/base/loop.h"
#include "tests/loop/support/rig.h"

enum {
	WAIT = 5 * CLOCK_S,
	TALK = 10 * CLOCK_S,
	BURST_EVERY = 10 * CLOCK_MS,
	BURST = 50, /* 5,000 a second */
	STRANGER = 3,
	SIZE_TOP = 1200,
	SOUND_MIN = 990,  /* Of 1000: gaps are below 1 % */
	GAP_MAX = 60,	  /* [ms] */
	ANSWERS_MAX = 50, /* To strangers, a second: SECURITY row 25 */
};

enum shape {
	SHAPE_RTP,
	SHAPE_RTCP,
	SHAPE_STUN,
	SHAPE_HELLO,
	SHAPE_ALERT,
	SHAPE_ANY,
	SHAPES
};

struct flood {
	struct loop_timer timer;
	struct sa victim, peer, stranger;
	uint64_t until;
	unsigned sent;
	uint32_t random;
};

static uint32_t draw(struct flood *f, uint32_t n)
{
	f->random ^= f->random << 13;
	f->random ^= f->random >> 17;
	f->random ^= f->random << 5;
	return f->random % n;
}

/* What such a datagram begins with; the rest is noise */
static size_t head_of(enum shape shape, const uint8_t **pp)
{
	static const uint8_t rtp[] = { 0x80, 0x6f };
	static const uint8_t rtcp[] = { 0x81, 0xc9, 0x00, 0x07 };
	static const uint8_t stun[] = { 0x00, 0x01, 0x00, 0x40,
					0x21, 0x12, 0xa4, 0x42 };
	static const uint8_t hello[] = { 0x16, 0xfe, 0xff, 0, 0, 0,    0,
					 0,    0,    0,	   0, 0, 0x80, 0x01 };
	static const uint8_t alert[] = { 0x15, 0xfe, 0xfd, 0, 0, 0, 0,	 0,
					 0,    0,    0x10, 0, 2, 2, 0x28 };
	static const struct {
		const uint8_t *p;
		size_t n;
	} headv[SHAPES] = {
		{ rtp, sizeof(rtp) },	  { rtcp, sizeof(rtcp) },
		{ stun, sizeof(stun) },	  { hello, sizeof(hello) },
		{ alert, sizeof(alert) }, { rtp, 0 },
	};

	*pp = headv[shape].p;
	return headv[shape].n;
}

static void throw_one(struct flood *f)
{
	const enum shape shape = (enum shape)draw(f, SHAPES);
	struct mbuf *mb = mbuf_alloc(SIZE_TOP);
	size_t size = 1 + draw(f, SIZE_TOP - 1);
	const uint8_t *head;
	size_t n = head_of(shape, &head);

	if (shape == SHAPE_STUN)
		size = 84;
	assert_int_equal(mbuf_write_mem(mb, head, n), 0);
	while (mb->end < size)
		assert_int_equal(mbuf_write_u8(mb, (uint8_t)draw(f, 256)), 0);
	mb->pos = 0;
	ether_forge(draw(f, 2) ? &f->peer : &f->stranger, &f->victim, mb);
	mem_deref(mb);
	++f->sent;
}

static void flood_handler(uint64_t now, void *arg)
{
	struct flood *f = arg;

	for (unsigned i = 0; i < BURST; i++)
		throw_one(f);
	if (now < f->until)
		loop_timer_arm(&f->timer, now + BURST_EVERY);
}

static double sounding(unsigned i)
{
	struct sound_heard heard;

	rig_heard(i, &heard);
	return (double)heard.sounding;
}

static void assert_hears(unsigned i, double before)
{
	const double want = (double)TALK / CLOCK_MS;
	struct sound_heard heard;

	rig_heard(i, &heard);
	print_message("phone %u: %.0f of %.0f ms with sound, gap %u ms\n", i,
		      (double)heard.sounding - before, want, heard.gap);
	assert_true(((double)heard.sounding - before) * 1000 / want >=
		    SOUND_MIN);
	assert_true(heard.gap <= GAP_MAX);
}

static double cpu(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static void test_garbage_does_not_disturb_a_call(void **state)
{
	struct flood f = { .random = 5 };
	double before[RIG_PHONES], quiet, noisy;
	uint64_t sent, flooded;
	(void)state;

	rig_start(11, NULL);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_true(ether_address(0, &f.victim));
	assert_true(ether_address(1, &f.peer));
	assert_int_equal(sa_set_str(&f.stranger, "10.0.0.66", 6666), 0);
	loop_timer_init(&f.timer, "flood", flood_handler, &f);

	/* From before the handshake: the race of row 21 */
	f.until = clock_now() + CLOCK_S;
	loop_timer_arm(&f.timer, clock_now());
	assert_int_equal(rig_answer(1), 0);
	assert_non_null(rig_wait(0, "m_stream_audio_remote_added", WAIT));
	assert_non_null(rig_wait(1, "m_stream_audio_remote_added", WAIT));
	rig_run(3 * CLOCK_S);

	quiet = cpu();
	sent = ether_stats()->sent;
	rig_run(TALK);
	quiet = cpu() - quiet;
	sent = ether_stats()->sent - sent;

	for (unsigned i = 0; i < RIG_PHONES; i++)
		before[i] = sounding(i);
	f.sent = 0;
	f.until = clock_now() + TALK;
	noisy = cpu();
	flooded = ether_stats()->sent;
	loop_timer_arm(&f.timer, clock_now());
	rig_run(TALK);
	noisy = cpu() - noisy;
	flooded = ether_stats()->sent - flooded;
	print_message("%u datagrams; %.2f s of CPU, %.2f s without\n", f.sent,
		      noisy, quiet);
	assert_true(flooded <= sent + 2 * ANSWERS_MAX * (TALK / CLOCK_S));
	assert_true(f.sent >= BURST * (TALK / BURST_EVERY));
	assert_hears(0, before[0]);
	assert_hears(1, before[1]);
	assert_int_equal(rig_count(0, "terminated:call"), 0);
	loop_timer_cancel(&f.timer);
	assert_int_equal(phone_hangup(rig_phone(0), 0, clock_now()), 0);
	assert_non_null(rig_wait(1, "terminated:call", WAIT));
	rig_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_garbage_does_not_disturb_a_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

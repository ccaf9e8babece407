/**
 * @file tests/unit/test_audio.c  Tests of the whole path of sound
 *
 * Two paths joined by a network of delay, jitter and loss, each with a sound
 * card of its own clock, in virtual time.
 */
#include <math.h>
#include <stdlib.h>
#include "tests/unit/test.h"
#include "core/media/audio.h"
#include "core/media/digits.h"
#include "drivers/ear.h"

enum {
	FLIGHT_MAX = 512,
	PT = 96,
	DIGIT_PT = 101,
	TONE_HZ = 1000,
	AMPLITUDE = 4634, /* -20 dBFS RMS */
};

struct flight {
	struct mbuf *mb;
	struct side *to;
	uint64_t due;
	bool report;
};

struct side {
	struct audio *a;
	struct side *peer;
	struct net *net;
	struct sound_format fmt;
	double ppm, phase, slow;
	uint64_t beats;
	struct ear *ear;
	bool speech; /* Syllables: Opus has FEC for them only */
	char digits[DIGITS_MAX + 1];
	unsigned digitc;
	unsigned packets;
	uint16_t seq;
	uint32_t ts;
};

struct net {
	struct flight v[FLIGHT_MAX];
	uint32_t seed;
	unsigned loss;	 /* [percent] */
	uint32_t delay;	 /* [us]      */
	uint32_t jitter; /* [us]     */
	bool cut;
	uint64_t now;
	struct side a, b;
};

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void fly(struct side *s, struct mbuf *mb, bool report)
{
	struct net *n = s->net;

	if (n->cut || (n->loss && next(&n->seed) % 100 < n->loss))
		return;

	for (unsigned i = 0; i < FLIGHT_MAX; i++) {
		struct flight *f = &n->v[i];

		if (f->mb)
			continue;
		f->mb = mbuf_alloc(mbuf_get_left(mb));
		(void)mbuf_write_mem(f->mb, mbuf_buf(mb), mbuf_get_left(mb));
		f->mb->pos = 0;
		f->due = n->now + n->delay +
			 (n->jitter ? next(&n->seed) % n->jitter : 0);
		f->report = report;
		f->to = s->peer;
		return;
	}
	fail_msg("too much on the way");
}

static void on_rtp(struct mbuf *mb, uint64_t now, void *arg)
{
	struct side *s = arg;
	struct mbuf view = *mb;
	struct packet p;
	(void)now;

	assert_true(mb->pos >= PACKET_HEADROOM);
	assert_true(mb->size - mb->end >= PACKET_TAILROOM);
	assert_int_equal(packet_decode(&p, &view), 0);
	++s->packets;
	s->seq = p.seq;
	s->ts = p.ts;
	fly(s, mb, false);
}

static void on_report(struct mbuf *mb, uint64_t now, void *arg)
{
	(void)now;
	assert_true(mb->pos >= PACKET_HEADROOM);
	assert_true(mb->size - mb->end >= PACKET_TAILROOM);
	fly(arg, mb, true);
}

static void on_digit(char digit, uint64_t now, void *arg)
{
	struct side *s = arg;
	(void)now;

	assert_true(s->digitc < DIGITS_MAX);
	s->digits[s->digitc++] = digit;
}

static struct audio_media media_of(const char *codec)
{
	struct audio_media m = { .codecc = 1,
				 .eventv = { { DIGIT_PT, DIGIT_PT, 0 } },
				 .eventc = 1,
				 .noise_pt = 13,
				 .send = true,
				 .recv = true };
	struct pl pl;

	pl_set_str(&pl, codec);
	m.codecv[0].type = codec_find(&pl, 0, 0);
	assert_non_null(m.codecv[0].type);
	m.codecv[0].pt = m.codecv[0].type->pt == CODEC_NO_PT
				 ? PT
				 : m.codecv[0].type->pt;
	m.codecv[0].pt_recv = m.codecv[0].pt;
	m.eventv[0].clock = m.codecv[0].type->clock;
	return m;
}

static void side_init(struct side *s, struct net *n, const char *codec,
		      uint32_t rate, unsigned channels, double ppm)
{
	struct audio_media m = media_of(codec);
	struct audio_params prm = {
		.sound = { rate, channels, rate / 100 },
		.ssrc = s == &n->a ? 1 : 2,
		.cname = "test",
		.rtph = on_rtp,
		.reporth = on_report,
		.digith = on_digit,
		.arg = s,
	};

	s->net = n;
	s->peer = s == &n->a ? &n->b : &n->a;
	s->fmt = prm.sound;
	s->ppm = ppm;
	assert_int_equal(audio_alloc(&s->a, &prm, &m, n->now), 0);
	assert_int_equal(ear_alloc(&s->ear, rate), 0);
	audio_set_open(s->a, true, n->now);
}

static struct net *net_alloc(const char *codec, uint32_t rate_a,
			     unsigned channels_a, uint32_t rate_b,
			     unsigned channels_b, double ppm)
{
	struct net *n = mem_zalloc(sizeof(*n), NULL);

	n->now = CLOCK_S;
	n->seed = 1;
	n->delay = 20 * CLOCK_MS;
	side_init(&n->a, n, codec, rate_a, channels_a, ppm);
	side_init(&n->b, n, codec, rate_b, channels_b, 0);
	return n;
}

static void net_free(struct net *n)
{
	for (unsigned i = 0; i < FLIGHT_MAX; i++)
		mem_deref(n->v[i].mb);
	mem_deref(n->a.a);
	mem_deref(n->b.a);
	mem_deref(n->a.ear);
	mem_deref(n->b.ear);
	mem_deref(n);
}

static void forget(struct side *s)
{
	s->ear = mem_deref(s->ear);
	assert_int_equal(ear_alloc(&s->ear, s->fmt.rate), 0);
}

static uint64_t side_due(const struct side *s)
{
	double rate = s->fmt.rate * (1 + s->ppm / 1e6);

	return CLOCK_S +
	       (uint64_t)((double)s->beats * s->fmt.period * 1e6 / rate);
}

static void side_beat(struct side *s)
{
	int16_t mic[2 * 480], spk[2 * 480];
	unsigned ch = s->fmt.channels;
	double step = 2 * M_PI * TONE_HZ / s->fmt.rate;

	for (unsigned i = 0; i < s->fmt.period; i++) {
		double y = AMPLITUDE * sin(s->phase);

		if (s->speech)
			y *= 0.55 + 0.45 * sin(s->slow += step / 250);

		s->phase = fmod(s->phase + step, 2 * M_PI);
		for (unsigned c = 0; c < ch; c++)
			mic[i * ch + c] = (int16_t)lrint(y);
	}
	audio_period(s->a, mic, spk, s->fmt.period, s->net->now);
	ear_put(s->ear, spk, s->fmt.period, ch);
	++s->beats;
	if (audio_due(s->a) <= s->net->now)
		audio_tick(s->a, s->net->now);
}

static void land(struct net *n, struct flight *f)
{
	struct side *to = f->to;

	if (f->report)
		audio_recv_report(to->a, f->mb, n->now);
	else
		audio_recv(to->a, f->mb, n->now);
	f->mb = mem_deref(f->mb);
}

/* In order of time, until all has happened up to then */
static void net_run(struct net *n, uint64_t seconds)
{
	uint64_t end = n->now + seconds * CLOCK_S;

	for (;;) {
		uint64_t a = side_due(&n->a), b = side_due(&n->b);
		struct flight *f = NULL;

		for (unsigned i = 0; i < FLIGHT_MAX; i++) {
			if (n->v[i].mb && (!f || n->v[i].due < f->due))
				f = &n->v[i];
		}
		if (clock_min(a, b) > end && (!f || f->due > end))
			break;
		if (f && f->due <= clock_min(a, b)) {
			n->now = f->due;
			land(n, f);
		} else {
			n->now = clock_min(a, b);
			side_beat(a <= b ? &n->a : &n->b);
		}
	}
	n->now = end;
}

static struct sound_heard hear(const struct side *s)
{
	struct sound_heard h;

	ear_heard(s->ear, &h);
	return h;
}

static void check_tone(const struct side *s, const char *what)
{
	struct sound_heard h = hear(s);

	if (fabs(h.frequency - TONE_HZ) > TONE_HZ / 100.0 ||
	    fabs(h.level + 20) > 1.5 || h.gap > 0)
		fail_msg("%s: %.1f Hz, %.1f dBFS, gap %u ms", what, h.frequency,
			 h.level, h.gap);
}

static struct audio_stats stats_of(const struct side *s)
{
	struct audio_stats st;

	audio_stats(s->a, &st);
	return st;
}

/* FEATURES A-6.2d: every rate to every codec, mono and stereo */
static void test_audio_plays_a_tone_at_every_rate(void **state)
{
	static const uint32_t ratev[] = { 8000,	 11025, 16000, 22050,
					  32000, 44100, 48000 };
	static const char *codecv[] = { "opus", "PCMA", "PCMU" };
	size_t before = test_blocks();
	(void)state;

	for (size_t c = 0; c < ARRAY_SIZE(codecv); c++) {
		for (size_t i = 0; i < ARRAY_SIZE(ratev); i++) {
			size_t k = (i + 3) % ARRAY_SIZE(ratev);
			struct net *n = net_alloc(codecv[c], ratev[i],
						  1 + i % 2, ratev[k],
						  1 + (i + c) % 2, 0);

			net_run(n, 2);
			forget(&n->a);
			forget(&n->b);
			net_run(n, 3);
			check_tone(&n->a, codecv[c]);
			check_tone(&n->b, codecv[c]);
			assert_int_equal(stats_of(&n->a).jitter.late, 0);
			assert_true(stats_of(&n->b).delay < 40000);
			net_free(n);
		}
	}
	assert_int_equal(test_blocks(), before);
}

static void test_audio_follows_the_far_clock_without_a_gap(void **state)
{
	static const double ppmv[] = { 300, -300, 200, -50 };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(ppmv); i++) {
		struct net *n = net_alloc("PCMU", 16000, 1, 8000, 1, ppmv[i]);
		struct audio_stats st;

		net_run(n, 120);
		forget(&n->b);
		net_run(n, 480);
		st = stats_of(&n->b);
		check_tone(&n->b, "drift");
		assert_int_equal(st.jitter.late, 0);
		assert_int_equal(st.jitter.skipped, 0);
		assert_int_equal(st.cuts, 0);
		assert_true(st.jitter.concealed < 3);
		assert_true(st.delay < 40000);
		if (abs(st.drift - (int)ppmv[i]) > 40)
			fail_msg("%d for %.0f ppm", st.drift, ppmv[i]);
		net_free(n);
	}
}

static void test_audio_hears_through_loss_and_jitter(void **state)
{
	(void)state;

	for (uint32_t seed = 1; seed <= 5; seed++) {
		struct net *n = net_alloc("opus", 16000, 1, 16000, 1, 200);
		struct audio_stats st;
		struct sound_heard h;

		n->seed = seed;
		n->a.speech = n->b.speech = true;
		n->loss = 10;
		n->jitter = 30 * CLOCK_MS;
		net_run(n, 10);
		forget(&n->b);
		net_run(n, 30);
		st = stats_of(&n->b);
		h = hear(&n->b);
		if (fabs(h.frequency - TONE_HZ) > TONE_HZ / 100.0 ||
		    fabs(h.level + 24) > 3 || h.gap > 150)
			fail_msg("%.1f Hz, %.1f dBFS, gap %u ms", h.frequency,
				 h.level, h.gap);
		/* Most of the 10 % comes back by FEC */
		assert_true(st.jitter.fec > 60);
		assert_true(st.delay < 120000);
		net_free(n);
	}
}

static void test_audio_delay_comes_down_after_a_stall(void **state)
{
	struct net *n = net_alloc("opus", 16000, 1, 16000, 1, 0);
	struct audio_stats st;
	(void)state;

	net_run(n, 5);
	for (unsigned i = 0; i < 4; i++) {
		n->delay += 600 * CLOCK_MS; /* All that is on the way later */
		net_run(n, 1);
		n->delay -= 600 * CLOCK_MS;
		net_run(n, 20);
		st = stats_of(&n->b);
		assert_true(st.delay < 100000);
	}
	n->cut = true;
	net_run(n, 5);
	n->cut = false;
	net_run(n, 1);
	forget(&n->b);
	net_run(n, 10);
	check_tone(&n->b, "after an outage");
	assert_true(stats_of(&n->b).delay < 60000);
	net_free(n);
}

static void test_audio_sends_digits_between_the_tone(void **state)
{
	struct net *n = net_alloc("opus", 48000, 1, 8000, 1, 0);
	struct audio_stats st;
	(void)state;

	net_run(n, 1);
	assert_int_equal(audio_send_digits(n->a.a, "12#9"), 0);
	assert_int_equal(audio_send_digits(n->a.a, "x"), EINVAL);
	net_run(n, 3);
	assert_string_equal(n->b.digits, "12#9");
	audio_stats(n->a.a, &st);
	assert_int_equal(st.digits_sent, 4);
	forget(&n->b);
	net_run(n, 2);
	check_tone(&n->b, "after digits");
	audio_stats(n->b.a, &st);
	assert_int_equal(st.report.rx_lost, 0);
	assert_int_equal(st.report.rx_restarts, 0);
	net_free(n);
}

static void test_audio_sends_nothing_before_it_is_open(void **state)
{
	struct net *n = net_alloc("opus", 48000, 1, 48000, 1, 0);
	struct audio_media m = media_of("opus");
	(void)state;

	audio_set_open(n->a.a, false, n->now);
	net_run(n, 1);
	assert_int_equal(n->a.packets, 0);
	assert_true(audio_due(n->a.a) == CLOCK_NEVER);
	audio_set_open(n->a.a, true, n->now);
	net_run(n, 1);
	assert_in_range(n->a.packets, 48, 51);
	m.send = false;
	assert_int_equal(audio_set_media(n->a.a, &m, n->now), 0);
	net_run(n, 1);
	assert_in_range(n->a.packets, 48, 51);
	net_free(n);
}

static void test_audio_goes_on_after_hold(void **state)
{
	struct net *n = net_alloc("PCMU", 48000, 1, 48000, 2, 0);
	struct audio_media m = media_of("PCMU");
	uint16_t seq;
	uint32_t ts;
	(void)state;

	for (unsigned i = 0; i < 10; i++) {
		net_run(n, 1);
		seq = n->a.seq;
		ts = n->a.ts;
		m.send = m.recv = false;
		assert_int_equal(audio_set_media(n->a.a, &m, n->now), 0);
		net_run(n, 7);
		m.send = m.recv = true;
		assert_int_equal(audio_set_media(n->a.a, &m, n->now), 0);
		net_run(n, 1);
		forget(&n->a);
		forget(&n->b);
		net_run(n, 1);
		check_tone(&n->a, "after hold");
		check_tone(&n->b, "after hold");
		assert_in_range((uint16_t)(n->a.seq - seq), 98, 101);
		assert_in_range(n->a.ts - ts, 9 * 8000 - 400, 9 * 8000 + 400);
		assert_true(stats_of(&n->b).delay < 50000);
	}
	assert_int_equal(stats_of(&n->b).jitter.resync, 0);
	net_free(n);
}

static void test_audio_changes_its_codec(void **state)
{
	struct net *n = net_alloc("opus", 48000, 1, 48000, 1, 0);
	struct audio_media m = media_of("opus");
	(void)state;

	m.codecv[1] = media_of("PCMA").codecv[0];
	m.codecc = 2;
	assert_int_equal(audio_set_media(n->b.a, &m, n->now), 0);
	net_run(n, 2);
	m.codecv[0] = m.codecv[1];
	m.codecv[1] = media_of("opus").codecv[0];
	assert_int_equal(audio_set_media(n->a.a, &m, n->now), 0);
	net_run(n, 2);
	forget(&n->a);
	forget(&n->b);
	net_run(n, 2);
	check_tone(&n->a, "opus");
	check_tone(&n->b, "PCMA");
	net_free(n);
}

static void test_audio_mutes(void **state)
{
	struct net *n = net_alloc("PCMU", 8000, 1, 8000, 1, 0);
	(void)state;

	audio_set_mute(n->a.a, true);
	net_run(n, 2);
	assert_true(hear(&n->b).sounding == 0);
	assert_int_equal(n->a.packets, 100);
	audio_set_mute(n->a.a, false);
	net_run(n, 2);
	assert_true(hear(&n->b).sounding > 1800);
	net_free(n);
}

static void test_audio_survives_garbage(void **state)
{
	struct net *n = net_alloc("opus", 48000, 1, 48000, 1, 0);
	uint32_t seed = 7;
	(void)state;

	net_run(n, 1);
	for (unsigned i = 0; i < 2000; i++) {
		struct mbuf *mb = mbuf_alloc(64);
		unsigned size = next(&seed) % 60;

		for (unsigned k = 0; k < size; k++)
			(void)mbuf_write_u8(mb, (uint8_t)next(&seed));
		mb->pos = 0;
		if (i % 2 && size > 2) {
			mb->buf[0] = 0x80;
			mb->buf[1] = i % 4 == 1 ? PT : DIGIT_PT;
		}
		audio_recv(n->b.a, mb, n->now);
		audio_recv_report(n->b.a, mb, n->now);
		mem_deref(mb);
		if (i % 10 == 0)
			side_beat(&n->b);
	}
	net_run(n, 2);
	forget(&n->b);
	net_run(n, 2);
	check_tone(&n->b, "after garbage");
	net_free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_audio_plays_a_tone_at_every_rate),
		cmocka_unit_test(
			test_audio_follows_the_far_clock_without_a_gap),
		cmocka_unit_test(test_audio_hears_through_loss_and_jitter),
		cmocka_unit_test(test_audio_delay_comes_down_after_a_stall),
		cmocka_unit_test(test_audio_sends_digits_between_the_tone),
		cmocka_unit_test(test_audio_sends_nothing_before_it_is_open),
		cmocka_unit_test(test_audio_goes_on_after_hold),
		cmocka_unit_test(test_audio_changes_its_codec),
		cmocka_unit_test(test_audio_mutes),
		cmocka_unit_test(test_audio_survives_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

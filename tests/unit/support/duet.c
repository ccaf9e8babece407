/**
 * @file tests/unit/support/duet.c  Duet
 */
#include <math.h>
#include "tests/unit/test.h"
#include "tests/unit/support/duet.h"

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void fly(struct duet_side *s, struct mbuf *mb, bool report)
{
	struct duet *n = s->net;

	if (n->cut || (n->loss && next(&n->seed) % 100 < n->loss))
		return;

	for (unsigned i = 0; i < DUET_FLIGHTS; i++) {
		struct duet_flight *f = &n->v[i];

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
	struct duet_side *s = arg;
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
	struct duet_side *s = arg;
	(void)now;

	assert_true(s->digitc < DIGITS_MAX);
	s->digits[s->digitc++] = digit;
}

struct audio_media duet_media(const char *codec)
{
	struct audio_media m = { .codecc = 1,
				 .eventv = { { DUET_DIGIT_PT, DUET_DIGIT_PT,
					       0 } },
				 .eventc = 1,
				 .noise_pt = 13,
				 .send = true,
				 .recv = true };
	struct pl pl;

	pl_set_str(&pl, codec);
	m.codecv[0].type = codec_find(&pl, 0, 0);
	assert_non_null(m.codecv[0].type);
	m.codecv[0].pt = m.codecv[0].type->pt == CODEC_NO_PT
				 ? DUET_PT
				 : m.codecv[0].type->pt;
	m.codecv[0].pt_recv = m.codecv[0].pt;
	m.eventv[0].clock = m.codecv[0].type->clock;
	return m;
}

static void side_init(struct duet_side *s, struct duet *n, const char *codec,
		      uint32_t rate, unsigned channels, double ppm)
{
	struct audio_media m = duet_media(codec);
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

struct duet *duet_alloc(const char *codec, uint32_t rate_a, unsigned channels_a,
			uint32_t rate_b, unsigned channels_b, double ppm)
{
	struct duet *n = mem_zalloc(sizeof(*n), NULL);

	n->now = CLOCK_S;
	n->seed = 1;
	n->delay = 20 * CLOCK_MS;
	side_init(&n->a, n, codec, rate_a, channels_a, ppm);
	side_init(&n->b, n, codec, rate_b, channels_b, 0);
	return n;
}

void duet_free(struct duet *n)
{
	for (unsigned i = 0; i < DUET_FLIGHTS; i++)
		mem_deref(n->v[i].mb);
	mem_deref(n->a.a);
	mem_deref(n->b.a);
	mem_deref(n->a.ear);
	mem_deref(n->b.ear);
	mem_deref(n);
}

void duet_forget(struct duet_side *s)
{
	s->ear = mem_deref(s->ear);
	assert_int_equal(ear_alloc(&s->ear, s->fmt.rate), 0);
}

static uint64_t side_due(const struct duet_side *s)
{
	double rate = s->fmt.rate * (1 + s->ppm / 1e6);

	return CLOCK_S +
	       (uint64_t)((double)s->beats * s->fmt.period * 1e6 / rate);
}

void duet_beat(struct duet_side *s)
{
	int16_t mic[2 * 480], spk[2 * 480];
	unsigned ch = s->fmt.channels;
	double step = 2 * M_PI * DUET_HZ / s->fmt.rate;

	for (unsigned i = 0; i < s->fmt.period; i++) {
		double y = DUET_AMPLITUDE * sin(s->phase);

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

static void land(struct duet *n, struct duet_flight *f)
{
	struct duet_side *to = f->to;

	if (f->report)
		audio_recv_report(to->a, f->mb, n->now);
	else
		audio_recv(to->a, f->mb, n->now);
	f->mb = mem_deref(f->mb);
}

/* In order of time, until all has happened up to then */
void duet_run(struct duet *n, uint64_t seconds)
{
	uint64_t end = n->now + seconds * CLOCK_S;

	for (;;) {
		uint64_t a = side_due(&n->a), b = side_due(&n->b);
		struct duet_flight *f = NULL;

		for (unsigned i = 0; i < DUET_FLIGHTS; i++) {
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
			duet_beat(a <= b ? &n->a : &n->b);
		}
	}
	n->now = end;
}

struct sound_heard duet_heard(const struct duet_side *s)
{
	struct sound_heard h;

	ear_heard(s->ear, &h);
	return h;
}

/**
 * @file tests/bench/bench_delay.c  Benchmark: delay that the phone adds
 *
 *     click -> mic -> [audio] -> packet -> [audio] -> speaker -> click
 *
 * Two paths joined by a network that takes no time, each with a heartbeat of
 * its own, in virtual time. A click leaves the microphone of the one and is
 * looked for at the speaker of the other; the heartbeats' phase against each
 * other is walked through. What the hardware adds is not in it.
 */
#include <stdio.h>
#include <stdlib.h>
#include "core/media/audio.h"

enum {
	PT = 111,
	RATE = 48000,		   /* [Hz]                                */
	PERIOD = RATE / 100,	   /* 10 ms, which drivers ask for        */
	PHASES = 10,		   /* Of one heartbeat against the other  */
	CLICK = 12000,		   /* Amplitude                           */
	CLICK_LENGTH = RATE / 500, /* 2 ms                               */
	BEATS = 600,		   /* 6 s                                 */
	CLICK_BEAT = 500,	   /* When all has settled                */
};

struct side {
	struct audio *a;
	struct side *peer;
	uint64_t next;	  /* Heartbeat [us]                       */
	uint64_t clicked; /* When the click began [us]           */
	uint64_t packet;  /* First one whose sound is the click's */
	uint64_t heard;	  /* When the loudest sample is played    */
	int loudest;
	unsigned beats;
};

static void on_rtp(struct mbuf *mb, uint64_t now, void *arg)
{
	struct side *s = arg;

	if (s->clicked && !s->packet)
		s->packet = now;
	audio_recv(s->peer->a, mb, now);
}

static void on_report(struct mbuf *mb, uint64_t now, void *arg)
{
	struct side *s = arg;

	audio_recv_report(s->peer->a, mb, now);
}

static void side_alloc(struct side *s, struct side *peer, const char *codec)
{
	struct audio_media m = { .codecc = 1, .send = true, .recv = true };
	const struct audio_params prm = {
		.sound = { RATE, 1, PERIOD },
		.ssrc = 1,
		.cname = "bench",
		.rtph = on_rtp,
		.reporth = on_report,
		.arg = s,
	};
	struct pl name;

	pl_set_str(&name, codec);
	m.codecv[0].type = codec_find(&name, 0, 0);
	m.codecv[0].pt = m.codecv[0].type->pt == CODEC_NO_PT
				 ? PT
				 : m.codecv[0].type->pt;
	m.codecv[0].pt_recv = m.codecv[0].pt;
	s->peer = peer;
	if (audio_alloc(&s->a, &prm, &m, 0))
		abort();
	audio_set_open(s->a, true, 0);
}

/* mic's last sample was captured at s->next, spk's first is played then */
static void beat(struct side *s)
{
	static int16_t mic[PERIOD], spk[PERIOD];
	const uint64_t start = s->next - SOUND_PERIOD;

	memset(mic, 0, sizeof(mic));
	if (s->beats == CLICK_BEAT) {
		s->clicked = start;
		for (unsigned i = 0; i < CLICK_LENGTH; i++)
			mic[i] = i / 24 % 2 ? CLICK : -CLICK;
	}

	audio_period(s->a, mic, spk, PERIOD, s->next);
	for (unsigned i = 0; s->peer->clicked && i < PERIOD; i++) {
		if (abs(spk[i]) <= s->loudest)
			continue;
		s->loudest = abs(spk[i]);
		s->heard = s->next + (uint64_t)i * CLOCK_S / RATE;
	}
	audio_tick(s->a, s->next);
	s->next += SOUND_PERIOD;
	++s->beats;
}

static void run(const char *codec, unsigned phase, uint32_t *out, uint32_t *all)
{
	struct side a = { .next = CLOCK_S };
	struct side b = { .next = CLOCK_S + phase * CLOCK_MS };

	side_alloc(&a, &b, codec);
	side_alloc(&b, &a, codec);
	while (a.beats < BEATS || b.beats < BEATS)
		beat(a.next <= b.next ? &a : &b);

	*out = (uint32_t)(a.packet - a.clicked);
	if (b.heard <= a.clicked || b.loudest < CLICK / 2)
		abort(); /* It did not arrive */
	*all = (uint32_t)(b.heard - a.clicked);
	mem_deref(a.a);
	mem_deref(b.a);
}

static void bench(const char *codec)
{
	uint32_t out, all, sum = 0, worst = 0, out_max = 0;

	for (unsigned i = 0; i < PHASES; i++) {
		run(codec, i, &out, &all);
		sum += all;
		worst = MAX(worst, all);
		out_max = MAX(out_max, out);
	}

	printf("%s mean %.1f worst %.1f packet %.1f\n", codec,
	       sum / 1e3 / PHASES, worst / 1e3, out_max / 1e3);
}

int main(void)
{
	bench("opus");
	bench("G722");
	bench("PCMU");
	return 0;
}

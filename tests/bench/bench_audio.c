/**
 * @file tests/bench/bench_audio.c  Benchmark: a call's sound without a network
 *
 * Two paths joined directly; prints the CPU time of one of them for a minute
 * of call, which is a part of the 1.2 s that the whole phone may take.
 */
#include <math.h>
#include <stdio.h>
#include <time.h>
#include "core/media/audio.h"

enum {
	PERIODS = 6000,
	LOSS = 10
};

struct end {
	struct audio *a, *peer;
	unsigned loss, n;
	uint64_t packets, bytes;
};

static double cpu(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void on_rtp(struct mbuf *mb, uint64_t now, void *arg)
{
	struct end *e = arg;

	++e->packets;
	e->bytes += mbuf_get_left(mb);
	if (e->loss && e->n++ % LOSS == 0)
		return;
	audio_recv(e->peer, mb, now);
}

static void on_report(struct mbuf *mb, uint64_t now, void *arg)
{
	struct end *e = arg;

	audio_recv_report(e->peer, mb, now);
}

static void bench(unsigned codec, uint32_t rate, unsigned loss)
{
	struct end a = { .loss = loss }, b = { .loss = loss };
	struct audio_media m = { .codecc = 1, .send = true, .recv = true };
	struct audio_params prm = { .sound = { rate, 1, rate / 100 },
				    .cname = "bench",
				    .rtph = on_rtp,
				    .reporth = on_report };
	static int16_t mic[SOUND_PERIOD_MAX], spk[SOUND_PERIOD_MAX];
	uint64_t now = CLOCK_S;
	double t, open;
	struct audio_stats st;

	m.codecv[0].type = codec_at(codec);
	m.codecv[0].pt = codec ? codec_at(codec)->pt : 111;
	m.codecv[0].pt_recv = m.codecv[0].pt;
	prm.ssrc = 1;
	prm.arg = &a;
	t = cpu();
	(void)audio_alloc(&a.a, &prm, &m, now);
	open = cpu() - t;
	prm.arg = &b;
	(void)audio_alloc(&b.a, &prm, &m, now);
	a.peer = b.a;
	b.peer = a.a;
	audio_set_open(a.a, true, now);
	audio_set_open(b.a, true, now);

	t = cpu();
	for (unsigned i = 0; i < PERIODS; i++) {
		now += SOUND_PERIOD;
		for (unsigned k = 0; k < rate / 100; k++) {
			double s = (i * (rate / 100) + k) / (double)rate;

			mic[k] = (int16_t)(4000 * sin(s * 1200) *
					   (1 + sin(s * 20)));
		}
		audio_period(a.a, mic, spk, rate / 100, now);
		audio_period(b.a, mic, spk, rate / 100, now);
		audio_tick(a.a, now);
		audio_tick(b.a, now);
	}
	t = (cpu() - t) / 2;
	audio_stats(b.a, &st);
	printf("%-5s %5u Hz loss %2u %%: %.2f CPU s a minute, opened in "
	       "%.1f ms, %.0f kbit/s, delay %u us, fec %u\n",
	       codec_at(codec)->name, rate, loss ? 100 / LOSS : 0, t,
	       open * 1e3, (double)a.bytes * 8 / 60e3, st.delay, st.jitter.fec);
	mem_deref(a.a);
	mem_deref(b.a);
}

int main(void)
{
	static const uint32_t ratev[] = { 48000, 44100, 16000, 8000 };

	for (size_t i = 0; i < ARRAY_SIZE(ratev); i++) {
		for (unsigned codec = 0; codec < 3; codec++) {
			bench(codec, ratev[i], 0);
			bench(codec, ratev[i], 1);
		}
	}
	return 0;
}

/**
 * @file tests/fuzz/fuzz_rtp.c  Fuzz target: RTP and RTCP into a call's sound
 *
 * The input is a row of packets, two bytes of length before each. The highest
 * bit of the length says that it is RTCP; the next two, how long to wait for
 * it: nothing, 20 ms, 400 ms, 2 s. SECURITY rows 30 and 32.
 */
#include <stdlib.h>
#include "core/base/entropy.h"
#include "core/media/audio.h"

enum {
	REPORT = 0x8000,
	WAIT_SHIFT = 13,
	WAIT_MASK = 3,
	SIZE_MASK = 0x7ff,
	RATE = 8000,
	PERIOD = 80,
	PT_OPUS = 111,
	PT_DIGIT = 126,
	PT_NOISE = 13,
	PACKETS_MAX = 512, /* Of an input */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t seed;

/* The same in each run, or nothing could be repeated */
static void random_source(uint8_t *p, size_t n, void *arg)
{
	(void)arg;
	while (n--) {
		seed = seed * 1664525 + 1013904223;
		*p++ = (uint8_t)(seed >> 16);
	}
}

static void on_send(struct mbuf *mb, uint64_t now, void *arg)
{
	(void)now;
	(void)arg;
	if (mb->pos < PACKET_HEADROOM || mb->size - mb->end < PACKET_TAILROOM)
		abort();
}

static struct audio *start(uint64_t now)
{
	const struct audio_params prm = {
		.sound = { RATE, 1, PERIOD },
		.ssrc = 1,
		.cname = "fuzz",
		.rtph = on_send,
		.reporth = on_send,
	};
	struct audio_media media = {
		.codecc = 4,
		.eventv = { { PT_DIGIT, PT_DIGIT, RATE } },
		.eventc = 1,
		.noise_pt = PT_NOISE,
		.recv = true,
	};
	struct audio *a;

	for (unsigned i = 0; i < media.codecc; i++) {
		media.codecv[i].type = codec_at(i);
		media.codecv[i].pt = i ? codec_at(i)->pt : PT_OPUS;
		media.codecv[i].pt_recv = media.codecv[i].pt;
		media.codecv[i].prm.complexity = 1;
	}
	if (audio_alloc(&a, &prm, &media, now))
		abort();
	audio_set_open(a, true, now);
	return a;
}

static void check(const struct audio *a)
{
	struct audio_stats st;

	audio_stats(a, &st);
	if (st.jitter.held > JITTER_SLOTS || st.held > RATE)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t waitv[] = { 0, 20 * CLOCK_MS, 400 * CLOCK_MS,
					  2 * CLOCK_S };
	const int16_t mic[PERIOD] = { 0 };
	int16_t spk[PERIOD];
	uint64_t now = CLOCK_S, beat = CLOCK_S;
	struct audio *a;

	seed = 1;
	entropy_set_source(random_source, NULL);
	a = start(now);

	for (unsigned n = 0; size >= 2 && n < PACKETS_MAX; n++) {
		unsigned head = (unsigned)(data[0] << 8 | data[1]);
		size_t len = head & SIZE_MASK;
		struct mbuf *mb;

		data += 2;
		size -= 2;
		len = len < size ? len : size;
		mb = mbuf_alloc(len ? len : 1);
		(void)mbuf_write_mem(mb, data, len);
		mb->pos = 0;
		data += len;
		size -= len;

		now += waitv[head >> WAIT_SHIFT & WAIT_MASK];
		for (; beat <= now; beat += SOUND_PERIOD)
			audio_period(a, mic, spk, PERIOD, beat);
		if (head & REPORT)
			audio_recv_report(a, mb, now);
		else
			audio_recv(a, mb, now);
		if (audio_due(a) <= now)
			audio_tick(a, now);
		mem_deref(mb);
		check(a);
	}

	mem_deref(a);
	return 0;
}

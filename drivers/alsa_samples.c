/**
 * @file drivers/alsa_samples.c  ALSA samples
 */
#include <string.h>
#include "drivers/alsa_samples.h"

enum {
	HEARD = 2, /* Channels that are listened to, and played on */
	PACKED = 3,
};

const snd_pcm_format_t alsa_samples_formatv[] = {
	SND_PCM_FORMAT_S16,	SND_PCM_FORMAT_S32,	SND_PCM_FORMAT_S24,
	SND_PCM_FORMAT_S24_3LE, SND_PCM_FORMAT_UNKNOWN,
};

unsigned alsa_samples_size(snd_pcm_format_t format)
{
	if (format == SND_PCM_FORMAT_S16)
		return sizeof(int16_t);

	return format == SND_PCM_FORMAT_S24_3LE ? PACKED : sizeof(int32_t);
}

static int16_t get(const uint8_t *p, snd_pcm_format_t format)
{
	int16_t narrow;
	uint32_t wide;

	if (format == SND_PCM_FORMAT_S16) {
		memcpy(&narrow, p, sizeof(narrow));
		return narrow;
	}
	if (format == SND_PCM_FORMAT_S24_3LE)
		return (int16_t)(p[1] | p[2] << 8);

	memcpy(&wide, p, sizeof(wide));
	return (int16_t)(wide >> (format == SND_PCM_FORMAT_S24 ? 8 : 16));
}

static void put(uint8_t *p, snd_pcm_format_t format, int16_t x)
{
	uint32_t wide;

	if (format == SND_PCM_FORMAT_S16) {
		memcpy(p, &x, sizeof(x));
		return;
	}
	if (format == SND_PCM_FORMAT_S24_3LE) {
		p[0] = 0;
		p[1] = (uint8_t)x;
		p[2] = (uint8_t)((uint16_t)x >> 8);
		return;
	}
	wide = format == SND_PCM_FORMAT_S24 ? (uint32_t)(x * (1 << 8))
					    : (uint32_t)x << 16;
	memcpy(p, &wide, sizeof(wide));
}

void alsa_samples_get(int16_t *dst, unsigned channels, const uint8_t *src,
		      snd_pcm_format_t format, unsigned theirs, unsigned frames)
{
	const unsigned size = alsa_samples_size(format);

	for (unsigned i = 0; i < frames; i++, src += size * theirs) {
		int16_t left = get(src, format);
		int16_t right = theirs > 1 ? get(src + size, format) : left;

		if (channels == 1) {
			*dst++ = (int16_t)((left + right) / 2);
		} else {
			*dst++ = left;
			*dst++ = right;
		}
	}
}

void alsa_samples_put(uint8_t *dst, snd_pcm_format_t format, unsigned theirs,
		      const int16_t *src, unsigned channels, unsigned frames)
{
	const unsigned size = alsa_samples_size(format);

	for (unsigned i = 0; i < frames; i++, src += channels) {
		int16_t v[HEARD] = { src[0], src[channels - 1] };

		if (theirs == 1)
			v[0] = (int16_t)((v[0] + v[1]) / 2);
		for (unsigned ch = 0; ch < theirs; ch++, dst += size)
			put(dst, format, ch < HEARD ? v[ch] : 0);
	}
}

/**
 * @file core/base/wave.c  Wave
 *
 * RIFF: a header, then chunks of a name, a size and data; little-endian.
 */
#include <stdio.h>
#include "core/base/wave.h"

enum {
	RIFF = 12,   /* "RIFF", size, "WAVE" [bytes]        */
	CHUNK = 8,   /* Name and size [bytes]               */
	FORMAT = 16, /* The least of a "fmt " chunk [bytes] */
	HEADER = RIFF + CHUNK + FORMAT + CHUNK,
	PCM = 1,	     /* WAVE_FORMAT_PCM                     */
	EXTENSIBLE = 0xfffe, /* WAVE_FORMAT_EXTENSIBLE         */
	BITS = 16,
	BYTES = 2,	      /* Of a sample                         */
	CHUNKS_MAX = 64,      /* Before the data, ours              */
	DATA_MAX = INT32_MAX, /* Written at most [bytes]       */
};

struct wave {
	FILE *f;
	bool writing;
	uint32_t rate;
	unsigned channels;
	uint32_t left;	  /* Read: of the data [bytes]          */
	uint32_t written; /* Write: data [bytes]                */
	uint32_t shown;	  /* Write: data that the header shows  */
};

static uint32_t get32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static unsigned get16(const uint8_t *p)
{
	return (unsigned)(p[0] | p[1] << 8);
}

static uint8_t *put32(uint8_t *p, uint32_t n)
{
	*p++ = (uint8_t)n;
	*p++ = (uint8_t)(n >> 8);
	*p++ = (uint8_t)(n >> 16);
	*p++ = (uint8_t)(n >> 24);
	return p;
}

static uint8_t *put16(uint8_t *p, unsigned n)
{
	*p++ = (uint8_t)n;
	*p++ = (uint8_t)(n >> 8);
	return p;
}

static uint8_t *put_name(uint8_t *p, const char *name)
{
	memcpy(p, name, 4);
	return p + 4;
}

static void show(struct wave *w)
{
	uint32_t frame = w->channels * BYTES;
	uint8_t v[HEADER], *p = v;

	p = put_name(p, "RIFF");
	p = put32(p, HEADER - CHUNK + w->written);
	p = put_name(p, "WAVE");
	p = put_name(p, "fmt ");
	p = put32(p, FORMAT);
	p = put16(p, PCM);
	p = put16(p, w->channels);
	p = put32(p, w->rate);
	p = put32(p, w->rate * frame);
	p = put16(p, frame);
	p = put16(p, BITS);
	p = put_name(p, "data");
	(void)put32(p, w->written);

	rewind(w->f);
	(void)fwrite(v, sizeof(v), 1, w->f);
	(void)fseek(w->f, 0, SEEK_END);
	(void)fflush(w->f);
	w->shown = w->written;
}

static void wave_destructor(void *arg)
{
	struct wave *w = arg;

	if (!w->f)
		return;
	if (w->writing)
		show(w);
	(void)fclose(w->f);
}

static int read_format(struct wave *w, uint32_t size)
{
	uint8_t v[FORMAT];
	unsigned tag;

	if (size < FORMAT || fread(v, FORMAT, 1, w->f) != 1)
		return EINVAL;

	tag = get16(v);
	w->channels = get16(v + 2);
	w->rate = get32(v + 4);
	if ((tag != PCM && tag != EXTENSIBLE) ||
	    get16(v + FORMAT - 2) != BITS || !w->channels ||
	    w->channels > WAVE_CHANNELS_MAX || w->rate < WAVE_RATE_MIN ||
	    w->rate > WAVE_RATE_MAX)
		return EINVAL;

	return fseek(w->f, (long)(size - FORMAT), SEEK_CUR) ? EINVAL : 0;
}

/* Up to the data */
static int read_header(struct wave *w)
{
	uint8_t v[RIFF];
	int err = 0;

	if (fread(v, RIFF, 1, w->f) != 1 || memcmp(v, "RIFF", 4) ||
	    memcmp(v + 8, "WAVE", 4))
		return EINVAL;

	for (unsigned i = 0; i < CHUNKS_MAX && !err; i++) {
		uint32_t size;

		if (fread(v, CHUNK, 1, w->f) != 1)
			return EINVAL;
		size = get32(v + 4);
		w->left = size;
		if (!memcmp(v, "data", 4))
			return w->channels ? 0 : EINVAL;
		if (size > INT32_MAX)
			return EINVAL;
		if (!memcmp(v, "fmt ", 4))
			err = read_format(w, size);
		else if (fseek(w->f, (long)(size + size % 2), SEEK_CUR))
			err = EINVAL;
	}
	return EINVAL;
}

int wave_open(struct wave **wp, const char *path)
{
	struct wave *w;
	int err;

	w = mem_zalloc(sizeof(*w), wave_destructor);
	if (!w)
		return ENOMEM;

	w->f = fopen(path, "rbe");
	err = w->f ? read_header(w) : errno;
	if (err)
		mem_deref(w);
	else
		*wp = w;
	return err;
}

int wave_create(struct wave **wp, const char *path, uint32_t rate,
		unsigned channels)
{
	struct wave *w;
	int err;

	w = mem_zalloc(sizeof(*w), wave_destructor);
	if (!w)
		return ENOMEM;

	w->rate = rate;
	w->channels = channels;
	w->writing = true;
	w->f = fopen(path, "w+be");
	if (!w->f) {
		err = errno;
		mem_deref(w);
		return err;
	}

	show(w);
	*wp = w;
	return 0;
}

uint32_t wave_rate(const struct wave *w)
{
	return w->rate;
}

unsigned wave_channels(const struct wave *w)
{
	return w->channels;
}

uint32_t wave_left(const struct wave *w)
{
	return w->left / (w->channels * BYTES);
}

void wave_read(struct wave *w, int16_t *pcm, unsigned frames)
{
	size_t samples = (size_t)frames * w->channels, have;
	size_t want = samples * BYTES;

	if (want > w->left)
		want = w->left - w->left % BYTES;

	have = fread(pcm, 1, want, w->f);
	w->left = have < want ? 0 : w->left - (uint32_t)have;
	have /= BYTES;
	for (size_t i = 0; i < have; i++)
		pcm[i] = (int16_t)get16((const uint8_t *)&pcm[i]);
	memset(pcm + have, 0, (samples - have) * sizeof(*pcm));
}

void wave_write(struct wave *w, const int16_t *pcm, unsigned frames)
{
	size_t samples = (size_t)frames * w->channels;

	if (w->written > DATA_MAX - samples * BYTES)
		return;

	for (size_t i = 0; i < samples; i++) {
		uint8_t v[BYTES];

		(void)put16(v, (uint16_t)pcm[i]);
		if (fwrite(v, sizeof(v), 1, w->f) != 1)
			return;
	}
	w->written += (uint32_t)(samples * BYTES);
	if (w->written - w->shown >= w->rate * w->channels * BYTES)
		show(w);
}

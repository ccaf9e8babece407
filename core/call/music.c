/**
 * @file core/call/music.c  Music
 */
#include <math.h>
#include <stdlib.h>
#include "core/base/log.h"
#include "core/base/wave.h"
#include "core/call/music.h"
#include "core/base/resampler.h"

enum {
	LOUD = 3277,	  /* -20 dBFS RMS, as speech is, ours     */
	PEAK = 16384,	  /* -6 dBFS, ours                        */
	BLOCK = 160,	  /* Resampled at once [samples], ours    */
	CHUNK = 1024,	  /* Read at once [frames], ours          */
	TONE_RATE = 8000, /* Of sim:tone [Hz]                     */
	TONE_HZ = 440,	  /* The same, if it does not say         */
	TONE_PEAK = 4634, /* LOUD times the root of 2             */
	TONE_LEAST = 50,  /* [Hz]                                 */
	TONE_MOST = 3400, /* [Hz]                                 */
};

static const char sim_tone[] = "sim:tone";

struct music {
	int16_t *pcm;
	uint32_t n;    /* Samples */
	uint32_t rate; /* [Hz]    */
};

struct music_player {
	struct music *music;
	struct resampler *resampler;
	uint32_t next; /* Of the music's samples */
	int16_t *out;  /* Resampled ...          */
	unsigned pos, end;
};

static void music_destructor(void *arg)
{
	struct music *m = arg;

	mem_deref(m->pcm);
}

static int make_room(struct music *m, uint32_t n)
{
	m->pcm = mem_zalloc(n * sizeof(*m->pcm), NULL);
	m->n = m->pcm ? n : 0;
	return m->pcm ? 0 : ENOMEM;
}

/* Only softer, never louder: silence stays silence */
static void soften(struct music *m)
{
	double sum = 0, gain = 1;
	int peak = 0;

	for (uint32_t i = 0; i < m->n; i++) {
		sum += (double)m->pcm[i] * m->pcm[i];
		peak = MAX(peak, abs(m->pcm[i]));
	}

	if (peak > PEAK)
		gain = (double)PEAK / peak;
	if (sqrt(sum / m->n) * gain > LOUD)
		gain = LOUD / sqrt(sum / m->n);
	for (uint32_t i = 0; i < m->n && gain < 1; i++)
		m->pcm[i] = (int16_t)(gain * m->pcm[i]);
}

/* Of both channels */
static int16_t mean(const int16_t *pcm)
{
	const int sum = pcm[0] + pcm[1];

	return (int16_t)(sum / 2);
}

static void read_all(struct music *m, struct wave *w)
{
	int16_t pcm[CHUNK * WAVE_CHANNELS_MAX];

	for (uint32_t at = 0; at < m->n; at += CHUNK) {
		const unsigned n = MIN(m->n - at, (uint32_t)CHUNK);

		wave_read(w, pcm, n);
		for (unsigned i = 0; i < n; i++)
			m->pcm[at + i] = wave_channels(w) == 1
						 ? pcm[i]
						 : mean(&pcm[2 * i]);
	}
}

static int read_file(struct music *m, const char *path)
{
	struct wave *w;
	uint32_t n;
	int err = wave_open(&w, path);

	if (err)
		return err;

	m->rate = wave_rate(w);
	n = MIN(wave_left(w), m->rate * MUSIC_MAX);
	if (n < wave_left(w))
		log_info("music: of %s the first %u s are played\n", path,
			 (unsigned)MUSIC_MAX);
	err = n ? make_room(m, n) : EINVAL;
	if (!err)
		read_all(m, w);
	mem_deref(w);
	return err;
}

/* A second, in which each whole number of Hz is whole */
static int make_tone(struct music *m, const char *hz)
{
	const double f = *hz == '=' ? strtod(hz + 1, NULL) : (double)TONE_HZ;
	int err;

	if (f < TONE_LEAST || f > TONE_MOST)
		return EINVAL;

	m->rate = TONE_RATE;
	err = make_room(m, TONE_RATE);
	for (uint32_t i = 0; i < m->n; i++)
		m->pcm[i] = (int16_t)(TONE_PEAK *
				      sin(2 * M_PI * floor(f) * i / TONE_RATE));
	return err;
}

int music_alloc(struct music **mp, const struct config *cfg)
{
	const char *name = config_text(cfg, "call", "hold_music");
	struct music *m;
	int err;

	if (!strcmp(name, "none"))
		return 0;

	m = mem_zalloc(sizeof(*m), music_destructor);
	if (!m)
		return ENOMEM;

	if (!strncmp(name, sim_tone, strlen(sim_tone)))
		err = make_tone(m, name + strlen(sim_tone));
	else
		err = read_file(m, name);
	if (!err) {
		soften(m);
		*mp = m;
		return 0;
	}

	mem_deref(m);
	if (err == ENOMEM)
		return err;

	log_warning("music: %s cannot be played: %m; who is held hears "
		    "nothing. Give a WAV file of 16 bit, one or two channels "
		    "and 8 to 48 kHz\n",
		    name, err);
	return 0;
}

static void player_destructor(void *arg)
{
	struct music_player *p = arg;

	mem_deref(p->resampler);
	mem_deref(p->music);
	mem_deref(p->out);
}

int music_play(struct music_player **pp, struct music *m, uint32_t rate)
{
	struct music_player *p;
	int err;

	p = mem_zalloc(sizeof(*p), player_destructor);
	if (!p)
		return ENOMEM;

	p->music = mem_ref(m);
	err = resampler_alloc(&p->resampler, m->rate, rate, BLOCK, false);
	if (!err) {
		p->out = mem_zalloc(resampler_room(p->resampler, BLOCK) *
					    sizeof(*p->out),
				    NULL);
		err = p->out ? 0 : ENOMEM;
	}
	if (err)
		mem_deref(p);
	else
		*pp = p;
	return err;
}

static void refill(struct music_player *p)
{
	const struct music *m = p->music;
	const unsigned n = MIN(m->n - p->next, (uint32_t)BLOCK);

	p->pos = 0;
	p->end = resampler_put(p->resampler, m->pcm + p->next, n, p->out);
	p->next = (p->next + n) % m->n;
}

void music_get(struct music_player *p, int16_t *pcm, unsigned n)
{
	while (n) {
		unsigned have;

		while (p->pos == p->end)
			refill(p);
		have = MIN(p->end - p->pos, n);
		memcpy(pcm, p->out + p->pos, have * sizeof(*pcm));
		p->pos += have;
		pcm += have;
		n -= have;
	}
}

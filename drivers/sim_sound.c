/**
 * @file drivers/sim_sound.c  Simulated sound
 *
 * The time of each beat is counted from the start, so that none is lost to
 * rounding. Freeing while it beats is allowed outside of the handler.
 */
#include <math.h>
#include <stdlib.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "drivers/ear.h"
#include "drivers/sim_sound.h"
#include "core/base/wave.h"

enum {
	RATE = 48000,	   /* Unless wished otherwise [Hz]              */
	TONE = 1000,	   /* [Hz]                                      */
	LEVEL = -20,	   /* [dBFS]                                    */
	LEVEL_MIN = -90,   /* [dBFS]                                    */
	PPM_MAX = 1000,	   /* As fast or slow as a card's clock may be  */
	SLIP = 20,	   /* Beats behind, then the time is set anew   */
	PERIOD_MIN = 1000, /* [us]                                      */
};

static const double level_max = -3.0; /* A full-scale sine [dBFS]  */
static const double two_pi = 6.28318530717958647692;

struct sim {
	struct sound sound; /* First, for struct sound * */
	struct sound_format fmt;

	double frequency, level, ppm; /* A tone, if frequency is not 0 */
	double re, im, cos, sin;      /* Its phase, and a step of it   */
	char *in_path, *out_path;
	struct wave *in, *out;
	bool deaf;
	struct ear *ear;

	struct loop_timer timer;
	uint64_t begin; /* [us] */
	uint64_t beats;
	uint32_t slips;
	int16_t *mic, *spk;
	sound_period_h *ph;
	void *arg;
};

static void stop(struct sound *s)
{
	struct sim *sim = (struct sim *)s;

	loop_timer_cancel(&sim->timer);
	sim->in = mem_deref(sim->in);
	sim->out = mem_deref(sim->out);
	sim->mic = mem_deref(sim->mic);
	sim->spk = mem_deref(sim->spk);
	sim->ph = NULL;
}

static void sim_destructor(void *arg)
{
	struct sim *sim = arg;

	stop(&sim->sound);
	mem_deref(sim->ear);
	mem_deref(sim->in_path);
	mem_deref(sim->out_path);
}

static uint64_t due(const struct sim *sim)
{
	double rate = sim->fmt.rate * (1 + sim->ppm / CLOCK_S);

	return sim->begin + (uint64_t)((double)(sim->beats + 1) *
				       sim->fmt.period * CLOCK_S / rate);
}

/* A vector that turns by a step each sample */
static void make_tone(struct sim *sim)
{
	unsigned channels = sim->fmt.channels;
	double norm;

	for (unsigned i = 0; i < sim->fmt.period; i++) {
		double re = sim->re * sim->cos - sim->im * sim->sin;

		sim->im = sim->re * sim->sin + sim->im * sim->cos;
		sim->re = re;
		for (unsigned c = 0; c < channels; c++)
			sim->mic[i * channels + c] = (int16_t)lrint(sim->im);
	}

	norm = pow(10, (sim->level - level_max) / 20) * INT16_MAX;
	norm /= sqrt(sim->re * sim->re + sim->im * sim->im);
	sim->re *= norm;
	sim->im *= norm;
}

static void on_beat(uint64_t now, void *arg)
{
	struct sim *sim = arg;
	const struct sound_format *f = &sim->fmt;
	size_t bytes = f->period * f->channels * sizeof(int16_t);

	++sim->beats;
	if (now - sim->begin > due(sim) - sim->begin + SLIP * SOUND_PERIOD) {
		sim->begin = now;
		sim->beats = 0;
		++sim->slips;
	}
	loop_timer_arm(&sim->timer, due(sim));

	if (sim->in)
		wave_read(sim->in, sim->mic, f->period);
	else if (sim->frequency > 0)
		make_tone(sim);
	memset(sim->spk, 0, bytes);

	mem_ref(sim);
	sim->ph(sim->mic, sim->spk, f->period, now, sim->arg);

	if (sim->ph && !sim->deaf)
		ear_put(sim->ear, sim->spk, f->period, f->channels);
	if (sim->ph && sim->out)
		wave_write(sim->out, sim->spk, f->period);
	mem_deref(sim);
}

static int open_files(struct sim *sim)
{
	int err = 0;

	if (sim->in_path) {
		err = wave_open(&sim->in, sim->in_path);
		if (err) {
			log_warning("sound: %s: %m\n", sim->in_path, err);
			return err;
		}
		if (wave_rate(sim->in) != sim->fmt.rate ||
		    wave_channels(sim->in) != sim->fmt.channels)
			return EINVAL; /* Another file since alloc */
	}
	if (sim->out_path)
		err = wave_create(&sim->out, sim->out_path, sim->fmt.rate,
				  sim->fmt.channels);
	if (err)
		log_warning("sound: %s: %m\n", sim->out_path, err);
	return err;
}

static int start(struct sound *s, struct sound_format *fmt, sound_period_h *ph,
		 sound_state_h *sh, void *arg)
{
	struct sim *sim = (struct sim *)s;
	size_t samples = (size_t)sim->fmt.period * sim->fmt.channels;
	double step = two_pi * sim->frequency / sim->fmt.rate;
	int err;
	(void)sh; /* It never goes away */

	if (sim->ph)
		return EALREADY;

	sim->ear = mem_deref(sim->ear);
	sim->mic = mem_zalloc(samples * sizeof(int16_t), NULL);
	sim->spk = mem_zalloc(samples * sizeof(int16_t), NULL);
	err = sim->mic && sim->spk ? ear_alloc(&sim->ear, sim->fmt.rate)
				   : ENOMEM;
	if (!err)
		err = open_files(sim);
	if (err) {
		stop(s);
		return err;
	}

	sim->re = 1;
	sim->im = 0;
	sim->cos = cos(step);
	sim->sin = sin(step);
	sim->re = pow(10, (sim->level - level_max) / 20) * INT16_MAX;
	sim->slips = 0;
	sim->beats = 0;
	sim->begin = clock_now();
	sim->ph = ph;
	sim->arg = arg;
	*fmt = sim->fmt;
	loop_timer_arm(&sim->timer, due(sim));
	return 0;
}

static void heard(const struct sound *s, struct sound_heard *h)
{
	const struct sim *sim = (const struct sim *)s;

	memset(h, 0, sizeof(*h));
	if (sim->ear)
		ear_heard(sim->ear, h);
}

static int print(struct re_printf *pf, const struct sound *s)
{
	const struct sim *sim = (const struct sim *)s;
	struct sound_heard h;
	int err;

	err = re_hprintf(pf, "sim %u Hz %u channels %u frames slips=%u",
			 sim->fmt.rate, sim->fmt.channels, sim->fmt.period,
			 sim->slips);
	if (!sim->ear || sim->deaf)
		return err;

	ear_heard(sim->ear, &h);
	err |= re_hprintf(pf,
			  " heard level=%.1f dBFS frequency=%.1f Hz "
			  "gap=%u ms sounding=%llu ms",
			  h.level, h.frequency, h.gap,
			  (unsigned long long)h.sounding);
	return err;
}

static const struct sound_table table = {
	.start = start,
	.stop = stop,
	.heard = heard,
	.print = print,
};

/* "" or "=1000,-20,0": each may be missing */
static int parse_tone(struct sim *sim, const char *p)
{
	double *valv[] = { &sim->frequency, &sim->level, &sim->ppm };
	char *end;

	sim->frequency = TONE;
	sim->level = LEVEL;
	for (unsigned i = 0; *p; i++) {
		if (i == ARRAY_SIZE(valv) || *p != (i ? ',' : '='))
			return EINVAL;
		*valv[i] = strtod(p + 1, &end);
		if (end == p + 1)
			return EINVAL;
		p = end;
	}

	if (!(sim->frequency > 0 && sim->frequency < sim->fmt.rate / 2.0) ||
	    !(sim->level >= LEVEL_MIN && sim->level <= level_max) ||
	    !(fabs(sim->ppm) <= PPM_MAX))
		return EINVAL;
	return 0;
}

static int parse_file(struct sim *sim, const char *p)
{
	const char *comma = strchr(p, ',');
	size_t len = comma ? (size_t)(comma - p) : strlen(p);
	struct wave *probe;
	struct pl in = { p, len };
	int err = 0;

	if (len)
		err = pl_strdup(&sim->in_path, &in);
	if (!err && comma && comma[1])
		err = str_dup(&sim->out_path, comma + 1);
	if (err || !sim->in_path)
		return err || sim->out_path ? err : EINVAL;

	err = wave_open(&probe, sim->in_path);
	if (err) {
		log_warning("sound: %s: %s\n", sim->in_path,
			    err == EINVAL ? "not a WAV file of 16-bit PCM, "
					    "1 or 2 channels, 8 to 48 kHz"
					  : strerror(err));
		return err;
	}
	sim->fmt.rate = wave_rate(probe);
	sim->fmt.channels = wave_channels(probe);
	mem_deref(probe);
	return 0;
}

static int parse(struct sim *sim, const char *device)
{
	static const char tone[] = "tone", file[] = "file=";
	int err = EINVAL;

	if (!strcmp(device, "silence"))
		return 0;
	if (!strncmp(device, tone, sizeof(tone) - 1))
		err = parse_tone(sim, device + sizeof(tone) - 1);
	else if (!strncmp(device, file, sizeof(file) - 1) &&
		 device[sizeof(file) - 1])
		return parse_file(sim, device + sizeof(file) - 1);

	if (err)
		log_warning("sound: 'sim:%s' should be sim:tone=HZ,DBFS, "
			    "sim:file=IN.wav,OUT.wav or sim:silence\n",
			    device);
	return err;
}

static int set_format(struct sim *sim, const struct sound_prefs *prefs)
{
	uint32_t period = prefs->period ? prefs->period : SOUND_PERIOD;

	sim->fmt.rate = prefs->rate ? prefs->rate : RATE;
	sim->fmt.channels = prefs->channels ? prefs->channels : 1;
	if (sim->fmt.rate < SOUND_RATE_MIN || sim->fmt.rate > SOUND_RATE_MAX ||
	    sim->fmt.channels > SOUND_CHANNELS_MAX || period < PERIOD_MIN)
		return EINVAL;
	return 0;
}

static int set_period(struct sim *sim, const struct sound_prefs *prefs)
{
	uint64_t period = prefs->period ? prefs->period : SOUND_PERIOD;

	sim->fmt.period = (unsigned)(period * sim->fmt.rate / CLOCK_S);
	return sim->fmt.period <= SOUND_PERIOD_MAX ? 0 : EINVAL;
}

int sim_sound_alloc(struct sound **sp, const char *device,
		    const struct sound_prefs *prefs)
{
	struct sim *sim;
	int err;

	sim = mem_zalloc(sizeof(*sim), sim_destructor);
	if (!sim)
		return ENOMEM;

	sim->sound.table = &table;
	loop_timer_init(&sim->timer, "sound", on_beat, sim);
	err = set_format(sim, prefs);
	if (!err)
		err = parse(sim, device);
	if (!err)
		err = set_period(sim, prefs);
	if (err)
		mem_deref(sim);
	else
		*sp = &sim->sound;
	return err;
}

int sim_sound_none(struct sound **sp, const char *device,
		   const struct sound_prefs *prefs)
{
	struct sound *s;
	int err;

	if (*device) {
		log_warning("sound: 'none:%s' should be none\n", device);
		return EINVAL;
	}

	err = sim_sound_alloc(&s, "silence", prefs);
	if (err)
		return err;

	((struct sim *)s)->deaf = true;
	*sp = s;
	return 0;
}

int sim_sound_list(struct re_printf *pf, void *unused)
{
	(void)unused;
	return re_hprintf(pf, "sim:tone=1000,-20\nsim:file=IN.wav,OUT.wav\n"
			      "sim:silence\n");
}

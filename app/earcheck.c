/**
 * @file app/earcheck.c  Ear check
 *
 * A second of listening, then chirps. The drift of the card's clock is the
 * slope of a line through the times of all heartbeats.
 */
#include <math.h>
#include <stdlib.h>
#include "app/chirp.h"
#include "app/earcheck.h"
#include "app/soundloan.h"

enum {
	EVERY = 1000 * CLOCK_MS, /* A chirp [us]                          */
	CLIPPED = 32600,	 /* Of INT16_MAX                          */
	CLIPPED_MANY = 20,	 /* Samples: it is no accident            */
	ALIKE_MS = 3,		 /* Delays of one and the same way [ms]   */
	QUIET = -90,		 /* No microphone is so silent [dBFS]     */
	NOISY = -40,		 /* A room should be more silent [dBFS]   */
	WEAK = 40,		 /* Attenuation that is too much [dB]     */
	DRIFT = 200,		 /* A clock should be better [ppm]        */
	LATE = 3,		 /* Periods that a heartbeat may be late  */
	HALF = 2,
	DB_POWER = 10, /* Decibels of ten times the power */
	SILENCE = -120,
};

struct check {
	struct sound *sound;
	struct answer *answer;
	struct sound_format fmt;
	struct chirp *chirp;
	struct loop_timer done; /* Not inside of a heartbeat */
	struct chirp_found foundv[EARCHECK_CHIRPS];
	unsigned foundc;
	uint64_t beats;
	uint64_t first, last, gap;
	double sx, sy, sxx, sxy; /* Of the line: beats, times [us] */
	double noise;		 /* Sum of squares before the chirps */
	uint64_t noisec, clipped;
	bool chirping, borrowed;
};

static void check_destructor(void *arg)
{
	struct check *c = arg;

	loop_timer_cancel(&c->done);
	if (c->borrowed)
		soundloan_return(c->sound);
	mem_deref(c->chirp);
	mem_deref(c->answer);
}

/* ---- Heartbeats ---- */

static void keep_time(struct check *c, uint64_t now)
{
	const double x = (double)c->beats;
	double y;

	if (!c->beats)
		c->first = c->last = now;
	if (now - c->last > c->gap)
		c->gap = now - c->last;
	c->last = now;
	y = (double)(now - c->first);
	c->sx += x;
	c->sy += y;
	c->sxx += x * x;
	c->sxy += x * y;
	++c->beats;
}

static void study(struct check *c, const int16_t *mic, unsigned frames)
{
	for (unsigned i = 0; i < frames; i++) {
		const int16_t s = mic[i * c->fmt.channels];

		if (abs(s) >= CLIPPED)
			++c->clipped;
		if (!c->foundc && !c->chirping) {
			c->noise += (double)s * s;
			++c->noisec;
		}
	}
}

static void period_handler(const int16_t *mic, int16_t *spk, unsigned frames,
			   uint64_t now, void *arg)
{
	struct check *c = arg;
	const uint64_t every = (uint64_t)EVERY * c->fmt.rate / CLOCK_S /
			       c->fmt.period;

	keep_time(c, now);
	study(c, mic, frames);
	if (!c->chirping && c->foundc < EARCHECK_CHIRPS &&
	    c->beats > (c->foundc + 1) * every) {
		chirp_begin(c->chirp);
		c->chirping = true;
	}
	if (!chirp_period(c->chirp, mic, spk, frames, c->fmt.channels))
		return;

	c->chirping = false;
	chirp_result(c->chirp, &c->foundv[c->foundc++]);
	if (c->foundc == EARCHECK_CHIRPS)
		loop_timer_arm(&c->done, clock_now());
}

/* ---- Words ---- */

static double dbfs(double square)
{
	const double full = (double)INT16_MAX * INT16_MAX;

	return square > 0 ? DB_POWER * log10(square / full) : SILENCE;
}

static int by_delay(const void *a, const void *b)
{
	const struct chirp_found *x = a, *y = b;

	return (x->delay > y->delay) - (x->delay < y->delay);
}

/* Those that were found at about the same time as the one in the middle */
static unsigned alike(const struct check *c, const struct chirp_found *middle)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->foundc; i++)
		n += c->foundv[i].likeness * 100 >= CHIRP_FOUND &&
		     fabs(c->foundv[i].delay - middle->delay) <= ALIKE_MS;
	return n;
}

static int say_echo(struct check *c, double noise)
{
	struct chirp_found *middle = &c->foundv[EARCHECK_CHIRPS / HALF];
	unsigned n;

	qsort(c->foundv, c->foundc, sizeof(c->foundv[0]), by_delay);
	n = alike(c, middle);
	if (n <= EARCHECK_CHIRPS / HALF) {
		answer_say(c->answer,
			   noise < QUIET
				   ? "WRONG the microphone gives silence: is "
				     "it connected, switched on, and the "
				     "right one in [audio] device?\n"
				   : "WRONG the microphone does not hear the "
				     "loudspeaker: is that connected, turned "
				     "up, and the right one in [audio] "
				     "device?\n");
		return EIO;
	}

	answer_say(c->answer,
		   "ok    the microphone hears the loudspeaker, %u of %u "
		   "times, after %.1f ms\n",
		   n, c->foundc, middle->delay);
	if (middle->attenuation > WEAK) {
		answer_say(c->answer,
			   "WRONG but %.1f dB weaker than it was played: turn "
			   "the loudspeaker or the microphone up\n",
			   middle->attenuation);
		return EIO;
	}

	answer_say(c->answer, "ok    %.1f dB %s than it was played\n",
		   fabs(middle->attenuation),
		   middle->attenuation < 0 ? "louder" : "weaker");
	return 0;
}

static int say_level(struct check *c, double noise)
{
	answer_say(c->answer, "%s without it, the room has %.1f dBFS\n",
		   noise > NOISY ? "note " : "ok   ", noise);
	if (c->clipped <= CLIPPED_MANY)
		return 0;

	answer_say(c->answer,
		   "WRONG it is so loud that it cracks (%llu samples at the "
		   "limit): turn the microphone or the loudspeaker down\n",
		   (unsigned long long)c->clipped);
	return EIO;
}

static int say_clock(struct check *c)
{
	const double n = (double)c->beats;
	const double slope = (n * c->sxy - c->sx * c->sy) /
			     (n * c->sxx - c->sx * c->sx);
	const double period = (double)c->fmt.period * CLOCK_S /
			      (double)c->fmt.rate;
	const double ppm = (period / slope - 1) * CLOCK_S;
	int err = 0;

	answer_say(c->answer, "%s the card's clock is %.1f ppm %s\n",
		   fabs(ppm) > DRIFT ? "note " : "ok   ", fabs(ppm),
		   ppm < 0 ? "slow" : "fast");
	if ((double)c->gap > LATE * period) {
		answer_say(c->answer,
			   "WRONG a heartbeat came after %.1f ms instead of "
			   "%.1f: the machine is too busy\n",
			   (double)c->gap / CLOCK_MS, period / CLOCK_MS);
		err = EIO;
	} else {
		answer_say(c->answer,
			   "ok    heartbeats every %.1f ms, the longest after "
			   "%.1f\n",
			   period / CLOCK_MS, (double)c->gap / CLOCK_MS);
	}
	answer_say(c->answer, "device: %H\n", sound_print, c->sound);
	return err;
}

/* ---- The check ---- */

static void done_handler(uint64_t now, void *arg)
{
	struct check *c = arg;
	const double noise = dbfs(c->noisec ? c->noise / (double)c->noisec : 0);
	int err;
	(void)now;

	err = say_echo(c, noise);
	err |= say_level(c, noise);
	err |= say_clock(c);
	soundloan_return(c->sound);
	answer_end(c->answer, err ? EIO : 0);
	mem_deref(c);
}

static void recall_handler(void *arg)
{
	struct check *c = arg;

	c->borrowed = false; /* Whoever has it now */
	answer_say(c->answer, "stopped: a call needs the sound device\n");
	answer_end(c->answer, ECANCELED);
	mem_deref(c);
}

static void stop_handler(void *arg)
{
	mem_deref(arg);
}

int earcheck_start(struct sound *s, struct answer *answer)
{
	struct check *c = mem_zalloc(sizeof(*c), check_destructor);
	int err;

	if (!c)
		return ENOMEM;

	c->sound = s;
	loop_timer_init(&c->done, "check audio", done_handler, c);
	err = soundloan_borrow(s, &c->fmt, period_handler, recall_handler, c);
	c->borrowed = !err;
	if (!err)
		err = chirp_alloc(&c->chirp, c->fmt.rate);
	if (err) {
		mem_deref(c);
		return err;
	}

	c->answer = mem_ref(answer);
	answer_begin(answer, false, stop_handler, c);
	answer_say(answer, "a second of silence, then %u chirps...\n",
		   EARCHECK_CHIRPS);
	return 0;
}

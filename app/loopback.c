/**
 * @file app/loopback.c  Loopback
 *
 * Half as loud, so that what goes round and round dies away.
 */
#include "app/loopback.h"
#include "app/soundloan.h"
#include "core/media/level.h"

enum {
	HALF = 2,
};

struct loopback {
	struct sound *sound;
	struct answer *answer;
	struct sound_format fmt;
	struct level level;
	double loudest; /* [dBFS] */
	int16_t *ring;	/* A second */
	size_t n, at;
	struct loop_timer done;
	bool borrowed;
};

static void loopback_destructor(void *arg)
{
	struct loopback *l = arg;

	loop_timer_cancel(&l->done);
	if (l->borrowed)
		soundloan_return(l->sound);
	mem_deref(l->ring);
	mem_deref(l->answer);
}

static void period_handler(const int16_t *mic, int16_t *spk, unsigned frames,
			   uint64_t now, void *arg)
{
	struct loopback *l = arg;
	const size_t n = (size_t)frames * l->fmt.channels;
	(void)now;

	if (!l->ring)
		return;

	level_put(&l->level, mic, (unsigned)n, l->fmt.rate * l->fmt.channels);
	if (level_get(&l->level) > l->loudest)
		l->loudest = level_get(&l->level);
	for (size_t i = 0; i < n; i++) {
		spk[i] = l->ring[l->at];
		l->ring[l->at] = (int16_t)(mic[i] / HALF);
		l->at = (l->at + 1) % l->n;
	}
}

static void done_handler(uint64_t now, void *arg)
{
	struct loopback *l = arg;
	(void)now;

	soundloan_return(l->sound);
	answer_say(l->answer, "over; the loudest second had %.1f dBFS\n",
		   l->loudest);
	answer_end(l->answer, 0);
	mem_deref(l);
}

static void recall_handler(void *arg)
{
	struct loopback *l = arg;

	l->borrowed = false;
	answer_say(l->answer, "stopped: a call needs the sound device\n");
	answer_end(l->answer, ECANCELED);
	mem_deref(l);
}

static void stop_handler(void *arg)
{
	mem_deref(arg);
}

int loopback_start(struct sound *s, unsigned seconds, struct answer *answer)
{
	struct loopback *l = mem_zalloc(sizeof(*l), loopback_destructor);
	int err;

	if (!l)
		return ENOMEM;

	l->sound = s;
	l->loudest = LEVEL_SILENCE;
	loop_timer_init(&l->done, "loopback", done_handler, l);
	err = soundloan_borrow(s, &l->fmt, period_handler, recall_handler, l);
	l->borrowed = !err;
	l->n = (size_t)l->fmt.rate * l->fmt.channels;
	if (!err) {
		l->ring = mem_zalloc(l->n * sizeof(*l->ring), NULL);
		err = l->ring ? 0 : ENOMEM;
	}
	if (err) {
		mem_deref(l);
		return err;
	}

	l->answer = mem_ref(answer);
	answer_begin(answer, false, stop_handler, l);
	answer_say(answer,
		   "say something: it comes back after a second, for %u s\n",
		   seconds);
	loop_timer_arm(&l->done, clock_now() + seconds * (uint64_t)CLOCK_S);
	return 0;
}

/**
 * @file drivers/alsa_sound.c  ALSA sound
 *
 * Poll descriptors of the capture side are watched. Some PCMs (null, file)
 * cannot be watched, or are always ready: a timer drives those, and a bucket
 * lets no more beats through than the clock does, so that none spins. While
 * the card is away the timer beats silence.
 */
#include <sys/epoll.h>
#include <unistd.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "drivers/alsa_card.h"
#include "drivers/alsa_knobs.h"
#include "drivers/alsa_sound.h"

enum {
	FDS_MAX = 4,	     /* Descriptors of a PCM, ours              */
	AT_ONCE = 8,	     /* Beats of a wake, ours                   */
	BURST = 6,	     /* Beats that may come at once, ours       */
	FAST = 1000,	     /* Cards' clocks are fast by less [ppm]    */
	STALL = CLOCK_S,     /* No beat: it is lost, ours               */
	RETRY = 2 * CLOCK_S, /* SECURITY row 34: back within 5 s        */
	RATE = 48000,	     /* Of a card that was never seen, ours     */
	PPM = 1000000,
};

struct alsa {
	struct sound sound; /* First, for struct sound * */
	char *capture_name, *playback_name;
	struct sound_prefs prefs;
	struct sound_format fmt; /* Fixed, once a card was there  */
	bool seen;		 /* It was                        */

	struct alsa_card *card;
	struct alsa_knobs *knobs;
	struct pollfd fdv[FDS_MAX];
	struct loop_watch *watchv[FDS_MAX];
	unsigned fdc;
	bool timed;		 /* Cannot be watched             */
	bool paused;		 /* The bucket is full            */
	struct loop_timer timer; /* Goes on, or beats silence    */
	uint64_t level;		 /* Of the bucket [us]            */
	uint64_t last;		 /* When it was looked at [us]    */
	uint64_t heard;		 /* When it beat [us]             */
	uint64_t retry;		 /* When to look for the card     */
	int lost;		 /* Why it is away, 0 it is not   */
	bool told;		 /* The handler knows that        */

	int16_t *mic, *spk;
	sound_period_h *ph;
	sound_state_h *sh;
	void *arg;
	uint64_t beats;
	uint32_t losses;
	struct alsa_counts counts;
};

static void on_ready(int flags, uint64_t now, void *arg);

static void close_card(struct alsa *a)
{
	for (unsigned i = 0; i < FDS_MAX; i++)
		a->watchv[i] = mem_deref(a->watchv[i]);
	a->fdc = 0;
	a->card = mem_deref(a->card);
	loop_timer_cancel(&a->timer);
}

static void stop(struct sound *s)
{
	struct alsa *a = (struct alsa *)s;

	close_card(a);
	a->mic = mem_deref(a->mic);
	a->spk = mem_deref(a->spk);
	a->ph = NULL;
	a->lost = 0;
}

static void alsa_destructor(void *arg)
{
	struct alsa *a = arg;

	stop(&a->sound);
	mem_deref(a->knobs);
	mem_deref(a->capture_name);
	mem_deref(a->playback_name);
	(void)alsa.config_update_free_global();
}

static int open_card(struct alsa *a)
{
	int err = alsa_card_open(&a->card, a->capture_name, a->playback_name,
				 &a->prefs, &a->fmt);
	int numberv[SOUND_SIDES];

	if (err)
		return err;

	for (unsigned i = 0; i < SOUND_SIDES; i++)
		numberv[i] = alsa_card_number(a->card, (enum sound_side)i);
	alsa_knobs_here(a->knobs, numberv);
	a->seen = true;
	return 0;
}

/* A card that was never there is waited for at what most of them can do */
static void guess_format(struct alsa *a)
{
	const uint64_t period = a->prefs.period ? a->prefs.period
						: SOUND_PERIOD;

	a->fmt.rate = a->prefs.rate ? a->prefs.rate : RATE;
	a->fmt.channels = a->prefs.channels ? a->prefs.channels : 1;
	a->fmt.period = (unsigned)(a->fmt.rate * period / CLOCK_S);
}

static uint64_t period_us(const struct alsa *a)
{
	return (uint64_t)a->fmt.period * CLOCK_S / a->fmt.rate;
}

/* epoll takes no plain files, nor /dev/null */
static bool can_watch(int fd)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int ep = epoll_create1(EPOLL_CLOEXEC);
	bool ok = ep >= 0 && epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) == 0;

	if (ep >= 0)
		(void)close(ep);
	return ok;
}

static int watch(struct alsa *a)
{
	int n, err = 0;

	n = alsa.pcm_poll_descriptors(alsa_card_clock(a->card), a->fdv,
				      FDS_MAX);
	if (n <= 0 ||
	    alsa.pcm_poll_descriptors_count(alsa_card_clock(a->card)) > FDS_MAX)
		return ENODEV;

	a->timed = false;
	for (int i = 0; i < n; i++)
		a->timed = a->timed || !can_watch(a->fdv[i].fd);
	if (a->timed)
		return 0;

	for (a->fdc = 0; a->fdc < (unsigned)n && !err; a->fdc++)
		err = loop_watch_alloc(&a->watchv[a->fdc], "sound",
				       a->fdv[a->fdc].fd,
				       LOOP_READ | LOOP_EXCEPT, on_ready, a);
	return err;
}

static int start_card(struct alsa *a, uint64_t now)
{
	int err;

	err = alsa_card_run(a->card);
	if (!err)
		err = watch(a);
	if (err)
		return err;

	a->level = (BURST - 1) * period_us(a);
	a->last = now;
	a->heard = now;
	a->paused = false;
	loop_timer_arm(&a->timer, now + (a->timed ? period_us(a) : STALL));
	return 0;
}

/* Whether a beat more would be faster than any clock */
static bool too_fast(struct alsa *a, uint64_t now)
{
	uint64_t ago = (now - a->last) + (now - a->last) * FAST / PPM;

	a->level = a->level > ago ? a->level - ago : 0;
	a->last = now;
	return a->level >= BURST * period_us(a);
}

static void pause_watches(struct alsa *a, bool paused)
{
	if (a->paused == paused)
		return;

	for (unsigned i = 0; i < a->fdc; i++)
		(void)loop_watch_set(a->watchv[i],
				     paused ? 0 : LOOP_READ | LOOP_EXCEPT);
	a->paused = paused;
}

static void beat(struct alsa *a, uint64_t now)
{
	size_t samples = (size_t)a->fmt.period * a->fmt.channels;

	++a->beats;
	a->heard = now;
	a->level += period_us(a);
	memset(a->spk, 0, samples * sizeof(*a->spk));
	a->ph(a->mic, a->spk, a->fmt.period, now, a->arg);
}

/* Silence from now on, until it is there */
static void go_without(struct alsa *a, int err, uint64_t now)
{
	log_warning("sound: %s: %m; looking for it every %u s\n",
		    a->capture_name, err, RETRY / CLOCK_S);
	close_card(a);
	memset(a->mic, 0,
	       (size_t)a->fmt.period * a->fmt.channels * sizeof(*a->mic));
	++a->losses;
	a->lost = err;
	a->told = false;
	a->last = now;
	a->retry = now + RETRY;
	loop_timer_arm(&a->timer, now + period_us(a));
}

static void lose(struct alsa *a, int err, uint64_t now)
{
	go_without(a, err, now);
	a->told = true;
	a->sh(err, a->arg);
}

/* One period in, one out; EAGAIN when there is none */
static int turn(struct alsa *a, uint64_t now)
{
	int err;

	err = alsa_card_read(a->card, a->mic, &a->counts);
	if (err)
		return err;

	beat(a, now);
	if (!a->ph)
		return EAGAIN; /* Stopped in the handler */

	return alsa_card_write(a->card, a->spk, a->timed ? 0 : now, &a->counts);
}

static void go_on(struct alsa *a, uint64_t now)
{
	int err = 0;

	mem_ref(a);
	for (unsigned i = 0; i < AT_ONCE && !err; i++) {
		if (too_fast(a, now)) {
			pause_watches(a, true);
			break;
		}
		err = turn(a, now);
	}
	if (err == EAGAIN && now >= a->heard + STALL)
		err = ETIMEDOUT;
	if (err && err != EAGAIN && a->ph)
		lose(a, err, now);
	else if (a->ph)
		loop_timer_arm(
			&a->timer,
			now + (a->paused || a->timed ? period_us(a) : STALL));
	mem_deref(a);
}

static void on_ready(int flags, uint64_t now, void *arg)
{
	struct alsa *a = arg;
	(void)flags; /* Reading says what is the matter */

	go_on(a, now);
}

static void look_for_card(struct alsa *a, uint64_t now)
{
	int err;

	a->retry = now + RETRY;
	(void)alsa.config_update_free_global(); /* It knows the cards */
	err = open_card(a);
	if (err)
		return;

	err = start_card(a, now);
	if (err) {
		close_card(a); /* And its timer */
		loop_timer_arm(&a->timer, a->last + period_us(a));
		return;
	}
	a->lost = 0;
	log_info("sound: %s is back\n", a->capture_name);
	a->sh(0, a->arg);
}

static void on_timer(uint64_t now, void *arg)
{
	struct alsa *a = arg;

	if (!a->lost) {
		pause_watches(a, false);
		go_on(a, now);
		return;
	}

	mem_ref(a);
	a->last += period_us(a);
	if (now > a->last + RETRY)
		a->last = now;
	loop_timer_arm(&a->timer, a->last + period_us(a));
	if (!a->told) {
		a->told = true;
		a->sh(a->lost, a->arg);
	}
	if (a->ph)
		beat(a, now);
	if (a->ph && now >= a->retry)
		look_for_card(a, now);
	mem_deref(a);
}

/* A call goes on without it, and may as well begin so */
static bool is_away(int err)
{
	return err == ENODEV || err == ENOENT || err == ENXIO || err == EIO;
}

/* A card that is not there yet, not a name that ALSA has nowhere */
static bool may_come(const char *name)
{
	return strstr(name, "hw:") || strstr(name, "CARD=") ||
	       !strcmp(name, "default") || !strcmp(name, "sysdefault");
}

/* As it will be at the next start, which may find it */
static int look_at_card(struct alsa *a)
{
	int err = open_card(a);

	close_card(a);
	if (!is_away(err) || !may_come(a->capture_name) ||
	    !may_come(a->playback_name))
		return err;

	log_warning("sound: %s: %m; calls go without until it is there\n",
		    a->capture_name, err);
	return 0;
}

/* @return what open_card() does; the format is known after it */
static int open_first(struct alsa *a)
{
	int err;

	if (!a->seen)
		a->fmt.rate = 0;
	err = open_card(a);
	if (!a->fmt.rate)
		guess_format(a);
	return err;
}

static int start(struct sound *s, struct sound_format *fmt, sound_period_h *ph,
		 sound_state_h *sh, void *arg)
{
	struct alsa *a = (struct alsa *)s;
	uint64_t now = clock_now();
	size_t samples;
	int err;

	if (a->ph)
		return EALREADY;

	memset(&a->counts, 0, sizeof(a->counts));
	a->losses = 0;
	a->beats = 0;
	err = open_first(a);
	samples = (size_t)a->fmt.period * a->fmt.channels;
	a->mic = mem_zalloc(samples * sizeof(*a->mic), NULL);
	a->spk = mem_zalloc(samples * sizeof(*a->spk), NULL);
	if (!a->mic || !a->spk)
		err = ENOMEM;
	if (!err)
		err = start_card(a, now);
	if (is_away(err)) {
		go_without(a, err, now);
	} else if (err) {
		log_warning("sound: %s: %m\n", a->capture_name, err);
		stop(s);
		return err;
	}

	a->ph = ph;
	a->sh = sh;
	a->arg = arg;
	*fmt = a->fmt;
	return 0;
}

static int print(struct re_printf *pf, const struct sound *s)
{
	const struct alsa *a = (const struct alsa *)s;

	return re_hprintf(pf,
			  "alsa %s %u Hz %u channels %u frames%s beats=%llu "
			  "overruns=%u underruns=%u slips=%u losses=%u%H",
			  a->capture_name, a->fmt.rate, a->fmt.channels,
			  a->fmt.period, a->lost ? " lost" : "",
			  (unsigned long long)a->beats, a->counts.overruns,
			  a->counts.underruns, a->counts.slips, a->losses,
			  alsa_card_print, a->card);
}

static int set_volume(struct sound *s, enum sound_side side,
		      const struct sound_volume *v)
{
	return alsa_knobs_set(((struct alsa *)s)->knobs, side, v);
}

static int get_volume(const struct sound *s, enum sound_side side,
		      struct sound_volume *v)
{
	return alsa_knobs_get(((const struct alsa *)s)->knobs, side, v);
}

static const struct sound_table table = {
	.start = start,
	.stop = stop,
	.print = print,
	.set_volume = set_volume,
	.get_volume = get_volume,
};

static int set_names(struct alsa *a, const char *device)
{
	const char *bar = strchr(device, '|');
	struct pl pl = { device,
			 bar ? (size_t)(bar - device) : strlen(device) };
	int err;

	if (!*device)
		pl_set_str(&pl, "default");

	err = pl_strdup(&a->capture_name, &pl);
	if (!err && bar)
		err = str_dup(&a->playback_name, bar + 1);
	else if (!err)
		err = pl_strdup(&a->playback_name, &pl);
	return err;
}

int alsa_sound_alloc(struct sound **sp, const char *device,
		     const struct sound_prefs *prefs)
{
	struct alsa *a;
	int err;

	err = alsa_lib_load();
	if (err)
		return err;

	a = mem_zalloc(sizeof(*a), alsa_destructor);
	if (!a)
		return ENOMEM;

	a->sound.table = &table;
	a->prefs = *prefs;
	loop_timer_init(&a->timer, "sound", on_timer, a);
	err = set_names(a, device);
	if (!err)
		err = alsa_knobs_alloc(&a->knobs, prefs->controlv);
	if (!err)
		err = look_at_card(a);
	if (err) {
		log_warning("sound: alsa:%s: %s\n", device,
			    err == EINVAL ? "cannot capture and play 16-bit "
					    "sound at one rate as asked"
					  : strerror(err));
		mem_deref(a);
		return err;
	}

	*sp = &a->sound;
	return 0;
}

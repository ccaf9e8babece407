/**
 * @file tests/lab/lab_sound.c  Laboratory: the sound driver on snd-aloop
 *
 *     lab_sound CARD CONTROL [SECONDS]
 *
 * snd-aloop is the kernel's sound card in which what is played on device 0 is
 * captured on device 1 and the other way round. The phone's driver has the
 * one, and, as the other side's, the other. A control of the card makes the
 * clock of one way faster: to each driver microphone and loudspeaker are two
 * cards with two crystals then.
 */
#include <fcntl.h>
#include <math.h>
#include <sound/asound.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "core/base/log.h"
#include "drivers/alsa_sound.h"
#include "tests/lab/judge.h"

enum {
	WARM = 1500 * CLOCK_MS,
	LONG = 60,    /* Of the run with two clocks [s]               */
	SLOW = 16000, /* Its rate [Hz]                               */
	SHORT = 2,    /* Of the others [s]                            */
	PPM = 200,    /* By which the clocks differ                   */
	TONE = 48,    /* Samples of a period: 1 kHz at 48 kHz         */
	LOUD = 8000,  /* Its peak                                     */
	PIECE = 480,  /* Of the sound, looked at for clicks [samples] */
	CLICK = 40,   /* A piece with more beside the tone [-dB]      */
	GROWTH = 3 * CLOCK_MS, /* Of the delay, at most [us]          */
	SWING = 10 * CLOCK_MS, /* Of the delay meanwhile [us]         */
	BACK = 5 * CLOCK_S,    /* SECURITY row 34                     */
	MS_PER_S = 1000,
};

static double sinv[TONE], cosv[TONE];

/* One side */
struct side {
	struct sound *sound;
	struct sound_format fmt;
	uint64_t beats;
	unsigned phase; /* Sample of the tone */
	int16_t *heard; /* While it records */
	size_t n, room;
	unsigned lost, back;
	uint64_t when; /* It was back [us] */
	int err;
};

struct lab {
	struct judge judge;
	const char *card, *control;
	struct side phone, other;
	int16_t *heard; /* By the one that records   */
	size_t room;	/* For so much of it         */
	long before;	/* That, periods lost        */
};

static void on_period(const int16_t *mic, int16_t *spk, unsigned frames,
		      uint64_t now, void *arg)
{
	struct side *s = arg;
	(void)now;

	++s->beats;
	for (unsigned i = 0; i < frames; i++) {
		int16_t *out = spk + i * s->fmt.channels;

		out[0] = (int16_t)lrint(LOUD * sinv[s->phase]);
		out[s->fmt.channels - 1] = out[0];
		s->phase = (s->phase + 1) % TONE;
		if (s->n < s->room)
			s->heard[s->n++] = mic[i * s->fmt.channels];
	}
}

static void on_state(int err, void *arg)
{
	struct side *s = arg;

	s->lost += err != 0;
	s->back += err == 0;
	s->err = err ? err : s->err;
	if (!err)
		s->when = clock_now();
}

static int open_side(struct side *s, const char *name, unsigned rate,
		     unsigned channels)
{
	const struct sound_prefs prefs = { .rate = rate, .channels = channels };
	int err;

	memset(s, 0, sizeof(*s));
	err = alsa_sound_alloc(&s->sound, name, &prefs);
	if (!err)
		err = sound_start(s->sound, &s->fmt, on_period, on_state, s);
	return err;
}

static void close_side(struct side *s)
{
	if (s->sound)
		sound_stop(s->sound);
	s->sound = mem_deref(s->sound);
}

static int open_both(struct lab *l, const char *phone, const char *other,
		     unsigned rate, unsigned channels)
{
	int err = open_side(&l->other, other, rate, channels);

	return err ? err : open_side(&l->phone, phone, rate, channels);
}

static void close_both(struct lab *l)
{
	close_side(&l->phone);
	close_side(&l->other);
}

static long figure(const struct side *s, const char *name)
{
	char text[JUDGE_TEXT * 2];

	(void)re_snprintf(text, sizeof(text), "%H", sound_print, s->sound);
	return judge_figure(text, name);
}

/* Periods lost */
static long faults(const struct side *s)
{
	return figure(s, "overruns=") + figure(s, "underruns=") +
	       figure(s, "slips=");
}

static long faults_of_both(const struct lab *l)
{
	return faults(&l->phone) + faults(&l->other);
}

/* Into memory that was there before: as long as it takes to get some, nobody
   reads the cards */
static void record(struct lab *l, struct side *s, unsigned seconds)
{
	l->before = faults_of_both(l);
	s->heard = l->heard;
	s->n = 0;
	s->room = MIN((size_t)seconds * s->fmt.rate, l->room);
}

/* What of a piece is no tone, against the tone [dB] */
static double beside(const int16_t *v, double *phase, double *level)
{
	double a = 0, b = 0, vv = 0, rest;

	for (unsigned i = 0; i < PIECE; i++) {
		a += v[i] * sinv[i % TONE];
		b += v[i] * cosv[i % TONE];
		vv += (double)v[i] * v[i];
	}
	rest = fabs(vv - (a * a + b * b) * 2 / PIECE) + 1;
	*phase = atan2(b, a);
	*level = 20 * log10(hypot(a, b) * 2 / PIECE / INT16_MAX + 1e-6);
	return 10 * log10(rest / (vv + 1));
}

struct quality {
	double ppm, level, worst; /* Off the pitch, [dBFS], [dB] */
	unsigned clicks;
};

/* The pitch is how fast the phase of the pieces turns */
static void look(const struct side *s, struct quality *q)
{
	double turned = 0, last = 0, phase;
	unsigned pieces = 0;

	memset(q, 0, sizeof(*q));
	q->worst = -120;
	for (size_t at = 0; at + PIECE <= s->n; at += PIECE, pieces++) {
		double rest = beside(s->heard + at, &phase, &q->level);

		if (pieces)
			turned += remainder(phase - last, 2 * M_PI);
		last = phase;
		q->worst = fmax(q->worst, rest);
		q->clicks += rest > -CLICK;
	}
	if (pieces > 1)
		q->ppm = turned / (2 * M_PI * PIECE / TONE) / (pieces - 1) *
			 1e6;
}

/* At 48 kHz, and what else a card may have */
static void hears(struct lab *l, const char *what, const char *phone,
		  const char *other, unsigned rate, unsigned channels)
{
	struct quality q = { .ppm = 0 };
	char name[JUDGE_TEXT];
	long lost = -1;
	int err;

	err = open_both(l, phone, other, rate, channels);
	if (!err) {
		judge_run(&l->judge, WARM);
		record(l, &l->phone, SHORT);
		judge_run(&l->judge, SHORT * CLOCK_S);
		lost = faults_of_both(l) - l->before;
		look(&l->phone, &q);
		(void)re_printf("%H\n", sound_print, l->phone.sound);
	}
	(void)re_snprintf(name, sizeof(name), "sound %s", what);
	judge_say(&l->judge,
		  !err && fabs(q.ppm) < 20 && fabs(q.level + 12.2) < 1 &&
			  !q.clicks && !lost,
		  name,
		  "%u Hz %u ch, pitch %.1f ppm off, %.1f dBFS, beside it %.1f "
		  "dB, %u clicks, lost %ld, %ld before (%m)",
		  l->phone.fmt.rate, l->phone.fmt.channels, q.ppm, q.level,
		  q.worst, q.clicks, lost, l->before, err);
	close_both(l);
}

/* The control of the card that makes one way's clock faster */
static int shift(const struct lab *l, unsigned ppm)
{
	struct snd_ctl_elem_value v = {
		.id = { .iface = SNDRV_CTL_ELEM_IFACE_PCM,
			.name = "PCM Rate Shift 100000" },
	};
	int fd = open(l->control, O_RDWR | O_CLOEXEC), err;

	v.value.integer.value[0] = 100000 + (long)ppm / 10;
	err = fd < 0 || ioctl(fd, SNDRV_CTL_IOCTL_ELEM_WRITE, &v) < 0 ? errno
								      : 0;
	if (fd >= 0)
		(void)close(fd);
	return err;
}

struct span {
	long first, least, most, last;
};

/* How long what is played waits, while time passes */
static void watch_delay(struct lab *l, unsigned seconds, struct span *d)
{
	d->first = d->least = d->most = figure(&l->phone, "waiting=");
	for (unsigned i = 0; i < seconds; i++) {
		judge_run(&l->judge, CLOCK_S);
		d->last = figure(&l->phone, "waiting=");
		d->least = MIN(d->least, d->last);
		d->most = MAX(d->most, d->last);
	}
}

static void two_clocks(struct lab *l, const char *phone, const char *other,
		       unsigned seconds, unsigned ppm)
{
	struct quality q;
	struct span d;
	long lost;
	int err;

	err = open_both(l, phone, other, SLOW, 1);
	if (!err)
		err = shift(l, ppm);
	if (err) {
		judge_say(&l->judge, false, "sound two clocks", "%m", err);
		goto out;
	}

	judge_run(&l->judge, WARM);
	record(l, &l->other, seconds);
	watch_delay(l, seconds, &d);
	lost = faults_of_both(l) - l->before;
	look(&l->other, &q);
	(void)re_printf("%H\n%H\n", sound_print, l->phone.sound, sound_print,
			l->other.sound);
	judge_say(&l->judge,
		  labs(d.last - d.first) < GROWTH && d.most - d.least < SWING &&
			  !q.clicks && !lost,
		  "sound two clocks",
		  "%u ppm, %u s: pitch %.1f ppm off, beside it %.1f dB, %u "
		  "clicks, lost %ld, delay %ld -> %ld us, meanwhile %ld to "
		  "%ld, clocks %ld ppm",
		  ppm, seconds, q.ppm, q.worst, q.clicks, lost, d.first, d.last,
		  d.least, d.most, figure(&l->phone, "clocks="));
out:
	close_both(l);
	(void)shift(l, 0);
}

static void stall(struct lab *l, const char *phone, const char *other)
{
	unsigned descriptors;
	uint64_t beats;

	if (open_both(l, phone, other, 48000, 1))
		goto out;
	judge_run(&l->judge, WARM);
	descriptors = judge_descriptors();
	/* The fault itself: who holds the loop up so long reads no sound */
	for (unsigned i = 0; i < 3; i++) {
		(void)usleep(300 * MS_PER_S);
		judge_run(&l->judge, CLOCK_S / 2);
	}
	beats = l->phone.beats;
	judge_run(&l->judge, CLOCK_S);
	beats = l->phone.beats - beats;
	judge_say(&l->judge,
		  figure(&l->phone, "overruns=") >= 3 && beats > 90 &&
			  beats < 110 && !l->phone.lost &&
			  descriptors == judge_descriptors(),
		  "sound after being held up",
		  "3 times 300 ms: %ld overruns, %ld underruns, then %lu "
		  "beats/s, lost %u, descriptors %u -> %u",
		  figure(&l->phone, "overruns="),
		  figure(&l->phone, "underruns="), (unsigned long)beats,
		  l->phone.lost, descriptors, judge_descriptors());
out:
	close_both(l);
}

/* unbind waits until all have closed it */
static int bind_card(bool on)
{
	return system(on ? "echo snd_aloop.0 "
			   ">/sys/bus/platform/drivers/snd_aloop/bind"
			 : "echo snd_aloop.0 "
			   ">/sys/bus/platform/drivers/snd_aloop/unbind &")
		       ? EIO
		       : 0;
}

static void unplug(struct lab *l, const char *phone)
{
	uint64_t beats = 0, at;
	unsigned before, after;

	before = judge_descriptors();
	if (open_side(&l->phone, phone, 48000, 1))
		goto out;
	judge_run(&l->judge, WARM);
	before = judge_descriptors();
	(void)bind_card(false);
	judge_run(&l->judge, CLOCK_S);
	beats = l->phone.beats;
	judge_run(&l->judge, 2 * CLOCK_S);
	beats = l->phone.beats - beats;
	at = clock_now();
	(void)bind_card(true);
	judge_run(&l->judge, BACK);
	after = judge_descriptors();
	judge_say(&l->judge,
		  l->phone.lost == 1 && l->phone.back == 1 && beats > 180 &&
			  beats < 220 && before == after &&
			  l->phone.when < at + BACK,
		  "sound unplugged",
		  "lost %u (%m), back %u after %lu ms, %lu beats/s of silence, "
		  "descriptors %u -> %u",
		  l->phone.lost, l->phone.err, l->phone.back,
		  (unsigned long)((l->phone.when - at) / CLOCK_MS),
		  (unsigned long)beats / 2, before, after);
out:
	close_both(l);
}

int main(int argc, char **argv)
{
	struct lab l = {
		.card = argc > 1 ? argv[1] : "Loopback",
		.control = argc > 2 ? argv[2] : "/dev/snd/controlC0",
	};
	const unsigned seconds = argc > 3 ? (unsigned)atoi(argv[3]) : LONG;
	char phone[JUDGE_TEXT], other[JUDGE_TEXT], plug[JUDGE_TEXT];
	char mixed[JUDGE_TEXT];
	unsigned before, after;

	/* No waiting for pages of the program while time is measured */
	(void)mlockall(MCL_CURRENT | MCL_FUTURE);
	for (unsigned i = 0; i < TONE; i++) {
		sinv[i] = sin(2 * M_PI * i / TONE);
		cosv[i] = cos(2 * M_PI * i / TONE);
	}
	if (loop_init())
		return 1;

	(void)re_snprintf(phone, sizeof(phone), "hw:%s,0", l.card);
	(void)re_snprintf(other, sizeof(other), "hw:%s,1", l.card);
	(void)re_snprintf(plug, sizeof(plug), "plughw:%s,0", l.card);
	(void)re_snprintf(mixed, sizeof(mixed),
			  "plug:'dsnoop:%s,0'|plug:'dmix:%s,0'", l.card,
			  l.card);
	before = judge_descriptors();
	if (!seconds)
		goto out;

	l.room = MAX((size_t)seconds * SLOW, (size_t)SHORT * SOUND_RATE_MAX);
	l.heard = mem_zalloc(l.room * sizeof(*l.heard), NULL);
	if (!l.heard)
		return 1;

	hears(&l, "as the card likes", phone, other, 0, 0);
	hears(&l, "16 kHz, stereo", phone, other, 16000, 2);
	hears(&l, "44.1 kHz through plug", plug, other, 44100, 1);
	hears(&l, "shared, by dsnoop and dmix", mixed, other, 48000, 2);
	stall(&l, phone, other);
	two_clocks(&l, phone, other, seconds, PPM);
out:
	unplug(&l, phone);
	after = judge_descriptors();
	judge_say(&l.judge, before + 1 >= after, "sound leaves nothing open",
		  "descriptors %u before, %u after", before, after);

	mem_deref(l.heard);
	loop_close();
	return l.judge.failed != 0;
}

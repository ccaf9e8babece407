/**
 * @file tests/unit/test_voice.c  Tests of voice: who has the sound device
 */
#include "tests/unit/test.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/call/voice.h"

enum {
	RATE = 8000,
	FRAMES = 80,
	MIC = 1000, /* What the microphone hears */
};

/* A device that beats when the test says so */
struct device {
	struct sound sound; /* First */
	sound_period_h *ph;
	sound_state_h *sh;
	void *arg;
	bool open;
	int err;
};

static int start(struct sound *s, struct sound_format *fmt, sound_period_h *ph,
		 sound_state_h *sh, void *arg)
{
	struct device *d = (struct device *)s;

	assert_false(d->open);
	if (d->err)
		return d->err;

	fmt->rate = RATE;
	fmt->channels = 1;
	fmt->period = FRAMES;
	d->open = true;
	d->ph = ph;
	d->sh = sh;
	d->arg = arg;
	return 0;
}

static void stop(struct sound *s)
{
	((struct device *)s)->open = false;
}

static int print(struct re_printf *pf, const struct sound *s)
{
	(void)s;
	return re_hprintf(pf, "test");
}

static struct device *device(void)
{
	static const struct sound_table table = {
		.start = start,
		.stop = stop,
		.print = print,
	};
	struct device *d = mem_zalloc(sizeof(*d), NULL);

	assert_non_null(d);
	d->sound.table = &table;
	return d;
}

struct user {
	struct voice_user u;
	struct voice *v;
	unsigned beats;
	int16_t heard;
	int16_t plays;
	bool leaves;
};

static void on_period(const int16_t *mic, int16_t *spk, unsigned frames,
		      uint64_t now, void *arg)
{
	struct user *u = arg;
	(void)now;

	++u->beats;
	u->heard = mic[frames - 1];
	for (unsigned i = 0; i < frames; i++)
		spk[i] = u->plays;
	if (u->leaves)
		voice_detach(u->v, &u->u);
}

static int16_t beat(struct device *d)
{
	int16_t mic[FRAMES], spk[FRAMES], most = 0;

	for (unsigned i = 0; i < FRAMES; i++)
		mic[i] = MIC;
	memset(spk, 0, sizeof(spk));
	assert_true(d->open);
	d->ph(mic, spk, FRAMES, CLOCK_S, d->arg);
	for (unsigned i = 0; i < FRAMES; i++)
		most = MAX(most, spk[i]);
	return most;
}

static void attach(struct voice *v, struct user *u)
{
	struct sound_format fmt;

	u->v = v;
	assert_int_equal(voice_attach(v, &u->u, on_period, u, &fmt), 0);
	assert_int_equal(fmt.rate, RATE);
	assert_int_equal(voice_attach(v, &u->u, on_period, u, &fmt), EALREADY);
}

static struct voice *open_voice(struct device **dp)
{
	struct voice *v;

	*dp = device();
	assert_int_equal(voice_alloc(&v, &(*dp)->sound, "test", NULL), 0);
	return v;
}

static void test_voice_opens_the_device_while_it_is_needed(void **state)
{
	struct user a = { .plays = 1 }, b = { .plays = 2 };
	struct device *d;
	struct voice *v = open_voice(&d);
	(void)state;

	assert_false(d->open);
	attach(v, &a);
	assert_int_equal(beat(d), 1);
	assert_int_equal(a.heard, MIC);

	/* The one behind beats on, in silence, and is not heard */
	attach(v, &b);
	assert_int_equal(beat(d), 2);
	assert_int_equal(a.beats, 2);
	assert_int_equal(a.heard, 0);
	assert_int_equal(b.heard, MIC);

	voice_front(v, &a.u);
	assert_int_equal(beat(d), 1);
	assert_int_equal(b.heard, 0);
	voice_back(v, &a.u);
	assert_int_equal(beat(d), 2);
	assert_int_equal(a.heard, 0);
	assert_int_equal(b.heard, MIC);
	voice_detach(v, &a.u);
	voice_back(v, &a.u);
	assert_true(d->open);
	voice_detach(v, &b.u);
	voice_detach(v, &b.u);
	assert_false(d->open);
	mem_deref(v);
	mem_deref(d);
}

static void test_voice_may_be_left_within_a_heartbeat(void **state)
{
	(void)state;

	for (unsigned who = 1; who < 4; who++) {
		struct user a = { .leaves = who & 1 },
			    b = { .leaves = who & 2 };
		struct device *d;
		struct voice *v = open_voice(&d);

		attach(v, &a);
		attach(v, &b);
		(void)beat(d);
		assert_int_equal(a.beats, 1);
		assert_int_equal(b.beats, 1);
		assert_int_equal(d->open, who != 3);
		voice_detach(v, &a.u);
		voice_detach(v, &b.u);
		mem_deref(v);
		mem_deref(d);
	}
}

static void test_voice_is_shared_by_those_who_watch(void **state)
{
	struct user a = { .plays = 1, .u.shared = true },
		    b = { .plays = 20, .u.shared = true }, c = { .plays = 300 };
	struct device *d;
	struct voice *v = open_voice(&d);
	(void)state;

	/* All hear the microphone, and all are heard */
	attach(v, &a);
	attach(v, &b);
	assert_int_equal(beat(d), 21);
	assert_int_equal(a.heard, MIC);
	assert_int_equal(b.heard, MIC);

	/* Not so while somebody wants it alone, also not who comes then */
	attach(v, &c);
	assert_int_equal(beat(d), 300);
	assert_int_equal(a.heard, 0);
	assert_int_equal(c.heard, MIC);
	voice_detach(v, &b.u);
	attach(v, &b);
	assert_int_equal(beat(d), 300);
	assert_int_equal(a.beats, 3);
	assert_int_equal(b.heard, 0);

	/* In front again, all that share are */
	voice_front(v, &a.u);
	assert_int_equal(beat(d), 21);
	assert_int_equal(b.heard, MIC);
	assert_int_equal(c.heard, 0);
	voice_front(v, &c.u);
	voice_detach(v, &c.u);
	assert_int_equal(beat(d), 21);

	/* Too loud together is clipped */
	a.plays = b.plays = INT16_MAX;
	assert_int_equal(beat(d), INT16_MAX);
	voice_detach(v, &a.u);
	voice_detach(v, &b.u);
	assert_false(d->open);
	mem_deref(v);
	mem_deref(d);
}

static void test_voice_plays_the_tone_until_all_ended_it(void **state)
{
	struct user a = { .u.shared = true };
	struct device *d;
	struct voice *v = open_voice(&d);
	char ownerv[TONES_OWNERS + 1];
	(void)state;

	for (unsigned i = 0; i <= TONES_OWNERS; i++)
		assert_int_equal(voice_tone(v, &ownerv[i], TONES_RINGBACK),
				 i < TONES_OWNERS ? 0 : ENOSPC);
	assert_int_equal(voice_tone(v, ownerv, TONES_RINGBACK), 0);

	/* Who shares hears nothing of it, the visitor does */
	attach(v, &a);
	assert_true(beat(d) > 1000);
	assert_int_equal(a.heard, MIC);
	for (unsigned i = 0; i < TONES_OWNERS; i++) {
		assert_true(beat(d) > 1000);
		(void)voice_tone(v, &ownerv[i], TONES_NONE);
		(void)voice_tone(v, &ownerv[i], TONES_NONE);
	}
	assert_int_equal(beat(d), 0);
	voice_detach(v, &a.u);
	assert_false(d->open);
	mem_deref(v);
	mem_deref(d);
}

static void test_voice_plays_a_tone_of_whoever_began_it(void **state)
{
	struct user a = { .plays = 1 };
	struct device *d;
	struct voice *v = open_voice(&d);
	int one, two;
	int16_t most = 0;
	(void)state;

	assert_int_equal(voice_tone(v, &one, TONES_RINGBACK), 0);
	assert_true(beat(d) > 1000);

	/* Another call's end does not silence it */
	assert_int_equal(voice_tone(v, &two, TONES_NONE), 0);
	assert_true(d->open);
	assert_true(beat(d) > 1000);

	/* One second on, four off */
	for (unsigned i = 0; i < 99; i++)
		(void)beat(d);
	for (unsigned i = 0; i < 390; i++)
		most = MAX(most, beat(d));
	assert_int_equal(most, 0);

	/* Who talks hears no tone */
	attach(v, &a);
	assert_int_equal(beat(d), 1);
	assert_int_equal(voice_tone(v, &one, TONES_NONE), 0);
	assert_true(d->open);
	voice_detach(v, &a.u);
	assert_false(d->open);
	mem_deref(v);
	mem_deref(d);
}

/* How many beats of the next five seconds have the tone in them */
static unsigned sounding(struct device *d, int16_t least, int16_t most)
{
	unsigned n = 0;

	for (unsigned i = 0; i < 5 * RATE / FRAMES; i++) {
		const int16_t s = beat(d);

		assert_true(s <= most);
		n += s >= least;
	}
	return n;
}

static void test_voice_plays_some_tones_beside_what_is_said(void **state)
{
	struct user a = { .plays = 1 };
	struct device *d;
	struct voice *v = open_voice(&d);
	int one, two;
	(void)state;

	attach(v, &a);
	assert_int_equal(voice_tone(v, &one, TONES_RINGBACK), 0);
	assert_int_equal(sounding(d, 2, 1), 0);

	/* Who is held is not talked to, even alone */
	voice_back(v, &a.u);
	assert_int_equal(sounding(d, 500, 2901), 100);
	voice_front(v, &a.u);
	assert_int_equal(sounding(d, 2, 1), 0);

	/* Two times 200 ms, again and again, and it goes on where it was */
	assert_int_equal(voice_tone(v, &two, TONES_WAITING), 0);
	assert_int_equal(sounding(d, 500, 1001), 40);
	assert_true(beat(d) > 500);
	assert_int_equal(voice_tone(v, &two, TONES_WAITING), 0);
	assert_int_equal(sounding(d, 500, 1001), 40);

	/* Another one of the same owner takes its place; three times, once */
	assert_int_equal(voice_tone(v, &two, TONES_LIMIT), 0);
	assert_int_equal(sounding(d, 800, 1501), 60);
	assert_int_equal(sounding(d, 2, 1), 0);
	assert_int_equal(voice_tone(v, &two, TONES_NONE), 0);
	assert_int_equal(voice_tone(v, &one, TONES_NONE), 0);
	assert_true(d->open);
	voice_detach(v, &a.u);
	assert_false(d->open);
	mem_deref(v);
	mem_deref(d);
}

static void test_voice_says_when_the_device_cannot_be_had(void **state)
{
	struct sound_format fmt;
	struct user a = { .plays = 1 };
	struct device *d;
	struct voice *v = open_voice(&d);
	char text[256];
	(void)state;

	log_set_level(LOG_LEVEL_WARNING + 1);
	d->err = EBUSY;
	assert_int_equal(voice_attach(v, &a.u, on_period, &a, &fmt), EBUSY);
	assert_int_equal(voice_tone(v, v, TONES_RINGBACK), EBUSY);
	d->err = 0;
	attach(v, &a);
	d->sh(ENODEV, d->arg);
	(void)re_snprintf(text, sizeof(text), "%H", voice_print, v);
	assert_non_null(strstr(text, "lost"));
	d->sh(0, d->arg);
	(void)re_snprintf(text, sizeof(text), "%H", voice_print, v);
	assert_null(strstr(text, "lost"));
	mem_deref(v);
	assert_false(d->open);
	mem_deref(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_voice_opens_the_device_while_it_is_needed),
		cmocka_unit_test(test_voice_may_be_left_within_a_heartbeat),
		cmocka_unit_test(test_voice_is_shared_by_those_who_watch),
		cmocka_unit_test(test_voice_plays_the_tone_until_all_ended_it),
		cmocka_unit_test(test_voice_plays_a_tone_of_whoever_began_it),
		cmocka_unit_test(
			test_voice_plays_some_tones_beside_what_is_said),
		cmocka_unit_test(test_voice_says_when_the_device_cannot_be_had),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

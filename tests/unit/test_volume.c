/**
 * @file tests/unit/test_volume.c  Tests of the command volume, and its keys
 *
 * On a device with a mixer that only remembers, lent as the phone's own is.
 */
#include "app/commands.h"
#include "app/soundloan.h"
#include "app/volume.h"
#include "tests/support/schema.h"
#include "tests/unit/test.h"

enum {
	ANSWER = 512,
	WORDS = 3,
};

struct card {
	struct sound sound; /* First, for struct sound * */
	struct sound_volume volumev[SOUND_SIDES];
	unsigned sets;
	int err;
};

static struct {
	struct card *card;
	struct sound *loan;
	char answer[ANSWER];
} f;

static int set_volume(struct sound *s, enum sound_side side,
		      const struct sound_volume *v)
{
	struct card *c = (struct card *)s;
	struct sound_volume *is = &c->volumev[side];

	++c->sets;
	if (c->err)
		return c->err;
	if (v->percent != SOUND_KEEP)
		is->percent = v->percent;
	if (v->muted != SOUND_KEEP)
		is->muted = v->muted;
	return 0;
}

static int get_volume(const struct sound *s, enum sound_side side,
		      struct sound_volume *v)
{
	const struct card *c = (const struct card *)s;

	*v = c->volumev[side];
	return c->err;
}

static void stop(struct sound *s)
{
	(void)s;
}

static const struct sound_table mixer = {
	.stop = stop,
	.set_volume = set_volume,
	.get_volume = get_volume,
};
static const struct sound_table plain = { .stop = stop };

static int setup(void **state)
{
	(void)state;

	f.card = mem_zalloc(sizeof(*f.card), NULL);
	assert_non_null(f.card);
	f.card->sound.table = &mixer;
	f.card->volumev[SOUND_SPEAKER] = (struct sound_volume){ 70, 0, "PCM" };
	f.card->volumev[SOUND_MICROPHONE] =
		(struct sound_volume){ 30, SOUND_KEEP, "Mic,1" };
	assert_int_equal(soundloan_alloc(&f.loan, &f.card->sound), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;

	f.loan = mem_deref(f.loan);
	f.card = mem_deref(f.card);
	return 0;
}

static int give(bool json, const char *side, const char *what)
{
	const struct commands_context ctx = { .sound = f.loan };
	const char *wordv[WORDS] = { "volume", side, what };
	struct mbuf *out = mbuf_alloc(ANSWER);
	int err;

	err = commands_run(&ctx, 1 + !!side + !!what, (char **)(uintptr_t)wordv,
			   json, out, 0);
	assert_true(out->end < sizeof(f.answer));
	memcpy(f.answer, out->buf, out->end);
	f.answer[out->end] = '\0';
	mem_deref(out);
	if (json)
		schema_answer("volume", err, f.answer);
	return err;
}

static void test_volume_says_how_loud_it_is(void **state)
{
	(void)state;

	assert_int_equal(give(false, NULL, NULL), 0);
	assert_string_equal(f.answer, "speaker     70 % PCM\n"
				      "microphone  30 % Mic,1\n");
	assert_int_equal(give(true, NULL, NULL), 0);
	assert_non_null(strstr(f.answer, "\"PCM\""));
	f.card->volumev[SOUND_MICROPHONE].percent = SOUND_KEEP;
	assert_int_equal(give(false, "microphone", NULL), 0);
	assert_string_equal(f.answer, "microphone Mic,1\n");
	assert_int_equal(give(true, "microphone", NULL), 0);
	assert_null(strstr(f.answer, "volume"));
	assert_int_equal(f.card->sets, 0);
}

static void test_volume_is_set_and_muted(void **state)
{
	const struct sound_volume *is = &f.card->volumev[SOUND_SPEAKER];
	(void)state;

	assert_int_equal(give(false, "speaker", "0"), 0);
	assert_string_equal(f.answer, "speaker      0 % PCM\n");
	assert_int_equal(give(false, "speaker", "mute"), 0);
	assert_string_equal(f.answer, "speaker      0 % PCM, muted\n");
	assert_int_equal(is->muted, 1);
	assert_int_equal(give(true, "speaker", "unmute"), 0);
	assert_int_equal(is->muted, 0);
	assert_int_equal(give(true, "microphone", "100"), 0);
	assert_int_equal(f.card->volumev[SOUND_MICROPHONE].percent, 100);
	assert_int_equal(is->percent, 0);
}

static void test_volume_refuses_what_makes_no_sense(void **state)
{
	static const char *const wrongv[] = { "101",  "-1",  "",
					      "loud", "50%", "4294967346" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(wrongv); i++)
		assert_int_equal(give(false, "speaker", wrongv[i]), EINVAL);
	assert_int_equal(give(false, "50", NULL), EINVAL);
	assert_int_equal(f.card->sets, 0);
}

static void test_volume_says_why_it_cannot(void **state)
{
	(void)state;

	f.card->err = ENODEV;
	assert_int_equal(give(false, "speaker", "50"), ENODEV);
	assert_non_null(strstr(f.answer, "away"));
	f.card->err = ENOTSUP;
	assert_int_equal(give(false, NULL, NULL), 0);
	assert_string_equal(f.answer, "speaker    no such control\n"
				      "microphone no such control\n");
	assert_int_equal(give(true, NULL, NULL), 0);
	assert_int_equal(give(true, "speaker", "50"), ENOTSUP);
	f.card->err = 0;
	f.card->sound.table = &plain;
	assert_int_equal(give(false, "microphone", "50"), ENOTSUP);
	assert_non_null(strstr(f.answer, "microphone_control"));
	f.loan = mem_deref(f.loan);
	assert_int_equal(give(false, NULL, NULL), ENOTSUP);
}

static void test_volume_is_as_configured(void **state)
{
	static const char text[] = "[page]\nlisten = 0.0.0.0:1\n[audio]\n"
				   "microphone_volume = 0\n"
				   "speaker_control = PCM,1\n";
	const char *controlv[SOUND_SIDES];
	struct config *cfg;
	(void)state;

	assert_int_equal(
		config_parse(&cfg, "x", text, strlen(text), NULL, NULL), 0);
	volume_controls(controlv, cfg);
	assert_string_equal(controlv[SOUND_SPEAKER], "PCM,1");
	assert_string_equal(controlv[SOUND_MICROPHONE], "");
	volume_configure(f.loan, SOUND_SPEAKER, cfg);
	assert_int_equal(f.card->sets, 0); /* keep */
	volume_configure(f.loan, SOUND_MICROPHONE, cfg);
	assert_int_equal(f.card->sets, 1);
	assert_int_equal(f.card->volumev[SOUND_MICROPHONE].percent, 0);
	assert_int_equal(f.card->volumev[SOUND_SPEAKER].percent, 70);
	mem_deref(cfg);
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_volume_says_how_loud_it_is),
		TEST(test_volume_is_set_and_muted),
		TEST(test_volume_refuses_what_makes_no_sense),
		TEST(test_volume_says_why_it_cannot),
		TEST(test_volume_is_as_configured),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/**
 * @file tests/unit/test_medium.c  Tests of medium: codecs between SDP and audio
 */
#include "tests/unit/test.h"
#include "core/call/medium.h"

static struct config *config_with(const char *key, const char *value)
{
	struct config *cfg;
	char why[CONFIG_TEXT_MAX];

	assert_int_equal(config_alloc(&cfg), 0);
	assert_int_equal(config_set(cfg, "audio", key, value, why, sizeof(why)),
			 0);
	return cfg;
}

static void test_medium_offers_what_is_configured_in_its_order(void **state)
{
	struct config *cfg = config_with("codecs", "pcma,g722,opus");
	struct medium m;
	(void)state;

	assert_int_equal(medium_audio(&m, cfg), 0);
	assert_int_equal(m.codecc, 5);
	assert_string_equal(m.codecv[0].name, "PCMA");
	assert_int_equal(m.codecv[0].pt, 8);
	assert_string_equal(m.codecv[1].name, "G722");
	assert_int_equal(m.codecv[1].pt, 9);
	assert_int_equal(m.codecv[1].rate, 8000);
	assert_string_equal(m.codecv[2].name, "opus");
	assert_int_equal(m.codecv[2].pt, 111);
	assert_string_equal(m.codecv[3].name, "telephone-event");
	assert_int_equal(m.codecv[3].rate, 48000);
	assert_string_equal(m.codecv[4].name, "telephone-event");
	assert_int_equal(m.codecv[4].rate, 8000);
	mem_deref(cfg);
}

static void agree(struct offer_media *om, const struct medium *m, size_t codec)
{
	memset(om, 0, sizeof(*om));
	om->agreedv[0].codec = &m->codecv[codec];
	om->agreedv[0].pt_send = 100;
	om->agreedv[0].fmtp = "";
	om->agreedc = 1;
	for (size_t i = m->codecc - 2; i < m->codecc; i++) {
		om->eventv[om->eventc].codec = &m->codecv[i];
		om->eventv[om->eventc].pt_send = (uint8_t)(50 + i);
		om->eventv[om->eventc++].fmtp = "";
	}
}

static void test_medium_takes_digits_of_the_codecs_clock(void **state)
{
	struct config *cfg = config_with("codecs", "opus,pcmu");
	struct description_media remote = { .ptime = 37 };
	struct offer_media om;
	struct audio_media am;
	struct medium m;
	(void)state;

	assert_int_equal(medium_audio(&m, cfg), 0);
	for (size_t codec = 0; codec < 2; codec++) {
		agree(&om, &m, codec);
		assert_int_equal(medium_agreed(&am, &om, cfg), 0);
		assert_int_equal(am.codecc, 1);
		assert_int_equal(am.codecv[0].pt, 100);
		assert_int_equal(am.eventv[0].clock, codec ? 8000 : 48000);
		assert_int_equal(am.eventv[0].pt, codec ? 53 : 52);
		assert_int_equal(am.ptime, 20);
	}

	/* What the peer wishes, within what we can do */
	om.remote = &remote;
	assert_int_equal(medium_agreed(&am, &om, cfg), 0);
	assert_int_equal(am.ptime, 37);
	remote.ptime = 1;
	assert_int_equal(medium_agreed(&am, &om, cfg), 0);
	assert_int_equal(am.ptime, 20);
	remote.ptime = UINT32_MAX;
	assert_int_equal(medium_agreed(&am, &om, cfg), 0);
	assert_int_equal(am.ptime, CODEC_PTIME_MAX);

	om.agreedc = 0;
	assert_int_equal(medium_agreed(&am, &om, cfg), ENOENT);
	mem_deref(cfg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_medium_offers_what_is_configured_in_its_order),
		cmocka_unit_test(test_medium_takes_digits_of_the_codecs_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/**
 * @file tests/unit/test_avc_format.c  Tests of H.264 in SDP
 */
#include "core/media/avc_format.h"
#include "tests/unit/test.h"

#define OURS                                                                   \
	"level-asymmetry-allowed=1;packetization-mode=1;"                      \
	"profile-level-id=42e01f"

static const struct {
	const char *fmtp;
	int err;
	const char *printed;
} fmtpv[] = {
	/* RFC 6184 section 8.1: what is meant when nothing is said */
	{ NULL, 0,
	  "level-asymmetry-allowed=0;packetization-mode=0;"
	  "profile-level-id=42000a" },
	{ "", 0,
	  "level-asymmetry-allowed=0;packetization-mode=0;"
	  "profile-level-id=42000a" },
	{ OURS, 0, OURS },
	/* RFC 6184 section 8.3 writes blanks, others capitals */
	{ " Profile-Level-ID=42A01E; packetization-mode=1 ;x", 0,
	  "level-asymmetry-allowed=0;packetization-mode=1;"
	  "profile-level-id=42a01e" },
	{ "max-fs=3600;;x-packetization-mode=2;packetization-mode = 0;", 0,
	  "level-asymmetry-allowed=0;packetization-mode=0;"
	  "profile-level-id=42000a" },
	{ "sprop-parameter-sets=Z0LACoyNQjkA8IhGoA==,aM48gA==", 0,
	  "level-asymmetry-allowed=0;packetization-mode=0;"
	  "profile-level-id=42000a" },
	{ "profile-level-id=42e01", EBADMSG, NULL },
	{ "profile-level-id=42e01f0", EBADMSG, NULL },
	{ "profile-level-id=0x42e0", EBADMSG, NULL },
	{ "profile-level-id", EBADMSG, NULL },
	{ "packetization-mode=3", EBADMSG, NULL },
	{ "packetization-mode=11", EBADMSG, NULL },
	{ "packetization-mode=", EBADMSG, NULL },
	{ "level-asymmetry-allowed=2", EBADMSG, NULL },
	{ "level-asymmetry-allowed=/", EBADMSG, NULL },
};

static void test_avc_format_reads_fmtp(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(fmtpv); i++) {
		struct avc_format f;
		char text[128];
		int err = avc_format_decode(&f, fmtpv[i].fmtp);

		if (err != fmtpv[i].err)
			fail_msg("%s: %d", fmtpv[i].fmtp, err);
		if (err)
			continue;
		(void)re_snprintf(text, sizeof(text), "%H", avc_format_print,
				  &f);
		assert_string_equal(text, fmtpv[i].printed);
	}
}

/* profile-level-id of table 5 in RFC 6184, and of peers */
static const struct {
	const char *profile;
	enum avc_fit fit;
} fitv[] = {
	{ "42e01f", AVC_FIT_SAME }, /* Chromium, Firefox          */
	{ "42e034", AVC_FIT_SAME }, /* Safari                     */
	{ "42c01f", AVC_FIT_SAME }, /* openh264                   */
	{ "42c00a", AVC_FIT_SAME },
	{ "42400a", AVC_FIT_SAME },
	{ "42f00b", AVC_FIT_SAME }, /* Level 1b                   */
	{ "4d801f", AVC_FIT_SAME },
	{ "4de01f", AVC_FIT_SAME },
	{ "58c01f", AVC_FIT_SAME },
	{ "58f01f", AVC_FIT_SAME },
	{ "42001f", AVC_FIT_WIDER }, /* Chromium's other one       */
	{ "42801f", AVC_FIT_WIDER }, /* baresip, Linphone          */
	{ "58801f", AVC_FIT_WIDER },
	{ "4d001f", AVC_FIT_NONE }, /* Main                       */
	{ "4d401f", AVC_FIT_NONE },
	{ "58001f", AVC_FIT_NONE }, /* Extended                   */
	{ "58401f", AVC_FIT_NONE },
	{ "64001f", AVC_FIT_NONE }, /* High                       */
	{ "640c1f", AVC_FIT_NONE }, /* Constrained High           */
	{ "42e11f", AVC_FIT_NONE }, /* Reserved bits              */
	{ "f4001f", AVC_FIT_NONE },
	{ "00001f", AVC_FIT_NONE },
};

static void decode(struct avc_format *f, const char *fmt, ...)
{
	char text[128];
	va_list ap;

	va_start(ap, fmt);
	(void)re_vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	assert_int_equal(avc_format_decode(f, text), 0);
}

static void test_avc_format_compares_sub_profiles(void **state)
{
	struct avc_format ours, theirs;
	(void)state;

	decode(&ours, OURS);
	for (size_t i = 0; i < ARRAY_SIZE(fitv); i++) {
		decode(&theirs, "packetization-mode=1;profile-level-id=%s",
		       fitv[i].profile);
		if (avc_format_fit(&ours, &theirs) != fitv[i].fit)
			fail_msg("%s", fitv[i].profile);

		theirs.mode = 0;
		assert_int_equal(avc_format_fit(&ours, &theirs), AVC_FIT_NONE);
		theirs.mode = ours.mode;
	}

	/* Nobody interleaves */
	ours.mode = theirs.mode = 2;
	theirs.profile = ours.profile;
	assert_int_equal(avc_format_fit(&ours, &theirs), AVC_FIT_NONE);
}

static void test_avc_format_sends_at_the_right_level(void **state)
{
	static const struct {
		const char *theirs;
		bool asymmetry;
		const char *level;
	} sendv[] = {
		{ "42e01f", true, "42e01f" },  { "42e034", true, "42e034" },
		{ "42e034", false, "42e01f" }, { "42e00a", true, "42e00a" },
		{ "42e00a", false, "42e00a" }, { "42f00b", true, "42f00b" },
		{ "42f00b", false, "42f00b" }, { "42e00b", false, "42e00b" },
		{ "58f00b", false, "42f00b" }, { "4d8014", true, "42e014" },
	};
	struct avc_format ours, theirs;
	(void)state;

	decode(&ours, OURS);
	for (size_t i = 0; i < ARRAY_SIZE(sendv); i++) {
		struct avc_profile p;
		char text[8];

		decode(&theirs, "profile-level-id=%s", sendv[i].theirs);
		theirs.asymmetry = sendv[i].asymmetry;
		p = avc_format_send(&ours, &theirs);
		(void)re_snprintf(text, sizeof(text), "%H", avc_profile_print,
				  &p);
		assert_string_equal(text, sendv[i].level);
	}
}

/* H.264 table A-1 */
static void test_avc_format_knows_what_a_level_allows(void **state)
{
	static const struct {
		const char *profile;
		unsigned width, height, fps;
		bool allowed;
	} levelv[] = {
		{ "42e01f", 1280, 720, 30, true },
		{ "42e01f", 1280, 720, 31, false },
		{ "42e01f", 640, 480, 60, true },
		{ "42e01f", 1920, 1080, 10, false },
		{ "42e028", 1920, 1080, 30, true },
		{ "42e01e", 640, 480, 30, true },
		{ "42e01e", 1280, 720, 5, false },
		{ "42e00a", 176, 144, 15, true },
		{ "42e00a", 320, 240, 1, false },
		{ "42e00b", 320, 240, 10, true },
		{ "42f00b", 320, 240, 1, false }, /* 1b */
		{ "640009", 176, 144, 15, true },
		{ "420000", 176, 144, 15, true },
		{ "42e0ff", 1920, 1920, 30, true },
		{ "42e00a", 1584, 16, 1, false }, /* 99 in a row */
		{ "42e00a", 0xffffffff, 0xffffffff, 0xffffffff, false },
	};
	struct avc_format f;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(levelv); i++) {
		decode(&f, "profile-level-id=%s", levelv[i].profile);
		if (avc_profile_allows(&f.profile, levelv[i].width,
				       levelv[i].height,
				       levelv[i].fps) != levelv[i].allowed)
			fail_msg("%zu: %s", i, levelv[i].profile);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_avc_format_reads_fmtp),
		cmocka_unit_test(test_avc_format_compares_sub_profiles),
		cmocka_unit_test(test_avc_format_sends_at_the_right_level),
		cmocka_unit_test(test_avc_format_knows_what_a_level_allows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

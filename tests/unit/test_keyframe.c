/**
 * @file tests/unit/test_keyframe.c  Tests of the wish for a key frame
 */
#include "core/sip/keyframe.h"
#include "tests/unit/test.h"

#define TYPE "application/media_control+xml"

static const struct {
	const char *type, *body;
	bool wish;
} casev[] = {
	/* RFC 5168 section 7, example */
	{ TYPE,
	  "<?xml version=\"1.0\" encoding=\"utf-8\" ?><media_control>"
	  "<vc_primitive><to_encoder><picture_fast_update/>"
	  "</to_encoder></vc_primitive></media_control>",
	  true },
	{ TYPE "; charset=utf-8", "<picture_fast_update />", true },
	{ "Application/Media_Control+XML ;a=b",
	  "<m:picture_fast_update></m:picture_fast_update>", true },
	{ TYPE, "<to_encoder><picture_fast_update>\r\n</picture_fast_update>",
	  true },
	{ TYPE, "picture_fast_update", false },
	{ TYPE, "<picture_fast_updates/>", false },
	{ TYPE, "<general_error>picture_fast_update </general_error>", false },
	{ TYPE, "</picture_fast_update>", false },
	{ TYPE, "<picture_fast_update", false },
	{ TYPE, "", false },
	{ "application/dtmf-relay", "<picture_fast_update/>", false },
	{ "", "<picture_fast_update/>", false },
};

static void test_keyframe_finds_the_wish_and_nothing_else(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct pl type, body;

		pl_set_str(&type, casev[i].type);
		pl_set_str(&body, casev[i].body);
		assert_int_equal(keyframe_decode(&type, &body), casev[i].wish);
	}
}

static void test_keyframe_reads_no_endless_body(void **state)
{
	static char text[100000];
	struct pl type, body = { text, sizeof(text) };
	(void)state;

	memset(text, '<', sizeof(text));
	pl_set_str(&type, TYPE);
	assert_false(keyframe_decode(&type, &body));
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_keyframe_finds_the_wish_and_nothing_else),
		cmocka_unit_test(test_keyframe_reads_no_endless_body),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}

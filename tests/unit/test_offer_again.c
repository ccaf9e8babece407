/**
 * @file tests/unit/test_offer_again.c  Tests of further offers in a dialog
 */
#include "tests/unit/test.h"
#include "tests/unit/support/side.h"

static void test_offer_hold_and_resume_keep_everything_else(void **state)
{
	struct offer *a = side_phone(false), *b = side_phone(false);
	(void)state;

	side_transport(a, 0, "offr");
	side_exchange(a, b);
	for (unsigned i = 0; i < 10; i++) {
		offer_set_dir(b, OFFER_AUDIO, SDP_SENDONLY);
		side_exchange(b, a);
		assert_int_equal(offer_active(b, OFFER_AUDIO)->dir,
				 SDP_SENDONLY);
		assert_int_equal(offer_active(a, OFFER_AUDIO)->dir,
				 SDP_RECVONLY);
		assert_int_equal(offer_active(a, OFFER_AUDIO)->remote_dir,
				 SDP_SENDONLY);
		offer_set_dir(b, OFFER_AUDIO, SDP_SENDRECV);
		side_exchange(b, a);
		assert_int_equal(offer_active(a, OFFER_AUDIO)->dir,
				 SDP_SENDRECV);
		assert_int_equal(offer_active(a, OFFER_AUDIO)->setup,
				 DESCRIPTION_SETUP_PASSIVE);
		assert_int_equal(offer_active(b, OFFER_AUDIO)->setup,
				 DESCRIPTION_SETUP_ACTIVE);
		assert_false(offer_active(a, OFFER_AUDIO)->new_keys);
		assert_int_equal(offer_count(a), 1);
	}
	mem_deref(a);
	mem_deref(b);
}

static void test_offer_is_held_and_resumed_by_jssip(void **state)
{
	static const struct {
		const char *name;
		enum sdp_dir dir;
	} stepv[] = {
		{ "jssip-audio-offer", SDP_SENDRECV },
		{ "jssip-hold-offer", SDP_RECVONLY },
		{ "jssip-resume-offer", SDP_SENDRECV },
	};
	struct offer *o = side_phone(false);
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(stepv); i++) {
		struct mbuf *mb = side_file(stepv[i].name);
		const struct offer_media *m;

		assert_int_equal(offer_take_offer(o, mb), 0);
		m = offer_active(o, OFFER_AUDIO);
		assert_false(m->restart);
		assert_false(m->new_keys);
		mem_deref(side_answer(o));
		m = offer_active(o, OFFER_AUDIO);
		assert_int_equal(m->dir, stepv[i].dir);
		assert_int_equal(m->setup, DESCRIPTION_SETUP_ACTIVE);
		mem_deref(mb);
	}
	mem_deref(o);
}

static void test_offer_upgrades_to_video_and_back(void **state)
{
	struct offer *a = side_phone(false), *b = side_phone(true);
	struct offer_medium v = side_medium(OFFER_VIDEO);
	(void)state;

	side_transport(a, 0, "offr");
	side_exchange(a, b);
	assert_null(offer_active(b, OFFER_VIDEO));

	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(offer_add(a, &v), 0);
		side_exchange(a, b);
		assert_int_equal(offer_count(a), 2);
		assert_non_null(offer_active(a, OFFER_VIDEO));
		assert_non_null(offer_active(b, OFFER_VIDEO));
		assert_int_equal(offer_active(b, OFFER_VIDEO)->transport, 0);
		assert_int_equal(offer_set_enabled(a, OFFER_VIDEO, false), 0);
		side_exchange(a, b);
		assert_null(offer_active(a, OFFER_VIDEO));
		assert_null(offer_active(b, OFFER_VIDEO));
		assert_non_null(offer_active(b, OFFER_AUDIO));
	}
	mem_deref(a);
	mem_deref(b);
}

static void test_offer_carries_on_when_the_carrier_stops(void **state)
{
	struct offer *a = side_phone(true), *b = side_phone(true);
	(void)state;

	side_transport(a, 0, "offr");
	side_exchange(a, b);
	assert_int_equal(offer_active(a, OFFER_VIDEO)->transport, 0);
	assert_int_equal(offer_set_enabled(a, OFFER_AUDIO, false), 0);
	side_exchange(a, b);
	assert_null(offer_active(a, OFFER_AUDIO));
	assert_int_equal(offer_active(a, OFFER_VIDEO)->transport, 1);
	assert_string_equal(offer_active(b, OFFER_VIDEO)->remote->ufrag,
			    "offr");
	assert_false(offer_active(b, OFFER_VIDEO)->restart);
	assert_int_equal(offer_set_enabled(a, OFFER_AUDIO, true), 0);
	side_exchange(a, b);
	assert_int_equal(offer_active(a, OFFER_AUDIO)->transport, 1);
	assert_int_equal(offer_active(b, OFFER_AUDIO)->transport, 1);
	mem_deref(a);
	mem_deref(b);
}

static void test_offer_tells_ice_restart_and_new_keys(void **state)
{
	struct offer *a = side_phone(false), *b = side_phone(false);
	(void)state;

	side_transport(a, 0, "offr");
	side_exchange(a, b);
	assert_false(offer_active(b, OFFER_AUDIO)->restart);
	side_transport(a, 0, "frsh");
	side_exchange(a, b);
	assert_true(offer_active(b, OFFER_AUDIO)->restart);
	assert_false(offer_active(b, OFFER_AUDIO)->new_keys);
	mem_deref(a);
	mem_deref(b);
}

static void test_offer_version_counts_changes_only(void **state)
{
	struct offer *o = side_phone(false);
	struct mbuf *one, *two, *three;
	(void)state;

	side_transport(o, 0, "offr");
	assert_int_equal(offer_create(o, &one), 0);
	offer_rollback(o);
	assert_int_equal(offer_create(o, &two), 0);
	offer_rollback(o);
	offer_set_dir(o, OFFER_AUDIO, SDP_SENDONLY);
	assert_int_equal(offer_create(o, &three), 0);
	assert_int_equal(one->end, two->end);
	assert_memory_equal(one->buf, two->buf, one->end);
	three->buf[three->end - 1] = '\0';
	assert_non_null(strstr((char *)three->buf, " 1 IN IP4"));
	mem_deref(one);
	mem_deref(two);
	mem_deref(three);
	mem_deref(o);
}

static void test_offer_again_may_not_move_lines(void **state)
{
	struct offer *o = side_phone(true);
	(void)state;

	assert_int_equal(side_take_offer(o, SIDE_HEAD SIDE_AUDIO
					 "m=video 0 RTP/AVP 31\r\n"),
			 0);
	mem_deref(side_answer(o));
	assert_int_equal(side_take_offer(o, SIDE_HEAD SIDE_AUDIO), EPROTO);
	assert_int_equal(side_take_offer(o, SIDE_HEAD
					 "m=video 0 RTP/AVP 31\r\n" SIDE_AUDIO),
			 EPROTO);
	/* All stopped is allowed the second time */
	assert_int_equal(side_take_offer(o,
					 SIDE_HEAD "m=audio 0 RTP/AVP 0\r\n"
						   "m=video 0 RTP/AVP 31\r\n"),
			 0);
	mem_deref(side_answer(o));
	assert_null(offer_active(o, OFFER_AUDIO));
	/* And the place may be used again, for something else too */
	assert_int_equal(side_take_offer(o, SIDE_HEAD
					 "m=text 9 RTP/AVP 98\r\n" SIDE_AUDIO),
			 0);
	mem_deref(side_answer(o));
	assert_int_equal(offer_index(o, OFFER_AUDIO), 1);
	mem_deref(o);
}

static void test_offer_rollback_forgets_the_exchange(void **state)
{
	struct offer *a = side_phone(false), *b = side_phone(false);
	struct mbuf *mb;
	(void)state;

	side_transport(a, 0, "offr");
	side_exchange(a, b);
	offer_set_dir(a, OFFER_AUDIO, SDP_INACTIVE);
	assert_int_equal(offer_create(a, &mb), 0);
	assert_int_equal(offer_take_offer(a, mb), EINPROGRESS);
	mem_deref(mb);
	offer_rollback(a);
	assert_int_equal(offer_active(a, OFFER_AUDIO)->dir, SDP_SENDRECV);
	assert_int_equal(offer_state(a), OFFER_STABLE);
	assert_int_equal(offer_answer(a, &mb), EALREADY);
	mem_deref(a);
	mem_deref(b);
}

static void test_offer_fork_takes_an_answer_of_its_own(void **state)
{
	struct offer *a = side_phone(false), *fork;
	struct mbuf *mb;
	(void)state;

	side_transport(a, 0, "offr");
	assert_int_equal(offer_create(a, &mb), 0);
	assert_int_equal(offer_fork(&fork, a), 0);
	assert_int_equal(side_take_answer(fork, SIDE_HEAD SIDE_AUDIO), 0);
	assert_int_equal(offer_state(a), OFFER_LOCAL);
	assert_int_equal(side_take_answer(a, SIDE_HEAD SIDE_AUDIO), 0);
	mem_deref(mb);
	mem_deref(fork);
	mem_deref(a);
}

static void test_offer_again_does_not_leak(void **state)
{
	size_t before = test_blocks();

	test_offer_upgrades_to_video_and_back(state);
	test_offer_again_may_not_move_lines(state);
	assert_int_equal(test_blocks(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_offer_hold_and_resume_keep_everything_else),
		cmocka_unit_test(test_offer_is_held_and_resumed_by_jssip),
		cmocka_unit_test(test_offer_upgrades_to_video_and_back),
		cmocka_unit_test(test_offer_carries_on_when_the_carrier_stops),
		cmocka_unit_test(test_offer_tells_ice_restart_and_new_keys),
		cmocka_unit_test(test_offer_version_counts_changes_only),
		cmocka_unit_test(test_offer_again_may_not_move_lines),
		cmocka_unit_test(test_offer_rollback_forgets_the_exchange),
		cmocka_unit_test(test_offer_fork_takes_an_answer_of_its_own),
		cmocka_unit_test(test_offer_again_does_not_leak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

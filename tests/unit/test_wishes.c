/**
 * @file tests/unit/test_wishes.c  Tests of wishes: hold, in offers and answers
 */
#include "tests/unit/test.h"
#include "tests/unit/support/side.h"
#include "core/call/wishes.h"

/* What we offer, and whether the peer that answers so holds */
static void test_wishes_to_hold_give_the_direction(void **state)
{
	static const struct {
		bool send, recv;
		enum sdp_dir dir, held;
	} casev[] = {
		{ true, true, SDP_SENDRECV, SDP_SENDONLY },
		{ false, true, SDP_RECVONLY, SDP_INACTIVE },
		{ true, false, SDP_SENDONLY, SDP_SENDONLY },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct wishes w = { .send = casev[i].send,
				    .recv = casev[i].recv };
		struct offer *o = side_phone(false);

		assert_int_equal(wishes_dir(&w), casev[i].dir);
		wishes_set_hold(&w, o, NULL, true);
		assert_int_equal(wishes_dir(&w), casev[i].held);
		wishes_set_hold(&w, o, NULL, false);
		assert_int_equal(wishes_dir(&w), casev[i].dir);
		mem_deref(o);
	}
}

static void test_wishes_answer_the_hold_of_the_peer(void **state)
{
	/* RFC 3264 section 6.1; the third column while we hold, too */
	static const struct {
		const char *offer;
		enum sdp_dir dir, both;
		enum wishes_ear ear;
	} casev[] = {
		{ "sendrecv", SDP_SENDRECV, SDP_SENDONLY, WISHES_OPEN },
		{ "sendonly", SDP_RECVONLY, SDP_INACTIVE, WISHES_SHUT },
		{ "inactive", SDP_INACTIVE, SDP_INACTIVE, WISHES_SHUT },
		{ "recvonly", SDP_SENDONLY, SDP_SENDONLY, WISHES_OPEN },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		struct wishes w = { .send = true, .recv = true };
		struct offer *o = side_phone(false);
		char text[1024];

		(void)re_snprintf(text, sizeof(text),
				  SIDE_HEAD SIDE_AUDIO "a=%s\r\n",
				  casev[i].offer);
		assert_int_equal(wishes_ear(&w, o), WISHES_UNKNOWN);
		assert_int_equal(side_take_offer(o, text), 0);
		mem_deref(side_answer(o));
		assert_int_equal(offer_active(o, OFFER_AUDIO)->dir,
				 casev[i].dir);
		assert_int_equal(wishes_ear(&w, o), casev[i].ear);

		wishes_set_hold(&w, o, NULL, true);
		assert_int_equal(side_take_offer(o, text), 0);
		mem_deref(side_answer(o));
		assert_int_equal(offer_active(o, OFFER_AUDIO)->dir,
				 casev[i].both);
		assert_int_equal(wishes_ear(&w, o), casev[i].ear);
		mem_deref(o);
	}
}

static void test_wishes_of_who_watches_see_the_end_of_media(void **state)
{
	struct wishes w = { .recv = true };
	struct offer *o = side_phone(false);
	(void)state;

	offer_set_dir(o, OFFER_AUDIO, wishes_dir(&w));
	assert_int_equal(
		side_take_offer(o, SIDE_HEAD SIDE_AUDIO "a=sendonly\r\n"), 0);
	mem_deref(side_answer(o));
	assert_int_equal(wishes_ear(&w, o), WISHES_OPEN);
	assert_int_equal(
		side_take_offer(o, SIDE_HEAD SIDE_AUDIO "a=inactive\r\n"), 0);
	mem_deref(side_answer(o));
	assert_int_equal(wishes_ear(&w, o), WISHES_SHUT);
	wishes_set_hold(&w, o, NULL, true);
	assert_int_equal(wishes_ear(&w, o), WISHES_UNKNOWN);
	assert_int_equal(wishes_set_video(&w, o, NULL, true), ENOTSUP);
	mem_deref(o);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_wishes_to_hold_give_the_direction),
		cmocka_unit_test(test_wishes_answer_the_hold_of_the_peer),
		cmocka_unit_test(
			test_wishes_of_who_watches_see_the_end_of_media),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}

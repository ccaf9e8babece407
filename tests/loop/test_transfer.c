/**
 * @file tests/loop/test_transfer.c  Transfers among three phones
 *
 *     a transfers b to c, who knows nothing (blind), or talks to a (attended)
 *
 * Whole phones in virtual time, over a proxy: who is told what, who talks to
 * whom in the end, and what the configuration allows.
 */
#include <math.h>
#include "core/call/calls_show.h"
#include "tests/loop/support/rig.h"

enum {
	A = 0,
	B = 1,
	C = 2,
	WAIT = 8 * CLOCK_S,
	TALK = 2 * CLOCK_S,
	PROBE_MAX = 256,
};

#define YES	     "[call]\ntransfer=yes\nmedia=audio\n"
#define ASK	     "[call]\ntransfer=ask\nmedia=audio\nno_answer=20s\n"
#define REPLACE(how) "[call]\nreplace=" how "\nmedia=audio\n"

static void begin(uint32_t seed, const char *of_b, const char *of_c)
{
	const char *const extrav[] = { "[call]\nmedia=audio\n", of_b };

	rig_start(seed, extrav);
	rig_join(of_c);
}

/* i calls k, who answers. Sets the number of the call on each side */
static void talk(unsigned i, unsigned k, unsigned *ip, unsigned *kp)
{
	const char name[] = { (char)('a' + k), '\0' };
	const json_t *ev;

	assert_int_equal(phone_call(rig_phone(i), name, NULL, ip, clock_now()),
			 0);
	ev = rig_wait(k, "ringing", WAIT);
	assert_non_null(ev);
	*kp = (unsigned)json_integer_value(json_object_get(ev, "id"));
	assert_int_equal(rig_answer(k), 0);
	assert_non_null(rig_wait(i, "media_added", WAIT));
	assert_non_null(rig_wait(k, "media_added", WAIT));
}

static unsigned code(const json_t *ev)
{
	assert_non_null(ev);
	return (unsigned)json_integer_value(json_object_get(ev, "code"));
}

static unsigned id_of(const json_t *ev)
{
	assert_non_null(ev);
	return (unsigned)json_integer_value(json_object_get(ev, "id"));
}

/* Sound passes now, and only these two talk */
static void check_pair(unsigned i, unsigned k)
{
	const unsigned pairv[] = { i, k };
	struct sound_heard heard;

	rig_run(TALK);
	for (unsigned n = 0; n < ARRAY_SIZE(pairv); n++) {
		uint64_t before;

		assert_int_equal(phone_calls(rig_phone(pairv[n])), 1);
		rig_heard(pairv[n], &heard);
		before = heard.sounding;
		rig_run(CLOCK_S);
		rig_heard(pairv[n], &heard);
		assert_true(heard.sounding >= before + 900);
	}
	for (unsigned n = 0; n < RIG_MAX; n++) {
		if (n != i && n != k)
			assert_int_equal(phone_calls(rig_phone(n)), 0);
	}
}

static void transfer(unsigned i, unsigned id, const char *to, unsigned other)
{
	assert_int_equal(
		phone_transfer(rig_phone(i), id, to, other, clock_now()), 0);
	assert_non_null(rig_wait(i, "o_ect_trying", WAIT));
}

static void test_transfer_blind(void **state)
{
	unsigned ab, ba;
	(void)state;

	for (unsigned way = 0; way < 2; way++) {
		begin(way, YES, NULL);
		if (way)
			talk(B, A, &ba, &ab);
		else
			talk(A, B, &ab, &ba);
		transfer(A, ab, "c", 0);
		assert_int_equal(code(rig_wait(A, "o_ect_accepted", WAIT)),
				 202);
		assert_non_null(rig_wait(B, "i_ect_requested", WAIT));
		assert_non_null(rig_wait(B, "i_ect_new_call", WAIT));
		assert_non_null(rig_wait(C, "ringing", WAIT));
		assert_int_equal(code(rig_wait(A, "o_ect_notify", WAIT)), 100);
		assert_int_equal(code(rig_wait(A, "o_ect_notify", WAIT)), 180);
		assert_int_equal(code(rig_wait(B, "i_ect_notify", WAIT)), 180);
		assert_int_equal(phone_calls(rig_phone(A)), 1);
		assert_int_equal(rig_answer(C), 0);
		assert_int_equal(code(rig_wait(A, "o_ect_completed", WAIT)),
				 200);
		assert_non_null(rig_wait(A, "terminated:call", WAIT));
		assert_int_equal(id_of(rig_wait(B, "i_ect_completed", WAIT)),
				 ba);
		check_pair(B, C);
		assert_int_equal(rig_count(A, "o_ect_failed"), 0);
		rig_stop();
	}
}

static void test_transfer_that_fails_leaves_the_call(void **state)
{
	unsigned ab, ba;
	(void)state;

	begin(2, YES, NULL);
	talk(A, B, &ab, &ba);
	transfer(A, ab, "c", 0);
	assert_int_equal(phone_transfer(rig_phone(A), ab, "c", 0, clock_now()),
			 EBUSY);
	assert_non_null(rig_wait(C, "ringing", WAIT));
	assert_int_equal(phone_reject(rig_phone(C), 0, 486, clock_now()), 0);
	assert_int_equal(code(rig_wait(A, "o_ect_failed", WAIT)), 486);
	assert_int_equal(code(rig_wait(B, "i_ect_failed", WAIT)), 486);
	check_pair(A, B);

	/* Nobody there at all; and again to somebody */
	transfer(A, ab, "nobody", 0);
	assert_int_equal(code(rig_wait(A, "o_ect_failed", WAIT)), 404);
	check_pair(A, B);
	transfer(A, ab, "c", 0);
	assert_non_null(rig_wait(C, "ringing", WAIT));
	assert_int_equal(rig_answer(C), 0);
	assert_non_null(rig_wait(A, "o_ect_completed", WAIT));
	check_pair(B, C);
	rig_stop();
}

static void test_transfer_is_refused_by_default(void **state)
{
	unsigned ab, ba;
	(void)state;

	begin(3, NULL, NULL);
	talk(A, B, &ab, &ba);

	/* b does not even list REFER */
	assert_int_equal(phone_transfer(rig_phone(A), ab, "c", 0, clock_now()),
			 ENOTSUP);
	assert_int_equal(phone_consent(rig_phone(B), 0, true, clock_now()),
			 ENOENT);
	rig_run(TALK);
	assert_int_equal(rig_count(B, "i_ect_requested"), 0);
	check_pair(A, B);
	rig_stop();
}

static void test_transfer_asks_the_user(void **state)
{
	unsigned ab, ba;
	(void)state;

	begin(4, ASK, NULL);
	talk(A, B, &ab, &ba);

	/* No; no word; yes */
	for (unsigned n = 0; n < 3; n++) {
		transfer(A, ab, "c", 0);
		assert_int_equal(code(rig_wait(A, "o_ect_accepted", WAIT)),
				 202);
		assert_int_equal(id_of(rig_wait(B, "i_ect_requested", WAIT)),
				 ba);
		rig_run(CLOCK_S);
		assert_int_equal(rig_count(B, "i_ect_new_call"), 0);
		if (n != 1)
			assert_int_equal(phone_consent(rig_phone(B), 0, n == 2,
						       clock_now()),
					 0);
		if (n < 2)
			assert_int_equal(
				code(rig_wait(A, "o_ect_failed", 25 * CLOCK_S)),
				603);
	}
	assert_non_null(rig_wait(C, "ringing", WAIT));
	assert_int_equal(phone_consent(rig_phone(B), ba, true, clock_now()),
			 EINVAL);
	assert_int_equal(rig_answer(C), 0);
	assert_non_null(rig_wait(A, "o_ect_completed", WAIT));
	check_pair(B, C);
	rig_stop();
}

static void test_transfer_goes_on_when_the_referrer_leaves(void **state)
{
	unsigned ab, ba;
	(void)state;

	begin(5, YES, NULL);
	talk(A, B, &ab, &ba);
	transfer(A, ab, "c", 0);
	assert_non_null(rig_wait(C, "ringing", WAIT));
	assert_int_equal(phone_hangup(rig_phone(A), ab, clock_now()), 0);
	assert_non_null(rig_wait(A, "o_ect_failed", WAIT));
	assert_non_null(rig_wait(B, "terminated:call", WAIT));
	assert_int_equal(rig_answer(C), 0);
	check_pair(B, C);
	rig_stop();
}

static void test_transfer_attended(void **state)
{
	static const char *const ofv[] = { REPLACE("referred"),
					   REPLACE("yes") };
	unsigned ab, ba, ac, ca;
	const json_t *ev;
	(void)state;

	for (unsigned n = 0; n < 4; n++) {
		begin(6 + n, YES, ofv[n / 2]);
		talk(A, B, &ab, &ba);
		assert_int_equal(
			phone_hold(rig_phone(A), ab, true, clock_now()), 0);
		assert_non_null(rig_wait(A, "m_local_hold_ok", WAIT));
		if (n % 2)
			talk(C, A, &ca, &ac);
		else
			talk(A, C, &ac, &ca);
		rig_run(CLOCK_S);
		transfer(A, ab, NULL, ac);
		ev = rig_wait(C, "i_new_call", WAIT);
		assert_non_null(ev);
		assert_int_equal(
			json_integer_value(json_object_get(ev, "replaces")),
			ca);
		assert_non_null(rig_wait(A, "o_ect_completed", WAIT));
		assert_int_equal(id_of(rig_wait(B, "i_ect_completed", WAIT)),
				 ba);
		rig_run(CLOCK_S);
		assert_int_equal(rig_count(C, "ringing"), n % 2 ? 0 : 1);
		check_pair(B, C);
		rig_stop();
	}
}

static void test_transfer_keeps_mute_and_hold_of_the_target(void **state)
{
	unsigned ab, ba, ac, ca;
	struct sound_heard heard;
	uint64_t before;
	(void)state;

	for (unsigned hold = 0; hold < 2; hold++) {
		begin(10 + hold, YES, REPLACE("referred"));
		talk(A, B, &ab, &ba);
		talk(A, C, &ac, &ca);
		assert_int_equal(
			hold ? phone_hold(rig_phone(C), ca, true, clock_now())
			     : phone_mute(rig_phone(C), ca, true, clock_now()),
			0);
		rig_run(CLOCK_S);
		transfer(A, ab, NULL, ac);
		assert_non_null(rig_wait(A, "o_ect_completed", WAIT));
		rig_run(TALK);
		rig_heard(B, &heard);
		before = heard.sounding;
		rig_run(TALK);
		rig_heard(B, &heard);
		assert_int_equal(heard.sounding, before);
		assert_int_equal(
			hold ? phone_hold(rig_phone(C), 0, false, clock_now())
			     : phone_mute(rig_phone(C), 0, false, clock_now()),
			0);
		check_pair(B, C);
		rig_stop();
	}
}

static void test_transfer_to_who_is_not_replaced(void **state)
{
	unsigned ab, ba, ac, ca;
	(void)state;

	begin(12, YES, NULL);
	talk(A, B, &ab, &ba);
	talk(A, C, &ac, &ca);
	transfer(A, ab, NULL, ac);
	assert_int_equal(code(rig_wait(A, "o_ect_failed", WAIT)), 420);
	rig_run(CLOCK_S);
	assert_int_equal(phone_calls(rig_phone(A)), 2);
	assert_int_equal(phone_calls(rig_phone(C)), 1);
	assert_int_equal(
		phone_transfer(rig_phone(A), ab, NULL, ab, clock_now()),
		EINVAL);
	assert_int_equal(
		phone_transfer(rig_phone(A), ab, NULL, 99, clock_now()),
		ENOENT);
	rig_stop();
}

/* ---- Several devices of one address ---- */

static bool gives;		 /* The registrar gives GRUUs              */
static char seenv[4][PROBE_MAX]; /* Contact and Refer-To of the REFER,
				    Request-URI and Require of the INVITE  */

/* The 200 to REGISTER, with a GRUU (RFC 5627 section 5.2) */
static bool give(unsigned i, struct mbuf *mb, uint64_t now)
{
	static const char before[] = ";expires=600\r\nContent-Length";
	char *text = (char *)mbuf_buf(mb), *at;
	const size_t l = mbuf_get_left(mb);
	struct mbuf *copy;

	at = memmem(text, l, before, strlen(before));
	if (!at || !gives)
		return false;

	copy = mbuf_alloc(l);
	(void)mbuf_printf(copy, "%b;pub-gruu=\"sip:%c@loop.invalid;gr=%u\"%b",
			  text, (size_t)(at - text), 'a' + (int)i, i, at,
			  l - (size_t)(at - text));
	copy->pos = 0;
	exchange_deliver(i, copy, now);
	mem_deref(copy);
	return true;
}

static void note(unsigned n, const struct pl *pl)
{
	(void)pl_strcpy(pl, seenv[n], sizeof(seenv[n]));
}

static void probe(unsigned i, struct sip_msg *msg)
{
	const struct sip_hdr *hdr;

	if (i == A && !pl_strcmp(&msg->met, "REFER")) {
		note(0, &sip_msg_hdr(msg, SIP_HDR_CONTACT)->val);
		note(1, &sip_msg_hdr(msg, SIP_HDR_REFER_TO)->val);
	} else if (i == B && !pl_strcmp(&msg->met, "INVITE") &&
		   sip_msg_hdr(msg, SIP_HDR_REPLACES)) {
		note(2, &msg->ruri);
		hdr = sip_msg_hdr(msg, SIP_HDR_REQUIRE);
		note(3, hdr ? &hdr->val : &pl_null);
	}
}

static const struct exchange_spy spy = { .sent = probe, .post = give };

static void register_again(void)
{
	exchange_set_spy(&spy);
	for (unsigned i = 0; i < RIG_MAX; i++)
		assert_int_equal(
			phone_register(rig_phone(i), NULL, clock_now()), 0);
	rig_run(CLOCK_S);
}

/* What is for c in general gets to another device of his */
static bool strays(unsigned i, const struct sip_msg *msg, uint64_t now)
{
	struct uri uri;

	if (pl_strcmp(&msg->met, "INVITE") || msg->to.tag.l ||
	    uri_decode(&uri, &msg->ruri) || pl_strcmp(&uri.user, "c") ||
	    strstr(seenv[2], ";gr="))
		return false;

	exchange_respond(i, msg, "481 Call/Transaction Does Not Exist", "",
			 now);
	return true;
}

static void test_transfer_gets_to_the_device_that_is_meant(void **state)
{
	unsigned ab, ba, ac, ca;
	(void)state;

	for (unsigned n = 0; n < 4; n++) {
		gives = n / 2;
		memset(seenv, 0, sizeof(seenv));
		begin(20 + n, YES, REPLACE("referred"));
		register_again();
		talk(A, B, &ab, &ba);
		if (n % 2)
			talk(C, A, &ca, &ac);
		else
			talk(A, C, &ac, &ca);
		rig_run(CLOCK_S);
		exchange_set_agent(strays);
		transfer(A, ab, NULL, ac);
		if (gives) {
			assert_non_null(rig_wait(A, "o_ect_completed", WAIT));
			check_pair(B, C);
			assert_non_null(strstr(seenv[0], ";gr=0>"));
			assert_non_null(strstr(seenv[1], ";gr=2?Replaces="));
			assert_null(strstr(seenv[1], "Require"));
			assert_string_equal(seenv[2],
					    "sip:c@loop.invalid;gr=2");
			assert_string_equal(seenv[3], "");
		} else {
			assert_int_equal(
				code(rig_wait(A, "o_ect_failed", WAIT)), 481);
			assert_non_null(strstr(seenv[1], "c@loop.invalid?"));
			assert_non_null(strstr(seenv[1], "&Require=replaces"));
			assert_string_equal(seenv[3], "replaces");
		}
		exchange_set_agent(NULL);
		exchange_set_spy(NULL);
		rig_stop();
	}
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_transfer_blind),
		cmocka_unit_test(test_transfer_that_fails_leaves_the_call),
		cmocka_unit_test(test_transfer_is_refused_by_default),
		cmocka_unit_test(test_transfer_asks_the_user),
		cmocka_unit_test(
			test_transfer_goes_on_when_the_referrer_leaves),
		cmocka_unit_test(test_transfer_attended),
		cmocka_unit_test(
			test_transfer_keeps_mute_and_hold_of_the_target),
		cmocka_unit_test(test_transfer_to_who_is_not_replaced),
		cmocka_unit_test(
			test_transfer_gets_to_the_device_that_is_meant),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}

/**
 * @file tests/loop/test_robot.c  Who is answered by the machine, and told so
 *
 * Answer-Mode of RFC 5373, in the INVITE of one phone and the 200 of another.
 */
#include "tests/loop/support/rig.h"

enum {
	A = 0,
	B = 1,
	C = 2,
	WAIT = 5 * CLOCK_S,
};

#define AUTO   "[call]\nmedia=audio\nauto_answer=all\n"
#define NOBODY "[call]\nmedia=audio\n"

static char said[32]; /* Answer-Mode of the last 200 to INVITE, or "-" */

static void replied(unsigned i, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_xhdr(msg, "Answer-Mode");
	(void)i;

	if (msg->scode == 200 && !pl_strcmp(&msg->cseq.met, "INVITE"))
		(void)re_snprintf(said, sizeof(said), "%r",
				  hdr ? &hdr->val : NULL);
}

static const struct exchange_spy spy = { .replied = replied };

/* i calls `to`, with that header, if any. @return the number there */
static void call(unsigned i, const char *to, const char *header)
{
	struct calls_way way = { .undirected = true };
	const char *right;

	assert_int_equal(extras_alloc(&way.extras), 0);
	if (header)
		assert_int_equal(extras_header(way.extras, header, &right), 0);
	assert_int_equal(phone_call(rig_phone(i), to, &way, NULL, clock_now()),
			 0);
	mem_deref(way.extras);
}

static unsigned code_of(const json_t *ev)
{
	assert_non_null(ev);
	return (unsigned)json_integer_value(json_object_get(ev, "code"));
}

static const struct {
	const char *header; /* Of the caller                       */
	const char *of_b;   /* Configuration of who is called      */
	bool machine;	    /* It answers                          */
	const char *said;   /* By whom, as the 200 has it, "" not,
			       NULL: refused                       */
} casev[] = {
	{ NULL, AUTO, true, "Auto" },
	{ NULL, NOBODY, false, "" },
	{ "Answer-Mode:Auto", AUTO, true, "Auto" },
	{ "Answer-Mode:Auto", NOBODY, false, "Manual" },
	{ "Answer-Mode:Manual", AUTO, false, "Manual" },
	{ "Answer-Mode:Manual;require", AUTO, false, "Manual" },
	{ "Answer-Mode:Auto;require", AUTO, true, "Auto" },
	{ "Answer-Mode:Auto;require", AUTO "auto_delay=2s\n", true, "Auto" },
	{ "Answer-Mode:Auto;require", AUTO "auto_when=asked\n", true, "Auto" },
	{ "Answer-Mode:Auto;require", NOBODY, false, NULL },
	{ "Answer-Mode:Whispered;require", AUTO, false, NULL },
	{ "Priv-Answer-Mode:Auto", NOBODY, false, "Manual" },
	{ "Priv-Answer-Mode:Auto;require", AUTO, false, NULL },
	{ "Alert-Info:<http://x>;info=alert-autoanswer", AUTO, true, "Auto" },
};

static void check(unsigned n)
{
	const char *const extrav[] = { NOBODY, casev[n].of_b };

	rig_start(n, extrav);
	exchange_set_spy(&spy);
	said[0] = '\0';
	call(A, "b", casev[n].header);
	if (!casev[n].said) {
		assert_int_equal(code_of(rig_wait(A, "terminated:call", WAIT)),
				 403);
		assert_int_equal(rig_count(B, "i_new_call"), 0);
	} else {
		assert_non_null(rig_wait(B, "ringing", WAIT));
		if (!casev[n].machine) {
			rig_run(WAIT);
			assert_int_equal(rig_count(A, "connected:call"), 0);
			assert_int_equal(rig_answer(B), 0);
		}
		assert_non_null(rig_wait(A, "media_added", WAIT));
		assert_string_equal(said, casev[n].said);
		assert_int_equal(phone_hangup(rig_phone(A), 0, clock_now()), 0);
		assert_non_null(rig_wait(B, "terminated:call", WAIT));
	}
	exchange_set_spy(NULL);
	rig_stop();
}

static void test_robot_says_who_answered(void **state)
{
	(void)state;

	for (unsigned n = 0; n < ARRAY_SIZE(casev); n++) {
		print_message("%u: %s\n", n,
			      casev[n].header ? casev[n].header : "");
		check(n);
	}
}

/* Who is talked to goes first, also who came while it was to be answered */
static void test_robot_refuses_who_would_not_wait(void **state)
{
	static const char *const ofv[] = { AUTO, AUTO "auto_delay=3s\n" };
	(void)state;

	for (unsigned n = 0; n < 2; n++) {
		const char *const extrav[] = { NOBODY, ofv[n] };

		rig_start(100 + n, extrav);
		rig_join(NOBODY);
		if (n)
			call(C, "b", "Answer-Mode:Auto;require");
		call(A, "b", NULL);
		if (n) {
			assert_non_null(rig_wait(C, "i_ao_request", WAIT));
			assert_non_null(rig_wait(B, "ringing", WAIT));
			assert_non_null(rig_wait(B, "ringing", WAIT));
			assert_int_equal(phone_answer(rig_phone(B), 2,
						      CALLS_CONFIGURED,
						      clock_now()),
					 0);
		}
		assert_non_null(rig_wait(A, "media_added", WAIT));
		if (!n)
			call(C, "b", "Answer-Mode:Auto;require");
		assert_int_equal(code_of(rig_wait(C, "terminated:call", WAIT)),
				 403);

		/* And who would, waits */
		call(C, "b", "Answer-Mode:Auto");
		assert_non_null(rig_wait(C, "i_ao_request", WAIT));
		rig_run(WAIT);
		assert_int_equal(rig_count(C, "connected:call"), 0);
		assert_int_equal(phone_calls(rig_phone(B)), 2);
		assert_int_equal(phone_hangup(rig_phone(C), 0, clock_now()), 0);
		assert_int_equal(phone_hangup(rig_phone(A), 0, clock_now()), 0);
		rig_run(WAIT);
		rig_stop();
	}
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_robot_says_who_answered),
		cmocka_unit_test(test_robot_refuses_who_would_not_wait),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}

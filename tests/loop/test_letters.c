/**
 * @file tests/loop/test_letters.c  Messages between two whole phones
 */
#include "core/sip/message.h"
#include "tests/loop/support/rig.h"

enum {
	WAIT = 5 * CLOCK_S,
	SILENCE = 40 * CLOCK_S, /* More than an answer is waited for */
};

static const char text[] = "P\xc3\xaa"
			   "che \xc3\xa0 la moule";
static const char *status; /* What the server answers to MESSAGE */

static bool agent(unsigned i, const struct sip_msg *msg, uint64_t now)
{
	if (!message_is(msg, "MESSAGE"))
		return false;

	exchange_respond(i, msg, status, "Contact: <sip:c@loop.invalid>\r\n",
			 now);
	return true;
}

static unsigned send_text(void)
{
	unsigned id = 0;

	assert_int_equal(
		phone_message(rig_phone(0), NULL, "b", text, &id, clock_now()),
		0);
	assert_int_not_equal(id, 0);
	return id;
}

static void assert_told(const char *name, unsigned id, unsigned code,
			uint64_t us)
{
	const json_t *ev = rig_wait(0, name, us);

	assert_non_null(ev);
	assert_int_equal(json_integer_value(json_object_get(ev, "id")), id);
	assert_int_equal(json_integer_value(json_object_get(ev, "code")), code);
}

static void test_letters_say_that_they_arrived(void **state)
{
	const json_t *ev;
	unsigned first;
	(void)state;

	rig_start(1, NULL);
	first = send_text();
	assert_non_null(rig_wait(0, "sent_request:message", WAIT));
	ev = rig_wait(1, "i_new_message", WAIT);
	assert_non_null(ev);
	assert_string_equal(json_string_value(json_object_get(ev, "content")),
			    text);
	assert_told("connected:message", first, 200, WAIT);
	assert_told("connected:message", send_text(), 200, WAIT);
	assert_int_equal(rig_count(0, "message_error"), 0);
	rig_stop();
}

static void test_letters_say_that_they_did_not(void **state)
{
	static const struct {
		const char *status;
		unsigned code;
	} casev[] = {
		{ "302 Moved Temporarily", 302 },
		{ "404 Not Found", 404 },
		{ "603 Decline", 603 },
	};
	(void)state;

	rig_start(2, NULL);
	exchange_set_agent(agent);
	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		status = casev[i].status;
		assert_told("message_error:message", send_text(), casev[i].code,
			    WAIT);
	}
	exchange_set_agent(NULL);
	rig_stop();
}

static void test_letters_do_not_wait_for_ever(void **state)
{
	const struct exchange_mood mood = { .swallows = "MESSAGE" };
	unsigned id;
	(void)state;

	rig_start(3, NULL);
	exchange_set_mood(&mood);
	assert_told("message_error:message", send_text(), 408, SILENCE);
	id = send_text();
	exchange_set_up(false);
	assert_told("message_error:message", id, 503, WAIT);
	exchange_set_up(true);

	rig_run(WAIT);

	/* One that is not answered when the phone ends */
	(void)send_text();
	rig_stop();
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_letters_say_that_they_arrived),
		cmocka_unit_test(test_letters_say_that_they_did_not),
		cmocka_unit_test(test_letters_do_not_wait_for_ever),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}

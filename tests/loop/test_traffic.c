/**
 * @file tests/loop/test_traffic.c  What passes within a call, as events
 *
 * Two whole phones in virtual time.
 */
#include "core/call/traffic.h"
#include "core/media/digits.h"
#include "tests/loop/support/rig.h"

enum {
	BIG = 4096 + 2, /* One more than an INFO has [bytes] */
	WAIT = 5 * CLOCK_S,
	SILENCE = 40 * CLOCK_S, /* More than a request is waited for */
	FLOOD = 60,
};

#define INFO "[audio]\ndtmf=info\n[call]\nsession_timer=90s\n"

static const char *const extrav[RIG_PHONES] = { INFO, INFO };

static const char *text_of(const json_t *js, const char *key)
{
	const char *text = json_string_value(json_object_get(js, key));

	assert_non_null(text);
	return text;
}

static void establish(uint32_t seed)
{
	rig_start(seed, extrav);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(rig_wait(i, "media_added", WAIT));
	rig_run(CLOCK_S);
	rig_forget();
}

static void test_traffic_tells_of_requests_within_a_call(void **state)
{
	const json_t *ev;
	(void)state;

	establish(1);
	assert_int_equal(phone_dtmf(rig_phone(0), 0, "7", clock_now()), 0);
	ev = rig_wait(0, "o_request:call", WAIT);
	assert_string_equal(text_of(ev, "method"), "INFO");
	assert_string_equal(text_of(ev, "content_type"),
			    "application/dtmf-relay");
	assert_non_null(strstr(text_of(ev, "content"), "Signal=7"));
	ev = rig_wait(0, "sent_request:call", WAIT);
	assert_string_equal(text_of(ev, "method"), "INFO");
	ev = rig_wait(1, "i_request:call", WAIT);
	assert_non_null(strstr(text_of(ev, "content"), "Signal=7"));

	/* What is in an SDP is nobody's business */
	assert_int_equal(phone_hold(rig_phone(0), 0, true, clock_now()), 0);
	ev = rig_wait(0, "o_request:call", WAIT);
	assert_string_equal(text_of(ev, "method"), "INVITE");
	assert_string_equal(text_of(ev, "content_type"), "application/sdp");
	assert_true(json_integer_value(json_object_get(ev, "length")) > 0);
	assert_null(json_object_get(ev, "content"));
	ev = rig_wait(1, "i_request:call", WAIT);
	assert_null(json_object_get(ev, "content"));
	rig_stop();
}

static void test_traffic_tells_what_came_of_the_media(void **state)
{
	const json_t *ev;
	(void)state;

	establish(2);
	assert_int_equal(phone_hangup(rig_phone(0), 0, clock_now()), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++) {
		ev = rig_wait(i, "stats:call", WAIT);
		assert_non_null(ev);
		assert_non_null(
			json_object_get(json_object_get(ev, "stats"), "media"));
		assert_int_equal(rig_count(i, "stats"), 1);
	}
	rig_stop();
}

static void test_traffic_tells_of_a_request_without_answer(void **state)
{
	const struct exchange_mood mood = { .swallows = "INFO" };
	const json_t *ev;
	(void)state;

	establish(3);
	exchange_set_mood(&mood);
	assert_int_equal(phone_dtmf(rig_phone(0), 0, "7", clock_now()), 0);
	ev = rig_wait(0, "message_error:call", SILENCE);
	assert_string_equal(text_of(ev, "method"), "INFO");
	assert_int_equal(json_integer_value(json_object_get(ev, "code")), 408);
	assert_int_equal(phone_calls(rig_phone(0)), 1);
	rig_stop();
}

static void test_traffic_takes_an_info_of_any_type(void **state)
{
	static const char body[] = "{\"mute\":\"é\"}";
	static const char *const wrongv[] = {
		"",	 "text",	"/plain",
		"text/", "te xt/plain", "text/plain\r\nX: 1"
	};
	static char big[BIG];
	const json_t *ev;
	(void)state;

	establish(5);
	assert_int_equal(phone_info(rig_phone(0), 0, "application/json", body,
				    clock_now()),
			 0);
	ev = rig_wait(1, "i_info:call", WAIT);
	assert_string_equal(text_of(ev, "content_type"), "application/json");
	assert_string_equal(text_of(ev, "content"), body);

	for (size_t i = 0; i < ARRAY_SIZE(wrongv); i++)
		assert_int_equal(phone_info(rig_phone(0), 0, wrongv[i], body,
					    clock_now()),
				 EBADMSG);
	memset(big, 'a', BIG - 1);
	assert_int_equal(
		phone_info(rig_phone(0), 0, "text/plain", big, clock_now()),
		EMSGSIZE);
	assert_int_equal(
		phone_info(rig_phone(0), 7, "text/plain", body, clock_now()),
		ENOENT);
	rig_stop();
}

static void test_traffic_does_not_flood(void **state)
{
	unsigned told;
	(void)state;

	establish(4);
	told = rig_count(1, "i_request");
	for (unsigned i = 0; i < FLOOD; i++) {
		assert_int_equal(phone_dtmf(rig_phone(0), 0, "7", clock_now()),
				 0);
		rig_run(2ULL * EXCHANGE_DELAY);
	}
	rig_run(CLOCK_S);
	assert_true(rig_count(1, "i_info") >= FLOOD / 2);
	told = rig_count(1, "i_request") - told;
	assert_in_range(told, 2, 2 * TRAFFIC_RATE);
	rig_stop();
}

/* As many as by RTP, one after the other */
static void test_traffic_sends_all_digits_by_info(void **state)
{
	static char many[DIGITS_MAX + 2];
	const json_t *ev;
	(void)state;

	establish(6);
	for (unsigned i = 0; i < DIGITS_MAX; i++)
		many[i] = (char)('0' + i % 10);
	assert_int_equal(phone_dtmf(rig_phone(0), 0, many, clock_now()), 0);
	for (unsigned i = 0; i < DIGITS_MAX; i++) {
		const char digit[] = { many[i], '\0' };

		ev = rig_wait(1, "dtmf_received:call", WAIT);
		assert_non_null(ev);
		assert_string_equal(text_of(ev, "digit"), digit);
	}
	assert_int_equal(rig_count(0, "dtmf_sent"), 1);
	memset(many, '0', DIGITS_MAX + 1);
	assert_int_equal(phone_dtmf(rig_phone(0), 0, many, clock_now()),
			 ENOBUFS);
	rig_stop();
}

/* Who refuses one gets no half of a number */
static void test_traffic_stops_at_a_digit_that_is_lost(void **state)
{
	const struct exchange_mood mood = { .swallows = "INFO" };
	const struct exchange_mood none = { .swallows = NULL };
	(void)state;

	establish(7);
	exchange_set_mood(&mood);
	assert_int_equal(phone_dtmf(rig_phone(0), 0, "789", clock_now()), 0);
	assert_non_null(rig_wait(0, "message_error:call", SILENCE));
	exchange_set_mood(&none);
	rig_run(CLOCK_S);
	assert_int_equal(rig_count(1, "dtmf_received"), 0);
	assert_int_equal(phone_dtmf(rig_phone(0), 0, "1", clock_now()), 0);
	assert_non_null(rig_wait(1, "dtmf_received:call", WAIT));
	rig_stop();
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_traffic_tells_of_requests_within_a_call),
		cmocka_unit_test(test_traffic_tells_what_came_of_the_media),
		cmocka_unit_test(
			test_traffic_tells_of_a_request_without_answer),
		cmocka_unit_test(test_traffic_takes_an_info_of_any_type),
		cmocka_unit_test(test_traffic_does_not_flood),
		cmocka_unit_test(test_traffic_sends_all_digits_by_info),
		cmocka_unit_test(test_traffic_stops_at_a_digit_that_is_lost),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}

/**
 * @file tests/loop/test_early.c  Two phones before the call is answered
 *
 * Reliable responses (RFC 3262) with and without an answer in them.
 */
#include "tests/loop/support/film.h"
#include "tests/loop/support/rig.h"

enum {
	WAIT = 5 * CLOCK_S,
	TALK = 2 * CLOCK_S,
	TEXT = 4096,
};

#define RELIABLE "[call]\nreliable=yes\n"
#define MEDIA	 "[call]\nreliable=media\n"

static void call(uint32_t seed, const char *callee)
{
	const char *const extrav[RIG_PHONES] = { NULL, callee };

	rig_start(seed, extrav);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
}

static unsigned heard(unsigned i)
{
	struct sound_heard h;

	rig_heard(i, &h);
	return (unsigned)h.sounding;
}

static void finish(void)
{
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(rig_wait(i, "connected:call", WAIT));
	rig_run(TALK);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_true(heard(i) > 1000);
	assert_int_equal(phone_hangup(rig_phone(0), 0, clock_now()), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(rig_wait(i, "terminated:call", WAIT));
	rig_stop();
}

static void test_early_ringing_is_confirmed(void **state)
{
	static const char *const calleev[] = { NULL, RELIABLE, MEDIA };
	(void)state;

	for (uint32_t i = 0; i < ARRAY_SIZE(calleev); i++) {
		call(i, calleev[i]);
		rig_run(40 * CLOCK_S); /* Longer than it is repeated */
		assert_int_equal(exchange_stats()->pracks, i > 0);
		assert_int_equal(rig_answer(1), 0);
		finish();
	}
}

static void test_early_ringing_that_is_not_confirmed_ends(void **state)
{
	static const struct exchange_mood hole = { .swallows = "PRACK" };
	static const char *const extrav[RIG_PHONES] = { NULL, RELIABLE };
	const json_t *ev;
	(void)state;

	rig_start(4, extrav);
	exchange_set_mood(&hole);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	ev = rig_wait(0, "terminated:call", 33 * CLOCK_S);
	assert_int_equal(json_integer_value(json_object_get(ev, "code")), 504);
	assert_non_null(rig_wait(1, "terminated:call", WAIT));
	rig_stop();

	/* Answered before: then it does not matter */
	rig_start(5, extrav);
	exchange_set_mood(&hole);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	finish();
}

static void test_early_answer_waits_for_the_user_with_all_ready(void **state)
{
	unsigned ear;
	(void)state;

	call(6, MEDIA);
	assert_non_null(rig_wait(0, "m_early_media", WAIT));
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(rig_wait(i, "media_added", WAIT));
	rig_run(TALK);

	/* Encrypted, but nobody's microphone is open, and it still rings */
	assert_int_equal(heard(1), 0);
	assert_int_equal(rig_count(1, "m_permission_requested"), 0);
	ear = heard(0);
	rig_run(10 * CLOCK_S);
	assert_true(heard(0) > ear); /* The ring-back tone */
	assert_int_equal(rig_answer(1), 0);
	rig_run(50 * CLOCK_MS);
	assert_int_equal(rig_count(0, "connected:call"), 1);
	finish();
}

#define VIDEO "[video]\nsize=320x240\nfps=30\nbitrate=500k\n"

/* The picture is offered by UPDATE while it rings, of either side: the callee
   takes it, the caller did not want one */
static void test_early_picture_comes_by_update(void **state)
{
	static const char *const extrav[RIG_PHONES] = { VIDEO, MEDIA VIDEO };
	static const struct calls_way sound = { .send = true,
						.recv = true,
						.media = CALLS_AUDIO };
	(void)state;

	for (unsigned who = 0; who < RIG_PHONES; who++) {
		film_reset();
		for (unsigned i = 0; i < RIG_PHONES; i++)
			film_give(i, true, true);
		rig_start(7 + who, extrav);
		assert_int_equal(phone_call(rig_phone(0), "b", &sound, NULL,
					    clock_now()),
				 0);
		assert_non_null(rig_wait(0, "m_early_media", WAIT));
		rig_run(TALK);
		assert_int_equal(
			phone_video(rig_phone(who), 0, true, clock_now()), 0);
		rig_run(TALK);
		assert_int_equal(exchange_stats()->updates, 1);
		for (unsigned i = 0; i < RIG_PHONES; i++)
			assert_false(film_stats(i)->open);
		assert_int_equal(rig_answer(1), 0);
		rig_run(TALK);
		for (unsigned i = 0; i < RIG_PHONES; i++)
			assert_int_equal(film_stats(i)->shown > 30, who == 0);
		assert_int_equal(exchange_stats()->reinvites, 0);
		finish();
		film_reset();
	}
}

/* ---- Somebody else who rings, too ---- */

/* Change the character behind the first `text` that follows `after` */
static void alter(char *msg, const char *after, const char *text)
{
	char *p = strstr(msg, after);

	p = p ? strstr(p, text) : NULL;
	if (p)
		p[strlen(text)] = p[strlen(text)] == '7' ? '8' : '7';
}

static bool is_line(const char *line, const char *name)
{
	return !strncmp(line, name, strlen(name));
}

/* A response as the stranger's: with its session in a reliable 183, or
   without one in a 180 */
static void ring_elsewhere(const struct mbuf *mb, bool session, uint64_t now)
{
	struct mbuf *out = mbuf_alloc(TEXT);
	char msg[TEXT], *line = msg, *end;

	(void)re_snprintf(msg, sizeof(msg), "%b", mbuf_buf(mb),
			  mbuf_get_left(mb));
	alter(msg, "\r\nTo:", ";tag=");
	alter(msg, "\r\n\r\n", "a=ice-ufrag:");
	alter(msg, "\r\n\r\n", "a=ice-pwd:");
	alter(msg, "\r\n\r\n", "a=fingerprint:sha-256 ");
	(void)mbuf_printf(out, session ? "SIP/2.0 183 Progress\r\n"
					 "Require: 100rel\r\nRSeq: 1\r\n"
				       : "SIP/2.0 180 Ringing\r\n");
	for (line = strchr(line, '\n') + 1; *line != '\r'; line = end) {
		end = strchr(line, '\n') + 1;
		if (!is_line(line, "Require:") && !is_line(line, "RSeq:") &&
		    (session || !is_line(line, "Content-")))
			(void)mbuf_printf(out, "%b", line,
					  (size_t)(end - line));
	}
	(void)mbuf_printf(out, "%s", session ? line : "\r\n");
	out->pos = 0;
	exchange_deliver(0, out, now);
	mem_deref(out);
}

static bool says(const struct mbuf *mb, const char *text)
{
	return memmem(mbuf_buf(mb), mbuf_get_left(mb), text, strlen(text));
}

static bool rang;

/* The stranger rings first */
static bool post_ringing(unsigned i, struct mbuf *mb, uint64_t now)
{
	if (i || rang || !says(mb, "RSeq:"))
		return false;

	rang = true;
	ring_elsewhere(mb, false, now);
	return false;
}

static void test_early_update_is_not_of_another_fork(void **state)
{
	static const struct exchange_spy spy = { .post = post_ringing };
	static const char *const extrav[RIG_PHONES] = { VIDEO, MEDIA VIDEO };
	static const struct calls_way sound = { .send = true,
						.recv = true,
						.media = CALLS_AUDIO };
	(void)state;

	film_reset();
	for (unsigned i = 0; i < RIG_PHONES; i++)
		film_give(i, true, true);
	rig_start(9, extrav);
	rang = false;
	exchange_set_spy(&spy);
	assert_int_equal(
		phone_call(rig_phone(0), "b", &sound, NULL, clock_now()), 0);
	assert_non_null(rig_wait(0, "m_early_media", WAIT));
	assert_true(rang);
	rig_run(TALK);
	assert_int_equal(phone_video(rig_phone(0), 0, true, clock_now()), 0);
	rig_run(TALK);
	assert_int_equal(exchange_stats()->updates, 1);
	assert_int_equal(rig_answer(1), 0);
	rig_run(TALK);

	/* What it agreed holds: neither ICE nor an offer anew */
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_true(film_stats(i)->shown > 30);
	assert_int_equal(exchange_stats()->reinvites, 0);
	finish();
	film_reset();
}

static struct mbuf *kept; /* The 2xx */

/* The stranger's session comes first; the 2xx is not there yet */
static bool post_accepted(unsigned i, struct mbuf *mb, uint64_t now)
{
	if (i || !says(mb, "SIP/2.0 200 ") || !says(mb, " INVITE\r\n"))
		return false;

	if (!kept) {
		kept = mem_ref(mb);
		ring_elsewhere(mb, true, now);
	}
	return true;
}

/* The stranger has an offer under way, too */
static bool stranger_recv(unsigned i, const struct sip_msg *msg, uint64_t now)
{
	const bool update = !pl_strcmp(&msg->met, "UPDATE");

	if (i || (!update && pl_strcmp(&msg->met, "PRACK")))
		return false;

	exchange_respond(i, msg, update ? "491 Request Pending" : "200 OK", "",
			 now);
	return true;
}

static void test_early_refusal_is_forgotten_with_its_fork(void **state)
{
	static const struct exchange_spy spy = { .post = post_accepted };
	static const struct exchange_spy none = { .post = NULL };
	static const char *const extrav[RIG_PHONES] = { VIDEO, NULL };
	static const struct calls_way sound = { .send = true,
						.recv = true,
						.media = CALLS_AUDIO };
	(void)state;

	film_reset();
	film_give(0, true, true);
	rig_start(10, extrav);
	assert_int_equal(
		phone_call(rig_phone(0), "b", &sound, NULL, clock_now()), 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	exchange_set_spy(&spy);
	exchange_set_agent(stranger_recv);
	assert_int_equal(rig_answer(1), 0);
	assert_non_null(rig_wait(0, "m_early_media", WAIT));
	assert_int_equal(phone_video(rig_phone(0), 0, true, clock_now()), 0);
	rig_run(CLOCK_S / 2);

	/* Who answers knows nothing of it, and is offered ICE anew */
	exchange_set_spy(&none);
	exchange_set_agent(NULL);
	exchange_deliver(0, kept, clock_now());
	kept = mem_deref(kept);
	rig_run(TALK);
	finish();
	film_reset();
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_early_ringing_is_confirmed),
		cmocka_unit_test(test_early_ringing_that_is_not_confirmed_ends),
		cmocka_unit_test(
			test_early_answer_waits_for_the_user_with_all_ready),
		cmocka_unit_test(test_early_picture_comes_by_update),
		cmocka_unit_test(test_early_update_is_not_of_another_fork),
		cmocka_unit_test(test_early_refusal_is_forgotten_with_its_fork),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}

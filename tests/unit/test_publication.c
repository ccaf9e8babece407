/**
 * @file tests/unit/test_publication.c  Telling whether one is there
 *
 * The flows are those of RFC 3903 sections 4 and 15, with a scripted server
 * and in virtual time.
 */
#include "tests/unit/support/peer.h"

/* What the owner hears */
struct told {
	unsigned events, code;
	enum publication_what what;
	uint64_t retry;
};

static struct told told;

static void on_publication(const struct publication_event *ev, uint64_t now,
			   void *arg)
{
	(void)now;
	(void)arg;

	++told.events;
	told.what = ev->what;
	told.code = ev->code;
	told.retry = ev->retry;
}

static void hears(enum publication_what what, unsigned code)
{
	assert_int_equal(told.events, 1);
	assert_int_equal(told.what, what);
	assert_int_equal(told.code, code);
	told.events = 0;
}

static void open_peer(struct peer *p)
{
	static const struct presence_handlers h = {
		.publishh = on_publication,
	};
	static const char *const headerv[] = { "Organization: Doors", NULL };
	const struct ua_params prm = {
		.origin = {
			.user = "alice",
			.realm = "example.org",
			.headerv = headerv,
		},
		.password = "secret",
		.presence = &h,
	};

	memset(&told, 0, sizeof(told));
	peer_open(p, &prm);
}

static void publish(struct peer *p, enum pidf_basic basic, const char *note)
{
	assert_int_equal(
		presence_publish(ua_presence(p->ua), basic, note, p->now), 0);
}

/* The next PUBLISH has this tag, "" for none, and says this, or nothing */
static struct sip_msg *take(struct peer *p, const char *tag,
			    enum pidf_basic basic, const char *note)
{
	struct sip_msg *req = peer_take(p, "PUBLISH");
	struct pl body = message_body(req);
	struct pidf pidf;

	assert_string_equal(peer_header(req, "SIP-If-Match"), tag);
	assert_string_equal(peer_header(req, "Event"), "presence");
	if (basic == PIDF_UNKNOWN) {
		assert_int_equal(body.l, 0);
		return req;
	}
	assert_string_equal(peer_header(req, "Content-Type"), PIDF_TYPE);
	assert_int_equal(pidf_decode(&pidf, &body), 0);
	assert_string_equal(pidf.entity, "sip:alice@example.org");
	assert_string_equal(pidf.note, note);
	assert_int_equal(pidf.basic, basic);
	return req;
}

/* Answer and forget */
static void respond(struct peer *p, struct sip_msg *req, unsigned code,
		    const char *lines)
{
	peer_respond(p, req, code, "srv", lines, NULL);
	mem_deref(req);
}

static void test_publication_says_it(void **state)
{
	struct sip_msg *req;
	struct peer p;
	(void)state;

	open_peer(&p);
	publish(&p, PIDF_OPEN, "At the door");
	req = take(&p, "", PIDF_OPEN, "At the door");
	assert_int_equal(pl_strcmp(&req->ruri, "sip:alice@example.org"), 0);
	assert_string_equal(peer_header(req, "Expires"), "200");
	assert_string_equal(peer_header(req, "Organization"), "Doors");
	assert_non_null(strstr(peer_header(req, "Contact"),
			       ">;audio;mobility=\"fixed\""));
	peer_respond(&p, req, 100, NULL, NULL, NULL);
	assert_int_equal(told.events, 0);
	respond(&p, req, 200, "SIP-ETag: dx200xyz\r\nExpires: 200\r\n");
	hears(PUBLICATION_EV_PUBLISHED, 200);
	assert_int_equal(ua_due(p.ua), p.now + 100ULL * CLOCK_S);

	/* Refresh: the tag, and not the body */
	peer_run(&p, 100ULL * CLOCK_S);
	req = take(&p, "dx200xyz", PIDF_UNKNOWN, NULL);
	respond(&p, req, 200, "SIP-ETag: kwj449x\r\nExpires: 100\r\n");
	assert_int_equal(told.events, 0);

	/* A change: both, at once */
	publish(&p, PIDF_CLOSED, NULL);
	req = take(&p, "kwj449x", PIDF_CLOSED, "");
	respond(&p, req, 200, "SIP-ETag: qwi982ks\r\nExpires: 100\r\n");
	hears(PUBLICATION_EV_PUBLISHED, 200);

	/* Removal */
	presence_unpublish(ua_presence(p.ua), p.now);
	req = take(&p, "qwi982ks", PIDF_UNKNOWN, NULL);
	assert_string_equal(peer_header(req, "Expires"), "0");
	respond(&p, req, 200, NULL);
	hears(PUBLICATION_EV_REMOVED, 200);
	peer_run(&p, 3600ULL * CLOCK_S);
	assert_int_equal(ua_due(p.ua), CLOCK_NEVER);
	peer_close(&p);
}

static void test_publication_starts_again_where_it_is_forgotten(void **state)
{
	struct sip_msg *req;
	struct peer p;
	(void)state;

	open_peer(&p);
	publish(&p, PIDF_OPEN, "x");
	respond(&p, take(&p, "", PIDF_OPEN, "x"), 200,
		"SIP-ETag: one\r\nExpires: 3600\r\n");
	hears(PUBLICATION_EV_PUBLISHED, 200);
	peer_run(&p, 3000ULL * CLOCK_S);
	respond(&p, take(&p, "one", PIDF_UNKNOWN, NULL), 412, NULL);
	assert_int_equal(told.events, 0);
	req = take(&p, "", PIDF_OPEN, "x");

	/* Without a tag a 412 is an error as any other */
	respond(&p, req, 412, NULL);
	hears(PUBLICATION_EV_FAILED, 412);
	assert_true(told.retry > p.now);
	peer_run(&p, 60ULL * CLOCK_S);
	respond(&p, take(&p, "", PIDF_OPEN, "x"), 200, "SIP-ETag: two\r\n");
	hears(PUBLICATION_EV_PUBLISHED, 200);
	peer_close(&p);
}

static void test_publication_answers_a_challenge_and_423(void **state)
{
	static const char challenge[] =
		"WWW-Authenticate: Digest realm=\"example.org\", "
		"nonce=\"n\", qop=\"auth\"\r\n";
	struct sip_msg *req;
	struct peer p;
	(void)state;

	open_peer(&p);
	publish(&p, PIDF_OPEN, "");
	respond(&p, take(&p, "", PIDF_OPEN, ""), 401, challenge);
	req = take(&p, "", PIDF_OPEN, "");
	assert_non_null(strstr(peer_header(req, "Authorization"),
			       "uri=\"sip:alice@example.org\""));
	respond(&p, req, 423, "Min-Expires: 1800\r\n");
	req = take(&p, "", PIDF_OPEN, "");
	assert_string_equal(peer_header(req, "Expires"), "1800");
	respond(&p, req, 200, "SIP-ETag: t\r\nExpires: 1800\r\n");
	hears(PUBLICATION_EV_PUBLISHED, 200);
	assert_int_equal(ua_due(p.ua), p.now + 1200ULL * CLOCK_S);

	/* What makes no sense is an error */
	peer_run(&p, 1200ULL * CLOCK_S);
	respond(&p, take(&p, "t", PIDF_UNKNOWN, NULL), 423,
		"Min-Expires: 60\r\n");
	hears(PUBLICATION_EV_FAILED, 423);
	peer_close(&p);
}

static void test_publication_stops_where_it_is_refused(void **state)
{
	static const unsigned codev[] = { 301, 401, 403, 404, 405, 489, 501 };
	struct peer p;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(codev); i++) {
		open_peer(&p);
		publish(&p, PIDF_OPEN, "");
		respond(&p, take(&p, "", PIDF_OPEN, ""), codev[i], NULL);
		hears(PUBLICATION_EV_FAILED, codev[i]);
		assert_true(told.retry == CLOCK_NEVER);
		assert_int_equal(ua_due(p.ua), CLOCK_NEVER);

		/* Until it is asked for again, or the flow is another */
		publish(&p, PIDF_OPEN, "y");
		respond(&p, take(&p, "", PIDF_OPEN, "y"), codev[i], NULL);
		hears(PUBLICATION_EV_FAILED, codev[i]);
		ua_flow(p.ua, false, p.now);
		ua_flow(p.ua, true, p.now);
		respond(&p, take(&p, "", PIDF_OPEN, "y"), 200, NULL);
		hears(PUBLICATION_EV_PUBLISHED, 200);
		peer_close(&p);
	}
}

/* Nobody else is told whether we are there */
static void test_publication_does_not_follow_a_3xx(void **state)
{
	static const unsigned codev[] = { 300, 302, 305, 380 };
	struct sip_msg *req;
	struct peer p;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(codev); i++) {
		open_peer(&p);
		publish(&p, PIDF_OPEN, "");
		respond(&p, take(&p, "", PIDF_OPEN, ""), codev[i],
			"Contact: <sip:eve@example.net>\r\n"
			"Retry-After: 90\r\n");
		hears(PUBLICATION_EV_FAILED, codev[i]);
		assert_true(told.retry >= p.now + 90ULL * CLOCK_S);
		peer_silent(&p);
		peer_run(&p, told.retry - p.now);
		req = take(&p, "", PIDF_OPEN, "");
		assert_int_equal(pl_strcmp(&req->ruri, "sip:alice@example.org"),
				 0);
		mem_deref(req);
		peer_close(&p);
	}
}

static void test_publication_pauses_longer_each_time(void **state)
{
	struct peer p;
	uint64_t last = 0;
	(void)state;

	open_peer(&p);
	publish(&p, PIDF_OPEN, "");
	for (unsigned i = 0; i < 20; i++) {
		respond(&p, take(&p, "", PIDF_OPEN, ""), 500, NULL);
		hears(PUBLICATION_EV_FAILED, 500);
		if (i < 4)
			assert_true(told.retry - p.now >= last);
		assert_true(told.retry - p.now <= 1800ULL * CLOCK_S);
		last = (told.retry - p.now) / 2;
		peer_run(&p, told.retry - p.now);
	}
	respond(&p, take(&p, "", PIDF_OPEN, ""), 503, "Retry-After: 7\r\n");
	hears(PUBLICATION_EV_FAILED, 503);
	assert_int_equal(told.retry - p.now, 7ULL * CLOCK_S);

	/* Silence */
	peer_run(&p, 7ULL * CLOCK_S);
	mem_deref(take(&p, "", PIDF_OPEN, ""));
	peer_run(&p, 32ULL * CLOCK_S);
	hears(PUBLICATION_EV_FAILED, 408);
	peer_close(&p);
}

static void test_publication_survives_the_flow(void **state)
{
	struct peer p;
	(void)state;

	/* Wanted before there is a flow */
	open_peer(&p);
	ua_flow(p.ua, false, p.now);
	publish(&p, PIDF_OPEN, "");
	peer_silent(&p);
	ua_flow(p.ua, true, p.now);
	respond(&p, take(&p, "", PIDF_OPEN, ""), 200, "SIP-ETag: a\r\n");
	hears(PUBLICATION_EV_PUBLISHED, 200);

	/* The tag still counts */
	ua_flow(p.ua, false, p.now);
	hears(PUBLICATION_EV_FAILED, 503);
	ua_flow(p.ua, true, p.now);
	respond(&p, take(&p, "a", PIDF_UNKNOWN, NULL), 200, "SIP-ETag: b\r\n");
	hears(PUBLICATION_EV_PUBLISHED, 200);

	/* What was under way is said again */
	publish(&p, PIDF_CLOSED, "");
	mem_deref(take(&p, "b", PIDF_CLOSED, ""));
	ua_flow(p.ua, false, p.now);
	hears(PUBLICATION_EV_FAILED, 503);
	ua_flow(p.ua, true, p.now);
	respond(&p, take(&p, "b", PIDF_CLOSED, ""), 200, NULL);
	hears(PUBLICATION_EV_PUBLISHED, 200);

	/* Registered first, where that is wanted */
	ua_flow(p.ua, false, p.now);
	hears(PUBLICATION_EV_FAILED, 503);
	ua_register(p.ua, p.now);
	ua_flow(p.ua, true, p.now);
	respond(&p, peer_take(&p, "REGISTER"), 200,
		"Service-Route: <sip:edge.example.org;lr>\r\n");
	(void)peer_reg_event(&p, REGISTRATION_EV_REGISTERED);
	{
		struct sip_msg *req = take(&p, "", PIDF_CLOSED, "");

		assert_string_equal(peer_header(req, "Route"),
				    "<sip:edge.example.org;lr>");
		mem_deref(req);
	}
	peer_close(&p);
}

static void test_publication_says_the_last_word(void **state)
{
	struct sip_msg *req;
	struct peer p;
	(void)state;

	/* Set while a request is under way: in order */
	open_peer(&p);
	publish(&p, PIDF_OPEN, "1");
	req = take(&p, "", PIDF_OPEN, "1");
	publish(&p, PIDF_OPEN, "2");
	publish(&p, PIDF_OPEN, "3");
	peer_silent(&p);
	respond(&p, req, 200, "SIP-ETag: a\r\n");
	req = take(&p, "a", PIDF_OPEN, "3");
	assert_int_equal(told.events, 0);

	/* Taken back likewise */
	presence_unpublish(ua_presence(p.ua), p.now);
	respond(&p, req, 200, "SIP-ETag: b\r\n");
	req = take(&p, "b", PIDF_UNKNOWN, NULL);

	/* And published again before that is answered */
	publish(&p, PIDF_OPEN, "4");
	mem_deref(req);
	req = take(&p, "", PIDF_OPEN, "4");
	respond(&p, req, 200, "SIP-ETag: c\r\n");
	hears(PUBLICATION_EV_PUBLISHED, 200);

	/* A note that is no text */
	assert_int_equal(
		presence_publish(ua_presence(p.ua), PIDF_OPEN, "\x01", p.now),
		EINVAL);
	peer_close(&p);
}

static void test_publication_ends_with_the_ua(void **state)
{
	struct peer p;
	(void)state;

	open_peer(&p);
	publish(&p, PIDF_OPEN, "");
	respond(&p, take(&p, "", PIDF_OPEN, ""), 200, "SIP-ETag: a\r\n");
	hears(PUBLICATION_EV_PUBLISHED, 200);
	ua_stop(p.ua, 0, peer_on_stopped, &p, p.now);
	assert_false(p.stopped);
	respond(&p, take(&p, "a", PIDF_UNKNOWN, NULL), 200, NULL);
	hears(PUBLICATION_EV_REMOVED, 200);
	assert_true(p.stopped);
	assert_int_equal(
		presence_publish(ua_presence(p.ua), PIDF_OPEN, "", p.now),
		ESHUTDOWN);
	peer_close(&p);

	/* A silent server does not hold it up */
	open_peer(&p);
	publish(&p, PIDF_OPEN, "");
	respond(&p, take(&p, "", PIDF_OPEN, ""), 200, "SIP-ETag: a\r\n");
	ua_stop(p.ua, 2ULL * CLOCK_S, peer_on_stopped, &p, p.now);
	mem_deref(take(&p, "a", PIDF_UNKNOWN, NULL));
	peer_run(&p, 2ULL * CLOCK_S);
	assert_true(p.stopped);
	peer_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_publication_says_it),
		cmocka_unit_test(
			test_publication_starts_again_where_it_is_forgotten),
		cmocka_unit_test(test_publication_answers_a_challenge_and_423),
		cmocka_unit_test(test_publication_stops_where_it_is_refused),
		cmocka_unit_test(test_publication_does_not_follow_a_3xx),
		cmocka_unit_test(test_publication_pauses_longer_each_time),
		cmocka_unit_test(test_publication_survives_the_flow),
		cmocka_unit_test(test_publication_says_the_last_word),
		cmocka_unit_test(test_publication_ends_with_the_ua),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

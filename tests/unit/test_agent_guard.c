/**
 * @file tests/unit/test_agent_guard.c  Tests of agent: what strangers send
 * Rows 17, 21, 24, 25 and 26 of the threat model.
 */
#include "tests/unit/test.h"
#include "core/net/check.h"
#include "tests/support/icepair.h"

enum {
	TOP = 100,
	FLOOD = 500,
	RTP = 0x80,
	DTLS = 22,
	PERCENT = 160, /* An answer may be this much of its request [%] */
};

/* A host that says what it likes */
struct stranger {
	struct simnet_host host;
	struct dgram *d;
	struct mbuf *last;
	unsigned got;
};

static void on_reply(const struct sa *src, struct mbuf *mb, uint64_t now,
		     void *arg)
{
	struct stranger *s = arg;
	(void)src;
	(void)now;

	++s->got;
	mem_deref(s->last);
	s->last = mem_ref(mb);
}

static void stranger_open(struct stranger *s, struct icepair *ip,
			  const char *addr)
{
	memset(s, 0, sizeof(*s));
	simnet_host_init(&s->host, &ip->net);
	simnet_host_add(&s->host, addr);
	assert_int_equal(network_open(&s->d, &s->host.network,
				      &s->host.addrv[0], on_reply, s),
			 0);
}

static void stranger_close(struct stranger *s)
{
	mem_deref(s->d);
	mem_deref(s->last);
}

/* Send to side 0. @return answers it gave */
static unsigned say(struct stranger *s, struct icepair *ip, struct mbuf *mb)
{
	unsigned before = s->got;
	size_t count;
	const struct candidate *cv = agent_candidates(ip->v[0].agent, &count);

	assert_int_equal(dgram_send(s->d, &cv[0].addr, mb), 0);
	mem_deref(mb);
	simnet_run(10 * CLOCK_MS, NULL, NULL);
	return s->got - before;
}

static void lan(struct icepair *ip)
{
	icepair_init(ip, 1);
	simnet_host_add(&ip->v[0].host, "10.0.0.1");
	simnet_host_add(&ip->v[1].host, "10.0.0.2");
	icepair_start(ip, NULL, NULL);
	icepair_gather(ip, 0);
	icepair_gather(ip, 1);
}

static void connect_both(struct icepair *ip)
{
	icepair_tell(ip, 0);
	icepair_tell(ip, 1);
	assert_true(icepair_connect(ip, CLOCK_S));
}

/* A check as the peer would send it, but for what is asked */
static struct mbuf *forge(struct icepair *ip, const char *pwd,
			  const char *rufrag, bool use)
{
	struct check_keys k = { .controlling = false };
	struct query q;
	struct mbuf *mb;

	(void)str_ncpy(k.rufrag, agent_ufrag(ip->v[0].agent), sizeof(k.rufrag));
	(void)str_ncpy(k.lufrag, rufrag, sizeof(k.lufrag));
	(void)str_ncpy(k.rpwd, pwd ? pwd : agent_pwd(ip->v[0].agent),
		       sizeof(k.rpwd));
	query_set_tid(&q);
	assert_int_equal(check_request(&mb, &q, &k, TOP, use), 0);
	return mb;
}

static struct mbuf *encode(struct icepair *ip, uint16_t method, uint8_t class,
			   bool mi, uint16_t odd)
{
	const char *pwd = agent_pwd(ip->v[0].agent);
	struct mbuf *mb = mbuf_alloc(TOP);
	const uint32_t priority = TOP;
	const uint8_t one = 1;
	char username[TOP];
	struct query q;

	query_set_tid(&q);
	re_snprintf(username, sizeof(username), "%s:x",
		    agent_ufrag(ip->v[0].agent));
	assert_int_equal(stun_msg_encode(mb, method, class, q.tid, NULL,
					 mi ? (const uint8_t *)pwd : NULL,
					 mi ? strlen(pwd) : 0, true, 0, 3,
					 STUN_ATTR_USERNAME, username,
					 STUN_ATTR_PRIORITY, &priority,
					 odd ? odd : STUN_ATTR_USE_CAND,
					 odd ? &one : NULL),
			 0);
	mb->pos = 0;
	return mb;
}

static struct mbuf *bytes(uint8_t first)
{
	struct mbuf *mb = mbuf_alloc(TOP);

	mbuf_fill(mb, first, TOP);
	mb->pos = 0;
	return mb;
}

static void test_agent_answers_no_stranger(void **state)
{
	struct stranger s;
	struct icepair ip;
	struct mbuf *mb;
	(void)state;

	lan(&ip);
	stranger_open(&s, &ip, "10.0.0.66");

	/* Wrong password, no integrity, indication, other methods */
	assert_int_equal(say(&s, &ip, forge(&ip, "wrong", "x", false)), 0);
	assert_int_equal(say(&s, &ip,
			     encode(&ip, STUN_METHOD_BINDING,
				    STUN_CLASS_REQUEST, false, 0)),
			 0);
	assert_int_equal(say(&s, &ip,
			     encode(&ip, STUN_METHOD_BINDING,
				    STUN_CLASS_INDICATION, true, 0)),
			 0);
	assert_int_equal(say(&s, &ip,
			     encode(&ip, STUN_METHOD_ALLOCATE,
				    STUN_CLASS_REQUEST, true, 0)),
			 0);

	/* No cookie */
	mb = encode(&ip, STUN_METHOD_BINDING, STUN_CLASS_REQUEST, true, 0);
	memset(mb->buf + 4, 0, 4);
	assert_int_equal(say(&s, &ip, mb), 0);

	mb = encode(&ip, STUN_METHOD_BINDING, STUN_CLASS_REQUEST, true, 0);
	mb->buf[mb->end - 1] ^= 1;
	assert_int_equal(say(&s, &ip, mb), 0);

	for (unsigned first = 0; first <= UINT8_MAX; first++)
		assert_int_equal(say(&s, &ip, bytes((uint8_t)first)), 0);

	mb = encode(&ip, STUN_METHOD_BINDING, STUN_CLASS_REQUEST, true, 0);
	assert_int_equal(say(&s, &ip, mb), 1);
	stranger_close(&s);
	icepair_close(&ip);
}

static void test_agent_answers_at_no_greater_length(void **state)
{
	static const char *const addrv[] = { "10.0.0.66", "2001:db8::66" };
	struct stranger s;
	struct icepair ip;
	struct mbuf *mb;
	size_t size;
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(addrv); i++) {
		icepair_init(&ip, 1);
		simnet_host_add(&ip.v[0].host, i ? "2001:db8::1" : "10.0.0.1");
		icepair_start(&ip, NULL, NULL);
		icepair_gather(&ip, 0);
		stranger_open(&s, &ip, addrv[i]);

		mb = encode(&ip, STUN_METHOD_BINDING, STUN_CLASS_REQUEST, true,
			    0);
		size = mb->end;
		assert_int_equal(say(&s, &ip, mb), 1);
		assert_in_range(mbuf_get_left(s.last) * 100, 1, size * PERCENT);

		stranger_close(&s);
		icepair_close(&ip);
	}
}

static void test_agent_answers_fifty_a_second_and_no_more(void **state)
{
	struct stranger s;
	struct icepair ip;
	size_t count;
	(void)state;

	lan(&ip);
	stranger_open(&s, &ip, "10.0.0.66");
	for (unsigned i = 0; i < FLOOD; i++) {
		struct mbuf *mb = forge(&ip, NULL, "fork", false);

		dgram_send(s.d,
			   &agent_candidates(ip.v[0].agent, &count)[0].addr,
			   mb);
		mem_deref(mb);
	}
	simnet_run(900 * CLOCK_MS, NULL, NULL);
	assert_int_equal(s.got, 50);
	stranger_close(&s);
	icepair_close(&ip);
}

static void test_agent_lets_no_stranger_in(void **state)
{
	struct agent_selected sel;
	struct stranger s;
	struct icepair ip;
	(void)state;

	lan(&ip);
	stranger_open(&s, &ip, "10.0.0.66");
	assert_int_equal(say(&s, &ip, bytes(DTLS)), 0);
	assert_int_equal(ip.v[0].received, 0);
	connect_both(&ip);
	icepair_media(&ip, 0);

	/* Neither do bytes come in, nor does media go there */
	for (unsigned i = 0; i < TOP; i++) {
		assert_int_equal(say(&s, &ip, bytes(DTLS)), 0);
		assert_int_equal(say(&s, &ip, bytes(RTP)), 0);
	}
	assert_int_equal(ip.v[0].received, 0);
	assert_int_equal(agent_selected(ip.v[0].agent, &sel), 0);
	assert_int_equal(sa_in(&sel.remote), 0x0a000002);
	stranger_close(&s);
	icepair_close(&ip);
}

static void test_agent_ignores_the_other_fork(void **state)
{
	struct agent_selected sel;
	struct stranger s;
	struct icepair ip;
	(void)state;

	/* Two forks check before the answer; one is chosen */
	lan(&ip);
	stranger_open(&s, &ip, "10.0.0.66");
	assert_int_equal(say(&s, &ip, forge(&ip, NULL, "fork", true)), 1);
	say(&s, &ip, bytes(DTLS));
	assert_int_equal(ip.v[0].received, 1);
	connect_both(&ip);
	assert_int_equal(say(&s, &ip, forge(&ip, NULL, "fork", true)), 0);
	say(&s, &ip, bytes(DTLS));
	assert_int_equal(ip.v[0].received, 1);
	assert_int_equal(agent_selected(ip.v[0].agent, &sel), 0);
	assert_int_equal(sa_in(&sel.remote), 0x0a000002);
	stranger_close(&s);
	icepair_close(&ip);
}

/* What the filter has seen of checks */
struct watch {
	struct sa seenv[2 * TOP];
	unsigned seen;
	uint64_t last;	/* When the newest was first checked [us] */
	uint64_t least; /* Between two new ones [us]               */
	size_t sent;	/* [bytes]                                 */
};

static bool on_flight(const struct sa *src, const struct sa *dst,
		      const struct mbuf *mb, void *arg)
{
	struct watch *w = arg;
	(void)src;

	w->sent += mbuf_get_left(mb);
	for (unsigned i = 0; i < w->seen; i++) {
		if (sa_cmp(&w->seenv[i], dst, SA_ALL))
			return false;
	}

	assert_true(w->seen < ARRAY_SIZE(w->seenv));
	w->seenv[w->seen++] = *dst;
	if (w->last && clock_now() - w->last < w->least)
		w->least = clock_now() - w->last;
	w->last = clock_now();
	return false;
}

static void candidate_of(struct candidate *c, const char *addr, uint16_t port)
{
	memset(c, 0, sizeof(*c));
	c->type = CANDIDATE_HOST;
	c->priority = TOP;
	(void)re_snprintf(c->foundation, sizeof(c->foundation), "%u", port);
	assert_int_equal(sa_set_str(&c->addr, addr, port), 0);
}

static void test_agent_is_no_scanner(void **state)
{
	struct watch w = { .least = CLOCK_S };
	struct candidate cv[CANDIDATE_MAX + 10];
	struct icepair ip;
	(void)state;

	lan(&ip);
	for (size_t i = 0; i < ARRAY_SIZE(cv); i++)
		candidate_of(&cv[i], "203.0.113.7", (uint16_t)(1000 + i));
	ip.net.filterh = on_flight;
	ip.net.arg = &w;
	assert_int_equal(agent_set_remote(ip.v[0].agent, "abcd",
					  "0123456789012345678901", false, cv,
					  ARRAY_SIZE(cv), clock_now()),
			 0);
	simnet_run(60 * CLOCK_S, NULL, NULL);
	assert_int_equal(w.seen, CANDIDATE_MAX);
	assert_true(w.least >= 50 * CLOCK_MS);
	assert_in_range(w.sent, 1, 200000);
	icepair_close(&ip);
}

static const char *const forbiddenv[] = {
	"127.0.0.1",
	"127.9.9.9",
	"0.0.0.0",
	"0.1.2.3",
	"224.0.0.1",
	"255.255.255.255",
	"169.254.169.254",
	"::1",
	"::",
	"::ffff:127.0.0.1",
	"::ffff:169.254.169.254",
	"::127.0.0.1",
	"ff02::1",
	"fe80::1",
	"64:ff9b::7f00:1",
	"2002:7f00:1::",
	"2001::1",
	"64:ff9b::a9fe:a9fe",
};

static void test_agent_has_one_budget_for_all_restarts(void **state)
{
	struct watch w = { .least = CLOCK_S };
	struct candidate cv[CANDIDATE_MAX];
	struct icepair ip;
	(void)state;

	lan(&ip);
	for (size_t i = 0; i < ARRAY_SIZE(cv); i++)
		candidate_of(&cv[i], "203.0.113.7", (uint16_t)(1000 + i));
	ip.net.filterh = on_flight;
	ip.net.arg = &w;
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(agent_restart(ip.v[0].agent, AGENT_CONTROLLING,
					       clock_now()),
				 0);
		assert_int_equal(agent_set_remote(ip.v[0].agent, "abcd",
						  "0123456789012345678901",
						  false, cv, ARRAY_SIZE(cv),
						  clock_now()),
				 0);
		simnet_run(60 * CLOCK_S, NULL, NULL);
	}
	assert_in_range(w.sent, 100000, 200000);
	icepair_close(&ip);
}

static void test_agent_checks_no_forbidden_address(void **state)
{
	struct watch w = { .least = CLOCK_S };
	struct candidate c;
	struct icepair ip;
	(void)state;

	icepair_init(&ip, 1);
	simnet_host_add(&ip.v[0].host, "10.0.0.1");
	simnet_host_add(&ip.v[0].host, "2001:db8::1");
	simnet_host_add(&ip.v[0].host, "127.0.0.1");
	simnet_host_add(&ip.v[1].host, "10.0.0.2");
	icepair_start(&ip, NULL, NULL);
	icepair_gather(&ip, 0);
	ip.net.filterh = on_flight;
	ip.net.arg = &w;
	for (size_t i = 0; i < ARRAY_SIZE(forbiddenv); i++) {
		candidate_of(&c, forbiddenv[i], 80);
		assert_int_equal(agent_set_remote(ip.v[0].agent, "abcd",
						  "0123456789012345678901",
						  false, &c, 1, clock_now()),
				 0);
		simnet_run(CLOCK_S, NULL, NULL);
		if (w.seen)
			fail_msg("%s was checked", forbiddenv[i]);
	}

	candidate_of(&c, "10.0.0.9", 0);
	assert_int_equal(agent_set_remote(ip.v[0].agent, "abcd",
					  "0123456789012345678901", false, &c,
					  1, clock_now()),
			 0);
	simnet_run(CLOCK_S, NULL, NULL);
	assert_int_equal(w.seen, 0);
	icepair_close(&ip);
}

/* Answers lose their integrity on the way: not by the peer any more */
static bool strip(const struct sa *src, const struct sa *dst,
		  const struct mbuf *mb, void *arg)
{
	(void)src;
	(void)dst;

	/* A Binding success response: 0x0101 */
	if (*(bool *)arg && mbuf_buf(mb)[0] == 1 && mbuf_buf(mb)[1] == 1)
		mbuf_buf(mb)[mbuf_get_left(mb) - 12] ^= 1;
	return true;
}

static void test_agent_takes_authentic_answers_as_consent_only(void **state)
{
	struct icepair ip;
	bool on = false;
	(void)state;

	lan(&ip);
	ip.net.filterh = strip;
	ip.net.arg = &on;
	connect_both(&ip);
	on = true;
	simnet_run(36 * CLOCK_S, NULL, NULL);
	assert_int_equal(agent_state(ip.v[0].agent), AGENT_LOST);
	icepair_close(&ip);
}

static void test_agent_refuses_useless_credentials(void **state)
{
	static const char *const badv[] = { "",	     "abc",	"ab:cd",
					    "ab cd", "abc\r\n", "ab\xc3\xa9" };
	struct icepair ip;
	char longest[CHECK_TEXT + 1];
	(void)state;

	lan(&ip);
	memset(longest, 'a', CHECK_TEXT);
	longest[CHECK_TEXT] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(badv); i++)
		assert_int_equal(agent_set_remote(ip.v[0].agent, badv[i],
						  "0123456789", false, NULL, 0,
						  clock_now()),
				 EINVAL);
	assert_int_equal(agent_set_remote(ip.v[0].agent, longest, "0123456789",
					  false, NULL, 0, clock_now()),
			 EINVAL);
	assert_int_equal(agent_set_remote(ip.v[0].agent, longest + 1,
					  "0123456789", false, NULL, 0,
					  clock_now()),
			 0);
	assert_int_equal(agent_set_remote(ip.v[0].agent, "other", "0123456789",
					  false, NULL, 0, clock_now()),
			 EALREADY);
	icepair_close(&ip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agent_answers_no_stranger),
		cmocka_unit_test(test_agent_answers_at_no_greater_length),
		cmocka_unit_test(test_agent_answers_fifty_a_second_and_no_more),
		cmocka_unit_test(test_agent_lets_no_stranger_in),
		cmocka_unit_test(test_agent_ignores_the_other_fork),
		cmocka_unit_test(test_agent_is_no_scanner),
		cmocka_unit_test(test_agent_has_one_budget_for_all_restarts),
		cmocka_unit_test(test_agent_checks_no_forbidden_address),
		cmocka_unit_test(
			test_agent_takes_authentic_answers_as_consent_only),
		cmocka_unit_test(test_agent_refuses_useless_credentials),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

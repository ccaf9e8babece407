/**
 * @file tests/unit/test_doubt.c  Tests of doubt: who offers first, and when
 *
 * A whole call of ours in virtual time: its SIP goes to a far end that follows
 * a script, its media to a simulated network, where nobody answers.
 */
#include "board/board.h"
#include "core/call/call_parts.h"
#include "core/call/doubt.h"
#include "tests/support/simnet.h"
#include "tests/unit/support/side.h"
#include "tests/unit/support/talk.h"

enum {
	SEED = 7,
};

static struct {
	struct simnet net;
	struct simnet_host host;
	struct peer peer;
	struct config *cfg;
	struct identity *identity;
	struct sound *sound;
	struct voice *voice;
	struct event_bus *bus;
	struct line line;
	struct call *call;
	unsigned probes;
	bool there; /* The server can be asked */
} f;

static void wake_handler(void *arg)
{
	(void)arg;
}

static bool probe_handler(uint64_t now, void *arg)
{
	assert_ptr_equal(arg, &f);
	assert_true(now == clock_now());
	++f.probes;
	return f.there;
}

static void over_handler(struct call *c, uint64_t now, void *arg)
{
	(void)c;
	(void)now;
	(void)arg;

	fail_msg("the call is over");
}

static void kin_handler(struct call *c, enum call_kin what, unsigned code,
			uint64_t now, void *arg)
{
	(void)c;
	(void)what;
	(void)code;
	(void)now;
	(void)arg;

	fail_msg("no other call is there");
}

/* Let time pass, of both clocks */
static void pass(uint64_t us)
{
	simnet_run(us, NULL, NULL);
	f.peer.now = clock_now();
	ua_tick(f.peer.ua, f.peer.now);
}

/* What media stand on */
static void make_means(void)
{
	static const char text[] = "[account]\nrealm = example.org\n"
				   "user = alice\n[transport]\n"
				   "url = wss://example.org/\n"
				   "[audio]\ncodecs = pcmu\n";
	static const struct sound_prefs prefs = { .period = SOUND_PERIOD };

	simnet_init(&f.net, SEED);
	simnet_host_init(&f.host, &f.net);
	simnet_host_add(&f.host, "192.0.2.1");
	assert_int_equal(
		config_parse(&f.cfg, "test", text, strlen(text), NULL, NULL),
		0);
	assert_int_equal(identity_alloc(&f.identity), 0);
	assert_int_equal(event_bus_alloc(&f.bus), 0);
	assert_int_equal(
		board_sound_alloc(&board_sim, &f.sound, "none", &prefs), 0);
	assert_int_equal(voice_alloc(&f.voice, f.sound, "none", f.bus), 0);
}

/* The call is answered */
static void answer(void)
{
	struct sip_msg *req = peer_take(&f.peer, "INVITE");

	peer_learn_request(&f.peer, req, "b");
	peer_respond(&f.peer, req, 200, "b",
		     "Contact: <sip:bob@far.invalid>\r\n",
		     SIDE_HEAD SIDE_AUDIO "a=setup:active\r\na=mid:0\r\n");
	mem_deref(req);
	peer_drop(&f.peer, "ACK");
	assert_int_equal(f.call->state, CALL_UP);
}

static int setup(void **state)
{
	const struct session_params session = {
		.net = &f.host.network,
		.cname = "phone",
		.offerer = true,
		.send = true,
		.recv = true,
		.audio = true,
	};
	struct session_params sp = session;
	const struct call_params prm = {
		.id = 1,
		.line = &f.line,
		.session = &sp,
		.overh = over_handler,
		.kinh = kin_handler,
	};
	struct call_params cp = prm;
	(void)state;

	memset(&f, 0, sizeof(f));
	assert_int_equal(loop_init(), 0);
	make_means();
	peer_open(&f.peer, &talk_account);
	f.there = true;
	f.line = (struct line){ .name = "test",
				.ua = f.peer.ua,
				.max = 1,
				.wakeh = wake_handler,
				.probeh = probe_handler,
				.arg = &f };
	sp.cfg = f.cfg;
	sp.identity = f.identity;
	sp.voice = f.voice;
	cp.events = f.bus;
	pass(CLOCK_S);
	assert_int_equal(call_dial(&f.call, &cp, "bob", clock_now()), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;

	f.peer.deaf = true;
	f.call = mem_deref(f.call);
	while (f.peer.head != f.peer.tail)
		mem_deref(f.peer.sentv[f.peer.head++ % PEER_QUEUE]);
	peer_close(&f.peer);
	mem_deref(f.voice);
	mem_deref(f.sound);
	mem_deref(f.bus);
	mem_deref(f.identity);
	mem_deref(f.cfg);
	simnet_close(&f.net);
	loop_close();
	return 0;
}

static void test_doubt_asks_the_server(void **state)
{
	(void)state;

	answer();
	assert_true(doubt_raise(clock_now(), f.call));
	assert_int_equal(f.probes, 1);
	f.there = false; /* There is no connection that could be asked */
	assert_false(doubt_raise(clock_now(), f.call));
	assert_int_equal(f.probes, 2);

	f.line.probeh = NULL; /* We are the server */
	assert_false(doubt_raise(clock_now(), f.call));
	pass(DOUBT_COURTESY);
	peer_silent(&f.peer); /* Of that the peer hears nothing */
}

static void test_doubt_is_none_where_silence_is_wanted(void **state)
{
	(void)state;

	assert_false(doubt_raise(clock_now(), f.call)); /* It rings */
	answer();
	f.call->hold.on = true;
	assert_false(doubt_raise(clock_now(), f.call));
	f.call->hold.on = false;
	f.call->hold.remote = true;
	assert_false(doubt_raise(clock_now(), f.call));
	f.call->hold.remote = false;
	assert_int_equal(f.probes, 0);
	assert_true(doubt_raise(clock_now(), f.call));
}

static void test_doubt_offers_at_once_where_there_was_none(void **state)
{
	(void)state;

	answer();
	call_renew(f.call, clock_now());
	peer_drop(&f.peer, "INVITE");
	pass(2 * DOUBT_COURTESY);
	peer_silent(&f.peer);
}

static void test_doubt_gives_the_peer_time_to_offer(void **state)
{
	(void)state;

	answer();
	assert_true(doubt_raise(clock_now(), f.call));
	pass(DOUBT_RECENT - 1);
	call_renew(f.call, clock_now());
	pass(DOUBT_COURTESY - 1);
	peer_silent(&f.peer);
	pass(1);
	peer_drop(&f.peer, "INVITE");
}

/* The connection was lost for another reason */
static void test_doubt_is_forgotten(void **state)
{
	(void)state;

	answer();
	assert_true(doubt_raise(clock_now(), f.call));
	pass(DOUBT_RECENT);
	call_renew(f.call, clock_now());
	peer_drop(&f.peer, "INVITE");
}

static void test_doubt_holds_nothing_back_that_is_ours_to_say(void **state)
{
	(void)state;

	answer();
	assert_true(doubt_raise(clock_now(), f.call));
	f.call->neg.wanted = true; /* Such as another address */
	call_renew(f.call, clock_now());
	peer_drop(&f.peer, "INVITE");
}

static void test_doubt_says_again_what_was_lost(void **state)
{
	(void)state;

	answer();
	assert_true(doubt_raise(clock_now(), f.call));
	f.call->neg.lost = true; /* Our offer, with the connection */
	call_renew(f.call, clock_now());
	peer_drop(&f.peer, "INVITE");
}

static void test_doubt_ends_with_the_peers_offer(void **state)
{
	(void)state;

	answer();
	assert_true(doubt_raise(clock_now(), f.call));
	call_renew(f.call, clock_now());
	pass(DOUBT_COURTESY / 2);
	peer_request(&f.peer, "INVITE", "again", NULL,
		     SIDE_HEAD SIDE_AUDIO "a=setup:actpass\r\na=mid:0\r\n");
	peer_drop_code(&f.peer, 200, "INVITE"); /* This says what is to be */
	peer_request(&f.peer, "ACK", "ack", NULL, NULL);
	pass(2 * DOUBT_COURTESY);
	peer_silent(&f.peer);
}

static void test_doubt_ends_with_the_call(void **state)
{
	(void)state;

	answer();
	assert_true(doubt_raise(clock_now(), f.call));
	call_renew(f.call, clock_now());
	call_hangup(f.call, clock_now());
	peer_drop(&f.peer, "BYE");
	pass(2 * DOUBT_COURTESY);
	peer_silent(&f.peer);
	assert_false(f.call->neg.wanted);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	static const struct CMUnitTest testv[] = {
		TEST(test_doubt_asks_the_server),
		TEST(test_doubt_is_none_where_silence_is_wanted),
		TEST(test_doubt_offers_at_once_where_there_was_none),
		TEST(test_doubt_gives_the_peer_time_to_offer),
		TEST(test_doubt_is_forgotten),
		TEST(test_doubt_holds_nothing_back_that_is_ours_to_say),
		TEST(test_doubt_says_again_what_was_lost),
		TEST(test_doubt_ends_with_the_peers_offer),
		TEST(test_doubt_ends_with_the_call),
	};
#undef TEST

	return cmocka_run_group_tests(testv, NULL, NULL);
}

/**
 * @file tests/loop/test_flood.c  A thousand requests in the middle of a call
 *
 *     flood -> phone a <- call, ether -> phone b
 *
 * SECURITY row 14: each is answered, with the code that says why it is
 * refused; the call goes on and can be ended; what is kept has an end.
 */
#include <math.h>
#include "core/base/log.h"
#include "tests/loop/support/rig.h"
#include "tests/support/memory.h"

enum {
	WAIT = 5 * CLOCK_S,
	TALK = 3 * CLOCK_S,
	FLOOD = 1000,
	BURST = 50, /* In so many messages a step of time is taken */
	CODES = 700,
	SIZE = 2048,
	LEVEL = -20,
	HELD = 2000, /* Blocks more than before, at most: 32 transactions */
	LINGER = 64 * 500 * CLOCK_MS, /* RFC 3261 section 17.2.1, timer H */
};

static unsigned codev[CODES];

/* Responses to the flood's own requests */
static void replied(unsigned i, const struct sip_msg *msg)
{
	static const struct pl sentby = PL("flood.invalid");

	if (!i && !pl_cmp(&msg->via.sentby, &sentby) && msg->scode >= 200 &&
	    msg->scode < CODES)
		++codev[msg->scode];
}

static void quiet(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

static void send_one(const char *method, unsigned n, const char *more,
		     const char *body)
{
	struct mbuf *mb = mbuf_alloc(SIZE);

	mbuf_printf(mb,
		    "%s sip:a@loop.invalid SIP/2.0\r\n"
		    "Via: SIP/2.0/WSS flood.invalid;branch=z9hG4bK%s%u\r\n"
		    "From: <sip:flood@loop.invalid>;tag=%u\r\n"
		    "To: <sip:a@loop.invalid>\r\nCall-ID: %s%u\r\n"
		    "CSeq: 1 %s\r\nMax-Forwards: 70\r\n"
		    "Contact: <sip:flood@flood.invalid;transport=ws>\r\n"
		    "%sContent-Length: %zu\r\n\r\n%s",
		    method, method, n, n, method, n, method, more, strlen(body),
		    body);
	mb->pos = 0;
	exchange_deliver(0, mb, clock_now());
	mem_deref(mb);
}

static void flood(const char *method, const char *more, const char *body)
{
	memset(codev, 0, sizeof(codev));
	for (unsigned n = 0; n < FLOOD; n++) {
		send_one(method, n, more, body);
		if (n % BURST == BURST - 1)
			rig_run(CLOCK_MS);
	}
	rig_run(CLOCK_S);
}

static void establish(void)
{
	static const struct exchange_spy spy = { .replied = replied };
	static const char *const extra[] = { "[call]\nmax=4\n", NULL };

	rig_start(1, extra);
	log_set_handler(quiet, NULL);
	exchange_set_spy(&spy);
	assert_int_equal(phone_call(rig_phone(0), "b", NULL, NULL, clock_now()),
			 0);
	assert_non_null(rig_wait(1, "ringing", WAIT));
	assert_int_equal(rig_answer(1), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(rig_wait(i, "media_added", WAIT));
	rig_run(TALK);
}

static void assert_hears(unsigned i)
{
	struct sound_heard heard;

	rig_heard(i, &heard);
	print_message("phone %u hears %.1f Hz, %.1f dBFS, gap %u ms\n", i,
		      heard.frequency, heard.level, heard.gap);
	assert_true(fabs(heard.frequency - rig_tonev[i]) < rig_tonev[i] / 100);
	assert_true(fabs(heard.level - LEVEL) < 3);
	assert_true(heard.gap <= 60);
}

static void assert_goes_on_and_ends(void)
{
	rig_run(TALK);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_hears(i);

	/* The peer's BYE finds its way through what is left of the flood */
	assert_int_equal(phone_hangup(rig_phone(1), 0, clock_now()), 0);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(rig_wait(i, "terminated:call", CLOCK_S));
	exchange_set_spy(NULL);
	log_set_handler(NULL, NULL);
	rig_stop();
}

static void print_codes(const char *what, size_t before)
{
	print_message("%s:", what);
	for (unsigned i = 0; i < CODES; i++) {
		if (codev[i])
			print_message(" %u x %u", i, codev[i]);
	}
	print_message(", %zd blocks more\n",
		      (ssize_t)(memory_blocks() - before));
	assert_true(memory_blocks() < before + HELD);
}

static const char sdp[] =
	"v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nt=0 0\r\n"
	"m=audio 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 10.0.0.9\r\n"
	"a=mid:0\r\na=rtcp-mux\r\na=setup:actpass\r\na=ice-ufrag:aaaa\r\n"
	"a=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa\r\na=fingerprint:sha-256 "
	"00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:"
	"10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F\r\n";

static void test_flood_of_invites(void **state)
{
	size_t before;
	(void)state;

	establish();
	before = memory_blocks();
	flood("INVITE", "Content-Type: application/sdp\r\n", sdp);
	print_codes("INVITE", before);

	/* Three ring beside the call, all others are busy */
	assert_int_equal(rig_count(0, "i_new_call"), 3);
	assert_int_equal(codev[486], FLOOD - 3);
	for (unsigned n = 0; n < 3; n++)
		assert_int_equal(
			phone_reject(rig_phone(0), 0, 603, clock_now()), 0);
	rig_run(LINGER);
	assert_int_equal(codev[603], 3);
	assert_int_equal(phone_calls(rig_phone(0)), 1);
	rig_forget();
	assert_true(memory_blocks() < before + HELD);
	assert_goes_on_and_ends();
}

static void test_flood_of_subscribes(void **state)
{
	size_t before;
	(void)state;

	establish();
	before = memory_blocks();
	flood("SUBSCRIBE", "Event: presence\r\nExpires: 600\r\n", "");
	print_codes("SUBSCRIBE", before);
	assert_int_equal(codev[489], FLOOD);
	assert_goes_on_and_ends();
}

static void test_flood_of_messages(void **state)
{
	size_t before;
	(void)state;

	establish();
	flood("MESSAGE", "Content-Type: application/x-unknown\r\n", "x");
	assert_int_equal(codev[415], FLOOD);
	rig_forget();
	before = memory_blocks();
	flood("MESSAGE", "Content-Type: text/plain\r\n", "hello");
	assert_int_equal(codev[200], FLOOD);
	assert_int_equal(rig_count(0, "i_new_message"), FLOOD);
	rig_forget();
	print_codes("MESSAGE", before);
	assert_goes_on_and_ends();
}

/* All at once, a call after the other: the last one gets through */
static void test_flood_of_everything(void **state)
{
	static const char *const methodv[] = { "INVITE", "SUBSCRIBE", "MESSAGE",
					       "NOTIFY", "BYE",	      "FOO" };
	size_t before;
	unsigned sum = 0;
	(void)state;

	establish();
	before = memory_blocks();
	memset(codev, 0, sizeof(codev));
	for (unsigned n = 0; n < FLOOD; n++) {
		send_one(methodv[n % ARRAY_SIZE(methodv)], n,
			 "Event: presence\r\n", "");
		if (n % BURST == BURST - 1)
			rig_run(CLOCK_MS);
	}
	rig_run(CLOCK_S);
	print_codes("all", before);
	for (unsigned i = 0; i < CODES; i++)
		sum += codev[i];
	assert_int_equal(sum, FLOOD - 3); /* Three ring */
	assert_int_equal(codev[503], 0);
	rig_forget();
	assert_goes_on_and_ends();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flood_of_invites),
		cmocka_unit_test(test_flood_of_subscribes),
		cmocka_unit_test(test_flood_of_messages),
		cmocka_unit_test(test_flood_of_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

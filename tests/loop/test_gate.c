/**
 * @file tests/loop/test_gate.c  The gate made of the web server, on loopback
 *
 * A board with a page alone, and a phone of ours that comes in by it over
 * real sockets and TLS: certificate and password are those of a first start.
 */
#include <stdlib.h>
#include <unistd.h>
#include "board/board.h"
#include "core/base/log.h"
#include "core/call/phone.h"
#include "core/net/mbed.h"
#include "core/net/weblink.h"
#include "core/net/webserver.h"
#include "tests/unit/test.h"

enum {
	LIMIT = 10 * CLOCK_S,
	LOOK = 5 * CLOCK_MS, /* How often a condition is looked at */
	TEXT_MAX = 2048,
	FILE_MAX = 128,
	STRANGERS = WEBSERVER_CONNS_MAX,
};

struct side {
	struct config *cfg;
	struct event_bus *bus;
	struct sound *sound;
	struct phone *phone;
	bool stopped;
};

struct stranger {
	struct weblink *link;
	bool up, closed;
};

static struct {
	char folder[FILE_MAX], cert[FILE_MAX], password[FILE_MAX];
	struct side board, visitor;
	struct stranger strangerv[STRANGERS];
	struct resolver *resolver;
	struct loop_timer timer;
	uint64_t until;
	bool (*done)(void);
} rig;

/* ---- Time ---- */

static void look(uint64_t now, void *arg)
{
	(void)arg;

	if (now >= rig.until || rig.done())
		loop_stop();
	else
		loop_timer_arm(&rig.timer, now + LOOK);
}

/* Let the kernel's time pass until a condition holds, which it has to */
static void await(bool (*done)(void))
{
	rig.done = done;
	rig.until = clock_now() + LIMIT;
	loop_timer_init(&rig.timer, "test", look, NULL);
	loop_timer_arm(&rig.timer, clock_now());
	assert_int_equal(loop_run(NULL, NULL), 0);
	assert_true(done());
}

/* ---- The two phones ---- */

static void fault_handler(bool fatal, const char *text, void *arg)
{
	(void)fatal;
	(void)arg;

	print_message("%s\n", text);
}

static void make(struct side *s, const char *text)
{
	static const struct sound_prefs prefs = { .period = SOUND_PERIOD };
	struct phone_params prm = {
		.net = network_kernel(),
		.trunk = trunk_flow(),
		.gate = gate_web(),
	};

	memset(s, 0, sizeof(*s));
	assert_int_equal(config_parse(&s->cfg, "gate", text, strlen(text),
				      fault_handler, NULL),
			 0);
	assert_int_equal(event_bus_alloc(&s->bus), 0);
	assert_int_equal(
		board_sound_alloc(&board_sim, &s->sound, "sim:tone", &prefs),
		0);
	prm.cfg = s->cfg;
	prm.events = s->bus;
	prm.sound = s->sound;
	assert_int_equal(phone_alloc(&s->phone, &prm), 0);
	assert_int_equal(phone_start(s->phone, clock_now()), 0);
}

static void make_board(void)
{
	char text[TEXT_MAX];

	re_snprintf(text, sizeof(text),
		    "[page]\nlisten=127.0.0.1:0\nstate=%s\n"
		    "[audio]\ndevice=sim:tone\n[ice]\nloopback=yes\n",
		    rig.folder);
	make(&rig.board, text);
}

static const struct reception *reception(void)
{
	return phone_reception(rig.board.phone);
}

static unsigned port(void)
{
	static const char mark[] = "page at port ";
	char text[TEXT_MAX];
	const char *p;

	re_snprintf(text, sizeof(text), "%H", phone_print, rig.board.phone);
	p = strstr(text, mark);
	assert_non_null(p);
	return (unsigned)atoi(p + strlen(mark));
}

static void make_visitor(void)
{
	char text[TEXT_MAX];

	re_snprintf(text, sizeof(text),
		    "[account]\nrealm=boardphone\nuser=home\npassword=%s\n"
		    "[transport]\nurl=wss://localhost:%u/sip\nca_file=%s\n"
		    "[audio]\ndevice=sim:tone\n[ice]\nloopback=yes\n",
		    reception_password(reception()), port(), rig.cert);
	make(&rig.visitor, text);
}

static void stopped_handler(void *arg)
{
	struct side *s = arg;

	s->stopped = true;
}

static bool all_stopped(void)
{
	return (!rig.board.phone || rig.board.stopped) &&
	       (!rig.visitor.phone || rig.visitor.stopped);
}

static void unmake(struct side *s)
{
	mem_deref(s->phone);
	mem_deref(s->sound);
	mem_deref(s->bus);
	mem_deref(s->cfg);
	memset(s, 0, sizeof(*s));
}

static bool registered(void)
{
	return reception_registered(reception()) == 1 &&
	       phone_registered(rig.visitor.phone);
}

static bool talking(void)
{
	struct reception_guest g;

	return reception_get(reception(), 0, &g) &&
	       calls_talking(phone_calls_of(rig.board.phone), g.line);
}

static bool no_calls(void)
{
	return !phone_calls(rig.board.phone) && !phone_calls(rig.visitor.phone);
}

static bool alone(void)
{
	return !reception_registered(reception());
}

/* ---- Strangers: browsers that do not register ---- */

static void up_handler(uint64_t now, void *arg)
{
	struct stranger *s = arg;
	(void)now;

	s->up = true;
}

static void recv_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	(void)mb;
	(void)now;
	(void)arg;
}

static void close_handler(int err, const char *reason, uint32_t after,
			  uint64_t now, void *arg)
{
	struct stranger *s = arg;
	(void)err;
	(void)reason;
	(void)after;
	(void)now;

	s->closed = true;
}

static void come(struct stranger *s)
{
	struct weburl url = { .secure = true, .path = "/sip" };
	const struct weblink_params prm = {
		.resolver = rig.resolver,
		.url = &url,
		.ca_file = rig.cert,
	};

	str_ncpy(url.host, "localhost", sizeof(url.host));
	url.port = (uint16_t)port();
	assert_int_equal(weblink_connect(&s->link, &prm, up_handler,
					 recv_handler, close_handler, s),
			 0);
}

static bool all_came(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < STRANGERS; i++)
		n += rig.strangerv[i].up;

	return n == STRANGERS;
}

static bool one_went(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < STRANGERS; i++)
		n += rig.strangerv[i].closed;

	return n == 1;
}

/* ---- Tests ---- */

static int setup(void **state)
{
	(void)state;

	log_set_level(LOG_LEVEL_WARNING);
	memset(&rig, 0, sizeof(rig));
	str_ncpy(rig.folder, "/tmp/gate-XXXXXX", sizeof(rig.folder));
	if (mbed_init() || !mkdtemp(rig.folder))
		return -1;

	re_snprintf(rig.cert, sizeof(rig.cert), "%s/page.pem", rig.folder);
	re_snprintf(rig.password, sizeof(rig.password), "%s/password",
		    rig.folder);
	return loop_init();
}

static int teardown(void **state)
{
	(void)state;

	for (unsigned i = 0; i < STRANGERS; i++)
		mem_deref(rig.strangerv[i].link);
	mem_deref(rig.resolver);
	unmake(&rig.visitor);
	unmake(&rig.board);
	(void)unlink(rig.cert);
	(void)unlink(rig.password);
	loop_close();
	return rmdir(rig.folder);
}

static void test_gate_lets_a_phone_in_that_calls(void **state)
{
	const uint64_t now = clock_now();
	(void)state;

	make_board();
	make_visitor();
	await(registered);
	assert_int_equal(
		phone_call(rig.visitor.phone, "board", NULL, NULL, now), 0);
	await(talking);
	assert_int_equal(phone_hangup(rig.visitor.phone, 0, clock_now()), 0);
	await(no_calls);

	phone_stop(rig.visitor.phone, stopped_handler, &rig.visitor,
		   clock_now());
	await(alone);
	phone_stop(rig.board.phone, stopped_handler, &rig.board, clock_now());
	await(all_stopped);
}

static void test_gate_stops_in_the_middle_of_a_call(void **state)
{
	(void)state;

	make_board();
	make_visitor();
	await(registered);
	assert_int_equal(
		phone_call(rig.visitor.phone, "board", NULL, NULL, clock_now()),
		0);
	await(talking);
	phone_stop(rig.board.phone, stopped_handler, &rig.board, clock_now());
	await(no_calls);
	phone_stop(rig.visitor.phone, stopped_handler, &rig.visitor,
		   clock_now());
	await(all_stopped);
}

/* All places are taken: a stranger gives way to another one, a guest does
   not */
static void test_gate_keeps_a_guest_among_strangers(void **state)
{
	(void)state;

	assert_int_equal(resolver_alloc(&rig.resolver), 0);
	make_board();
	make_visitor();
	await(registered);
	for (unsigned i = 0; i < STRANGERS; i++)
		come(&rig.strangerv[i]);
	await(all_came);
	await(one_went);
	assert_true(registered());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_gate_lets_a_phone_in_that_calls, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_gate_stops_in_the_middle_of_a_call, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_gate_keeps_a_guest_among_strangers, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

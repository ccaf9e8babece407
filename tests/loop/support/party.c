/**
 * @file tests/loop/support/party.c  Party
 */
#include "board/board.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/net/mbed.h"
#include "tests/loop/support/dice.h"
#include "tests/loop/support/exchange.h"
#include "tests/loop/support/party.h"
#include "tests/support/schema.h"

enum {
	CONFIG_SIZE_MAX = 1024,
	LOWEST = 500, /* Tone [Hz] */
	STEP = 150,
};

struct member {
	struct config *cfg;
	struct event_bus *bus;
	struct event_listener *listener;
	struct sound *sound;
	struct phone *phone; /* NULL: not there */
	json_t *events;
	size_t seen; /* Looked at by party_wait() */
	const char *wanted;
	bool stopped;
};

static const char right_password[] = "correct-horse";

static struct member memberv[PARTY_PHONES];
static size_t blocks_before;
static bool warm;

unsigned party_tone(unsigned i)
{
	return LOWEST + STEP * i;
}

static void event_handler(const struct event *ev, void *arg)
{
	struct member *m = arg;

	schema_event(ev->json);
	assert_int_equal(
		json_array_append(m->events, (json_t *)(uintptr_t)ev->json), 0);
}

static void fault_handler(bool fatal, const char *text, void *arg)
{
	(void)fatal;
	(void)arg;

	print_message("%s\n", text);
}

static void make(unsigned i, const char *text)
{
	static const struct sound_prefs prefs = { .period = SOUND_PERIOD };
	struct member *m = &memberv[i];
	struct phone_params prm = {
		.net = ether_host(MIN(i, (unsigned)ETHER_HOSTS - 1)),
	};

	assert_null(m->phone);
	memset(m, 0, sizeof(*m));
	prm.trunk = i ? doorstep_trunk(i) : exchange_trunk();
	prm.gate = i ? NULL : doorstep_gate();
	assert_int_equal(config_parse(&m->cfg, "party", text, strlen(text),
				      fault_handler, NULL),
			 0);
	assert_int_equal(event_bus_alloc(&m->bus), 0);
	m->events = json_array();
	assert_int_equal(event_listen(&m->listener, m->bus, event_handler, m),
			 0);
	assert_int_equal(
		board_sound_alloc(&board_sim, &m->sound,
				  config_text(m->cfg, "audio", "device"),
				  &prefs),
		0);
	prm.cfg = m->cfg;
	prm.events = m->bus;
	prm.sound = m->sound;
	assert_int_equal(phone_alloc(&m->phone, &prm), 0);
	assert_int_equal(phone_start(m->phone, clock_now()), 0);
}

static void unmake(struct member *m)
{
	m->phone = mem_deref(m->phone);
	mem_deref(m->sound);
	mem_deref(m->listener);
	mem_deref(m->bus);
	mem_deref(m->cfg);
	json_decref(m->events);
}

void party_start(const char *extra)
{
	char text[CONFIG_SIZE_MAX];

	log_set_level(LOG_LEVEL_WARNING);
	assert_int_equal(mbed_init(), 0);
	(void)schema_file("events"); /* Stays */
	blocks_before = test_blocks();
	loop_virtual_run(0, NULL, NULL);
	dice_throw(1);
	doorstep_reset();
	exchange_reset();
	ether_reset(1);
	re_snprintf(text, sizeof(text),
		    "[audio]\ndevice=sim:tone=%u,-20\n"
		    "[page]\nlisten=127.0.0.1:8443\n%s%s\n",
		    party_tone(0),
		    extra ? extra : "password=", extra ? "" : right_password);
	make(0, text);
}

void party_visit(unsigned i, const char *password)
{
	char text[CONFIG_SIZE_MAX];

	re_snprintf(text, sizeof(text),
		    "[account]\nrealm=boardphone\nuser=home\npassword=%s\n"
		    "instance=00000000-0000-4000-8000-%012u\n"
		    "[transport]\nurl=wss://board.invalid/sip\n"
		    "[audio]\ndevice=sim:tone=%u,-20\n",
		    password ? password : right_password, i, party_tone(i));
	make(i, text);
	if (!password)
		assert_non_null(
			party_wait(i, "connected:register", PARTY_WAIT));
}

void party_crash(unsigned i)
{
	doorstep_cut(i); /* No BYE goes out */
	unmake(&memberv[i]);
}

static void stopped_handler(void *arg)
{
	struct member *m = arg;

	m->stopped = true;
}

static void stop(unsigned i)
{
	struct member *m = &memberv[i];

	if (!m->phone)
		return;

	phone_stop(m->phone, stopped_handler, m, clock_now());
	party_run(PHONE_STOP_MAX + CLOCK_S);
	assert_true(m->stopped);
	assert_int_equal(party_count(i, "failed_to_stop"), 0);
	unmake(m);
}

void party_end_board(void)
{
	stop(0);
}

void party_stop(void)
{
	for (unsigned i = PARTY_PHONES; i--;)
		stop(i);

	assert_int_equal(doorstep_conns(), 0);
	assert_int_equal(ether_sockets(), 0);
	ether_reset(1);
	/* The libraries keep a little of what the first call made */
	if (warm)
		assert_int_equal(test_blocks(), blocks_before);
	warm = true;
	dice_put_away();
	loop_virtual_end();
}

struct phone *party_phone(unsigned i)
{
	return memberv[i].phone;
}

struct event_bus *party_events(unsigned i)
{
	return memberv[i].bus;
}

void party_run(uint64_t us)
{
	loop_virtual_run(clock_now() + us, NULL, NULL);
}

/* Whether an event is what is meant by "name" or "name:session" */
static bool is(const json_t *ev, const char *name)
{
	const char *colon = strchr(name, ':');
	const char *n = json_string_value(json_object_get(ev, "event"));
	const char *session = json_string_value(json_object_get(ev, "session"));
	size_t len = colon ? (size_t)(colon - name) : strlen(name);

	if (strlen(n) != len || strncmp(n, name, len))
		return false;

	return !colon || (session && !strcmp(session, colon + 1));
}

static bool came(void *arg)
{
	struct member *m = arg;

	for (; m->seen < json_array_size(m->events); m->seen++) {
		if (is(json_array_get(m->events, m->seen), m->wanted))
			return true;
	}

	return false;
}

const json_t *party_wait(unsigned i, const char *name, uint64_t us)
{
	struct member *m = &memberv[i];

	m->wanted = name;
	loop_virtual_run(clock_now() + us, came, m);
	if (!came(m))
		return NULL;

	return json_array_get(m->events, m->seen++);
}

unsigned party_count(unsigned i, const char *name)
{
	unsigned n = 0;

	for (size_t k = 0; k < json_array_size(memberv[i].events); k++)
		n += is(json_array_get(memberv[i].events, k), name);

	return n;
}

void party_heard(unsigned i, struct sound_heard *heard)
{
	assert_int_equal(sound_heard(memberv[i].sound, heard), 0);
}

int party_answer(unsigned i)
{
	return phone_answer(party_phone(i), 0, CALLS_CONFIGURED, clock_now());
}

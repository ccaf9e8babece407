/**
 * @file tests/loop/support/rig.c  Rig
 */
#include "board/board.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/net/ciphers.h"
#include "core/net/mbed.h"
#include "tests/loop/support/dice.h"
#include "tests/loop/support/film.h"
#include "tests/loop/support/rig.h"
#include "tests/support/schema.h"

enum {
	CONFIG_SIZE_MAX = 4096,
	REGISTER_TIME = 5 * CLOCK_S,
	LOOK = 5 * CLOCK_MS, /* How often the kernel's time is looked at */
};

struct side {
	struct config *cfg;
	struct event_bus *bus;
	struct event_listener *listener;
	struct sound *sound;
	struct phone *phone;
	json_t *events; /* Array of all */
	size_t seen;	/* Looked at by rig_wait() */
	const char *wanted;
	bool stopped;
};

const double rig_tonev[RIG_PHONES] = { 1250, 800 };

int rig_ppmv[RIG_PHONES];

static struct side rig[RIG_MAX];
static unsigned phones;			  /* Of them that are there */
static const struct network *const *netv; /* NULL: the ether */
static rig_event_h *listener;
static size_t blocks_before;
static bool warm;

static void event_handler(const struct event *ev, void *arg)
{
	struct side *s = arg;

	schema_event(ev->json);
	assert_int_equal(
		json_array_append(s->events, (json_t *)(uintptr_t)ev->json), 0);
	if (listener)
		listener((unsigned)(s - rig), ev->json);
}

void rig_set_listener(rig_event_h *h)
{
	listener = h;
}

static void fault_handler(bool fatal, const char *text, void *arg)
{
	(void)fatal;
	(void)arg;

	print_message("%s\n", text);
}

static const struct network *rig_net(unsigned i)
{
	return netv ? netv[i] : ether_host(i);
}

/* ---- The kernel's time ---- */

struct wait {
	struct loop_timer timer;
	uint64_t until;
	bool (*stop)(void *arg);
	void *arg;
};

static void look(uint64_t now, void *arg)
{
	struct wait *w = arg;

	if (now >= w->until || (w->stop && w->stop(w->arg)))
		loop_stop();
	else
		loop_timer_arm(&w->timer, now + LOOK);
}

/* Let time pass, until stop() says so */
static void pass(uint64_t us, bool (*stop)(void *arg), void *arg)
{
	struct wait w = { .until = clock_now() + us, .stop = stop, .arg = arg };

	if (!netv) {
		loop_virtual_run(us ? w.until : 0, stop, arg);
		return;
	}

	loop_timer_init(&w.timer, "rig", look, &w);
	loop_timer_arm(&w.timer, clock_now());
	assert_int_equal(loop_run(NULL, NULL), 0);
}

void rig_use(const struct network *const v[RIG_PHONES])
{
	netv = v;
}

/* ---- Phones ---- */

static void make(unsigned i, const char *extra)
{
	struct sound_prefs prefs = { .period = SOUND_PERIOD };
	struct side *s = &rig[i];
	struct phone_params prm = { .net = rig_net(i),
				    .trunk = exchange_trunk(),
				    .optics = film_optics(i) };
	char text[CONFIG_SIZE_MAX];
	int n;

	n = re_snprintf(text, sizeof(text),
			"[account]\nrealm=loop.invalid\nuser=%c\n"
			"password=x\n[transport]\nurl=wss://loop.invalid/\n"
			"[audio]\ndevice=sim:tone=%u,-20,%d\n%s",
			'a' + (char)i, (unsigned)rig_tonev[!(i % 2)],
			i < RIG_PHONES ? rig_ppmv[i] : 0, extra ? extra : "");
	assert_true(n > 0);
	assert_int_equal(config_parse(&s->cfg, "rig", text, (size_t)n,
				      fault_handler, NULL),
			 0);
	prefs.rate = (uint32_t)config_number(s->cfg, "audio", "rate");
	assert_int_equal(event_bus_alloc(&s->bus), 0);
	s->events = json_array();
	assert_int_equal(event_listen(&s->listener, s->bus, event_handler, s),
			 0);
	assert_int_equal(
		board_sound_alloc(&board_sim, &s->sound,
				  config_text(s->cfg, "audio", "device"),
				  &prefs),
		0);
	prm.cfg = s->cfg;
	prm.events = s->bus;
	prm.sound = s->sound;
	assert_int_equal(phone_alloc(&s->phone, &prm), 0);
	assert_int_equal(phone_start(s->phone, clock_now()), 0);
}

void rig_start(uint32_t seed, const char *const extra[RIG_PHONES])
{
	log_set_level(LOG_LEVEL_WARNING);
	assert_int_equal(mbed_init(), 0);
	(void)schema_file("events");	      /* Stays */
	assert_int_equal(ciphers_start(), 0); /* It keeps a little */
	blocks_before = test_blocks();
	pass(0, NULL, NULL);
	dice_throw(seed);
	exchange_reset();
	ether_reset(seed);
	memset(rig, 0, sizeof(rig));

	phones = RIG_PHONES;
	for (unsigned i = 0; i < RIG_PHONES; i++)
		make(i, extra ? extra[i] : NULL);
	for (unsigned i = 0; i < RIG_PHONES; i++)
		assert_non_null(
			rig_wait(i, "connected:register", REGISTER_TIME));
}

void rig_join(const char *extra)
{
	make(phones, extra);
	assert_non_null(
		rig_wait(phones++, "connected:register", REGISTER_TIME));
}

static void stopped_handler(void *arg)
{
	struct side *s = arg;

	s->stopped = true;
}

void rig_stop(void)
{
	for (unsigned i = 0; i < phones; i++)
		phone_stop(rig[i].phone, stopped_handler, &rig[i], clock_now());
	rig_run(PHONE_STOP_MAX + CLOCK_S);

	for (unsigned i = 0; i < phones; i++) {
		struct side *s = &rig[i];

		assert_true(s->stopped);
		mem_deref(s->phone);
		mem_deref(s->sound);
		mem_deref(s->listener);
		mem_deref(s->bus);
		mem_deref(s->cfg);
		json_decref(s->events);
	}

	assert_int_equal(ether_sockets(), 0);
	ether_reset(1);
	/* The libraries keep a little of what the first call made */
	if (warm)
		assert_int_equal(test_blocks(), blocks_before);
	warm = true;
	dice_put_away();
	loop_virtual_end();
}

struct config *rig_config(unsigned i)
{
	return rig[i].cfg;
}

struct phone *rig_phone(unsigned i)
{
	return rig[i].phone;
}

void rig_run(uint64_t us)
{
	pass(us, NULL, NULL);
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
	struct side *s = arg;

	for (; s->seen < json_array_size(s->events); s->seen++) {
		if (is(json_array_get(s->events, s->seen), s->wanted))
			return true;
	}

	return false;
}

const json_t *rig_wait(unsigned i, const char *name, uint64_t us)
{
	struct side *s = &rig[i];

	s->wanted = name;
	pass(us, came, s);
	if (!came(s))
		return NULL;

	return json_array_get(s->events, s->seen++);
}

unsigned rig_count(unsigned i, const char *name)
{
	unsigned n = 0;

	for (size_t k = 0; k < json_array_size(rig[i].events); k++)
		n += is(json_array_get(rig[i].events, k), name);

	return n;
}

void rig_forget(void)
{
	for (unsigned i = 0; i < phones; i++) {
		json_decref(rig[i].events);
		rig[i].events = json_array();
		rig[i].seen = 0;
	}
}

void rig_heard(unsigned i, struct sound_heard *heard)
{
	assert_int_equal(sound_heard(rig[i].sound, heard), 0);
}

json_t *rig_stats(unsigned i)
{
	json_t *all = phone_stats_json(rig[i].phone);
	json_t *first = json_incref(json_array_get(all, 0));

	json_decref(all);
	return first;
}

int rig_answer(unsigned i)
{
	return phone_answer(rig_phone(i), 0, CALLS_CONFIGURED, clock_now());
}

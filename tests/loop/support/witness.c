/**
 * @file tests/loop/support/witness.c  Witness
 */
#include <dirent.h>
#include <stdlib.h>
#include "core/sip/ua.h"
#include "tests/loop/support/film.h"
#include "tests/loop/support/gremlin.h"
#include "tests/loop/support/rig.h"
#include "tests/loop/support/witness.h"

enum {
	IDS = 256, /* Of calls, modulo */
	TEXT_SIZE = 4096,
	RTP = 0x80, /* First octet, RFC 3550 section 5.1 */
	RTP_MASK = 0xc0,
	RTCP_MIN = 192, /* Second octet, RFC 5761 section 4 */
	RTCP_MAX = 223,
};

/* What is known of a phone's calls, from its events and its user */
static struct known {
	bool answered[IDS]; /* By the user, or the phone's own rules */
	bool up[IDS], over[IDS];
	bool ours[IDS];	    /* Dialled */
	unsigned connected; /* Of those */
} knownv[RIG_PHONES];

static struct witness_sum own, *sum = &own;

void witness_sum_in(struct witness_sum *s)
{
	sum = s;
}

void witness_count(void)
{
	++sum->checks;
}

static bool may_send(unsigned i)
{
	for (unsigned id = 0; id < IDS; id++) {
		const struct known *k = &knownv[i];

		if ((k->answered[id] || k->up[id]) && !k->over[id])
			return true;
	}

	return false;
}

/* For who looks for what went wrong */
static void tell(unsigned i, const json_t *ev)
{
	char *text;

	if (!getenv("VERBOSE"))
		return;

	text = json_dumps(ev, JSON_COMPACT);
	print_message("%c %s\n", 'a' + (char)i, text);
	free(text);
}

static void heard(unsigned i, const json_t *ev)
{
	struct known *k = &knownv[i];
	const char *name = json_string_value(json_object_get(ev, "event"));
	const char *of = json_string_value(json_object_get(ev, "session"));
	const unsigned id =
		(unsigned)json_integer_value(json_object_get(ev, "id")) % IDS;

	tell(i, ev);
	++sum->events;
	if (!of || strcmp(of, "call"))
		return;

	sum->established += !strcmp(name, "connected");
	sum->calls += !strcmp(name, "terminated");
	if (!strcmp(name, "i_new_call")) {
		k->answered[id] = json_object_get(ev, "replaces") != NULL;
		k->up[id] = k->over[id] = k->ours[id] = false;
	} else if (!strcmp(name, "connecting")) {
		k->answered[id] = k->up[id] = k->over[id] = false;
		k->ours[id] = true;
	} else if (!strcmp(name, "connected")) {
		WITNESS_HOLDS(!k->over[id]);
		WITNESS_HOLDS(k->ours[id] || k->answered[id]);
		k->connected += k->ours[id];
		WITNESS_HOLDS(k->connected <= gremlin_oks(i));
		k->up[id] = true;
	} else if (!strncmp(name, "terminat", strlen("terminat"))) {
		k->over[id] = true;
	}
}

static void passes(unsigned i, const struct mbuf *mb)
{
	const uint8_t *p = mbuf_buf(mb);

	if (mbuf_get_left(mb) < 2 || (p[0] & RTP_MASK) != RTP ||
	    (p[1] >= RTCP_MIN && p[1] <= RTCP_MAX))
		return;

	++sum->packets;
	WITNESS_HOLDS(may_send(i));
}

void witness_look(void)
{
	for (unsigned i = 0; i < RIG_PHONES; i++)
		WITNESS_HOLDS(!film_stats(i)->open || may_send(i));
}

void witness_answered(unsigned i, unsigned id)
{
	knownv[i].answered[id % IDS] = true;
}

void witness_start(void)
{
	memset(knownv, 0, sizeof(knownv));
	rig_set_listener(heard);
	ether_set_tap(passes);
}

void witness_stop(void)
{
	rig_set_listener(NULL);
	ether_set_tap(NULL);
}

void witness_left(unsigned i, const struct line *line)
{
	static const char none[] = "transactions: clients=0 servers=0";
	char text[TEXT_SIZE];

	WITNESS_HOLDS(phone_registered(rig_phone(i)));
	WITNESS_HOLDS(!film_stats(i)->open);
	if (!line)
		return;

	assert_true(re_snprintf(text, sizeof(text), "%H", ua_print, line->ua) >
		    0);
	if (!strstr(text, none) || strstr(text, "invite:") ||
	    strstr(text, "watch: presence"))
		print_message("%s", text);
	WITNESS_HOLDS(strstr(text, none));
	WITNESS_HOLDS(!strstr(text, "invite:"));
	WITNESS_HOLDS(!strstr(text, "watch: presence"));
}

unsigned witness_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d))
		++n;
	(void)closedir(d);
	return n;
}

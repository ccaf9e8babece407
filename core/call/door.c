/**
 * @file core/call/door.c  Door
 */
#include "core/base/log.h"
#include "core/call/door.h"

enum {
	ENTRIES = 8,	 /* Calls in which a code is being entered, ours */
	AGAIN = CLOCK_S, /* A relay that does not close is tried again, ours */
};

/* A relay */
struct leaf {
	struct door *door;
	struct output *output;
	char *name;
	char code[DOOR_CODE_MAX]; /* Digits, then zeros */
	bool page;
	uint64_t time;
	struct loop_timer timer; /* Armed: it is open */
	enum door_by by;
};

/* A code, digit by digit */
struct entry {
	unsigned call;
	char digits[DOOR_CODE_MAX]; /* Digits, then zeros */
	unsigned n;
	bool counted;  /* As a wrong one */
	uint64_t last; /* Digit [us]     */
};

struct door {
	struct event_bus *events;
	struct leaf *leafv[DOOR_RELAYS];
	unsigned leafc;
	struct entry entryv[ENTRIES];
	unsigned shortest, longest; /* Code, 0: there is none    */
	unsigned wrong;		    /* Codes in a row            */
	uint64_t locked;	    /* Until then [us]           */
	uint32_t opened, refused;   /* Counters                  */
	door_h *h;
	void *arg;
};

const char *door_by_name(enum door_by by)
{
	static const char *const namev[] = { "command", "page", "code" };

	return namev[by];
}

static void leaf_destructor(void *arg)
{
	struct leaf *l = arg;

	if (l->output)
		output_watch(l->output, NULL, NULL);
	if (loop_timer_armed(&l->timer))
		(void)output_set(l->output, false);
	loop_timer_cancel(&l->timer);
	explicit_bzero(l->code, sizeof(l->code));
	mem_deref(l->output);
	mem_deref(l->name);
}

static void door_destructor(void *arg)
{
	struct door *d = arg;

	while (d->leafc)
		mem_deref(d->leafv[--d->leafc]);
	explicit_bzero(d->entryv, sizeof(d->entryv));
}

int door_alloc(struct door **dp, struct event_bus *events)
{
	struct door *d;

	d = mem_zalloc(sizeof(*d), door_destructor);
	if (!d)
		return ENOMEM;

	d->events = events;
	*dp = d;
	return 0;
}

void door_set_handler(struct door *d, door_h *h, void *arg)
{
	d->h = h;
	d->arg = arg;
}

/* ---- Opening and closing ---- */

/* @param reason  Why it is not as it should be, or NULL */
static void tell(const struct leaf *l, bool open, const char *reason,
		 uint64_t now)
{
	const struct door *d = l->door;

	if (reason)
		log_warning("door: %s closed before its time: %s\n", l->name,
			    reason);
	else
		log_info("door: %s %s (%s)\n", l->name,
			 open ? "open" : "closed", door_by_name(l->by));
	event_emit(d->events, EVENT_DOOR, NULL, 0,
		   "relay:s open:b by:s reason:s", l->name, (int)open,
		   door_by_name(l->by), reason);
	if (d->h)
		d->h(l->name, open, l->by, now, d->arg);
}

static void close_handler(uint64_t now, void *arg)
{
	struct leaf *l = arg;
	int err = output_set(l->output, false);

	if (err) {
		log_warning("door: %s does not close: %m\n", l->name, err);
		loop_timer_arm(&l->timer, now + AGAIN);
		return;
	}

	tell(l, false, NULL, now);
}

/* Its guard may be the first to see that its time is up */
static void off_handler(int err, void *arg)
{
	struct leaf *l = arg;

	if (!loop_timer_armed(&l->timer))
		return;

	loop_timer_cancel(&l->timer);
	tell(l, false, err == ETIMEDOUT ? NULL : strerror(err), clock_now());
}

static int leaf_open(struct leaf *l, enum door_by by, uint64_t now)
{
	int err;

	if (loop_timer_armed(&l->timer))
		return 0;

	err = output_set(l->output, true);
	if (err) {
		log_warning("door: %s does not open: %m\n", l->name, err);
		return err;
	}

	++l->door->opened;
	l->by = by;
	loop_timer_arm(&l->timer, now + l->time);
	tell(l, true, NULL, now);
	return 0;
}

static struct leaf *find(const struct door *d, const char *name)
{
	for (unsigned i = 0; i < d->leafc; i++) {
		if (!name || !*name || !str_casecmp(d->leafv[i]->name, name))
			return d->leafv[i];
	}

	return NULL;
}

int door_open(struct door *d, const char *name, enum door_by by, uint64_t now)
{
	struct leaf *l = find(d, name);

	if (!l)
		return ENOENT;
	if (by == DOOR_BY_PAGE && !l->page) {
		++d->refused;
		return EPERM;
	}

	return leaf_open(l, by, now);
}

/* ---- Codes ---- */

/* In the same time whatever they are; both end with zeros */
static bool same(const char a[DOOR_CODE_MAX], const char b[DOOR_CODE_MAX])
{
	unsigned difference = 0;

	for (unsigned i = 0; i < DOOR_CODE_MAX; i++)
		difference |= (unsigned)(a[i] ^ b[i]);

	return !difference;
}

bool door_locked(const struct door *d, uint64_t now)
{
	return now < d->locked;
}

static void entry_clear(struct entry *e)
{
	explicit_bzero(e->digits, sizeof(e->digits));
	e->n = 0;
	e->counted = false;
}

/* The call's, or else the one that was used longest ago */
static struct entry *entry_of(struct door *d, unsigned call)
{
	struct entry *oldest = d->entryv;

	for (unsigned i = 0; i < ENTRIES; i++) {
		struct entry *e = &d->entryv[i];

		if (e->call == call)
			return e;
		if (e->last < oldest->last)
			oldest = e;
	}

	entry_clear(oldest);
	oldest->call = call;
	return oldest;
}

static void on_wrong(struct door *d, unsigned call, uint64_t now)
{
	++d->refused;
	if (++d->wrong < DOOR_TRIES)
		return;

	d->wrong = 0;
	d->locked = now + DOOR_LOCK;
	for (unsigned i = 0; i < ENTRIES; i++)
		entry_clear(&d->entryv[i]);
	log_warning("door: %u wrong codes, the last in call %u: codes are "
		    "locked for %u s\n",
		    DOOR_TRIES, call, (unsigned)(DOOR_LOCK / CLOCK_S));
	event_emit(d->events, EVENT_DOOR, NULL, 0, "locked:b call:u", 1, call);
}

/* Of all codes, so that the time does not tell which */
static struct leaf *match(const struct door *d, const struct entry *e)
{
	struct leaf *found = NULL;

	for (unsigned i = 0; i < d->leafc; i++) {
		if (same(d->leafv[i]->code, e->digits))
			found = d->leafv[i];
	}

	return found;
}

void door_digit(struct door *d, unsigned call, char digit, uint64_t now)
{
	struct entry *e;
	struct leaf *l;

	if (!d->longest || door_locked(d, now))
		return;

	e = entry_of(d, call);
	if (digit < '0' || digit > '9' || now > e->last + DOOR_PAUSE)
		entry_clear(e);
	e->last = now;
	if (digit < '0' || digit > '9')
		return;

	e->digits[e->n++] = digit;
	l = match(d, e);
	if (l) {
		entry_clear(e);
		d->wrong = 0;
		(void)leaf_open(l, DOOR_BY_CODE, now);
		return;
	}

	/* As soon as it could have been one: who hangs up then has tried */
	if (e->n >= d->shortest && !e->counted) {
		e->counted = true;
		on_wrong(d, call, now);
	}
	if (e->n == d->longest)
		entry_clear(e);
}

/* ---- Making one ---- */

static bool begins(const char *code, const char *other)
{
	size_t n = MIN(strlen(code), strnlen(other, DOOR_CODE_MAX));

	return n && !memcmp(code, other, n);
}

static int check(const struct door *d, const struct door_relay *relay)
{
	const char *code = relay->code ? relay->code : "";
	size_t len = strlen(code);

	if (d->leafc == DOOR_RELAYS)
		return ENOSPC;
	if (len && (len < DOOR_CODE_MIN || len > DOOR_CODE_MAX ||
		    strspn(code, "0123456789") != len))
		return EINVAL;

	for (unsigned i = 0; i < d->leafc; i++) {
		if (!str_casecmp(d->leafv[i]->name, relay->name))
			return EEXIST;
		if (begins(code, d->leafv[i]->code))
			return EINVAL;
	}

	return 0;
}

static void take_code(struct door *d, struct leaf *l, const char *code)
{
	unsigned len = (unsigned)strlen(code);

	memcpy(l->code, code, len);
	if (!d->shortest || len < d->shortest)
		d->shortest = len;
	if (len > d->longest)
		d->longest = len;
}

int door_add(struct door *d, const struct door_relay *relay)
{
	struct leaf *l;
	int err = check(d, relay);

	if (err)
		return err;

	l = mem_zalloc(sizeof(*l), leaf_destructor);
	if (!l)
		return ENOMEM;

	loop_timer_init(&l->timer, "door", close_handler, l);
	err = str_dup(&l->name, relay->name);
	if (err) {
		mem_deref(l);
		return err;
	}

	l->door = d;
	l->output = mem_ref(relay->output);
	if (l->output)
		output_watch(l->output, off_handler, l);
	l->time = relay->time;
	l->page = relay->page;
	if (relay->code && *relay->code)
		take_code(d, l, relay->code);
	d->leafv[d->leafc++] = l;
	return 0;
}

/* ---- Showing: never a code ---- */

unsigned door_relays(const struct door *d)
{
	return d->leafc;
}

static json_t *way_json(const struct leaf *l)
{
	return json_pack("{s:o, s:s}", "name",
			 event_string(&(struct pl){ l->name, strlen(l->name) }),
			 "way", l->page ? "message" : "dtmf");
}

json_t *door_ways_json(const struct door *d)
{
	json_t *list = json_array();

	for (unsigned i = 0; list && i < d->leafc; i++) {
		const struct leaf *l = d->leafv[i];

		if (l->page || *l->code)
			(void)json_array_append_new(list, way_json(l));
	}

	return list;
}

int door_print(struct re_printf *pf, const struct door *d)
{
	int err = 0;

	for (unsigned i = 0; i < d->leafc; i++) {
		const struct leaf *l = d->leafv[i];

		err |= re_hprintf(pf, "relay %s %s, %u ms%s%s\n", l->name,
				  output_on(l->output) ? "open" : "closed",
				  (unsigned)(l->time / CLOCK_MS),
				  *l->code ? ", by code" : "",
				  l->page ? ", by page" : "");
	}

	return err;
}

json_t *door_json(const struct door *d)
{
	json_t *list = json_array();

	for (unsigned i = 0; list && i < d->leafc; i++) {
		const struct leaf *l = d->leafv[i];

		(void)json_array_append_new(
			list, json_pack("{s:s, s:b, s:b, s:b}", "name", l->name,
					"open", (int)output_on(l->output),
					"code", (int)(*l->code != '\0'), "page",
					(int)l->page));
	}

	return list;
}

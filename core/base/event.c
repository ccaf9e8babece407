/**
 * @file core/base/event.c  Events
 *
 * The bus is an array of slots, which listeners leave by clearing theirs, so
 * that a handler may end any listener. While one event is being heard others
 * wait in a list, which keeps their order the same for everybody.
 */
#include <assert.h>
#include <time.h>
#include "core/base/clock.h"
#include "core/base/event.h"
#include "core/base/utf8.h"

struct event_bus {
	struct event_listener *slotv[EVENT_LISTENERS];
	struct list waiting;
	bool busy;
	uint32_t emitted, lost; /* Counters [events] */
};

struct event_listener {
	struct event_bus *bus; /* NULL when that is gone */
	event_h *h;
	void *arg;
};

struct waiting {
	struct le le;
	struct event ev;
	json_t *json;
	char *session, *line;
};

static const char *const namev[] = {
#define EVENT_NAME(id, name) name,
	EVENT_TABLE(EVENT_NAME)
#undef EVENT_NAME
};

const char *event_name(enum event_type type)
{
	assert(type < EVENT_TYPES);
	return namev[type];
}

static void bus_destructor(void *arg)
{
	struct event_bus *bus = arg;

	for (unsigned i = 0; i < EVENT_LISTENERS; i++) {
		if (bus->slotv[i])
			bus->slotv[i]->bus = NULL;
	}
	list_flush(&bus->waiting);
}

int event_bus_alloc(struct event_bus **bp)
{
	struct event_bus *bus;

	bus = mem_zalloc(sizeof(*bus), bus_destructor);
	if (!bus)
		return ENOMEM;

	*bp = bus;
	return 0;
}

static void listener_destructor(void *arg)
{
	struct event_listener *l = arg;

	for (unsigned i = 0; l->bus && i < EVENT_LISTENERS; i++) {
		if (l->bus->slotv[i] == l)
			l->bus->slotv[i] = NULL;
	}
}

int event_listen(struct event_listener **lp, struct event_bus *bus, event_h *h,
		 void *arg)
{
	struct event_listener *l;
	unsigned i = 0;

	while (i < EVENT_LISTENERS && bus->slotv[i])
		++i;
	if (i == EVENT_LISTENERS)
		return ENOSPC;

	l = mem_zalloc(sizeof(*l), listener_destructor);
	if (!l)
		return ENOMEM;

	l->bus = bus;
	l->h = h;
	l->arg = arg;
	bus->slotv[i] = l;
	*lp = l;
	return 0;
}

json_t *event_string(const struct pl *pl)
{
	struct mbuf *mb = mbuf_alloc(pl->l + 1);
	json_t *json = NULL;
	size_t i = 0;
	int err = 0;

	if (!mb)
		return NULL;

	while (i < pl->l && !err) {
		const uint8_t *p = (const uint8_t *)pl->p + i;
		size_t n = utf8_length(p, pl->l - i);

		if (n)
			err = mbuf_write_mem(mb, p, n);
		else
			err = mbuf_printf(mb, "\\x%02x", *p);
		i += n ? n : 1;
	}
	if (!err)
		json = json_stringn((const char *)mb->buf, mb->end);

	mem_deref(mb);
	return json;
}

/* The value of one field, taken off the arguments; NULL: leave it out */
static json_t *value(char type, va_list *ap)
{
	char address[64]; /* Enough for [IPv6%zone]:port */
	const struct sa *sa;
	const struct pl *pl;
	struct pl text;
	const char *s;

	switch (type) {
	case 's':
		s = va_arg(*ap, const char *);
		pl_set_str(&text, s ? s : "");
		return s ? event_string(&text) : NULL;
	case 'r':
		pl = va_arg(*ap, const struct pl *);
		return pl && pl->p ? event_string(pl) : NULL;
	case 'u':
		return json_integer(va_arg(*ap, unsigned));
	case 'i':
		return json_integer(va_arg(*ap, int));
	case 'U':
		return json_integer((json_int_t)va_arg(*ap, uint64_t));
	case 'f':
		return json_real(va_arg(*ap, double));
	case 'b':
		return json_boolean(va_arg(*ap, int));
	case 'J':
		sa = va_arg(*ap, const struct sa *);
		if (!sa)
			return NULL;
		(void)re_snprintf(address, sizeof(address), "%J", sa);
		return json_string(address);
	case 'o':
		return va_arg(*ap, json_t *);
	default:
		assert(false && "type of a field");
		return NULL;
	}
}

static void set_fields(json_t *json, const char *fields, va_list *ap)
{
	const char *colon;
	char name[64]; /* Names are ours, and short */

	while (fields && (fields += strspn(fields, " "), *fields)) {
		size_t len;
		json_t *v;

		colon = strchr(fields, ':');
		assert(colon && colon[1]);
		len = (size_t)(colon - fields);
		assert(len < sizeof(name));
		memcpy(name, fields, len);
		name[len] = '\0';
		v = value(colon[1], ap);
		if (v && json)
			(void)json_object_set_new(json, name, v);
		else
			json_decref(v);
		fields = colon + 2;
	}
}

static void set_time(json_t *json)
{
	uint64_t wall = clock_wall();
	time_t seconds = (time_t)(wall / CLOCK_S);
	char text[sizeof("2026-01-01T00:00:00.000Z") + 32];
	struct tm tm;

	if (!gmtime_r(&seconds, &tm))
		return;
	(void)re_snprintf(
		text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ",
		tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		tm.tm_min, tm.tm_sec, (unsigned)(wall % CLOCK_S / CLOCK_MS));
	(void)json_object_set_new(json, "time", json_string(text));
}

/* JSON leaves DEL and the C1 controls as they are; a terminal obeys them */
static char *render(const json_t *json)
{
	char *dump = json_dumps(json, JSON_COMPACT), *line = NULL;
	struct mbuf *mb = mbuf_alloc(dump ? strlen(dump) + 1 : 1);
	int err = !dump || !mb ? ENOMEM : 0;

	for (const char *p = dump; !err && *p; p++) {
		uint8_t c = (uint8_t)p[0], next = (uint8_t)p[1];

		if (c == 0x7f)
			err = mbuf_printf(mb, "\\u007f");
		else if (c == 0xc2 && next >= 0x80 && next < 0xa0)
			err = mbuf_printf(mb, "\\u%04x", *(const uint8_t *)++p);
		else
			err = mbuf_write_u8(mb, c);
	}
	if (!err) {
		mb->pos = 0;
		(void)mbuf_strdup(mb, &line, mb->end);
	}

	free(dump);
	mem_deref(mb);
	return line;
}

static void waiting_destructor(void *arg)
{
	struct waiting *w = arg;

	list_unlink(&w->le);
	json_decref(w->json);
	mem_deref(w->session);
	mem_deref(w->line);
}

static struct waiting *waiting_alloc(enum event_type type, const char *session,
				     uint32_t id, json_t *json)
{
	struct waiting *w = mem_zalloc(sizeof(*w), waiting_destructor);

	if (!w)
		return NULL;

	w->json = json_incref(json);
	w->line = render(json);
	if (session)
		(void)str_dup(&w->session, session);
	w->ev = (struct event){ .type = type,
				.name = event_name(type),
				.session = w->session,
				.id = id,
				.json = json,
				.line = w->line };
	if (!w->line || (session && !w->session))
		w = mem_deref(w);
	return w;
}

/* Let everybody hear what waits, also what is emitted meanwhile */
static void drain(struct event_bus *bus)
{
	struct le *le;

	(void)mem_ref(bus); /* A handler may free it */
	bus->busy = true;

	while ((le = bus->waiting.head)) {
		struct waiting *w = le->data;

		list_unlink(&w->le);
		++bus->emitted;
		for (unsigned i = 0; i < EVENT_LISTENERS; i++) {
			struct event_listener *l = bus->slotv[i];

			if (l)
				l->h(&w->ev, l->arg);
		}
		mem_deref(w);
	}

	bus->busy = false;
	mem_deref(bus);
}

void event_emit(struct event_bus *bus, enum event_type type,
		const char *session, uint32_t id, const char *fields, ...)
{
	json_t *json = bus ? json_object() : NULL;
	struct waiting *w = NULL;
	va_list ap;

	if (json) {
		(void)json_object_set_new(json, "event",
					  json_string(event_name(type)));
		if (session)
			(void)json_object_set_new(json, "session",
						  json_string(session));
		if (id)
			(void)json_object_set_new(json, "id", json_integer(id));
		set_time(json);
	}
	va_start(ap, fields);
	set_fields(json, fields, &ap);
	va_end(ap);
	if (!bus)
		return;

	if (json && list_count(&bus->waiting) < EVENT_WAITING)
		w = waiting_alloc(type, session, id, json);
	json_decref(json);
	if (!w) {
		++bus->lost;
		return;
	}

	list_append(&bus->waiting, &w->le, w);
	if (!bus->busy)
		drain(bus);
}

int event_bus_print(struct re_printf *pf, const struct event_bus *bus)
{
	unsigned listeners = 0;

	for (unsigned i = 0; i < EVENT_LISTENERS; i++)
		listeners += bus->slotv[i] != NULL;

	return re_hprintf(pf, "listeners=%u emitted=%u lost=%u", listeners,
			  bus->emitted, bus->lost);
}

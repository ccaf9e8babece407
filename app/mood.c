/**
 * @file app/mood.c  Mood
 */
#include "app/mood.h"

enum {
	LABEL = 64, /* Name of an account or device [bytes], ours */
};

enum state {
	FREE,
	TRYING,
	UP,
	FAILED,
};

/* An account, or a device that is lost */
struct named {
	char name[LABEL];
	enum state state;
};

struct talk {
	uint32_t id;
	enum state state; /* TRYING: it rings */
};

struct mood {
	struct event_listener *listener;
	struct named accountv[MOOD_NAMES], devicev[MOOD_NAMES];
	struct talk callv[MOOD_CALLS];
	bool ring;    /* By a plan       */
	bool refused; /* A configuration */
	unsigned signs;
	mood_h *h;
	void *arg;
};

const char *mood_name(enum mood_sign sign)
{
	static const char *const namev[MOOD_SIGNS] = {
		"ringing", "call", "error", "registering", "registered",
	};

	return namev[sign];
}

static void destructor(void *arg)
{
	mem_deref(((struct mood *)arg)->listener);
}

/* That of the name, else a free one; NULL when there are too many */
static struct named *find(struct named *v, const char *name)
{
	struct named *free = NULL;

	for (unsigned i = 0; i < MOOD_NAMES; i++) {
		if (v[i].state != FREE && !strcmp(v[i].name, name))
			return &v[i];
		if (v[i].state == FREE && !free)
			free = &v[i];
	}

	if (free)
		str_ncpy(free->name, name, sizeof(free->name));
	return free;
}

static const char *text_of(const struct event *ev, const char *key)
{
	const char *text = json_string_value(json_object_get(ev->json, key));

	return text ? text : "";
}

/* What has failed is so until it is up, however often it is tried */
static void set_account(struct mood *m, const struct event *ev,
			enum state state)
{
	struct named *n = find(m->accountv, text_of(ev, "account"));

	if (n && (state != TRYING || n->state != FAILED))
		n->state = state;
}

static void set_device(struct mood *m, const struct event *ev, enum state state)
{
	struct named *n = find(m->devicev, text_of(ev, "device"));

	if (n)
		n->state = state;
}

static void set_call(struct mood *m, uint32_t id, enum state state)
{
	struct talk *free = NULL;

	for (unsigned i = 0; i < MOOD_CALLS; i++) {
		struct talk *t = &m->callv[i];

		if (t->state != FREE && t->id == id) {
			if (state != TRYING)
				t->state = state;
			return;
		}
		if (t->state == FREE && !free)
			free = t;
	}

	if (free)
		*free = (struct talk){ id, state };
}

static void on_stack(struct mood *m, const struct event *ev)
{
	switch (ev->type) {
	case EVENT_STARTING:
		set_account(m, ev, TRYING);
		break;
	case EVENT_STARTED:
		set_account(m, ev, UP); /* Registering is the next event */
		break;
	case EVENT_FAILED_TO_START:
	case EVENT_RECONNECTING:
		set_account(m, ev, FAILED);
		break;
	case EVENT_STOPPED:
		set_account(m, ev, FREE);
		break;
	case EVENT_DEVICE_LOST:
		set_device(m, ev, FAILED);
		break;
	case EVENT_DEVICE_BACK:
		set_device(m, ev, FREE);
		break;
	case EVENT_CONFIG_REFUSED:
	case EVENT_CONFIG_ACCEPTED:
		m->refused = ev->type == EVENT_CONFIG_REFUSED;
		break;
	default:
		break;
	}
}

static void on_register(struct mood *m, const struct event *ev)
{
	const json_t *code = json_object_get(ev->json, "code");

	if (ev->type == EVENT_CONNECTING)
		set_account(m, ev, TRYING);
	else if (ev->type == EVENT_CONNECTED)
		set_account(m, ev, UP);
	else if (ev->type == EVENT_TERMINATED)
		set_account(m, ev,
			    json_integer_value(code) < 300 ? FREE : FAILED);
}

static void on_call(struct mood *m, const struct event *ev)
{
	if (ev->type == EVENT_I_NEW_CALL || ev->type == EVENT_CONNECTING)
		set_call(m, ev->id, TRYING);
	else if (ev->type == EVENT_CONNECTED)
		set_call(m, ev->id, UP);
	else if (ev->type == EVENT_TERMINATED)
		set_call(m, ev->id, FREE);
}

static unsigned named_signs(const struct named *v)
{
	static const unsigned signv[] = {
		[TRYING] = MOOD_BIT(MOOD_REGISTERING),
		[UP] = MOOD_BIT(MOOD_REGISTERED),
		[FAILED] = MOOD_BIT(MOOD_ERROR),
	};
	unsigned signs = 0;

	for (unsigned i = 0; i < MOOD_NAMES; i++)
		signs |= signv[v[i].state];
	return signs;
}

static unsigned look(const struct mood *m)
{
	unsigned signs = named_signs(m->accountv);

	/* Not while there is one that is not */
	if (signs & ~MOOD_BIT(MOOD_REGISTERED))
		signs &= ~MOOD_BIT(MOOD_REGISTERED);
	signs |= named_signs(m->devicev);
	if (m->refused)
		signs |= MOOD_BIT(MOOD_ERROR);
	if (m->ring)
		signs |= MOOD_BIT(MOOD_RINGING);
	for (unsigned i = 0; i < MOOD_CALLS; i++) {
		if (m->callv[i].state == TRYING)
			signs |= MOOD_BIT(MOOD_RINGING);
		else if (m->callv[i].state == UP)
			signs |= MOOD_BIT(MOOD_CALL);
	}

	return signs;
}

static void event_handler(const struct event *ev, void *arg)
{
	struct mood *m = arg;
	unsigned signs;

	if (!ev->session)
		on_stack(m, ev);
	else if (!strcmp(ev->session, "register"))
		on_register(m, ev);
	else if (!strcmp(ev->session, "call"))
		on_call(m, ev);
	else if (!strcmp(ev->session, "ring"))
		m->ring = ev->type == EVENT_RINGING;

	signs = look(m);
	if (signs == m->signs)
		return;

	m->signs = signs;
	m->h(signs, m->arg);
}

int mood_alloc(struct mood **mp, struct event_bus *events, mood_h *h, void *arg)
{
	struct mood *m;
	int err;

	m = mem_zalloc(sizeof(*m), destructor);
	if (!m)
		return ENOMEM;

	m->h = h;
	m->arg = arg;
	err = event_listen(&m->listener, events, event_handler, m);
	if (err)
		mem_deref(m);
	else
		*mp = m;
	return err;
}

unsigned mood_signs(const struct mood *m)
{
	return m->signs;
}

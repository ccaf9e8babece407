/**
 * @file core/call/screen.c  Screen
 */
#include "core/base/log.h"
#include "core/call/screen.h"

struct screen {
	struct display *display;
	char *name;
	struct event_bus *events;
	struct list users; /* struct screen_user, the front one is the tail */
	int err;	   /* Of the last picture: it is logged once */
};

static void screen_destructor(void *arg)
{
	struct screen *s = arg;

	list_clear(&s->users);
	if (s->display)
		display_watch(s->display, NULL, NULL);
	mem_deref(s->display);
	mem_deref(s->name);
}

static void state_handler(int err, void *arg)
{
	const struct screen *s = arg;

	event_emit(s->events, err ? EVENT_DEVICE_LOST : EVENT_DEVICE_BACK, NULL,
		   0, "device:s", s->name);
}

int screen_alloc(struct screen **sp, struct display *display, const char *name,
		 struct event_bus *events)
{
	struct screen *s = mem_zalloc(sizeof(*s), screen_destructor);

	if (!s)
		return ENOMEM;

	if (str_dup(&s->name, name)) {
		mem_deref(s);
		return ENOMEM;
	}

	s->events = events;
	s->display = mem_ref(display);
	display_watch(display, state_handler, s);
	*sp = s;
	return 0;
}

void screen_attach(struct screen *s, struct screen_user *u)
{
	if (!u->le.list)
		list_append(&s->users, &u->le, u);
}

void screen_detach(struct screen *s, struct screen_user *u)
{
	if (!u->le.list)
		return;

	list_unlink(&u->le);
	if (list_isempty(&s->users))
		display_clear(s->display);
}

void screen_show(struct screen *s, const struct screen_user *u, struct frame *f,
		 uint64_t now)
{
	int err;

	if (list_ledata(list_tail(&s->users)) != u)
		return;

	err = display_show(s->display, f, now);
	if (err && err != s->err)
		log_warning("screen: %m; calls go on in the dark\n", err);
	s->err = err;
}

void screen_overlay(struct screen *s, const struct display_overlay *o,
		    uint64_t now)
{
	display_overlay(s->display, o, now);
}

int screen_print(struct re_printf *pf, const struct screen *s)
{
	return re_hprintf(pf, "display %H", display_print, s->display);
}

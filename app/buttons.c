/**
 * @file app/buttons.c  Buttons
 */
#include "app/buttons.h"
#include "app/wiring.h"
#include "core/base/log.h"

struct one {
	struct le le;
	struct buttons *all;
	struct button *button;
	struct wiring_button *wiring;
	struct press press;
	struct loop_timer timer;
	char *name;
	bool pressed;
	uint32_t presses; /* Counter */
};

struct buttons {
	struct list list;
	const struct commands_context *ctx;
	struct event_bus *events;
};

static void one_destructor(void *arg)
{
	struct one *o = arg;

	list_unlink(&o->le);
	loop_timer_cancel(&o->timer);
	mem_deref(o->button);
	mem_deref(o->wiring);
	mem_deref(o->name);
}

static void buttons_destructor(void *arg)
{
	struct buttons *b = arg;

	list_flush(&b->list);
}

/* What a command answers is for who typed it; here only its failure counts */
static void run(const struct one *o, const struct wiring_command *cmd,
		uint64_t now)
{
	struct mbuf *out = mbuf_alloc(WIRING_WHY);
	struct pl said = PL_INIT;
	int err;

	if (!out)
		return;

	err = commands_run(o->all->ctx, cmd->n, (char **)cmd->wordv, false, out,
			   now);
	if (out->end) {
		said.p = (const char *)out->buf;
		said.l = out->end - 1; /* Without the newline */
	}
	if (err)
		log_warning("button: %s: %H\n", o->name, log_text, &said);
	else
		log_debug("button: %s: %H\n", o->name, log_text, &said);
	mem_deref(out);
}

static void act(struct one *o, enum press_kind kind, uint64_t now)
{
	const struct wiring_command *cmd = &o->wiring->cmdv[kind];

	/* Beside a plain button's `pressed` it would say nothing */
	if (kind != PRESS_NONE && (o->press.longs || o->press.doubles)) {
		log_info("button: %s: %s press\n", o->name, press_name(kind));
		event_emit(o->all->events, EVENT_BUTTON, NULL, 0,
			   "name:s pressed:b press:s", o->name, (int)o->pressed,
			   press_name(kind));
	}
	if (cmd->n)
		run(o, cmd, now);
}

static void timer_handler(uint64_t now, void *arg)
{
	struct one *o = mem_ref(arg); /* A command may end everything */

	act(o, press_expire(&o->press), now);
	mem_deref(o);
}

static void button_handler(bool pressed, uint64_t now, void *arg)
{
	struct one *o = arg;
	enum press_kind kind;

	o->pressed = pressed;
	o->presses += pressed;
	log_info("button: %s %s\n", o->name, pressed ? "pressed" : "released");
	event_emit(o->all->events, EVENT_BUTTON, NULL, 0, "name:s pressed:b",
		   o->name, (int)pressed);
	kind = press_change(&o->press, pressed, now);
	loop_timer_arm(&o->timer, o->press.due ? o->press.due : CLOCK_NEVER);
	act(o, kind, now);
}

static int add(struct buttons *b, const struct board *board, const char *name,
	       const char *text)
{
	char why[WIRING_WHY] = "not enough memory";
	struct wiring_button *w = NULL;
	struct one *o;
	int err;

	o = mem_zalloc(sizeof(*o), one_destructor);
	if (!o)
		return ENOMEM;

	o->all = b;
	loop_timer_init(&o->timer, "button", timer_handler, o);
	err = str_dup(&o->name, name);
	if (!err)
		err = wiring_button(&w, text, why, sizeof(why));
	o->wiring = w;
	if (!err) {
		o->press.longs = w->cmdv[PRESS_LONG].n > 0;
		o->press.doubles = w->cmdv[PRESS_DOUBLE].n > 0;
		w->line.stateh = wiring_state;
		w->line.arg = b->events;
		err = board_button_alloc(board, &o->button, &w->line,
					 button_handler, o);
		if (err)
			(void)re_snprintf(why, sizeof(why),
					  "%s:%s cannot be used: %m",
					  w->line.chip, w->line.line, err);
	}

	if (err) {
		log_warning("button: [buttons] %s: %s\n", name, why);
		mem_deref(o);
	} else {
		list_append(&b->list, &o->le, o);
	}
	return err;
}

int buttons_alloc(struct buttons **bp, const struct config *cfg,
		  const struct board *board, const struct commands_context *ctx,
		  struct event_bus *events)
{
	const char *name, *text;
	struct buttons *b;
	int err = 0;

	b = mem_zalloc(sizeof(*b), buttons_destructor);
	if (!b)
		return ENOMEM;

	b->ctx = ctx;
	b->events = events;
	for (unsigned i = 0;
	     !err && config_entry(cfg, "buttons", i, &name, &text); i++)
		err = add(b, board, name, text);

	if (err)
		mem_deref(b);
	else
		*bp = b;
	return err;
}

static struct one *find(const struct buttons *b, const char *name)
{
	for (struct le *le = b->list.head; le; le = le->next) {
		struct one *o = le->data;

		if (!name || !str_casecmp(o->name, name))
			return o;
	}

	return NULL;
}

/* A real one cannot be moved: it is done as if it had been */
static void set(struct one *o, bool pressed, uint64_t now)
{
	if (button_set(o->button, pressed, now))
		button_handler(pressed, now, o);
}

int buttons_act(struct buttons *b, const char *name, enum buttons_act act,
		uint64_t now)
{
	struct one *o = find(b, name);

	if (!o)
		return ENOENT;

	mem_ref(o); /* A command may end everything */
	if (act == BUTTONS_RELEASE || o->pressed)
		set(o, false, now);
	if (act != BUTTONS_RELEASE)
		set(o, true, now);
	if (act == BUTTONS_CLICK)
		set(o, false, now);
	mem_deref(o);
	return 0;
}

/* The command of the commonest press that has one */
static const char *word(const struct one *o)
{
	for (unsigned i = PRESS_SHORT; i < PRESS_KINDS; i++) {
		if (o->wiring->cmdv[i].n)
			return o->wiring->cmdv[i].wordv[0];
	}

	return "";
}

int buttons_print(struct re_printf *pf, const struct buttons *b)
{
	int err = 0;

	for (struct le *le = b->list.head; le; le = le->next) {
		const struct one *o = le->data;

		err |= re_hprintf(pf, "button %s%s: %s, %u presses\n", o->name,
				  o->pressed ? " (pressed)" : "", word(o),
				  o->presses);
	}

	return err;
}

json_t *buttons_json(const struct buttons *b)
{
	json_t *list = json_array();

	for (struct le *le = b->list.head; list && le; le = le->next) {
		const struct one *o = le->data;

		(void)json_array_append_new(
			list, json_pack("{s:s, s:b, s:s, s:i}", "name", o->name,
					"pressed", (int)o->pressed, "command",
					word(o), "presses", (int)o->presses));
	}

	return list;
}

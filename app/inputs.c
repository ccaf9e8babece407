/**
 * @file app/inputs.c  Inputs
 */
#include "app/inputs.h"
#include "app/wiring.h"
#include "core/base/log.h"
#include "core/base/loop.h"

enum {
	LONGEST = 24 * 3600, /* Of too_long [s], ours */
};

struct input {
	struct le le;
	struct inputs *all;
	struct button *button;
	struct loop_timer timer; /* Armed: open, and not yet too long */
	char *name;
	uint64_t too_long; /* [us], 0: never */
};

struct inputs {
	struct list list;
	struct event_bus *events;
};

static void input_destructor(void *arg)
{
	struct input *in = arg;

	list_unlink(&in->le);
	loop_timer_cancel(&in->timer);
	mem_deref(in->button);
	mem_deref(in->name);
}

static void inputs_destructor(void *arg)
{
	list_flush(&((struct inputs *)arg)->list);
}

int inputs_read(struct pin **pp, struct inputs_words *words, const char *text,
		char *why, size_t size)
{
	static const char *const keyv[] = { "too_long", PIN_INPUT, NULL };
	struct pin *pin;
	int err;

	memset(words, 0, sizeof(*words));
	err = pin_alloc(&pin, text, keyv, why, size);
	if (err)
		return err;

	err = pin_input(pin, &words->line, why, size);
	if (!err)
		err = pin_time(pin, "too_long", CLOCK_S,
			       (uint64_t)LONGEST * CLOCK_S, &words->too_long,
			       why, size);
	if (err)
		mem_deref(pin);
	else
		*pp = pin;
	return err;
}

static void tell(const struct input *in, const char *what)
{
	log_info("input: %s %s\n", in->name, what);
	event_emit(in->all->events, EVENT_INPUT, NULL, 0, "name:s what:s",
		   in->name, what);
}

static void timer_handler(uint64_t now, void *arg)
{
	(void)now;

	tell(arg, "open_too_long");
}

static void watch(struct input *in, bool open, uint64_t now)
{
	loop_timer_arm(&in->timer,
		       open && in->too_long ? now + in->too_long : CLOCK_NEVER);
}

static void change_handler(bool open, uint64_t now, void *arg)
{
	struct input *in = arg;

	watch(in, open, now);
	tell(in, open ? "opened" : "closed");
}

static int add(struct inputs *is, const struct board *board, const char *name,
	       const char *text)
{
	char why[WIRING_WHY] = "not enough memory";
	struct inputs_words words;
	struct pin *pin = NULL;
	struct input *in;
	int err;

	in = mem_zalloc(sizeof(*in), input_destructor);
	if (!in)
		return ENOMEM;

	in->all = is;
	loop_timer_init(&in->timer, "input", timer_handler, in);
	err = str_dup(&in->name, name);
	if (!err)
		err = inputs_read(&pin, &words, text, why, sizeof(why));
	if (!err) {
		words.line.stateh = wiring_state;
		words.line.arg = is->events;
		in->too_long = words.too_long;
		err = board_button_alloc(board, &in->button, &words.line,
					 change_handler, in);
		if (err)
			(void)re_snprintf(
				why, sizeof(why), "%s:%s cannot be used: %m",
				words.line.chip, words.line.line, err);
		else
			watch(in, button_pressed(in->button), clock_now());
	}
	mem_deref(pin);

	if (err) {
		log_warning("input: [inputs] %s: %s\n", name, why);
		mem_deref(in);
	} else {
		list_append(&is->list, &in->le, in);
	}
	return err;
}

int inputs_alloc(struct inputs **ip, const struct config *cfg,
		 const struct board *board, struct event_bus *events)
{
	const char *name, *text;
	struct inputs *is;
	int err = 0;

	is = mem_zalloc(sizeof(*is), inputs_destructor);
	if (!is)
		return ENOMEM;

	is->events = events;
	for (unsigned i = 0;
	     !err && config_entry(cfg, "inputs", i, &name, &text); i++)
		err = add(is, board, name, text);

	if (err)
		mem_deref(is);
	else
		*ip = is;
	return err;
}

int inputs_set(struct inputs *is, const char *name, bool open, uint64_t now)
{
	for (struct le *le = is->list.head; le; le = le->next) {
		const struct input *in = le->data;

		if (!str_casecmp(in->name, name))
			return button_set(in->button, open, now);
	}

	return ENOENT;
}

int inputs_print(struct re_printf *pf, const struct inputs *is)
{
	int err = 0;

	for (struct le *le = is->list.head; le; le = le->next) {
		const struct input *in = le->data;

		err |= re_hprintf(pf, "input %s %s\n", in->name,
				  button_pressed(in->button) ? "open"
							     : "closed");
	}

	return err;
}

json_t *inputs_json(const struct inputs *is)
{
	json_t *list = json_array();

	for (struct le *le = is->list.head; list && le; le = le->next) {
		const struct input *in = le->data;

		(void)json_array_append_new(
			list, json_pack("{s:s, s:b}", "name", in->name, "open",
					(int)button_pressed(in->button)));
	}

	return list;
}

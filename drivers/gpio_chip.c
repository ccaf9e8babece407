/**
 * @file drivers/gpio_chip.c  GPIO chip
 *
 * An edge only says that it is time to look: many may come at once, and the
 * kernel forgets some when there are too many.
 */
#include "core/base/log.h"
#include "core/base/loop.h"
#include "drivers/debounce.h"
#include "drivers/gpio_chip.h"
#include "drivers/gpio_guard.h"
#include "drivers/gpio_line.h"

struct gpio_button {
	struct button button; /* First, for struct button * */
	struct gpio_line *line;
	struct loop_watch *watch;
	struct loop_timer timer;
	struct debounce debounce;
	button_h *h;
	void *arg;
};

struct gpio_output {
	struct output output; /* First, for struct output * */
	struct gpio_line *line;
	bool on;
};

/* ---- Buttons ---- */

static void button_destructor(void *arg)
{
	struct gpio_button *b = arg;

	loop_timer_cancel(&b->timer);
	mem_deref(b->watch);
	mem_deref(b->line);
}

/* The chip was taken away, or its driver; what was pressed stays pressed */
static void lose(struct gpio_button *b, int err)
{
	log_warning("gpio: a line is gone: %m\n", err);
	loop_timer_cancel(&b->timer);
	b->watch = mem_deref(b->watch);
}

static void timer_handler(uint64_t now, void *arg)
{
	struct gpio_button *b = arg;
	bool on = false;
	int err = gpio_line_get(b->line, &on);

	if (err)
		lose(b, err);
	else if (debounce_look(&b->debounce, on))
		b->h(on, now, b->arg);
}

static void edge_handler(int flags, uint64_t now, void *arg)
{
	struct gpio_button *b = arg;
	bool on = false;
	int err = flags & LOOP_READ ? gpio_line_drain(b->line) : ENODEV;

	if (!err)
		err = gpio_line_get(b->line, &on);
	if (err) {
		lose(b, err);
		return;
	}

	debounce_edge(&b->debounce, on, now);
	loop_timer_arm(&b->timer, b->debounce.due);
}

static bool is_pressed(const struct button *b)
{
	return ((const struct gpio_button *)b)->debounce.on;
}

int gpio_chip_button(struct button **bp, const struct gpio_params *prm,
		     button_h *h, void *arg)
{
	static const struct button_table table = {
		.pressed = is_pressed,
	};
	struct gpio_button *b;
	bool on = false;
	int err;

	b = mem_zalloc(sizeof(*b), button_destructor);
	if (!b)
		return ENOMEM;

	b->button.table = &table;
	b->h = h;
	b->arg = arg;
	loop_timer_init(&b->timer, "gpio", timer_handler, b);
	err = gpio_line_alloc(&b->line, prm, false);
	if (!err)
		err = gpio_line_get(b->line, &on);
	if (!err)
		err = loop_watch_alloc(&b->watch, "gpio", gpio_line_fd(b->line),
				       LOOP_READ | LOOP_EXCEPT, edge_handler,
				       b);
	debounce_init(&b->debounce, prm->debounce, on);
	if (err)
		mem_deref(b);
	else
		*bp = &b->button;
	return err;
}

/* ---- Outputs ---- */

static int output_switch(struct output *o, bool on)
{
	struct gpio_output *go = (struct gpio_output *)o;
	int err = gpio_line_set(go->line, on);

	if (!err)
		go->on = on;
	return err;
}

static bool output_is_on(const struct output *o)
{
	return ((const struct gpio_output *)o)->on;
}

static void output_destructor(void *arg)
{
	struct gpio_output *o = arg;

	if (o->line)
		(void)gpio_line_set(o->line, false);
	mem_deref(o->line);
}

int gpio_chip_output(struct output **op, const struct gpio_params *prm)
{
	static const struct output_table table = {
		.set = output_switch,
		.on = output_is_on,
	};
	struct gpio_output *o;
	int err;

	if (prm->longest)
		return gpio_guard_output(op, prm);

	o = mem_zalloc(sizeof(*o), output_destructor);
	if (!o)
		return ENOMEM;

	o->output.table = &table;
	err = gpio_line_alloc(&o->line, prm, true);
	if (err)
		mem_deref(o);
	else
		*op = &o->output;
	return err;
}

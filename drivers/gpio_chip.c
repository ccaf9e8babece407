/**
 * @file drivers/gpio_chip.c  GPIO chip
 *
 * An edge only says that it is time to look: many may come at once, and the
 * kernel forgets some when there are too many. Lines are looked at now and
 * then, too, for those whose chip is gone.
 */
#include "core/base/loop.h"
#include "drivers/debounce.h"
#include "drivers/gpio_chip.h"
#include "drivers/gpio_guard.h"
#include "drivers/gpio_wire.h"

struct gpio_button {
	struct button button; /* First, for struct button * */
	struct gpio_wire wire;
	struct loop_watch *watch;
	struct loop_timer timer, look;
	struct debounce debounce;
	button_h *h;
	void *arg;
};

struct gpio_output {
	struct output output; /* First, for struct output * */
	struct gpio_wire wire;
	struct loop_timer look;
	bool on;
};

/* ---- Buttons ---- */

static void button_destructor(void *arg)
{
	struct gpio_button *b = arg;

	loop_timer_cancel(&b->timer);
	loop_timer_cancel(&b->look);
	mem_deref(b->watch);
	gpio_wire_close(&b->wire);
}

/* What was pressed stays pressed until the line is back */
static void lose(struct gpio_button *b, int err)
{
	loop_timer_cancel(&b->timer);
	b->watch = mem_deref(b->watch);
	gpio_wire_lose(&b->wire, err);
}

static void timer_handler(uint64_t now, void *arg)
{
	struct gpio_button *b = arg;
	bool on = false;
	int err = gpio_line_get(b->wire.line, &on);

	if (err)
		lose(b, err);
	else if (debounce_look(&b->debounce, on))
		b->h(on, now, b->arg);
}

static void edge_handler(int flags, uint64_t now, void *arg)
{
	struct gpio_button *b = arg;
	bool on = false;
	int err = flags & LOOP_READ ? gpio_line_drain(b->wire.line) : ENODEV;

	if (!err)
		err = gpio_line_get(b->wire.line, &on);
	if (err) {
		lose(b, err);
		return;
	}

	debounce_edge(&b->debounce, on, now);
	loop_timer_arm(&b->timer, b->debounce.due);
}

static int watch(struct gpio_button *b)
{
	return loop_watch_alloc(&b->watch, "gpio", gpio_line_fd(b->wire.line),
				LOOP_READ | LOOP_EXCEPT, edge_handler, b);
}

/* An edge that was missed is seen now, too */
static void look_handler(uint64_t now, void *arg)
{
	struct gpio_button *b = arg;
	bool on = false;
	int err = gpio_wire_look(&b->wire, &on);

	loop_timer_arm(&b->look, now + GPIO_WIRE_LOOK);
	if (!err && !b->watch)
		err = watch(b);
	if (err) {
		lose(b, err);
	} else if (!loop_timer_armed(&b->timer)) {
		debounce_edge(&b->debounce, on, now);
		loop_timer_arm(&b->timer, b->debounce.due);
	}
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
	loop_timer_init(&b->look, "gpio", look_handler, b);
	err = gpio_wire_open(&b->wire, prm, false);
	if (!err)
		err = gpio_line_get(b->wire.line, &on);
	if (!err)
		err = watch(b);
	loop_timer_arm(&b->look, clock_now() + GPIO_WIRE_LOOK);
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
	int err = gpio_wire_set(&go->wire, on);

	go->on = !err && on;
	return err;
}

/* What is back is off */
static void output_look(uint64_t now, void *arg)
{
	struct gpio_output *o = arg;
	const bool was = o->on;
	bool on = false;
	int err = gpio_wire_look(&o->wire, &on);

	loop_timer_arm(&o->look, now + GPIO_WIRE_LOOK);
	o->on = !err && on;
	if (was && !o->on && o->output.offh)
		o->output.offh(err ? err : EIO, o->output.arg);
}

static bool output_is_on(const struct output *o)
{
	return ((const struct gpio_output *)o)->on;
}

static void output_destructor(void *arg)
{
	struct gpio_output *o = arg;

	loop_timer_cancel(&o->look);
	if (o->wire.line)
		(void)gpio_line_set(o->wire.line, false);
	gpio_wire_close(&o->wire);
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
	loop_timer_init(&o->look, "gpio", output_look, o);
	loop_timer_arm(&o->look, clock_now() + GPIO_WIRE_LOOK);
	err = gpio_wire_open(&o->wire, prm, true);
	if (err)
		mem_deref(o);
	else
		*op = &o->output;
	return err;
}

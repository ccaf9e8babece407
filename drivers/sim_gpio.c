/**
 * @file drivers/sim_gpio.c  Simulated GPIO chip
 *
 * The chip is one for the process, as a real one is: a line is used once.
 */
#include "core/base/log.h"
#include "drivers/sim_gpio.h"

struct line {
	bool used, on;
};

struct sim_button {
	struct button button; /* First, for struct button * */
	unsigned line;
	button_h *h;
	void *arg;
};

struct sim_output {
	struct output output; /* First, for struct output * */
	unsigned line;
};

static struct line linev[SIM_GPIO_LINES];

static int take(const char *text, unsigned *linep)
{
	const size_t len = strlen(text);
	struct pl pl = { text, len };

	if (!len || len > 2 || strspn(text, "0123456789") != len)
		return EINVAL;

	*linep = pl_u32(&pl);
	if (*linep >= SIM_GPIO_LINES)
		return EINVAL;
	if (linev[*linep].used)
		return EBUSY;

	linev[*linep].used = true;
	return 0;
}

static void give_back(unsigned line)
{
	linev[line].used = linev[line].on = false;
}

/* ---- Buttons ---- */

static void press(struct button *b, bool pressed, uint64_t now)
{
	struct sim_button *sb = (struct sim_button *)b;

	if (linev[sb->line].on == pressed)
		return;

	linev[sb->line].on = pressed;
	sb->h(pressed, now, sb->arg);
}

static bool is_pressed(const struct button *b)
{
	return linev[((const struct sim_button *)b)->line].on;
}

static void button_destructor(void *arg)
{
	give_back(((struct sim_button *)arg)->line);
}

/* A simulated one is pressed, or not: neither low nor bouncing */
int sim_gpio_button(struct button **bp, const struct gpio_params *prm,
		    button_h *h, void *arg)
{
	static const struct button_table table = {
		.set = press,
		.pressed = is_pressed,
	};
	struct sim_button *b;
	unsigned line;
	int err = take(prm->line, &line);

	if (err)
		return err;

	b = mem_zalloc(sizeof(*b), button_destructor);
	if (!b) {
		give_back(line);
		return ENOMEM;
	}

	b->button.table = &table;
	b->line = line;
	b->h = h;
	b->arg = arg;
	*bp = &b->button;
	return 0;
}

/* ---- Outputs ---- */

static int output_switch(struct output *o, bool on)
{
	const unsigned line = ((struct sim_output *)o)->line;

	if (linev[line].on != on)
		log_info("gpio: sim:%u %s\n", line, on ? "on" : "off");

	linev[line].on = on;
	return 0;
}

static bool output_is_on(const struct output *o)
{
	return linev[((const struct sim_output *)o)->line].on;
}

static void output_destructor(void *arg)
{
	struct sim_output *o = arg;

	(void)output_switch(&o->output, false);
	give_back(o->line);
}

int sim_gpio_output(struct output **op, const struct gpio_params *prm)
{
	static const struct output_table table = {
		.set = output_switch,
		.on = output_is_on,
	};
	struct sim_output *o;
	unsigned line;
	int err = take(prm->line, &line);

	if (err)
		return err;

	o = mem_zalloc(sizeof(*o), output_destructor);
	if (!o) {
		give_back(line);
		return ENOMEM;
	}

	o->output.table = &table;
	o->line = line;
	*op = &o->output;
	return 0;
}

int sim_gpio_list(struct re_printf *pf, void *unused)
{
	(void)unused;

	return re_hprintf(pf, "sim:0 to sim:%u\n", SIM_GPIO_LINES - 1);
}

bool sim_gpio_on(unsigned line)
{
	return line < SIM_GPIO_LINES && linev[line].on;
}

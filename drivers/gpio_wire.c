/**
 * @file drivers/gpio_wire.c  GPIO wire
 */
#include "drivers/gpio_wire.h"

int gpio_wire_open(struct gpio_wire *w, const struct gpio_params *prm,
		   bool output)
{
	w->prm = *prm;
	w->output = output;
	str_ncpy(w->chip, prm->chip, sizeof(w->chip));
	str_ncpy(w->name, prm->line, sizeof(w->name));
	w->prm.chip = w->chip;
	w->prm.line = w->name;
	return gpio_line_alloc(&w->line, &w->prm, output, w->label);
}

void gpio_wire_close(struct gpio_wire *w)
{
	w->line = mem_deref(w->line);
}

static void tell(const struct gpio_wire *w, int err)
{
	if (w->prm.stateh)
		w->prm.stateh(w->chip, w->name, err, w->prm.arg);
}

void gpio_wire_lose(struct gpio_wire *w, int err)
{
	if (!w->line)
		return;

	gpio_wire_close(w);
	tell(w, err);
}

int gpio_wire_look(struct gpio_wire *w, bool *on)
{
	const bool was = w->line != NULL;
	int err = 0;

	if (!was)
		err = gpio_line_alloc(&w->line, &w->prm, w->output, w->label);
	if (!err)
		err = gpio_line_get(w->line, on);
	if (err && was)
		gpio_wire_lose(w, err);
	else if (err)
		gpio_wire_close(w);
	else if (!was)
		tell(w, 0);
	return err;
}

int gpio_wire_set(struct gpio_wire *w, bool on)
{
	int err = w->line ? gpio_line_set(w->line, on) : ENODEV;

	if (err)
		gpio_wire_lose(w, err);
	return err;
}

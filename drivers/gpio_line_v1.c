/**
 * @file drivers/gpio_line_v1.c  GPIO line, by libgpiod 1.6 (Debian 12)
 */
#include <gpiod.h>
#include <stdlib.h>
#include "drivers/gpio_line.h"

struct gpio_line {
	struct gpiod_chip *chip;
	struct gpiod_line *line;
};

static void destructor(void *arg)
{
	struct gpio_line *l = arg;

	if (l->chip)
		gpiod_chip_close(l->chip); /* Gives its lines back */
}

static int flags_of(const struct gpio_params *prm)
{
	static const int pullv[] = {
		[GPIO_PULL_BOARD] = 0,
		[GPIO_PULL_UP] = GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP,
		[GPIO_PULL_DOWN] = GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN,
		[GPIO_PULL_NONE] = GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE,
	};

	return pullv[prm->pull] |
	       (prm->low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0);
}

/* @return NULL: no such line */
static struct gpiod_line *find(struct gpiod_chip *chip, const char *line)
{
	if (line[strspn(line, "0123456789")])
		return gpiod_chip_find_line(chip, line);

	return gpiod_chip_get_line(chip, (unsigned)strtoul(line, NULL, 10));
}

int gpio_line_open(struct gpio_line **lp, const char *path, const char *line,
		   const struct gpio_params *prm, bool output)
{
	const struct gpiod_line_request_config config = {
		.consumer = GPIO_LINE_CONSUMER,
		.request_type = output ? GPIOD_LINE_REQUEST_DIRECTION_OUTPUT
				       : GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES,
		.flags = flags_of(prm),
	};
	struct gpio_line *l;
	int err = 0;

	l = mem_zalloc(sizeof(*l), destructor);
	if (!l)
		return ENOMEM;

	l->chip = gpiod_chip_open(path);
	if (!l->chip) {
		err = errno;
		goto out;
	}

	l->line = find(l->chip, line);
	if (!l->line)
		err = EINVAL;
	else if (gpiod_line_request(l->line, &config, 0))
		err = errno;

out:
	if (err)
		mem_deref(l);
	else
		*lp = l;
	return err;
}

int gpio_line_look(const char *path, struct gpio_line_chip *chip)
{
	struct gpiod_chip *c = gpiod_chip_open(path);

	if (!c)
		return errno;

	str_ncpy(chip->label, gpiod_chip_label(c), sizeof(chip->label));
	chip->lines = gpiod_chip_num_lines(c);
	gpiod_chip_close(c);
	return 0;
}

int gpio_line_fd(const struct gpio_line *l)
{
	return gpiod_line_event_get_fd(l->line);
}

int gpio_line_drain(struct gpio_line *l)
{
	struct gpiod_line_event eventv[GPIO_LINE_EVENTS];

	return gpiod_line_event_read_multiple(l->line, eventv,
					      GPIO_LINE_EVENTS) < 0
		       ? errno
		       : 0;
}

int gpio_line_get(const struct gpio_line *l, bool *on)
{
	int value = gpiod_line_get_value(l->line);

	if (value < 0)
		return errno;

	*on = value > 0;
	return 0;
}

int gpio_line_set(struct gpio_line *l, bool on)
{
	return gpiod_line_set_value(l->line, on) ? errno : 0;
}

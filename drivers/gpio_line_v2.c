/**
 * @file drivers/gpio_line_v2.c  GPIO line, by libgpiod 2 (Debian 13)
 */
#include <gpiod.h>
#include <stdlib.h>
#include "drivers/gpio_line.h"

struct gpio_line {
	struct gpiod_line_request *request;
	struct gpiod_edge_event_buffer *events; /* NULL: an output */
	unsigned offset;
};

static void destructor(void *arg)
{
	struct gpio_line *l = arg;

	if (l->request)
		gpiod_line_request_release(l->request);
	gpiod_edge_event_buffer_free(l->events);
}

static enum gpiod_line_bias bias_of(enum gpio_pull pull)
{
	static const enum gpiod_line_bias biasv[] = {
		[GPIO_PULL_BOARD] = GPIOD_LINE_BIAS_AS_IS,
		[GPIO_PULL_UP] = GPIOD_LINE_BIAS_PULL_UP,
		[GPIO_PULL_DOWN] = GPIOD_LINE_BIAS_PULL_DOWN,
		[GPIO_PULL_NONE] = GPIOD_LINE_BIAS_DISABLED,
	};

	return biasv[pull];
}

static int find(struct gpiod_chip *chip, const char *line, unsigned *offset)
{
	int n;

	if (!line[strspn(line, "0123456789")]) {
		*offset = (unsigned)strtoul(line, NULL, 10);
		return 0;
	}

	n = gpiod_chip_get_line_offset_from_name(chip, line);
	if (n < 0)
		return EINVAL;

	*offset = (unsigned)n;
	return 0;
}

static int set_up(struct gpiod_line_settings *s, const struct gpio_params *prm,
		  bool output)
{
	int n;

	gpiod_line_settings_set_active_low(s, prm->low);
	n = gpiod_line_settings_set_bias(s, bias_of(prm->pull));
	if (output) {
		n |= gpiod_line_settings_set_direction(
			s, GPIOD_LINE_DIRECTION_OUTPUT);
		n |= gpiod_line_settings_set_output_value(
			s, GPIOD_LINE_VALUE_INACTIVE);
	} else {
		n |= gpiod_line_settings_set_direction(
			s, GPIOD_LINE_DIRECTION_INPUT);
		n |= gpiod_line_settings_set_edge_detection(
			s, GPIOD_LINE_EDGE_BOTH);
	}

	return n ? EINVAL : 0;
}

static int request(struct gpio_line *l, struct gpiod_chip *chip,
		   const struct gpio_params *prm, bool output)
{
	struct gpiod_line_settings *s = gpiod_line_settings_new();
	struct gpiod_line_config *lines = gpiod_line_config_new();
	struct gpiod_request_config *config = gpiod_request_config_new();
	int err = s && lines && config ? set_up(s, prm, output) : ENOMEM;

	if (err)
		goto out;

	gpiod_request_config_set_consumer(config, GPIO_LINE_CONSUMER);
	if (gpiod_line_config_add_line_settings(lines, &l->offset, 1, s)) {
		err = errno;
		goto out;
	}

	l->request = gpiod_chip_request_lines(chip, config, lines);
	if (!l->request)
		err = errno;

out:
	gpiod_request_config_free(config);
	gpiod_line_config_free(lines);
	gpiod_line_settings_free(s);
	return err;
}

int gpio_line_open(struct gpio_line **lp, const char *path, const char *line,
		   const struct gpio_params *prm, bool output)
{
	struct gpiod_chip *chip = NULL;
	struct gpio_line *l;
	int err;

	l = mem_zalloc(sizeof(*l), destructor);
	if (!l)
		return ENOMEM;

	if (!output) {
		l->events = gpiod_edge_event_buffer_new(GPIO_LINE_EVENTS);
		if (!l->events) {
			err = ENOMEM;
			goto out;
		}
	}

	chip = gpiod_chip_open(path);
	err = chip ? find(chip, line, &l->offset) : errno;
	if (!err)
		err = request(l, chip, prm, output);

out:
	if (chip)
		gpiod_chip_close(chip);
	if (err)
		mem_deref(l);
	else
		*lp = l;
	return err;
}

int gpio_line_look(const char *path, struct gpio_line_chip *chip)
{
	struct gpiod_chip *c = gpiod_chip_open(path);
	struct gpiod_chip_info *info = c ? gpiod_chip_get_info(c) : NULL;
	int err = info ? 0 : errno;

	if (info) {
		str_ncpy(chip->label, gpiod_chip_info_get_label(info),
			 sizeof(chip->label));
		chip->lines = (unsigned)gpiod_chip_info_get_num_lines(info);
		gpiod_chip_info_free(info);
	}
	if (c)
		gpiod_chip_close(c);
	return err;
}

int gpio_line_fd(const struct gpio_line *l)
{
	return gpiod_line_request_get_fd(l->request);
}

int gpio_line_drain(struct gpio_line *l)
{
	return gpiod_line_request_read_edge_events(l->request, l->events,
						   GPIO_LINE_EVENTS) < 0
		       ? errno
		       : 0;
}

int gpio_line_get(const struct gpio_line *l, bool *on)
{
	enum gpiod_line_value value = gpiod_line_request_get_value(l->request,
								   l->offset);

	if (value == GPIOD_LINE_VALUE_ERROR)
		return errno;

	*on = value == GPIOD_LINE_VALUE_ACTIVE;
	return 0;
}

int gpio_line_set(struct gpio_line *l, bool on)
{
	return gpiod_line_request_set_value(l->request, l->offset,
					    on ? GPIOD_LINE_VALUE_ACTIVE
					       : GPIOD_LINE_VALUE_INACTIVE)
		       ? errno
		       : 0;
}

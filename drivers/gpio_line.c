/**
 * @file drivers/gpio_line.c  GPIO line
 *
 * Places; the rest is libgpiod's.
 */
#include "drivers/gpio_line.h"

enum {
	CHIPS = 64, /* Looked at for a label or a list, ours */
};

static const char dev[] = "/dev/gpiochip";

static bool numbered(const struct pl *chip)
{
	static const char word[] = "gpiochip";
	const size_t len = sizeof(word) - 1;

	return chip->l > len && !memcmp(chip->p, word, len) &&
	       strspn(chip->p + len, "0123456789") >= chip->l - len;
}

static int path_of(char path[GPIO_LINE_CHIP], const struct pl *chip)
{
	struct gpio_line_chip facts;

	if (chip->l >= GPIO_LINE_CHIP)
		return ENODEV;
	if (chip->l && *chip->p == '/')
		return pl_strcpy(chip, path, GPIO_LINE_CHIP);
	if (numbered(chip)) {
		(void)re_snprintf(path, GPIO_LINE_CHIP, "/dev/%r", chip);
		return 0;
	}

	for (unsigned i = 0; i < CHIPS; i++) {
		(void)re_snprintf(path, GPIO_LINE_CHIP, "%s%u", dev, i);
		if (!gpio_line_look(path, &facts) &&
		    !pl_strcmp(chip, facts.label))
			return 0;
	}

	return ENODEV;
}

/* The parts of a place: CHIP and LINE */
static int split(const struct gpio_params *prm, struct pl *chip,
		 const char **line)
{
	const char *slash = strrchr(prm->line, '/');

	pl_set_str(chip, prm->chip);
	*line = prm->line;
	if (strcmp(prm->chip, "gpio") != 0)
		return 0;
	if (!slash || slash == prm->line || !slash[1])
		return EINVAL;

	chip->p = prm->line;
	chip->l = (size_t)(slash - prm->line);
	*line = slash + 1;
	return 0;
}

static bool is_labelled(const char *path, const char *label)
{
	struct gpio_line_chip facts;

	return !gpio_line_look(path, &facts) && !strcmp(facts.label, label);
}

/* The chip with that label that is where it was, or else the only one */
static int find_again(char path[GPIO_LINE_CHIP], const char *label)
{
	unsigned found = CHIPS;

	if (is_labelled(path, label))
		return 0;

	for (unsigned i = 0; i < CHIPS; i++) {
		(void)re_snprintf(path, GPIO_LINE_CHIP, "%s%u", dev, i);
		if (!is_labelled(path, label))
			continue;
		if (found < CHIPS)
			return ENODEV;
		found = i;
	}

	(void)re_snprintf(path, GPIO_LINE_CHIP, "%s%u", dev, found);
	return found < CHIPS ? 0 : ENODEV;
}

int gpio_line_alloc(struct gpio_line **lp, const struct gpio_params *prm,
		    bool output, char label[GPIO_LINE_NAME])
{
	struct gpio_line_chip facts = { .lines = 0 };
	char path[GPIO_LINE_CHIP];
	const char *line;
	struct pl chip;
	int err;

	err = split(prm, &chip, &line);
	if (!err)
		err = path_of(path, &chip);
	if (!err && *label)
		err = find_again(path, label);
	if (!err)
		err = gpio_line_look(path, &facts);
	if (!err)
		err = gpio_line_open(lp, path, line, prm, output);
	if (!err)
		memcpy(label, facts.label, sizeof(facts.label));
	return err == ENOENT ? ENODEV : err;
}

int gpio_line_list(struct re_printf *pf, void *unused)
{
	int err = 0;
	(void)unused;

	for (unsigned i = 0; i < CHIPS; i++) {
		struct gpio_line_chip chip;
		char path[GPIO_LINE_CHIP];

		(void)re_snprintf(path, sizeof(path), "%s%u", dev, i);
		if (!gpio_line_look(path, &chip))
			err |= re_hprintf(pf,
					  "gpiochip%u:0 to gpiochip%u:%u  %s\n",
					  i, i, chip.lines - 1, chip.label);
	}

	return err;
}

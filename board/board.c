/**
 * @file board/board.c  Board
 */
#include "board/board.h"
#include "core/base/log.h"

static const struct board *const boardv[] = { &board_sim };

const struct board *board_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(boardv); i++) {
		if (!strcmp(boardv[i]->name, name))
			return boardv[i];
	}
	return NULL;
}

int board_sound_alloc(const struct board *b, struct sound **sp,
		      const char *device, const struct sound_prefs *prefs)
{
	const struct board_sound *s;
	const char *colon;
	size_t len;

	if (!device || !*device)
		device = b->sound;

	colon = strchr(device, ':');
	len = colon ? (size_t)(colon - device) : strlen(device);
	for (s = b->soundv; s->scheme; s++) {
		if (strlen(s->scheme) == len && !memcmp(s->scheme, device, len))
			return s->alloc(sp, colon ? colon + 1 : "", prefs);
	}

	log_warning("sound: '%s': no such device; alsa:NAME, sim:tone, "
		    "sim:file=IN.wav,OUT.wav or none\n",
		    device);
	return EINVAL;
}

/* @return ENOSYS there is no such scheme */
static int camera_alloc(const struct board_camera *c, struct camera **cp,
			const char *device)
{
	*cp = NULL;
	for (; c->scheme; c++) {
		const size_t len = strlen(c->scheme);

		if (strncmp(c->scheme, device, len))
			continue;
		if (c->alloc && (!device[len] || device[len] == ':'))
			return c->alloc(cp, device + len + !!device[len]);
		if (!c->alloc && !device[len])
			return 0;
	}

	return ENOSYS;
}

int board_camera_alloc(const struct board *b, struct camera **cp,
		       const char *device)
{
	int err = camera_alloc(b->camerav, cp, device);

	if (err != ENOSYS)
		return err;

	log_warning("camera: '%s': no such device; v4l2:/dev/videoN, "
		    "sim:pattern, sim:file=FILE or none\n",
		    device);
	return EINVAL;
}

int board_screen_alloc(const struct board *b, struct camera **cp,
		       const char *device)
{
	int err = camera_alloc(b->screenv, cp, device);

	if (err != ENOSYS)
		return err;

	log_warning("screen: '%s': no such device; drm, drm:/dev/dri/cardN, "
		    "sim:slides or none\n",
		    device);
	return EINVAL;
}

int board_display_alloc(const struct board *b, struct display **dp,
			const char *device)
{
	*dp = NULL;
	for (const struct board_display *d = b->displayv; d->scheme; d++) {
		const size_t len = strlen(d->scheme);

		if (!strncmp(d->scheme, device, len))
			return d->alloc(dp, device + len);
	}

	log_warning("display: '%s': no such device; drm, drm=/dev/dri/cardN, "
		    "file=DIRECTORY or none\n",
		    device);
	return EINVAL;
}

static int camera_list(struct re_printf *pf, const struct board_camera *c)
{
	int err = 0;

	for (; c->scheme; c++)
		err |= c->list ? c->list(pf, NULL)
			       : re_hprintf(pf, "%s\n", c->scheme);
	return err;
}

int board_camera_list(struct re_printf *pf, const struct board *b)
{
	return camera_list(pf, b->camerav);
}

int board_screen_list(struct re_printf *pf, const struct board *b)
{
	return camera_list(pf, b->screenv);
}

int board_display_list(struct re_printf *pf, const struct board *b)
{
	int err = 0;

	for (const struct board_display *d = b->displayv; d->scheme; d++)
		err |= d->list ? d->list(pf, NULL)
			       : re_hprintf(pf, "%s\n", d->word);
	return err;
}

int board_coder_list(struct re_printf *pf, const struct board *b)
{
	int err = b->codecs ? b->codecs(pf, NULL) : 0;

	for (const struct coder *c = b->coderv; c->name; c++) {
		if (!c->hardware)
			err |= re_hprintf(pf, "%s  %s%s%s\n", c->name, c->codec,
					  c->encoder ? " encode" : "",
					  c->decoder ? " decode" : "");
	}
	return err;
}

int board_sound_list(struct re_printf *pf, const struct board *b)
{
	int err = 0;

	for (const struct board_sound *s = b->soundv; s->scheme; s++)
		err |= s->list ? s->list(pf, NULL)
			       : re_hprintf(pf, "%s\n", s->scheme);
	return err;
}

/* Whether a chip is one of that driver's: its name, or that and a number */
static bool is_chip(const struct board_gpio *g, const char *chip)
{
	size_t len = strlen(g->chip);
	const char *number = chip + len;

	if (strncmp(g->chip, chip, len))
		return false;

	return g->numbered
		       ? *number && number[strspn(number, "0123456789")] == '\0'
		       : !*number;
}

const struct board_gpio *board_gpio(const struct board *b, const char *chip)
{
	for (const struct board_gpio *g = b->gpiov; g->chip; g++) {
		if (is_chip(g, chip))
			return g;
	}

	return NULL;
}

int board_button_alloc(const struct board *b, struct button **bp,
		       const struct gpio_params *prm, button_h *h, void *arg)
{
	const struct board_gpio *g = board_gpio(b, prm->chip);

	return g ? g->button(bp, prm, h, arg) : ENODEV;
}

int board_output_alloc(const struct board *b, struct output **op,
		       const struct gpio_params *prm)
{
	const struct board_gpio *g = board_gpio(b, prm->chip);

	return g && g->output ? g->output(op, prm) : ENODEV;
}

int board_gpio_list(struct re_printf *pf, const struct board *b)
{
	int err = 0;

	for (const struct board_gpio *g = b->gpiov; g->chip; g++)
		err |= g->list ? g->list(pf, NULL) : 0;
	return err;
}

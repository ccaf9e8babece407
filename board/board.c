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

int board_sound_list(struct re_printf *pf, const struct board *b)
{
	int err = 0;

	for (const struct board_sound *s = b->soundv; s->scheme; s++)
		err |= s->list ? s->list(pf, NULL)
			       : re_hprintf(pf, "%s\n", s->scheme);
	return err;
}

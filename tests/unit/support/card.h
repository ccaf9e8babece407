/**
 * @file tests/unit/support/card.h  A graphics card that a test drives
 *
 *     drm_screen -> drm_lib -> [card]
 *
 * libdrm is a fake with one screen, whose buffer is a file of memory.
 */
#ifndef TESTS_UNIT_SUPPORT_CARD_H
#define TESTS_UNIT_SUPPORT_CARD_H

#include "core/base/re.h"

/** Any device that can be opened stands for the card */
#define CARD_PATH "/dev/null"

enum {
	CARD_WIDTH = 64, /* Of what is shown */
	CARD_HEIGHT = 48,
	CARD_STRIDE = 512,
	CARD_LINES = 60,
};

extern struct card {
	bool connected, lit;
	bool hidden; /* Not for us, unless we draw */
	bool free;   /* Nobody else does           */
	bool owned;  /* We do                      */
	uint32_t fourcc;
	uint64_t modifier;
	unsigned x, y;
	int memory;
	uint8_t *mem;
	int handles, things, brackets; /* That are to be given back */
	unsigned exports;
} card;

/** Put it in libdrm's place. @return 0 or errno */
int card_init(void);
void card_close(void);

/** Lit, visible, XRGB8888, at 0, 0 */
void card_reset(void);

/** All that is seen is of that colour */
void card_paint(uint32_t xrgb, uint16_t rgb565);

#endif

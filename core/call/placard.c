/**
 * @file core/call/placard.c  Placard
 *
 * All is grey, so that only lines of luma have to be drawn; in units of a
 * twelfth of the height, from the middle.
 */
#include <stdlib.h>
#include "core/call/placard.h"

enum {
	UNITS = 12,	  /* In the height                       */
	LUMA_BLACK = 16,  /* BT.601, limited range               */
	LUMA_GROUND = 70, /* Dark grey, ours                     */
	LUMA_INK = 180,	  /* Light grey, ours                    */
	CHROMA_GREY = 128,
	BODY_LEFT = -4, /* The camera, [units]                   */
	BODY_RIGHT = 2,
	BODY_HALF = 2, /* Of its height                          */
	LENS_LEFT = 2,
	LENS_RIGHT = 4,
	BAR_HALF = 5, /* Of the bar's extent across and down     */
	BAR_WIDE = 2, /* Quarters of a unit, each side           */
	QUARTERS = 4,
};

/* Whether (x, y) from the middle is part of it; u is a unit [pixels] */
static bool is_body(int x, int y, int u)
{
	return x >= BODY_LEFT * u && x < BODY_RIGHT * u &&
	       abs(y) <= BODY_HALF * u;
}

/* A funnel that widens to the right */
static bool is_lens(int x, int y, int u)
{
	return x > LENS_LEFT * u && x < LENS_RIGHT * u &&
	       abs(y) <= x - LENS_LEFT * u + u / 2;
}

/* From below left to above right */
static bool is_bar(int x, int y, int u, int wide)
{
	return abs(x + y) <= wide * u / QUARTERS && abs(x) <= BAR_HALF * u &&
	       abs(y) <= BAR_HALF * u;
}

static uint8_t luma(int x, int y, int u)
{
	if (is_bar(x, y, u, BAR_WIDE))
		return LUMA_INK;
	if (is_bar(x, y, u, BAR_WIDE * 2)) /* Sets it off from the body */
		return LUMA_GROUND;

	return is_body(x, y, u) || is_lens(x, y, u) ? LUMA_INK : LUMA_GROUND;
}

static void draw(struct frame *f)
{
	const int width = (int)f->width, height = (int)f->height;
	const int u = MIN(width, height) / UNITS;

	for (int y = 0; y < height; y++) {
		uint8_t *line = f->planev[0] + f->stridev[0] * (size_t)y;

		for (int x = 0; x < width; x++)
			line[x] = luma(x - width / 2, y - height / 2, u);
	}
}

static void fill(struct frame *f)
{
	const size_t half = f->height / 2;

	memset(f->planev[0], LUMA_BLACK, f->stridev[0] * f->height);
	for (unsigned i = 1; i < FRAME_PLANES; i++) {
		if (f->planev[i])
			memset(f->planev[i], CHROMA_GREY, f->stridev[i] * half);
	}
}

int placard_alloc(struct frame **fp, enum placard what, unsigned formats,
		  unsigned width, unsigned height)
{
	const bool nv12 = !(formats & FRAME_BIT(FRAME_I420)) &&
			  formats & FRAME_BIT(FRAME_NV12);
	int err = frame_alloc(fp, nv12 ? FRAME_NV12 : FRAME_I420, width,
			      height);

	if (err)
		return err;

	fill(*fp);
	if (what == PLACARD_AWAY)
		draw(*fp);
	return 0;
}

static void released(struct frame *f, void *arg)
{
	(void)f;

	mem_deref(arg);
}

int placard_at(struct frame **fp, struct frame *card, uint64_t time)
{
	struct frame *f;
	int err;

	err = frame_wrap(&f, card->format, card->width, card->height, released,
			 card);
	if (err)
		return err;

	(void)mem_ref(card);
	memcpy(f->planev, card->planev, sizeof(f->planev));
	memcpy(f->stridev, card->stridev, sizeof(f->stridev));
	f->time = time;
	*fp = f;
	return 0;
}

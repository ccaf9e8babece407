/**
 * @file app/exposure.c  Exposure
 */
#include "app/exposure.h"

enum {
	GRID = 8, /* Every so many pixels are looked at */
	WHOLE = 100,
};

void exposure_put(struct exposure *e, const struct frame *f)
{
	const unsigned step = f->format == FRAME_YUYV ? 2 : 1;

	if (f->format > FRAME_YUYV)
		return;

	for (unsigned y = 0; y < f->height; y += GRID) {
		const uint8_t *line = f->planev[0] + y * f->stridev[0];

		for (unsigned x = 0; x < f->width; x += GRID) {
			const uint8_t luma = line[x * step];

			e->luma += luma;
			e->black += luma <= EXPOSURE_BLACK;
			e->white += luma >= EXPOSURE_WHITE;
			++e->pixels;
		}
	}
}

unsigned exposure_mean(const struct exposure *e)
{
	return e->pixels ? (unsigned)(e->luma / e->pixels) : 0;
}

static unsigned share(const struct exposure *e, uint64_t n)
{
	return e->pixels ? (unsigned)(n * WHOLE / e->pixels) : 0;
}

/* NULL: fine */
static const char *fault(const struct exposure *e)
{
	const unsigned mean = exposure_mean(e);

	if (mean < EXPOSURE_DARK)
		return "too dark: is the lens covered, or is there no light?";
	if (mean > EXPOSURE_BRIGHT)
		return "too bright: does a lamp or the sun shine in?";
	if (share(e, e->white) >= EXPOSURE_CLIPPED)
		return "too bright in places: is a lamp, a window or the sky "
		       "behind?";
	if (share(e, e->black) >= EXPOSURE_CLIPPED)
		return "too dark in places: is there light from the front?";
	return NULL;
}

bool exposure_fine(const struct exposure *e)
{
	return e->pixels && !fault(e);
}

int exposure_print(struct re_printf *pf, const struct exposure *e)
{
	const char *what = fault(e);

	if (!e->pixels)
		return re_hprintf(pf, "exposure is not known");

	return re_hprintf(pf,
			  "exposure is %s%s brightness %u of %u to %u, "
			  "%u %% white, %u %% black",
			  what ? what : "fine", what ? "" : ":",
			  exposure_mean(e), EXPOSURE_BLACK, EXPOSURE_WHITE,
			  share(e, e->white), share(e, e->black));
}

/**
 * @file drivers/overlay.c  Overlay
 */
#include "drivers/overlay.h"

enum {
	XRGB_BYTES = 4, /* A pixel */
};

bool overlay_set(struct display_overlay *o, const struct display_overlay *to)
{
	const struct display_overlay old = *o;

	o->band = mem_ref(to->band);
	o->inset = mem_ref(to->inset);
	mem_deref(old.band);
	mem_deref(old.inset);
	return old.band != o->band || old.inset != o->inset;
}

void overlay_clear(struct display_overlay *o)
{
	o->band = mem_deref(o->band);
	o->inset = mem_deref(o->inset);
}

struct pixels_rect overlay_band(const struct display_overlay *o, unsigned width,
				unsigned height)
{
	struct pixels_rect r = { .width = 0 };

	if (!o->band || height < 2 * OVERLAY_BAND)
		return r;

	r = pixels_fit(o->band->width, o->band->height, width,
		       height / OVERLAY_BAND);
	r.y = 0;
	return r;
}

struct pixels_rect overlay_inset(const struct display_overlay *o,
				 unsigned width, unsigned height)
{
	const unsigned margin = width / OVERLAY_MARGIN & ~1U;
	struct pixels_rect r = { .width = 0 };

	if (!o->inset || width < 2 * OVERLAY_INSET ||
	    height < 2 * OVERLAY_INSET)
		return r;

	r = pixels_fit(o->inset->width, o->inset->height, width / OVERLAY_INSET,
		       height / OVERLAY_INSET);
	r.x = (width - r.width - margin) & ~1U;
	r.y = (height - r.height - MIN(margin, height - r.height)) & ~1U;
	return r;
}

static int part_of_screen(struct pixels *px, const struct pixels_screen *screen,
			  const struct pixels_rect *r, const struct frame *f)
{
	const struct pixels_screen part = {
		.mem = screen->mem + r->y * screen->stride +
		       (size_t)r->x * XRGB_BYTES,
		.stride = screen->stride,
		.width = r->width,
		.height = r->height,
	};

	return r->height ? pixels_to_screen(px, &part, f) : 0;
}

int overlay_to_screen(const struct display_overlay *o, struct pixels *px,
		      const struct pixels_screen *screen)
{
	const struct pixels_rect band = overlay_band(o, screen->width,
						     screen->height);
	const struct pixels_rect inset = overlay_inset(o, screen->width,
						       screen->height);
	int err = part_of_screen(px, screen, &band, o->band);

	return err ? err : part_of_screen(px, screen, &inset, o->inset);
}

static int part_of_frame(struct pixels *px, const struct frame *whole,
			 const struct pixels_rect *r, const struct frame *f)
{
	struct frame part = {
		.format = FRAME_I420,
		.width = r->width,
		.height = r->height,
	};

	if (!r->height)
		return 0;

	for (unsigned i = 0; i < FRAME_PLANES; i++) {
		const unsigned step = i ? 2 : 1;

		part.stridev[i] = whole->stridev[i];
		part.planev[i] = whole->planev[i] +
				 r->y / step * whole->stridev[i] + r->x / step;
	}
	return pixels_to_i420(px, &part, f);
}

int overlay_to_frame(const struct display_overlay *o, struct pixels *px,
		     struct frame *f)
{
	const struct pixels_rect band = overlay_band(o, f->width, f->height);
	const struct pixels_rect inset = overlay_inset(o, f->width, f->height);
	int err = part_of_frame(px, f, &band, o->band);

	return err ? err : part_of_frame(px, f, &inset, o->inset);
}

/**
 * @file tests/unit/test_overlay.c  Tests of what lies over the picture
 */
#include <stdlib.h>
#include "tests/unit/test.h"
#include "drivers/overlay.h"

enum {
	WHITE = 235,
	GREY = 126,
	DARK = 40,
	CHROMA = 128,
	XRGB = 4,
};

static struct frame *plain(unsigned width, unsigned height, uint8_t luma)
{
	struct frame *f;

	assert_int_equal(frame_alloc(&f, FRAME_I420, width, height), 0);
	memset(f->planev[0], luma, f->stridev[0] * height);
	memset(f->planev[1], CHROMA, f->stridev[1] * height / 2);
	memset(f->planev[2], CHROMA, f->stridev[2] * height / 2);
	return f;
}

static void test_overlay_lies_above_and_in_the_corner(void **state)
{
	static const struct {
		unsigned width, height;
		struct pixels_rect band, inset;
	} casev[] = {
		{ 640, 360, { 0, 0, 640, 40 }, { 500, 250, 120, 90 } },
		{ 1024, 768, { 0, 0, 1024, 64 }, { 736, 544, 256, 192 } },
		{ 480, 800, { 0, 0, 480, 30 }, { 346, 696, 120, 90 } },
		{ 1920, 32, { 880, 0, 160, 10 }, { 1850, 0, 10, 8 } },
		{ 16, 16, { 0, 0, 16, 2 }, { 12, 14, 4, 2 } },
		{ 4, 4, { 0, 0, 0, 0 }, { 0, 0, 0, 0 } },
	};
	struct display_overlay o = { .band = plain(640, 40, WHITE),
				     .inset = plain(160, 120, GREY) };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		const struct pixels_rect b = overlay_band(&o, casev[i].width,
							  casev[i].height);
		const struct pixels_rect r = overlay_inset(&o, casev[i].width,
							   casev[i].height);

		assert_memory_equal(&b, &casev[i].band, sizeof(b));
		assert_memory_equal(&r, &casev[i].inset, sizeof(r));
	}
	overlay_clear(&o);
	assert_false(overlay_any(&o));
}

static void test_overlay_stays_on_any_screen(void **state)
{
	(void)state;

	srand(1);
	for (unsigned i = 0; i < 1000; i++) {
		struct display_overlay o = {
			.band = plain(16 + 2 * ((unsigned)rand() % 400),
				      16 + 2 * ((unsigned)rand() % 20), WHITE),
			.inset = plain(16 + 2 * ((unsigned)rand() % 100),
				       16 + 2 * ((unsigned)rand() % 100), GREY),
		};
		const unsigned w = 2 + (unsigned)rand() % 2000;
		const unsigned h = 2 + (unsigned)rand() % 2000;
		const struct pixels_rect b = overlay_band(&o, w, h);
		const struct pixels_rect r = overlay_inset(&o, w, h);

		assert_true(b.x + b.width <= w && b.y + b.height <= h);
		assert_true(r.x + r.width <= w && r.y + r.height <= h);
		assert_false((r.x | r.y | b.x | b.y) % 2);
		overlay_clear(&o);
	}
}

static uint8_t luma(const struct frame *f, unsigned x, unsigned y)
{
	return f->planev[0][y * f->stridev[0] + x];
}

static void test_overlay_is_drawn_over_the_picture(void **state)
{
	struct display_overlay kept = { .band = NULL };
	struct display_overlay o = { .band = plain(640, 40, WHITE),
				     .inset = plain(160, 120, GREY) };
	const struct pixels_screen screen = {
		.mem = calloc(640 * 360, XRGB),
		.stride = (size_t)640 * XRGB,
		.width = 640,
		.height = 360,
	};
	struct frame *f = plain(640, 360, DARK);
	struct pixels px = { .mem = NULL };
	(void)state;

	assert_non_null(screen.mem);
	assert_int_equal(overlay_to_frame(&kept, &px, f), 0);
	assert_int_equal(luma(f, 320, 20), DARK);
	assert_true(overlay_set(&kept, &o));
	assert_false(overlay_set(&kept, &o));
	assert_int_equal(overlay_to_frame(&kept, &px, f), 0);
	assert_int_equal(luma(f, 320, 39), WHITE);
	assert_int_equal(luma(f, 320, 40), DARK);
	assert_int_equal(luma(f, 500, 250), GREY);
	assert_int_equal(luma(f, 619, 339), GREY);
	assert_int_equal(luma(f, 498, 250), DARK);
	assert_int_equal(luma(f, 620, 340), DARK);

	assert_int_equal(overlay_to_screen(&kept, &px, &screen), 0);
	assert_int_equal(screen.mem[39 * screen.stride + 320 * XRGB], 255);
	assert_int_equal(screen.mem[40 * screen.stride + 320 * XRGB], 0);
	assert_in_range(screen.mem[250 * screen.stride + 500 * XRGB + 1], 126,
			130);
	overlay_clear(&o);
	assert_true(overlay_set(&kept, &o));
	free(screen.mem);
	mem_deref(f);
	pixels_close(&px);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_overlay_lies_above_and_in_the_corner),
		cmocka_unit_test(test_overlay_stays_on_any_screen),
		cmocka_unit_test(test_overlay_is_drawn_over_the_picture),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}

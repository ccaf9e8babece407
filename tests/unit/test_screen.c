/**
 * @file tests/unit/test_screen.c  Tests of who is shown
 */
#include "core/call/screen.h"
#include "tests/unit/test.h"

static struct {
	unsigned shown, cleared;
	int err;
} seen;

static int show(struct display *d, struct frame *f, uint64_t now)
{
	(void)d;
	(void)f;
	(void)now;

	++seen.shown;
	return seen.err;
}

static void clear(struct display *d)
{
	(void)d;

	++seen.cleared;
}

static int print(struct re_printf *pf, const struct display *d)
{
	(void)d;

	return re_hprintf(pf, "fake");
}

static const struct display_table table = { show, clear, print };

static struct screen *make(void)
{
	struct display *d = mem_zalloc(sizeof(*d), NULL);
	struct screen *s;

	memset(&seen, 0, sizeof(seen));
	d->table = &table;
	assert_int_equal(screen_alloc(&s, d), 0);
	mem_deref(d);
	return s;
}

static void test_screen_shows_who_came_last(void **state)
{
	struct screen_user a = { .le = LE_INIT }, b = { .le = LE_INIT };
	struct screen *s = make();
	struct frame *f;
	(void)state;

	assert_int_equal(frame_alloc(&f, FRAME_I420, 16, 16), 0);
	screen_show(s, &a, f, 1);
	assert_int_equal(seen.shown, 0);
	screen_attach(s, &a);
	screen_attach(s, &a);
	screen_show(s, &a, f, 2);
	assert_int_equal(seen.shown, 1);
	screen_attach(s, &b);
	screen_show(s, &a, f, 3);
	assert_int_equal(seen.shown, 1);
	screen_show(s, &b, f, 3);
	assert_int_equal(seen.shown, 2);
	screen_detach(s, &b);
	assert_int_equal(seen.cleared, 0);
	screen_show(s, &a, f, 4);
	assert_int_equal(seen.shown, 3);
	mem_deref(f);
	screen_detach(s, &a);
	screen_detach(s, &a);
	assert_int_equal(seen.cleared, 1);
	mem_deref(s);
}

static void test_screen_goes_on_when_its_display_fails(void **state)
{
	struct screen_user a = { .le = LE_INIT };
	struct screen *s = make();
	struct frame *f;
	(void)state;

	assert_int_equal(frame_alloc(&f, FRAME_I420, 16, 16), 0);
	screen_attach(s, &a);
	seen.err = ENODEV;
	screen_show(s, &a, f, 1);
	screen_show(s, &a, f, 2);
	seen.err = 0;
	screen_show(s, &a, f, 3);
	assert_int_equal(seen.shown, 3);
	mem_deref(f);
	screen_detach(s, &a);
	mem_deref(s);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_screen_shows_who_came_last),
		cmocka_unit_test(test_screen_goes_on_when_its_display_fails),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}

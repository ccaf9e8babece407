/**
 * @file tests/unit/test_screen.c  Tests of who is shown
 */
#include "core/call/screen.h"
#include "tests/unit/test.h"

static struct {
	unsigned shown, cleared, lost, back;
	int err;
	struct display *display;
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

static const struct display_table table = {
	.show = show,
	.clear = clear,
	.print = print,
};

static struct screen *make(int at_first, struct event_bus *events)
{
	struct display *d = mem_zalloc(sizeof(*d), NULL);
	struct screen *s;

	memset(&seen, 0, sizeof(seen));
	d->table = &table;
	d->err = at_first;
	assert_int_equal(screen_alloc(&s, d, "fake", events), 0);
	seen.display = d;
	mem_deref(d);
	return s;
}

static void test_screen_shows_who_came_last(void **state)
{
	struct screen_user a = { .le = LE_INIT }, b = { .le = LE_INIT };
	struct screen *s = make(0, NULL);
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
	struct screen *s = make(0, NULL);
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

static void on_event(const struct event *ev, void *arg)
{
	(void)arg;
	assert_string_equal(
		json_string_value(json_object_get(ev->json, "device")), "fake");
	seen.lost += ev->type == EVENT_DEVICE_LOST;
	seen.back += ev->type == EVENT_DEVICE_BACK;
}

static void test_screen_tells_when_its_display_goes_and_comes(void **state)
{
	struct event_listener *listener;
	struct event_bus *events;
	struct screen *s;
	(void)state;

	assert_int_equal(event_bus_alloc(&events), 0);
	assert_int_equal(event_listen(&listener, events, on_event, NULL), 0);
	for (int at_first = 0; at_first <= ENODEV; at_first += ENODEV) {
		s = make(at_first, events);
		assert_int_equal(seen.lost, at_first ? 1 : 0);
		display_tell(seen.display, ENODEV);
		display_tell(seen.display, EIO);
		assert_int_equal(seen.lost, 1);
		display_tell(seen.display, 0);
		display_tell(seen.display, 0);
		assert_int_equal(seen.back, 1);
		mem_ref(seen.display);
		mem_deref(s);
		display_tell(seen.display, ENODEV);
		assert_int_equal(seen.lost, 1);
		mem_deref(seen.display);
	}
	mem_deref(listener);
	mem_deref(events);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_screen_shows_who_came_last),
		cmocka_unit_test(test_screen_goes_on_when_its_display_fails),
		cmocka_unit_test(
			test_screen_tells_when_its_display_goes_and_comes),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}

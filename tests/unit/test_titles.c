/**
 * @file tests/unit/test_titles.c  Tests of what is said on the display
 */
#include "tests/unit/test.h"
#include "core/base/loop.h"
#include "core/call/call_parts.h"
#include "core/call/calls_parts.h"
#include "core/call/titles.h"
#include "tests/unit/support/optics.h"

static struct {
	struct display_overlay o;
	unsigned calls;
} seen;

static int show(struct display *d, struct frame *f, uint64_t now)
{
	(void)d;
	(void)f;
	(void)now;
	return 0;
}

static void clear(struct display *d)
{
	(void)d;
}

static int print(struct re_printf *pf, const struct display *d)
{
	(void)d;
	return re_hprintf(pf, "fake");
}

static void overlay(struct display *d, const struct display_overlay *o,
		    uint64_t now)
{
	(void)d;
	(void)now;
	seen.o = *o;
	++seen.calls;
}

static const struct display_table table = { show, clear, print, overlay };

struct rig {
	struct event_bus *events;
	struct display display;
	struct screen *screen;
	struct mirror *mirror;
	struct optics_camera *camera;
	struct titles *titles;
	struct call call, other;
	struct calls calls;
};

static void ignore_frame(struct frame *f, uint64_t now, void *arg)
{
	(void)f;
	(void)now;
	(void)arg;
}

static void ignore_state(int err, void *arg)
{
	(void)err;
	(void)arg;
}

static struct rig *begin(bool band, bool view)
{
	static char to[] = "sip:anna@example.org;transport=ws";
	static char other[] = "sip:ben@example.org";
	static struct rig r;
	struct display *d;

	memset(&r, 0, sizeof(r));
	memset(&seen, 0, sizeof(seen));
	d = mem_zalloc(sizeof(*d), NULL);
	d->table = &table;
	r.camera = optics_camera();
	assert_int_equal(event_bus_alloc(&r.events), 0);
	assert_int_equal(screen_alloc(&r.screen, d, "fake", r.events), 0);
	assert_int_equal(mirror_alloc(&r.mirror, &r.camera->camera), 0);
	assert_int_equal(titles_alloc(&r.titles, &r.calls, r.screen,
				      view ? r.mirror : NULL, band, r.events),
			 0);
	mem_deref(d);
	r.call.to = to;
	r.other.to = other;
	return &r;
}

static void end(struct rig *r)
{
	mem_deref(r->titles);
	assert_null(seen.o.band);
	assert_null(seen.o.inset);
	mem_deref(r->screen);
	mem_deref(r->mirror);
	mem_deref(r->camera);
	mem_deref(r->events);
}

static void pass(uint64_t time)
{
	loop_virtual_run(clock_now() + time, NULL, NULL);
}

static void ring(struct rig *r, struct call *c, enum call_state state)
{
	c->state = state;
	c->answered = state == CALL_UP ? clock_now() : 0;
	event_emit(r->events, EVENT_CONNECTING, "call", 1, NULL);
	pass(CLOCK_MS);
}

static void add(struct rig *r, struct call *c, enum call_state state)
{
	r->calls.callv[r->calls.callc++] = c;
	ring(r, c, state);
}

static void check(const struct rig *r, const char *who, const char *what)
{
	assert_string_equal(titles_text(r->titles)->who, who);
	assert_string_equal(titles_text(r->titles)->what, what);
}

static void test_titles_say_how_the_call_stands(void **state)
{
	static const struct {
		enum call_state state;
		const char *what;
	} casev[] = {
		{ CALL_GATHERING, "is being called" },
		{ CALL_CALLING, "is being called" },
		{ CALL_RINGING, "it rings there" },
		{ CALL_INCOMING, "is calling" },
		{ CALL_ANSWERING, "is being answered" },
		{ CALL_ENDING, "is being hung up" },
	};
	struct rig *r = begin(true, true);
	(void)state;

	pass(CLOCK_S);
	assert_int_equal(seen.calls, 0);
	add(r, &r->call, CALL_GATHERING);
	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		ring(r, &r->call, casev[i].state);
		check(r, "anna@example.org", casev[i].what);
		assert_non_null(seen.o.band);
		assert_null(seen.o.inset);
	}
	end(r);
}

static void test_titles_count_the_time_and_say_who_holds(void **state)
{
	struct rig *r = begin(true, true);
	(void)state;

	add(r, &r->call, CALL_UP);
	r->call.shows = SIGHT_CAMERA;
	r->call.sees = SESSION_PICTURE;
	pass(65 * CLOCK_S);
	check(r, "anna@example.org", "in call 1:05");
	r->call.hold.remote = true;
	pass(CLOCK_S);
	check(r, "anna@example.org", "holds the call 1:06");
	r->call.hold.on = r->call.muted = true;
	pass(CLOCK_S);
	check(r, "anna@example.org", "is on hold 1:07, microphone off");
	r->call.sees = SESSION_DARK;
	r->call.shows = SIGHT_SCREEN;
	r->call.hold.on = r->call.hold.remote = r->call.muted = false;
	pass(CLOCK_S);
	check(r, "anna@example.org",
	      "in call 1:08, the screen is shown, no picture comes");
	end(r);
}

static void test_titles_say_why_it_ended_for_a_while(void **state)
{
	struct rig *r = begin(true, true);
	(void)state;

	add(r, &r->call, CALL_RINGING);
	r->calls.callc = 0;
	event_emit(r->events, EVENT_TERMINATED, "call", 1, "code:u reason:s",
		   486u, "Busy Here");
	pass(CLOCK_S);
	check(r, "anna@example.org", "has ended: Busy Here");
	pass(TITLES_END);
	check(r, "", "");
	assert_null(seen.o.band);
	seen.calls = 0;
	pass(60 * CLOCK_S);
	assert_int_equal(seen.calls, 0); /* Nothing is done in between */
	end(r);
}

static void test_titles_are_of_who_rings_then_of_who_talks(void **state)
{
	struct rig *r = begin(true, true);
	(void)state;

	add(r, &r->call, CALL_UP);
	add(r, &r->other, CALL_INCOMING);
	check(r, "ben@example.org", "is calling");
	r->call.hold.on = true;
	ring(r, &r->other, CALL_UP);
	assert_string_equal(titles_text(r->titles)->who, "ben@example.org");
	r->call.hold.on = false;
	r->other.hold.on = true;
	pass(CLOCK_S);
	assert_string_equal(titles_text(r->titles)->who, "anna@example.org");
	end(r);
}

static void test_titles_show_our_picture_or_that_it_is_off(void **state)
{
	const struct camera_prefs prefs = { .fps = 30 };
	struct rig *r = begin(true, true);
	struct camera_format fmt;
	(void)state;

	assert_int_equal(camera_start(mirror_camera(r->mirror), &prefs, &fmt,
				      ignore_frame, ignore_state, NULL),
			 0);
	add(r, &r->call, CALL_UP);
	r->call.shows = SIGHT_CAMERA;
	pass(CLOCK_S);
	assert_null(seen.o.inset);
	assert_true(optics_shoot(r->camera, clock_now()));
	pass(CLOCK_S);
	assert_non_null(seen.o.inset);
	assert_ptr_equal(seen.o.inset, mirror_picture(r->mirror));
	r->call.black = true;
	pass(CLOCK_S);
	assert_non_null(seen.o.inset);
	assert_ptr_not_equal(seen.o.inset, mirror_picture(r->mirror));
	assert_non_null(strstr(titles_text(r->titles)->what, "camera off"));
	r->call.shows = SIGHT_SCREEN;
	pass(CLOCK_S);
	assert_null(seen.o.inset);
	camera_stop(mirror_camera(r->mirror));
	end(r);
}

static void test_titles_can_be_switched_off(void **state)
{
	struct rig *r = begin(false, true);
	(void)state;

	add(r, &r->call, CALL_UP);
	assert_null(seen.o.band);
	assert_non_null(seen.o.inset);
	end(r);

	r = begin(true, false);
	add(r, &r->call, CALL_UP);
	assert_non_null(seen.o.band);
	assert_null(seen.o.inset);
	end(r);
}

static int set_up(void **state)
{
	(void)state;
	pass(CLOCK_MS);
	return 0;
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_titles_say_how_the_call_stands),
		cmocka_unit_test(test_titles_count_the_time_and_say_who_holds),
		cmocka_unit_test(test_titles_say_why_it_ended_for_a_while),
		cmocka_unit_test(
			test_titles_are_of_who_rings_then_of_who_talks),
		cmocka_unit_test(
			test_titles_show_our_picture_or_that_it_is_off),
		cmocka_unit_test(test_titles_can_be_switched_off),
	};

	return cmocka_run_group_tests(testv, set_up, NULL);
}

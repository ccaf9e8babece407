/**
 * @file tests/unit/support/atelier.c  A studio with all that it needs
 */
#include "tests/unit/test.h"
#include "tests/unit/support/atelier.h"

static void on_event(const struct event *ev, void *arg)
{
	struct atelier *r = arg;

	r->lost += ev->type == EVENT_DEVICE_LOST;
	r->back += ev->type == EVENT_DEVICE_BACK;
}

void atelier_unit(const struct encoder_unit *unit, uint64_t now, void *arg)
{
	struct atelier_user *u = arg;
	(void)now;

	assert_true(!u->fresh || unit->key);
	u->fresh = false;
	++u->units;
	u->keys += unit->key;
	u->key = unit->key;
	u->width = unit->width;
	if (u->leaves)
		studio_detach(u->st, &u->u);
}

void atelier_set(struct atelier *r, const char *key, const char *value)
{
	char why[CONFIG_TEXT_MAX];

	assert_int_equal(
		config_set(r->cfg, "video", key, value, why, sizeof(why)), 0);
}

struct atelier atelier_make(void)
{
	struct atelier r = { .silent = false };

	optics_reset();
	loop_virtual_run(clock_now() + CLOCK_MS, NULL, NULL);
	r.cam = optics_camera();
	assert_non_null(r.cam);
	assert_int_equal(config_alloc(&r.cfg), 0);
	atelier_set(&r, "camera", "sim:pattern");
	assert_int_equal(event_bus_alloc(&r.bus), 0);
	return r;
}

void atelier_begin(struct atelier *r)
{
	const struct optics optics = optics_all(r->cam);

	assert_int_equal(event_listen(&r->listener, r->bus, on_event, r), 0);
	assert_int_equal(studio_alloc(&r->st, r->cfg, false, &optics, r->bus),
			 0);
}

void atelier_pass(struct atelier *r, uint64_t time)
{
	uint64_t end = clock_now() + time;

	while (clock_now() < end) {
		loop_virtual_run(clock_now() + ATELIER_FRAME, NULL, NULL);
		if (r->cam->open && !r->silent &&
		    r->cam->fmt.format != FRAME_H264)
			(void)optics_shoot(r->cam, clock_now());
		optics_encode(clock_now());
	}
}

struct atelier *atelier_up(struct atelier *r)
{
	*r = atelier_make();
	atelier_begin(r);
	atelier_pass(r, CLOCK_S);
	return r;
}

void atelier_down(struct atelier *r)
{
	atelier_pass(r, CLOCK_S);
	assert_false(r->cam->open);
	assert_int_equal(optics_encoders(), 0);
	mem_deref(r->st);
	mem_deref(r->listener);
	mem_deref(r->bus);
	mem_deref(r->cfg);
	mem_deref(r->cam);
	assert_int_equal(loop_timers(), 0);
}

void atelier_attach(struct atelier *r, struct atelier_user *u,
		    const char *codec)
{
	u->st = r->st;
	u->units = u->keys = 0;
	u->fresh = true;
	assert_int_equal(studio_attach(r->st, &u->u, codec, ATELIER_RATE,
				       atelier_unit, u),
			 0);
}

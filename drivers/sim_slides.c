/**
 * @file drivers/sim_slides.c  Simulated slides
 *
 * A buffer is drawn once for each slide. It is free when nobody but the
 * driver has a reference.
 */
#include "core/base/log.h"
#include "core/base/loop.h"
#include "drivers/pattern.h"
#include "drivers/sim_slides.h"

enum {
	WIDTH = 1280, /* Unless wished otherwise [pixels] */
	HEIGHT = 720,
	FPS = 5,
};

struct buffer {
	struct frame *frame;
	struct pattern pattern;
	uint32_t slide; /* That it shows, if it was drawn */
};

struct slides {
	struct camera camera; /* First, for struct camera * */
	struct camera_format fmt;
	struct buffer bufferv[SIM_SLIDES_FRAMES];
	struct loop_timer timer;
	uint64_t begin;		  /* [us]          */
	uint64_t due;		  /* [us]          */
	uint32_t slide;		  /* Since then    */
	uint64_t wall;		  /* When it was put up [ms] */
	uint32_t frames, dropped; /* Counters      */
	camera_frame_h *fh;
	void *arg;
};

static void stop(struct camera *c)
{
	struct slides *s = (struct slides *)c;

	loop_timer_cancel(&s->timer);
	s->fh = NULL;
	for (unsigned i = 0; i < SIM_SLIDES_FRAMES; i++)
		s->bufferv[i].frame = mem_deref(s->bufferv[i].frame);
}

static void slides_destructor(void *arg)
{
	struct slides *s = arg;

	stop(&s->camera);
}

static struct buffer *find_free(struct slides *s)
{
	for (unsigned i = 0; i < SIM_SLIDES_FRAMES; i++) {
		if (mem_nrefs(s->bufferv[i].frame) == 1)
			return &s->bufferv[i];
	}
	return NULL;
}

static void turn_over(struct slides *s, uint64_t now)
{
	const uint32_t slide = (uint32_t)((now - s->begin) / SIM_SLIDES_TIME);

	if (slide == s->slide && s->wall)
		return;

	s->slide = slide;
	s->wall = clock_wall() / CLOCK_MS;
}

static void draw(const struct slides *s, struct buffer *b)
{
	if (b->pattern.drawn && b->slide == s->slide)
		return;

	pattern_draw(&b->pattern, b->frame, s->slide | PATTERN_SLIDE, s->wall);
	b->slide = s->slide;
}

static void on_timer(uint64_t now, void *arg)
{
	struct slides *s = arg;
	struct frame *f;
	struct buffer *b;

	/* A loop that comes late sees the newest only */
	s->due += CLOCK_S / s->fmt.fps;
	if (s->due <= now)
		s->due = now + CLOCK_S / s->fmt.fps;
	loop_timer_arm(&s->timer, s->due);
	turn_over(s, now);
	b = find_free(s);
	if (!b) {
		++s->dropped;
		return;
	}

	draw(s, b);
	++s->frames;
	f = mem_ref(b->frame); /* Beyond a stop() in the handler */
	f->time = now;
	s->fh(f, now, s->arg);
	mem_deref(f);
}

static unsigned nearest_side(unsigned n, unsigned usual)
{
	n = n ? n & ~1U : usual;
	n = MAX(n, (unsigned)FRAME_SIDE_MIN);
	return MIN(n, (unsigned)FRAME_SIDE_MAX);
}

static int alloc_buffers(struct slides *s)
{
	int err = 0;

	for (unsigned i = 0; i < SIM_SLIDES_FRAMES && !err; i++) {
		memset(&s->bufferv[i], 0, sizeof(s->bufferv[i]));
		err = frame_alloc(&s->bufferv[i].frame, FRAME_I420,
				  s->fmt.width, s->fmt.height);
	}
	return err;
}

static int start(struct camera *c, const struct camera_prefs *prefs,
		 struct camera_format *fmt, camera_frame_h *fh,
		 camera_state_h *sh, void *arg)
{
	struct slides *s = (struct slides *)c;
	int err;
	(void)sh;

	if (s->fh)
		return EALREADY;
	if (prefs->formats && !(prefs->formats & FRAME_BIT(FRAME_I420)))
		return EINVAL;

	s->fmt.format = FRAME_I420;
	s->fmt.width = nearest_side(prefs->width, WIDTH);
	s->fmt.height = nearest_side(prefs->height, HEIGHT);
	s->fmt.fps = MIN(prefs->fps ? prefs->fps : (unsigned)FPS,
			 (unsigned)CAMERA_FPS_MAX);
	err = alloc_buffers(s);
	if (err) {
		stop(c);
		return err;
	}

	s->frames = s->dropped = s->slide = 0;
	s->wall = 0;
	s->begin = s->due = clock_now();
	s->fh = fh;
	s->arg = arg;
	*fmt = s->fmt;
	loop_timer_arm(&s->timer, s->due);
	return 0;
}

static int print(struct re_printf *pf, const struct camera *c)
{
	const struct slides *s = (const struct slides *)c;

	if (!s->fh)
		return re_hprintf(pf, "sim slides, stopped");
	return re_hprintf(pf,
			  "sim slides %ux%u %s %u fps frames=%u dropped=%u "
			  "slide=%u",
			  s->fmt.width, s->fmt.height,
			  frame_format_name(s->fmt.format), s->fmt.fps,
			  s->frames, s->dropped, s->slide);
}

static const struct camera_table table = {
	.start = start,
	.stop = stop,
	.print = print,
};

int sim_slides_alloc(struct camera **cp, const char *device)
{
	struct slides *s;

	if (strcmp(device, "slides")) {
		log_warning("screen: 'sim:%s' should be sim:slides\n", device);
		return EINVAL;
	}

	s = mem_zalloc(sizeof(*s), slides_destructor);
	if (!s)
		return ENOMEM;

	s->camera.table = &table;
	loop_timer_init(&s->timer, "slides", on_timer, s);
	*cp = &s->camera;
	return 0;
}

int sim_slides_list(struct re_printf *pf, void *unused)
{
	(void)unused;
	return re_hprintf(pf, "sim:slides\n");
}

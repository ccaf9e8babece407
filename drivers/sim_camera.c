/**
 * @file drivers/sim_camera.c  Simulated camera
 *
 * The time of each capture is counted from the start, so that none is lost to
 * rounding. A buffer is free when nobody but the driver has a reference.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "drivers/jpeg.h"
#include "drivers/pattern.h"
#include "drivers/sim_camera.h"
#include "drivers/y4m.h"

enum {
	WIDTH = 640, /* Unless wished otherwise [pixels] */
	HEIGHT = 480,
	FPS = 30,
	MS = CLOCK_S / CLOCK_MS,
	ALL = FRAME_BIT(FRAME_I420) | FRAME_BIT(FRAME_MJPEG), /* That it has */
};

enum kind {
	PATTERN,
	STILL,
	Y4M,
	JPEG,
};

/* A buffer, and what stands in it */
struct buffer {
	struct frame *frame;
	struct pattern pattern;
};

struct sim {
	struct camera camera; /* First, for struct camera * */
	enum kind kind;
	char *path;

	struct camera_format fmt;
	double fps; /* Captures in a second, exactly */
	struct buffer bufferv[SIM_CAMERA_FRAMES];
	struct y4m *y4m;
	double pace;   /* Frames of the file to a capture     */
	uint64_t read; /* Of the file, as if it had no end [frames] */
	int err;       /* Of the file, which was told         */

	struct loop_timer timer;
	uint64_t begin; /* [us]              */
	uint64_t wall;	/* Then [ms]         */
	uint64_t captures;
	uint32_t frames, dropped, late; /* Counters */
	camera_frame_h *fh;
	camera_state_h *sh;
	void *arg;
};

static void stop(struct camera *c)
{
	struct sim *sim = (struct sim *)c;

	loop_timer_cancel(&sim->timer);
	sim->fh = NULL;
	sim->y4m = mem_deref(sim->y4m);
	for (unsigned i = 0; i < SIM_CAMERA_FRAMES; i++)
		sim->bufferv[i].frame = mem_deref(sim->bufferv[i].frame);
}

static void sim_destructor(void *arg)
{
	struct sim *sim = arg;

	stop(&sim->camera);
	mem_deref(sim->path);
}

/* Of a capture; the first one is a period after the start */
static uint64_t due(const struct sim *sim, uint64_t capture)
{
	return sim->begin +
	       (uint64_t)((double)(capture + 1) * CLOCK_S / sim->fps);
}

static struct buffer *find_free(struct sim *sim)
{
	for (unsigned i = 0; i < SIM_CAMERA_FRAMES; i++)
		if (mem_nrefs(sim->bufferv[i].frame) == 1)
			return &sim->bufferv[i];
	return NULL;
}

/* Where the file should be by now; what was dropped is left out */
static int read_file(struct sim *sim, struct frame *f, uint64_t capture)
{
	const uint64_t want = (uint64_t)((double)capture * sim->pace);
	const uint64_t skip = want > sim->read ? want - sim->read : 0;

	sim->read = want + 1;
	return y4m_read(sim->y4m, f,
			(unsigned)(skip < Y4M_FPS_MAX ? skip : Y4M_FPS_MAX));
}

static int draw(struct sim *sim, struct buffer *b, uint64_t capture)
{
	switch (sim->kind) {
	case PATTERN:
		pattern_draw(&b->pattern, b->frame, (uint32_t)capture,
			     clock_wall() / CLOCK_MS);
		return 0;
	case STILL:
		if (!b->pattern.drawn)
			pattern_draw(&b->pattern, b->frame, 0, sim->wall);
		return 0;
	case Y4M:
		return read_file(sim, b->frame, capture);
	default:
		return 0;
	}
}

static void tell_state(struct sim *sim, int err)
{
	if (sim->err == err)
		return;

	sim->err = err;
	if (err)
		log_warning("camera: %s: %m\n", sim->path, err);
	else
		log_info("camera: %s is back\n", sim->path);
	sim->sh(err, sim->arg);
}

static void hand_on(struct sim *sim, struct frame *f, uint64_t time,
		    uint64_t now)
{
	f->time = time;
	++sim->frames;
	mem_ref(f); /* Beyond a stop() in the handler */
	sim->fh(f, now, sim->arg);
	mem_deref(f);
}

static void on_capture(uint64_t now, void *arg)
{
	struct sim *sim = arg;
	uint64_t capture = sim->captures++;
	struct buffer *b;
	int err;

	/* A loop that comes late sees the newest only */
	if (due(sim, sim->captures) <= now) {
		sim->captures = (uint64_t)((double)(now - sim->begin) *
					   sim->fps / CLOCK_S);
		sim->late += (uint32_t)(sim->captures - 1 - capture);
		capture = sim->captures - 1;
	}
	loop_timer_arm(&sim->timer, due(sim, sim->captures));

	b = find_free(sim);
	if (!b) {
		++sim->dropped;
		return;
	}

	mem_ref(sim);
	err = draw(sim, b, capture);
	tell_state(sim, err);
	if (!err && sim->fh)
		hand_on(sim, b->frame, due(sim, capture), now);
	mem_deref(sim);
}

/* A file as memory of libre's, so that frames can hold it */
static int load(uint8_t **datap, size_t *sizep, const char *path)
{
	FILE *f = fopen(path, "rbe");
	uint8_t *data = NULL;
	long size = -1;
	int err = 0;

	if (!f)
		return errno;
	if (!fseek(f, 0, SEEK_END))
		size = ftell(f);
	if (size < 1 || size > JPEG_SIZE_MAX)
		err = EBADMSG;
	else
		data = mem_alloc((size_t)size, NULL);
	if (!err && !data)
		err = ENOMEM;

	rewind(f);
	if (!err && fread(data, (size_t)size, 1, f) != 1)
		err = EIO;
	(void)fclose(f);
	if (err) {
		mem_deref(data);
		return err;
	}

	*datap = data;
	*sizep = (size_t)size;
	return 0;
}

static void on_release(struct frame *f, void *arg)
{
	(void)f;
	mem_deref(arg);
}

/* Buffers that are about the file itself */
static int wrap_jpeg(struct sim *sim, uint8_t *data, size_t size)
{
	int err = 0;

	for (unsigned i = 0; i < SIM_CAMERA_FRAMES && !err; i++) {
		struct frame *f;

		err = frame_wrap(&f, FRAME_MJPEG, sim->fmt.width,
				 sim->fmt.height, on_release, data);
		if (err)
			break;
		mem_ref(data);
		f->planev[0] = data;
		f->size = size;
		sim->bufferv[i].frame = f;
	}
	return err;
}

static int alloc_buffers(struct sim *sim)
{
	int err = 0;

	for (unsigned i = 0; i < SIM_CAMERA_FRAMES && !err; i++) {
		memset(&sim->bufferv[i], 0, sizeof(sim->bufferv[i]));
		err = frame_alloc(&sim->bufferv[i].frame, FRAME_I420,
				  sim->fmt.width, sim->fmt.height);
	}
	return err;
}

/* Once into the first buffer, and from there to the others */
static int decode_jpeg(struct sim *sim, const uint8_t *data, size_t size)
{
	struct frame *first;
	void *context = NULL;
	int err;

	err = alloc_buffers(sim);
	if (err)
		return err;

	first = sim->bufferv[0].frame;
	err = jpeg_to_frame(&context, first, data, size);
	jpeg_close(context);
	for (unsigned i = 1; i < SIM_CAMERA_FRAMES; i++)
		for (unsigned k = 0; k < FRAME_PLANES; k++)
			memcpy(sim->bufferv[i].frame->planev[k],
			       first->planev[k],
			       first->stridev[k] *
				       (k ? first->height / 2 : first->height));
	return err;
}

static int open_jpeg(struct sim *sim, unsigned formats)
{
	uint8_t *data;
	size_t size;
	int err;

	err = load(&data, &size, sim->path);
	if (err)
		return err;

	err = jpeg_size(data, size, &sim->fmt.width, &sim->fmt.height);
	if (!err && formats & FRAME_BIT(FRAME_I420)) {
		err = decode_jpeg(sim, data, size);
	} else if (!err) {
		sim->fmt.format = FRAME_MJPEG;
		err = wrap_jpeg(sim, data, size);
	}
	mem_deref(data);
	return err;
}

static int open_y4m(struct sim *sim)
{
	const struct y4m_header *h;
	double rate;
	int err;

	err = y4m_open(&sim->y4m, sim->path);
	if (err)
		return err;

	h = y4m_header(sim->y4m);
	rate = (double)h->fps_num / h->fps_den;
	if (rate < sim->fps)
		sim->fps = rate;
	sim->pace = rate / sim->fps;
	sim->read = 0;
	sim->fmt.fps = (unsigned)(sim->fps + 0.5);
	sim->fmt.width = h->width;
	sim->fmt.height = h->height;
	return alloc_buffers(sim);
}

static unsigned nearest_side(unsigned n, unsigned usual)
{
	n = n ? n & ~1U : usual;
	n = n < FRAME_SIDE_MIN ? FRAME_SIDE_MIN : n;
	return n < FRAME_SIDE_MAX ? n : FRAME_SIDE_MAX;
}

static int open_source(struct sim *sim, const struct camera_prefs *prefs)
{
	const unsigned formats = prefs->formats ? prefs->formats : ALL;
	const unsigned fps = prefs->fps ? prefs->fps : FPS;

	if (!(formats & (sim->kind == JPEG ? ALL : FRAME_BIT(FRAME_I420))))
		return EINVAL;

	sim->fmt.format = FRAME_I420;
	sim->fmt.width = nearest_side(prefs->width, WIDTH);
	sim->fmt.height = nearest_side(prefs->height, HEIGHT);
	sim->fmt.fps = fps < CAMERA_FPS_MAX ? fps : CAMERA_FPS_MAX;
	sim->fps = sim->fmt.fps;
	switch (sim->kind) {
	case Y4M:
		return open_y4m(sim);
	case JPEG:
		return open_jpeg(sim, formats);
	default:
		return alloc_buffers(sim);
	}
}

static int start(struct camera *c, const struct camera_prefs *prefs,
		 struct camera_format *fmt, camera_frame_h *fh,
		 camera_state_h *sh, void *arg)
{
	struct sim *sim = (struct sim *)c;
	int err;

	if (sim->fh)
		return EALREADY;

	err = open_source(sim, prefs);
	if (err) {
		stop(c);
		return err;
	}

	sim->captures = 0;
	sim->frames = sim->dropped = sim->late = 0;
	sim->err = 0;
	sim->begin = clock_now();
	sim->wall = clock_wall() / CLOCK_MS;
	sim->fh = fh;
	sim->sh = sh;
	sim->arg = arg;
	*fmt = sim->fmt;
	loop_timer_arm(&sim->timer, due(sim, 0));
	return 0;
}

static int print(struct re_printf *pf, const struct camera *c)
{
	static const char *const namev[] = { "pattern", "still pattern",
					     "Y4M file", "JPEG file" };
	const struct sim *sim = (const struct sim *)c;

	if (!sim->fh)
		return re_hprintf(pf, "sim %s, stopped", namev[sim->kind]);
	return re_hprintf(pf,
			  "sim %s %ux%u %s %u fps frames=%u dropped=%u late=%u",
			  namev[sim->kind], sim->fmt.width, sim->fmt.height,
			  frame_format_name(sim->fmt.format), sim->fmt.fps,
			  sim->frames, sim->dropped, sim->late);
}

static const struct camera_table table = {
	.start = start,
	.stop = stop,
	.print = print,
};

/* A Y4M, or else a JPEG */
static int parse_file(struct sim *sim, const char *path)
{
	unsigned width, height;
	struct y4m *y4m;
	uint8_t *data;
	size_t size;
	int err;

	err = str_dup(&sim->path, path);
	if (err)
		return err;

	sim->kind = Y4M;
	err = y4m_open(&y4m, path);
	if (!err)
		mem_deref(y4m);
	if (err != EBADMSG)
		return err;

	sim->kind = JPEG;
	err = load(&data, &size, path);
	if (err)
		return err;
	err = jpeg_size(data, size, &width, &height);
	mem_deref(data);
	return err;
}

static int parse(struct sim *sim, const char *device)
{
	static const char file[] = "file=";
	const char *path = device + sizeof(file) - 1;
	int err;

	if (!strcmp(device, "pattern"))
		return 0;
	if (!strcmp(device, "pattern=still")) {
		sim->kind = STILL;
		return 0;
	}
	if (strncmp(device, file, sizeof(file) - 1) || !*path) {
		log_warning("camera: 'sim:%s' should be sim:pattern, "
			    "sim:pattern=still or sim:file=X\n",
			    device);
		return EINVAL;
	}

	err = parse_file(sim, path);
	if (err == EBADMSG)
		err = EINVAL;
	if (err)
		log_warning("camera: %s: %s\n", path,
			    err == EINVAL ? "neither a Y4M file of 8-bit 4:2:0 "
					    "nor a JPEG, of sides up to 1920"
					  : strerror(err));
	return err;
}

int sim_camera_alloc(struct camera **cp, const char *device)
{
	struct sim *sim;
	int err;

	sim = mem_zalloc(sizeof(*sim), sim_destructor);
	if (!sim)
		return ENOMEM;

	sim->camera.table = &table;
	loop_timer_init(&sim->timer, "camera", on_capture, sim);
	err = parse(sim, device);
	if (err)
		mem_deref(sim);
	else
		*cp = &sim->camera;
	return err;
}

int sim_camera_list(struct re_printf *pf, void *unused)
{
	(void)unused;
	return re_hprintf(pf, "sim:pattern\nsim:pattern=still\nsim:file=X\n");
}

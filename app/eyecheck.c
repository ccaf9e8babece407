/**
 * @file app/eyecheck.c  Eye check
 */
#include "app/cameraloan.h"
#include "app/exposure.h"
#include "app/eyecheck.h"
#include "core/device/display.h"

enum {
	ENOUGH = 90, /* Of the pictures that were asked for [%] */
	KILO = 1000,
	BITS = 8,
	FEW = 10,	   /* One of so many may be refused */
	MARGIN = 80,	   /* Of a picture's time an encoder may take [%] */
	SETTLED = CLOCK_S, /* A camera has found its exposure [us], ours */
};

struct check {
	struct optics o;
	struct answer *answer;
	struct camera_format fmt;
	struct encoder_prefs prefs;
	const struct coder *coder;
	struct encoder *encoder;
	struct decoder *decoder;
	struct loop_timer done;
	uint64_t begun, last, gap;
	unsigned frames, missed;
	struct exposure exposure;
	unsigned units, decoded;
	uint64_t bytes, took, busy; /* Encoder: [us], frames refused */
	unsigned asked;		    /* Pictures in a second */
	int fault;
	bool show, borrowed;
};

static void check_destructor(void *arg)
{
	struct check *c = arg;

	loop_timer_cancel(&c->done);
	if (c->borrowed)
		cameraloan_return(c->o.camera);
	mem_deref(c->encoder);
	mem_deref(c->decoder);
	if (c->show)
		display_clear(c->o.display);
	mem_deref(c->answer);
}

/* ---- Pictures ---- */

static void decoded_handler(struct frame *f, int err, uint64_t now, void *arg)
{
	struct check *c = arg;

	if (err || !f)
		return;
	++c->decoded;
	(void)display_show(c->o.display, f, now);
}

static void unit_handler(const struct encoder_unit *u, uint64_t now, void *arg)
{
	struct check *c = arg;

	++c->units;
	c->bytes += u->size;
	c->took += now > u->time ? now - u->time : 0;
	if (c->decoder)
		(void)decoder_put(c->decoder, u->data, u->size, u->time);
}

static void fault_handler(int err, void *arg)
{
	((struct check *)arg)->fault = err;
}

static void frame_handler(struct frame *f, uint64_t now, void *arg)
{
	struct check *c = arg;
	const uint64_t at = f->time ? f->time : now;
	const uint64_t period = CLOCK_S / (c->fmt.fps ? c->fmt.fps : 1);

	if (c->frames++ && at > c->last) {
		const uint64_t gap = at - c->last;

		if (gap > c->gap)
			c->gap = gap;
		c->missed += (unsigned)((gap + period / 2) / period) - 1 +
			     (gap < period / 2);
	} else {
		c->begun = at;
	}
	c->last = at;
	if (at >= c->begun + SETTLED)
		exposure_put(&c->exposure, f);
	if (!c->encoder || f->format == FRAME_H264)
		return;
	if (encoder_put(c->encoder, f, c->frames == 1) == EAGAIN)
		++c->busy;
}

/* ---- Words ---- */

static int say_camera(struct check *c)
{
	const double time = (double)(c->last - c->begun) / CLOCK_S;
	const double fps = time > 0 ? (c->frames - 1) / time : 0;
	const bool slow = fps * 100 < (double)c->asked * ENOUGH;

	if (!c->frames) {
		answer_say(c->answer,
			   "WRONG the camera gives no picture: is it "
			   "connected, and the right one in [video] "
			   "camera?\n");
		return EIO;
	}

	answer_say(c->answer,
		   "%s camera: %ux%u %s, %.1f pictures a second of %u, %u "
		   "missing, the longest pause %.1f ms\n",
		   slow ? "WRONG" : "ok   ", c->fmt.width, c->fmt.height,
		   frame_format_name(c->fmt.format), fps, c->asked, c->missed,
		   (double)c->gap / CLOCK_MS);
	if (slow)
		answer_say(c->answer,
			   "      in the dark many cameras are slow; else "
			   "give a lower [video] fps, or another size\n");
	return slow ? EIO : 0;
}

static void say_light(struct check *c)
{
	answer_say(c->answer, "%s %H\n",
		   exposure_fine(&c->exposure) ? "ok   " : "note ",
		   exposure_print, &c->exposure);
}

static int say_encoder(struct check *c)
{
	const double ms = c->units ? (double)c->took / c->units / CLOCK_MS : 0;
	const double most = (double)KILO / (c->asked ? c->asked : 1);
	const double time = (double)(c->last - c->begun) / CLOCK_S;
	const double rate = time > 0 ? (double)c->bytes * BITS / time / KILO
				     : 0;
	const bool slow = c->busy > c->frames / FEW || c->fault || !c->units;

	if (!c->encoder) {
		answer_say(c->answer, "note  no encoder was tried\n");
		return 0;
	}
	if (!c->units) {
		answer_say(c->answer, "WRONG %s made nothing\n",
			   c->coder->name);
		return EIO;
	}

	answer_say(c->answer,
		   "%s %s: a picture is ready %.1f ms after it was taken, "
		   "%.1f kbit/s; %llu of %u came while it was busy%s\n",
		   slow ? "WRONG" : "ok   ", c->coder->name, ms, rate,
		   (unsigned long long)c->busy, c->frames,
		   !slow && ms * 100 > most * MARGIN
			   ? "; that is near what it can do"
			   : "");
	if (slow)
		answer_say(c->answer, "      it is too slow: give a lower "
				      "[video] size or fps\n");
	if (c->decoder)
		answer_say(c->answer, "%s %u pictures were shown\n",
			   c->decoded ? "ok   " : "WRONG", c->decoded);
	return slow || (c->decoder && !c->decoded) ? EIO : 0;
}

static void done_handler(uint64_t now, void *arg)
{
	struct check *c = arg;
	int err;
	(void)now;

	err = say_camera(c);
	if (c->frames) {
		say_light(c);
		err |= say_encoder(c);
	}
	answer_say(c->answer, "device: %H\n", camera_print, c->o.camera);
	answer_end(c->answer, err ? EIO : 0);
	mem_deref(c);
}

/* ---- The check ---- */

static void recall_handler(void *arg)
{
	struct check *c = arg;

	c->borrowed = false;
	c->show = false; /* Whoever has the display now */
	answer_say(c->answer, "stopped: a call needs the camera\n");
	answer_end(c->answer, ECANCELED);
	mem_deref(c);
}

static void stop_handler(void *arg)
{
	mem_deref(arg);
}

/* The encoder that a call would have; with a display, its decoder */
static int open_coder(struct check *c, const struct config *cfg)
{
	const char *name = config_text(cfg, "video", "encoder");
	const bool any = !strcmp(name, "auto");

	for (const struct coder *k = c->o.coderv; k && k->name; k++) {
		if (!k->encoder || !(k->formats & FRAME_BIT(c->fmt.format)))
			continue;
		if (!any && strcmp(k->name, name))
			continue;
		if (k->encoder(&c->encoder, k->device, &c->prefs, unit_handler,
			       fault_handler, c))
			continue;
		c->coder = k;
		break;
	}
	for (const struct coder *k = c->o.coderv; c->show && k && k->name;
	     k++) {
		if (!k->decoder || !c->coder ||
		    strcmp(k->codec, c->coder->codec))
			continue;
		return k->decoder(&c->decoder, decoded_handler, c);
	}

	return c->show ? ENOTSUP : 0;
}

static int open_camera(struct check *c, const struct config *cfg)
{
	struct camera_prefs prefs = { .formats = 0 };
	int err;

	config_size(cfg, "video", "size", &prefs.width, &prefs.height);
	prefs.fps = (unsigned)config_number(cfg, "video", "fps");
	c->asked = prefs.fps;
	for (const struct coder *k = c->o.coderv; k && k->name; k++)
		prefs.formats |= k->encoder ? k->formats : 0;

	err = cameraloan_borrow(c->o.camera, &prefs, &c->fmt, frame_handler,
				recall_handler, c);
	c->borrowed = !err;
	c->prefs.width = c->fmt.width;
	c->prefs.height = c->fmt.height;
	c->prefs.fps = prefs.fps;
	c->prefs.bitrate = (uint32_t)config_number(cfg, "video", "bitrate");
	return err;
}

int eyecheck_start(const struct optics *o, const struct config *cfg, bool show,
		   unsigned seconds, struct answer *answer)
{
	struct check *c;
	int err;

	if (!o || !o->camera)
		return ENODEV;
	if (show && !o->display)
		return ENOTSUP;

	c = mem_zalloc(sizeof(*c), check_destructor);
	if (!c)
		return ENOMEM;

	c->o = *o;
	loop_timer_init(&c->done, "check video", done_handler, c);
	err = open_camera(c, cfg);
	c->show = show && !err;
	if (!err)
		err = open_coder(c, cfg);
	if (err) {
		mem_deref(c);
		return err;
	}

	c->answer = mem_ref(answer);
	answer_begin(answer, false, stop_handler, c);
	answer_say(answer, "the camera runs for %u s...\n", seconds);
	loop_timer_arm(&c->done, clock_now() + seconds * (uint64_t)CLOCK_S);
	return 0;
}

/**
 * @file tests/lab/lab_studio.c  Laboratory: a coder's driver that is removed
 *
 *     lab_studio CAMERA
 *
 *     vivid -> studio -> vicodec, openh264 -> somebody in a call
 *
 * The studio of a phone with a coder in hardware, whose module is taken away
 * while it encodes, as nobody can without tearing it off first, and loaded
 * again. vicodec makes FWHT, which stands in for the H.264 of hardware: no
 * kernel's own device makes that. So no peer could decode it; whoever gets the
 * units here tells them by how they begin.
 */
#include "board/board.h"
#include "core/call/studio.h"
#include "drivers/v4l2_camera.h"
#include "drivers/v4l2_encoder.h"
#include "drivers/videodev.h"
#include "tests/lab/judge.h"

enum {
	MAGIC = 0x4f, /* FWHT_MAGIC1, each byte (codec-fwht.h) */
	FLAGS = 22,   /* The lower 16 bits of its flags, big endian */
	RATE = 500000,
	WARM = 2 * CLOCK_S,
	SOON = 2 * CLOCK_S,   /* The picture goes on within (README)  */
	SOME = 10,	      /* Units                                */
	WORKS = 20 * CLOCK_S, /* CHOICE_LONG units, emulated         */
	MS = CLOCK_MS,
};

static const char config[] = "[page]\nlisten = 127.0.0.1:1\n"
			     "[video]\ncamera = v4l2\nsize = 320x180\n"
			     "fps = 25\nencoder = auto\n";

/* ---- vicodec, as if it made H.264 ---- */

struct fwht {
	struct encoder encoder; /* First, for struct encoder * */
	struct encoder *inner;
	encoder_unit_h *uh;
	encoder_fault_h *fh;
	void *arg;
};

/* vicodec does not say in its flags which are key frames */
static void on_unit(const struct encoder_unit *unit, uint64_t now, void *arg)
{
	struct fwht *f = arg;
	struct encoder_unit u = *unit;

	u.key = u.size > FLAGS + 1 &&
		(u.data[FLAGS] * 256U + u.data[FLAGS + 1]) &
			V4L2_FWHT_FL_I_FRAME;
	f->uh(&u, now, f->arg);
}

static void on_fault(int err, void *arg)
{
	struct fwht *f = arg;

	f->fh(err, f->arg);
}

static int put(struct encoder *e, struct frame *f, bool key)
{
	return encoder_put(((struct fwht *)e)->inner, f, key);
}

static int set(struct encoder *e, const struct encoder_prefs *prefs)
{
	return encoder_set(((struct fwht *)e)->inner, prefs);
}

static int print(struct re_printf *pf, const struct encoder *e)
{
	return encoder_print(pf, ((const struct fwht *)e)->inner);
}

static const struct encoder_table table = {
	.put = put,
	.set = set,
	.print = print,
};

static void fwht_destructor(void *arg)
{
	mem_deref(((struct fwht *)arg)->inner);
}

static int fwht_alloc(struct encoder **ep, const char *device,
		      const struct encoder_prefs *prefs, encoder_unit_h *uh,
		      encoder_fault_h *fh, void *arg)
{
	struct fwht *f = mem_zalloc(sizeof(*f), fwht_destructor);
	int err;

	if (!f)
		return ENOMEM;

	f->encoder.table = &table;
	f->uh = uh;
	f->fh = fh;
	f->arg = arg;
	err = v4l2_encoder_alloc_coded(&f->inner, device, V4L2_PIX_FMT_FWHT,
				       prefs, on_unit, on_fault, f);
	if (err)
		mem_deref(f);
	else
		*ep = &f->encoder;
	return err;
}

#define RAW                                                                    \
	(FRAME_BIT(FRAME_I420) | FRAME_BIT(FRAME_NV12) | FRAME_BIT(FRAME_YUYV))

/* The second is the board's own */
static struct coder coderv[] = {
	{ .name = "v4l2m2m",
	  .codec = "H264",
	  .device = "",
	  .formats = RAW,
	  .hardware = true,
	  .encoder = fwht_alloc },
	{ .name = "openh264" },
	{ .name = NULL },
};

static void find_software(void)
{
	for (const struct coder *c = board_sim.coderv; c->name; c++) {
		if (!strcmp(c->name, coderv[1].name))
			coderv[1] = *c;
	}
}

/* ---- The studio, and who sees it ---- */

struct lab {
	struct judge judge;
	struct config *cfg;
	struct camera *cam;
	struct event_bus *bus;
	struct event_listener *listener;
	struct studio *st;
	struct studio_user user;
	unsigned hardware, software; /* Units of them                */
	unsigned torn;		     /* Changed over without an IDR  */
	bool was_hardware;
	uint64_t last, gap;	      /* Between two units [us]       */
	unsigned lost, back, strange; /* Events               */
};

static void on_event(const struct event *ev, void *arg)
{
	struct lab *l = arg;
	const char *device =
		json_string_value(json_object_get(ev->json, "device"));

	if (!device || strcmp(device, "v4l2m2m")) {
		++l->strange;
		return;
	}
	l->lost += ev->type == EVENT_DEVICE_LOST;
	l->back += ev->type == EVENT_DEVICE_BACK;
}

static void on_seen(const struct encoder_unit *u, uint64_t now, void *arg)
{
	struct lab *l = arg;
	const bool hardware = u->data[0] == MAGIC;

	l->torn += hardware != l->was_hardware && !u->key;
	l->was_hardware = hardware;
	l->hardware += hardware;
	l->software += !hardware;
	l->gap = MAX(l->gap, now - l->last);
	l->last = now;
}

/* A call, or a further part of it, is looked at */
static void look(struct lab *l)
{
	l->hardware = l->software = l->torn = 0;
	l->gap = 0;
	l->last = clock_now();
}

static int attach(struct lab *l)
{
	look(l);
	l->was_hardware = false; /* The first one is a key frame in any case */
	return studio_attach(l->st, &l->user, "H264", RATE, on_seen, l);
}

static int begin(struct lab *l)
{
	int err;

	err = config_parse(&l->cfg, "lab", config, sizeof(config) - 1, NULL,
			   NULL);
	if (!err)
		err = event_bus_alloc(&l->bus);
	if (!err)
		err = event_listen(&l->listener, l->bus, on_event, l);
	if (!err) {
		const struct optics optics = { .camera = l->cam,
					       .coderv = coderv };

		err = studio_alloc(&l->st, l->cfg, false, &optics, l->bus);
	}
	judge_run(&l->judge, WARM);
	return err;
}

static void end(struct lab *l)
{
	studio_detach(l->st, &l->user);
	judge_run(&l->judge, CLOCK_S);
	l->st = mem_deref(l->st);
	l->listener = mem_deref(l->listener);
	l->bus = mem_deref(l->bus);
	l->cfg = mem_deref(l->cfg);
}

/* It is told when it has worked for long */
static void await_back(struct lab *l)
{
	const uint64_t end = clock_now() + WORKS;

	while (!l->back && clock_now() < end)
		judge_run(&l->judge, CLOCK_S / 2);
}

/* What cannot be unloaded is in use */
static bool unload(void)
{
	return !system("rmmod vicodec 2>/dev/null");
}

static bool load(void)
{
	return !system("modprobe vicodec");
}

static bool tear_off(void)
{
	return !system("echo vicodec.0 "
		       ">/sys/bus/platform/drivers/vicodec/unbind");
}

/* Software takes over, and the next call has hardware again */
static void falls_back(struct lab *l)
{
	unsigned before, hardware;
	int err = attach(l);
	bool ok, used;

	judge_run(&l->judge, WARM);
	before = judge_descriptors();
	hardware = l->hardware;
	used = !unload();
	look(l);
	ok = tear_off();
	judge_run(&l->judge, SOON);
	ok = ok && unload();
	judge_say(&l->judge,
		  ok && !err && used && hardware > SOME && l->software > SOME &&
			  !l->torn && l->gap < SOON && l->lost == 1 && !l->back,
		  "studio goes on when its coder's module is removed",
		  "%u units of hardware, %s; then %u, %u of software, longest "
		  "gap %u ms, torn %u, lost %u, back %u, descriptors %u -> %u "
		  "(%m)",
		  hardware, used ? "in use" : "NOT in use", l->hardware,
		  l->software, (unsigned)(l->gap / MS), l->torn, l->lost,
		  l->back, before, judge_descriptors(), err);

	ok = load();
	studio_detach(l->st, &l->user);
	judge_run(&l->judge, CLOCK_S);
	err = attach(l);
	await_back(l);
	(void)re_printf("%H", studio_print, l->st);
	judge_say(&l->judge,
		  ok && !err && !l->software && l->lost == 1 && l->back == 1 &&
			  judge_descriptors() == before,
		  "studio has the coder again in the next call",
		  "%u units of hardware, %u of software, lost %u, back %u, "
		  "descriptors %u -> %u (%m)",
		  l->hardware, l->software, l->lost, l->back, before,
		  judge_descriptors(), err);
}

/* No other is allowed: it is back within the call */
static void comes_back(struct lab *l)
{
	unsigned before, between, units;
	char why[JUDGE_TEXT];
	uint64_t begin, gap;
	bool ok;
	int err;

	studio_detach(l->st, &l->user);
	judge_run(&l->judge, CLOCK_S);
	l->lost = l->back = 0;
	err = config_set(l->cfg, "video", "encoder", "v4l2m2m", why,
			 sizeof(why));
	err = err ? err : attach(l);
	judge_run(&l->judge, WARM);
	before = judge_descriptors();
	ok = tear_off();
	judge_run(&l->judge, SOON);
	between = judge_descriptors();
	ok = ok && unload();
	units = l->hardware;
	judge_run(&l->judge, SOON);
	ok = ok && l->hardware == units;
	ok = ok && load();
	begin = clock_now();
	look(l);
	for (gap = 0; !l->hardware && gap < SOON; gap = clock_now() - begin)
		judge_run(&l->judge, CLOCK_S / 10);
	await_back(l);
	judge_say(&l->judge,
		  ok && !err && units > SOME && !l->software && gap < SOON &&
			  l->hardware > SOME && l->lost == 1 && l->back == 1 &&
			  judge_descriptors() == before && between < before,
		  "studio has its only coder again within the call",
		  "%u units, then after %u ms %u more, %u of software, lost "
		  "%u, back %u, descriptors %u, %u, %u (%m)",
		  units, (unsigned)(gap / MS), l->hardware, l->software,
		  l->lost, l->back, before, between, judge_descriptors(), err);
}

int main(int argc, char **argv)
{
	struct lab l = { .lost = 0 };
	unsigned before, after;
	int err;

	if (loop_init())
		return 1;

	find_software();
	before = judge_descriptors();
	err = v4l2_camera_alloc(&l.cam, argc > 1 ? argv[1] : "");
	if (!err)
		err = begin(&l);
	if (!err) {
		falls_back(&l);
		comes_back(&l);
	}
	end(&l);
	l.cam = mem_deref(l.cam);
	after = judge_descriptors();
	judge_say(&l.judge, !err && !l.strange && before == after,
		  "studio leaves nothing open",
		  "descriptors %u before, %u after, other events %u (%m)",
		  before, after, l.strange, err);
	loop_close();
	return l.judge.failed != 0;
}

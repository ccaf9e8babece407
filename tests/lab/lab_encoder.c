/**
 * @file tests/lab/lab_encoder.c  Laboratory: the encoder driver on vicodec
 *
 *     lab_encoder ENCODER CAMERA
 *
 * vicodec makes FWHT, in software, by the interface that H.264 hardware has.
 * It has no button for key frames and makes one every 16 frames at least.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "core/base/log.h"
#include "drivers/v4l2_camera.h"
#include "drivers/v4l2_encoder.h"
#include "drivers/videodev.h"
#include "tests/lab/judge.h"

enum {
	FPS = 25,
	SHORT = 1150, /* A NAL unit [bytes] */
	WIDTH = 640,
	HEIGHT = 480,
	BITRATE = 1000000,
	LONG = 2 * CLOCK_S,
	MAGIC = 0x4f, /* FWHT_MAGIC1, each byte (codec-fwht.h) */
	FLAGS = 22,   /* The lower 16 bits of its flags, big endian */
	MOVE = 4,     /* Pixels a frame                        */
	PERCENT = 100,
	PATIENCE = 10, /* Half seconds until enough was put, emulated */
};

struct lab {
	struct judge judge;
	struct encoder *enc;
	struct camera *cam;
	const char *device;
	struct encoder_prefs prefs;
	struct loop_timer timer;
	struct frame *f; /* Given again and again, with another time */
	unsigned put, refused, units, keys, wrong, unknown;
	unsigned ask;	      /* For a key with this frame */
	uint64_t times;	      /* Sum of those that were put, less those
				   that came */
	uint64_t size, delay; /* Sums */
	unsigned width;	      /* Of the last unit */
	bool first_key;
	bool hide; /* The camera's dmabuf */
	int fault;
};

/* vicodec does not say it otherwise */
static bool is_key(const struct encoder_unit *u)
{
	const unsigned flags = u->data[FLAGS] * 256U + u->data[FLAGS + 1];

	return flags & V4L2_FWHT_FL_I_FRAME;
}

static void on_unit(const struct encoder_unit *u, uint64_t now, void *arg)
{
	struct lab *l = arg;

	if (!l->units)
		l->first_key = is_key(u);
	++l->units;
	l->keys += is_key(u);
	l->wrong += u->size <= FLAGS + 1 || u->data[0] != MAGIC ||
		    u->width != l->prefs.width || u->height != l->prefs.height;
	l->times -= u->time;
	l->unknown += u->time > now;
	l->size += u->size;
	l->delay += now - u->time;
	l->width = u->width;
}

static void on_fault(int err, void *arg)
{
	struct lab *l = arg;

	l->fault = err;
}

static void give(struct lab *l, struct frame *f)
{
	int err;

	err = encoder_put(l->enc, f, l->put == l->ask);
	if (err) {
		++l->refused;
		return;
	}
	++l->put;
	l->times += f->time;
}

static void on_tick(uint64_t now, void *arg)
{
	struct lab *l = arg;

	loop_timer_arm(&l->timer, now + CLOCK_S / FPS);
	l->f->time = now;
	memset(l->f->planev[0] + l->put * MOVE % WIDTH, (int)l->put, WIDTH);
	give(l, l->f);
}

static void on_frame(struct frame *f, uint64_t now, void *arg)
{
	struct lab *l = arg;
	const int dmabuf = f->dmabuf;
	(void)now;

	if (l->hide)
		f->dmabuf = -1;
	give(l, f);
	f->dmabuf = dmabuf;
}

static void on_state(int err, void *arg)
{
	(void)err;
	(void)arg;
}

static long counter(struct lab *l, const char *name)
{
	char text[JUDGE_TEXT];

	(void)re_snprintf(text, sizeof(text), "%H", encoder_print, l->enc);
	return judge_figure(text, name);
}

static void forget(struct lab *l)
{
	l->put = l->refused = l->units = l->keys = l->wrong = l->unknown = 0;
	l->times = l->size = l->delay = 0;
	l->ask = UINT32_MAX;
}

static int begin(struct lab *l, unsigned width, unsigned height)
{
	forget(l);
	l->fault = 0;
	l->prefs = (struct encoder_prefs){ width, height, FPS, BITRATE, 0 };
	l->enc = mem_deref(l->enc);
	return v4l2_encoder_alloc_coded(&l->enc, l->device, V4L2_PIX_FMT_FWHT,
					&l->prefs, on_unit, on_fault, l);
}

/* No more frames, until the last unit has come */
static void drain(struct lab *l)
{
	loop_timer_cancel(&l->timer);
	if (l->cam)
		camera_stop(l->cam);
	judge_run(&l->judge, CLOCK_S / 2);
}

static void say(struct lab *l, bool ok, const char *name)
{
	const unsigned n = l->units ? l->units : 1;

	judge_say(&l->judge,
		  ok && l->put && l->units == l->put && !l->times &&
			  !l->wrong && !l->unknown && !l->fault && l->first_key,
		  name,
		  "put %u, units %u, keys %u, imported %ld, refused %u, "
		  "stray %ld, %llu bytes and %llu us each (%m)",
		  l->put, l->units, l->keys, counter(l, "imported="),
		  l->refused, counter(l, "stray="),
		  (unsigned long long)l->size / n,
		  (unsigned long long)l->delay / n, l->fault);
}

static void formats(struct lab *l)
{
	static const struct {
		enum frame_format format;
		unsigned width, height;
	} casev[] = {
		{ FRAME_I420, WIDTH, HEIGHT },
		{ FRAME_NV12, WIDTH, HEIGHT },
		{ FRAME_YUYV, WIDTH, HEIGHT },
		{ FRAME_I420, WIDTH / 2, HEIGHT / 2 },
		{ FRAME_YUYV, 320, 180 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		char name[JUDGE_TEXT];
		int err;

		err = begin(l, casev[i].width, casev[i].height);
		if (!err)
			err = frame_alloc(&l->f, casev[i].format, WIDTH,
					  HEIGHT);
		if (err)
			continue;
		loop_timer_arm(&l->timer, clock_now());
		judge_run(&l->judge, LONG);
		drain(l);
		(void)re_snprintf(name, sizeof(name), "encoder %s to %ux%u",
				  frame_format_name(casev[i].format),
				  casev[i].width, casev[i].height);
		say(l, true, name);
		l->f = mem_deref(l->f);
	}
}

static void changes(struct lab *l)
{
	unsigned keys;
	int err;

	(void)begin(l, WIDTH, HEIGHT);
	(void)frame_alloc(&l->f, FRAME_I420, WIDTH, HEIGHT);
	l->ask = 5;
	loop_timer_arm(&l->timer, clock_now());
	for (unsigned n = 0; n < PATIENCE && l->put <= l->ask; n++)
		judge_run(&l->judge, CLOCK_S / 2);
	drain(l);
	keys = l->keys;
	say(l, keys == 2, "encoder makes a key frame when asked");

	forget(l);
	l->prefs.width = WIDTH / 2;
	l->prefs.height = HEIGHT / 2;
	err = encoder_set(l->enc, &l->prefs);
	loop_timer_arm(&l->timer, clock_now());
	judge_run(&l->judge, CLOCK_S / 2);
	drain(l);
	say(l, !err && l->width == WIDTH / 2,
	    "encoder begins anew with another size");
	l->f = mem_deref(l->f);
}

/* Each frame as it is captured. @return Bytes of a unit */
static uint64_t camera(struct lab *l, enum frame_format format, bool hide)
{
	const struct camera_prefs prefs = { WIDTH, HEIGHT, FPS,
					    FRAME_BIT(format) };
	struct camera_format fmt;
	char name[JUDGE_TEXT];
	long imported;
	int err;

	err = begin(l, WIDTH, HEIGHT);
	l->hide = hide;
	if (!err)
		err = camera_start(l->cam, &prefs, &fmt, on_frame, on_state, l);
	judge_run(&l->judge, LONG);
	drain(l);
	(void)re_snprintf(name, sizeof(name), "encoder %s of a camera, %s",
			  frame_format_name(format),
			  hide ? "copied" : "not copied");
	imported = counter(l, "imported=");
	say(l, !err && imported == (hide ? 0 : (long)l->put), name);
	return l->units ? l->size / l->units : 0;
}

static void camera_frames(struct lab *l, const char *path)
{
	uint64_t copied, lent;

	if (v4l2_camera_alloc(&l->cam, path))
		return;

	copied = camera(l, FRAME_NV12, true);
	lent = camera(l, FRAME_NV12, false);
	judge_say(&l->judge,
		  copied && lent * PERCENT > copied * 75 &&
			  lent * PERCENT < copied * 135,
		  "encoder sees the same, copied or not",
		  "units of %llu and %llu bytes", (unsigned long long)copied,
		  (unsigned long long)lent);
	(void)camera(l, FRAME_I420, false);
	(void)camera(l, FRAME_YUYV, false);
	l->cam = mem_deref(l->cam);
}

static void names(struct lab *l)
{
	const struct encoder_prefs prefs = { WIDTH, HEIGHT, FPS, BITRATE, 0 };
	struct encoder *enc = NULL;
	int found, h264, none;

	found = v4l2_encoder_alloc_coded(&enc, "", V4L2_PIX_FMT_FWHT, &prefs,
					 on_unit, on_fault, l);
	enc = mem_deref(enc);
	h264 = v4l2_encoder_alloc(&enc, "", &prefs, on_unit, on_fault, l);
	none = v4l2_encoder_alloc(&enc, "/dev/video63", &prefs, on_unit,
				  on_fault, l);
	judge_say(&l->judge, !found && h264 == ENODEV && none == ENODEV,
		  "encoder names", "found %m, H.264 %m, none %m", found, h264,
		  none);
}

/* vicodec has no slices, as Raspberry Pi's has not: it must not pretend */
static void slices(struct lab *l)
{
	struct encoder *enc = NULL;
	int made, set;

	(void)begin(l, WIDTH, HEIGHT);
	l->prefs.nal_max = SHORT;
	made = v4l2_encoder_alloc_coded(&enc, l->device, V4L2_PIX_FMT_FWHT,
					&l->prefs, on_unit, on_fault, l);
	set = encoder_set(l->enc, &l->prefs);
	judge_say(&l->judge, made == ENOTSUP && set == ENOTSUP && !enc,
		  "encoder says that it makes no slices", "made %m, set %m",
		  made, set);
}

/* As if its driver ended */
static void unplugged(struct lab *l)
{
	static const char file[] = "/sys/bus/platform/drivers/vicodec/unbind",
			  name[] = "vicodec.0";
	int fd = open(file, O_WRONLY | O_CLOEXEC), err = errno;

	if (fd < 0) {
		(void)printf("skip  encoder that goes away: %s\n",
			     strerror(err));
		return;
	}
	(void)begin(l, WIDTH, HEIGHT);
	(void)frame_alloc(&l->f, FRAME_I420, WIDTH, HEIGHT);
	loop_timer_arm(&l->timer, clock_now());
	judge_run(&l->judge, CLOCK_S / 2);
	err = write(fd, name, sizeof(name) - 1) < 0 ? errno : 0;
	judge_run(&l->judge, CLOCK_S / 2);
	loop_timer_cancel(&l->timer);
	judge_say(&l->judge, !err && l->fault && l->units,
		  "encoder that goes away says so once",
		  "units %u, fault %m (%m)", l->units, l->fault, err);
	l->f = mem_deref(l->f);
	(void)close(fd);
}

int main(int argc, char **argv)
{
	struct lab l = { .device = argc > 1 ? argv[1] : "" };
	unsigned before, after;

	if (loop_init())
		return 1;

	loop_timer_init(&l.timer, "tick", on_tick, &l);
	before = judge_descriptors();
	names(&l);
	formats(&l);
	changes(&l);
	if (argc > 2)
		camera_frames(&l, argv[2]);
	slices(&l);
	unplugged(&l);
	l.enc = mem_deref(l.enc);
	after = judge_descriptors();
	judge_say(&l.judge, before + 1 >= after, "encoder leaves nothing open",
		  "descriptors %u before, %u after", before, after);
	loop_close();
	return l.judge.failed != 0;
}

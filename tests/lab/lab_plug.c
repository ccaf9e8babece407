/**
 * @file tests/lab/lab_plug.c  Laboratory: a camera that comes, goes, is refused
 *
 *     lab_plug /dev/videoN vivid.N
 *
 * vivid's driver is bound and unbound, as if its plug was pulled; other
 * processes hold the device, or the rights to it are taken away.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#include "core/base/log.h"
#include "drivers/v4l2_camera.h"
#include "drivers/v4l2_place.h"
#include "tests/lab/judge.h"

enum {
	WARM = 300 * CLOCK_MS, /* The first frames come irregularly */
	BACK = 5 * CLOCK_S,    /* SECURITY row 34                   */
	SOON = CLOCK_S,	       /* The kernel's word is heard        */
	SOME = 10,	       /* Frames                            */
	NOBODY = 65534,
	OPEN = 0600, /* Rights to a node  */
};

struct lab {
	struct judge judge;
	struct camera *cam;
	const char *path, *bus;
	struct camera_format fmt;
	unsigned frames;
	unsigned lost, back; /* As start() tells */
	unsigned away, here; /* As is watched    */
	int err;
};

static void on_frame(struct frame *f, uint64_t now, void *arg)
{
	struct lab *l = arg;
	(void)f;
	(void)now;

	++l->frames;
}

static void on_state(int err, void *arg)
{
	struct lab *l = arg;

	l->lost += err != 0;
	l->back += err == 0;
	l->err = err ? err : l->err;
}

static void on_watch(int err, void *arg)
{
	struct lab *l = arg;

	l->away += err != 0;
	l->here += err == 0;
}

static void forget(struct lab *l)
{
	l->frames = l->lost = l->back = l->away = l->here = 0;
	l->err = 0;
}

static int start(struct lab *l)
{
	const struct camera_prefs prefs = { 640, 480, 25, 0 };

	forget(l);
	return camera_start(l->cam, &prefs, &l->fmt, on_frame, on_state, l);
}

static int other(struct lab *l, const char *device)
{
	int err;

	l->cam = mem_deref(l->cam);
	err = v4l2_camera_alloc(&l->cam, device);
	forget(l);
	if (!err)
		camera_watch(l->cam, on_watch, l);
	return err;
}

/* Its driver, as a plug */
static int plug(const struct lab *l, bool in)
{
	char path[JUDGE_TEXT];
	int fd, err = 0;

	(void)re_snprintf(path, sizeof(path),
			  "/sys/bus/platform/drivers/vivid/%s",
			  in ? "bind" : "unbind");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, l->bus, strlen(l->bus)) < 0)
		err = errno;
	if (fd >= 0)
		(void)close(fd);
	return err;
}

static void names(struct lab *l)
{
	const int first = other(l, ""), none = other(l, "/dev/video63");
	const int away = camera_away(l->cam), bad = other(l, "a/b");

	judge_say(&l->judge, !first && !none && away == ENODEV && bad == EINVAL,
		  "camera names",
		  "first %m, none %m, which is away: %m, not a name %m", first,
		  none, away, bad);
	(void)re_printf("%H", v4l2_camera_list, NULL);
}

/* In the call, before it, and while there is none */
static void unplugged(struct lab *l)
{
	const unsigned before = judge_descriptors();
	unsigned frames, later;
	int err, gone;

	(void)start(l);
	judge_run(&l->judge, WARM);
	frames = l->frames;
	err = plug(l, false);
	judge_run(&l->judge, 2 * CLOCK_S);
	later = l->frames;
	err = err ? err : plug(l, true);
	judge_run(&l->judge, BACK);
	judge_say(&l->judge,
		  !err && frames && later < frames + 5 && l->lost == 1 &&
			  l->back == 1 && l->away == 1 && l->here == 1 &&
			  l->frames > later + SOME,
		  "camera unplugged",
		  "lost %u (%m), back %u, frames %u, %u, %u (%m)", l->lost,
		  l->err, l->back, frames, later, l->frames, err);
	camera_stop(l->cam);

	err = plug(l, false);
	gone = start(l);
	judge_run(&l->judge, WARM);
	err = err ? err : plug(l, true);
	judge_run(&l->judge, BACK);
	camera_stop(l->cam);
	judge_say(&l->judge,
		  !err && !gone && l->lost == 1 && l->back == 1 &&
			  l->frames > SOME && before == judge_descriptors(),
		  "camera plugged in after the start",
		  "start %m, lost %u, back %u, frames %u, descriptors %u -> %u "
		  "(%m)",
		  gone, l->lost, l->back, l->frames, before,
		  judge_descriptors(), err);

	forget(l);
	err = plug(l, false);
	judge_run(&l->judge, SOON);
	frames = l->away;
	err = err ? err : plug(l, true);
	judge_run(&l->judge, SOON);
	judge_say(&l->judge, !err && frames == 1 && l->here == 1,
		  "camera is seen to come and go between calls",
		  "away %u, here %u (%m)", frames, l->here, err);
}

/* The phone is started before its camera */
static void late(struct lab *l, const char *device)
{
	char name[JUDGE_TEXT];
	unsigned early;
	int err, absent;

	l->cam = mem_deref(l->cam);
	err = plug(l, false);
	err = err ? err : other(l, device);
	if (err) {
		judge_say(&l->judge, false, "camera comes later", "%m", err);
		(void)plug(l, true);
		return;
	}

	absent = camera_away(l->cam);
	judge_run(&l->judge, SOON);
	early = l->here;
	err = plug(l, true);
	judge_run(&l->judge, SOON);
	(void)re_snprintf(name, sizeof(name), "camera comes later, as '%s'",
			  device);
	judge_say(&l->judge,
		  !err && absent == ENODEV && !early && l->away == 1 &&
			  l->here == 1,
		  name, "%m at first, away %u, then here %u (%m)", absent,
		  l->away, l->here, err);
	err = start(l);
	judge_run(&l->judge, CLOCK_S);
	judge_say(&l->judge, !err && l->frames > SOME && !l->lost,
		  "camera that came later makes pictures",
		  "frames %u, lost %u (%m)", l->frames, l->lost, err);
	camera_stop(l->cam);
}

/* Somebody holds the old node, so that it is another number afterwards */
static void renumbered(struct lab *l, const char *device)
{
	char name[JUDGE_TEXT], text[JUDGE_TEXT];
	int fd, err;
	unsigned frames;

	err = other(l, device);
	err = err ? err : start(l);
	judge_run(&l->judge, WARM);
	fd = open(l->path, O_RDWR | O_CLOEXEC);
	frames = l->frames;
	err = err ? err : plug(l, false);
	judge_run(&l->judge, CLOCK_S);
	err = err ? err : plug(l, true);
	judge_run(&l->judge, BACK);
	(void)re_snprintf(text, sizeof(text), "%H", camera_print, l->cam);
	(void)re_snprintf(name, sizeof(name),
			  "camera is found under another number, as '%s'",
			  device);
	judge_say(&l->judge,
		  !err && frames && l->lost == 1 && l->back == 1 &&
			  l->frames > frames + SOME && !strstr(text, l->path),
		  name, "lost %u, back %u, frames %u, then %u: %s (%m)",
		  l->lost, l->back, frames, l->frames - frames, text, err);
	camera_stop(l->cam);
	(void)close(fd);
	err = plug(l, false);
	judge_run(&l->judge, WARM);
	err = err ? err : plug(l, true);
	judge_run(&l->judge, WARM);
	judge_say(&l->judge, !err && !access(l->path, F_OK),
		  "camera has its number again", "%s (%m)", l->path, err);
}

/* Used by somebody else, who ends */
static void busy(struct lab *l)
{
	const struct camera_prefs prefs = { 640, 480, 25, 0 };
	struct camera *cam = NULL;
	struct lab theirs = { .frames = 0 };
	unsigned lost;
	int err, asked;

	err = v4l2_camera_alloc(&cam, l->path);
	if (!err)
		err = camera_start(cam, &prefs, &theirs.fmt, on_frame, on_state,
				   &theirs);
	judge_run(&l->judge, WARM);
	asked = start(l);
	judge_run(&l->judge, SOON);
	lost = l->lost;
	mem_deref(cam);
	judge_run(&l->judge, BACK);
	judge_say(&l->judge,
		  !err && !asked && theirs.frames && lost == 1 &&
			  l->err == EBUSY && l->back == 1 && l->frames > SOME,
		  "camera in use is waited for",
		  "theirs %u, asked %m, lost %u (%m), back %u, ours %u (%m)",
		  theirs.frames, asked, lost, l->err, l->back, l->frames, err);
	camera_stop(l->cam);
}

/* Its rights come later than its node, as with udev */
static void denied(struct lab *l)
{
	unsigned lost;
	int err;

	(void)chmod(l->path, OPEN);
	err = seteuid(NOBODY) ? errno : start(l);
	judge_run(&l->judge, SOON);
	lost = l->lost;
	if (seteuid(0))
		err = errno;
	judge_run(&l->judge, BACK);
	judge_say(&l->judge,
		  !err && lost == 1 && l->err == EACCES && l->back == 1 &&
			  l->frames > SOME,
		  "camera that was not ours is waited for",
		  "lost %u (%m), back %u, frames %u (%m)", lost, l->err,
		  l->back, l->frames, err);
	camera_stop(l->cam);
}

int main(int argc, char **argv)
{
	struct lab l = { .path = argc > 1 ? argv[1] : "/dev/video0",
			 .bus = argc > 2 ? argv[2] : "vivid.0" };
	unsigned before, after;

	if (loop_init())
		return 1;

	before = judge_descriptors();
	names(&l);
	(void)other(&l, l.path);
	busy(&l);
	denied(&l);
	unplugged(&l);
	late(&l, l.path);
	late(&l, "vivid");
	late(&l, "");
	renumbered(&l, l.path);
	renumbered(&l, "vivid");
	l.cam = mem_deref(l.cam);
	after = judge_descriptors();
	judge_say(&l.judge, before == after, "plugs leave nothing open",
		  "descriptors %u before, %u after", before, after);
	loop_close();
	return l.judge.failed != 0;
}

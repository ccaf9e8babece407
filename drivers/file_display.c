/**
 * @file drivers/file_display.c  Display in files, and one that is none
 *
 * One job at a time, with a copy of the frame: whose it is may give it other
 * memory once it was shown (drivers/soft_decoder.c). The thread touches the job
 * and the file system only: a slow card makes pictures rare, not the loop late.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "core/base/log.h"
#include "drivers/eye.h"
#include "drivers/file_display.h"
#include "drivers/jpeg.h"
#include "drivers/overlay.h"
#include "drivers/worker.h"

enum {
	NAME_SIZE = 32,
	WIDTH = 640, /* While nothing is shown but what lies over it */
	HEIGHT = 360,
	FILE_MODE = 0644,
};

static const char latest[] = "latest.jpg";
static const char fresh[] = ".latest.jpg.new";

/* The thread's from worker_put() until it is done */
struct job {
	int dir;
	struct frame
		*frame; /* Nobody else's; what lies over it is drawn there */
	struct display_overlay overlay;
	struct pixels pixels;
	unsigned number;
	int err; /* What came of it */
};

struct files {
	struct display display; /* First, for struct display * */
	struct eye eye;
	int dir; /* -1: none */
	struct worker *worker;
	struct job job;
	struct display_overlay overlay;
	bool dark;			   /* Cleared since that began */
	bool shows;			   /* A picture, since then    */
	bool stale;			   /* The overlay is another   */
	uint64_t due;			   /* Of the next picture [us] */
	uint32_t written, skipped, failed; /* Counters                 */
	int err;			   /* That was told            */
};

static void name_picture(char *name, unsigned number)
{
	(void)snprintf(name, NAME_SIZE, "picture-%06u.jpg", number);
}

static int write_all(int fd, const uint8_t *p, size_t size)
{
	while (size) {
		const ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? errno : EIO;
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

static int write_file(int dir, const char *name, const uint8_t *p, size_t size)
{
	int fd, err;

	/* Never through somebody's link */
	(void)unlinkat(dir, name, 0);
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		    FILE_MODE);
	if (fd < 0)
		return errno;

	err = write_all(fd, p, size);
	if (close(fd) && !err)
		err = errno;
	if (err)
		(void)unlinkat(dir, name, 0);
	return err;
}

/* Beside its place and then into it, under both names */
static int keep(const struct job *job, const uint8_t *data, size_t size)
{
	char name[NAME_SIZE];
	int err;

	err = write_file(job->dir, fresh, data, size);
	if (err)
		return err;

	name_picture(name, job->number);
	(void)unlinkat(job->dir, name, 0);
	if (linkat(job->dir, fresh, job->dir, name, 0)) {
		/* A file system without links */
		err = write_file(job->dir, name, data, size);
	}
	if (!err && renameat(job->dir, fresh, job->dir, latest))
		err = errno;
	if (err)
		(void)unlinkat(job->dir, fresh, 0);
	return err;
}

static void on_run(void *arg, void *unused)
{
	struct job *job = arg;
	char name[NAME_SIZE];
	uint8_t *data;
	size_t size;
	(void)unused;

	job->err = overlay_to_frame(&job->overlay, &job->pixels, job->frame);
	if (!job->err)
		job->err = jpeg_from_frame(job->frame, JPEG_QUALITY, &data,
					   &size);
	if (job->err)
		return;

	job->err = keep(job, data, size);
	free(data);
	if (!job->err && job->number > FILE_DISPLAY_KEPT) {
		name_picture(name, job->number - FILE_DISPLAY_KEPT);
		(void)unlinkat(job->dir, name, 0);
	}
}

static void put_down(struct job *job)
{
	job->frame = mem_deref(job->frame);
	overlay_clear(&job->overlay);
}

static void on_done(void *job, uint64_t now, void *arg)
{
	struct files *d = arg;
	const int err = d->job.err;
	(void)job;
	(void)now;

	put_down(&d->job);
	if (d->dark)
		(void)unlinkat(d->dir, latest, 0);
	if (err)
		++d->failed;
	else
		++d->written;
	if (err && err != d->err)
		log_warning("display: picture not written: %m\n", err);
	d->err = err;
}

static void begin(struct files *d, const struct frame *f)
{
	struct job *job = &d->job;

	if (frame_alloc(&job->frame, FRAME_I420, f->width, f->height) ||
	    pixels_to_i420(&job->pixels, job->frame, f)) {
		put_down(job);
		return; /* No memory now */
	}

	(void)overlay_set(&job->overlay, &d->overlay);
	job->dir = d->dir;
	d->dark = d->stale = false;
	++job->number;
	if (worker_put(d->worker, job))
		put_down(job); /* Cannot be: it is idle */
}

static int show(struct display *display, struct frame *f, uint64_t now)
{
	struct files *d = (struct files *)display;

	eye_put(&d->eye, f, now);
	d->shows = true;
	if (d->dir < 0 || now < d->due)
		return 0;

	d->due = now + FILE_DISPLAY_PERIOD;
	if (d->job.frame)
		++d->skipped; /* The last one is still being written */
	else
		begin(d, f);
	return 0;
}

static void clear(struct display *display)
{
	struct files *d = (struct files *)display;

	eye_clear(&d->eye);
	d->due = 0;
	d->dark = true;
	d->shows = false;
	d->stale = overlay_any(&d->overlay);
	if (d->dir >= 0)
		(void)unlinkat(d->dir, latest, 0);
}

static void overlay(struct display *display, const struct display_overlay *o,
		    uint64_t now)
{
	struct files *d = (struct files *)display;
	struct frame *black;

	d->stale |= overlay_set(&d->overlay, o);
	if (d->dir < 0 || d->shows || !d->stale)
		return;
	if (!overlay_any(o)) {
		clear(display);
		return;
	}
	if (now < d->due || d->job.frame ||
	    frame_alloc(&black, FRAME_I420, WIDTH, HEIGHT))
		return;

	frame_black(black);
	d->due = now + FILE_DISPLAY_PERIOD;
	begin(d, black);
	mem_deref(black);
}

static int print(struct re_printf *pf, const struct display *display)
{
	const struct files *d = (const struct files *)display;
	int err;

	err = re_hprintf(pf, "%s ", d->dir < 0 ? "none" : "file");
	if (d->dir >= 0)
		err |= re_hprintf(pf, "written=%u skipped=%u failed=%u ",
				  d->written, d->skipped, d->failed);
	err |= eye_print(pf, &d->eye);
	return err;
}

static const struct display_table table = {
	.show = show,
	.clear = clear,
	.print = print,
	.overlay = overlay,
};

static void files_destructor(void *arg)
{
	struct files *d = arg;

	mem_deref(d->worker); /* First: then nobody draws */
	put_down(&d->job);
	pixels_close(&d->job.pixels);
	overlay_clear(&d->overlay);
	if (d->dir >= 0)
		(void)close(d->dir);
}

int file_display_none(struct display **dp, const char *device)
{
	struct files *d;

	if (*device)
		return EINVAL;

	d = mem_zalloc(sizeof(*d), files_destructor);
	if (!d)
		return ENOMEM;

	d->display.table = &table;
	d->dir = -1;
	*dp = &d->display;
	return 0;
}

static int open_directory(struct files *d, const char *path)
{
	if (!*path)
		return EINVAL;

	d->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->dir < 0)
		return errno == ENOTDIR ? EINVAL : errno;
	return faccessat(d->dir, ".", W_OK | X_OK, AT_EACCESS) ? errno : 0;
}

int file_display_alloc(struct display **dp, const char *device)
{
	struct display *display;
	struct files *d;
	int err;

	err = file_display_none(&display, "");
	if (err)
		return err;

	d = (struct files *)display;
	err = open_directory(d, device);
	if (err)
		log_warning("display: '%s' should be a directory that may be "
			    "written to: %m\n",
			    device, err);
	else
		err = worker_alloc(&d->worker, "picture", on_run, on_done, d);
	if (err)
		mem_deref(display);
	else
		*dp = display;
	return err;
}

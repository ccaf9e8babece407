/**
 * @file drivers/v4l2_place.c  V4L2 place
 *
 * All devices are opened only when the nodes have changed since that was of
 * no use, or once in V4L2_PLACE_TRIES, so that looking for years disturbs
 * nobody.
 */
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/log.h"
#include "drivers/v4l2_place.h"

enum {
	FACTOR = 31, /* Of a plain hash */
};

static const char by_id[] = "/dev/v4l/by-id/";

/* A camera that is open; fd -1 none */
struct hit {
	int fd;
	char *path;
	struct v4l2_capability cap;
};

/* A search among all */
struct search {
	const char *card, *bus; /* NULL: any */
	struct hit hit;
	unsigned count; /* Of those that fit, if it is to go on */
	bool all;
};

bool v4l2_place_can(uint32_t caps)
{
	return (caps & V4L2_CAP_VIDEO_CAPTURE) && (caps & V4L2_CAP_STREAMING) &&
	       !(caps & V4L2_CAP_VIDEO_M2M);
}

static void drop(struct hit *h)
{
	if (h->fd >= 0)
		(void)close(h->fd);
	h->fd = -1;
	h->path = mem_deref(h->path);
}

static const char *card_of(const struct hit *h)
{
	return (const char *)h->cap.card;
}

static const char *bus_of(const struct hit *h)
{
	return (const char *)h->cap.bus_info;
}

static int try(struct hit *h, const char *path)
{
	uint32_t caps;
	int err;

	*h = (struct hit){ .fd = -1 };
	err = videodev_open(&h->fd, path, &caps, &h->cap);
	if (err)
		return err;

	h->cap.bus_info[sizeof(h->cap.bus_info) - 1] = '\0';
	err = v4l2_place_can(caps) ? str_dup(&h->path, path) : ENODEV;
	if (err)
		drop(h);
	return err;
}

static bool fits(const struct hit *h, const char *card, const char *bus)
{
	return (!card || !strcmp(card, card_of(h))) &&
	       (!bus || !strcmp(bus, bus_of(h)));
}

static bool is_it(const char *path, void *arg)
{
	struct search *s = arg;
	bool is;

	if (try(&s->hit, path))
		return false;

	is = fits(&s->hit, s->card, s->bus);
	s->count += is;
	if (is && !s->all)
		return true;

	drop(&s->hit);
	return false;
}

static bool seek(struct hit *h, const char *card, const char *bus)
{
	struct search s = { .card = card, .bus = bus };
	const bool is = videodev_each(is_it, &s);

	if (is)
		*h = s.hit;
	return is;
}

/* ---- Nodes ---- */

static bool add_up(const char *path, void *arg)
{
	uint64_t *sum = arg;
	struct stat st;

	if (stat(path, &st))
		return false;

	*sum = *sum * FACTOR + st.st_rdev;
	*sum = *sum * FACTOR + st.st_ino;
	*sum = *sum * FACTOR + (uint64_t)st.st_ctim.tv_sec;
	*sum = *sum * FACTOR + (uint64_t)st.st_ctim.tv_nsec;
	return false;
}

/* Other nodes, or other rights to them, have another; 0: there is none */
static uint64_t fingerprint(const char *path)
{
	uint64_t sum = 0;

	if (path)
		(void)add_up(path, &sum);
	else
		(void)videodev_each(add_up, &sum);
	return sum;
}

/* ---- The camera ---- */

int v4l2_place_init(struct v4l2_place *p, const struct pl *wish)
{
	int err;

	if (!wish->l || *wish->p == '/')
		return pl_strdup(&p->wish, wish);
	if (pl_strchr(wish, '/'))
		return EINVAL;

	err = re_sdprintf(&p->wish, "%s%r", by_id, wish);
	return err ? err : pl_strdup(&p->name, wish);
}

void v4l2_place_close(struct v4l2_place *p)
{
	p->wish = mem_deref(p->wish);
	p->name = mem_deref(p->name);
	p->path = mem_deref(p->path);
}

/* A path that says which one it is, not only where */
static bool is_link(const struct v4l2_place *p)
{
	static const char number[] = "/dev/video";

	return !p->name && *p->wish &&
	       strncmp(p->wish, number, sizeof(number) - 1);
}

static bool is_known(const struct v4l2_place *p, const struct hit *h)
{
	return fits(h, p->card, p->bus);
}

/* What it is from now on. @return 0 */
static int take(struct v4l2_place *p, struct hit *h, int *fdp)
{
	struct search s = { .card = card_of(h), .all = true };

	if (p->path && strcmp(p->path, h->path))
		log_info("camera: %s, '%s', is %s now\n", p->path, card_of(h),
			 h->path);
	if (!is_known(p, h)) {
		(void)videodev_each(is_it, &s);
		p->alone = s.count <= 1;
		str_ncpy(p->card, card_of(h), sizeof(p->card));
		str_ncpy(p->bus, bus_of(h), sizeof(p->bus));
	}
	mem_deref(p->path);
	p->path = h->path;
	p->node = fingerprint(p->path);
	p->seen = 0;
	*fdp = h->fd;
	return 0;
}

/* Where it was, under whatever number, or if that was the only one of its
   name */
static bool again(const struct v4l2_place *p, struct hit *h)
{
	return *p->card && !is_link(p) &&
	       (seek(h, p->card, p->bus) ||
		(p->alone && seek(h, p->card, NULL)));
}

/* By what is configured. The first one stays the same, unless another is all
   that there is */
static bool anew(const struct v4l2_place *p, struct hit *h)
{
	struct search s = { .all = true };

	if (p->name)
		return seek(h, p->name, NULL);
	if (*p->wish)
		return false;
	if (*p->card)
		(void)videodev_each(is_it, &s);

	return s.count <= 1 && seek(h, NULL, NULL);
}

int v4l2_place_open(struct v4l2_place *p, int *fdp)
{
	const uint64_t nodes = fingerprint(NULL);
	const bool look = nodes != p->seen || ++p->tries >= V4L2_PLACE_TRIES;
	struct hit h = { .fd = -1 };
	int err = ENODEV;

	*fdp = -1;
	if (p->path && !try(&h, p->path) && is_known(p, &h))
		return take(p, &h, fdp);

	drop(&h);
	if (look && again(p, &h))
		return take(p, &h, fdp);
	if (*p->wish)
		err = try(&h, p->wish);
	if (*p->wish && !err)
		return take(p, &h, fdp);
	if (look && anew(p, &h))
		return take(p, &h, fdp);

	p->tries = look ? 0 : p->tries;
	p->seen = nodes;
	return p->name && err == ENOENT ? ENODEV : err;
}

int v4l2_place_look(struct v4l2_place *p)
{
	int fd, err;

	if (p->path && p->node && p->node == fingerprint(p->path))
		return 0;

	err = v4l2_place_open(p, &fd);
	if (fd >= 0)
		(void)close(fd);
	return err;
}

const char *v4l2_place_name(const struct v4l2_place *p)
{
	return p->path ? p->path : p->name ? p->name : p->wish;
}

/**
 * @file drivers/drm_card.c  DRM card
 *
 * libdrm's functions return a negative errno, or NULL with errno.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "drivers/drm_card.h"

enum {
	DEPTH = 24, /* XRGB8888, for drmModeAddFB() */
	BITS = 32,
};

static const struct drm_card *master; /* The one that is open; a board has
					 one display */

static void free_buffer(struct drm_card *c, struct drm_card_buffer *b)
{
	struct drm_mode_destroy_dumb destroy = { .handle = b->handle };

	if (b->mem)
		(void)munmap(b->mem, b->size);
	if (b->fb)
		(void)drm.ModeRmFB(c->fd, b->fb);
	if (b->handle)
		(void)drm.Ioctl(c->fd, DRM_IOCTL_MODE_DESTROY_DUMB, &destroy);
	memset(b, 0, sizeof(*b));
}

static int map_buffer(struct drm_card *c, struct drm_card_buffer *b)
{
	struct drm_mode_map_dumb map = { .handle = b->handle };
	void *p;

	if (drm.Ioctl(c->fd, DRM_IOCTL_MODE_MAP_DUMB, &map))
		return errno;

	p = mmap(NULL, b->size, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd,
		 (off_t)map.offset);
	if (p == MAP_FAILED)
		return errno;

	b->mem = p;
	memset(b->mem, 0, b->size);
	return 0;
}

static int make_buffer(struct drm_card *c, struct drm_card_buffer *b)
{
	struct drm_mode_create_dumb create = {
		.width = c->mode.hdisplay,
		.height = c->mode.vdisplay,
		.bpp = BITS,
	};
	int err;

	if (drm.Ioctl(c->fd, DRM_IOCTL_MODE_CREATE_DUMB, &create))
		return errno;

	b->handle = create.handle;
	b->stride = create.pitch;
	b->size = (size_t)create.size; /* Mapped: fits */
	err = -drm.ModeAddFB(c->fd, create.width, create.height, DEPTH, BITS,
			     create.pitch, b->handle, &b->fb);
	return err ? err : map_buffer(c, b);
}

/* The connector's preferred mode, or its first */
static bool choose_mode(struct drm_card *c, const drmModeConnector *conn)
{
	const drmModeModeInfo *best = conn->modes;

	if (conn->connection != DRM_MODE_CONNECTED || conn->count_modes < 1)
		return false;

	for (int i = 0; i < conn->count_modes; i++) {
		if (conn->modes[i].type & DRM_MODE_TYPE_PREFERRED) {
			best = &conn->modes[i];
			break;
		}
	}
	c->mode = *best;
	c->connector = conn->connector_id;
	return true;
}

/* What feeds the connector now, or else could */
static uint32_t crtc_of(const struct drm_card *c, const drmModeRes *res,
			const drmModeConnector *conn)
{
	drmModeEncoder *e = drm.ModeGetEncoder(c->fd, conn->encoder_id);
	uint32_t crtc = e ? e->crtc_id : 0;

	if (e)
		drm.ModeFreeEncoder(e);
	for (int i = 0; i < conn->count_encoders && !crtc; i++) {
		e = drm.ModeGetEncoder(c->fd, conn->encoders[i]);
		for (int k = 0; e && k < res->count_crtcs && !crtc; k++) {
			if (e->possible_crtcs & (1U << k))
				crtc = res->crtcs[k];
		}
		if (e)
			drm.ModeFreeEncoder(e);
	}
	return crtc;
}

static int find_screen(struct drm_card *c)
{
	drmModeRes *res = drm.ModeGetResources(c->fd);
	int err = ENODEV;

	for (int i = 0; res && i < res->count_connectors && err; i++) {
		drmModeConnector *conn =
			drm.ModeGetConnector(c->fd, res->connectors[i]);

		if (!conn)
			continue;
		if (choose_mode(c, conn)) {
			c->crtc = crtc_of(c, res, conn);
			err = c->crtc ? 0 : ENODEV;
		}
		drm.ModeFreeConnector(conn);
	}
	if (res)
		drm.ModeFreeResources(res);
	return err;
}

static void close_path(struct drm_card *c)
{
	(void)close(c->fd);
	c->fd = -1;
}

/* Without a right to draw, which who opens first may have all the same */
static int look_at(struct drm_card *c, const char *path)
{
	uint64_t dumb = 0;
	int err;

	c->fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (c->fd < 0)
		return errno == ENXIO ? ENODEV : errno;

	str_ncpy(c->path, path, sizeof(c->path));
	err = drm.GetCap(c->fd, DRM_CAP_DUMB_BUFFER, &dumb) || !dumb ? ENODEV
								     : 0;
	if (!err)
		err = find_screen(c);
	if (err)
		close_path(c);
	return err;
}

static int open_path(struct drm_card *c, const char *path)
{
	int err = look_at(c, path);

	if (err)
		return err;

	err = -drm.SetMaster(c->fd);
	if (err)
		close_path(c);
	return err;
}

/* Cards that only calculate have no screens, and are passed over */
static int open_first(struct drm_card *c)
{
	char path[DRM_CARD_PATH];
	int err = ENODEV;

	for (int i = 0; i < DRM_CARD_MAX; i++) {
		int is;

		(void)re_snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		is = open_path(c, path);
		if (!is)
			return 0;
		if (is != ENOENT)
			err = is;
	}
	return err;
}

int drm_card_open(struct drm_card *c, const char *path)
{
	int err;

	memset(c, 0, sizeof(*c));
	c->fd = -1;
	err = drm_lib_load();
	if (err)
		return err;

	err = *path ? open_path(c, path) : open_first(c);
	if (err)
		return err;

	master = c;
	c->before = drm.ModeGetCrtc(c->fd, c->crtc);
	for (unsigned i = 0; i < DRM_CARD_BUFFERS && !err; i++)
		err = make_buffer(c, &c->bufv[i]);
	if (err)
		drm_card_close(c);
	return err;
}

static void put_back(struct drm_card *c)
{
	const drmModeCrtc *b = c->before;

	/* Without a picture before, the kernel's console takes over */
	if (b && b->mode_valid && b->buffer_id)
		(void)drm.ModeSetCrtc(c->fd, c->crtc, b->buffer_id, b->x, b->y,
				      &c->connector, 1, &c->before->mode);
}

void drm_card_close(struct drm_card *c)
{
	if (c->fd < 0)
		return;

	if (master == c)
		master = NULL;
	if (c->set)
		put_back(c);
	if (c->before)
		drm.ModeFreeCrtc(c->before);
	for (unsigned i = 0; i < DRM_CARD_BUFFERS; i++)
		free_buffer(c, &c->bufv[i]);
	(void)drm.DropMaster(c->fd);
	(void)close(c->fd);
	memset(c, 0, sizeof(*c));
	c->fd = -1;
}

int drm_card_master(const char *path)
{
	return master && (!*path || !strcmp(path, master->path)) ? master->fd
								 : -1;
}

bool drm_card_connected(const struct drm_card *c)
{
	drmModeConnector *conn = drm.ModeGetConnectorCurrent(c->fd,
							     c->connector);
	bool is = conn && conn->connection == DRM_MODE_CONNECTED;

	if (conn)
		drm.ModeFreeConnector(conn);
	return is;
}

bool drm_card_changed(const struct drm_card *c)
{
	drmModeConnector *conn = drm.ModeGetConnector(c->fd, c->connector);
	struct drm_card now = { .fd = -1 };
	const bool is = conn && choose_mode(&now, conn) &&
			now.mode.hdisplay == c->mode.hdisplay &&
			now.mode.vdisplay == c->mode.vdisplay &&
			now.mode.clock == c->mode.clock;

	if (conn)
		drm.ModeFreeConnector(conn);
	return !is;
}

int drm_card_show(struct drm_card *c, unsigned index, bool *waits, void *arg)
{
	const uint32_t fb = c->bufv[index].fb;
	int err;

	*waits = c->set;
	if (c->set)
		return -drm.ModePageFlip(c->fd, c->crtc, fb,
					 DRM_MODE_PAGE_FLIP_EVENT, arg);

	err = -drm.ModeSetCrtc(c->fd, c->crtc, fb, 0, 0, &c->connector, 1,
			       &c->mode);
	c->set = !err;
	return err;
}

void drm_card_touch(const struct drm_card *c, unsigned index)
{
	(void)drm.ModeDirtyFB(c->fd, c->bufv[index].fb, NULL, 0);
}

int drm_card_list(struct re_printf *pf)
{
	struct drm_card c;
	int err = 0;

	if (drm_lib_load())
		return 0;

	for (int i = 0; i < DRM_CARD_MAX; i++) {
		char path[DRM_CARD_PATH];

		(void)re_snprintf(path, sizeof(path), "/dev/dri/card%d", i);
		memset(&c, 0, sizeof(c));
		if (look_at(&c, path))
			continue;
		err |= re_hprintf(pf, "drm=%s  %ux%u\n", path, c.mode.hdisplay,
				  c.mode.vdisplay);
		(void)drm.DropMaster(c.fd);
		close_path(&c);
	}
	return err;
}

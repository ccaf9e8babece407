/**
 * @file drivers/drm_shot.c  DRM shot
 *
 * Each handle of the buffer that the kernel gives is closed as soon as there
 * is a descriptor of it, which lives as long as the shot.
 */
#include <drm_fourcc.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <sys/mman.h>
#include <unistd.h>
#include "drivers/drm_shot.h"

static const struct layout {
	uint32_t fourcc;
	enum frame_format format;
	size_t bytes; /* Of a pixel */
} layoutv[] = {
	{ DRM_FORMAT_XRGB8888, FRAME_XRGB, 4 },
	{ DRM_FORMAT_ARGB8888, FRAME_XRGB, 4 },
	{ DRM_FORMAT_RGB565, FRAME_RGB565, 2 },
};

static const struct layout *layout_of(uint32_t fourcc)
{
	for (size_t i = 0; i < ARRAY_SIZE(layoutv); i++) {
		if (layoutv[i].fourcc == fourcc)
			return &layoutv[i];
	}
	return NULL;
}

/* ---- Which one is shown ---- */

/* What a connector shows; NULL: nothing */
static drmModeCrtc *crtc_of(int fd, uint32_t connector)
{
	drmModeConnector *conn = drm.ModeGetConnectorCurrent(fd, connector);
	drmModeEncoder *e = NULL;
	drmModeCrtc *crtc = NULL;

	if (conn && conn->connection == DRM_MODE_CONNECTED)
		e = drm.ModeGetEncoder(fd, conn->encoder_id);
	if (e && e->crtc_id)
		crtc = drm.ModeGetCrtc(fd, e->crtc_id);
	if (crtc && (!crtc->mode_valid || !crtc->buffer_id)) {
		drm.ModeFreeCrtc(crtc);
		crtc = NULL;
	}
	if (e)
		drm.ModeFreeEncoder(e);
	if (conn)
		drm.ModeFreeConnector(conn);
	return crtc;
}

static drmModeCrtc *find(int fd)
{
	drmModeRes *res = drm.ModeGetResources(fd);
	drmModeCrtc *crtc = NULL;

	for (int i = 0; res && i < res->count_connectors && !crtc; i++)
		crtc = crtc_of(fd, res->connectors[i]);
	if (res)
		drm.ModeFreeResources(res);
	return crtc;
}

int drm_shot_size(int fd, unsigned *width, unsigned *height)
{
	drmModeCrtc *crtc = find(fd);

	if (!crtc)
		return ENODEV;

	*width = crtc->mode.hdisplay;
	*height = crtc->mode.vdisplay;
	drm.ModeFreeCrtc(crtc);
	return 0;
}

/* ---- Its memory ---- */

static void close_handles(int fd, const drmModeFB2 *fb)
{
	for (size_t i = 0; i < ARRAY_SIZE(fb->handles); i++) {
		struct drm_gem_close arg = { .handle = fb->handles[i] };
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again = again || fb->handles[k] == fb->handles[i];
		if (arg.handle && !again)
			(void)drm.Ioctl(fd, DRM_IOCTL_GEM_CLOSE, &arg);
	}
}

/* Without handles to who is neither master nor may administer */
static drmModeFB2 *lent(int fd, uint32_t id)
{
	drmModeFB2 *fb = drm.ModeGetFB2(fd, id);

	if (!fb || fb->handles[0] || drm.SetMaster(fd))
		return fb;

	drm.ModeFreeFB2(fb);
	fb = drm.ModeGetFB2(fd, id);
	(void)drm.DropMaster(fd);
	return fb;
}

/* Where in the buffer, and how much of it, the screen shows */
static int lay_out(struct drm_shot *s, const drmModeFB2 *fb,
		   const drmModeCrtc *crtc, size_t *offset)
{
	const struct layout *l = layout_of(fb->pixel_format);
	const bool tiled = fb->flags & DRM_MODE_FB_MODIFIERS &&
			   fb->modifier != DRM_FORMAT_MOD_LINEAR &&
			   fb->modifier != DRM_FORMAT_MOD_INVALID;
	struct frame *f = &s->frame;

	if (!l || tiled)
		return ENOTSUP;
	if (crtc->x >= fb->width || crtc->y >= fb->height)
		return ENODEV;

	f->format = l->format;
	f->width = MIN(crtc->mode.hdisplay, fb->width - crtc->x) & ~1U;
	f->height = MIN(crtc->mode.vdisplay, fb->height - crtc->y) & ~1U;
	f->stridev[0] = fb->pitches[0];
	f->dmabuf = -1;
	*offset = fb->offsets[0] + crtc->y * (size_t)fb->pitches[0] +
		  crtc->x * l->bytes;
	s->size = fb->offsets[0] + fb->height * (size_t)fb->pitches[0];
	return f->width && f->height ? 0 : ENODEV;
}

static int map(struct drm_shot *s, int fd, uint32_t handle, size_t offset)
{
	int err;

	err = drm.PrimeHandleToFD(fd, handle, DRM_CLOEXEC, &s->dmabuf) ? errno
								       : 0;
	if (err) {
		s->dmabuf = -1;
		return err;
	}

	s->mem = mmap(NULL, s->size, PROT_READ, MAP_SHARED, s->dmabuf, 0);
	if (s->mem == MAP_FAILED) {
		err = errno;
		s->mem = NULL;
		(void)close(s->dmabuf);
		return err;
	}

	s->frame.planev[0] = (uint8_t *)s->mem + offset;
	return 0;
}

int drm_shot_take(struct drm_shot *s, int fd)
{
	drmModeCrtc *crtc = find(fd);
	size_t offset = 0;
	drmModeFB2 *fb;
	int err;

	memset(s, 0, sizeof(*s));
	if (!crtc)
		return ENODEV;

	fb = lent(fd, crtc->buffer_id);
	if (!fb)
		err = errno == ENOENT ? ENODEV : errno; /* Changed just now */
	else
		err = fb->handles[0] ? lay_out(s, fb, crtc, &offset) : EACCES;
	if (!err)
		err = map(s, fd, fb->handles[0], offset);
	if (fb) {
		close_handles(fd, fb);
		drm.ModeFreeFB2(fb);
	}
	drm.ModeFreeCrtc(crtc);
	return err;
}

static int tell_caches(const struct drm_shot *s, uint64_t flags)
{
	struct dma_buf_sync arg = { .flags = flags | DMA_BUF_SYNC_READ };

	return drm.Ioctl(s->dmabuf, DMA_BUF_IOCTL_SYNC, &arg) ? errno : 0;
}

int drm_shot_begin(const struct drm_shot *s)
{
	return tell_caches(s, DMA_BUF_SYNC_START);
}

void drm_shot_end(const struct drm_shot *s)
{
	(void)tell_caches(s, DMA_BUF_SYNC_END);
}

void drm_shot_free(struct drm_shot *s)
{
	if (!s->mem)
		return;

	(void)munmap(s->mem, s->size);
	(void)close(s->dmabuf);
	memset(s, 0, sizeof(*s));
}

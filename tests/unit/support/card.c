/**
 * @file tests/unit/support/card.c  A graphics card that a test drives
 */
#include <drm_fourcc.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <sys/mman.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "drivers/drm_lib.h"
#include "tests/unit/support/card.h"

enum {
	HANDLE = 7,
	CONNECTOR = 1,
	ENCODER = 2,
	CRTC = 3,
	BUFFER = 4,
	XRGB = 4,
};

struct card card;

static drmModeRes *get_resources(int fd)
{
	static uint32_t connectorv[] = { CONNECTOR };
	static drmModeRes res = { .count_connectors = 1,
				  .connectors = connectorv };
	(void)fd;
	++card.things;
	return &res;
}

static void free_resources(drmModeRes *res)
{
	(void)res;
	--card.things;
}

static drmModeConnector *get_connector(int fd, uint32_t id)
{
	static drmModeConnector c;
	(void)fd;
	assert_int_equal(id, CONNECTOR);
	c.connection = card.connected ? DRM_MODE_CONNECTED
				      : DRM_MODE_DISCONNECTED;
	c.encoder_id = ENCODER;
	++card.things;
	return &c;
}

static void free_connector(drmModeConnector *c)
{
	(void)c;
	--card.things;
}

static drmModeEncoder *get_encoder(int fd, uint32_t id)
{
	static drmModeEncoder e = { .crtc_id = CRTC };
	(void)fd;
	assert_int_equal(id, ENCODER);
	++card.things;
	return &e;
}

static void free_encoder(drmModeEncoder *e)
{
	(void)e;
	--card.things;
}

static drmModeCrtc *get_crtc(int fd, uint32_t id)
{
	static drmModeCrtc c;
	(void)fd;
	assert_int_equal(id, CRTC);
	c.mode_valid = card.lit;
	c.buffer_id = card.lit ? BUFFER : 0;
	c.x = card.x;
	c.y = card.y;
	c.mode.hdisplay = CARD_WIDTH;
	c.mode.vdisplay = CARD_HEIGHT;
	++card.things;
	return &c;
}

static void free_crtc(drmModeCrtc *c)
{
	(void)c;
	--card.things;
}

static drmModeFB2 *get_fb2(int fd, uint32_t id)
{
	static drmModeFB2 fb;
	(void)fd;
	assert_int_equal(id, BUFFER);
	memset(&fb, 0, sizeof(fb));
	fb.width = CARD_STRIDE / 4;
	fb.height = CARD_LINES;
	fb.pixel_format = card.fourcc;
	fb.modifier = card.modifier;
	fb.flags = card.modifier ? DRM_MODE_FB_MODIFIERS : 0;
	fb.pitches[0] = CARD_STRIDE;
	if (!card.hidden || card.owned) {
		fb.handles[0] = HANDLE;
		++card.handles;
	}
	++card.things;
	return &fb;
}

static void free_fb2(drmModeFB2 *fb)
{
	(void)fb;
	--card.things;
}

static int set_master(int fd)
{
	(void)fd;
	card.owned = card.free;
	errno = EACCES;
	return card.free ? 0 : -1;
}

static int drop_master(int fd)
{
	(void)fd;
	card.owned = false;
	return 0;
}

static int export(int fd, uint32_t handle, uint32_t flags, int *primep)
{
	(void)fd;
	assert_int_equal(handle, HANDLE);
	assert_true(flags & DRM_CLOEXEC);
	*primep = fcntl(card.memory, F_DUPFD_CLOEXEC, 0);
	++card.exports;
	return *primep < 0 ? -1 : 0;
}

static int control(int fd, unsigned long request, void *arg)
{
	(void)fd;
	if (request == DRM_IOCTL_GEM_CLOSE) {
		assert_int_equal(((struct drm_gem_close *)arg)->handle, HANDLE);
		--card.handles;
	} else {
		assert_true(request == DMA_BUF_IOCTL_SYNC);
		card.brackets += ((struct dma_buf_sync *)arg)->flags &
						 DMA_BUF_SYNC_END
					 ? -1
					 : 1;
	}
	return 0;
}

void card_paint(uint32_t xrgb, uint16_t rgb565)
{
	for (unsigned y = card.y; y < card.y + CARD_HEIGHT; y++) {
		for (unsigned x = card.x; x < card.x + CARD_WIDTH; x++) {
			uint8_t *line = card.mem + (size_t)y * CARD_STRIDE;

			if (card.fourcc == DRM_FORMAT_RGB565)
				((uint16_t *)(void *)line)[x] = rgb565;
			else
				((uint32_t *)(void *)line)[x] = xrgb;
		}
	}
}

void card_reset(void)
{
	card.connected = card.lit = true;
	card.hidden = card.free = card.owned = false;
	card.fourcc = DRM_FORMAT_XRGB8888;
	card.modifier = 0;
	card.x = card.y = 0;
	card.exports = 0;
}

int card_init(void)
{
	drm = (struct drm_lib){
		.DropMaster = drop_master,
		.Ioctl = control,
		.ModeFreeConnector = free_connector,
		.ModeFreeCrtc = free_crtc,
		.ModeFreeEncoder = free_encoder,
		.ModeFreeFB2 = free_fb2,
		.ModeFreeResources = free_resources,
		.ModeGetConnectorCurrent = get_connector,
		.ModeGetCrtc = get_crtc,
		.ModeGetEncoder = get_encoder,
		.ModeGetFB2 = get_fb2,
		.ModeGetResources = get_resources,
		.PrimeHandleToFD = export,
		.SetMaster = set_master,
	};
	card.memory = memfd_create("screen", MFD_CLOEXEC);
	if (card.memory < 0 || ftruncate(card.memory, CARD_STRIDE * CARD_LINES))
		return errno;
	card.mem = mmap(NULL, CARD_STRIDE * CARD_LINES, PROT_READ | PROT_WRITE,
			MAP_SHARED, card.memory, 0);
	return card.mem == MAP_FAILED ? errno : 0;
}

void card_close(void)
{
	(void)munmap(card.mem, CARD_STRIDE * CARD_LINES);
	(void)close(card.memory);
}

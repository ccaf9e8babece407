/**
 * @file tests/lab/lab_look.c  Laboratory: who looks at the screen
 *
 *     lab_look /dev/dri/cardN
 *
 * Prints, as JSON, how bright three parts of what is shown are: least, mean
 * and most of green, and a sum that differs when the picture does. "none" is
 * printed while nothing is shown. Needs to be root, or the display's owner.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "core/base/re.h"
#include "drivers/drm_lib.h"

enum {
	XRGB = 4,
	GREEN = 1, /* Its byte, little endian */
	FACTOR = 31,
	WHOLE = 100,
};

/* In per cent of the screen: the titles' line, the middle, where our own
   picture is */
static const struct {
	const char *name;
	unsigned left, right, top, bottom;
} partv[] = {
	{ "band", 0, WHOLE, 0, 8 },
	{ "middle", 30, 70, 30, 65 },
	{ "inset", 73, 96, 73, 94 },
};

/* The buffer that the first CRTC that runs shows */
static bool shown(int fd, struct drm_mode_fb_cmd *fb)
{
	drmModeRes *res = drm.ModeGetResources(fd);

	memset(fb, 0, sizeof(*fb));
	for (int i = 0; res && i < res->count_crtcs && !fb->fb_id; i++) {
		drmModeCrtc *crtc = drm.ModeGetCrtc(fd, res->crtcs[i]);

		fb->fb_id = crtc ? crtc->buffer_id : 0;
		if (crtc)
			drm.ModeFreeCrtc(crtc);
	}
	if (res)
		drm.ModeFreeResources(res);
	return fb->fb_id && !drm.Ioctl(fd, DRM_IOCTL_MODE_GETFB, fb);
}

static void judge(const uint8_t *p, const struct drm_mode_fb_cmd *fb, size_t i)
{
	unsigned least = UINT8_MAX, most = 0, n = 0;
	uint64_t sum = 0;
	uint32_t hash = 0;

	for (unsigned y = fb->height * partv[i].top / WHOLE;
	     y < fb->height * partv[i].bottom / WHOLE; y++) {
		const uint8_t *line = p + (size_t)y * fb->pitch;

		for (unsigned x = fb->width * partv[i].left / WHOLE;
		     x < fb->width * partv[i].right / WHOLE; x++) {
			const unsigned v = line[x * XRGB + GREEN];

			least = MIN(least, v);
			most = MAX(most, v);
			sum += v;
			++n;
			hash = hash * FACTOR + v;
		}
	}
	(void)re_printf("%s\"%s\":{\"least\":%u,\"mean\":%u,\"most\":%u,"
			"\"sum\":%u}",
			i ? "," : "{", partv[i].name, least,
			n ? (unsigned)(sum / n) : 0, most, hash);
}

int main(int argc, char **argv)
{
	int fd = open(argc > 1 ? argv[1] : "/dev/dri/card0",
		      O_RDWR | O_CLOEXEC);
	struct drm_mode_map_dumb map = { 0 };
	struct drm_mode_fb_cmd fb;
	const uint8_t *p;

	if (fd < 0)
		return 1;
	if (drm_lib_load() || !shown(fd, &fb)) {
		(void)re_printf("none\n");
		return 0;
	}

	map.handle = fb.handle;
	if (drm.Ioctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &map))
		return 1;

	p = mmap(NULL, (size_t)fb.pitch * fb.height, PROT_READ, MAP_SHARED, fd,
		 (off_t)map.offset);
	if (p == MAP_FAILED)
		return 1;

	for (size_t i = 0; i < ARRAY_SIZE(partv); i++)
		judge(p, &fb, i);
	(void)re_printf("}\n");
	return 0;
}

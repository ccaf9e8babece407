/**
 * @file drivers/videodev.c  Video devices
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "drivers/videodev.h"

enum {
	PATH_MAX_VIDEO = 32, /* "/dev/videoN" with room */
	MAJOR = 81,	     /* Of video devices (Linux, devices.txt) */
};

int videodev_ioctl(int fd, unsigned long request, void *arg)
{
	int n;

	do {
		n = ioctl(fd, request, arg);
	} while (n < 0 && errno == EINTR);

	return n < 0 ? errno : 0;
}

/* Opening what is no video device may do harm, or block */
static int check(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno;

	return S_ISCHR(st.st_mode) && major(st.st_rdev) == MAJOR ? 0 : ENODEV;
}

int videodev_open(int *fdp, const char *path, uint32_t *caps,
		  struct v4l2_capability *card)
{
	struct v4l2_capability cap = { .driver = { 0 } };
	int fd, err;

	err = check(path);
	if (err)
		return err;

	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENXIO ? ENODEV : errno;

	err = videodev_ioctl(fd, VIDIOC_QUERYCAP, &cap);
	if (err) {
		(void)close(fd);
		return err == ENOTTY ? ENODEV : err;
	}

	cap.card[sizeof(cap.card) - 1] = '\0';
	*caps = cap.capabilities & V4L2_CAP_DEVICE_CAPS ? cap.device_caps
							: cap.capabilities;
	if (card)
		*card = cap;
	*fdp = fd;
	return 0;
}

bool videodev_each(videodev_each_h *h, void *arg)
{
	char path[PATH_MAX_VIDEO];

	for (int i = 0; i < VIDEODEV_MAX; i++) {
		(void)re_snprintf(path, sizeof(path), "/dev/video%d", i);
		if (!check(path) && h(path, arg))
			return true;
	}
	return false;
}

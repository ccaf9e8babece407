/**
 * @file drivers/v4l2_controls.c  V4L2 controls
 */
#include <ctype.h>
#include <stdlib.h>
#include "core/base/log.h"
#include "drivers/v4l2_controls.h"
#include "drivers/videodev.h"

void v4l2_controls_name(char name[V4L2_CONTROLS_NAME], const char *theirs)
{
	size_t n = 0;

	for (; *theirs && n + 1 < V4L2_CONTROLS_NAME; theirs++) {
		if (isalnum((unsigned char)*theirs))
			name[n++] = (char)tolower((unsigned char)*theirs);
		else if (n && name[n - 1] != '_')
			name[n++] = '_';
	}
	while (n && name[n - 1] == '_')
		--n;
	name[n] = '\0';
}

/* The next of a list: 0, ENOENT at its end, EINVAL it is none */
static int next(const char **list, char name[V4L2_CONTROLS_NAME], long *value)
{
	const char *equals = strchr(*list, '=');
	size_t n = equals ? (size_t)(equals - *list) : 0;
	char *end;

	if (!**list)
		return ENOENT;
	if (!n || n >= V4L2_CONTROLS_NAME)
		return EINVAL;

	memcpy(name, *list, n);
	name[n] = '\0';
	if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != n)
		return EINVAL;

	errno = 0;
	*value = strtol(equals + 1, &end, 10);
	if (end == equals + 1 || errno || *value != (int32_t)*value ||
	    (*end && (*end != ',' || !end[1])))
		return EINVAL;

	*list = end + (*end == ',');
	return 0;
}

int v4l2_controls_check(const char *list)
{
	char name[V4L2_CONTROLS_NAME];
	long value;
	int err;

	do {
		err = next(&list, name, &value);
	} while (!err);
	return err == ENOENT ? 0 : err;
}

static bool settable(const struct v4l2_queryctrl *q)
{
	const bool number = q->type == V4L2_CTRL_TYPE_INTEGER ||
			    q->type == V4L2_CTRL_TYPE_BOOLEAN ||
			    q->type == V4L2_CTRL_TYPE_MENU ||
			    q->type == V4L2_CTRL_TYPE_INTEGER_MENU;

	return number && !(q->flags & (V4L2_CTRL_FLAG_DISABLED |
				       V4L2_CTRL_FLAG_READ_ONLY));
}

/* The next one after q->id that can be set. @return Whether there is one */
static bool next_control(int fd, struct v4l2_queryctrl *q)
{
	for (unsigned i = 0; i < V4L2_CONTROLS_MAX; i++) {
		q->id |= V4L2_CTRL_FLAG_NEXT_CTRL;
		if (videodev_ioctl(fd, VIDIOC_QUERYCTRL, q))
			return false;
		q->name[sizeof(q->name) - 1] = '\0';
		if (settable(q))
			return true;
	}
	return false;
}

static int set(int fd, const char *wanted, long value)
{
	struct v4l2_queryctrl q = { .id = 0 };
	char name[V4L2_CONTROLS_NAME];

	for (unsigned i = 0; i < V4L2_CONTROLS_MAX; i++) {
		struct v4l2_control c = { .value = (int32_t)value };

		if (!next_control(fd, &q))
			return ENOENT;
		v4l2_controls_name(name, (const char *)q.name);
		if (strcmp(name, wanted))
			continue;
		if (value < q.minimum || value > q.maximum)
			return ERANGE;
		c.id = q.id;
		return videodev_ioctl(fd, VIDIOC_S_CTRL, &c);
	}
	return ENOENT;
}

int v4l2_controls_set(int fd, const char *list)
{
	char name[V4L2_CONTROLS_NAME];
	long value;
	int err = 0;

	while (list && !next(&list, name, &value)) {
		int e = set(fd, name, value);

		if (!e)
			continue;
		log_warning("camera: %s=%ld: %s\n", name, value,
			    e == ENOENT	  ? "it has no such control"
			    : e == ERANGE ? "out of its range"
					  : strerror(e));
		err = EINVAL;
	}
	return err;
}

int v4l2_controls_print(struct re_printf *pf, const int *fd)
{
	struct v4l2_queryctrl q = { .id = 0 };
	char name[V4L2_CONTROLS_NAME];
	int err = 0;

	for (unsigned i = 0; i < V4L2_CONTROLS_MAX && next_control(*fd, &q);
	     i++) {
		v4l2_controls_name(name, (const char *)q.name);
		err |= re_hprintf(pf, " %s=%d..%d", name, q.minimum, q.maximum);
	}
	return err;
}

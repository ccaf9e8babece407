/**
 * @file drivers/v4l2_place.h  V4L2 place: which /dev/videoN the camera is now
 *
 *     "/dev/video0", "Name", "" -> [v4l2_place] -> descriptor
 *
 * The kernel numbers its devices as they come: a camera that is plugged in
 * again while somebody still holds its old node is another /dev/videoN. So a
 * camera that was there once is known by its name and the bus it is at, and
 * found by them. One of the same name at another place is taken for it only
 * if it was the only one of that name: a second may look elsewhere.
 */
#ifndef DRIVERS_V4L2_PLACE_H
#define DRIVERS_V4L2_PLACE_H

#include "drivers/videodev.h"

enum {
	V4L2_PLACE_NAME = 32, /**< Of a card or a bus (struct
				   v4l2_capability) */
	V4L2_PLACE_TRIES = 8, /**< A node may become a camera without notice:
				   each so many it is tried, ours */
};

/** Embed it, zeroed; nothing in it is for others */
struct v4l2_place {
	char *wish; /* As configured, a name in /dev/v4l as its path       */
	char *name; /* Of a device; NULL the wish is a path, or the first  */
	char *path; /* Where it was found last; NULL nowhere yet           */
	char card[V4L2_PLACE_NAME]; /* Of what was there, "" nothing yet   */
	char bus[V4L2_PLACE_NAME];
	bool alone;	/* There was no other of that name                  */
	uint64_t node;	/* Fingerprint of the node that it was              */
	unsigned tries; /* Since all were opened                         */
	uint64_t seen;	/* Fingerprint of all nodes when it was not found   */
};

/** Whether a node is that of a camera: it captures, and does no more */
bool v4l2_place_can(uint32_t caps);

/**
 * Begin.
 *
 * @param wish  "/dev/videoN"; another path, which alone is taken then; a name
 *              in /dev/v4l/by-id, or the device's own, as `devices` shows it;
 *              or "" for the first
 *
 * @return 0, EINVAL none of these, ENOMEM
 */
int v4l2_place_init(struct v4l2_place *p, const struct pl *wish);

/** Free what it holds */
void v4l2_place_close(struct v4l2_place *p);

/**
 * Open the camera, wherever it is now.
 *
 * @param fdp  Set to the descriptor, which the caller closes; else to -1
 *
 * @return 0, ENOENT or ENODEV it is not there, errno of open()
 */
int v4l2_place_open(struct v4l2_place *p, int *fdp);

/** Whether it is there; it is opened only if the node is another than it was.
    @return as v4l2_place_open() */
int v4l2_place_look(struct v4l2_place *p);

/** What to call it, for people */
const char *v4l2_place_name(const struct v4l2_place *p);

#endif

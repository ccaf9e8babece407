/**
 * @file app/loopback.h  Loopback: hear yourself, a second later
 *
 *     microphone -> [loopback] a second -> loudspeaker
 */
#ifndef APP_LOOPBACK_H
#define APP_LOOPBACK_H

#include "app/answer.h"
#include "core/base/loop.h"
#include "core/device/sound.h"

enum {
	LOOPBACK_TIME = 10, /**< Unless said otherwise [s] */
	LOOPBACK_MAX = 60,  /**< [s] */
};

/** Play the microphone; as earcheck_start() */
int loopback_start(struct sound *s, unsigned seconds, struct answer *answer);

#endif

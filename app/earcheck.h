/**
 * @file app/earcheck.h  Ear check: does the microphone hear the loudspeaker?
 *
 *     `check audio` -> [earcheck] -> chirp -> borrowed sound device
 *                            '-----> words that a fitter understands
 */
#ifndef APP_EARCHECK_H
#define APP_EARCHECK_H

#include "app/answer.h"
#include "core/base/loop.h"
#include "core/device/sound.h"

/**
 * Check; takes EARCHECK_CHIRPS + 1 seconds. Ends with answer_end(): 0, EIO
 * something is wrong, ECANCELED a call needs the device.
 *
 * @param s  As app/soundloan.h
 *
 * @return 0 it goes on, EBUSY there is a call, EALREADY another check, or
 *         errno of the device
 */
int earcheck_start(struct sound *s, struct answer *answer);

enum {
	EARCHECK_CHIRPS = 5,
};

#endif

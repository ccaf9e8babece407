/**
 * @file app/soundloan.h  Sound loan: the device, lent to a check meanwhile
 *
 *     sound device -> [soundloan] -> phone
 *                           '------> check, loopback
 *
 * Is the sound device for the phone, which knows nothing of it. While the
 * phone has not opened it, a check may have it; a call takes it back at once.
 * Looks at whether the heart beats, for `top` and the watchdog.
 */
#ifndef APP_SOUNDLOAN_H
#define APP_SOUNDLOAN_H

#include "core/device/sound.h"

/** What went through since it was asked last */
struct soundloan_figures {
	bool open;	/**< The phone has it open                    */
	uint64_t gap;	/**< Longest time between two heartbeats [us] */
	uint64_t last;	/**< Of the last heartbeat, or of start [us]  */
	uint64_t beats; /**< Since it was opened                      */
};

/** The phone needs it: no handler is called any more */
typedef void(soundloan_recall_h)(void *arg);

/**
 * Allocate. Free it with mem_deref().
 *
 * @param inner  The device, closed; a reference is kept
 *
 * @return 0, ENOMEM
 */
int soundloan_alloc(struct sound **sp, struct sound *inner);

/**
 * Borrow it; as sound_start().
 *
 * @return 0, EBUSY the phone has it, EALREADY another check has, or errno
 */
int soundloan_borrow(struct sound *s, struct sound_format *fmt,
		     sound_period_h *ph, soundloan_recall_h *recallh,
		     void *arg);

/** Give it back; harmless when it was recalled */
void soundloan_return(struct sound *s);

/** Look; the longest time begins anew */
void soundloan_figures(struct sound *s, struct soundloan_figures *f);

/** Look, and leave it */
void soundloan_figures_peek(const struct sound *s, struct soundloan_figures *f);

#endif

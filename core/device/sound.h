/**
 * @file core/device/sound.h  Sound: one duplex device with one heartbeat
 *
 *     microphone -> [sound] -> period(mic, spk, now) -> [sound] -> speaker
 *
 * A table of functions; drivers implement it, a board chooses the driver.
 * Capture and playback beat together, so that the echo canceller knows the
 * alignment and the playout clock is the device's. A driver whose device goes
 * away says so once and beats on with silence, until the device is back.
 */
#ifndef CORE_DEVICE_SOUND_H
#define CORE_DEVICE_SOUND_H

#include "core/base/clock.h"

enum {
	SOUND_RATE_MIN = 8000,	/**< [Hz], DESIGN: any rate 8 to 48 kHz  */
	SOUND_RATE_MAX = 48000, /**< [Hz]                                */
	SOUND_CHANNELS_MAX = 2,
	SOUND_PERIOD = 10 * CLOCK_MS, /**< Preferred period [us], ours   */
	SOUND_PERIOD_MAX = 4800,      /**< Frames in a period, 100 ms at
					   48 kHz, ours                  */
	SOUND_KEEP = -1,	/**< Leave it as the card's mixer has it */
	SOUND_CONTROL_MAX = 64, /**< Name of a mixer's control [bytes],
				     SNDRV_CTL_ELEM_ID_NAME_MAXLEN is 44,
				     and a number of it                  */
};

/** Both directions of a device */
enum sound_side {
	SOUND_MICROPHONE,
	SOUND_SPEAKER,
	SOUND_SIDES,
};

/** Its name, as in the configuration and in commands */
static inline const char *sound_side_name(enum sound_side side)
{
	return side == SOUND_SPEAKER ? "speaker" : "microphone";
}

/** How loud a direction is, by the card's own mixer */
struct sound_volume {
	int percent;			 /**< 0..100, or SOUND_KEEP     */
	int muted;			 /**< 0, 1, or SOUND_KEEP       */
	char control[SOUND_CONTROL_MAX]; /**< Whose; got only           */
};

/** What a device runs at. Samples are int16_t of the machine, interleaved */
struct sound_format {
	uint32_t rate;	   /**< [Hz] SOUND_RATE_MIN..SOUND_RATE_MAX   */
	unsigned channels; /**< 1 or 2, the same for mic and speaker  */
	unsigned period;   /**< Frames in a heartbeat, at most
				SOUND_PERIOD_MAX                      */
};

/** What is wished for; 0 leaves the choice to the driver */
struct sound_prefs {
	uint32_t rate;			   /**< [Hz]      */
	unsigned channels;		   /**< 1 or 2    */
	uint32_t period;		   /**< [us]      */
	const char *controlv[SOUND_SIDES]; /**< Of the mixer; NULL or "": the
						best there is            */
};

/** What a simulated loudspeaker heard since start() */
struct sound_heard {
	double level;	   /**< Over the last second with sound [dBFS, RMS of
				a full-scale sine is -3]; -120 for nothing */
	double frequency;  /**< Dominant, over the last second with sound [Hz];
				0 for none                                 */
	uint32_t gap;	   /**< Longest silence between sounds [ms]        */
	uint64_t sounding; /**< Time with sound [ms]                       */
};

/**
 * The heartbeat. Do not free the device inside; stop() is allowed.
 *
 * @param mic     Captured, `frames` frames, borrowed
 * @param spk     To be filled, zeroed before the call
 * @param frames  format.period
 * @param now     When mic's last sample was captured [us]
 */
typedef void(sound_period_h)(const int16_t *mic, int16_t *spk, unsigned frames,
			     uint64_t now, void *arg);

/**
 * The device went away (err = errno; silence beats on), or came back (0).
 * Called once for each change. stop() is allowed inside, freeing is not.
 */
typedef void(sound_state_h)(int err, void *arg);

struct sound;

/** What a driver does; all functions are present but `heard`, and those of the
    volume, where there is no mixer */
struct sound_table {
	/**
	 * Open the device and let it beat. Counters begin anew.
	 *
	 * @param fmt  Set to what it runs at, before the first heartbeat
	 *
	 * @return 0, EALREADY, ENODEV, EBUSY in use, EINVAL, ENOMEM
	 */
	int (*start)(struct sound *s, struct sound_format *fmt,
		     sound_period_h *ph, sound_state_h *sh, void *arg);

	/** Close it; no handler is called any more. May be started again */
	void (*stop)(struct sound *s);

	/** What the loudspeaker heard; NULL where it cannot be known */
	void (*heard)(const struct sound *s, struct sound_heard *heard);

	/** Print format and counters on one line */
	int (*print)(struct re_printf *pf, const struct sound *s);

	/**
	 * Set the volume of a direction now, and whenever the device is
	 * opened, or is back.
	 *
	 * @return 0, ENOTSUP it has no control of that, ENODEV it is away,
	 *         and is set when it is back, or errno
	 */
	int (*set_volume)(struct sound *s, enum sound_side side,
			  const struct sound_volume *v);

	/** Ask for it. @return 0, ENOTSUP, ENODEV, or errno */
	int (*get_volume)(const struct sound *s, enum sound_side side,
			  struct sound_volume *v);
};

/** Begins each driver's object, which is freed with mem_deref() */
struct sound {
	const struct sound_table *table;
};

/**
 * Constructor of a driver. The device is looked at (a warning says what is
 * wrong with it) but neither microphone nor speaker stays open.
 *
 * @param sp      Set to the new device; free it with mem_deref()
 * @param device  What follows "SCHEME:" in [audio] device, or ""
 * @param prefs   Wishes; borrowed
 *
 * @return 0, EINVAL device not understood, ENODEV, ENOENT, EBUSY, ENOMEM
 */
typedef int(sound_alloc_h)(struct sound **sp, const char *device,
			   const struct sound_prefs *prefs);

/** Print the names that can follow "SCHEME:", a line each */
typedef int(sound_list_h)(struct re_printf *pf, void *unused);

/** Start; see struct sound_table */
static inline int sound_start(struct sound *s, struct sound_format *fmt,
			      sound_period_h *ph, sound_state_h *sh, void *arg)
{
	return s->table->start(s, fmt, ph, sh, arg);
}

/** Stop; harmless when stopped */
static inline void sound_stop(struct sound *s)
{
	s->table->stop(s);
}

/** What the loudspeaker heard. @return 0, ENOTSUP not a simulated one */
static inline int sound_heard(const struct sound *s, struct sound_heard *heard)
{
	if (!s->table->heard)
		return ENOTSUP;

	s->table->heard(s, heard);
	return 0;
}

/** Set the volume; see struct sound_table */
static inline int sound_set_volume(struct sound *s, enum sound_side side,
				   const struct sound_volume *v)
{
	return s->table->set_volume ? s->table->set_volume(s, side, v)
				    : ENOTSUP;
}

/** Ask for the volume; see struct sound_table */
static inline int sound_get_volume(const struct sound *s, enum sound_side side,
				   struct sound_volume *v)
{
	return s->table->get_volume ? s->table->get_volume(s, side, v)
				    : ENOTSUP;
}

/** Print format and counters, for %H */
static inline int sound_print(struct re_printf *pf, const struct sound *s)
{
	return s->table->print(pf, s);
}

#endif

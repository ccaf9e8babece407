/**
 * @file drivers/alsa_pcm.h  ALSA PCM: one direction of a card
 *
 *     alsa_sound -> [alsa_pcm] -> alsa-lib
 *
 * Opens, negotiates, reads, writes and restarts; errors become errno here.
 * The card's format and channels may be others than ours, its buffer is used
 * in place where it can be mapped. Nothing here waits.
 */
#ifndef DRIVERS_ALSA_PCM_H
#define DRIVERS_ALSA_PCM_H

#include "core/device/sound.h"
#include "drivers/alsa_lib.h"

enum {
	ALSA_PCM_PERIODS = 8, /**< In the card's buffer, ours            */
	ALSA_PCM_FILL = 2,    /**< Periods that playback keeps ahead, ours */
};

/** Open; what the card does */
struct alsa_pcm {
	snd_pcm_t *pcm;
	snd_pcm_format_t format;
	snd_pcm_uframes_t period, buffer; /**< [frames]                  */
	uint32_t rate;			  /**< [Hz]                      */
	unsigned channels;
	bool mapped;   /**< Its buffer is                            */
	int card;      /**< Its number, -1 none                      */
	unsigned ours; /**< Channels that are read and written       */
	unsigned beat; /**< What we read or write at once [frames],
			       a period at least where it is read        */
	unsigned fill; /**< What playback keeps ahead [frames]       */
	uint8_t *raw;  /**< Samples of the card                      */
	unsigned rawc; /**< That fit [frames]                        */
};

/**
 * Open, not blocking, as near to `fmt` as the card can.
 *
 * @param fmt    Rate (capture: exactly that one), channels to be read or
 *               written, and the wished period [frames] at that rate
 *
 * @return 0, ENOENT, ENODEV, EBUSY, EINVAL the card cannot do it, ENOMEM
 */
int alsa_pcm_open(struct alsa_pcm **pp, const char *name,
		  snd_pcm_stream_t stream, const struct sound_format *fmt);

/** Get it ready; playback with silence ahead. @return 0 or errno */
int alsa_pcm_prepare(struct alsa_pcm *p);

/** Begin, and what is linked with it. @return 0 or errno */
int alsa_pcm_start(struct alsa_pcm *p);

/** Stop at once, so that it can be prepared */
void alsa_pcm_drop(struct alsa_pcm *p);

/** Both start and stop together from now on. @return Whether that can be */
bool alsa_pcm_link(struct alsa_pcm *a, struct alsa_pcm *b);

/** Captured and not read, or written and not heard [us]; 0 unknown */
int64_t alsa_pcm_waiting(struct alsa_pcm *p);

/**
 * Read a whole period.
 *
 * @return 0, EAGAIN not there yet, EPIPE stopped: to be started anew, else
 *         it is lost
 */
int alsa_pcm_read(struct alsa_pcm *p, int16_t *buf, unsigned frames);

/**
 * Write.
 *
 * @return 0, EAGAIN too much waits: dropped, EPIPE stopped: to be started
 *         anew, else it is lost
 */
int alsa_pcm_write(struct alsa_pcm *p, const int16_t *buf, unsigned frames);

/** Print what it runs at, for people */
int alsa_pcm_print(struct re_printf *pf, const struct alsa_pcm *p);

#endif

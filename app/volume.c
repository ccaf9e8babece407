/**
 * @file app/volume.c  Volume
 */
#include "app/volume.h"
#include "core/base/log.h"

void volume_controls(const char *controlv[SOUND_SIDES],
		     const struct config *cfg)
{
	controlv[SOUND_SPEAKER] = config_text(cfg, "audio", "speaker_control");
	controlv[SOUND_MICROPHONE] = config_text(cfg, "audio",
						 "microphone_control");
}

static int configured(enum sound_side side, const struct config *cfg)
{
	if (side == SOUND_SPEAKER)
		return config_is(cfg, "audio", "speaker_volume", "keep")
			       ? SOUND_KEEP
			       : (int)config_number(cfg, "audio",
						    "speaker_volume");

	return config_is(cfg, "audio", "microphone_volume", "keep")
		       ? SOUND_KEEP
		       : (int)config_number(cfg, "audio", "microphone_volume");
}

void volume_configure(struct sound *s, enum sound_side side,
		      const struct config *cfg)
{
	const struct sound_volume v = { .percent = configured(side, cfg),
					.muted = SOUND_KEEP };
	int err;

	if (v.percent == SOUND_KEEP)
		return;

	err = sound_set_volume(s, side, &v);
	if (err == ENOTSUP)
		log_warning("sound: [audio] %s_volume: the device has no such "
			    "control; `boardphone devices` lists what there "
			    "is\n",
			    sound_side_name(side));
	else if (err && err != ENODEV) /* Away: that was said */
		log_warning("sound: [audio] %s_volume: %m\n",
			    sound_side_name(side), err);
}

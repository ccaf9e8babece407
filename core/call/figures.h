/**
 * @file core/call/figures.h  Figures: statistics of a call's media as JSON
 *
 *     audio, voice -> [figures] -> session -> `stats --json`, event `stats`
 *
 * Levels in dBFS, times in milliseconds, counts in packets.
 */
#ifndef CORE_CALL_FIGURES_H
#define CORE_CALL_FIGURES_H

#include <jansson.h>
#include "core/call/voice.h"
#include "core/media/audio.h"
#include "core/media/video.h"

/** @return new reference, NULL without memory */
json_t *figures_audio(const struct audio *a, const struct voice *v);

/** The same of the picture; bit rates in bit/s */
json_t *figures_video(const struct video *v);

#endif

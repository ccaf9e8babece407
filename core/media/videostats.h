/**
 * @file core/media/videostats.h  Video stats: numbers of a call's picture
 *
 *     videoout, videoin, report -> video -> [videostats] -> `stats`
 */
#ifndef CORE_MEDIA_VIDEOSTATS_H
#define CORE_MEDIA_VIDEOSTATS_H

#include "core/media/video.h"
#include "core/media/videoin.h"
#include "core/media/videoout.h"

/** Numbers for `stats` */
struct video_stats {
	const char *codec; /**< Sent: name                         */
	bool send, recv;
	uint32_t bitrate;   /**< That the way can take [bit/s]      */
	uint32_t unknown;   /**< Packets of a type not negotiated   */
	uint32_t malformed; /**< Packets that are not RTP           */
	struct report_stats report;
	struct videoout_stats out;
	struct videoin_stats in;
};

/** Numbers so far */
void video_stats(const struct video *v, struct video_stats *st);

/** Print them on a few lines, for %H */
int video_print(struct re_printf *pf, const struct video *v);

#endif

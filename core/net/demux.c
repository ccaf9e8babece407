/**
 * @file core/net/demux.c  Demux
 */
#include "core/net/demux.h"

enum {
	MARKER_MASK = 0x7f, /* Payload type without the marker bit */
	REPORT_LOW = 64,    /* RFC 5761 section 4                  */
	REPORT_HIGH = 95,
};

/* RFC 7983 section 7 */
static const struct {
	uint8_t low, high;
	enum demux_kind kind;
} rangev[] = {
	{ 0, 3, DEMUX_STUN },
	{ 20, 63, DEMUX_DTLS },
	{ 64, 79, DEMUX_CHANNEL },
	{ 128, 191, DEMUX_PACKET },
};

static bool is_report(uint8_t second)
{
	uint8_t type = second & MARKER_MASK;

	return type >= REPORT_LOW && type <= REPORT_HIGH;
}

enum demux_kind demux_sort(const uint8_t *p, size_t len)
{
	if (len < 2)
		return DEMUX_NONE;

	for (size_t i = 0; i < ARRAY_SIZE(rangev); i++) {
		if (p[0] < rangev[i].low || p[0] > rangev[i].high)
			continue;
		if (rangev[i].kind == DEMUX_PACKET && is_report(p[1]))
			return DEMUX_REPORT;

		return rangev[i].kind;
	}

	return DEMUX_NONE;
}

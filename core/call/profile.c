/**
 * @file core/call/profile.c  Profile
 */
#include "core/call/profile.h"
#include "core/media/avc.h"

enum {
	BASELINE = 66,	    /* profile_idc, H.264 section A.2.1       */
	CONSTRAINED = 0xe0, /* constraint_set0 to 2, as Chromium says */
	MACROBLOCK = 16,    /* [pixels] a side                        */
	LEVEL_MOST = 51,
};

/* H.264 table A-1, from 3.1 on: what everybody decodes (RFC 7742 section 6.2
   asks for 1.2) */
static const struct {
	uint8_t level;
	uint32_t rate;	  /* MaxMBPS [macroblocks/s]  */
	uint32_t size;	  /* MaxFS [macroblocks]      */
	uint32_t bitrate; /* MaxBR [1000 bit/s]       */
} levelv[] = {
	{ 31, 108000, 3600, 14000 },   { 32, 216000, 5120, 20000 },
	{ 40, 245760, 8192, 20000 },   { 42, 522240, 8704, 50000 },
	{ 50, 589824, 22080, 135000 },
};

static uint32_t macroblocks(unsigned pixels)
{
	return (pixels + MACROBLOCK - 1) / MACROBLOCK;
}

static void print(char text[PROFILE_SIZE], const struct avc_profile *p)
{
	(void)re_snprintf(text, PROFILE_SIZE, "%H", avc_profile_print, p);
}

void profile_guess(char text[PROFILE_SIZE], const struct encoder_prefs *prefs)
{
	const uint32_t size = macroblocks(prefs->width) *
			      macroblocks(prefs->height);
	struct avc_profile p = { BASELINE, CONSTRAINED, LEVEL_MOST };

	for (size_t i = ARRAY_SIZE(levelv); i--;) {
		if (size <= levelv[i].size &&
		    size * prefs->fps <= levelv[i].rate &&
		    prefs->bitrate <= levelv[i].bitrate * 1000ULL)
			p.level = levelv[i].level;
	}
	print(text, &p);
}

int profile_read(char text[PROFILE_SIZE], const struct encoder_unit *unit)
{
	struct avc_walk w;
	struct avc_nal nal;
	struct avc_sps sps;
	int err;

	avc_walk(&w, unit->data, unit->size);
	while (avc_next(&w, &nal)) {
		if (avc_type(&nal) != AVC_SPS)
			continue;

		err = avc_sps_decode(&sps, &nal);
		if (!err)
			print(text, &sps.profile);
		return err;
	}

	return ENOENT;
}

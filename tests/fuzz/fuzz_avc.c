/**
 * @file tests/fuzz/fuzz_avc.c  Fuzz target: H.264 byte streams, SPS and fmtp
 *
 * The input is taken as each of these. SECURITY row 29.
 */
#include <stdlib.h>
#include "core/base/frame.h"
#include "core/media/avc_format.h"
#include "core/media/avc_pack.h"

enum {
	LONGEST = 200, /* Payload [bytes] */
	FPS = 30,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_sps(const struct avc_nal *nal)
{
	struct avc_sps sps;

	if (avc_sps_decode(&sps, nal))
		return;
	if (!sps.width || sps.width > sps.coded_width || !sps.height ||
	    sps.height > sps.coded_height || sps.coded_width > FRAME_SIDE_MAX ||
	    sps.coded_height > FRAME_SIDE_MAX)
		abort();
	(void)avc_profile_allows(&sps.profile, sps.width, sps.height, FPS);
}

/* Each lies behind the one before, and in the input */
static void check_stream(const uint8_t *data, size_t size)
{
	const uint8_t *behind = data;
	struct avc_walk walk;
	struct avc_nal nal;

	avc_walk(&walk, data, size);
	while (avc_next(&walk, &nal)) {
		if (!nal.size || nal.data < behind ||
		    nal.data + nal.size > data + size)
			abort();
		behind = nal.data + nal.size;
		if (avc_type(&nal) == AVC_SPS)
			check_sps(&nal);
		(void)avc_is_clean(&nal);
	}
}

static int on_payload(const struct payload *p, void *arg)
{
	bool *last = arg;
	size_t size = 0;

	for (unsigned i = 0; i < p->piecec; i++)
		size += p->piecev[i].size;
	if (size != p->size || size > LONGEST || *last)
		abort();
	*last = p->last;
	return 0;
}

static void check_pack(const uint8_t *data, size_t size)
{
	for (unsigned mode = 0; mode <= 1; mode++) {
		struct avc_pack a = { .mode = mode };
		bool last = false;
		int err = avc_pack_unit(&a, data, size, LONGEST, on_payload,
					&last);

		if (last == (err != 0) || a.stats.overhead > a.stats.bytes)
			abort();
	}
}

static void check_format(const uint8_t *data, size_t size)
{
	static const char ours[] = "packetization-mode=1;"
				   "profile-level-id=42e01f";
	struct avc_format us, them, again;
	char *text = calloc(1, size + 1), *printed = NULL;

	if (!text)
		abort();
	memcpy(text, data, size);
	if (!avc_format_decode(&them, text)) {
		if (re_sdprintf(&printed, "%H", avc_format_print, &them) ||
		    avc_format_decode(&again, printed) ||
		    memcmp(&again.profile, &them.profile,
			   sizeof(them.profile)) != 0 ||
		    again.mode != them.mode ||
		    again.asymmetry != them.asymmetry ||
		    avc_format_decode(&us, ours))
			abort();
		(void)avc_format_fit(&us, &them);
		us.profile = avc_format_send(&us, &them);
		(void)avc_profile_allows(&us.profile, FRAME_SIDE_MAX,
					 FRAME_SIDE_MAX, FPS);
	}
	mem_deref(printed);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct avc_nal nal = { data, size };

	check_stream(data, size);
	check_pack(data, size);
	if (size) {
		check_sps(&nal);
		(void)avc_is_clean(&nal);
	}
	check_format(data, size);
	return 0;
}

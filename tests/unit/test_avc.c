/**
 * @file tests/unit/test_avc.c  Tests of H.264 byte streams and SPS
 */
#include "core/base/frame.h"
#include "core/media/avc.h"
#include "tests/unit/support/spool.h"
#include "tests/unit/test.h"

/* NAL units as "offset+size" in a byte stream, H.264 Annex B */
static const struct {
	const char *name;
	uint8_t bytes[24];
	size_t size;
	const char *found;
} walkv[] = {
	{ "nothing", { 0 }, 0, "" },
	{ "no start code", { 0x65, 1, 2, 3 }, 4, "" },
	{ "only zeros", { 0, 0, 0, 0 }, 4, "" },
	{ "only a start code", { 0, 0, 0, 1 }, 4, "" },
	{ "three and four",
	  { 0, 0, 0, 1, 9, 0xf0, 0, 0, 1, 0x65, 8 },
	  11,
	  "4+2 9+2 " },
	{ "something before", { 7, 7, 0, 0, 1, 9 }, 6, "5+1 " },
	{ "zeros behind",
	  { 0, 0, 1, 0x65, 8, 0, 0, 0, 0, 0, 1, 0x41, 0 },
	  13,
	  "3+2 11+1 " },
	{ "empty ones", { 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0x65 }, 11, "10+1 " },
	{ "cut", { 0, 0, 1, 0x65, 0, 0 }, 6, "3+1 " },
	{ "no 1 but a 2", { 0, 0, 1, 0x65, 0, 0, 2, 1 }, 8, "3+5 " },
};

static void test_avc_finds_nal_units(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(walkv); i++) {
		struct avc_walk walk;
		struct avc_nal nal;
		char found[64] = "";

		avc_walk(&walk, walkv[i].bytes, walkv[i].size);
		while (avc_next(&walk, &nal)) {
			(void)re_snprintf(
				found + strlen(found),
				sizeof(found) - strlen(found), "%zu+%zu ",
				(size_t)(nal.data - walkv[i].bytes), nal.size);
		}
		if (strcmp(found, walkv[i].found) != 0)
			fail_msg("%s: %s", walkv[i].name, found);
	}
}

static void test_avc_knows_what_a_byte_stream_cannot_carry(void **state)
{
	static const struct {
		uint8_t bytes[8];
		size_t size;
		bool clean;
	} cleanv[] = {
		{ { 0x65, 1 }, 2, true },
		{ { 0x65 }, 1, true },
		{ { 0xe5, 1 }, 2, false }, /* forbidden_zero_bit */
		{ { 0x65, 0 }, 2, false },
		{ { 0x65, 0, 0, 1, 0x67 }, 5, false },
		{ { 0x65, 0, 0, 2, 0x67 }, 5, false },
		{ { 0x65, 0, 0, 0, 1, 0x67 }, 6, false },
		{ { 0x65, 0, 0, 3, 1, 0x67 }, 6, true },
		{ { 0x65, 0, 1, 0, 1, 0, 2, 2 }, 8, true },
		{ { 0x65, 5, 5, 5, 0, 0, 1 }, 7, false },
		{ { 0x65, 5, 5, 5, 5, 0, 0, 1 }, 8, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cleanv); i++) {
		const struct avc_nal nal = { cleanv[i].bytes, cleanv[i].size };

		if (avc_is_clean(&nal) != cleanv[i].clean)
			fail_msg("%zu", i);
	}
}

/* Made by encoders */
static const struct {
	const char *name;
	uint8_t bytes[48];
	size_t size;
	const char *profile;
	unsigned width, height, coded_width, coded_height;
} spsv[] = {
	/* openh264 2.3.1 */
	{ "openh264 64x48",
	  { 0x67, 0x42, 0xc0, 0x0a, 0x8c, 0x8d, 0x42, 0x39, 0x00, 0xf0, 0x88,
	    0x46, 0xa0 },
	  13,
	  "42c00a",
	  64,
	  48,
	  64,
	  48 },
	{ "openh264 642x362",
	  { 0x67, 0x42, 0xc0, 0x1e, 0x8c, 0x8d, 0x40, 0x52, 0x17, 0xf1, 0x12,
	    0x40, 0x3c, 0x22, 0x11, 0xa8 },
	  16,
	  "42c01e",
	  642,
	  362,
	  656,
	  368 },
	{ "openh264 1920x1080",
	  { 0x67, 0x42, 0xc0, 0x28, 0x8c, 0x8d, 0x40, 0x3c, 0x01, 0x13, 0xf2,
	    0xc0, 0x3c, 0x22, 0x11, 0xa8 },
	  16,
	  "42c028",
	  1920,
	  1080,
	  1920,
	  1088 },
	/* x264, High at level 4, with emulation prevention in its VUI */
	{ "x264 1920x1080",
	  { 0x67, 0x64, 0x00, 0x28, 0xac, 0xd9, 0x40, 0x78, 0x02,
	    0x27, 0xe5, 0x84, 0x00, 0x00, 0x03, 0x00, 0x04, 0x00,
	    0x00, 0x03, 0x00, 0xf0, 0x3c, 0x60, 0xc6, 0x58 },
	  26,
	  "640028",
	  1920,
	  1080,
	  1920,
	  1088 },
};

static void test_avc_reads_sps_of_encoders(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(spsv); i++) {
		const struct avc_nal nal = { spsv[i].bytes, spsv[i].size };
		struct avc_sps sps;
		char profile[8];

		assert_int_equal(avc_sps_decode(&sps, &nal), 0);
		(void)re_snprintf(profile, sizeof(profile), "%H",
				  avc_profile_print, &sps.profile);
		assert_string_equal(profile, spsv[i].profile);
		assert_int_equal(sps.width, spsv[i].width);
		assert_int_equal(sps.height, spsv[i].height);
		assert_int_equal(sps.coded_width, spsv[i].coded_width);
		assert_int_equal(sps.coded_height, spsv[i].coded_height);
		assert_true(sps.refs >= 1 && sps.refs <= 16);
	}
}

/* Cut short it is refused, or the size is as it was; never another */
static void test_avc_refuses_half_an_sps(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(spsv); i++) {
		for (size_t n = 1; n < spsv[i].size; n++) {
			struct avc_nal nal = { spsv[i].bytes, n };
			struct avc_sps sps;
			int err = avc_sps_decode(&sps, &nal);

			if (!err) {
				assert_int_equal(sps.width, spsv[i].width);
				assert_true(n > 6);
			}
		}
	}
}

/* A writer of bits, H.264 sections 7.3 and 9.1 */
struct writer {
	uint8_t bytes[256];
	unsigned bit;
};

static void bits(struct writer *w, uint32_t v, unsigned n)
{
	while (n--) {
		if (v >> n & 1)
			w->bytes[w->bit / 8] |= (uint8_t)(0x80 >> w->bit % 8);
		w->bit++;
	}
}

static void ue(struct writer *w, uint32_t v)
{
	unsigned n = 0;

	while ((v + 1ULL) >> (n + 1))
		n++;
	bits(w, 0, n);
	bits(w, 1, 1);
	bits(w, v + 1, n);
}

/* An SPS as asked for */
struct want {
	uint8_t idc;
	unsigned chroma, lists, order;
	uint32_t refs, columns, rows;
	bool frames, crop;
	uint32_t cropv[4];
};

static void write_lists(struct writer *w, const struct want *want)
{
	bits(w, want->lists > 0, 1);
	if (!want->lists)
		return;

	for (unsigned i = 0; i < (want->chroma == 3 ? 12u : 8u); i++) {
		bits(w, i < want->lists, 1);
		if (i >= want->lists)
			continue;
		/* All eights (delta 0), but the last ends at once (-8) */
		for (unsigned k = 0; k < (i < 6 ? 16u : 64u); k++) {
			ue(w, i + 1 == want->lists ? 16 : 0);
			if (i + 1 == want->lists)
				break;
		}
	}
}

/* Emulation prevention, section 7.4.1 */
static void escape(struct writer *w)
{
	unsigned size = (w->bit + 7) / 8, zeros = 0;

	for (unsigned i = 0; i < size; i++) {
		if (zeros == 2 && w->bytes[i] <= 3) {
			memmove(w->bytes + i + 1, w->bytes + i, size - i);
			w->bytes[i] = 3;
			w->bit += 8;
			size++;
		}
		zeros = w->bytes[i] ? 0 : zeros + 1;
	}
}

static struct avc_nal write_sps(struct writer *w, const struct want *want)
{
	struct avc_nal nal = { w->bytes, 0 };

	memset(w, 0, sizeof(*w));
	bits(w, 0x67, 8);
	bits(w, want->idc, 8);
	bits(w, 0xc0, 8);
	bits(w, 31, 8);
	ue(w, 0);
	if (want->idc == 100) {
		ue(w, want->chroma);
		if (want->chroma == 3)
			bits(w, 0, 1);
		ue(w, 0);
		ue(w, 0);
		bits(w, 0, 1);
		write_lists(w, want);
	}
	ue(w, 4);
	ue(w, want->order);
	if (want->order == 0)
		ue(w, 4);
	if (want->order == 1) {
		bits(w, 1, 1);
		ue(w, 1u << 30); /* Zeros enough to be escaped */
		ue(w, 4);
		ue(w, 2);
		ue(w, 1);
		ue(w, 2);
	}
	ue(w, want->refs);
	bits(w, 0, 1);
	ue(w, want->columns - 1);
	ue(w, want->rows - 1);
	bits(w, want->frames, 1);
	if (!want->frames)
		bits(w, 1, 1);
	bits(w, 1, 1);
	bits(w, want->crop, 1);
	for (unsigned i = 0; want->crop && i < 4; i++)
		ue(w, want->cropv[i]);
	bits(w, 0, 1);
	bits(w, 1, 1);
	escape(w);
	nal.size = (w->bit + 7) / 8;
	return nal;
}

/* H.264 section 7.4.2.1.1; limits SECURITY row 29 */
static const struct {
	const char *name;
	struct want want;
	int err;
	unsigned width, height;
} wantv[] = {
	{ "VGA", { 66, 1, 0, 0, 1, 40, 30, 1, 0, { 0 } }, 0, 640, 480 },
	{ "order 1", { 66, 1, 0, 1, 1, 40, 30, 1, 0, { 0 } }, 0, 640, 480 },
	{ "order 2", { 66, 1, 0, 2, 1, 40, 30, 1, 0, { 0 } }, 0, 640, 480 },
	{ "order 3", { 66, 1, 0, 3, 1, 40, 30, 1, 0, { 0 } }, EBADMSG, 0, 0 },
	{ "17 references",
	  { 66, 1, 0, 2, 17, 40, 30, 1, 0, { 0 } },
	  EBADMSG,
	  0,
	  0 },
	{ "crop 4:2:0",
	  { 66, 1, 0, 2, 1, 40, 30, 1, 1, { 1, 2, 3, 4 } },
	  0,
	  634,
	  466 },
	{ "crop 4:2:2",
	  { 100, 2, 0, 2, 1, 40, 30, 1, 1, { 1, 2, 3, 4 } },
	  0,
	  634,
	  473 },
	{ "crop 4:4:4",
	  { 100, 3, 12, 2, 1, 40, 30, 1, 1, { 1, 2, 3, 4 } },
	  0,
	  637,
	  473 },
	{ "crop grey",
	  { 100, 0, 8, 2, 1, 40, 30, 1, 1, { 1, 2, 3, 4 } },
	  0,
	  637,
	  473 },
	{ "chroma 4", { 100, 4, 0, 2, 1, 40, 30, 1, 0, { 0 } }, EBADMSG, 0, 0 },
	{ "7 lists", { 100, 1, 7, 2, 1, 40, 30, 1, 0, { 0 } }, 0, 640, 480 },
	{ "fields",
	  { 100, 1, 0, 2, 1, 40, 15, 0, 1, { 0, 0, 0, 1 } },
	  0,
	  640,
	  476 },
	{ "all cropped",
	  { 66, 1, 0, 2, 1, 40, 30, 1, 1, { 160, 160, 0, 0 } },
	  EBADMSG,
	  0,
	  0 },
	{ "more than that",
	  { 66, 1, 0, 2, 1, 4, 3, 1, 1, { 1, 1900, 0, 0 } },
	  EBADMSG,
	  0,
	  0 },
	{ "largest",
	  { 66, 1, 0, 2, 1, 120, 120, 1, 0, { 0 } },
	  0,
	  FRAME_SIDE_MAX,
	  FRAME_SIDE_MAX },
	{ "too wide",
	  { 66, 1, 0, 2, 1, 121, 30, 1, 0, { 0 } },
	  EMSGSIZE,
	  0,
	  0 },
	{ "too high",
	  { 66, 1, 0, 2, 1, 40, 121, 1, 0, { 0 } },
	  EMSGSIZE,
	  0,
	  0 },
	{ "too high in fields",
	  { 66, 1, 0, 2, 1, 40, 61, 0, 0, { 0 } },
	  EMSGSIZE,
	  0,
	  0 },
	{ "huge, cropped",
	  { 66, 1, 0, 2, 1, 4096, 3, 1, 1, { 0, 900, 0, 0 } },
	  EMSGSIZE,
	  0,
	  0 },
	{ "2^32 wide",
	  { 66, 1, 0, 2, 1, 0xfffffffe, 3, 1, 0, { 0 } },
	  EMSGSIZE,
	  0,
	  0 },
};

static void test_avc_limits_the_size(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(wantv); i++) {
		struct writer w;
		struct avc_nal nal = write_sps(&w, &wantv[i].want);
		struct avc_sps sps;
		int err = avc_sps_decode(&sps, &nal);

		if (err != wantv[i].err)
			fail_msg("%s: %d", wantv[i].name, err);
		if (!err && (sps.width != wantv[i].width ||
			     sps.height != wantv[i].height))
			fail_msg("%s: %ux%u", wantv[i].name, sps.width,
				 sps.height);
	}
}

static void test_avc_finds_all_of_a_real_unit(void **state)
{
	static const unsigned typev[] = { AVC_SPS, AVC_PPS, AVC_IDR, AVC_IDR,
					  AVC_IDR };
	struct mbuf *mb = spool_vector("avc-slices-0.h264");
	struct avc_walk walk;
	struct avc_nal nal;
	size_t n = 0, size = 0;
	(void)state;

	avc_walk(&walk, mb->buf, mb->end);
	while (avc_next(&walk, &nal)) {
		assert_true(n < ARRAY_SIZE(typev));
		assert_int_equal(avc_type(&nal), typev[n++]);
		assert_true(avc_is_clean(&nal));
		size += AVC_START + nal.size;
	}
	assert_int_equal(n, ARRAY_SIZE(typev));
	assert_int_equal(size, mb->end);
	mem_deref(mb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_avc_finds_nal_units),
		cmocka_unit_test(
			test_avc_knows_what_a_byte_stream_cannot_carry),
		cmocka_unit_test(test_avc_reads_sps_of_encoders),
		cmocka_unit_test(test_avc_refuses_half_an_sps),
		cmocka_unit_test(test_avc_limits_the_size),
		cmocka_unit_test(test_avc_finds_all_of_a_real_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/**
 * @file tests/unit/test_avc_unpack.c  Tests of the H.264 depacketizer
 */
#include "core/media/avc.h"
#include "core/media/avc_unpack.h"
#include "tests/unit/test.h"

/* openh264 2.3.1, 64x48 */
#define SPS "\x67\x42\xc0\x0a\x8c\x8d\x42\x39\x00\xf0\x88\x46\xa0"
#define PPS "\x68\xce\x3c\x80"

#define P(text)                                                                \
	{                                                                      \
		(const uint8_t *)(text), sizeof(text) - 1, 0                   \
	}
#define LAST(text)                                                             \
	{                                                                      \
		(const uint8_t *)(text), sizeof(text) - 1, 1                   \
	}

/* What is given and what comes, RFC 6184; SECURITY row 29 */
static const struct {
	const char *name;
	struct {
		const uint8_t *data;
		size_t size;
		bool marker;
	} packetv[5];
	int err; /* Of the last put() or end() */
	const char *unit;
	size_t size;
} tablev[] = {
	{ "slice", { LAST("\x41\x9a") }, 0, "\0\0\0\1\x41\x9a", 6 },
	{ "aggregate",
	  { LAST("\x58\0\2\x41\x9a\0\3\x01\x11\x12") },
	  0,
	  "\0\0\0\1\x41\x9a\0\0\0\1\x01\x11\x12",
	  13 },
	{ "fragments",
	  { P("\x5c\x81\1"), P("\x5c\1\2\3"), LAST("\x5c\x41\4") },
	  0,
	  "\0\0\0\1\x41\1\2\3\4",
	  9 },
	{ "empty fragment",
	  { P("\x5c\x81\1"), P("\x5c\1"), LAST("\x5c\x41\4") },
	  0,
	  "\0\0\0\1\x41\1\4",
	  7 },
	{ "reserved bit of FU",
	  { P("\x5c\xa1\1"), LAST("\x5c\x61\4") },
	  0,
	  "\0\0\0\1\x41\1\4",
	  7 },
	{ "zeros behind", { LAST("\x41\x9a\0\0") }, 0, "\0\0\0\1\x41\x9a", 6 },
	{ "left out",
	  { P("\x09\xf0"), P("\x0c\xff\x80"), LAST("\x41\x9a") },
	  0,
	  "\0\0\0\1\x41\x9a",
	  6 },
	{ "unknown NAL units",
	  { P("\x6e\1\2"), P("\x5f"), LAST("\x41\x9a") },
	  0,
	  "\0\0\0\1\x41\x9a",
	  6 },
	{ "unknown fragments",
	  { P("\x5c\x8e\1"), P("\x5c\x4e\4"), LAST("\x41\x9a") },
	  0,
	  "\0\0\0\1\x41\x9a",
	  6 },
	{ "padding",
	  { LAST("\x41\x9a"), P(""), P("") },
	  0,
	  "\0\0\0\1\x41\x9a",
	  6 },
	{ "nothing", { P("") }, EBADMSG, NULL, 0 },
	{ "behind the marker",
	  { LAST("\x41\x9a"), P("\x41\x9a") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "no picture", { LAST("\x06\x05\1") }, EBADMSG, NULL, 0 },
	{ "only delimiter", { LAST("\x09\xf0") }, EBADMSG, NULL, 0 },
	{ "forbidden bit", { LAST("\xc1\x9a") }, EBADMSG, NULL, 0 },
	{ "forbidden bit in aggregate",
	  { LAST("\x58\0\2\xc1\x9a") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "forbidden bit of fragment",
	  { LAST("\xdc\x81\x9a") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "octet alone", { LAST("\x41") }, EBADMSG, NULL, 0 },
	{ "aggregate of nothing",
	  { P("\x41\x9a"), LAST("\x58") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "aggregate, half a size",
	  { LAST("\x58\0\2\x41\x9a\0") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "aggregate, cut", { LAST("\x58\0\3\x41\x9a") }, EBADMSG, NULL, 0 },
	{ "aggregate, empty one",
	  { LAST("\x58\0\0\0\2\x41\x9a") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "aggregate in aggregate",
	  { LAST("\x58\0\5\x58\0\2\x41\x9a") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "fragment in aggregate",
	  { LAST("\x58\0\3\x5c\x81\1") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "aggregate in fragments",
	  { P("\x5c\x98\1"), P("\x5c\x58\1"), P("\x41\x9a") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "fragment in fragments",
	  { P("\x5c\x9c\1"), P("\x5c\x5c\1"), P("\x41\x9a") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "type 0 in fragments",
	  { P("\x5c\x80\1"), P("\x5c\x40\1"), P("\x41\x9a") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "STAP-B",
	  { P("\x59\0\0\0\2\x41\x9a"), P("\x41\x9a") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "FU-B", { P("\x5d\x81\0\0\1"), P("\x41\x9a") }, EBADMSG, NULL, 0 },
	{ "half a fragment", { P("\x5c"), P("\x41\x9a") }, EBADMSG, NULL, 0 },
	{ "start and end", { LAST("\x5c\xc1\x91") }, EBADMSG, NULL, 0 },
	{ "no start", { P("\x41\x9a"), LAST("\x5c\x41\1") }, EBADMSG, NULL, 0 },
	{ "two starts",
	  { P("\x5c\x81\1"), P("\x5c\x81\1"), P("\x5c\x41\1") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "no end", { LAST("\x5c\x81\1") }, EBADMSG, NULL, 0 },
	{ "another type",
	  { P("\x5c\x81\1"), P("\x5c\x45\1") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "another NRI",
	  { P("\x5c\x81\1"), P("\x3c\x41\1") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "slice among fragments",
	  { P("\x5c\x81\1"), P("\x41\x9a") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "start code inside",
	  { LAST("\x41\x9a\0\0\1\x67\x42") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "start code over fragments",
	  { P("\x5c\x81\0"), P("\x5c\1\0"), LAST("\x5c\x41\1\x67\x42") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "IDR and other slices",
	  { P("\x65\x9a"), P("\x41\x9a") },
	  EBADMSG,
	  NULL,
	  0 },
	{ "SPS that cannot be read",
	  { P("\x67\x42\xc0"), P("\x41\x9a") },
	  EBADMSG,
	  NULL,
	  0 },
	/* 121 macroblocks wide */
	{ "SPS too wide",
	  { P("\x67\x42\xc0\x1f\xda\x01\xe4\x3d\x90") },
	  EMSGSIZE,
	  NULL,
	  0 },
};

static void test_avc_unpack_is_strict(void **state)
{
	struct avc_unpack *u;
	(void)state;

	assert_int_equal(avc_unpack_alloc(&u), 0);
	for (size_t i = 0; i < ARRAY_SIZE(tablev); i++) {
		struct payload_unit unit;
		int err = 0;

		avc_unpack_begin(u);
		for (size_t k = 0; tablev[i].packetv[k].data && !err; k++)
			err = avc_unpack_put(u, (uint16_t)(0xfffe + k),
					     tablev[i].packetv[k].data,
					     tablev[i].packetv[k].size,
					     tablev[i].packetv[k].marker);
		if (err)
			assert_int_equal(avc_unpack_put(u, 3, NULL, 0, 1), err);
		if (!err || tablev[i].err)
			err = avc_unpack_end(u, true, &unit);
		if (err != tablev[i].err)
			fail_msg("%s: %d", tablev[i].name, err);
		if (err)
			continue;
		if (unit.size != tablev[i].size ||
		    memcmp(unit.data, tablev[i].unit, unit.size) != 0)
			fail_msg("%s", tablev[i].name);
		assert_false(unit.key);
	}
	mem_deref(u);
}

/* A unit of single NAL units, each with its size; marker at the end */
static int put_all(struct avc_unpack *u, struct payload_unit *unit,
		   const char *const *nalv, const size_t *sizev)
{
	int err = 0;

	avc_unpack_begin(u);
	for (uint16_t i = 0; nalv[i] && !err; i++)
		err = avc_unpack_put(u, i, (const uint8_t *)nalv[i], sizev[i],
				     !nalv[i + 1]);
	return err ? err : avc_unpack_end(u, false, unit);
}

static void test_avc_unpack_says_where_decoding_can_begin(void **state)
{
	static const char *const setv[] = { SPS, PPS, NULL };
	static const char *const idrv[] = { "\x65\x88", NULL };
	static const char *const wholev[] = { SPS, PPS, "\x65\x88", NULL };
	static const size_t sizev[] = { 13, 4, 2 }, two[] = { 2 };
	struct payload_unit unit;
	struct avc_unpack *u;
	(void)state;

	assert_int_equal(avc_unpack_alloc(&u), 0);
	assert_int_equal(put_all(u, &unit, idrv, two), 0);
	assert_false(unit.key);
	assert_int_equal(unit.width, 0);

	assert_int_equal(put_all(u, &unit, wholev, sizev), 0);
	assert_true(unit.key);
	assert_false(unit.spare);
	assert_int_equal(unit.width, 64);
	assert_int_equal(unit.height, 48);
	assert_int_equal(unit.picture, -1);

	avc_unpack_reset(u);
	assert_int_equal(put_all(u, &unit, idrv, two), 0);
	assert_false(unit.key);

	/* Sets in a unit of their own are put before the IDR */
	assert_int_equal(put_all(u, &unit, setv, sizev), ENODATA);
	assert_int_equal(put_all(u, &unit, idrv, two), 0);
	assert_true(unit.key);
	assert_int_equal(unit.width, 64);
	assert_int_equal(unit.size, 3 * AVC_START + 13 + 4 + 2);
	assert_memory_equal(unit.data, "\0\0\0\1" SPS, 17);
	assert_memory_equal(unit.data + 17, "\0\0\0\1" PPS "\0\0\0\1\x65\x88",
			    14);
	mem_deref(u);
}

static void test_avc_unpack_keeps_few_parameter_sets(void **state)
{
	struct payload_unit unit;
	struct avc_unpack *u;
	const char *const idrv[] = { "\x65\x88", NULL };
	const size_t sizev[] = { 2 };
	(void)state;

	assert_int_equal(avc_unpack_alloc(&u), 0);
	for (unsigned i = 0; i < 2000; i++) {
		char pps[] = "\x68\xce\x01\x80";
		const char *const setv[] = { SPS, pps, NULL };
		const char *const morev[] = { pps, NULL };
		const size_t setsizev[] = { 13, 4 }, moresizev[] = { 4 };

		pps[2] = (char)(1 + i % 200);
		assert_int_equal(i ? put_all(u, &unit, morev, moresizev)
				   : put_all(u, &unit, setv, setsizev),
				 ENODATA);
		assert_int_equal(put_all(u, &unit, idrv, sizev), 0);
		assert_int_equal(unit.key, unit.size > 8 + 13);
		assert_true(unit.size < 2100);
	}
	mem_deref(u);
}

static void test_avc_unpack_limits_a_unit(void **state)
{
	static uint8_t slice[60001] = { 0x41, 0xff };
	struct avc_unpack *u;
	struct payload_unit unit;
	uint16_t seq = 0;
	int err = 0;
	(void)state;

	memset(slice + 1, 0xff, sizeof(slice) - 1);
	assert_int_equal(avc_unpack_alloc(&u), 0);
	avc_unpack_begin(u);
	while (!err && seq < 100)
		err = avc_unpack_put(u, seq++, slice, sizeof(slice), false);
	assert_int_equal(err, EMSGSIZE);
	assert_int_equal(seq, 25);
	assert_int_equal(avc_unpack_end(u, true, &unit), EMSGSIZE);
	mem_deref(u);
}

static void test_avc_unpack_knows_how_a_unit_starts(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		bool starts, key;
	} startv[] = {
		{ "\x41\x9a", 2, true, false },	 /* First slice          */
		{ "\x41\x5a", 2, false, false }, /* Another              */
		{ "\x65\x88", 2, true, true },
		{ "\x65\x48", 2, false, true },
		{ SPS, 13, true, true },
		{ PPS, 4, true, false },
		{ "\x09\xf0", 2, true, false },
		{ "\x06\x05", 2, true, false },
		{ "\x5c\x81\x9a", 3, true, false },
		{ "\x5c\x81\x1a", 3, false, false },
		{ "\x5c\x85\x9a", 3, true, true },
		{ "\x5c\x05\x9a", 3, false, false },
		{ "\x5c\x85", 2, false, true },
		{ "\x5c", 1, false, false },
		{ "\x58\0\2\x41\x9a", 5, true, false },
		{ "\x58\0\2\x41\x1a", 5, false, false },
		{ "\x58\0\2\x06\x05\0\2\x65\x88", 9, true, true },
		{ "\x58\0\2\x06\x05\0\2\x65", 8, true, true },
		{ "\x58\0\2\x06\x05\0\2", 7, true, false },
		{ "\x58\0\0\0\2\x65\x88", 7, false, false },
		{ "\x58\xff\xff\x06\x05", 5, true, false },
		{ "\x58", 1, false, false },
		{ "", 0, false, false },
		{ "\x5f\x9a", 2, false, false },
		{ "\x40\x9a", 2, false, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(startv); i++) {
		const uint8_t *p = (const uint8_t *)startv[i].bytes;

		if (avc_unpack_starts(p, startv[i].size) != startv[i].starts ||
		    avc_unpack_key(p, startv[i].size) != startv[i].key)
			fail_msg("%zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_avc_unpack_is_strict),
		cmocka_unit_test(test_avc_unpack_says_where_decoding_can_begin),
		cmocka_unit_test(test_avc_unpack_keeps_few_parameter_sets),
		cmocka_unit_test(test_avc_unpack_limits_a_unit),
		cmocka_unit_test(test_avc_unpack_knows_how_a_unit_starts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

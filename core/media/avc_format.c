/**
 * @file core/media/avc_format.c  AVC format
 */
#include <ctype.h>
#include "core/media/avc_format.h"

enum {
	BASELINE = 66,
	MAIN = 77,
	EXTENDED = 88,
	SET3 = 0x10, /* constraint_set3_flag                         */
	LEVEL_1 = 10,
	LEVEL_1B = 9, /* As High writes it, H.264 A.3.2               */
	LEVEL_11 = 11,
	MODE_MAX = 2,
	DIGITS = 6, /* Of profile-level-id                          */
	BLOCK = 16, /* Side of a macroblock [pixels]                */
	WIDE = 8,   /* A side is at most sqrt(8 MaxFS), A.3.1 f, g  */
};

/* Sub-profiles of RFC 6184 table 5 */
enum sub {
	SUB_NONE = 0,
	SUB_CONSTRAINED,
	SUB_BASELINE,
	SUB_MAIN,
	SUB_EXTENDED,
	SUB_HIGH,
	SUB_CONSTRAINED_HIGH, /* H.264 A.2.4.2; not in the table */
};

static const struct {
	uint8_t idc;
	uint8_t mask, iop; /* What profile-iop has to be where mask is 1 */
	enum sub sub;
} subv[] = {
	{ 0x42, 0x4f, 0x40, SUB_CONSTRAINED },
	{ 0x4d, 0x8f, 0x80, SUB_CONSTRAINED },
	{ 0x58, 0xcf, 0xc0, SUB_CONSTRAINED },
	{ 0x42, 0x4f, 0x00, SUB_BASELINE },
	{ 0x58, 0xcf, 0x80, SUB_BASELINE },
	{ 0x4d, 0xaf, 0x00, SUB_MAIN },
	{ 0x58, 0xcf, 0x00, SUB_EXTENDED },
	{ 0x64, 0xff, 0x00, SUB_HIGH },
	{ 0x64, 0xff, 0x0c, SUB_CONSTRAINED_HIGH },
};

/* H.264 table A-1 */
static const struct {
	uint8_t level;
	uint32_t rate; /* MaxMBPS [macroblocks/s] */
	uint32_t size; /* MaxFS [macroblocks]     */
} levelv[] = {
	{ 10, 1485, 99 },	{ 11, 3000, 396 },     { 12, 6000, 396 },
	{ 13, 11880, 396 },	{ 20, 11880, 396 },    { 21, 19800, 792 },
	{ 22, 20250, 1620 },	{ 30, 40500, 1620 },   { 31, 108000, 3600 },
	{ 32, 216000, 5120 },	{ 40, 245760, 8192 },  { 41, 245760, 8192 },
	{ 42, 522240, 8704 },	{ 50, 589824, 22080 }, { 51, 983040, 36864 },
	{ 52, 2073600, 36864 },
};

static enum sub sub_profile(const struct avc_profile *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(subv); i++) {
		if (p->idc == subv[i].idc &&
		    (p->iop & subv[i].mask) == subv[i].iop)
			return subv[i].sub;
	}
	return SUB_NONE;
}

/* Level 1b, RFC 6184 section 8.1 */
static bool is_1b(const struct avc_profile *p)
{
	if (p->level == LEVEL_1B)
		return true;

	return p->level == LEVEL_11 && p->iop & SET3 &&
	       (p->idc == BASELINE || p->idc == MAIN || p->idc == EXTENDED);
}

/* To compare levels: 1b is between 1 and 1.1 */
static unsigned rank(const struct avc_profile *p)
{
	return is_1b(p) ? LEVEL_1 * 2 + 1 : p->level * 2U;
}

static bool read_profile(struct avc_profile *p, const struct pl *value)
{
	uint32_t v;

	if (value->l != DIGITS)
		return false;
	for (size_t i = 0; i < DIGITS; i++) {
		if (!isxdigit((unsigned char)value->p[i]))
			return false;
	}

	v = pl_x32(value);
	p->idc = (uint8_t)(v >> 16);
	p->iop = (uint8_t)(v >> 8);
	p->level = (uint8_t)v;
	return true;
}

/* A digit up to max */
static bool read_digit(unsigned *v, const struct pl *value, unsigned max)
{
	if (value->l != 1 || value->p[0] < '0' ||
	    value->p[0] > (char)('0' + max))
		return false;

	*v = (unsigned)(value->p[0] - '0');
	return true;
}

static bool read_param(struct avc_format *f, const struct pl *name,
		       const struct pl *value)
{
	unsigned v = f->asymmetry;
	bool ok = true;

	if (!pl_strcasecmp(name, "profile-level-id"))
		ok = read_profile(&f->profile, value);
	else if (!pl_strcasecmp(name, "packetization-mode"))
		ok = read_digit(&f->mode, value, MODE_MAX);
	else if (!pl_strcasecmp(name, "level-asymmetry-allowed"))
		ok = read_digit(&v, value, 1);

	f->asymmetry = v;
	return ok;
}

/* Cut blanks off both ends */
static void trim(struct pl *pl)
{
	while (pl->l && (pl->p[0] == ' ' || pl->p[0] == '\t'))
		pl_advance(pl, 1);
	while (pl->l && (pl->p[pl->l - 1] == ' ' || pl->p[pl->l - 1] == '\t'))
		--pl->l;
}

int avc_format_decode(struct avc_format *f, const char *fmtp)
{
	/* RFC 6184 section 8.1: what is meant when nothing is said */
	*f = (struct avc_format){ { BASELINE, 0, LEVEL_1 }, 0, false };

	while (fmtp && *fmtp) {
		size_t len = strcspn(fmtp, ";");
		struct pl name = { fmtp, len }, value = { NULL, 0 };
		const char *is = memchr(fmtp, '=', len);

		if (is) {
			value.p = is + 1;
			value.l = (size_t)(fmtp + len - value.p);
			name.l = (size_t)(is - fmtp);
		}
		trim(&name);
		trim(&value);
		if (!read_param(f, &name, &value))
			return EBADMSG;

		fmtp += len;
		fmtp += *fmtp == ';';
	}
	return 0;
}

int avc_format_print(struct re_printf *pf, const struct avc_format *f)
{
	return re_hprintf(pf,
			  "level-asymmetry-allowed=%d;packetization-mode=%u;"
			  "profile-level-id=%H",
			  f->asymmetry, f->mode, avc_profile_print,
			  &f->profile);
}

enum avc_fit avc_format_fit(const struct avc_format *ours,
			    const struct avc_format *theirs)
{
	enum sub our = sub_profile(&ours->profile);
	enum sub their = sub_profile(&theirs->profile);

	if (ours->mode != theirs->mode || ours->mode == MODE_MAX || !our)
		return AVC_FIT_NONE;
	if (our == their)
		return AVC_FIT_SAME;

	return our == SUB_CONSTRAINED && their == SUB_BASELINE ? AVC_FIT_WIDER
							       : AVC_FIT_NONE;
}

struct avc_profile avc_format_send(const struct avc_format *ours,
				   const struct avc_format *theirs)
{
	struct avc_profile p = ours->profile;

	if ((!ours->asymmetry || !theirs->asymmetry) &&
	    rank(&ours->profile) <= rank(&theirs->profile))
		return p;

	p.level = is_1b(&theirs->profile) ? LEVEL_11 : theirs->profile.level;
	p.iop &= (uint8_t)~SET3;
	if (is_1b(&theirs->profile))
		p.iop |= SET3;
	return p;
}

bool avc_profile_allows(const struct avc_profile *p, unsigned width,
			unsigned height, unsigned fps)
{
	uint64_t columns = ((uint64_t)width + BLOCK - 1) / BLOCK;
	uint64_t rows = ((uint64_t)height + BLOCK - 1) / BLOCK;
	uint64_t side, wide;
	size_t i = ARRAY_SIZE(levelv) - 1;

	while (i && (levelv[i].level > p->level ||
		     (levelv[i].level == LEVEL_11 && is_1b(p))))
		--i;

	side = columns > rows ? columns : rows;
	wide = levelv[i].size * (uint64_t)WIDE;
	return side * side <= wide && columns * rows <= levelv[i].size &&
	       columns * rows * fps <= levelv[i].rate;
}

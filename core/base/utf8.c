/**
 * @file core/base/utf8.c  UTF-8
 */
#include "core/base/utf8.h"

/** The forms of RFC 3629 section 3 */
static const struct {
	uint8_t mask, lead;
	size_t n;
	uint32_t least;
} formv[] = {
	{ 0x80, 0x00, 1, 0 },
	{ 0xe0, 0xc0, 2, 0x80 },
	{ 0xf0, 0xe0, 3, 0x800 },
	{ 0xf8, 0xf0, 4, 0x10000 },
};

size_t utf8_length(const uint8_t *p, size_t left)
{
	for (size_t i = 0; i < ARRAY_SIZE(formv); i++) {
		uint32_t cp = p[0] & (uint8_t)~formv[i].mask;

		if ((p[0] & formv[i].mask) != formv[i].lead)
			continue;
		if (left < formv[i].n)
			return 0;
		for (size_t k = 1; k < formv[i].n; k++) {
			if ((p[k] & 0xc0) != 0x80)
				return 0;
			cp = cp << 6 | (p[k] & 0x3f);
		}
		if (cp < formv[i].least || cp > 0x10ffff ||
		    (cp >= 0xd800 && cp <= 0xdfff))
			return 0;
		return formv[i].n;
	}

	return 0;
}

/**
 * @file app/keys.c  Keys
 */
#include <string.h>
#include "app/keys.h"

enum {
	ESC = 0x1b,
	FINAL_MIN = 0x40, /* Of a control sequence, ECMA-48 section 5.4 */
	FINAL_MAX = 0x7e,
	UTF8_MIN = 0x80,
	UTF8_LEAD = 0xc0, /* RFC 3629 section 3 */
	UTF8_BITS = 6,
	UTF8_MASK = 0x3f,
	REPLACEMENT = 0xfffd,
	UTF8_LONGEST = 4,
};

void keys_put(struct keys *k, const uint8_t *p, size_t n)
{
	memmove(k->v, k->v + k->pos, k->end - k->pos);
	k->end -= k->pos;
	k->pos = 0;

	if (n > sizeof(k->v) - k->end)
		n = sizeof(k->v) - k->end;
	memcpy(k->v + k->end, p, n);
	k->end += n;
}

/* Length of a UTF-8 character by its first byte */
static size_t lead_length(uint8_t lead)
{
	size_t n = 1;

	if (lead < UTF8_LEAD)
		return 1;
	while (n < UTF8_LONGEST && (lead & (0x80 >> n)))
		n++;
	return n;
}

/* Length of the key at p, 0 while it is not whole */
static size_t key_length(const uint8_t *p, size_t n)
{
	size_t len;

	if (!n)
		return 0;
	if (*p != ESC) {
		len = lead_length(*p);
		return len <= n ? len : 0;
	}
	if (n < 2)
		return 0;
	if (p[1] == 'O')
		return n > 2 ? 2 + 1 : 0;
	if (p[1] != '[')
		return 2;

	for (len = 2; len < n; len++) {
		if (p[len] >= FINAL_MIN && p[len] <= FINAL_MAX)
			return len + 1;
	}
	return 0;
}

bool keys_ready(const struct keys *k)
{
	return key_length(k->v + k->pos, k->end - k->pos) > 0;
}

int32_t keys_get(struct keys *k)
{
	size_t len;
	int32_t c;

	if (k->pos == k->end)
		return -1;

	c = k->v[k->pos++];
	if (c < UTF8_MIN)
		return c;

	len = lead_length((uint8_t)c);
	if (len == 1)
		return REPLACEMENT;

	c &= 0x7f >> len;
	for (size_t i = 1; i < len; i++) {
		if (k->pos == k->end || (k->v[k->pos] & UTF8_LEAD) != UTF8_MIN)
			return REPLACEMENT;
		c = c << UTF8_BITS | (k->v[k->pos++] & UTF8_MASK);
	}
	return c;
}

int32_t keys_peek(const struct keys *k)
{
	return k->pos < k->end ? k->v[k->pos] : -1;
}

int32_t keys_drop(struct keys *k)
{
	const size_t len = key_length(k->v + k->pos, k->end - k->pos);
	const int32_t first = keys_peek(k);

	k->pos += len;
	return len ? first : -1;
}

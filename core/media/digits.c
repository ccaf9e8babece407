/**
 * @file core/media/digits.c  Digits
 *
 * Out: a queue of characters; the first one is being sent, or its gap is.
 * In: the event that was heard last; all packets with its timestamp are it.
 */
#include <assert.h>
#include "core/media/digits.h"

enum {
	END_BIT = 0x80,
	DURATION_MAX = 0xffff, /* Sixteen bits, RFC 4733 section 2.3.5 */
	MS_PER_S = 1000,
	REORDER = 2, /* An older timestamp is a late packet's for so long [s] */
};

static const char digits_chars[] = "0123456789*#ABCD"; /* RFC 4733 3.2 */

char digits_char(unsigned event)
{
	return event < sizeof(digits_chars) - 1 ? digits_chars[event] : 0;
}

int digits_event(char digit)
{
	const char *p;

	if (digit >= 'a' && digit <= 'd')
		digit = (char)(digit - 'a' + 'A');

	p = digit ? strchr(digits_chars, digit) : NULL;
	return p ? (int)(p - digits_chars) : -1;
}

void digits_init(struct digits *d, uint32_t clock)
{
	assert(clock);
	d->clock = clock;
}

int digits_put(struct digits *d, const char *text)
{
	size_t have = strlen(d->queue), n = strlen(text);

	for (size_t i = 0; i < n; i++) {
		if (digits_event(text[i]) < 0)
			return EINVAL;
	}
	if (n > DIGITS_MAX - have)
		return ENOBUFS;

	memcpy(d->queue + have, text, n + 1);
	return 0;
}

bool digits_busy(const struct digits *d)
{
	return d->queue[0] != '\0';
}

static uint32_t ticks_of(const struct digits *d, uint32_t ms)
{
	uint64_t ticks = (uint64_t)d->clock * ms / MS_PER_S;

	return ticks < DURATION_MAX ? (uint32_t)ticks : DURATION_MAX;
}

static void next_digit(struct digits *d)
{
	memmove(d->queue, d->queue + 1, strlen(d->queue));
	d->elapsed = 0;
	d->ends = 0;
	d->gap = false;
}

bool digits_get(struct digits *d, uint32_t ticks, struct digits_out *out)
{
	uint32_t dur, tone = ticks_of(d, DIGITS_TONE);
	bool end;

	if (!d->queue[0])
		return false;

	d->elapsed += ticks;
	if (d->gap) {
		if (d->elapsed >= ticks_of(d, DIGITS_GAP))
			next_digit(d);
		return false;
	}

	end = d->elapsed >= tone;
	dur = end ? tone : d->elapsed;

	memset(out, 0, sizeof(*out));
	out->digit = d->queue[0];
	out->marker = d->elapsed == ticks;
	out->payload[0] = (uint8_t)digits_event(out->digit);
	out->payload[1] = (uint8_t)((end ? END_BIT : 0) | DIGITS_VOLUME);
	out->payload[2] = (uint8_t)(dur >> 8);
	out->payload[3] = (uint8_t)dur;

	if (end && ++d->ends == DIGITS_ENDS) {
		d->gap = true;
		d->elapsed = 0;
		++d->sent;
	}
	return true;
}

char digits_recv(struct digits *d, uint32_t ts, const uint8_t *p, size_t size)
{
	uint32_t dur;
	int32_t later;
	bool same, more;
	char digit;

	if (size < DIGITS_PAYLOAD) {
		++d->malformed;
		return 0;
	}

	dur = (uint32_t)(p[2] << 8 | p[3]);
	later = (int32_t)(ts - d->in_ts);

	/* An old one, late; or the next segment of one longer than sixteen
	 * bits can say (RFC 4733 section 2.5.1.3) */
	same = d->heard && later <= 0 && later > -(int32_t)(d->clock * REORDER);
	more = d->heard && p[0] == d->in_event && later > 0 &&
	       (uint32_t)later <= d->in_dur;

	if (!same) {
		d->in_ts = ts;
		d->in_dur = dur;
	} else if (later == 0 && dur > d->in_dur) {
		d->in_dur = dur;
	}

	if (same || more)
		return 0;

	d->heard = true;
	d->in_event = p[0];

	digit = digits_char(p[0]);
	if (digit)
		++d->received;
	return digit;
}

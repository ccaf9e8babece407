/**
 * @file core/call/silence.c  Silence
 */
#include "core/call/silence.h"

void silence_heard(struct silence *s, uint64_t now)
{
	if (!s->last || now - s->last >= SILENCE_LONG)
		s->since = now;
	if (now - s->since >= SILENCE_STEADY) {
		s->wait = 0;
		s->least = 0;
	}

	s->last = now;
	s->due = now + SILENCE_LONG;
	if (s->due < s->least)
		s->due = s->least;
}

uint64_t silence_due(const struct silence *s)
{
	return s->last ? s->due : CLOCK_NEVER;
}

bool silence_tick(struct silence *s, uint64_t now)
{
	if (now < silence_due(s))
		return false;

	s->due = now + SILENCE_LEAST;
	return true;
}

void silence_asked(struct silence *s, uint64_t now)
{
	if (!s->wait)
		s->wait = SILENCE_LEAST;
	s->least = now + s->wait;
	s->due = s->least;
	s->wait = clock_min(s->wait * 2, SILENCE_MOST);
}

void silence_forget(struct silence *s, uint64_t now)
{
	s->wait = 0;
	s->least = 0;
	s->due = clock_min(s->due, now + SILENCE_LONG);
}

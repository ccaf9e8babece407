/**
 * @file core/media/keyrule.c  Key rule
 */
#include "core/media/keyrule.h"

void keyrule_init(struct keyrule *k, uint64_t interval)
{
	memset(k, 0, sizeof(*k));
	k->interval = interval;
	k->start = true;
}

void keyrule_start(struct keyrule *k)
{
	k->start = true;
}

void keyrule_wish(struct keyrule *k)
{
	++k->wishes;
	k->wished = true;
}

bool keyrule_take(struct keyrule *k, uint64_t now)
{
	uint64_t ago = now - k->last;

	if (!k->start && !(k->wished && ago >= KEYRULE_SPACE) &&
	    !(k->interval && ago >= k->interval))
		return false;

	k->start = k->wished = false;
	k->last = now;
	++k->made;
	return true;
}

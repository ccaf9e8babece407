/**
 * @file core/media/shelf.c  Shelf
 */
#include <assert.h>
#include "core/media/shelf.h"

int shelf_init(struct shelf *sh)
{
	/* Not zeroed: what is not touched costs nothing */
	sh->data = mem_alloc((size_t)SHELF_SLOTS * SHELF_PAYLOAD, NULL);
	if (!sh->data)
		return ENOMEM;

	shelf_reset(sh);
	return 0;
}

void shelf_close(struct shelf *sh)
{
	sh->data = mem_deref(sh->data);
}

void shelf_reset(struct shelf *sh)
{
	for (sh->freec = 0; sh->freec < SHELF_SLOTS; sh->freec++)
		sh->freev[sh->freec] = (uint16_t)(SHELF_SLOTS - 1 - sh->freec);
	memset(sh->slotv, 0, sizeof(sh->slotv));
	sh->held = 0;
}

struct shelf_slot *shelf_at(struct shelf *sh, int64_t seq)
{
	return &sh->slotv[(uint64_t)seq % SHELF_SLOTS];
}

void shelf_miss(struct shelf *sh, int64_t seq, uint64_t now)
{
	struct shelf_slot *s = shelf_at(sh, seq);

	memset(s, 0, sizeof(*s));
	s->since = now;
}

static uint8_t *block_of(const struct shelf *sh, const struct shelf_slot *s)
{
	return sh->data + (size_t)s->block * SHELF_PAYLOAD;
}

void shelf_put(struct shelf *sh, struct shelf_slot *s, const struct packet *p,
	       const uint8_t *payload, size_t size, uint64_t now)
{
	assert(size <= SHELF_PAYLOAD && !s->used);

	s->used = true;
	s->arrival = now;
	s->ts = p->ts;
	s->pt = p->pt;
	s->size = (uint16_t)size;
	s->marker = p->marker;
	s->starts = s->key = false;
	++sh->held;
	if (!size)
		return;

	assert(sh->freec);
	s->block = sh->freev[--sh->freec];
	memcpy(block_of(sh, s), payload, size);
}

const uint8_t *shelf_data(const struct shelf *sh, const struct shelf_slot *s)
{
	return block_of(sh, s);
}

void shelf_drop(struct shelf *sh, struct shelf_slot *s)
{
	if (!s->used)
		return;

	if (s->size)
		sh->freev[sh->freec++] = s->block;
	s->used = false;
	--sh->held;
}

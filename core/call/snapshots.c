/**
 * @file core/call/snapshots.c  Snapshots
 */
#include "core/call/snapshots.h"

int snapshots_add(struct snapshots *s, snapshots_h *h, void *arg, uint64_t now)
{
	if (s->waitc == SNAPSHOTS_MAX)
		return EBUSY;

	s->waitv[s->waitc++] = (struct snapshot){ h, arg, now };
	return 0;
}

void snapshots_undo(struct snapshots *s)
{
	--s->waitc;
}

/* Who asks again within its handler waits anew */
static void tell(struct snapshots *s, int err, struct mbuf *mb, uint64_t now)
{
	const struct snapshots all = *s;

	s->waitc = 0;
	s->made += !err;
	s->failed += err != 0;
	for (unsigned i = 0; i < all.waitc; i++) {
		if (mb)
			mbuf_set_pos(mb, 0);
		all.waitv[i].h(err, mb, now, all.waitv[i].arg);
	}
}

void snapshots_take(struct snapshots *s, coder_jpeg_h *jpegh,
		    const struct frame *f, uint64_t now)
{
	struct mbuf *mb = NULL;
	int err = jpegh(&mb, f);

	tell(s, err, mb, now);
	mem_deref(mb);
}

void snapshots_expire(struct snapshots *s, uint64_t patience, uint64_t now)
{
	if (s->waitc && now - s->waitv[0].since >= patience)
		tell(s, ETIMEDOUT, NULL, now);
}

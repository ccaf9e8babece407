/**
 * @file core/sip/offer_layout.c  The m-lines of a dialog
 */
#include <assert.h>
#include "core/sip/offer_layout.h"

enum {
	/* Dynamic types, first those meant for it, then those that JSEP
	 * section 5.2.1 lends; 64 to 95 would look like RTCP (RFC 5761 4) */
	PT_FIRST = OFFER_PT_DYNAMIC,
	PT_LAST = DESCRIPTION_PT_MAX,
	PT_MORE_FIRST = 35,
	PT_MORE_LAST = 63,
	EXT_LAST = 14, /* One-byte headers (RFC 8285 section 4.2) */
};

static void slot_destructor(void *arg)
{
	struct layout_slot *s = arg;

	mem_deref(s->mid);
	mem_deref(s->local);
	sdes_wipe(&s->media.tx);
	sdes_wipe(&s->media.rx);
}

static void layout_destructor(void *arg)
{
	struct layout *l = arg;

	for (unsigned i = 0; i < l->slotc; i++)
		mem_deref(l->slotv[i]);
	mem_deref(l->remote);
}

int layout_alloc(struct layout **lp)
{
	struct layout *l = mem_zalloc(sizeof(*l), layout_destructor);

	if (!l)
		return ENOMEM;

	*lp = l;
	return 0;
}

struct layout_slot *layout_add(struct layout *l, int type)
{
	struct layout_slot *s;

	if (l->slotc == DESCRIPTION_MEDIA)
		return NULL;
	s = mem_zalloc(sizeof(*s), slot_destructor);
	if (!s)
		return NULL;

	s->type = type;
	s->stopped = type == LAYOUT_NONE;
	s->media.ours = type != LAYOUT_NONE;
	s->media.type = s->media.ours ? (enum offer_type)type : OFFER_AUDIO;
	s->media.why = "not agreed yet";
	s->media.mid = "";
	s->media.transport = l->slotc;
	l->slotv[l->slotc++] = s;
	return s;
}

int layout_clone(struct layout **lp, const struct layout *old, bool fresh)
{
	struct layout *l = NULL;
	int err = layout_alloc(&l);

	for (unsigned i = 0; !err && i < old->slotc; i++) {
		const struct layout_slot *from = old->slotv[i];
		struct layout_slot *to;

		if (from->fresh && !fresh)
			break;
		to = layout_add(l, from->type);
		if (!to) {
			err = ENOMEM;
			break;
		}
		*to = *from;
		mem_ref(to->mid);
		mem_ref(to->local);
	}
	if (err) {
		mem_deref(l);
		return err;
	}

	l->remote = mem_ref(old->remote);
	l->insecure = old->insecure;
	l->offered = old->offered;
	*lp = l;
	return 0;
}

int layout_find(const struct layout *l, int type)
{
	int found = LAYOUT_NONE;

	for (unsigned i = 0; i < l->slotc; i++) {
		const struct layout_slot *s = l->slotv[i];

		if (s->type != type)
			continue;
		if (!s->stopped)
			return (int)i;
		if (found == LAYOUT_NONE)
			found = (int)i;
	}

	return found;
}

static bool mid_taken(const struct layout *l, const char *mid)
{
	for (unsigned i = 0; i < l->slotc; i++) {
		if (l->slotv[i]->mid && !strcmp(l->slotv[i]->mid, mid))
			return true;
	}

	return false;
}

int layout_set_mid(struct layout *l, unsigned index, const char *mid)
{
	struct layout_slot *s = l->slotv[index];
	char *new = NULL;
	int err;

	if (mid) {
		err = str_dup(&new, mid);
	} else if (s->mid) {
		return 0;
	} else {
		unsigned n = index;

		do {
			new = mem_deref(new);
			err = re_sdprintf(&new, "%u", n++);
		} while (!err && mid_taken(l, new));
	}
	if (err)
		return err;

	mem_deref(s->mid);
	s->mid = new;
	s->media.mid = new;
	return 0;
}

/* Also what only the peer uses: a type never changes its codec while the
 * dialog lasts (RFC 3264 section 8.3.2) */
static bool pt_taken(const struct layout *l, uint8_t pt)
{
	for (size_t i = 0; l->remote && i < l->remote->mediac; i++) {
		if (description_format(l->remote->mediav[i], pt))
			return true;
	}
	for (unsigned i = 0; i < l->slotc; i++) {
		const struct layout_slot *s = l->slotv[i];

		for (size_t k = 0; k < OFFER_CODECS; k++) {
			if (s->ptsetv[k] && s->ptv[k] == pt)
				return true;
		}
	}

	return false;
}

static uint8_t free_pt(const struct layout *l, uint8_t wish)
{
	if (wish < PT_MORE_FIRST || !pt_taken(l, wish))
		return wish;
	for (uint8_t pt = PT_FIRST; pt <= PT_LAST; pt++) {
		if (!pt_taken(l, pt))
			return pt;
	}
	for (uint8_t pt = PT_MORE_FIRST; pt <= PT_MORE_LAST; pt++) {
		if (!pt_taken(l, pt))
			return pt;
	}

	return wish; /* The peer named them all; it has to cope */
}

void layout_set_pts(struct layout *l, unsigned index,
		    const struct offer_medium *m)
{
	struct layout_slot *s = l->slotv[index];

	for (size_t i = 0; i < m->codecc; i++) {
		if (s->ptsetv[i])
			continue;
		s->ptv[i] = free_pt(l, m->codecv[i].pt);
		s->ptsetv[i] = true;
	}
}

uint8_t layout_ext_id(const struct layout *l, const char *uri)
{
	bool takenv[EXT_LAST + 1] = { true };

	for (unsigned i = 0; i < l->slotc; i++) {
		const struct offer_media *m = &l->slotv[i]->media;

		for (size_t k = 0; k < m->extc; k++) {
			if (!strcmp(m->extv[k].uri, uri))
				return m->extv[k].id;
			if (m->extv[k].id <= EXT_LAST)
				takenv[m->extv[k].id] = true;
		}
	}
	for (uint8_t id = 1; id <= EXT_LAST; id++) {
		if (!takenv[id])
			return id;
	}

	return 0;
}

static void local_destructor(void *arg)
{
	struct layout_local *l = arg;

	for (size_t i = 0; i < l->candidatec; i++)
		mem_deref(l->candidatev[i]);
	mem_deref(l->candidatev);
	mem_deref(l->ufrag);
	mem_deref(l->pwd);
	mem_deref(l->fingerprint);
	mem_deref(l->tls_id);
	explicit_bzero(l->keyv, sizeof(l->keyv));
}

int layout_local_alloc(struct layout_local **lp,
		       const struct offer_transport *t)
{
	struct layout_local *l;
	int err;

	assert(t->ufrag && t->pwd && t->fingerprint);

	l = mem_zalloc(sizeof(*l), local_destructor);
	if (!l)
		return ENOMEM;

	l->address = t->address;
	l->rtcp_port = t->rtcp_port;
	l->setup = t->setup;
	if (t->keyv)
		memcpy(l->keyv, t->keyv, sizeof(l->keyv));
	err = str_dup(&l->ufrag, t->ufrag);
	if (!err)
		err = str_dup(&l->pwd, t->pwd);
	if (!err)
		err = str_dup(&l->fingerprint, t->fingerprint);
	if (!err && t->tls_id)
		err = str_dup(&l->tls_id, t->tls_id);
	if (!err && t->candidatec) {
		size_t size = t->candidatec * sizeof(*l->candidatev);

		l->candidatev = mem_zalloc(size, NULL);
		err = l->candidatev ? 0 : ENOMEM;
	}
	for (size_t i = 0; !err && i < t->candidatec; i++) {
		err = str_dup(&l->candidatev[i], t->candidatev[i]);
		if (!err)
			++l->candidatec;
	}
	if (err) {
		mem_deref(l);
		return err;
	}

	*lp = l;
	return 0;
}

bool layout_offered(const struct layout_slot *s,
		    const struct layout_medium *mediumv)
{
	return s->type != LAYOUT_NONE && !s->stopped &&
	       mediumv[s->type].there && mediumv[s->type].enabled;
}

/**
 * @file core/sip/offer.c  Offer and answer
 *
 * The states, and the rules on m-lines: their number, order and type. What
 * is agreed on changes in one place, commit().
 */
#include <assert.h>
#include "core/base/entropy.h"
#include "core/base/log.h"
#include "core/sip/description_decode.h"
#include "core/sip/description_encode.h"
#include "core/sip/offer_match.h"
#include "core/sip/offer_rules.h"
#include "core/sip/offer_write.h"

/** RFC 8829 section 5.2.1: its two highest bits are 0 */
#define ID_MAX (UINT64_MAX >> 2)

struct offer {
	char *user;
	uint64_t id, version;
	enum offer_state state;
	struct layout_medium mediumv[LAYOUT_TYPES];
	struct layout *cur;  /* Agreed on, and what is to be offered */
	struct layout *next; /* Unless stable                        */
	struct mbuf *last;   /* Our last description                 */
	struct offer_reason why;
};

/* There may be keys in it; whoever else holds it needs them yet */
static void forget(struct mbuf *mb)
{
	if (mb && mem_nrefs(mb) == 1)
		explicit_bzero(mb->buf, mb->size);
	mem_deref(mb);
}

static void offer_destructor(void *arg)
{
	struct offer *o = arg;

	mem_deref(o->user);
	mem_deref(o->cur);
	mem_deref(o->next);
	forget(o->last);
}

int offer_alloc(struct offer **op, const char *user)
{
	struct offer *o;
	int err;

	o = mem_zalloc(sizeof(*o), offer_destructor);
	if (!o)
		return ENOMEM;

	o->id = entropy_between(0, ID_MAX);
	err = str_dup(&o->user, user ? user : "-");
	if (!err)
		err = layout_alloc(&o->cur);
	if (err)
		mem_deref(o);
	else
		*op = o;
	return err;
}

int offer_fork(struct offer **op, const struct offer *from)
{
	struct offer *o;
	int err;

	o = mem_zalloc(sizeof(*o), offer_destructor);
	if (!o)
		return ENOMEM;

	o->id = from->id;
	o->version = from->version;
	o->state = from->state;
	memcpy(o->mediumv, from->mediumv, sizeof(o->mediumv));
	o->last = mem_ref(from->last);
	err = str_dup(&o->user, from->user);
	if (!err)
		err = layout_clone(&o->cur, from->cur, true);
	if (!err && from->next)
		err = layout_clone(&o->next, from->next, true);
	if (err)
		mem_deref(o);
	else
		*op = o;
	return err;
}

static struct layout *current(const struct offer *o)
{
	return o->state == OFFER_REMOTE ? o->next : o->cur;
}

/* A place for our medium of a type: its own again, or a new one */
static int place(struct offer *o, enum offer_type type)
{
	int index = layout_find(o->cur, (int)type);
	struct layout_slot *s;

	if (index != LAYOUT_NONE) {
		o->cur->slotv[index]->stopped = false;
		return 0;
	}

	s = layout_add(o->cur, (int)type);
	if (!s)
		return o->cur->slotc == DESCRIPTION_MEDIA ? ENOSPC : ENOMEM;

	s->fresh = true;
	return 0;
}

int offer_add(struct offer *o, const struct offer_medium *m)
{
	struct layout_medium *own;
	int err;

	assert((unsigned)m->type < LAYOUT_TYPES && m->codecc <= OFFER_CODECS);

	if (o->state != OFFER_STABLE)
		return offer_fail(&o->why, EINPROGRESS, "an offer is waiting");
	err = place(o, m->type);
	if (err)
		return err;

	own = &o->mediumv[m->type];
	own->there = own->enabled = true;
	own->medium = *m;
	return 0;
}

void offer_set_dir(struct offer *o, enum offer_type type, enum sdp_dir dir)
{
	o->mediumv[type].medium.dir = dir;
}

void offer_set_content(struct offer *o, enum offer_type type,
		       const char *content)
{
	o->mediumv[type].medium.content = content;
}

int offer_set_enabled(struct offer *o, enum offer_type type, bool enabled)
{
	struct layout_medium *own = &o->mediumv[type];

	if (!own->there)
		return ENOENT;

	own->enabled = enabled;
	return enabled && o->state == OFFER_STABLE ? place(o, type) : 0;
}

int offer_set_transport(struct offer *o, unsigned index,
			const struct offer_transport *t)
{
	struct layout *l = current(o);
	struct layout_local *local;
	int err;

	if (index >= l->slotc)
		return ENOENT;
	err = layout_local_alloc(&local, t);
	if (err)
		return err;

	/* Those that it carries go with it */
	for (unsigned i = 0; i < l->slotc; i++) {
		struct layout_slot *s = l->slotv[i];

		if (i != index && !(s->bundled && s->media.transport == index))
			continue;
		mem_deref(s->local);
		s->local = mem_ref(local);
	}

	mem_deref(local);
	return 0;
}

void offer_set_keying(struct offer *o, bool insecure, enum offer_keying offered)
{
	o->cur->insecure = insecure;
	o->cur->offered = offered;
}

int offer_index(const struct offer *o, enum offer_type type)
{
	return layout_find(current(o), (int)type);
}

/* The version counts up only if something else changed (RFC 3264 8) */
static int encode(struct offer *o, struct description *d, struct mbuf **mbp)
{
	struct mbuf *mb = mbuf_alloc(DESCRIPTION_LINE);
	int err;

	if (!mb)
		return ENOMEM;

	d->user = o->user;
	d->id_text = description_text(d, "%llu", o->id);
	if (!d->id_text) {
		err = ENOMEM;
		goto out;
	}
	d->version = o->version;
	err = description_encode(mb, d);
	if (!err && o->last &&
	    (o->last->end != mb->end ||
	     memcmp(o->last->buf, mb->buf, mb->end) != 0)) {
		d->version = ++o->version;
		mb->pos = mb->end = 0;
		err = description_encode(mb, d);
	}

out:
	if (err) {
		mem_deref(mb);
		return err;
	}
	mb->pos = 0;
	forget(o->last);
	o->last = mem_ref(mb);
	*mbp = mb;
	return 0;
}

int offer_create(struct offer *o, struct mbuf **mbp)
{
	struct description *d = NULL;
	struct layout *next = NULL;
	int err;

	if (o->state != OFFER_STABLE)
		return offer_fail(&o->why, EINPROGRESS, "an offer is waiting");

	err = layout_clone(&next, o->cur, true);
	if (!err)
		err = description_alloc(&d);
	if (!err)
		err = offer_write_offer(d, next, o->mediumv);
	if (!err)
		err = encode(o, d, mbp);
	if (err) {
		(void)offer_fail(&o->why, err,
				 "nothing to offer, or no transport");
		mem_deref(next);
	} else {
		o->next = next;
		o->state = OFFER_LOCAL;
	}

	mem_deref(d);
	return err;
}

/* What was agreed on now counts */
static void commit(struct offer *o)
{
	struct layout *l = o->next;

	for (unsigned i = 0; i < l->slotc; i++) {
		struct layout_slot *s = l->slotv[i];

		s->fresh = false;
		s->stopped = !s->media.active;
		if (s->media.active)
			l->offered = s->media.keying; /* And so it stays */
		if (s->stopped)
			s->local = mem_deref(s->local);
		else if (s->media.transport != i) {
			struct layout_slot *carrier =
				l->slotv[s->media.transport];

			mem_deref(s->local);
			s->local = mem_ref(carrier->local);
		}
	}

	mem_deref(o->cur);
	o->cur = l;
	o->next = NULL;
	o->state = OFFER_STABLE;
}

static int decode(struct offer *o, struct description **dp,
		  const struct mbuf *mb)
{
	struct description_fault fault;
	int err = description_decode(dp, mb, &fault);

	if (err == ENOMEM)
		return err;
	if (err)
		return offer_fail(&o->why, EBADMSG, "SDP line %u: %s",
				  fault.line, fault.why);
	return 0;
}

int offer_take_answer(struct offer *o, struct mbuf *mb)
{
	struct description *d = NULL;
	struct layout *l = NULL;
	int err;

	if (o->state != OFFER_LOCAL)
		return offer_fail(&o->why, EALREADY,
				  "no offer of ours is waiting");

	err = decode(o, &d, mb);
	if (!err)
		err = offer_rules_answer(o->next, d, &o->why);
	if (!err)
		err = layout_clone(&l, o->next, true);
	if (!err)
		err = offer_match(l, d, o->cur, true, o->mediumv);
	if (!err)
		err = offer_rules_agreed(l, o->mediumv, &o->why);
	if (!err) {
		mem_deref(o->next);
		o->next = mem_ref(l);
		commit(o);
	}

	mem_deref(l);
	mem_deref(d);
	return err;
}

int offer_take_offer(struct offer *o, struct mbuf *mb)
{
	struct description *d = NULL;
	struct layout *l = NULL;
	int err;

	if (o->state != OFFER_STABLE)
		return offer_fail(&o->why, EINPROGRESS, "an offer is waiting");

	err = decode(o, &d, mb);
	if (!err)
		err = layout_clone(&l, o->cur, false);
	if (!err)
		err = offer_rules_take(l, d, o->mediumv, &o->why);
	if (!err)
		err = offer_match(l, d, o->cur, false, o->mediumv);
	if (!err)
		err = offer_rules_offer(l, o->cur->remote != NULL, &o->why);
	if (!err) {
		o->next = mem_ref(l);
		o->state = OFFER_REMOTE;
	}

	mem_deref(l);
	mem_deref(d);
	return err;
}

int offer_answer(struct offer *o, struct mbuf **mbp)
{
	struct description *d = NULL;
	int err;

	if (o->state != OFFER_REMOTE)
		return offer_fail(&o->why, EALREADY,
				  "no offer of the peer is waiting");

	/* Wishes may have changed since the offer came */
	err = offer_match(o->next, o->next->remote, o->cur, false, o->mediumv);
	if (!err)
		err = description_alloc(&d);
	if (!err)
		err = offer_write_answer(d, o->next, o->mediumv);
	if (!err)
		err = encode(o, d, mbp);
	if (err)
		(void)offer_fail(&o->why, err,
				 "an accepted m-line has no transport");
	else
		commit(o);

	mem_deref(d);
	return err;
}

void offer_rollback(struct offer *o)
{
	o->next = mem_deref(o->next);
	o->state = OFFER_STABLE;
}

enum offer_state offer_state(const struct offer *o)
{
	return o->state;
}

unsigned offer_count(const struct offer *o)
{
	return current(o)->slotc;
}

const struct offer_media *offer_media(const struct offer *o, unsigned index)
{
	const struct layout *l = current(o);

	return index < l->slotc ? &l->slotv[index]->media : NULL;
}

const struct offer_media *offer_active(const struct offer *o,
				       enum offer_type type)
{
	int index = offer_index(o, type);
	const struct offer_media *m;

	if (index == LAYOUT_NONE)
		return NULL;

	m = offer_media(o, (unsigned)index);
	return m->active ? m : NULL;
}

bool offer_apart(const struct offer *o)
{
	const struct layout *l = current(o);

	if (!l->remote || l->remote->groupc)
		return false;
	for (int type = 0; type < LAYOUT_TYPES; type++) {
		if (!o->mediumv[type].there || !o->mediumv[type].enabled)
			return false;
	}

	return true;
}

const char *offer_why(const struct offer *o)
{
	return o->why.text;
}

const struct description *offer_remote(const struct offer *o)
{
	return current(o)->remote;
}

int offer_print(struct re_printf *pf, const struct offer *o)
{
	static const char *const statev[] = { "stable", "local offer",
					      "remote offer" };
	const struct layout *l = current(o);
	int err;

	err = re_hprintf(pf, "%s, %u m-lines\n", statev[o->state], l->slotc);
	for (unsigned i = 0; i < l->slotc && !err; i++) {
		const struct offer_media *m = &l->slotv[i]->media;
		struct pl mid;

		pl_set_str(&mid, m->mid);
		err = re_hprintf(pf, "%u mid=%H %s %s", i, log_text, &mid,
				 m->ours ? offer_type_name(m->type) : "-",
				 m->active ? sdp_dir_name(m->dir) : m->why);
		if (!err && m->active)
			err = re_hprintf(pf, " %s pt=%u/%u on %u",
					 m->agreedv[0].codec->name,
					 m->agreedv[0].pt_send,
					 m->agreedv[0].pt_recv, m->transport);
		if (!err)
			err = re_hprintf(pf, "\n");
	}

	return err;
}

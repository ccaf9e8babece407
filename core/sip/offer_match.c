/**
 * @file core/sip/offer_match.c  What of the peer's description we can do
 *
 * Three passes: codecs of each m-line, then who carries whom (BUNDLE), then
 * whether each carrier can be reached and trusted.
 */
#include "core/sip/offer_keying.h"
#include "core/sip/offer_match.h"

/** Events and comfort noise are no codecs to send speech with */
static bool is_event(const struct offer_codec *c)
{
	return !str_casecmp(c->name, "telephone-event") ||
	       !str_casecmp(c->name, "CN");
}

bool offer_is_rtx(const struct offer_codec *c)
{
	return !str_casecmp(c->name, "rtx");
}

enum sdp_dir offer_reverse(enum sdp_dir dir)
{
	return (enum sdp_dir)(((dir & SDP_SENDONLY) ? SDP_RECVONLY : 0) |
			      ((dir & SDP_RECVONLY) ? SDP_SENDONLY : 0));
}

static bool same_codec(const struct offer_codec *c,
		       const struct description_format *f)
{
	/* opus is opus/48000/2 always (RFC 7587 section 7); some forget it */
	bool channels = c->channels == f->channels ||
			!str_casecmp(c->name, "opus");

	return !str_casecmp(c->name, f->name) && c->rate == f->rate &&
	       channels && (!c->match || c->match(c, f->fmtp));
}

static int set_fbs(struct offer_agreed *a, const struct description_format *f,
		   struct description *remote)
{
	const char **fbv;

	a->fbc = 0;
	fbv = description_memory(remote, OFFER_FBS * sizeof(*fbv));
	if (!fbv)
		return ENOMEM;

	for (size_t i = 0; i < OFFER_FBS && a->codec->fbv[i]; i++) {
		for (size_t k = 0; k < f->fbc; k++) {
			if (!str_casecmp(a->codec->fbv[i], f->fbv[k])) {
				fbv[a->fbc++] = a->codec->fbv[i];
				break;
			}
		}
	}

	a->fbv = fbv;
	return 0;
}

/* Their numbers count for both ways (RFC 3264 section 6.1) */
static void adopt(struct layout_slot *s, size_t k, unsigned pt)
{
	for (size_t i = 0; i < OFFER_CODECS; i++) {
		if (s->ptv[i] == pt)
			s->ptsetv[i] = false;
	}
	s->ptv[k] = (uint8_t)pt;
	s->ptsetv[k] = true;
}

/* Codec k of ours is format f of theirs: agree, once per codec */
static int agree(struct layout_slot *s, const struct offer_codec *c, size_t k,
		 const struct description_format *f, bool answer,
		 struct description *remote)
{
	struct offer_media *r = &s->media;
	struct offer_agreed *a = is_event(c) ? &r->eventv[r->eventc]
					     : &r->agreedv[r->agreedc];

	for (size_t i = 0; i < r->agreedc; i++) {
		if (r->agreedv[i].codec == c || r->agreedv[i].pt_send == f->pt)
			return 0;
	}
	for (size_t i = 0; i < r->eventc; i++) {
		if (r->eventv[i].codec == c)
			return 0;
	}
	if (!answer)
		adopt(s, k, f->pt);

	a->codec = c;
	a->pt_send = f->pt;
	a->pt_recv = s->ptv[k];
	a->rtx_send = a->rtx_recv = 0;
	a->fmtp = f->fmtp;
	if (is_event(c))
		++r->eventc;
	else
		++r->agreedc;
	return set_fbs(a, f, remote);
}

/* Codec k of ours, "rtx", is their format f: if both repeat the same */
static void agree_rtx(struct layout_slot *s, const struct offer_medium *m,
		      size_t k, const struct description_format *f, bool answer)
{
	const struct offer_codec *repaired = &m->codecv[m->codecv[k].repairs];
	struct pl apt;

	if (!description_param(f->fmtp, "apt", &apt))
		return;

	for (size_t i = 0; i < s->media.agreedc; i++) {
		struct offer_agreed *a = &s->media.agreedv[i];

		if (a->codec != repaired || a->pt_send != pl_u32(&apt) ||
		    a->rtx_send)
			continue;
		if (!answer)
			adopt(s, k, f->pt);
		a->rtx_send = f->pt;
		a->rtx_recv = s->ptv[k];
	}
}

static void match_rtx(struct layout_slot *s, const struct offer_medium *m,
		      bool answer)
{
	const struct description_media *rm = s->media.remote;

	for (size_t k = 0; k < m->codecc; k++) {
		const struct offer_codec *c = &m->codecv[k];

		if (!offer_is_rtx(c) || (answer && !s->ptsetv[k]))
			continue;
		for (size_t i = 0; i < rm->formatc; i++) {
			if (same_codec(c, &rm->formatv[i]))
				agree_rtx(s, m, k, &rm->formatv[i], answer);
		}
	}
}

/* An event has the clock of a codec, or it could not be sent beside it */
static void drop_events(struct offer_media *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->eventc; i++) {
		for (size_t k = 0; k < r->agreedc; k++) {
			if (r->eventv[i].codec->rate ==
			    r->agreedv[k].codec->rate) {
				r->eventv[kept++] = r->eventv[i];
				break;
			}
		}
	}

	r->eventc = kept;
}

/*
 * In an answer the peer's order counts: its first is what it wants. In the
 * answer to an offer it is ours (RFC 8829 section 5.3.1).
 */
static int match_codecs(struct layout_slot *s, const struct offer_medium *m,
			struct description *remote, bool answer)
{
	const struct description_media *rm = s->media.remote;
	size_t outer = answer ? rm->formatc : m->codecc;
	size_t inner = answer ? m->codecc : rm->formatc;
	int err = 0;

	s->media.agreedc = s->media.eventc = 0;
	for (size_t i = 0; i < outer && !err; i++) {
		for (size_t j = 0; j < inner && !err; j++) {
			size_t k = answer ? j : i;
			const struct description_format *f =
				&rm->formatv[answer ? i : j];

			if ((!answer || s->ptsetv[k]) &&
			    !offer_is_rtx(&m->codecv[k]) &&
			    same_codec(&m->codecv[k], f))
				err = agree(s, &m->codecv[k], k, f, answer,
					    remote);
		}
	}

	drop_events(&s->media);
	match_rtx(s, m, answer);
	return err;
}

static void match_exts(struct offer_media *r, const struct offer_medium *m)
{
	const struct description_media *rm = r->remote;

	r->extc = 0;
	for (size_t i = 0; i < OFFER_EXTS && m->extv[i]; i++) {
		for (size_t k = 0; k < rm->extc; k++) {
			if (rm->extv[k].id <= UINT8_MAX &&
			    !strcmp(rm->extv[k].uri, m->extv[i])) {
				r->extv[r->extc].uri = m->extv[i];
				r->extv[r->extc++].id = (uint8_t)rm->extv[k].id;
				break;
			}
		}
	}
}

/* Why an m-line cannot be had, by itself; "" if it can */
static const char *refuse_media(const struct layout_slot *s,
				const struct layout_medium *mediumv)
{
	const struct description_media *rm = s->media.remote;

	if (description_refused(rm))
		return "the peer has refused or stopped it";
	if (s->type == LAYOUT_NONE)
		return "it is of a type that is not done here";
	if (!mediumv[s->type].enabled)
		return "it is stopped here";
	if (!description_is_rtp(rm))
		return "its protocol is not RTP";
	if (!s->media.agreedc)
		return "no codec in common";
	return "";
}

static int match_media(struct layout *l, struct layout_slot *s, bool answer,
		       const struct layout_medium *mediumv)
{
	struct offer_media *r = &s->media;
	int err = 0;

	if (s->type != LAYOUT_NONE && !description_refused(r->remote)) {
		err = match_codecs(s, &mediumv[s->type].medium, l->remote,
				   answer);
		match_exts(r, &mediumv[s->type].medium);
	}
	r->remote_dir = r->remote->dir;
	r->dir = s->type == LAYOUT_NONE
			 ? SDP_INACTIVE
			 : (enum sdp_dir)(mediumv[s->type].medium.dir &
					  offer_reverse(r->remote_dir));
	r->why = refuse_media(s, mediumv);
	r->active = !*r->why;
	return err;
}

/* The first m-line of a group that is there and has a port carries it */
static void match_group(struct layout *l, const struct description_group *g)
{
	int carrier = LAYOUT_NONE;

	for (size_t i = 0; i < g->c && carrier == LAYOUT_NONE; i++) {
		const struct offer_media *r = &l->slotv[g->v[i]]->media;

		if (r->active && r->remote->port)
			carrier = g->v[i];
	}
	for (size_t i = 0; i < g->c; i++) {
		struct layout_slot *s = l->slotv[g->v[i]];

		if (!s->media.active || carrier == LAYOUT_NONE)
			continue;
		s->media.transport = (unsigned)carrier;
		s->bundled = true;
	}
}

/* A carrier may have left its candidates on a line of its group that is
 * refused (a data channel first, under max-bundle): take them from there */
static void lend_candidates(const struct description *d,
			    struct description_media *m)
{
	const struct description_group *g;

	if (m->group < 0 || m->candidatec)
		return;

	g = &d->groupv[m->group];
	for (size_t i = 0; i < g->c; i++) {
		const struct description_media *other = d->mediav[g->v[i]];

		if (other->candidatec && !strcmp(other->ufrag, m->ufrag)) {
			m->candidatev = other->candidatev;
			m->candidatec = other->candidatec;
			return;
		}
	}
}

/* Why a transport of the peer cannot be had; "" if it can */
static const char *refuse_transport(const struct description_media *m,
				    bool answer)
{
	struct sa addr;

	if (!*m->ufrag != !*m->pwd)
		return "ice-ufrag and ice-pwd are not both there";
	if (!*m->ufrag && sa_set_str(&addr, m->address, m->port))
		return "no ICE, and its address is a name";
	if (m->setup == DESCRIPTION_SETUP_HOLDCONN)
		return "setup is holdconn";
	if (answer && m->setup == DESCRIPTION_SETUP_ACTPASS)
		return "setup is actpass in an answer";
	return "";
}

static bool same_prints(const struct description_media *a,
			const struct description_media *b)
{
	if (a->printc != b->printc || strcmp(a->tls_id, b->tls_id))
		return false;
	for (size_t i = 0; i < a->printc; i++) {
		if (str_casecmp(a->printv[i].hash, b->printv[i].hash) ||
		    str_casecmp(a->printv[i].value, b->printv[i].value))
			return false;
	}

	return true;
}

/* Who connects. A transport that goes on keeps its roles (RFC 8842 5.1) */
static enum description_setup role(const struct layout_slot *s,
				   const struct description_media *m,
				   bool answer, enum description_setup before)
{
	if (m->setup == DESCRIPTION_SETUP_ACTIVE)
		return DESCRIPTION_SETUP_PASSIVE;
	if (m->setup == DESCRIPTION_SETUP_PASSIVE || answer)
		return DESCRIPTION_SETUP_ACTIVE;
	if (before)
		return before;
	if (s->local && s->local->setup == DESCRIPTION_SETUP_PASSIVE)
		return DESCRIPTION_SETUP_PASSIVE;
	return DESCRIPTION_SETUP_ACTIVE;
}

/* The m-line that carried one before, NULL if none did */
static const struct offer_media *carrier_before(const struct layout *l,
						unsigned i)
{
	const struct offer_media *r;

	if (i >= l->slotc || !l->remote)
		return NULL;

	r = &l->slotv[i]->media;
	return r->active ? &l->slotv[r->transport]->media : NULL;
}

static void match_transport(struct layout *l, unsigned i, bool answer,
			    const struct layout *before)
{
	struct offer_media *r = &l->slotv[i]->media;
	struct description_media *m = l->remote->mediav[r->transport];
	const struct offer_media *was = carrier_before(before, r->transport);
	const struct description_media *old = was ? was->remote : NULL;

	r->why = !m->port ? "it is bundle-only, and nothing carries it"
			  : offer_keying_match(l, i, m, answer, was);
	if (!*r->why)
		r->why = refuse_transport(m, answer);
	r->active = !*r->why;
	if (!r->active)
		return;

	/* What is new is told of the carrier: this line may be new itself */
	lend_candidates(l->remote, m);
	r->restart = old &&
		     (strcmp(old->ufrag, m->ufrag) || strcmp(old->pwd, m->pwd));
	r->new_keys = old && !same_prints(old, m);
	r->setup = role(l->slotv[r->transport], m, answer,
			old && !r->new_keys
				? before->slotv[r->transport]->media.setup
				: DESCRIPTION_SETUP_NONE);
}

int offer_match(struct layout *l, struct description *remote,
		const struct layout *before, bool answer,
		const struct layout_medium *mediumv)
{
	int err = 0;

	(void)mem_ref(remote);
	mem_deref(l->remote);
	l->remote = remote;

	for (unsigned i = 0; i < l->slotc && !err; i++) {
		struct layout_slot *s = l->slotv[i];

		s->media.remote = remote->mediav[i];
		s->media.transport = i;
		s->bundled = false;
		err = match_media(l, s, answer, mediumv);
	}
	for (size_t i = 0; i < remote->groupc && !err; i++)
		match_group(l, &remote->groupv[i]);
	for (unsigned i = 0; i < l->slotc && !err; i++) {
		if (l->slotv[i]->media.active)
			match_transport(l, i, answer, before);
	}

	return err;
}

/**
 * @file core/sip/offer_write.c  Our offer or answer
 *
 * RFC 8829 sections 5.2 and 5.3. An m-line that another carries says nothing
 * of its transport but the carrier's port; one that is first offered without
 * a transport of its own is bundle-only with port 0 (RFC 9143 section 7.2.1).
 */
#include <assert.h>
#include "core/sip/offer_keying.h"
#include "core/sip/offer_match.h"
#include "core/sip/offer_write.h"

enum {
	RTX_RATE = 90000, /* As the video that it repeats (RFC 4588 8.6) */
	/* A codec, what repeats it, an event */
	FORMATS_MAX = 3 * OFFER_CODECS,
};

static const char proto_offer[] = "UDP/TLS/RTP/SAVPF"; /* RFC 8829 5.1.2 */

const char *offer_type_name(enum offer_type type)
{
	return type == OFFER_VIDEO ? "video" : "audio";
}

/* A refused m-line keeps its type, protocol and a format (RFC 3264 6) */
static int write_refused(struct description *d, const struct layout *l,
			 unsigned i)
{
	const struct layout_slot *s = l->slotv[i];
	const struct description_media *rm = NULL;
	struct description_media *m;

	if (l->remote && i < l->remote->mediac)
		rm = l->remote->mediav[i];

	m = description_add(d, rm ? rm->type : offer_type_name(s->media.type),
			    rm ? rm->proto : proto_offer);
	if (!m)
		return ENOMEM;

	m->port = 0;
	m->dir = SDP_INACTIVE;
	m->mid = s->mid ? s->mid : "";
	m->formats = rm ? description_text(d, "%b", rm->formats,
					   strcspn(rm->formats, " \t"))
			: "0";
	return m->formats ? 0 : ENOMEM;
}

static int add_format(struct description *d, struct description_media *m,
		      const struct offer_codec *c, uint8_t pt)
{
	const size_t size = FORMATS_MAX * sizeof(*m->formatv);
	struct description_format *f;

	if (!m->formatv)
		m->formatv = description_memory(d, size);
	if (!m->formatv)
		return ENOMEM;

	f = &m->formatv[m->formatc++];
	f->pt = pt;
	f->name = c->name;
	f->rate = c->rate;
	f->channels = c->channels;
	f->fmtp = c->fmtp ? c->fmtp : "";
	m->formats = description_text(d, "%s%s%u", m->formats,
				      *m->formats ? " " : "", pt);
	return m->formats ? 0 : ENOMEM;
}

static void add_fb(struct description_media *m, const char *fb)
{
	struct description_format *f = &m->formatv[m->formatc - 1];

	f->fbv[f->fbc++] = fb;
}

/* What a repeating format says: whose packets it repeats */
static int add_apt(struct description *d, struct description_media *m,
		   uint8_t apt)
{
	struct description_format *f = &m->formatv[m->formatc - 1];

	f->fmtp = description_text(d, "apt=%u", apt);
	return f->fmtp ? 0 : ENOMEM;
}

static int offer_formats(struct description *d, struct description_media *m,
			 const struct layout_slot *s,
			 const struct offer_medium *medium)
{
	int err = 0;

	for (size_t i = 0; i < medium->codecc && !err; i++) {
		const struct offer_codec *c = &medium->codecv[i];

		err = add_format(d, m, c, s->ptv[i]);
		if (!err && offer_is_rtx(c))
			err = add_apt(d, m, s->ptv[c->repairs]);
		for (size_t k = 0; !err && k < OFFER_FBS && c->fbv[k]; k++)
			add_fb(m, c->fbv[k]);
	}

	return err;
}

static int answer_formats(struct description *d, struct description_media *m,
			  const struct offer_agreed *v, size_t c)
{
	static const struct offer_codec rtx = { .name = "rtx",
						.rate = RTX_RATE,
						.channels = 1 };
	int err = 0;

	for (size_t i = 0; i < c && !err; i++) {
		err = add_format(d, m, v[i].codec, v[i].pt_recv);
		for (size_t k = 0; !err && k < v[i].fbc; k++)
			add_fb(m, v[i].fbv[k]);
		if (err || !v[i].rtx_recv)
			continue;
		err = add_format(d, m, &rtx, v[i].rtx_recv);
		if (!err)
			err = add_apt(d, m, v[i].pt_recv);
	}

	return err;
}

static int write_ssrcs(struct description *d, struct description_media *m,
		       const struct offer_medium *medium)
{
	if (!medium->ssrc)
		return 0;

	m->ssrcv = description_memory(d, 2 * sizeof(*m->ssrcv));
	if (!m->ssrcv)
		return ENOMEM;

	m->ssrcv[0].ssrc = medium->ssrc;
	m->ssrcv[1].ssrc = medium->rtx_ssrc;
	m->ssrcv[0].cname = m->ssrcv[1].cname = medium->cname ? medium->cname
							      : "-";
	m->fid = medium->rtx_ssrc != 0;
	m->ssrcc = m->fid ? 2 : 1;
	return 0;
}

static int write_exts(struct description *d, struct description_media *m,
		      const struct layout_slot *s)
{
	const struct offer_media *r = &s->media;

	m->extv = description_memory(d, OFFER_EXTS * sizeof(*m->extv));
	if (!m->extv)
		return ENOMEM;

	for (size_t i = 0; i < r->extc; i++) {
		m->extv[i].id = r->extv[i].id;
		m->extv[i].uri = r->extv[i].uri;
		m->extv[i].dir = SDP_SENDRECV;
	}
	m->extc = r->extc;
	return 0;
}

/* What an offer and an answer say alike of a medium */
static int write_medium(struct description *d, struct description_media *m,
			const struct layout_slot *s,
			const struct offer_medium *medium)
{
	m->mid = s->mid ? s->mid : "";
	m->tias = medium->tias;
	m->ptime = medium->ptime;
	m->maxptime = medium->maxptime;
	m->rtcp_mux = m->rtcp_rsize = true;

	if (medium->content && (m->dir & SDP_SENDONLY))
		m->content = medium->content;
	if (medium->track && (m->dir & SDP_SENDONLY)) {
		m->msid = description_text(
			d, "%s %s", medium->stream ? medium->stream : "-",
			medium->track);
		if (!m->msid)
			return ENOMEM;
	}
	if (write_ssrcs(d, m, medium))
		return ENOMEM;

	return write_exts(d, m, s);
}

static int write_address(struct description *d, struct description_media *m,
			 const struct layout_local *local)
{
	if (!local || !sa_isset(&local->address, SA_ALL))
		return 0;

	m->port = sa_port(&local->address);
	m->rtcp_port = local->rtcp_port;
	m->ip6 = sa_af(&local->address) == AF_INET6;
	m->address = description_text(d, "%j", &local->address);
	return m->address ? 0 : ENOMEM;
}

/* Who we are, in the handshake to come */
static int write_identity(struct description *d, struct description_media *m,
			  const struct layout_local *local,
			  enum description_setup setup, bool tls_id)
{
	const char *blank = strchr(local->fingerprint, ' ');

	assert(blank);

	m->printv[0].hash =
		description_text(d, "%b", local->fingerprint,
				 (size_t)(blank - local->fingerprint));
	m->printv[0].value = blank + 1;
	m->printc = 1;
	m->setup = setup;
	if (tls_id && local->tls_id)
		m->tls_id = local->tls_id;
	return m->printv[0].hash ? 0 : ENOMEM;
}

static int write_transport(struct description *d, struct description_media *m,
			   const struct layout_local *local)
{
	m->ufrag = local->ufrag;
	m->pwd = local->pwd;
	m->ice_options = "ice2"; /* RFC 8445 section 10 */
	m->candidatev = (const char **)local->candidatev;
	m->candidatec = local->candidatec;
	m->end_of_candidates = true;
	return write_address(d, m, local);
}

/* In the answer to an offer without it (RFC 8839 section 4.3.1) */
static void drop_ice(struct description_media *m)
{
	m->ufrag = m->pwd = m->ice_options = "";
	m->candidatec = 0;
	m->end_of_candidates = false;
}

/* Whether an m-line is offered as if for the first time */
static bool is_new(const struct layout_slot *s)
{
	return !s->media.active;
}

/* Ids for header extensions that are offered for the first time */
static void set_exts(struct layout *l, struct layout_slot *s,
		     const struct offer_medium *medium)
{
	if (!is_new(s))
		return; /* Only those agreed on (RFC 8829 section 5.2.2) */

	s->media.extc = 0;
	for (size_t i = 0; i < OFFER_EXTS && medium->extv[i]; i++) {
		uint8_t id = layout_ext_id(l, medium->extv[i]);

		if (!id)
			return;
		s->media.extv[s->media.extc].uri = medium->extv[i];
		s->media.extv[s->media.extc++].id = id;
	}
}

/* Whether the m-line is to be in our BUNDLE group */
static bool in_group(const struct layout *l, const struct layout_slot *s)
{
	if (!l->remote)
		return true;

	return is_new(s) ? l->remote->groupc != 0 : s->bundled;
}

/* Whether both are one transport: the owner may have set it on each */
static bool same_local(const struct layout_local *a,
		       const struct layout_local *b)
{
	return a == b || (a && b && !strcmp(a->ufrag, b->ufrag) &&
			  !strcmp(a->pwd, b->pwd));
}

/* How an offered m-line is reached, itself or by the first of the group */
static int offer_transport(struct description *d, struct description_media *m,
			   const struct layout *l, unsigned i, int first)
{
	const struct layout_slot *s = l->slotv[i];
	const struct layout_local *carrier;
	const bool only = in_group(l, s) && first != (int)i;
	int err;

	carrier = first == LAYOUT_NONE ? NULL : l->slotv[first]->local;
	if (only && !is_new(s))
		return write_address(d, m, carrier);
	if (only && (!s->local || same_local(s->local, carrier))) {
		m->bundle_only = true;
		m->port = 0;
		return 0;
	}

	if (!s->local)
		return EINVAL;
	err = write_transport(d, m, s->local);
	if (!err && l->offered == OFFER_DTLS)
		err = write_identity(d, m, s->local, DESCRIPTION_SETUP_ACTPASS,
				     true);
	if (!err && l->offered == OFFER_SDES)
		err = offer_keying_write_offer(d, m, s);
	return err;
}

static int write_offered(struct description *d, struct layout *l, unsigned i,
			 int first, const struct offer_medium *medium)
{
	struct layout_slot *s = l->slotv[i];
	struct description_media *m;
	int err;

	layout_set_pts(l, i, medium);
	set_exts(l, s, medium);
	m = description_add(d, offer_type_name(s->media.type),
			    offer_keying_proto(l, s));
	if (!m)
		return ENOMEM;

	m->dir = medium->dir;
	err = offer_formats(d, m, s, medium);
	if (!err)
		err = write_medium(d, m, s, medium);
	if (!err)
		err = offer_transport(d, m, l, i, first);

	return err;
}

/*
 * The m-lines of our group. The first, which carries the others, is the one
 * that did so before, else the first that has a transport.
 */
static void offer_group(struct description_group *g, const struct layout *l,
			const struct layout_medium *mediumv)
{
	size_t carrier = 0;
	uint8_t index;

	for (unsigned i = 0; i < l->slotc; i++) {
		if (layout_offered(l->slotv[i], mediumv) &&
		    in_group(l, l->slotv[i]))
			g->v[g->c++] = (uint8_t)i;
	}
	while (carrier < g->c && is_new(l->slotv[g->v[carrier]]))
		++carrier;
	if (carrier == g->c)
		carrier = 0;
	while (carrier < g->c && !l->slotv[g->v[carrier]]->local)
		++carrier;
	if (carrier == g->c)
		return;

	index = g->v[carrier];
	memmove(&g->v[1], &g->v[0], carrier);
	g->v[0] = index;
}

int offer_write_offer(struct description *d, struct layout *l,
		      const struct layout_medium *mediumv)
{
	struct description_group *g = &d->groupv[0];
	bool any = false;
	int err = 0;

	for (unsigned i = 0; i < l->slotc && !err; i++) {
		err = layout_set_mid(l, i, NULL);
		any |= layout_offered(l->slotv[i], mediumv);
	}
	if (err || !any)
		return err ? err : EINVAL;

	offer_group(g, l, mediumv);
	d->groupc = g->c ? 1 : 0;
	for (unsigned i = 0; i < l->slotc && !err; i++) {
		struct layout_slot *s = l->slotv[i];

		if (layout_offered(s, mediumv))
			err = write_offered(d, l, i,
					    g->c ? g->v[0] : LAYOUT_NONE,
					    &mediumv[s->type].medium);
		else
			err = write_refused(d, l, i);
	}

	return err;
}

static int write_accepted(struct description *d, const struct layout *l,
			  unsigned i, const struct offer_medium *medium)
{
	const struct layout_slot *s = l->slotv[i];
	const struct offer_media *r = &s->media;
	const struct layout_local *carrier = l->slotv[r->transport]->local;
	struct description_media *m;
	int err;

	m = description_add(d, r->remote->type, r->remote->proto);
	if (!m)
		return ENOMEM;

	m->dir = r->dir;
	err = answer_formats(d, m, r->agreedv, r->agreedc);
	if (!err)
		err = answer_formats(d, m, r->eventv, r->eventc);
	if (!err)
		err = write_medium(d, m, s, medium);
	if (err)
		return err;

	m->rtcp_rsize = r->remote->rtcp_rsize;
	m->rtcp_mux = l->remote->mediav[r->transport]->rtcp_mux;
	if (r->transport != i)
		return write_address(d, m, carrier);

	if (!carrier)
		return EINVAL;
	err = write_transport(d, m, carrier);
	if (!err && r->keying == OFFER_DTLS)
		err = write_identity(d, m, carrier, r->setup,
				     *r->remote->tls_id != '\0');
	if (!err && r->keying == OFFER_SDES)
		err = offer_keying_write_answer(d, m, r);
	if (!*r->remote->ufrag)
		drop_ice(m);
	if (m->rtcp_mux)
		m->rtcp_port = 0;
	return err;
}

/* The groups of the offer, less what is refused (RFC 9143 section 7.3) */
static void answer_groups(struct description *d, const struct layout *l)
{
	const struct description *remote = l->remote;

	for (size_t i = 0; i < remote->groupc; i++) {
		const struct description_group *from = &remote->groupv[i];
		struct description_group *to = &d->groupv[d->groupc];

		/* The carrier stands first */
		for (int first = 1; first >= 0; first--) {
			for (size_t k = 0; k < from->c; k++) {
				const struct layout_slot *s =
					l->slotv[from->v[k]];

				if (s->media.active && s->bundled &&
				    (s->media.transport == from->v[k]) == first)
					to->v[to->c++] = from->v[k];
			}
		}
		if (to->c)
			++d->groupc;
	}
}

int offer_write_answer(struct description *d, const struct layout *l,
		       const struct layout_medium *mediumv)
{
	int err = 0;

	answer_groups(d, l);
	for (unsigned i = 0; i < l->slotc && !err; i++) {
		const struct layout_slot *s = l->slotv[i];

		if (s->media.active)
			err = write_accepted(d, l, i, &mediumv[s->type].medium);
		else
			err = write_refused(d, l, i);
	}

	return err;
}

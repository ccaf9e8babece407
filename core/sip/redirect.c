/**
 * @file core/sip/redirect.c  Redirect
 */
#include "core/sip/grammar.h"
#include "core/sip/header.h"
#include "core/sip/redirect.h"

enum {
	Q_ONE = 1000, /* RFC 3261 section 25.1: three digits */
	MULTIPLE = 300,
	MOVED = 301,
	MOVED_FOR_NOW = 302,
	GLOBAL = 600, /* Nowhere at all: section 21.6 */
};

struct reading {
	struct redirect *r;
	const char *ruri;
};

void redirect_reset(struct redirect *r)
{
	while (r->n) {
		--r->n;
		r->uriv[r->n] = mem_deref(r->uriv[r->n]);
	}
	r->next = 0;
	r->asked = NULL;
}

/* "1", "0.5"; without, or of no use: 1 */
static uint32_t q_of(const struct pl *params)
{
	uint32_t q = 0, unit = Q_ONE;
	struct pl val;

	if (grammar_param(&val, params, "q") || !val.l || val.p[0] != '0')
		return Q_ONE;

	for (size_t i = 2; i < val.l && unit > 1; i++) {
		if (val.p[i] < '0' || val.p[i] > '9')
			break;
		unit /= 10;
		q += unit * (uint32_t)(val.p[i] - '0');
	}
	return q;
}

static bool is_usable(const struct reading *rd, const struct sip_taddr *a)
{
	if ((pl_strcasecmp(&a->uri.scheme, "sip") &&
	     pl_strcasecmp(&a->uri.scheme, "sips")) ||
	    !a->uri.host.l || a->uri.headers.l ||
	    a->auri.l > REDIRECT_URI_MAX || !header_safe(&a->auri) ||
	    !pl_strcmp(&a->auri, rd->ruri))
		return false;

	for (unsigned i = 0; i < rd->r->n; i++) {
		if (!pl_strcmp(&a->auri, rd->r->uriv[i]))
			return false;
	}

	return true;
}

/* In its place: before those with a smaller q */
static bool contact_handler(const struct sip_hdr *hdr,
			    const struct sip_msg *msg, void *arg)
{
	const struct reading *rd = arg;
	struct redirect *r = rd->r;
	struct sip_taddr a;
	char *uri;
	uint32_t q;
	unsigned i;
	(void)msg;

	if (r->n == REDIRECT_MAX || grammar_addr(&a, &hdr->val) ||
	    !is_usable(rd, &a) || pl_strdup(&uri, &a.auri))
		return false;

	q = q_of(&a.params);
	for (i = r->n++; i && r->qv[i - 1] < q; i--) {
		r->qv[i] = r->qv[i - 1];
		r->uriv[i] = r->uriv[i - 1];
	}
	r->qv[i] = q;
	r->uriv[i] = uri;
	return false;
}

const char *redirect_next(struct redirect *r, const struct sip_msg *msg,
			  const char *ruri)
{
	struct reading rd = { r, ruri };
	const unsigned code = msg->scode;

	if (r->policy == REDIRECT_NO || code >= GLOBAL)
		return NULL;

	if (!r->taken &&
	    (code == MULTIPLE || code == MOVED || code == MOVED_FOR_NOW ||
	     code == REDIRECT_USE_PROXY)) {
		r->taken = true;
		r->proxy = code == REDIRECT_USE_PROXY;
		(void)sip_msg_hdr_apply(msg, true, SIP_HDR_CONTACT,
					contact_handler, &rd);
	}

	return r->next < r->n ? r->uriv[r->next++] : NULL;
}

/**
 * @file core/sip/replaces.c  Replaces
 */
#include <errno.h>
#include "core/sip/grammar.h"
#include "core/sip/leg.h"
#include "core/sip/message.h"
#include "core/sip/replaces.h"
#include "core/sip/scan.h"

enum {
	DELETE = 0x7f,
};

struct params {
	struct replaces *r;
	unsigned to, from; /* How many there were */
};

static bool param_handler(const struct pl *name, const struct pl *val,
			  void *arg)
{
	struct params *p = arg;

	if (!pl_strcasecmp(name, "to-tag")) {
		++p->to;
		p->r->to_tag = *val;
	} else if (!pl_strcasecmp(name, "from-tag")) {
		++p->from;
		p->r->from_tag = *val;
	} else if (!pl_strcasecmp(name, "early-only")) {
		p->r->early_only = true;
	}
	return false;
}

/* word ["@" word] of RFC 3261 section 25.1, but for its finer points */
static bool is_callid(const struct pl *pl)
{
	for (size_t i = 0; i < pl->l; i++) {
		const unsigned char c = (unsigned char)pl->p[i];

		if (c <= ' ' || c >= DELETE || c == ',' || c == ';')
			return false;
	}

	return pl->l > 0 && pl->l <= DIALOG_TOKEN_MAX;
}

int replaces_decode(struct replaces *r, const struct pl *val)
{
	struct pl rest = *val;
	struct params p = { .r = r };

	memset(r, 0, sizeof(*r));
	if (val->l > REPLACES_MAX)
		return EBADMSG;

	r->callid = grammar_trim(scan_until(&rest, ';'));
	if (!is_callid(&r->callid) || grammar_params(&rest, param_handler, &p))
		return EBADMSG;
	if (p.to != 1 || p.from != 1 || !grammar_is_token(&r->to_tag) ||
	    !grammar_is_token(&r->from_tag))
		return EBADMSG;

	return 0;
}

int replaces_get(struct replaces *r, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_REPLACES);

	if (!hdr)
		return ENOENT;
	if (!message_is(msg, "INVITE") || sip_msg_hdr(msg, SIP_HDR_JOIN))
		return EBADMSG;

	return replaces_decode(r, &hdr->val);
}

bool replaces_past(const struct replaces *r, const struct invite *inv)
{
	return inv->o && origin_buried(inv->o, r);
}

static bool is(const struct replaces *r, const struct dialog *d)
{
	return d && dialog_is(d, &r->callid, &r->to_tag, &r->from_tag);
}

enum replaces_match replaces_match(const struct replaces *r,
				   const struct invite *inv)
{
	if (is(r, inv->dialog))
		return inv->state == INVITE_RINGING ? REPLACES_CALLED
		       : inv->state == INVITE_UP    ? REPLACES_UP
						    : REPLACES_ENDING;

	for (unsigned i = 0; i < inv->earlyc && !inv->dialog; i++) {
		if (is(r, inv->earlyv[i].dialog))
			return inv->state == INVITE_CALLING ? REPLACES_CALLS
							    : REPLACES_ENDING;
	}

	return REPLACES_OTHER;
}

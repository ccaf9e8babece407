/**
 * @file core/sip/notification.c  Notification
 */
#include <errno.h>
#include "core/sip/grammar.h"
#include "core/sip/notification.h"
#include "core/sip/scan.h"

/* The token in front of the parameters, which are left in rest */
static struct pl head(struct pl *rest)
{
	struct pl token = scan_until(rest, ';');

	return grammar_trim(token);
}

/* RFC 6665 section 4.1.3. Only two of them, and what is not known, have a
   meaning for retry-after */
static enum notification_next next_of(const struct pl *reason)
{
	static const struct {
		const char *reason;
		enum notification_next next;
	} nextv[] = {
		{ "deactivated", NOTIFICATION_NOW },
		{ "timeout", NOTIFICATION_NOW },
		{ "rejected", NOTIFICATION_NEVER },
		{ "noresource", NOTIFICATION_NEVER },
		{ "invariant", NOTIFICATION_NEVER },
		{ "probation", NOTIFICATION_LATER },
		{ "giveup", NOTIFICATION_LATER },
	};

	for (size_t i = 0; i < ARRAY_SIZE(nextv); i++) {
		if (!pl_strcasecmp(reason, nextv[i].reason))
			return nextv[i].next;
	}

	return NOTIFICATION_LATER;
}

static uint32_t seconds(const struct pl *params, const char *name)
{
	uint32_t n = 0;
	struct pl val;

	if (grammar_param(&val, params, name) ||
	    grammar_number(&n, &val, UINT32_MAX) == EBADMSG)
		return 0;

	return n;
}

static enum notification_state state_of(const struct pl *token)
{
	if (!pl_strcasecmp(token, "terminated"))
		return NOTIFICATION_TERMINATED;

	return pl_strcasecmp(token, "pending") ? NOTIFICATION_ACTIVE
					       : NOTIFICATION_PENDING;
}

int notification_decode(struct notification *n, const struct sip_msg *msg)
{
	const struct sip_hdr *event = sip_msg_hdr(msg, SIP_HDR_EVENT);
	const struct sip_hdr *state = sip_msg_hdr(msg,
						  SIP_HDR_SUBSCRIPTION_STATE);
	struct pl rest, token;

	memset(n, 0, sizeof(*n));
	if (!event || !state)
		return EBADMSG;

	rest = event->val;
	n->package = head(&rest);
	rest = state->val;
	token = head(&rest);
	if (!grammar_is_token(&n->package) || !grammar_is_token(&token))
		return EBADMSG;

	n->state = state_of(&token);
	n->expires = seconds(&rest, "expires");
	if (n->state != NOTIFICATION_TERMINATED)
		return 0;

	if (grammar_param(&n->reason, &rest, "reason"))
		n->reason = pl_null;
	n->next = next_of(&n->reason);
	if (n->next == NOTIFICATION_LATER)
		n->retry_after = seconds(&rest, "retry-after");
	return 0;
}

enum notification_next notification_after(unsigned scode)
{
	static const uint16_t codev[] = { 301, 400, 401, 403, 405, 407,
					  410, 414, 416, 420, 485, 489,
					  501, 505, 603, 604 };

	for (size_t i = 0; i < ARRAY_SIZE(codev); i++) {
		if (scode == codev[i])
			return NOTIFICATION_NEVER;
	}

	return NOTIFICATION_LATER;
}

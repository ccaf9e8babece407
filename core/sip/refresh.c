/**
 * @file core/sip/refresh.c  Refresh
 */
#include "core/base/re.h"
#include "core/sip/grammar.h"
#include "core/sip/header.h"
#include "core/sip/message.h"
#include "core/sip/refresh.h"
#include "core/sip/scan.h"

enum {
	AGAIN_MIN = 5, /* Between two tries [s], ours */
	THIRD = 3,
};

void refresh_init(struct refresh *r, uint32_t wanted)
{
	memset(r, 0, sizeof(*r));
	r->wanted = wanted;
	refresh_stop(r);
}

void refresh_stop(struct refresh *r)
{
	r->interval = 0;
	r->due = r->end = CLOCK_NEVER;
}

/* The interval begins now */
static void start(struct refresh *r, uint32_t interval, bool ours, uint64_t now)
{
	const uint32_t margin = MIN(interval / THIRD, (uint32_t)REFRESH_MARGIN);

	if (interval < REFRESH_MIN) {
		refresh_stop(r);
		return;
	}

	r->interval = interval;
	r->ours = ours;
	r->due = ours ? now + (uint64_t)interval * CLOCK_S / 2 : CLOCK_NEVER;
	r->end = now + (uint64_t)(interval - margin) * CLOCK_S;
}

/* Session-Expires [s], 0 for none, and who is to refresh */
static uint32_t expires_of(const struct sip_msg *msg, struct pl *refresher)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_SESSION_EXPIRES);
	struct pl rest;

	*refresher = pl_null;
	if (!hdr)
		return 0;

	rest = hdr->val;
	(void)scan_until(&rest, ';');
	(void)grammar_param(refresher, &rest, "refresher");
	return message_seconds(msg, SIP_HDR_SESSION_EXPIRES, 0, REFRESH_MAX);
}

int refresh_add_request(const struct refresh *r, struct mbuf *headers)
{
	uint32_t n = MAX(r->interval ? r->interval : r->wanted, r->least);
	int err;

	if (!r->interval && !r->wanted)
		return 0;

	/* Who refreshes stays the same, seen from this request: section 7.4 */
	err = header_add(headers, "Session-Expires", "%u%s", n,
			 !r->interval ? ""
			 : r->ours    ? ";refresher=uac"
				      : ";refresher=uas");
	if (!err && r->least)
		err = header_add(headers, "Min-SE", "%u", r->least);
	return err;
}

int refresh_add_reply(const struct refresh *r, struct mbuf *headers)
{
	int err;

	if (!r->interval)
		return 0;

	err = header_add(headers, "Session-Expires", "%u;refresher=%s",
			 r->interval, r->ours ? "uas" : "uac");

	/* The peer has to do something: section 9 */
	if (!err && !r->ours)
		err = header_add(headers, "Require", "timer");
	return err;
}

bool refresh_too_small(const struct sip_msg *req)
{
	struct pl refresher;

	return sip_msg_hdr(req, SIP_HDR_SESSION_EXPIRES) &&
	       message_lists(req, SIP_HDR_SUPPORTED, "timer") &&
	       expires_of(req, &refresher) < REFRESH_MIN;
}

int refresh_add_refusal(struct mbuf *headers)
{
	return header_add(headers, "Min-SE", "%u", (unsigned)REFRESH_MIN);
}

void refresh_take_request(struct refresh *r, const struct sip_msg *req,
			  uint64_t now)
{
	const bool able = message_lists(req, SIP_HDR_SUPPORTED, "timer");
	struct pl refresher;
	uint32_t n = expires_of(req, &refresher);

	if (!n && r->wanted)
		n = MAX(r->wanted,
			message_seconds(req, SIP_HDR_MIN_SE, 0, REFRESH_MAX));

	/* Section 9, table 2; where we may choose, it is us */
	start(r, n, !able || pl_strcasecmp(&refresher, "uac"), now);
}

void refresh_take_reply(struct refresh *r, const struct sip_msg *resp,
			uint64_t now)
{
	struct pl refresher;
	uint32_t n = expires_of(resp, &refresher);

	start(r, n, pl_strcasecmp(&refresher, "uas") != 0, now);
}

bool refresh_take_refusal(struct refresh *r, const struct sip_msg *resp)
{
	const uint32_t n = message_seconds(resp, SIP_HDR_MIN_SE, 0,
					   REFRESH_MAX);

	if (n <= r->least || (!r->interval && !r->wanted))
		return false;

	r->least = n;
	return true;
}

void refresh_again(struct refresh *r, uint64_t now)
{
	if (r->end == CLOCK_NEVER || now >= r->end)
		return;

	r->due = now + MAX((r->end - now) / 2, (uint64_t)AGAIN_MIN * CLOCK_S);
}

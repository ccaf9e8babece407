/**
 * @file core/sip/screening.c  Screening
 */
#include "core/sip/header.h"
#include "core/sip/message.h"
#include "core/sip/refresh.h"
#include "core/sip/reply.h"
#include "core/sip/screen.h"
#include "core/sip/screening.h"
#include "core/sip/server.h"

enum {
	HEADERS = 256, /* Usual size of header lines [bytes] */
};

static bool screened(const struct origin *o, struct server *s,
		     const struct sip_msg *msg, uint64_t now)
{
	struct reply r;
	struct mbuf *mb = mbuf_alloc(HEADERS);
	int err;

	memset(&r, 0, sizeof(r));
	err = mb ? screen_request(msg, origin_policy(o), &r, mb) : ENOMEM;
	if (err == EPERM)
		(void)server_reply(s, &r, now);
	mem_deref(mb);
	return err != 0;
}

static bool too_small(struct server *s, const struct sip_msg *msg, uint64_t now)
{
	struct reply r = { .scode = REFRESH_TOO_SMALL };
	struct mbuf *mb;

	if ((!message_is(msg, "INVITE") && !message_is(msg, "UPDATE")) ||
	    !refresh_too_small(msg))
		return false;

	mb = mbuf_alloc(HEADERS);
	if (mb)
		(void)refresh_add_refusal(mb);
	r.headers = mb;
	(void)server_reply(s, &r, now);
	mem_deref(mb);
	return true;
}

bool screening_refuses(const struct origin *o, struct server *s,
		       const struct sip_msg *msg, uint64_t now)
{
	return screened(o, s, msg, now) || too_small(s, msg, now);
}

void screening_options(const struct origin *o, struct server *s, uint64_t now)
{
	struct reply r = { .scode = REPLY_OK };
	struct mbuf *mb = mbuf_alloc(HEADERS);

	if (!mb)
		return;

	(void)header_add(mb, "Accept", "application/sdp");
	(void)origin_add_allow(mb, o);
	r.headers = mb;
	(void)server_reply(s, &r, now);
	mem_deref(mb);
}

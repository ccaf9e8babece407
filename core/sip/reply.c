/**
 * @file core/sip/reply.c  Reply
 */
#include <assert.h>
#include <errno.h>
#include "core/sip/grammar.h"
#include "core/sip/header.h"
#include "core/sip/message.h"
#include "core/sip/reply.h"

enum {
	SIZE_HINT = 1024, /* [bytes] */
	SCODE_MIN = 100,  /* RFC 3261 section 7.2 */
	SCODE_MAX = 699,
	SCODE_CLASS = 100,
	DIALOG_MIN = 101, /* To 299: makes a dialog */
	DIALOG_MAX = 299,
};

/* RFC 3261 section 21 and the RFCs after it */
static const struct {
	uint16_t scode;
	const char *reason;
} tablev[] = {
	{ 100, "Trying" },
	{ 180, "Ringing" },
	{ 181, "Call Is Being Forwarded" },
	{ 182, "Queued" },
	{ 183, "Session Progress" },
	{ 200, "OK" },
	{ 202, "Accepted" },
	{ 302, "Moved Temporarily" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 407, "Proxy Authentication Required" },
	{ 408, "Request Timeout" },
	{ 412, "Conditional Request Failed" },
	{ 413, "Request Entity Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 416, "Unsupported URI Scheme" },
	{ 420, "Bad Extension" },
	{ 421, "Extension Required" },
	{ 422, "Session Interval Too Small" },
	{ 423, "Interval Too Brief" },
	{ 480, "Temporarily Unavailable" },
	{ 481, "Call/Transaction Does Not Exist" },
	{ 482, "Loop Detected" },
	{ 486, "Busy Here" },
	{ 487, "Request Terminated" },
	{ 488, "Not Acceptable Here" },
	{ 489, "Bad Event" },
	{ 491, "Request Pending" },
	{ 500, "Server Internal Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 504, "Server Time-out" },
	{ 505, "Version Not Supported" },
	{ 513, "Message Too Large" },
	{ 600, "Busy Everywhere" },
	{ 603, "Decline" },
	{ 604, "Does Not Exist Anywhere" },
	{ 606, "Not Acceptable" },
};

const char *reply_reason(uint16_t scode)
{
	static const char *const classv[] = { "",
					      "Progress",
					      "OK",
					      "Redirected",
					      "Request Failure",
					      "Server Failure",
					      "Global Failure" };

	for (size_t i = 0; i < ARRAY_SIZE(tablev); i++) {
		if (tablev[i].scode == scode)
			return tablev[i].reason;
	}

	return scode / SCODE_CLASS < ARRAY_SIZE(classv)
		       ? classv[scode / SCODE_CLASS]
		       : "";
}

/* Copy the lines of a header; only the first when it may stand once */
static int copy_header(struct mbuf *mb, const struct sip_msg *msg,
		       enum sip_hdrid id, const char *name, bool once)
{
	struct le *le;
	int err = 0;

	LIST_FOREACH(&msg->hdrl, le)
	{
		const struct sip_hdr *hdr = le->data;

		if (hdr->id != id)
			continue;

		err = mbuf_printf(mb, "%s: %H\r\n", name, header_value,
				  &hdr->val);
		if (err || once)
			break;
	}

	return err;
}

/* To, with our tag unless it has one */
static int put_to(struct mbuf *mb, const struct sip_msg *msg,
		  const struct reply *r, const char *tag)
{
	int err = copy_header(mb, msg, SIP_HDR_TO, "To", true);

	if (err || pl_isset(&msg->to.tag) || r->scode == REPLY_TRYING || !tag)
		return err;

	mb->pos -= 2; /* In front of its CR LF */
	return mbuf_printf(mb, ";tag=%s\r\n", tag);
}

static bool makes_dialog(const struct sip_msg *msg, const struct reply *r)
{
	static const char *const methodv[] = { "INVITE", "SUBSCRIBE", "REFER" };

	if (r->scode < DIALOG_MIN || r->scode > DIALOG_MAX)
		return false;

	for (size_t i = 0; i < ARRAY_SIZE(methodv); i++) {
		if (message_is(msg, methodv[i]))
			return true;
	}

	return false;
}

static int put_headers(struct mbuf *mb, const struct sip_msg *msg,
		       const struct reply *r, const char *tag)
{
	int err;

	err = copy_header(mb, msg, SIP_HDR_VIA, "Via", false);
	if (makes_dialog(msg, r))
		err |= copy_header(mb, msg, SIP_HDR_RECORD_ROUTE,
				   "Record-Route", false);
	err |= copy_header(mb, msg, SIP_HDR_FROM, "From", true);
	err |= put_to(mb, msg, r, tag);
	err |= copy_header(mb, msg, SIP_HDR_CALL_ID, "Call-ID", true);
	err |= copy_header(mb, msg, SIP_HDR_CSEQ, "CSeq", true);
	if (r->scode == REPLY_TRYING)
		err |= copy_header(mb, msg, SIP_HDR_TIMESTAMP, "Timestamp",
				   true);
	if (r->headers && r->headers->end)
		err |= mbuf_write_mem(mb, r->headers->buf, r->headers->end);
	if (err)
		return ENOMEM;

	if (r->ctype)
		err = header_add(mb, "Content-Type", "%s", r->ctype);
	if (!err)
		err = header_add(mb, "Content-Length", "%zu", r->body.l);

	return err;
}

int reply_encode(struct mbuf **mbp, const struct sip_msg *msg,
		 const struct reply *r, const char *tag)
{
	const char *reason = r->reason ? r->reason : reply_reason(r->scode);
	struct mbuf *mb;
	int err;

	assert(mbp && msg && msg->req);
	assert(r->scode >= SCODE_MIN && r->scode <= SCODE_MAX);
	if (!header_safe_str(reason))
		return EINVAL;

	mb = mbuf_alloc(SIZE_HINT + r->body.l);
	if (!mb)
		return ENOMEM;

	err = mbuf_printf(mb, "SIP/2.0 %u %s\r\n", r->scode, reason);
	if (!err)
		err = put_headers(mb, msg, r, tag);
	if (!err)
		err = mbuf_write_str(mb, "\r\n");
	if (!err && r->body.l)
		err = mbuf_write_mem(mb, (const uint8_t *)r->body.p, r->body.l);
	if (err) {
		mem_deref(mb);
		return err;
	}

	mb->pos = 0;
	*mbp = mb;
	return 0;
}

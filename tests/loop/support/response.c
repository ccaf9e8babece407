/**
 * @file tests/loop/support/response.c  Response
 */
#include "tests/loop/support/response.h"

enum {
	SIZE = 1024, /* Of a message, to begin with [bytes] */
	EXTRA_MAX = 512,
};

struct mbuf *response_make(const struct sip_msg *msg, const char *status,
			   const char *extra)
{
	struct mbuf *mb = mbuf_alloc(SIZE);
	struct le *le;

	mbuf_printf(mb, "SIP/2.0 %s\r\n", status);
	LIST_FOREACH(&msg->hdrl, le)
	{
		const struct sip_hdr *hdr = le->data;

		if (hdr->id == SIP_HDR_VIA || hdr->id == SIP_HDR_FROM ||
		    hdr->id == SIP_HDR_CALL_ID || hdr->id == SIP_HDR_CSEQ)
			mbuf_printf(mb, "%r: %r\r\n", &hdr->name, &hdr->val);
		if (hdr->id == SIP_HDR_TO)
			mbuf_printf(mb, "To: %r%s\r\n", &hdr->val,
				    msg->to.tag.l ? "" : ";tag=exchange");
	}
	mbuf_printf(mb, "%sContent-Length: 0\r\n\r\n", extra);
	mb->pos = 0;
	return mb;
}

struct mbuf *response_register(const struct sip_msg *msg, struct pl *user)
{
	const struct sip_hdr *c = sip_msg_hdr(msg, SIP_HDR_CONTACT);
	struct sip_addr addr;
	char extra[EXTRA_MAX] = "";

	*user = pl_null;
	if (c && !sip_addr_decode(&addr, &c->val)) {
		*user = addr.uri.user;
		re_snprintf(extra, sizeof(extra), "Contact: %r;expires=600\r\n",
			    &c->val);
	}

	return response_make(msg, "200 OK", extra);
}

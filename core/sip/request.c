/**
 * @file core/sip/request.c  Request
 */
#include <assert.h>
#include <errno.h>
#include "core/sip/grammar.h"
#include "core/sip/header.h"
#include "core/sip/request.h"

enum {
	SIZE_HINT = 1024, /* [bytes] */
};

/* Nothing that is put between spaces may hold one */
static bool is_word(const char *str)
{
	return header_safe_str(str) && str[0] && !strpbrk(str, " \t");
}

static bool is_complete(const struct request *r)
{
	struct pl method;

	pl_set_str(&method, r->method ? r->method : "");
	return grammar_is_token(&method) && is_word(r->uri) &&
	       is_word(r->callid) && r->from && r->to &&
	       r->routec <= REQUEST_ROUTES;
}

static int put_headers(struct mbuf *mb, const struct request *r,
		       const struct request_via *via)
{
	int err;

	/* rport: where the request came from is asked for, RFC 3581 */
	err = header_add(mb, "Via", "SIP/2.0/%s %s;branch=%s;rport",
			 via->transport, via->host, via->branch);
	for (size_t i = 0; i < r->routec && !err; i++)
		err = header_add(mb, "Route", "%s", r->routev[i]);
	if (err)
		return err;

	err = header_add(mb, "Max-Forwards", "%u", REQUEST_FORWARDS);
	if (!err)
		err = header_add(mb, "From", "%s", r->from);
	if (!err)
		err = header_add(mb, "To", "%s", r->to);
	if (!err)
		err = header_add(mb, "Call-ID", "%s", r->callid);
	if (!err)
		err = header_add(mb, "CSeq", "%u %s", r->cseq, r->method);
	if (!err && r->headers && r->headers->end)
		err = mbuf_write_mem(mb, r->headers->buf, r->headers->end);
	if (!err && r->ctype)
		err = header_add(mb, "Content-Type", "%s", r->ctype);
	if (!err)
		err = header_add(mb, "Content-Length", "%zu", r->body.l);

	return err;
}

int request_encode(struct mbuf **mbp, const struct request *r,
		   const struct request_via *via)
{
	struct mbuf *mb;
	int err;

	assert(mbp && via);
	if (!is_complete(r))
		return EINVAL;

	mb = mbuf_alloc(SIZE_HINT + r->body.l);
	if (!mb)
		return ENOMEM;

	err = mbuf_printf(mb, "%s %s SIP/2.0\r\n", r->method, r->uri);
	if (!err)
		err = put_headers(mb, r, via);
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

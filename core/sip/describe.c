/**
 * @file core/sip/describe.c  Describe
 *
 * Writes JSON by hand: a SIP string may hold a NUL and what is no UTF-8,
 * which jansson refuses.
 */
#include <assert.h>
#include <errno.h>
#include "core/base/utf8.h"
#include "core/sip/describe.h"
#include "core/sip/escape.h"
#include "core/sip/message.h"
#include "core/sip/reply.h"

enum {
	DELETE = 0x7f,
};

/* Whether a comma is due, which is so after anything but an opening */
static int comma(struct mbuf *out)
{
	const uint8_t last = out->end ? out->buf[out->end - 1] : '{';

	return strchr("{[:", last) ? 0 : mbuf_write_u8(out, ',');
}

/* A JSON string (RFC 8259 section 7) */
static int put_text(struct mbuf *out, const struct pl *pl)
{
	int err = mbuf_write_u8(out, '"');

	for (size_t i = 0; i < pl->l && !err;) {
		const uint8_t *p = (const uint8_t *)pl->p + i;
		const size_t n = utf8_length(p, pl->l - i);

		if (!n)
			err = mbuf_write_str(out, "\\ufffd");
		else if (*p < ' ' || *p == DELETE)
			err = mbuf_printf(out, "\\u%04x", *p);
		else if (*p == '"' || *p == '\\')
			err = mbuf_printf(out, "\\%c", *p);
		else
			err = mbuf_write_mem(out, p, n);
		i += n ? n : 1;
	}

	err |= mbuf_write_u8(out, '"');
	return err;
}

static int put_key(struct mbuf *out, const char *key)
{
	int err = comma(out);

	err |= mbuf_printf(out, "\"%s\":", key);
	return err;
}

static int put_pl(struct mbuf *out, const char *key, const struct pl *pl)
{
	int err = put_key(out, key);

	err |= put_text(out, pl);
	return err;
}

/* As put_pl(), when there is anything */
static int put_set(struct mbuf *out, const char *key, const struct pl *pl)
{
	return pl->l ? put_pl(out, key, pl) : 0;
}

static int put_number(struct mbuf *out, const char *key, uint32_t n)
{
	int err = put_key(out, key);

	err |= mbuf_printf(out, "%u", n);
	return err;
}

/* Text that a function prints */
static int put_printed(struct mbuf *out, const char *key,
		       int (*print)(struct re_printf *, const struct pl *),
		       const struct pl *pl)
{
	struct mbuf *mb;
	struct pl text;
	int err;

	if (!pl->l)
		return 0;

	mb = mbuf_alloc(pl->l);
	if (!mb)
		return ENOMEM;

	err = mbuf_printf(mb, "%H", print, pl);
	mb->pos = 0;
	pl_set_mbuf(&text, mb);
	err |= put_pl(out, key, &text);
	mem_deref(mb);
	return err;
}

static bool param_handler(const struct pl *name, const struct pl *val,
			  void *arg)
{
	struct mbuf *out = arg;
	struct pl text = *val;
	int err = comma(out);

	if (text.l && text.p[0] == '"') {
		++text.p;
		text.l -= 2;
	}

	err |= put_text(out, name);
	err |= mbuf_write_u8(out, ':');
	if (val->p)
		err |= put_text(out, &text);
	else
		err |= mbuf_write_str(out, "null");

	return err != 0;
}

static int put_params(struct mbuf *out, const struct pl *params)
{
	int err;

	if (!params->l)
		return 0;

	err = put_key(out, "params");
	err |= mbuf_write_u8(out, '{');
	(void)grammar_params(params, param_handler, out);
	err |= mbuf_write_u8(out, '}');
	return err;
}

static int put_uri(struct mbuf *out, const struct pl *raw,
		   const struct uri *uri)
{
	int err = put_pl(out, "uri", raw);

	err |= put_set(out, "scheme", &uri->scheme);
	err |= put_printed(out, "user", escape_unpercent, &uri->user);
	err |= put_set(out, "host", &uri->host);
	if (uri->port)
		err |= put_number(out, "port", uri->port);
	err |= put_set(out, "uri_params", &uri->params);
	err |= put_set(out, "uri_headers", &uri->headers);
	return err;
}

/* The members of an address */
static int put_addr(struct mbuf *out, const struct pl *val)
{
	struct sip_taddr addr;
	int err = 0;

	if (grammar_addr(&addr, val))
		return put_pl(out, "value", val); /* Contact: * */

	err |= put_printed(out, "display", escape_unquote, &addr.dname);
	err |= put_uri(out, &addr.auri, &addr.uri);
	err |= put_set(out, "tag", &addr.tag);
	err |= put_params(out, &addr.params);
	return err;
}

static int put_via(struct mbuf *out, const struct pl *val)
{
	struct sip_via via;
	int err = 0;

	if (grammar_via(&via, val))
		return put_pl(out, "value", val);

	err |= put_pl(out, "sent_by", &via.sentby);
	err |= put_set(out, "branch", &via.branch);
	err |= put_params(out, &via.params);
	return err;
}

static int put_object(struct mbuf *out, const char *key,
		      int (*put)(struct mbuf *, const struct pl *),
		      const struct pl *val)
{
	int err = put_key(out, key);

	err |= mbuf_write_u8(out, '{');
	err |= put(out, val);
	err |= mbuf_write_u8(out, '}');
	return err;
}

/* All values of a header, as an array of objects */
struct array {
	struct mbuf *out;
	int (*put)(struct mbuf *, const struct pl *);
	int err;
};

static bool element_handler(const struct sip_hdr *hdr,
			    const struct sip_msg *msg, void *arg)
{
	struct array *a = arg;
	(void)msg;

	a->err |= comma(a->out);
	a->err |= mbuf_write_u8(a->out, '{');
	a->err |= a->put(a->out, &hdr->val);
	a->err |= mbuf_write_u8(a->out, '}');
	return false;
}

static int put_array(struct mbuf *out, const char *key,
		     const struct sip_msg *msg, enum sip_hdrid id,
		     int (*put)(struct mbuf *, const struct pl *))
{
	struct array a = { out, put, 0 };

	if (!sip_msg_hdr(msg, id))
		return 0;

	a.err = put_key(out, key);
	a.err |= mbuf_write_u8(out, '[');
	(void)sip_msg_hdr_apply(msg, true, id, element_handler, &a);
	a.err |= mbuf_write_u8(out, ']');
	return a.err;
}

/* Every line as it came: [["Via","SIP/2.0/..."], ...] */
static int put_lines(struct mbuf *out, const struct sip_msg *msg)
{
	struct le *le;
	int err;

	err = put_key(out, "headers");
	err |= mbuf_write_u8(out, '[');
	LIST_FOREACH(&msg->hdrl, le)
	{
		const struct sip_hdr *hdr = le->data;

		err |= comma(out);
		err |= mbuf_write_u8(out, '[');
		err |= put_text(out, &hdr->name);
		err |= mbuf_write_u8(out, ',');
		err |= put_text(out, &hdr->val);
		err |= mbuf_write_u8(out, ']');
	}

	err |= mbuf_write_u8(out, ']');
	return err;
}

static int put_start(struct mbuf *out, const struct sip_msg *msg)
{
	static const struct pl request = PL("request");
	static const struct pl response = PL("response");
	int err;

	if (!msg->req) {
		err = put_pl(out, "kind", &response);
		err |= put_number(out, "status", msg->scode);
		err |= put_pl(out, "reason", &msg->reason);
		return err;
	}

	err = put_pl(out, "kind", &request);
	err |= put_pl(out, "method", &msg->met);
	err |= put_uri(out, &msg->ruri, &msg->uri);
	return err;
}

static int put_message(struct mbuf *out, const struct sip_msg *msg)
{
	const struct pl body = message_body(msg);
	int err;

	err = put_start(out, msg);
	err |= put_array(out, "via", msg, SIP_HDR_VIA, put_via);
	err |= put_object(out, "from", put_addr, &msg->from.val);
	err |= put_object(out, "to", put_addr, &msg->to.val);
	err |= put_pl(out, "call_id", &msg->callid);
	err |= put_number(out, "cseq", msg->cseq.num);
	err |= put_pl(out, "cseq_method", &msg->cseq.met);
	err |= put_array(out, "contact", msg, SIP_HDR_CONTACT, put_addr);
	err |= put_array(out, "route", msg, SIP_HDR_ROUTE, put_addr);
	err |= put_array(out, "record_route", msg, SIP_HDR_RECORD_ROUTE,
			 put_addr);
	err |= put_lines(out, msg);
	err |= put_number(out, "body_length", (uint32_t)body.l);
	err |= put_set(out, "body", &body);
	return err;
}

static int put_fault(struct mbuf *out, const struct message_fault *fault)
{
	struct pl reason;
	int err;

	pl_set_str(&reason,
		   fault->reason ? fault->reason : reply_reason(fault->scode));
	err = put_pl(out, "error", &reason);
	if (fault->scode)
		err |= put_number(out, "status", fault->scode);

	return err;
}

int describe_message(struct mbuf *out, struct mbuf *mb)
{
	struct message_fault fault = { 0, "Empty Message" };
	struct sip_msg *msg = NULL;
	int err, werr;

	assert(out && mb);

	err = message_decode(&msg, mb, &fault);
	if (err == ENOMEM)
		return err;

	werr = mbuf_write_u8(out, '{');
	werr |= err ? put_fault(out, &fault) : put_message(out, msg);
	werr |= mbuf_write_str(out, "}\n");
	mem_deref(msg);

	if (werr)
		return ENOMEM;
	return err ? EBADMSG : 0;
}

/**
 * @file core/sip/screen.c  Screen
 */
#include <errno.h>
#include <strings.h>
#include "core/sip/grammar.h"
#include "core/sip/header.h"
#include "core/sip/message.h"
#include "core/sip/scan.h"
#include "core/sip/screen.h"

/* Methods of the RFCs: 405 if we do not want them, 501 for all others */
static bool is_known(const struct pl *method)
{
	static const char *const knownv[] = {
		"ACK",	   "BYE",      "CANCEL",    "INFO",   "INVITE",
		"MESSAGE", "NOTIFY",   "OPTIONS",   "PRACK",  "PUBLISH",
		"REFER",   "REGISTER", "SUBSCRIBE", "UPDATE",
	};

	for (size_t i = 0; i < ARRAY_SIZE(knownv); i++) {
		if (!pl_strcmp(method, knownv[i]))
			return true;
	}

	return false;
}

static const struct screen_method *find(const struct screen_policy *p,
					const struct pl *method)
{
	for (size_t i = 0; i < p->methodc; i++) {
		if (!pl_strcmp(method, p->methodv[i].name))
			return &p->methodv[i];
	}

	return NULL;
}

bool screen_allows(const struct screen_policy *p, const char *method)
{
	struct pl pl;

	pl_set_str(&pl, method);
	return find(p, &pl) != NULL;
}

static bool print_comma(struct mbuf *mb, const char *name)
{
	return mbuf_printf(mb, "%s%s", mb->end ? ", " : "", name) != 0;
}

int screen_add_allow(struct mbuf *headers, const struct screen_policy *p)
{
	struct mbuf *mb = mbuf_alloc(1);
	struct pl pl;
	int err = mb ? 0 : ENOMEM;

	for (size_t i = 0; i < p->methodc && !err; i++)
		err = print_comma(mb, p->methodv[i].name) ? ENOMEM : 0;
	if (!err) {
		mb->pos = 0;
		pl_set_mbuf(&pl, mb);
		err = header_add(headers, "Allow", "%r", &pl);
	}

	mem_deref(mb);
	return err;
}

struct unsupported {
	const struct screen_policy *p;
	struct mbuf *mb;
	int err;
};

static bool require_handler(const struct sip_hdr *hdr,
			    const struct sip_msg *msg, void *arg)
{
	struct unsupported *u = arg;
	struct pl supported;
	char *tag = NULL;
	(void)msg;

	pl_set_str(&supported, u->p->supported);
	if (re_sdprintf(&tag, "%r", &hdr->val))
		u->err = ENOMEM;
	else if (!grammar_list_has(&supported, tag))
		u->err = print_comma(u->mb, tag) ? ENOMEM : 0;

	mem_deref(tag);
	return u->err != 0;
}

/* RFC 3261 section 8.2.2.3. Proxy-Require is not for us */
static int check_require(const struct sip_msg *msg,
			 const struct screen_policy *p, struct reply *r,
			 struct mbuf *headers)
{
	struct unsupported u = { p, mbuf_alloc(1), 0 };
	struct pl pl;

	if (!u.mb)
		return ENOMEM;

	(void)sip_msg_hdr_apply(msg, true, SIP_HDR_REQUIRE, require_handler,
				&u);
	if (!u.err && u.mb->end) {
		u.mb->pos = 0;
		pl_set_mbuf(&pl, u.mb);
		r->scode = REPLY_EXTENSION;
		u.err = header_add(headers, "Unsupported", "%r", &pl);
	}

	mem_deref(u.mb);
	return u.err;
}

static bool accepts_body(const struct screen_method *m,
			 const struct sip_msg *msg)
{
	char type[64]; /* Longer than any that is accepted */
	struct pl list;

	if (re_snprintf(type, sizeof(type), "%r/%r", &msg->ctyp.type,
			&msg->ctyp.subtype) < 0)
		return false;

	pl_set_str(&list, m->accept);
	return grammar_list_has(&list, type);
}

/* RFC 3261 section 8.2.3, for a body that is not optional */
static int check_content(const struct sip_msg *msg,
			 const struct screen_method *m, struct reply *r,
			 struct mbuf *headers)
{
	const struct sip_hdr *enc, *disp;
	struct pl handling = PL_INIT;

	if (!m->accept || !message_body(msg).l)
		return 0;

	disp = sip_msg_hdr(msg, SIP_HDR_CONTENT_DISPOSITION);
	if (disp) {
		struct pl rest = disp->val;

		(void)scan_until(&rest, ';');
		(void)grammar_param(&handling, &rest, "handling");
	}
	if (!pl_strcasecmp(&handling, "optional"))
		return 0;

	enc = sip_msg_hdr(msg, SIP_HDR_CONTENT_ENCODING);
	if (enc && pl_strcasecmp(&enc->val, "identity")) {
		r->scode = REPLY_MEDIA_TYPE;
		return header_add(headers, "Accept-Encoding", "identity");
	}
	if (!accepts_body(m, msg)) {
		r->scode = REPLY_MEDIA_TYPE;
		return header_add(headers, "Accept", "%s", m->accept);
	}

	return 0;
}

static bool accept_handler(const struct sip_hdr *hdr, const struct sip_msg *msg,
			   void *arg)
{
	const char *gives = arg;
	struct pl rest = hdr->val, range, type;
	(void)msg;

	range = grammar_trim(scan_until(&rest, ';'));
	if (!pl_strcmp(&range, "*/*") || !pl_strcasecmp(&range, gives))
		return true;

	/* "application" and a star for its subtype */
	type = range;
	if (type.l < 2 || type.p[type.l - 1] != '*')
		return false;
	--type.l;
	return !strncasecmp(gives, type.p, type.l);
}

static int check_accept(const struct sip_msg *msg,
			const struct screen_method *m, struct reply *r)
{
	if (m->gives && sip_msg_hdr(msg, SIP_HDR_ACCEPT) &&
	    !sip_msg_hdr_apply(msg, true, SIP_HDR_ACCEPT, accept_handler,
			       (void *)(uintptr_t)m->gives))
		r->scode = REPLY_NOT_ACCEPTABLE;

	return 0;
}

/* RFC 3261 section 8.2.2.1 */
static void check_scheme(const struct sip_msg *msg, struct reply *r)
{
	if (pl_strcasecmp(&msg->uri.scheme, "sip") &&
	    pl_strcasecmp(&msg->uri.scheme, "sips"))
		r->scode = REPLY_URI_SCHEME;
}

int screen_request(const struct sip_msg *msg, const struct screen_policy *p,
		   struct reply *r, struct mbuf *headers)
{
	const struct screen_method *m = find(p, &msg->met);
	int err = 0;

	memset(r, 0, sizeof(*r));
	r->headers = headers;

	if (!m) {
		r->scode = is_known(&msg->met) ? REPLY_METHOD
					       : REPLY_NOT_IMPLEMENTED;
		err = screen_add_allow(headers, p);
	}
	if (!r->scode)
		check_scheme(msg, r);
	if (!r->scode && !err)
		err = check_require(msg, p, r, headers);
	if (!r->scode && !err)
		err = check_content(msg, m, r, headers);
	if (!r->scode && !err)
		err = check_accept(msg, m, r);

	if (err)
		return err;
	return r->scode ? EPERM : 0;
}

/**
 * @file core/sip/pager.c  Pager
 */
#include <assert.h>
#include "core/base/utf8.h"
#include "core/sip/exchange.h"
#include "core/sip/header.h"
#include "core/sip/leg.h"
#include "core/sip/message.h"
#include "core/sip/pager.h"
#include "core/sip/server.h"
#include "core/sip/token.h"

enum {
	HEADERS = 256,	/* Usual size of header lines [bytes] */
	FINAL = 200,	/* RFC 3261 section 7.2               */
	CODE_END = 700, /* Likewise                           */
	TOO_LONG = 413, /* RFC 3261 section 21.4.11           */
};

struct pager {
	struct exchange *x;
	pager_result_h *h;
	void *arg;
};

static void pager_destructor(void *arg)
{
	struct pager *p = arg;

	exchange_release(p->x);
}

static void on_response(int err, const struct sip_msg *msg, uint64_t now,
			void *arg)
{
	struct pager *p = arg;
	unsigned code = LEG_NO_SERVICE;
	struct pl reason;

	if (!err && msg->scode < FINAL)
		return;

	if (!err)
		code = msg->scode;
	else if (err == ETIMEDOUT)
		code = LEG_TIMEOUT;
	pl_set_str(&reason, reply_reason((uint16_t)code));
	if (!err)
		reason = msg->reason;

	p->h(code, &reason, now, p->arg);
}

/* What a request outside a dialog has */
static int send_message(struct pager *p, struct origin *o, const char *uri,
			const struct pager_params *prm, uint64_t now)
{
	struct exchange_params xp = { .kind = CREDENTIALS_INITIAL };
	struct mbuf *headers = mbuf_alloc(HEADERS);
	char tag[TOKEN_SIZE], callid[TOKEN_SIZE];
	char *from = NULL, *to = NULL;
	int err = headers ? 0 : ENOMEM;

	err = err ? err : token_make(tag);
	err = err ? err : token_make(callid);
	err = err ? err : token_cseq(&xp.request.cseq);
	err = err ? err : re_sdprintf(&from, "%s;tag=%s", origin_from(o), tag);
	err = err ? err : re_sdprintf(&to, "<%s>", uri);
	err = err ? err : leg_add_lines(headers, prm->headerv);
	xp.request.method = "MESSAGE";
	xp.request.uri = uri;
	xp.request.from = from;
	xp.request.to = to;
	xp.request.callid = callid;
	xp.request.headers = headers;
	xp.request.body = prm->body;
	xp.request.ctype = prm->ctype ? prm->ctype : "text/plain;charset=UTF-8";
	origin_fill_routes(o, &xp.request, true);
	err = err ? err
		  : exchange_start(p ? &p->x : NULL, o, &xp,
				   p ? on_response : NULL, p, now);
	mem_deref(headers);
	mem_deref(from);
	mem_deref(to);
	return err;
}

int pager_send(struct pager **pp, struct origin *o,
	       const struct pager_params *prm, pager_result_h *h, void *arg,
	       uint64_t now)
{
	struct pager *p = NULL;
	char *uri = NULL;
	int err;

	assert(o && prm && !pp == !h);

	if (prm->body.l > PAGER_BODY_MAX)
		return EMSGSIZE;

	err = origin_complete(&uri, o, prm->to);
	if (!err && pp) {
		p = mem_zalloc(sizeof(*p), pager_destructor);
		if (!p)
			err = ENOMEM;
	}
	if (!err && p) {
		p->h = h;
		p->arg = arg;
	}
	err = err ? err : send_message(p, o, uri, prm, now);
	mem_deref(uri);
	if (err)
		mem_deref(p);
	else if (pp)
		*pp = p;
	return err;
}

struct pager *pager_release(struct pager *p)
{
	return mem_deref(p);
}

static bool is_utf8(const struct pl *body)
{
	for (size_t i = 0; i < body->l;) {
		size_t n = utf8_length((const uint8_t *)body->p + i,
				       body->l - i);

		if (!n)
			return false;
		i += n;
	}

	return true;
}

/* What must not even be shown to the owner. @return 0: nothing is wrong */
static unsigned fault(const struct sip_msg *msg, const struct pager_message *m,
		      const char **reason)
{
	if (m->body.l > PAGER_BODY_MAX)
		return TOO_LONG;

	*reason = "Text Is Not UTF-8";
	if (!pl_strcasecmp(&msg->ctyp.type, "text") && !is_utf8(&m->body))
		return LEG_BAD_REQUEST;

	*reason = NULL;
	return 0;
}

void pager_recv(struct server *s, const struct sip_msg *msg, pager_recv_h *h,
		void *arg, uint64_t now)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_CONTENT_TYPE);
	struct pager_message m = {
		.from = msg->from.auri,
		.name = msg->from.dname,
		.body = message_body(msg),
		.within = pl_isset(&msg->to.tag),
		.msg = msg,
	};
	const char *reason = NULL;
	unsigned code;

	if (hdr)
		m.ctype = hdr->val;
	mem_ref(s);
	code = fault(msg, &m, &reason);
	if (!code)
		code = h(&m, &reason, now, arg);
	if (code < FINAL || code >= CODE_END)
		code = LEG_INTERNAL;
	(void)server_reply_code(s, (uint16_t)code, reason, now);
	mem_deref(s);
}

bool pager_is(const struct pager_message *m, const char *type)
{
	return message_body_is(m->msg, type);
}

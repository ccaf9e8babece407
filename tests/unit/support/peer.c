/**
 * @file tests/unit/support/peer.c  Scripted server and far end
 */
#include <stdio.h>
#include "tests/unit/support/peer.h"

static int on_send(struct mbuf *mb, void *arg)
{
	struct peer *p = arg;
	struct mbuf *copy;
	int err;

	if (p->send_err)
		return p->send_err;
	if (p->deaf)
		return 0;

	copy = mbuf_alloc(mbuf_get_left(mb));
	assert_non_null(copy);
	assert_true(p->tail - p->head < PEER_QUEUE);
	(void)mbuf_write_mem(copy, mbuf_buf(mb), mbuf_get_left(mb));
	copy->pos = 0;
	err = message_decode(&p->sentv[p->tail % PEER_QUEUE], copy, NULL);
	mem_deref(copy);

	/* The answer to a keep-alive of empty lines holds no message */
	if (err == ENODATA)
		return 0;

	assert_int_equal(err, 0);
	++p->tail;
	return 0;
}

static void copy_pl(char *str, size_t size, const struct pl *pl)
{
	(void)re_snprintf(str, size, "%r", pl);
}

static struct peer_event *event_put(struct peer *p, uint64_t now)
{
	struct peer_event *e = &p->eventv[p->eventc++];

	assert_true(p->eventc < PEER_QUEUE);
	memset(e, 0, sizeof(*e));
	e->at = now;
	return e;
}

void peer_on_invite(struct invite *inv, const struct invite_event *ev,
		    uint64_t now, void *arg)
{
	struct peer_event *e = event_put(arg, now);

	e->what = (int)ev->what;
	e->why = (int)ev->why;
	e->code = ev->code;
	e->fork = ev->fork;
	e->inv = inv;
	copy_pl(e->body, sizeof(e->body), &ev->body);
	copy_pl(e->cause, sizeof(e->cause), &ev->cause);
}

static void on_registration(const struct registration_event *ev, uint64_t now,
			    void *arg)
{
	struct peer_event *e = event_put(arg, now);

	e->registration = true;
	e->what = (int)ev->what;
	e->code = ev->code;
	e->retry = ev->retry;
}

static void on_call(struct invite *inv, const struct sip_msg *msg, uint64_t now,
		    void *arg)
{
	struct peer *p = arg;
	(void)msg;
	(void)now;

	if (p->ignore_calls)
		return;

	invite_set_handler(inv, peer_on_invite, p);
	if (!p->inv)
		p->inv = mem_ref(inv);
}

void peer_on_stopped(uint64_t now, void *arg)
{
	struct peer *p = arg;

	assert_false(p->stopped);
	p->stopped = true;
	p->stopped_at = now;
}

void peer_open(struct peer *p, const struct ua_params *prm)
{
	struct ua_params own = { .origin = {
					 .user = "alice",
					 .realm = "example.org",
				 } };

	memset(p, 0, sizeof(*p));
	if (prm)
		own = *prm;
	own.sendh = on_send;
	own.callh = on_call;
	own.regh = on_registration;
	own.arg = p;
	p->now = CLOCK_S;
	p->cseq = 10;
	(void)re_snprintf(p->callid, sizeof(p->callid), "far-call");
	(void)re_snprintf(p->remote_tag, sizeof(p->remote_tag), "far");
	assert_int_equal(ua_alloc(&p->ua, &own), 0);
	ua_flow(p->ua, true, p->now);
}

void peer_close(struct peer *p)
{
	peer_silent(p);
	p->ua = mem_deref(p->ua);
	p->inv = mem_deref(p->inv);
}

void peer_run(struct peer *p, uint64_t us)
{
	uint64_t until = p->now + us;
	unsigned n = 0;

	while (ua_due(p->ua) <= until) {
		if (ua_due(p->ua) > p->now)
			p->now = ua_due(p->ua);
		ua_tick(p->ua, p->now);
		assert_true(++n < 10000); /* A timer that never rests */
	}
	p->now = until;
}

static struct sip_msg *next(struct peer *p)
{
	struct sip_msg *msg;

	assert_true(p->head != p->tail);
	msg = p->sentv[p->head % PEER_QUEUE];
	p->sentv[p->head++ % PEER_QUEUE] = NULL;
	return msg;
}

struct sip_msg *peer_take(struct peer *p, const char *method)
{
	struct sip_msg *msg = next(p);

	if (!msg->req || !message_is(msg, method))
		print_error("wanted %s, got %s %.*s %u\n", method,
			    msg->req ? "request" : "response",
			    (int)msg->cseq.met.l, msg->cseq.met.p, msg->scode);
	assert_true(msg->req);
	assert_true(message_is(msg, method));
	return msg;
}

struct sip_msg *peer_take_code(struct peer *p, unsigned code,
			       const char *method)
{
	struct sip_msg *msg = next(p);

	if (msg->req || msg->scode != code)
		print_error("wanted %u, got %s %.*s %u\n", code,
			    msg->req ? "request" : "response",
			    (int)msg->cseq.met.l, msg->cseq.met.p, msg->scode);
	assert_false(msg->req);
	assert_int_equal(msg->scode, code);
	assert_true(message_cseq_is(msg, method));
	return msg;
}

void peer_drop(struct peer *p, const char *method)
{
	mem_deref(peer_take(p, method));
}

void peer_drop_code(struct peer *p, unsigned code, const char *method)
{
	mem_deref(peer_take_code(p, code, method));
}

void peer_silent(const struct peer *p)
{
	if (p->head != p->tail) {
		const struct sip_msg *m = p->sentv[p->head % PEER_QUEUE];

		print_error("not taken: %.*s %u\n", (int)m->cseq.met.l,
			    m->cseq.met.p, m->scode);
	}
	assert_int_equal(p->head, p->tail);
}

static const struct peer_event *event_next(struct peer *p, bool registration,
					   int what)
{
	const struct peer_event *e = &p->eventv[p->seen];

	assert_true(p->seen < p->eventc);
	++p->seen;
	assert_int_equal(e->registration, registration);
	assert_int_equal(e->what, what);
	return e;
}

const struct peer_event *peer_event(struct peer *p, int what)
{
	return event_next(p, false, what);
}

const struct peer_event *peer_reg_event(struct peer *p, int what)
{
	return event_next(p, true, what);
}

void peer_calm(const struct peer *p)
{
	if (p->seen != p->eventc)
		print_error("event %d\n", p->eventv[p->seen].what);
	assert_int_equal(p->seen, p->eventc);
}

void peer_send(struct peer *p, const char *text)
{
	struct mbuf *mb = mbuf_alloc(strlen(text) + 1);

	if (mb) {
		(void)mbuf_write_str(mb, text);
		mb->pos = 0;
		ua_recv(p->ua, mb, p->now);
	}
	mem_deref(mb);
}

static bool via_put(const struct sip_hdr *hdr, const struct sip_msg *msg,
		    void *arg)
{
	(void)msg;
	return 0 != re_hprintf(arg, "Via: %r\r\n", &hdr->val);
}

static int vias(struct re_printf *pf, const struct sip_msg *msg)
{
	(void)sip_msg_hdr_apply(msg, true, SIP_HDR_VIA, via_put, pf);
	return 0;
}

static const char *content(const char *body)
{
	return body ? "Content-Type: application/sdp\r\n" : "";
}

void peer_respond(struct peer *p, const struct sip_msg *req, unsigned code,
		  const char *tag, const char *lines, const char *body)
{
	char text[PEER_TEXT];

	(void)re_snprintf(text, sizeof(text),
			  "SIP/2.0 %u Text\r\n"
			  "%H"
			  "From: %r\r\n"
			  "To: %r%s%s\r\n"
			  "Call-ID: %r\r\n"
			  "CSeq: %u %r\r\n"
			  "%s%s"
			  "Content-Length: %zu\r\n\r\n%s",
			  code, vias, req, &req->from.val, &req->to.val,
			  tag ? ";tag=" : "", tag ? tag : "", &req->callid,
			  req->cseq.num, &req->cseq.met, lines ? lines : "",
			  content(body), body ? strlen(body) : 0,
			  body ? body : "");
	peer_send(p, text);
}

void peer_request(struct peer *p, const char *method, const char *branch,
		  const char *lines, const char *body)
{
	bool same = !strcmp(method, "ACK") || !strcmp(method, "CANCEL");
	char text[PEER_TEXT];

	if (!same)
		++p->cseq;
	(void)re_snprintf(
		text, sizeof(text),
		"%s %s SIP/2.0\r\n"
		"Via: SIP/2.0/WSS proxy.example.org;branch=z9hG4bK%s\r\n"
		"Max-Forwards: 69\r\n"
		"From: \"Bob\" <sip:bob@example.org>;tag=%s\r\n"
		"To: <sip:alice@example.org>%s%s\r\n"
		"Call-ID: %s\r\n"
		"CSeq: %u %s\r\n"
		"Contact: <sip:bob@far.invalid;transport=ws>\r\n"
		"%s%s"
		"Content-Length: %zu\r\n\r\n%s",
		method, p->target[0] ? p->target : "sip:alice@x.invalid",
		branch, p->remote_tag, p->local_tag[0] ? ";tag=" : "",
		p->local_tag, p->callid, p->cseq, method, lines ? lines : "",
		content(body), body ? strlen(body) : 0, body ? body : "");
	peer_send(p, text);
}

static void target_learn(struct peer *p, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_CONTACT);
	struct sip_taddr addr;

	assert_non_null(hdr);
	assert_int_equal(grammar_addr(&addr, &hdr->val), 0);
	copy_pl(p->target, sizeof(p->target), &addr.auri);
}

void peer_learn(struct peer *p, const struct sip_msg *resp)
{
	copy_pl(p->local_tag, sizeof(p->local_tag), &resp->to.tag);
	target_learn(p, resp);
}

void peer_learn_request(struct peer *p, const struct sip_msg *req,
			const char *tag)
{
	copy_pl(p->callid, sizeof(p->callid), &req->callid);
	copy_pl(p->local_tag, sizeof(p->local_tag), &req->from.tag);
	(void)re_snprintf(p->remote_tag, sizeof(p->remote_tag), "%s", tag);
	target_learn(p, req);
}

const char *peer_header(const struct sip_msg *msg, const char *name)
{
	static char text[PEER_TEXT];
	const struct sip_hdr *hdr = NULL;
	struct le *le;

	text[0] = '\0';
	for (le = list_head(&msg->hdrl); le && !hdr; le = le->next) {
		const struct sip_hdr *h = le->data;

		if (!pl_strcasecmp(&h->name, name))
			hdr = h;
	}
	if (hdr)
		copy_pl(text, sizeof(text), &hdr->val);
	return text;
}

struct mbuf *peer_mbuf(const char *text)
{
	struct mbuf *mb = mbuf_alloc(strlen(text) + 1);

	assert_non_null(mb);
	(void)mbuf_write_str(mb, text);
	mb->pos = 0;
	return mb;
}

/**
 * @file tests/loop/support/gremlin.c  Gremlin
 */
#include "core/sip/message.h"
#include "tests/loop/support/gremlin.h"
#include "tests/unit/test.h"

enum {
	PHONES = 2,
	LOG = 8, /* Messages remembered, of each kind */
	SIZE = 4096,
	TAGS = 3,
};

struct ear {
	struct mbuf *seenv[LOG]; /* What it was brought */
	unsigned seenc;
	struct sip_msg *sentv[LOG]; /* Its requests */
	unsigned sentc;
	struct mbuf *held;
	unsigned lose, twice; /* So many of the next */
	bool holds;
	unsigned oks;
};

static struct {
	gremlin_draw_h *draw;
	struct ear earv[PHONES];
	char bodyv[LOG][SIZE]; /* Descriptions that passed */
	unsigned bodyc;
	unsigned serial;
} gremlin;

static uint32_t draw(uint32_t n)
{
	return gremlin.draw(n);
}

/* ---- What passes ---- */

static void sent(unsigned i, struct sip_msg *msg)
{
	struct sip_msg **slot;

	if (i >= PHONES || !pl_strcmp(&msg->met, "REGISTER"))
		return;

	slot = &gremlin.earv[i].sentv[gremlin.earv[i].sentc++ % LOG];
	mem_deref(*slot);
	*slot = mem_ref(msg);
}

static struct mbuf *copy_of(const struct mbuf *mb)
{
	struct mbuf *copy = mbuf_alloc(mb->end + 1);

	assert_int_equal(mbuf_write_mem(copy, mb->buf, mb->end), 0);
	copy->pos = 0;
	return copy;
}

static void remember(struct ear *e, const struct mbuf *mb)
{
	static const char blank[] = "\r\n\r\n", ok[] = "SIP/2.0 2";
	const char *p = memmem(mb->buf, mb->end, blank, strlen(blank));
	struct mbuf **slot = &e->seenv[e->seenc++ % LOG];
	char *body = gremlin.bodyv[gremlin.bodyc % LOG];
	size_t n;

	mem_deref(*slot);
	*slot = copy_of(mb);
	e->oks += !memcmp(mb->buf, ok, strlen(ok)) &&
		  memmem(mb->buf, mb->end, " INVITE\r\n", 9);
	if (!p)
		return;

	p += strlen(blank);
	n = mb->end - (size_t)(p - (const char *)mb->buf);
	if (n < 2 || n >= SIZE || memcmp(p, "v=", 2))
		return;

	memcpy(body, p, n);
	body[n] = '\0';
	++gremlin.bodyc;
}

static bool post(unsigned i, struct mbuf *mb, uint64_t now)
{
	struct ear *e = &gremlin.earv[i];

	if (i >= PHONES || memmem(mb->buf, mb->end, " REGISTER\r\n", 11))
		return false;

	remember(e, mb);
	if (e->lose) {
		--e->lose;
		return true;
	}
	if (e->holds && !e->held) {
		e->held = copy_of(mb);
		return true;
	}
	if (e->twice) {
		--e->twice;
		exchange_deliver(i, mb, now);
	}
	return false;
}

static const struct exchange_spy spy = { .sent = sent, .post = post };

void gremlin_start(gremlin_draw_h *d)
{
	memset(&gremlin, 0, sizeof(gremlin));
	gremlin.draw = d;
	exchange_set_spy(&spy);
}

void gremlin_calm(void)
{
	for (unsigned i = 0; i < PHONES; i++) {
		struct ear *e = &gremlin.earv[i];

		e->lose = e->twice = 0;
		e->holds = false;
		e->held = mem_deref(e->held);
	}
}

void gremlin_stop(void)
{
	gremlin_calm();
	exchange_set_spy(NULL);
	for (unsigned i = 0; i < PHONES; i++) {
		for (unsigned k = 0; k < LOG; k++) {
			mem_deref(gremlin.earv[i].seenv[k]);
			mem_deref(gremlin.earv[i].sentv[k]);
		}
	}
	memset(gremlin.earv, 0, sizeof(gremlin.earv));
}

unsigned gremlin_oks(unsigned i)
{
	return gremlin.earv[i].oks;
}

/* ---- What it makes up ---- */

static void deliver(unsigned i, struct mbuf *mb, uint64_t now)
{
	static const char ok[] = "SIP/2.0 2";

	mb->pos = 0;
	gremlin.earv[i].oks += !memcmp(mb->buf, ok, strlen(ok)) &&
			       memmem(mb->buf, mb->end, " INVITE\r\n", 9);
	exchange_deliver(i, mb, now);
}

/* The end of a message: with a description that passed, part of one, or
   nothing */
static void finish(struct mbuf *mb)
{
	const char *body = gremlin.bodyv[draw(LOG)];
	size_t n = strlen(body);

	switch (draw(4)) {
	case 0:
		n = 0;
		break;
	case 1:
		n = n ? draw((uint32_t)n) : 0;
		break;
	default:
		break;
	}
	mbuf_printf(mb, "%sContent-Length: %zu\r\n\r\n%b",
		    n ? "Content-Type: application/sdp\r\n" : "", n, body, n);
}

/* Header lines that mean something here or there */
static void add_some(struct mbuf *mb)
{
	if (!draw(4))
		mbuf_printf(mb,
			    "Contact: <sip:%c@loop.invalid;"
			    "transport=ws>\r\n",
			    draw(2) ? 'a' : 'b');
	else
		mbuf_printf(mb, "Contact: <sip:gremlin@x.invalid>\r\n");
	if (!draw(6))
		mbuf_printf(mb, "Retry-After: %u\r\n", draw(12));
	if (!draw(6))
		mbuf_printf(mb, "Session-Expires: %u;refresher=ua%c\r\n",
			    draw(200), draw(2) ? 'c' : 's');
	if (!draw(6))
		mbuf_printf(mb, "Min-SE: %u\r\n", draw(2000));
	if (!draw(4))
		mbuf_printf(mb, "Supported: timer, 100rel, replaces\r\n");
	if (!draw(6))
		mbuf_printf(mb, "Require: 100rel\r\n");
	if (!draw(4))
		mbuf_printf(mb, "Allow: INVITE, ACK, BYE, CANCEL, UPDATE, "
				"PRACK, REFER, NOTIFY\r\n");
}

static void respond(unsigned i, uint64_t now)
{
	static const unsigned codev[] = { 100, 180, 183, 183, 199, 200, 200,
					  200, 202, 299, 302, 401, 407, 408,
					  412, 422, 423, 481, 486, 487, 488,
					  489, 491, 500, 503, 603, 699 };
	const struct ear *e = &gremlin.earv[i];
	const struct sip_msg *msg = e->sentv[draw(LOG)];
	struct mbuf *mb;
	struct le *le;

	if (!msg)
		return;

	mb = mbuf_alloc(SIZE);
	mbuf_printf(mb, "SIP/2.0 %u Gremlin\r\n",
		    codev[draw(ARRAY_SIZE(codev))]);
	LIST_FOREACH(&msg->hdrl, le)
	{
		const struct sip_hdr *hdr = le->data;

		if (hdr->id == SIP_HDR_VIA || hdr->id == SIP_HDR_FROM ||
		    hdr->id == SIP_HDR_CALL_ID || hdr->id == SIP_HDR_CSEQ)
			mbuf_printf(mb, "%r: %r\r\n", &hdr->name, &hdr->val);
	}
	if (msg->to.tag.l || !draw(TAGS))
		mbuf_printf(mb, "To: %r\r\n", &msg->to.val);
	else
		mbuf_printf(mb, "To: %r;tag=g%u\r\n", &msg->to.val, draw(TAGS));
	if (!draw(3))
		mbuf_printf(mb, "RSeq: %u\r\n", 1 + draw(3));
	if (!draw(4))
		mbuf_printf(mb,
			    "WWW-Authenticate: Digest realm="
			    "\"loop.invalid\", nonce=\"%u\", qop=\"auth\""
			    "\r\n",
			    draw(3));
	add_some(mb);
	finish(mb);
	deliver(i, mb, now);
	mem_deref(mb);
}

static const char *const methodv[] = {
	"INVITE", "INVITE", "UPDATE",  "BYE",	    "CANCEL",  "ACK",
	"PRACK",  "INFO",   "NOTIFY",  "REFER",	    "MESSAGE", "OPTIONS",
	"FOO",	  "INVITE", "PUBLISH", "SUBSCRIBE",
};

/* The two sides of a dialog that phone i knows, its own as `to` */
static void add_sides(struct mbuf *mb, const struct sip_msg *msg)
{
	mbuf_printf(mb, "From: %r\r\nTo: %r\r\nCall-ID: %r\r\n",
		    msg->req ? &msg->from.val : &msg->to.val,
		    msg->req ? &msg->to.val : &msg->from.val, &msg->callid);
}

static void add_extension(struct mbuf *mb, const char *method,
			  const struct sip_msg *msg)
{
	if (!strcmp(method, "PRACK"))
		mbuf_printf(mb, "RAck: %u %u INVITE\r\n", draw(3),
			    msg->cseq.num);
	if (!strcmp(method, "REFER"))
		mbuf_printf(mb, "Refer-To: <sip:%c@loop.invalid>\r\n",
			    draw(2) ? 'a' : 'b');
	if (!strcmp(method, "NOTIFY") || !strcmp(method, "SUBSCRIBE"))
		mbuf_printf(mb, "Event: %s\r\nSubscription-State: %s\r\n",
			    draw(2) ? "refer" : "presence",
			    draw(2) ? "active" : "terminated;reason=timeout");
	if (!strcmp(method, "INVITE") && !draw(6))
		mbuf_printf(mb, "Replaces: %r;to-tag=%r;from-tag=%r\r\n",
			    &msg->callid, &msg->to.tag, &msg->from.tag);
}

/* Within a dialog, or a new one */
static void ask(unsigned i, uint64_t now)
{
	const struct ear *e = &gremlin.earv[i];
	struct mbuf *seen = e->seenv[draw(LOG)];
	const char *method = methodv[draw(ARRAY_SIZE(methodv))];
	struct sip_msg *msg;
	struct mbuf *mb;

	if (!seen)
		return;

	seen->pos = 0;
	if (sip_msg_decode(&msg, seen))
		return;

	mb = mbuf_alloc(SIZE);
	mbuf_printf(mb, "%s sip:%c@loop.invalid SIP/2.0\r\n", method,
		    'a' + (char)i);
	if (!strcmp(method, "CANCEL") || !draw(8))
		mbuf_printf(mb, "Via: %r\r\n", &msg->via.val);
	else
		mbuf_printf(mb,
			    "Via: SIP/2.0/WSS g.invalid;branch="
			    "z9hG4bKgremlin%u\r\n",
			    ++gremlin.serial);
	if (draw(6))
		add_sides(mb, msg);
	else
		mbuf_printf(mb,
			    "From: <sip:gremlin@loop.invalid>;tag=%u\r\n"
			    "To: <sip:%c@loop.invalid>\r\nCall-ID: g%u\r\n",
			    draw(TAGS), 'a' + (char)i, gremlin.serial);
	mbuf_printf(mb, "Max-Forwards: 70\r\nCSeq: %u %s\r\n",
		    msg->cseq.num + draw(4), method);
	add_extension(mb, method, msg);
	add_some(mb);
	finish(mb);
	deliver(i, mb, now);
	mem_deref(mb);
	mem_deref(msg);
}

/* Something that it was brought already, or was to be */
static void repeat(unsigned i, uint64_t now)
{
	struct mbuf *mb = gremlin.earv[i].seenv[draw(LOG)];

	if (mb)
		deliver(i, mb, now);
}

static void release(unsigned i, uint64_t now)
{
	struct ear *e = &gremlin.earv[i];

	e->holds = !e->holds;
	if (!e->held)
		return;

	deliver(i, e->held, now);
	e->held = mem_deref(e->held);
}

void gremlin_act(unsigned i, uint64_t now)
{
	switch (draw(8)) {
	case 0:
		gremlin.earv[i].lose = 1 + draw(3);
		break;
	case 1:
		gremlin.earv[i].twice = 1 + draw(3);
		break;
	case 2:
		release(i, now);
		break;
	case 3:
		repeat(i, now);
		break;
	case 4:
	case 5:
		respond(i, now);
		break;
	default:
		ask(i, now);
		break;
	}
}

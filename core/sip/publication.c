/**
 * @file core/sip/publication.c  Publication
 *
 * One request at a time: what is set while one is under way follows it, so
 * that the server has them in order. The entity tag outlives a flow, for the
 * publication does, too.
 */
#include <assert.h>
#include "core/sip/exchange.h"
#include "core/sip/header.h"
#include "core/sip/lapse.h"
#include "core/sip/message.h"
#include "core/sip/publication.h"
#include "core/sip/reply.h"
#include "core/sip/token.h"

enum {
	HEADERS = 512,		    /* Usual size of header lines [bytes] */
	MOVED = 301,		    /* RFC 3261 section 21.3.2            */
	UNAUTHORIZED = 401,	    /* RFC 3261 section 21.4.2            */
	FORBIDDEN = 403,	    /* RFC 3261 section 21.4.4            */
	NOT_FOUND = 404,	    /* RFC 3261 section 21.4.5            */
	METHOD_NOT_ALLOWED = 405,   /* RFC 3261 section 21.4.6            */
	PROXY_AUTHENTICATION = 407, /* RFC 3261 section 21.4.8            */
	TIMEOUT = 408,		    /* RFC 3261 section 21.4.9            */
	CONDITION_FAILED = 412,	    /* RFC 3903 section 11.2.1            */
	MEDIA_TYPE = 415,	    /* RFC 3261 section 21.4.13           */
	TOO_BRIEF = 423,	    /* RFC 3261 section 21.4.17           */
	BAD_EVENT = 489,	    /* RFC 6665 section 8.3.2             */
	NOT_IMPLEMENTED = 501,	    /* RFC 3261 section 21.5.2            */
	UNAVAILABLE = 503,	    /* RFC 3261 section 21.5.4            */
	BRIEF_MAX = 2,		    /* 423 heeded in a row, ours          */
};

struct publication {
	struct origin *o;
	struct exchange *x;
	publication_h *h;
	void *arg;
	char callid[TOKEN_SIZE];
	char *from; /* Value with tag                                  */
	char *to;
	enum publication_state state;
	struct pidf pidf;
	bool up;
	bool changed;			     /* The server knows another one */
	char etag[PUBLICATION_ETAG_MAX + 1]; /* "": none                 */
	bool conditional;		     /* The request has the tag      */
	bool told;			     /* ... and has a body           */
	uint32_t cseq;			     /* Last used                    */
	uint32_t asked;			     /* [s]                          */
	uint32_t granted;		     /* [s]                          */
	uint64_t due;	     /* Refresh or next try [us]                */
	unsigned brief;	     /* 423 in a row                            */
	unsigned failures;   /* In a row, for the pause                 */
	uint32_t oks, fails; /* Counters                                */
};

static void publication_destructor(void *arg)
{
	struct publication *p = arg;

	exchange_abort(p->x);
	mem_deref(p->from);
	mem_deref(p->to);
}

int publication_alloc(struct publication **pp, struct origin *o,
		      publication_h *h, void *arg)
{
	struct publication *p;
	char tag[TOKEN_SIZE];
	int err;

	assert(pp && o);

	p = mem_zalloc(sizeof(*p), publication_destructor);
	if (!p)
		return ENOMEM;

	p->o = o;
	p->h = h;
	p->arg = arg;
	p->due = CLOCK_NEVER;
	p->asked = PUBLICATION_EXPIRES;
	err = token_make(p->callid);
	err = err ? err : token_make(tag);
	err = err ? err : token_cseq(&p->cseq);
	err = err ? err
		  : re_sdprintf(&p->from, "%s;tag=%s", origin_from(o), tag);
	err = err ? err : re_sdprintf(&p->to, "<%s>", origin_aor(o));
	if (!err && re_snprintf(p->pidf.entity, sizeof(p->pidf.entity), "%s",
				origin_aor(o)) < 0)
		err = EINVAL;

	if (err)
		mem_deref(p);
	else
		*pp = p;
	return err;
}

/* ---- What became of it ---- */

static void tell(struct publication *p, enum publication_what what, int err,
		 const struct sip_msg *msg, uint64_t now)
{
	struct publication_event ev = {
		.what = what,
		.expires = p->granted,
		.retry = p->due,
	};

	if (msg) {
		ev.code = msg->scode;
		ev.reason = msg->reason;
	} else if (err) {
		ev.code = err == ETIMEDOUT ? TIMEOUT : UNAVAILABLE;
		pl_set_str(&ev.reason, reply_reason((uint16_t)ev.code));
	}
	if (p->h)
		p->h(&ev, now, p->arg);
}

/* Asking again would only get the same answer */
static bool is_final(const struct sip_msg *msg)
{
	static const uint16_t codev[] = {
		UNAUTHORIZED, FORBIDDEN, NOT_FOUND,	  METHOD_NOT_ALLOWED,
		MEDIA_TYPE,   BAD_EVENT, NOT_IMPLEMENTED, PROXY_AUTHENTICATION,
		MOVED,
	};

	for (size_t i = 0; msg && i < ARRAY_SIZE(codev); i++) {
		if (msg->scode == codev[i])
			return true;
	}

	return false;
}

static void failed(struct publication *p, int err, const struct sip_msg *msg,
		   uint64_t now)
{
	uint32_t after = 0;

	if (msg)
		after = message_seconds(msg, SIP_HDR_RETRY_AFTER, 0,
					LAPSE_PAUSE_MAX);
	++p->fails;
	p->granted = 0;
	p->due = CLOCK_NEVER;
	p->state = is_final(msg) ? PUBLICATION_STOPPED : PUBLICATION_WAITING;
	if (p->state == PUBLICATION_WAITING && p->up)
		p->due = now + lapse_pause(++p->failures, after);
	tell(p, PUBLICATION_EV_FAILED, err, msg, now);
}

static void removed(struct publication *p, int err, const struct sip_msg *msg,
		    uint64_t now)
{
	p->state = PUBLICATION_OFF;
	p->pidf.basic = PIDF_UNKNOWN;
	p->granted = 0;
	p->etag[0] = '\0';
	p->due = CLOCK_NEVER;
	tell(p, PUBLICATION_EV_REMOVED, err, msg, now);
}

/* The new tag comes with every 200, also to a refresh (RFC 3903 section 4.1) */
static void etag_learn(struct publication *p, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_xhdr(msg, "SIP-ETag");

	p->etag[0] = '\0';
	if (hdr && hdr->val.l <= PUBLICATION_ETAG_MAX &&
	    grammar_is_token(&hdr->val))
		(void)pl_strcpy(&hdr->val, p->etag, sizeof(p->etag));
}

/* ---- PUBLISH ---- */

static void on_response(int err, const struct sip_msg *msg, uint64_t now,
			void *arg);

static int headers_make(struct mbuf **mbp, const struct publication *p,
			uint32_t expires)
{
	struct mbuf *mb = mbuf_alloc(HEADERS);
	int err;

	if (!mb)
		return ENOMEM;

	err = header_add(mb, "Event", "presence");
	err = err ? err : header_add(mb, "Expires", "%u", expires);
	err = err ? err : origin_add_capable(mb, p->o);
	if (!err && p->conditional)
		err = header_add(mb, "SIP-If-Match", "%s", p->etag);
	*mbp = mb;
	return err;
}

/* Without a body it says what it said before */
static int send_publish(struct publication *p, uint32_t expires,
			struct mbuf *body, uint64_t now)
{
	struct exchange_params prm = { .kind = CREDENTIALS_INITIAL };
	struct mbuf *mb = NULL;
	int err;

	p->conditional = p->etag[0] != '\0';
	p->told = body != NULL;
	err = headers_make(&mb, p, expires);
	prm.request.method = "PUBLISH";
	prm.request.uri = origin_aor(p->o);
	prm.request.from = p->from;
	prm.request.to = p->to;
	prm.request.callid = p->callid;
	prm.request.cseq = ++p->cseq;
	prm.request.headers = mb;
	if (body) {
		prm.request.ctype = PIDF_TYPE;
		pl_set_mbuf(&prm.request.body, body);
	}
	origin_fill_routes(p->o, &prm.request, true);
	err = err ? err
		  : exchange_start(&p->x, p->o, &prm, on_response, p, now);
	mem_deref(mb);
	return err;
}

static void try_now(struct publication *p, uint64_t now)
{
	struct mbuf *body = NULL;
	int err = 0;

	p->due = CLOCK_NEVER;
	if (p->state != PUBLICATION_ON)
		p->state = PUBLICATION_TRYING;
	if (p->changed || !p->etag[0])
		err = pidf_encode(&body, &p->pidf);
	p->changed = false;
	err = err ? err : send_publish(p, p->asked, body, now);
	mem_deref(body);
	if (err)
		failed(p, err, NULL, now);
}

static void leave(struct publication *p, uint64_t now)
{
	int err = 0;

	p->due = CLOCK_NEVER;
	if (p->etag[0] && p->up) {
		p->state = PUBLICATION_LEAVING;
		err = send_publish(p, 0, NULL, now);
		if (!err)
			return;
	}
	removed(p, err, NULL, now);
}

static void succeeded(struct publication *p, const struct sip_msg *msg,
		      uint64_t now)
{
	bool tells = p->told || p->state != PUBLICATION_ON;

	p->granted = lapse_believe(
		message_seconds(msg, SIP_HDR_EXPIRES, p->asked, LAPSE_MOST));
	p->state = PUBLICATION_ON;
	p->due = now + lapse_refresh(p->granted);
	p->failures = 0;
	p->brief = 0;
	++p->oks;
	if (p->changed)
		try_now(p, now);
	else if (tells)
		tell(p, PUBLICATION_EV_PUBLISHED, 0, msg, now);
}

/* Whether it is said again at once, in another way: the server has forgotten
   the tag, or wants a longer time */
static bool again(struct publication *p, const struct sip_msg *msg,
		  uint64_t now)
{
	uint32_t least;

	if (msg->scode == CONDITION_FAILED && p->conditional) {
		p->etag[0] = '\0';
		try_now(p, now);
		return true;
	}
	if (msg->scode != TOO_BRIEF || p->brief >= BRIEF_MAX)
		return false;

	least = message_seconds(msg, SIP_HDR_MIN_EXPIRES, 0, UINT32_MAX);
	if (least <= p->asked || least > LAPSE_MOST)
		return false;

	++p->brief;
	p->asked = least;
	p->changed = true; /* The body that was refused with it */
	try_now(p, now);
	return true;
}

/* Nothing more comes of the request under way */
static void end_request(struct publication *p)
{
	if (p->x)
		p->cseq = exchange_cseq(p->x);
	p->x = exchange_abort(p->x);
}

static void on_response(int err, const struct sip_msg *msg, uint64_t now,
			void *arg)
{
	struct publication *p = arg;

	if (msg && msg->scode < REPLY_OK)
		return;

	end_request(p);
	if (p->state == PUBLICATION_LEAVING) {
		removed(p, err, msg, now);
		return;
	}
	if (!err && msg->scode < REPLY_REDIRECT)
		etag_learn(p, msg);
	if (p->pidf.basic == PIDF_UNKNOWN) { /* Stopped meanwhile */
		leave(p, now);
		return;
	}
	if (err || msg->scode >= REPLY_REDIRECT) {
		if (!err && again(p, msg, now))
			return;
		p->brief = 0;
		p->changed = true;
		failed(p, err, msg, now);
		return;
	}
	succeeded(p, msg, now);
}

/* ---- What the owner wants ---- */

int publication_set(struct publication *p, enum pidf_basic basic,
		    const char *note, uint64_t now)
{
	int err;

	assert(basic != PIDF_UNKNOWN);

	err = pidf_set_note(&p->pidf, note);
	if (err)
		return err;

	p->pidf.basic = basic;
	p->changed = true;
	p->failures = 0;
	if (p->x && p->state != PUBLICATION_LEAVING)
		return 0;

	/* A removal under way is overtaken: the tag is gone with it */
	if (p->x)
		p->etag[0] = '\0';
	end_request(p);
	if (p->state != PUBLICATION_ON)
		p->state = PUBLICATION_WAITING;
	if (p->up)
		try_now(p, now);
	return 0;
}

void publication_stop(struct publication *p, uint64_t now)
{
	if (p->state == PUBLICATION_OFF || p->state == PUBLICATION_LEAVING)
		return;

	p->pidf.basic = PIDF_UNKNOWN;
	p->changed = false;
	if (!p->x)
		leave(p, now);
}

void publication_way(struct publication *p, bool up, uint64_t now)
{
	if (p->up == up)
		return;

	p->up = up;
	if (up) {
		p->failures = 0;
		if (p->state != PUBLICATION_OFF)
			try_now(p, now);
		return;
	}

	if (p->x)
		p->changed = true;
	end_request(p);
	p->due = CLOCK_NEVER;
	if (p->state == PUBLICATION_OFF || p->state == PUBLICATION_STOPPED)
		return;
	if (p->pidf.basic == PIDF_UNKNOWN || p->state == PUBLICATION_LEAVING)
		removed(p, ECONNRESET, NULL, now);
	else if (p->state != PUBLICATION_WAITING)
		failed(p, ECONNRESET, NULL, now);
}

enum publication_state publication_state(const struct publication *p)
{
	return p->state;
}

const struct pidf *publication_pidf(const struct publication *p)
{
	return &p->pidf;
}

uint64_t publication_due(const struct publication *p)
{
	return p->due;
}

void publication_tick(struct publication *p, uint64_t now)
{
	if (now >= p->due)
		try_now(p, now);
}

const char *publication_state_name(enum publication_state state)
{
	static const char *const namev[] = {
		"off", "waiting", "trying", "on", "stopped", "leaving",
	};

	assert(state < ARRAY_SIZE(namev));
	return namev[state];
}

int publication_print(struct re_printf *pf, const struct publication *p)
{
	return re_hprintf(pf, "%s %s expires=%u s oks=%u fails=%u",
			  pidf_basic_name(p->pidf.basic),
			  publication_state_name(p->state), p->granted, p->oks,
			  p->fails);
}

/**
 * @file tests/fuzz/fuzz_registrar.c  Fuzz target: a browser at the board's ua
 *
 * Records, each ended by a NUL. One that begins with '!' is what the owner or
 * the world does, by its second byte; any other is a message. So that input
 * gets in, byte 1 in a message stands for a good Authorization of a REGISTER
 * to sip:boardphone, byte 2 for one of an INVITE and 3 of a MESSAGE to
 * sip:board@boardphone; 4 is the last To tag of ours, 5 its Call-ID.
 */
#include <stdlib.h>
#include "core/base/log.h"
#include "core/sip/digest.h"
#include "core/sip/message.h"
#include "core/sip/registrar.h"
#include "core/sip/ua.h"

enum {
	RECORDS_MAX = 64,
	LAST_SIZE = 64,
	METHODS = 3,
	BYTE_TAG = 4,
	BYTE_CALLID = 5,
};

struct board {
	struct verifier *v;
	struct registrar *r;
	struct ua *ua;
	struct invite *inv;
	uint64_t now;
	bool knows; /* A good Authorization was in the input */
	char nonce[LAST_SIZE], tag[LAST_SIZE], callid[LAST_SIZE];
};

static const char *const passwordv[] = { "k7mq", "x3rt" };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_send(struct mbuf *mb, void *arg)
{
	struct mbuf *copy = mbuf_alloc(mbuf_get_left(mb) + 1);
	struct sip_msg *msg = NULL;
	struct board *b = arg;
	struct pl nonce;

	if (!re_regex((const char *)mbuf_buf(mb), mbuf_get_left(mb),
		      "nonce=\"[^\"]+\"", &nonce))
		(void)pl_strcpy(&nonce, b->nonce, sizeof(b->nonce));

	mbuf_write_mem(copy, mbuf_buf(mb), mbuf_get_left(mb));
	copy->pos = 0;
	if (!message_decode(&msg, copy, NULL)) {
		(void)re_snprintf(b->tag, LAST_SIZE, "%r", &msg->to.tag);
		(void)re_snprintf(b->callid, LAST_SIZE, "%r", &msg->callid);
	}
	mem_deref(msg);
	mem_deref(copy);
	return 0;
}

static bool on_request(struct server *s, const struct sip_msg *msg,
		       uint64_t now, void *arg)
{
	struct board *b = arg;
	bool answered = registrar_recv(b->r, s, msg, now);

	if (!b->knows && (!answered || registrar_admitted(b->r)))
		abort();
	return answered;
}

static unsigned on_message(const struct pager_message *m, const char **reason,
			   uint64_t now, void *arg)
{
	struct board *b = arg;
	(void)reason;
	(void)now;

	if (!b->knows)
		abort();
	return pager_is(m, "text/plain") ? 200 : 404;
}

static void on_call(struct invite *inv, const struct sip_msg *msg, uint64_t now,
		    void *arg)
{
	struct board *b = arg;
	(void)msg;

	if (!b->knows)
		abort();
	b->inv = invite_release(b->inv, now);
	b->inv = mem_ref(inv);
}

/* What is registered can be called, and is told within its line */
static void on_event(enum registrar_what what,
		     const struct registrar_binding *rb, uint64_t now,
		     void *arg)
{
	struct invite_params prm = { .to = rb->contact };
	struct board *b = arg;
	struct invite *inv = NULL;

	if (!header_safe_str(rb->contact) || !header_safe_str(rb->instance) ||
	    !header_safe_str(rb->agent) || rb->until < rb->since)
		abort();
	if (what == REGISTRAR_EV_REMOVED || what == REGISTRAR_EV_EXPIRED)
		return;
	if (ua_call(&inv, b->ua, &prm, NULL, NULL, now) == EINVAL)
		abort();
	(void)invite_release(inv, now);
}

static void run(struct board *b, uint64_t us)
{
	uint64_t until = b->now + us;

	for (unsigned n = 0; ua_due(b->ua) <= until; n++) {
		if (ua_due(b->ua) > b->now)
			b->now = ua_due(b->ua);
		ua_tick(b->ua, b->now);
		if (n > 10000)
			abort();
	}
	b->now = until;
	if (registrar_due(b->r) <= b->now)
		registrar_tick(b->r, b->now);
	if (registrar_due(b->r) <= b->now)
		abort();
}

static void set_password(struct board *b, unsigned i)
{
	struct verifier_secret secret;

	if (verifier_make_secret(&secret, "home", "boardphone", passwordv[i]))
		abort();
	if (b->v ? verifier_set_secret(b->v, &secret)
		 : verifier_alloc(&b->v, "boardphone", "home", &secret))
		abort();
	b->knows = false;
}

static void act(struct board *b, uint8_t what)
{
	switch (what) {
	case 'a':
		if (b->inv)
			(void)invite_accept(b->inv, NULL, b->now);
		break;
	case 'd':
	case 'u':
		ua_flow(b->ua, what == 'u', b->now);
		break;
	case 'p':
		set_password(b, 1);
		break;
	case 's':
		run(b, CLOCK_S);
		break;
	case 'm':
		run(b, 60ULL * CLOCK_S);
		break;
	default:
		break;
	}
}

static void authorize(struct board *b, struct mbuf *mb, unsigned i)
{
	static const char *const methodv[METHODS] = { "REGISTER", "INVITE",
						      "MESSAGE" };
	const char *const strv[] = { "home", "boardphone", passwordv[0] };
	char ha1[DIGEST_SIZE], response[DIGEST_SIZE];
	struct digest_input in = {
		.algorithm = digest_find(&pl_null),
		.ha1 = ha1,
		.nonce = b->nonce,
		.cnonce = "c",
		.nc = 1,
		.method = methodv[i],
		.uri = i ? "sip:board@boardphone" : "sip:boardphone",
	};

	b->knows = true;
	if (digest_hash(ha1, DIGEST_MD5, strv, ARRAY_SIZE(strv)) ||
	    digest_response(response, &in))
		abort();
	(void)mbuf_printf(mb,
			  "Authorization: Digest username=home, "
			  "realm=boardphone, nonce=\"%s\", uri=\"%s\", "
			  "qop=auth, cnonce=c, nc=00000001, response=%s\r\n",
			  in.nonce, in.uri, response);
}

static void receive(struct board *b, const uint8_t *p, size_t n)
{
	struct mbuf *mb = mbuf_alloc(n + 1);

	for (size_t i = 0; i < n; i++) {
		if (p[i] >= 1 && p[i] <= METHODS)
			authorize(b, mb, p[i] - 1U);
		else if (p[i] == BYTE_TAG)
			(void)mbuf_write_str(mb, b->tag);
		else if (p[i] == BYTE_CALLID)
			(void)mbuf_write_str(mb, b->callid);
		else
			(void)mbuf_write_u8(mb, p[i]);
	}
	mb->pos = 0;
	ua_recv(b->ua, mb, b->now);
	mem_deref(mb);
}

static void open_board(struct board *b)
{
	struct ua_params prm = {
		.origin = {
			.user = "board",
			.realm = "boardphone",
			.message_types = "text/plain, "
					 "application/vnd.boardphone+json",
		},
		.sendh = on_send,
		.callh = on_call,
		.requesth = on_request,
		.messageh = on_message,
		.arg = b,
	};

	memset(b, 0, sizeof(*b));
	b->now = CLOCK_S;
	set_password(b, 0);
	if (ua_alloc(&b->ua, &prm) ||
	    registrar_alloc(&b->r, "boardphone", "home", b->v, NULL))
		abort();
	registrar_set_handler(b->r, on_event, b);
	ua_flow(b->ua, true, b->now);
}

static void ignore(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct board b;

	log_set_handler(ignore, NULL);
	open_board(&b);
	for (int i = 0; i < RECORDS_MAX && size; i++) {
		const uint8_t *end = memchr(data, 0, size);
		size_t n = end ? (size_t)(end - data) : size;

		if (n >= 2 && data[0] == '!')
			act(&b, data[1]);
		else
			receive(&b, data, n);
		size -= end ? n + 1 : n;
		data += end ? n + 1 : n;
	}

	b.inv = invite_release(b.inv, b.now);
	run(&b, 3700ULL * CLOCK_S);
	if (registrar_binding(b.r))
		abort();
	mem_deref(b.ua);
	mem_deref(b.r);
	mem_deref(b.v);
	return 0;
}

/**
 * @file tests/unit/support/desk.c  Desk: a ua with a registrar, its visitor
 */
#include "tests/unit/test.h"
#include "tests/unit/support/desk.h"
#include "core/sip/digest.h"

static int on_send(struct mbuf *mb, void *arg)
{
	struct desk *d = arg;

	if (d->deaf)
		return 0;
	if (d->wire.sentc == WIRE_MAX)
		wire_clear(&d->wire);
	return wire_send(mb, &d->wire);
}

static bool on_request(struct server *s, const struct sip_msg *msg,
		       uint64_t now, void *arg)
{
	struct desk *d = arg;

	return registrar_recv(d->r, s, msg, now);
}

static unsigned on_message(const struct pager_message *m, const char **reason,
			   uint64_t now, void *arg)
{
	struct desk *d = arg;
	(void)now;

	++d->messages;
	(void)re_snprintf(d->body, sizeof(d->body), "%r", &m->body);
	*reason = d->phrase;
	if (d->leaves)
		d->ua = mem_deref(d->ua);
	return d->answer ? d->answer : 200;
}

static void on_call(struct invite *inv, const struct sip_msg *msg, uint64_t now,
		    void *arg)
{
	struct desk *d = arg;
	(void)msg;
	(void)now;

	assert_null(d->inv);
	d->inv = mem_ref(inv);
}

static void on_event(enum registrar_what what,
		     const struct registrar_binding *b, uint64_t now, void *arg)
{
	struct desk *d = arg;
	(void)now;

	assert_true(d->eventc < DESK_EVENTS);
	d->eventv[d->eventc++] = what;
	if (d->leaves) {
		d->ua = mem_deref(d->ua);
		d->r = mem_deref(d->r);
	}
	(void)re_snprintf(d->contact, sizeof(d->contact), "%s", b->contact);
	(void)re_snprintf(d->instance, sizeof(d->instance), "%s", b->instance);
}

static void verifier_make(struct verifier **vp, struct verifier *v)
{
	struct verifier_secret secret;

	if (v) {
		*vp = mem_ref(v);
		return;
	}

	assert_int_equal(verifier_make_secret(&secret, "home", "boardphone",
					      DESK_PASSWORD),
			 0);
	assert_int_equal(verifier_alloc(vp, "boardphone", "home", &secret), 0);
}

void desk_open(struct desk *d, const char *address, struct verifier *v)
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
		.arg = d,
	};

	memset(d, 0, sizeof(*d));
	d->now = 1000ULL * CLOCK_S;
	assert_int_equal(sa_set_str(&d->address, address, 5000), 0);
	verifier_make(&d->v, v);
	assert_int_equal(
		registrar_alloc(&d->r, "boardphone", "home", d->v, &d->address),
		0);
	registrar_set_handler(d->r, on_event, d);
	assert_int_equal(ua_alloc(&d->ua, &prm), 0);
	ua_flow(d->ua, true, d->now);
}

void desk_close(struct desk *d)
{
	d->ua = mem_deref(d->ua);
	d->inv = mem_deref(d->inv);
	d->r = mem_deref(d->r);
	d->v = mem_deref(d->v);
	wire_clear(&d->wire);
}

/* The nonce of the last message, if it is a challenge */
static void learn(struct desk *d)
{
	const struct mbuf *mb = d->wire.sentv[d->wire.sentc - 1];
	struct pl nonce;

	if (!re_regex((const char *)mb->buf, mb->end, "nonce=\"[^\"]+\"",
		      &nonce))
		(void)pl_strcpy(&nonce, d->nonce, sizeof(d->nonce));
}

unsigned desk_give(struct desk *d, struct mbuf *mb)
{
	const size_t before = d->wire.sentc;

	ua_recv(d->ua, mb, d->now);
	mem_deref(mb);
	if (d->wire.sentc == before)
		return 0;

	learn(d);
	return wire_code(&d->wire, d->wire.sentc - 1);
}

static const char *either(const char *str, const char *other)
{
	return str ? str : other;
}

static void authorize(const struct desk *d, const struct desk_request *r,
		      const char *method, const char *uri, char *out,
		      size_t size)
{
	char ha1[DIGEST_SIZE], response[DIGEST_SIZE];
	const char *const strv[] = { either(r->user, "home"), "boardphone",
				     r->password };
	struct digest_input in = {
		.ha1 = ha1,
		.nonce = either(r->nonce, d->nonce),
		.cnonce = "c1",
		.nc = r->nc ? r->nc : 1,
		.method = method,
		.uri = uri,
	};
	struct pl name;

	pl_set_str(&name, either(r->algorithm, "SHA-256"));
	in.algorithm = digest_find(&name);
	assert_int_equal(
		digest_hash(ha1, in.algorithm->hash, strv, ARRAY_SIZE(strv)),
		0);
	assert_int_equal(digest_response(response, &in), 0);
	(void)re_snprintf(out, size,
			  "Authorization: Digest username=\"%s\", "
			  "realm=\"boardphone\", nonce=\"%s\", uri=\"%s\", "
			  "algorithm=%s, qop=auth, cnonce=\"c1\", nc=%08x, "
			  "response=\"%s\"\r\n",
			  strv[0], in.nonce, uri, in.algorithm->name, in.nc,
			  response);
}

struct mbuf *desk_make(struct desk *d, const struct desk_request *r)
{
	const char *method = either(r->method, "REGISTER");
	const char *uri = either(r->uri, strcmp(method, "REGISTER")
						 ? "sip:board@boardphone"
						 : "sip:boardphone");
	const char *body = either(r->body, "");
	char auth[DESK_TEXT] = "";

	++d->cseq;
	if (r->password)
		authorize(d, r, method, either(r->auth_uri, uri), auth,
			  sizeof(auth));
	return wire_text("%s %s SIP/2.0\r\n"
			 "Via: SIP/2.0/WSS b.invalid;branch=z9hG4bK%u\r\n"
			 "From: <sip:home@boardphone>;tag=f\r\n"
			 "To: <%s>\r\nCall-ID: %s\r\nCSeq: %u %s\r\n"
			 "%s%s%s%s%sContent-Length: %zu\r\n\r\n%s",
			 method, uri, d->cseq,
			 either(r->to, "sip:home@boardphone"), method, d->cseq,
			 method, auth, either(r->lines, ""),
			 r->ctype ? "Content-Type: " : "", either(r->ctype, ""),
			 r->ctype ? "\r\n" : "", strlen(body), body);
}

unsigned desk_ask(struct desk *d, const struct desk_request *r)
{
	return desk_give(d, desk_make(d, r));
}

void desk_register(struct desk *d, const char *lines)
{
	struct desk_request r = { .lines = lines };

	assert_int_equal(desk_ask(d, &r), 401);
	r.password = DESK_PASSWORD;
	assert_int_equal(desk_ask(d, &r), 200);
}

unsigned desk_vector(struct desk *d, const char *name)
{
	return desk_give(d, wire_vector(name));
}

bool desk_has(const struct desk *d, const char *text)
{
	return d->wire.sentc && wire_has(&d->wire, d->wire.sentc - 1, text);
}

void desk_run(struct desk *d, uint64_t us)
{
	d->now += us;
	if (registrar_due(d->r) <= d->now)
		registrar_tick(d->r, d->now);
	while (ua_due(d->ua) <= d->now)
		ua_tick(d->ua, d->now);
}

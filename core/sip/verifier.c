/**
 * @file core/sip/verifier.c  Verifier
 *
 * A client may use a nonce for one request only, or for many with a growing
 * count; browsers have several requests under way at once. Hence a few
 * nonces for each connection. An answer that is right but for its nonce is
 * stale and no guess: it costs the far end one more round, no try.
 */
#include <errno.h>
#include <mbedtls/constant_time.h>
#include <mbedtls/platform_util.h>
#include "core/base/entropy.h"
#include "core/base/log.h"
#include "core/sip/authorization.h"
#include "core/sip/escape.h"
#include "core/sip/header.h"
#include "core/sip/lockout.h"
#include "core/sip/server.h"
#include "core/sip/verifier.h"

enum {
	NONCE_BYTES = 16, /* 128 bit                            */
	NONCE_SIZE = NONCE_BYTES * 2 + 1,
	FORBIDDEN = 403, /* RFC 3261 section 21.4.4            */
	HEADERS = 384,	 /* Usual size of header lines [bytes] */
};

struct verifier {
	char *realm, *user;
	struct verifier_secret secret;
	unsigned generation; /* Of the secret, from 1 */
	uint32_t uses;	     /* Counters              */
	uint32_t asked, stale, bad, refused;
	struct lockout lockout;
};

struct nonce {
	char text[NONCE_SIZE];
	uint64_t until; /* [us]      */
	uint32_t nc;	/* Last seen */
};

struct verifier_peer {
	struct verifier *v;
	struct sa address;
	struct nonce noncev[VERIFIER_NONCES];
	unsigned next;	     /* Of noncev, modulo       */
	unsigned generation; /* Admitted with; 0: not   */
	bool stale;	     /* The next challenge says */
};

/* The walk over the Authorizations of a request */
struct choice {
	const struct verifier *v;
	struct authorization a;
	bool found, bad;
};

static void verifier_destructor(void *arg)
{
	struct verifier *v = arg;

	mem_deref(v->realm);
	mem_deref(v->user);
	mbedtls_platform_zeroize(&v->secret, sizeof(v->secret));
}

int verifier_make_secret(struct verifier_secret *secret, const char *user,
			 const char *realm, const char *password)
{
	const char *const strv[] = { user, realm, password };
	int err;

	err = digest_hash(secret->md5, DIGEST_MD5, strv, ARRAY_SIZE(strv));
	return err ? err
		   : digest_hash(secret->sha256, DIGEST_SHA256, strv,
				 ARRAY_SIZE(strv));
}

/* The hash of a password, lower case, or none */
static bool ha1_ok(const char *ha1, enum digest_hash hash)
{
	return !ha1[0] || (strlen(ha1) == digest_len(hash) &&
			   strspn(ha1, "0123456789abcdef") == strlen(ha1));
}

int verifier_set_secret(struct verifier *v,
			const struct verifier_secret *secret)
{
	if (!ha1_ok(secret->md5, DIGEST_MD5) ||
	    !ha1_ok(secret->sha256, DIGEST_SHA256) ||
	    (!secret->md5[0] && !secret->sha256[0]))
		return EINVAL;

	v->secret = *secret;
	v->uses = 0;
	++v->generation;
	return 0;
}

int verifier_alloc(struct verifier **vp, const char *realm, const char *user,
		   const struct verifier_secret *secret)
{
	struct verifier *v;
	int err;

	if (!str_isset(realm) || !str_isset(user) || !header_safe_str(realm) ||
	    !header_safe_str(user))
		return EINVAL;

	v = mem_zalloc(sizeof(*v), verifier_destructor);
	if (!v)
		return ENOMEM;

	err = str_dup(&v->realm, realm);
	err = err ? err : str_dup(&v->user, user);
	err = err ? err : verifier_set_secret(v, secret);
	if (err)
		mem_deref(v);
	else
		*vp = v;
	return err;
}

uint32_t verifier_uses(const struct verifier *v)
{
	return v->uses;
}

static void peer_destructor(void *arg)
{
	struct verifier_peer *p = arg;

	mem_deref(p->v);
}

int verifier_peer_alloc(struct verifier_peer **pp, struct verifier *v,
			const struct sa *address)
{
	struct verifier_peer *p = mem_zalloc(sizeof(*p), peer_destructor);

	if (!p)
		return ENOMEM;

	p->v = mem_ref(v);
	sa_init(&p->address, AF_UNSPEC);
	if (address)
		p->address = *address;
	*pp = p;
	return 0;
}

bool verifier_admitted(const struct verifier_peer *p)
{
	return p->generation == p->v->generation;
}

static bool is_quoted(const struct pl *pl, const char *ours)
{
	char *text = NULL;
	bool same;

	if (re_sdprintf(&text, "%H", escape_unquote, pl))
		return false;

	same = !strcmp(text, ours);
	mem_deref(text);
	return same;
}

static bool choose_handler(const struct sip_hdr *hdr, const struct sip_msg *msg,
			   void *arg)
{
	struct choice *choice = arg;
	int err = authorization_decode(&choice->a, &hdr->val);
	(void)msg;

	choice->bad |= err == EBADMSG;
	choice->found = !err && is_quoted(&choice->a.realm, choice->v->realm);
	return choice->found;
}

static const char *secret_of(const struct verifier *v,
			     const struct authorization *a)
{
	return a->algorithm->hash == DIGEST_MD5 ? v->secret.md5
						: v->secret.sha256;
}

/* Whether it is what our secret makes of this nonce and request */
static bool is_right(const struct verifier *v, const struct authorization *a,
		     const struct sip_msg *msg)
{
	struct digest_input in = { .algorithm = a->algorithm };
	char *nonce = NULL, *cnonce = NULL, *method = NULL, *uri = NULL;
	char given[DIGEST_SIZE], right[DIGEST_SIZE];
	bool same = false;

	if (pl_strdup(&nonce, &a->nonce) || pl_strdup(&cnonce, &a->cnonce) ||
	    pl_strdup(&method, &msg->met) || pl_strdup(&uri, &a->uri))
		goto out;

	in.ha1 = secret_of(v, a);
	in.nonce = nonce;
	in.cnonce = cnonce;
	in.nc = a->nc;
	in.method = method;
	in.uri = uri;
	(void)pl_strcpy(&a->response, given, sizeof(given));
	for (char *c = given; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'F' ? *c | ' ' : *c);
	same = !digest_response(right, &in) &&
	       !mbedtls_ct_memcmp(given, right, a->response.l) &&
	       is_quoted(&a->username, v->user);
	mbedtls_platform_zeroize(right, sizeof(right));

out:
	mem_deref(nonce);
	mem_deref(cnonce);
	mem_deref(method);
	mem_deref(uri);
	return same;
}

/* Whether the nonce was given here, is young, and this count of it is new */
static bool is_fresh(struct verifier_peer *p, const struct authorization *a,
		     uint64_t now)
{
	for (size_t i = 0; i < VERIFIER_NONCES; i++) {
		struct nonce *n = &p->noncev[i];

		if (!n->text[0] || pl_strcmp(&a->nonce, n->text))
			continue;
		if (now >= n->until || a->nc <= n->nc)
			return false;

		n->nc = a->nc;
		return true;
	}

	return false;
}

static enum verifier_verdict failed(struct verifier_peer *p, uint64_t now)
{
	if (!lockout_fail(&p->v->lockout, &p->address, now) ||
	    verifier_admitted(p))
		return VERIFIER_ASK;

	log_info("verifier: %j waits %u s after wrong passwords\n", &p->address,
		 LOCKOUT_TIME / CLOCK_S);
	return VERIFIER_LOCKED;
}

static enum verifier_verdict judge(struct verifier_peer *p,
				   const struct authorization *a,
				   const struct sip_msg *msg, uint64_t now)
{
	struct verifier *v = p->v;

	if (pl_cmp(&a->uri, &msg->ruri))
		return VERIFIER_BAD;
	if (!secret_of(v, a)[0])
		return VERIFIER_ASK;
	if (!is_right(v, a, msg))
		return failed(p, now);
	if (!is_fresh(p, a, now)) {
		p->stale = true;
		return VERIFIER_ASK;
	}

	lockout_pass(&v->lockout, &p->address);
	p->generation = v->generation;
	++v->uses;
	return VERIFIER_ADMITTED;
}

enum verifier_verdict verifier_check(struct verifier_peer *p,
				     const struct sip_msg *msg, uint64_t now)
{
	struct choice choice = { .v = p->v };

	p->stale = false;

	/* Who is in is not shut out by others at the same address */
	if (!verifier_admitted(p) &&
	    lockout_left(&p->v->lockout, &p->address, now))
		return VERIFIER_LOCKED;

	(void)sip_msg_hdr_apply(msg, true, SIP_HDR_AUTHORIZATION,
				choose_handler, &choice);
	if (choice.found)
		return judge(p, &choice.a, msg, now);
	return choice.bad ? VERIFIER_BAD : VERIFIER_ASK;
}

static int put_challenge(struct mbuf *headers, const struct verifier_peer *p,
			 const struct nonce *n, const char *algorithm)
{
	struct pl realm;

	pl_set_str(&realm, p->v->realm);
	return header_add(headers, "WWW-Authenticate",
			  "Digest realm=\"%H\", nonce=\"%s\", algorithm=%s, "
			  "qop=\"auth\"%s",
			  escape_quote, &realm, n->text, algorithm,
			  p->stale ? ", stale=true" : "");
}

/* The strongest first (RFC 8760 section 2.3) */
static int challenge(struct verifier_peer *p, struct mbuf *headers,
		     uint64_t now)
{
	struct nonce *n = &p->noncev[p->next++ % VERIFIER_NONCES];
	uint8_t bytes[NONCE_BYTES];
	int err = 0;

	entropy_bytes(bytes, sizeof(bytes));
	(void)re_snprintf(n->text, sizeof(n->text), "%w", bytes, sizeof(bytes));
	n->until = now + VERIFIER_NONCE_TIME;
	n->nc = 0;
	if (p->v->secret.sha256[0])
		err = put_challenge(headers, p, n, "SHA-256");
	if (!err && p->v->secret.md5[0])
		err = put_challenge(headers, p, n, "MD5");
	return err;
}

/* Fill in what the verdict deserves, and count it */
static int fill(struct verifier_peer *p, struct reply *r, struct mbuf *headers,
		enum verifier_verdict verdict, uint64_t now)
{
	uint64_t left;

	switch (verdict) {
	case VERIFIER_BAD:
		++p->v->bad;
		r->scode = REPLY_BAD_REQUEST;
		r->reason = "Bad Authorization";
		return 0;

	case VERIFIER_LOCKED:
		++p->v->refused;
		left = lockout_left(&p->v->lockout, &p->address, now);
		r->scode = FORBIDDEN;
		r->reason = "Too Many Wrong Passwords";
		return header_add(headers, "Retry-After", "%u",
				  (unsigned)((left + CLOCK_S - 1) / CLOCK_S));

	default:
		++p->v->asked;
		p->v->stale += p->stale;
		r->scode = REPLY_UNAUTHORIZED;
		return challenge(p, headers, now);
	}
}

int verifier_reply(struct verifier_peer *p, struct server *s,
		   enum verifier_verdict verdict, uint64_t now)
{
	struct mbuf *headers = mbuf_alloc(HEADERS);
	struct reply r = { .headers = headers };
	int err = headers ? fill(p, &r, headers, verdict, now) : ENOMEM;

	err = err ? err : server_reply(s, &r, now);
	mem_deref(headers);
	return err;
}

int verifier_print(struct re_printf *pf, const struct verifier *v)
{
	return re_hprintf(pf, "uses=%u asked=%u stale=%u bad=%u refused=%u %H",
			  v->uses, v->asked, v->stale, v->bad, v->refused,
			  lockout_print, &v->lockout);
}

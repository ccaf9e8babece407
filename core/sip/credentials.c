/**
 * @file core/sip/credentials.c  Credentials
 *
 * A nonce is kept for each pair of 401 or 407 and kind of request, so that
 * no answer is shown to a server, or a far end, that did not ask.
 */
#include <assert.h>
#include <errno.h>
#include <mbedtls/platform_util.h>
#include "core/sip/challenge.h"
#include "core/sip/credentials.h"
#include "core/sip/digest.h"
#include "core/sip/escape.h"
#include "core/sip/grammar.h"
#include "core/sip/header.h"
#include "core/sip/reply.h"
#include "core/sip/token.h"

enum {
	ASKERS = 2, /* Server 401, proxy 407         */
	KINDS = 3,  /* enum credentials_kind as index */
};

/* What was asked last, and how often it was answered */
struct nonce {
	char *nonce; /* NULL: nothing */
	char *opaque;
	const struct digest_algorithm *algorithm;
	uint32_t nc;
	bool named; /* The algorithm was named by the server */
	bool qop;
};

struct credentials {
	char *realm, *user, *password, *ha1;
	struct nonce noncev[ASKERS][KINDS];
	enum digest_hash least;
	unsigned kinds;
	bool trusted, named, told;
	bool qop_seen;
	const char *reason;
};

/* The walk over the challenges of one response, topmost first */
struct choice {
	struct credentials *c;
	struct challenge ch;
	const struct digest_algorithm *algorithm; /* Chosen */
	const char *reason;
	int err;
};

static char *wipe(char *str)
{
	if (str)
		mbedtls_platform_zeroize(str, strlen(str));
	return mem_deref(str);
}

static void nonce_reset(struct nonce *n)
{
	mem_deref(n->nonce);
	mem_deref(n->opaque);
	memset(n, 0, sizeof(*n));
}

void credentials_forget(struct credentials *c)
{
	for (size_t i = 0; i < ASKERS; i++) {
		for (size_t k = 0; k < KINDS; k++)
			nonce_reset(&c->noncev[i][k]);
	}
}

static void credentials_destructor(void *arg)
{
	struct credentials *c = arg;

	credentials_forget(c);
	mem_deref(c->realm);
	mem_deref(c->user);
	wipe(c->password);
	wipe(c->ha1);
}

static enum digest_hash ha1_hash(const char *ha1)
{
	return strlen(ha1) == digest_len(DIGEST_MD5) ? DIGEST_MD5
						     : DIGEST_SHA256;
}

/* Hex digits of one of the two lengths, and not below what is asked for */
static bool ha1_ok(const char *ha1, enum digest_hash least)
{
	return strspn(ha1, "0123456789abcdefABCDEF") == strlen(ha1) &&
	       strlen(ha1) == digest_len(ha1_hash(ha1)) &&
	       ha1_hash(ha1) >= least;
}

static bool params_ok(const struct credentials_params *prm)
{
	return prm->realm && prm->realm[0] && prm->user && prm->user[0] &&
	       header_safe_str(prm->realm) && header_safe_str(prm->user) &&
	       !prm->password != !prm->ha1 &&
	       (!prm->ha1 || ha1_ok(prm->ha1, (enum digest_hash)prm->least));
}

static int copy_secret(struct credentials *c,
		       const struct credentials_params *prm)
{
	int err = str_dup(&c->realm, prm->realm);

	if (!err)
		err = str_dup(&c->user, prm->user);
	if (!err && prm->password)
		err = str_dup(&c->password, prm->password);
	if (!err && prm->ha1)
		err = str_dup(&c->ha1, prm->ha1);

	/* The hash goes over its text, in lower case */
	for (char *p = c->ha1; p && *p; p++) {
		if (*p >= 'A' && *p <= 'F')
			*p = (char)(*p | ' ');
	}

	return err;
}

int credentials_alloc(struct credentials **cp,
		      const struct credentials_params *prm)
{
	struct credentials *c;
	int err;

	if (!params_ok(prm))
		return EINVAL;

	c = mem_zalloc(sizeof(*c), credentials_destructor);
	if (!c)
		return ENOMEM;

	c->least = (enum digest_hash)prm->least;
	c->kinds = prm->kinds;
	c->named = prm->named;
	c->told = prm->told;
	c->reason = "";
	err = copy_secret(c, prm);
	if (err) {
		mem_deref(c);
		return err;
	}

	*cp = c;
	return 0;
}

void credentials_set_trusted(struct credentials *c, bool trusted)
{
	c->trusted = trusted;
}

static size_t kind_index(enum credentials_kind kind)
{
	if (kind == CREDENTIALS_REGISTER)
		return 0;

	return kind == CREDENTIALS_INITIAL ? 1 : 2;
}

static bool realm_is(const struct pl *realm, const char *ours)
{
	char *text = NULL;
	bool same;

	if (re_sdprintf(&text, "%H", escape_unquote, realm))
		return false;

	same = !strcmp(text, ours);
	mem_deref(text);
	return same;
}

/* Whether a challenge can and may be answered; else why not */
static int judge(struct choice *choice, const struct challenge *ch)
{
	const struct credentials *c = choice->c;
	const struct digest_algorithm *alg = digest_find(&ch->algorithm);

	choice->reason = "unknown digest algorithm";
	if (!alg || (alg->sess && !ch->qop.p))
		return ENOTSUP;

	choice->reason = "qop is not auth";
	if (ch->qop.p && !grammar_list_has(&ch->qop, "auth"))
		return ENOTSUP;

	choice->reason = "ha1 is of another algorithm";
	if (c->ha1 && ha1_hash(c->ha1) != alg->hash)
		return ENOTSUP;

	choice->reason = "bad realm, nonce or opaque";
	if (ch->nonce.l > CREDENTIALS_NONCE_MAX ||
	    ch->opaque.l > CREDENTIALS_NONCE_MAX || !header_safe(&ch->realm) ||
	    !header_safe(&ch->nonce) || !header_safe(&ch->opaque))
		return EBADMSG;

	choice->reason = "realm is not the configured one";
	if (!realm_is(&ch->realm, c->realm))
		return EPERM;

	choice->reason = "algorithm is weaker than auth_min";
	if (alg->hash < c->least)
		return EPERM;

	choice->reason = "no qop from a server that had it before";
	if (!ch->qop.p && c->qop_seen)
		return EPERM;

	choice->algorithm = alg;
	choice->reason = "";
	return 0;
}

static bool choose_handler(const struct sip_hdr *hdr, const struct sip_msg *msg,
			   void *arg)
{
	struct choice *choice = arg;
	const char *before = choice->reason;
	int err;
	(void)msg;

	choice->reason = "not a digest challenge";
	err = challenge_decode(&choice->ch, &hdr->val);
	if (!err)
		err = judge(choice, &choice->ch);

	/* A refusal tells more than what we do not know */
	if (err && choice->err == EPERM)
		choice->reason = before;
	else
		choice->err = err;

	return !err;
}

static int nonce_set(struct nonce *n, const struct choice *choice)
{
	const struct challenge *ch = &choice->ch;
	int err;

	nonce_reset(n);
	n->algorithm = choice->algorithm;
	n->named = ch->algorithm.p != NULL;
	n->qop = ch->qop.p != NULL;

	err = pl_strdup(&n->nonce, &ch->nonce);
	if (!err && ch->opaque.p)
		err = pl_strdup(&n->opaque, &ch->opaque);
	if (err)
		nonce_reset(n);

	return err;
}

static int refused(struct credentials *c, const char *reason, int err)
{
	c->reason = reason;
	return err;
}

int credentials_challenge(struct credentials *c, struct credentials_try *try,
			  const struct credentials_target *t,
			  const struct sip_msg *msg)
{
	const bool proxy = msg->scode == REPLY_PROXY_UNAUTHORIZED;
	const unsigned bit = proxy ? 2 : 1;
	struct choice choice = { .c = c, .err = ENOTSUP };
	int err;

	if (!c)
		return EACCES;

	c->reason = "";
	if (!c->trusted)
		return refused(c, "the flow is not verified", EPERM);
	if (!(c->kinds & t->kind))
		return refused(c, "not for this kind of request", EPERM);
	if (try->challenges >= CREDENTIALS_CHALLENGES)
		return refused(c, "too many challenges", EACCES);

	choice.reason = "no challenge";
	(void)sip_msg_hdr_apply(msg, true,
				proxy ? SIP_HDR_PROXY_AUTHENTICATE
				      : SIP_HDR_WWW_AUTHENTICATE,
				choose_handler, &choice);
	if (!choice.algorithm)
		return refused(c, choice.reason, choice.err);
	if (!choice.ch.stale && (try->fresh & bit))
		return refused(c, "wrong user or password", EACCES);

	err = nonce_set(&c->noncev[proxy][kind_index(t->kind)], &choice);
	if (err)
		return err;

	++try->challenges;
	if (!choice.ch.stale)
		try->fresh |= bit;
	c->qop_seen |= choice.ch.qop.p != NULL;
	return 0;
}

/* H(user:realm:password), unless the configuration has it */
static int make_ha1(char ha1[DIGEST_SIZE], const struct credentials *c,
		    enum digest_hash hash)
{
	const char *const strv[] = { c->user, c->realm, c->password };

	if (!c->ha1)
		return digest_hash(ha1, hash, strv, ARRAY_SIZE(strv));

	(void)str_ncpy(ha1, c->ha1, DIGEST_SIZE);
	return 0;
}

static int put_line(const struct credentials *c, struct mbuf *headers,
		    const struct nonce *n, const struct digest_input *in,
		    const char *name, const char *response)
{
	struct pl user, realm;
	char alg[32] = "", qop[64] = "";

	pl_set_str(&user, c->user);
	pl_set_str(&realm, c->realm);
	if (n->named)
		(void)re_snprintf(alg, sizeof(alg), ", algorithm=%s",
				  n->algorithm->name);
	if (in->cnonce)
		(void)re_snprintf(qop, sizeof(qop),
				  ", qop=auth, cnonce=\"%s\", nc=%08x",
				  in->cnonce, in->nc);

	return header_add(headers, name,
			  "Digest username=\"%H\", realm=\"%H\", "
			  "nonce=\"%s\", uri=\"%s\", response=\"%s\"%s%s"
			  "%s%s%s",
			  escape_quote, &user, escape_quote, &realm, n->nonce,
			  in->uri, response, alg, qop,
			  n->opaque ? ", opaque=\"" : "",
			  n->opaque ? n->opaque : "", n->opaque ? "\"" : "");
}

static int write_one(const struct credentials *c, struct mbuf *headers,
		     struct nonce *n, const struct credentials_target *t,
		     const char *name)
{
	struct digest_input in = { .algorithm = n->algorithm };
	char ha1[DIGEST_SIZE], response[DIGEST_SIZE], cnonce[TOKEN_SIZE];
	int err = 0;

	in.nonce = n->nonce;
	in.method = t->method;
	in.uri = t->uri;
	in.nc = ++n->nc;
	in.ha1 = ha1;
	if (n->qop) {
		err = token_make(cnonce);
		in.cnonce = cnonce;
	}

	if (!err)
		err = make_ha1(ha1, c, n->algorithm->hash);
	if (!err)
		err = digest_response(response, &in);
	if (!err)
		err = put_line(c, headers, n, &in, name, response);

	mbedtls_platform_zeroize(ha1, sizeof(ha1));
	return err;
}

/* Who we are, and nothing more; 3GPP TS 24.229 section 5.1.1.2.2 */
static int write_name(const struct credentials *c, struct mbuf *headers,
		      const struct credentials_target *t)
{
	struct pl user, realm;

	pl_set_str(&user, c->user);
	pl_set_str(&realm, c->realm);
	return header_add(headers, "Authorization",
			  "Digest username=\"%H\", realm=\"%H\", "
			  "nonce=\"\", uri=\"%s\", response=\"\"",
			  escape_quote, &user, escape_quote, &realm, t->uri);
}

int credentials_write(struct credentials *c, struct mbuf *headers,
		      const struct credentials_target *t)
{
	static const char *const namev[ASKERS] = { "Authorization",
						   "Proxy-Authorization" };
	int err = 0;

	if (!c || !c->trusted || !(c->kinds & t->kind))
		return 0;

	for (size_t i = 0; i < ASKERS && !err; i++) {
		struct nonce *n = &c->noncev[i][kind_index(t->kind)];

		if (n->nonce)
			err = write_one(c, headers, n, t, namev[i]);
		else if (!i && c->named && t->kind == CREDENTIALS_REGISTER)
			err = write_name(c, headers, t);
	}

	return err;
}

int credentials_tell(struct re_printf *pf, const struct credentials *c)
{
	char ha1[DIGEST_SIZE];
	struct pl user;
	int err;

	if (!c || !c->told || !c->trusted || c->least != DIGEST_MD5 ||
	    (c->ha1 && ha1_hash(c->ha1) != DIGEST_MD5))
		return 0;

	err = make_ha1(ha1, c, DIGEST_MD5);
	if (err)
		return err;

	pl_set_str(&user, c->user);
	err = re_hprintf(pf, ";impi=%H;ha1=%s", escape_token, &user, ha1);
	mbedtls_platform_zeroize(ha1, sizeof(ha1));
	return err;
}

const char *credentials_reason(const struct credentials *c)
{
	return c ? c->reason : "no credentials";
}

int credentials_print(struct re_printf *pf, const struct credentials *c)
{
	const struct nonce *n = &c->noncev[0][0];

	return re_hprintf(pf, "realm=%s user=%s algorithm=%s count=%u%s%s",
			  c->realm, c->user,
			  n->nonce ? n->algorithm->name : "none", n->nc,
			  c->reason[0] ? " refused: " : "", c->reason);
}

/**
 * @file core/sip/authorization.c  Authorization
 */
#include <errno.h>
#include "core/sip/authorization.h"
#include "core/sip/challenge.h"
#include "core/sip/grammar.h"
#include "core/sip/scan.h"

enum {
	NC_LEN = 8, /* RFC 7616 section 3.4 */
	HEX_BITS = 4,
};

/* All that may be there, as it was found */
struct fields {
	struct pl username, realm, nonce, cnonce, uri, response, algorithm, qop,
		nc, opaque, userhash;
};

/* What is not known is passed over (RFC 7616 section 3.4) */
static int put(struct fields *f, const struct pl *name, const struct pl *val)
{
	const struct {
		const char *name;
		struct pl *pl;
	} fieldv[] = {
		{ "username", &f->username },
		{ "realm", &f->realm },
		{ "nonce", &f->nonce },
		{ "cnonce", &f->cnonce },
		{ "uri", &f->uri },
		{ "response", &f->response },
		{ "qop", &f->qop },
		{ "algorithm", &f->algorithm },
		{ "nc", &f->nc },
		{ "opaque", &f->opaque },
		{ "userhash", &f->userhash },
	};

	for (size_t i = 0; i < ARRAY_SIZE(fieldv); i++) {
		if (pl_strcasecmp(name, fieldv[i].name))
			continue;
		if (fieldv[i].pl->p)
			return EBADMSG;
		*fieldv[i].pl = *val;
	}

	return 0;
}

static int collect(struct fields *f, const struct pl *value)
{
	struct pl rest = grammar_trim(*value), scheme, el;
	int err;

	scheme = scan_token(&rest);
	if (pl_strcasecmp(&scheme, "Digest"))
		return ENOTSUP;
	if (!rest.l || !scan_is_lws(rest.p[0]))
		return EBADMSG;

	while (!(err = grammar_next(&el, &rest))) {
		struct pl name, val;

		if (!el.l)
			continue;
		if (challenge_pair(&name, &val, &el) || put(f, &name, &val))
			return EBADMSG;
	}

	return err == ENOENT ? 0 : EBADMSG;
}

static bool is_hex(const struct pl *pl, size_t len)
{
	for (size_t i = 0; i < pl->l; i++) {
		if (scan_hex(pl->p[i]) < 0)
			return false;
	}

	return pl->l == len;
}

static bool is_text(const struct pl *pl, size_t max)
{
	return pl->l && pl->l <= max && !memchr(pl->p, 0, pl->l);
}

static int check(struct authorization *a, const struct fields *f)
{
	a->algorithm = digest_find(&f->algorithm);
	if (!a->algorithm || a->algorithm->sess)
		return ENOTSUP;
	if (pl_strcasecmp(&f->qop, "auth"))
		return ENOTSUP;
	if (f->userhash.p && pl_strcasecmp(&f->userhash, "false"))
		return ENOTSUP;

	if (!is_text(&f->username, AUTHORIZATION_TEXT_MAX) || !f->realm.p ||
	    !is_text(&f->nonce, AUTHORIZATION_TEXT_MAX) ||
	    !is_text(&f->cnonce, AUTHORIZATION_TEXT_MAX) ||
	    !is_text(&f->uri, SIZE_MAX) ||
	    !is_hex(&f->response, digest_len(a->algorithm->hash)) ||
	    !is_hex(&f->nc, NC_LEN))
		return EBADMSG;

	for (size_t i = 0; i < f->nc.l; i++)
		a->nc = a->nc << HEX_BITS | (uint32_t)scan_hex(f->nc.p[i]);
	return a->nc ? 0 : EBADMSG;
}

int authorization_decode(struct authorization *a, const struct pl *val)
{
	struct fields f;
	int err;

	memset(a, 0, sizeof(*a));
	memset(&f, 0, sizeof(f));
	err = collect(&f, val);
	if (err)
		return err;

	a->username = f.username;
	a->realm = f.realm;
	a->nonce = f.nonce;
	a->cnonce = f.cnonce;
	a->uri = f.uri;
	a->response = f.response;
	return check(a, &f);
}

/**
 * @file core/sip/challenge.c  Challenge
 */
#include <errno.h>
#include "core/sip/challenge.h"
#include "core/sip/grammar.h"
#include "core/sip/scan.h"

int challenge_pair(struct pl *name, struct pl *val, const struct pl *el)
{
	struct pl rest = *el;
	int err = 0;

	*name = scan_token(&rest);
	scan_skip_lws(&rest);
	if (!name->l || !scan_starts(&rest, '='))
		return EBADMSG;

	(void)scan_cut(&rest, 1);
	scan_skip_lws(&rest);
	if (!scan_starts(&rest, '"')) {
		*val = scan_token(&rest);
		return rest.l ? EBADMSG : 0;
	}

	err = scan_quoted(val, &rest);
	if (err || rest.l)
		return EBADMSG;

	++val->p;
	val->l -= 2;
	return 0;
}

/* The first of a name counts */
static void put(struct challenge *ch, const struct pl *name,
		const struct pl *val)
{
	const struct {
		const char *name;
		struct pl *pl;
	} fieldv[] = {
		{ "realm", &ch->realm },   { "nonce", &ch->nonce },
		{ "opaque", &ch->opaque }, { "algorithm", &ch->algorithm },
		{ "qop", &ch->qop },
	};

	if (!pl_strcasecmp(name, "stale"))
		ch->stale = !pl_strcasecmp(val, "true");

	for (size_t i = 0; i < ARRAY_SIZE(fieldv); i++) {
		if (!pl_strcasecmp(name, fieldv[i].name) && !fieldv[i].pl->p)
			*fieldv[i].pl = *val;
	}
}

int challenge_decode(struct challenge *ch, const struct pl *value)
{
	struct pl rest = grammar_trim(*value), scheme, el;
	int err;

	memset(ch, 0, sizeof(*ch));

	scheme = scan_token(&rest);
	if (pl_strcasecmp(&scheme, "Digest"))
		return ENOTSUP;
	if (!rest.l || !scan_is_lws(rest.p[0]))
		return EBADMSG;

	while (!(err = grammar_next(&el, &rest))) {
		struct pl name, val;

		if (!el.l)
			continue;
		if (challenge_pair(&name, &val, &el))
			return EBADMSG;
		put(ch, &name, &val);
	}

	return err == ENOENT && ch->realm.p && ch->nonce.l ? 0 : EBADMSG;
}

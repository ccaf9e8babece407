/**
 * @file core/sip/profile.c  Profile
 */
#include "core/sip/profile.h"
#include "core/sip/credentials.h"
#include "core/sip/header.h"
#include "core/sip/leg.h"

enum {
	HEADERS = 256, /* Usual size of header lines [bytes] */
};

int profile_headers(struct transactions *t, const struct origin_params *prm)
{
	struct mbuf *req = mbuf_alloc(HEADERS);
	struct mbuf *rep = mbuf_alloc(HEADERS);
	int err = req && rep ? 0 : ENOMEM;

	if (!err && str_isset(prm->user_agent)) {
		err = header_add(req, "User-Agent", "%s", prm->user_agent);
		err = err ? err
			  : header_add(rep, "Server", "%s", prm->user_agent);
	}
	err = err ? err : leg_add_lines(req, prm->headerv);
	if (!err)
		transactions_set_headers(t, req, rep);
	mem_deref(req);
	mem_deref(rep);
	return err;
}

int profile_credentials(struct credentials **cp, const struct ua_params *prm)
{
	struct credentials_params params = {
		.realm = prm->origin.realm,
		.user = prm->auth_user,
		.password = prm->password,
		.ha1 = prm->ha1,
		.least = prm->sha256_only ? CREDENTIALS_SHA256
					  : CREDENTIALS_MD5,
		.kinds = CREDENTIALS_REGISTER | CREDENTIALS_INITIAL,
		.named = prm->named,
		.told = prm->contact_ha1,
	};
	struct pl pl, user;
	struct credentials *c = NULL;
	char *name = NULL;
	int err = 0;

	if (!prm->password && !prm->ha1)
		return 0;
	if (prm->auth_in_call)
		params.kinds |= CREDENTIALS_DIALOG;

	if (!params.user) {
		pl_set_str(&pl, prm->origin.user);
		if (re_regex(pl.p, pl.l, "sip[s]*:[^@;]+", NULL, &user))
			user = pl;
		err = pl_strdup(&name, &user);
		params.user = name;
	}
	err = err ? err : credentials_alloc(&c, &params);
	mem_deref(name);

	/* The flow is TLS with its name checked, or insecure by hand */
	if (!err) {
		credentials_set_trusted(c, true);
		*cp = c;
	}
	return err;
}

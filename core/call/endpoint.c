/**
 * @file core/call/endpoint.c  Endpoint
 */
#include "core/call/endpoint.h"

enum {
	PRINT_MAX = 256, /* A fingerprint attribute [bytes] */
};

static enum description_setup setup_of(enum transport_setup setup)
{
	return setup == TRANSPORT_ACTIVE    ? DESCRIPTION_SETUP_ACTIVE
	       : setup == TRANSPORT_PASSIVE ? DESCRIPTION_SETUP_PASSIVE
					    : DESCRIPTION_SETUP_NONE;
}

int endpoint_describe(struct offer *o, const struct transport *tp)
{
	const struct transport_local *l = transport_local(tp);
	const char *candv[CANDIDATE_MAX];
	struct offer_transport t = {
		.ufrag = l->ufrag,
		.pwd = l->pwd,
		.candidatev = candv,
		.setup = setup_of(l->setup),
	};
	char print[PRINT_MAX];
	const struct candidate *cand;
	size_t n = 0, i;
	int err = 0;

	(void)re_snprintf(print, sizeof(print), "%H", fingerprint_print,
			  l->fingerprint);
	t.fingerprint = print;
	transport_default(tp, &t.address);

	cand = transport_candidates(tp, &n);
	n = MIN(n, ARRAY_SIZE(candv));
	for (i = 0; i < n && !err; i++) {
		char *text = NULL;

		err = re_sdprintf(&text, "%H", candidate_print, &cand[i]);
		candv[i] = text;
		t.candidatec += !err;
	}

	for (i = 0; i < offer_count(o) || !i; i++) {
		/* All of them, as each may come to carry the others */
		if (!err)
			err = offer_set_transport(o, (unsigned)i, &t);
	}

	for (i = 0; i < t.candidatec; i++)
		mem_deref((char *)(uintptr_t)candv[i]);
	return err;
}

const struct offer_media *endpoint_media(const struct offer *o)
{
	const struct offer_media *om = offer_active(o, OFFER_AUDIO);

	return om ? om : offer_active(o, OFFER_VIDEO);
}

int endpoint_connect(const struct offer *o, struct transport *tp, uint64_t now)
{
	const struct offer_media *om = endpoint_media(o);
	const struct description_media *m;
	char printv[DESCRIPTION_PRINTS][PRINT_MAX];
	const char *pv[DESCRIPTION_PRINTS];
	struct transport_remote r = { .fingerprintv = pv };

	om = om ? offer_media(o, om->transport) : NULL;
	if (!om || !om->remote)
		return ENOENT;

	m = om->remote;
	r.ufrag = m->ufrag;
	r.pwd = m->pwd;
	r.candidatev = m->candidatev;
	r.candidatec = m->candidatec;
	if (sa_set_str(&r.address, m->address, m->port))
		sa_init(&r.address, AF_UNSPEC);
	r.lite = offer_remote(o)->ice_lite;
	for (size_t i = 0; i < m->printc; i++) {
		(void)re_snprintf(printv[i], sizeof(printv[i]), "%s %s",
				  m->printv[i].hash, m->printv[i].value);
		pv[i] = printv[i];
	}
	r.fingerprintc = m->printc;
	r.setup = m->setup == DESCRIPTION_SETUP_ACTIVE	  ? TRANSPORT_ACTIVE
		  : m->setup == DESCRIPTION_SETUP_PASSIVE ? TRANSPORT_PASSIVE
							  : TRANSPORT_ACTPASS;

	return transport_set_remote(tp, &r, now);
}

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

int endpoint_describe(struct offer *o, unsigned index,
		      const struct transport *tp, const struct transport *rtcp)
{
	const struct transport_local *l = transport_local(tp);
	const char *candv[CANDIDATE_MAX];
	struct offer_transport t = {
		.ufrag = l->ufrag,
		.pwd = l->pwd,
		.candidatev = candv,
		.setup = setup_of(l->setup),
		.keyv = l->keyv,
	};
	char print[PRINT_MAX];
	const struct candidate *cand;
	struct sa addr;
	size_t n = 0, i;
	int err = 0;

	(void)re_snprintf(print, sizeof(print), "%H", fingerprint_print,
			  l->fingerprint);
	t.fingerprint = print;
	transport_default(tp, &t.address);
	if (rtcp) {
		transport_default(rtcp, &addr);
		t.rtcp_port = sa_port(&addr);
	}

	cand = transport_candidates(tp, &n);
	n = MIN(n, ARRAY_SIZE(candv));
	for (i = 0; i < n && !err; i++) {
		char *text = NULL;

		err = re_sdprintf(&text, "%H", candidate_print, &cand[i]);
		candv[i] = text;
		t.candidatec += !err;
	}

	if (!err)
		err = offer_set_transport(o, index, &t);

	for (i = 0; i < t.candidatec; i++)
		mem_deref((char *)(uintptr_t)candv[i]);
	return err;
}

int endpoint_begin(struct offer **op, struct transport_params *prm,
		   const struct config *cfg)
{
	enum offer_keying offered = OFFER_DTLS;
	int err = offer_alloc(op, NULL);

	prm->relayonly = config_is(cfg, "ice", "policy", "relay");
	prm->loopback = config_bool(cfg, "ice", "loopback");
	prm->fixed = !config_bool(cfg, "call", "symmetric");
	prm->keys = config_bool(cfg, "call", "insecure_media");
	if (err || !prm->keys)
		return err;

	if (config_is(cfg, "call", "offer", "sdes"))
		offered = OFFER_SDES;
	else if (config_is(cfg, "call", "offer", "rtp"))
		offered = OFFER_BARE;
	offer_set_keying(*op, true, offered);
	return 0;
}

const char *endpoint_keying(const struct offer *o)
{
	const struct offer_media *om = endpoint_media(o);

	return om ? offer_keying_name(om->keying) : NULL;
}

json_t *endpoint_json(const struct offer *o, bool up)
{
	return json_pack("{s:b, s:s?}", "up", (int)up, "keying",
			 endpoint_keying(o));
}

const struct offer_media *endpoint_media(const struct offer *o)
{
	const struct offer_media *om = offer_active(o, OFFER_AUDIO);

	return om ? om : offer_active(o, OFFER_VIDEO);
}

bool endpoint_restarts(const struct offer *o)
{
	const struct offer_media *om = endpoint_media(o);

	return om && om->restart &&
	       *offer_media(o, om->transport)->remote->ufrag;
}

/* RFC 3550 section 11, unless a=rtcp says another (RFC 3605) */
static uint16_t rtcp_port(const struct description_media *m)
{
	return m->rtcp_port ? m->rtcp_port : (uint16_t)(m->port + 1);
}

static enum transport_setup remote_setup(enum description_setup setup)
{
	return setup == DESCRIPTION_SETUP_ACTIVE    ? TRANSPORT_ACTIVE
	       : setup == DESCRIPTION_SETUP_PASSIVE ? TRANSPORT_PASSIVE
						    : TRANSPORT_ACTPASS;
}

int endpoint_connect(const struct offer *o, const struct offer_media *om,
		     struct transport *tp, const struct transport *rtp,
		     uint64_t now)
{
	const struct description_media *m = om->remote;
	char printv[DESCRIPTION_PRINTS][PRINT_MAX];
	const char *pv[DESCRIPTION_PRINTS];
	struct transport_remote r = { .ufrag = "", .fingerprintv = pv };

	r.keying = om->keying == OFFER_SDES   ? TRANSPORT_SDES
		   : om->keying == OFFER_BARE ? TRANSPORT_BARE
					      : TRANSPORT_DTLS;
	r.rx = &om->rx;
	if (rtp && om->keying == OFFER_SDES)
		r.tx = &transport_local(rtp)->keyv[om->rx.suite];
	if (!rtp) {
		r.ufrag = m->ufrag;
		r.pwd = m->pwd;
		r.candidatev = m->candidatev;
		r.candidatec = m->candidatec;
		r.lite = offer_remote(o)->ice_lite;
	}
	if (sa_set_str(&r.address, m->address, rtp ? rtcp_port(m) : m->port))
		sa_init(&r.address, AF_UNSPEC);
	for (size_t i = 0; i < m->printc; i++) {
		(void)re_snprintf(printv[i], sizeof(printv[i]), "%s %s",
				  m->printv[i].hash, m->printv[i].value);
		pv[i] = printv[i];
	}
	r.fingerprintc = m->printc;
	r.setup = remote_setup(m->setup);
	if (rtp) /* As its RTP, however old that is (RFC 5764 section 4.1) */
		r.setup = om->setup == DESCRIPTION_SETUP_ACTIVE
				  ? TRANSPORT_PASSIVE
				  : TRANSPORT_ACTIVE;

	return transport_set_remote(tp, &r, now);
}

/**
 * @file core/net/peer.c  Peer
 */
#include "core/net/peer.h"

static void take_fingerprint(struct peer *p, const char *str)
{
	struct pl pl;

	if (p->fpc == FINGERPRINT_MAX)
		return;

	pl_set_str(&pl, str);
	if (0 == fingerprint_decode(&p->fpv[p->fpc], &pl))
		++p->fpc;
}

static void take_candidate(struct peer *p, const char *str)
{
	struct pl pl;

	pl_set_str(&pl, str);
	if (p->candidatec < CANDIDATE_MAX &&
	    0 == candidate_parse(&p->candidatev[p->candidatec], &pl))
		++p->candidatec;
	else
		++p->unusable;
}

int peer_alloc(struct peer **pp, const struct transport_remote *remote)
{
	struct peer *p;

	p = mem_zalloc(sizeof(*p), NULL);
	if (!p)
		return ENOMEM;

	for (size_t i = 0; i < remote->fingerprintc; i++)
		take_fingerprint(p, remote->fingerprintv[i]);
	for (size_t i = 0; i < remote->candidatec; i++)
		take_candidate(p, remote->candidatev[i]);

	if (!p->fpc && remote->keying == TRANSPORT_DTLS) {
		mem_deref(p);
		return EACCES;
	}

	*pp = p;
	return 0;
}

bool peer_has(const struct peer *p, const struct fingerprint *fpv, size_t fpc)
{
	if (p->fpc != fpc)
		return false;

	for (size_t i = 0; i < fpc; i++) {
		if (p->fpv[i].hash != fpv[i].hash ||
		    memcmp(p->fpv[i].v, fpv[i].v, fpv[i].len))
			return false;
	}

	return true;
}

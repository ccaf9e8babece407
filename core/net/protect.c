/**
 * @file core/net/protect.c  Protect
 *
 * Two sessions of libsrtp, one a direction, each with a template from which
 * it makes a stream for every new SSRC. It does so only after the first
 * packet authenticated, and the list here bounds how many.
 */
#include <srtp2/srtp.h>
#include "core/net/ciphers.h"
#include "core/net/protect.h"

enum {
	PACKET_MIN = 12, /* Header, RFC 3550 section 5.1 [bytes]   */
	REPORT_MIN = 8,	 /* Header, SSRC, RFC 3550 section 6.1     */
	RFC_VERSION = 2, /* In the two highest bits                */
	VERSION_AT = 6,
	PACKET_SSRC = 8, /* Where the SSRC stands */
	REPORT_SSRC = 4,
	ALIGN_MASK = 3, /* libsrtp reads words */
};

struct protect {
	srtp_t tx, rx;
	uint32_t ssrcv[PROTECT_STREAMS]; /* Received, in network order */
	unsigned ssrcc;
	enum sdes_suite suite;
	uint64_t left; /* Of the peer's key [packets] */
	struct protect_stats stats;
};

typedef srtp_err_status_t(apply_h)(srtp_t ctx, void *p, int *len);

static void protect_destructor(void *arg)
{
	struct protect *p = arg;

	if (p->tx)
		(void)srtp_dealloc(p->tx);
	if (p->rx)
		(void)srtp_dealloc(p->rx);
}

/* SRTCP has the long tag even where SRTP has the short one (RFC 4568 6.2.2) */
static void set_suite(srtp_policy_t *policy, enum sdes_suite suite)
{
	srtp_crypto_policy_t *rtp = &policy->rtp, *rtcp = &policy->rtcp;

	switch (suite) {
	case SDES_GCM_256:
		srtp_crypto_policy_set_aes_gcm_256_16_auth(rtp);
		srtp_crypto_policy_set_aes_gcm_256_16_auth(rtcp);
		break;
	case SDES_GCM_128:
		srtp_crypto_policy_set_aes_gcm_128_16_auth(rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(rtcp);
		break;
	case SDES_CM_32:
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(rtcp);
		break;
	default:
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(rtcp);
		break;
	}
}

static int open_session(srtp_t *ctx, srtp_ssrc_type_t type,
			const struct sdes *key)
{
	uint8_t copy[SDES_KEY];
	srtp_policy_t policy;
	srtp_err_status_t status;

	memset(&policy, 0, sizeof(policy));
	memcpy(copy, key->key, sizeof(copy));
	set_suite(&policy, key->suite);
	policy.ssrc.type = type;
	policy.key = copy;
	policy.window_size = PROTECT_WINDOW;

	status = srtp_create(ctx, &policy);
	explicit_bzero(copy, sizeof(copy));
	return status ? EPROTO : 0;
}

int protect_alloc(struct protect **pp, const struct keying_keys *keys)
{
	struct sdes tx = { .suite = SDES_CM_80, .lifetime = SDES_LIFETIME };
	struct sdes rx = tx;
	int err;

	memcpy(tx.key, keys->tx, sizeof(keys->tx));
	memcpy(rx.key, keys->rx, sizeof(keys->rx));
	err = protect_alloc_sdes(pp, &tx, &rx);
	sdes_wipe(&tx);
	sdes_wipe(&rx);
	return err;
}

int protect_alloc_sdes(struct protect **pp, const struct sdes *tx,
		       const struct sdes *rx)
{
	struct protect *p;
	int err;

	err = ciphers_start();
	if (err)
		return err;

	p = mem_zalloc(sizeof(*p), protect_destructor);
	if (!p)
		return ENOMEM;

	p->suite = tx->suite;
	err = open_session(&p->tx, ssrc_any_outbound, tx);
	if (!err)
		err = protect_set_rx(p, rx);

	if (err)
		mem_deref(p);
	else
		*pp = p;

	return err;
}

int protect_set_rx(struct protect *p, const struct sdes *rx)
{
	srtp_t ctx = NULL;
	int err;

	if (rx->suite != p->suite)
		return EINVAL;

	err = open_session(&ctx, ssrc_any_inbound, rx);
	if (err)
		return err;

	if (p->rx)
		(void)srtp_dealloc(p->rx);
	p->rx = ctx;
	p->ssrcc = 0;
	p->left = rx->lifetime;
	return 0;
}

static bool plausible(const struct mbuf *mb, size_t min)
{
	return mbuf_get_left(mb) >= min && mbuf_get_left(mb) <= INT16_MAX &&
	       mbuf_buf(mb)[0] >> VERSION_AT == RFC_VERSION;
}

/* Move the packet to an address that is a multiple of four, and make room
   behind it */
static int prepare(struct mbuf *mb)
{
	size_t off = (uintptr_t)mbuf_buf(mb) & ALIGN_MASK;

	if (off) {
		if (mb->pos < off)
			return EINVAL;

		memmove(mbuf_buf(mb) - off, mbuf_buf(mb), mbuf_get_left(mb));
		mb->pos -= off;
		mb->end -= off;
	}

	if (mb->size - mb->end < PROTECT_TAILROOM)
		return mbuf_resize(mb, mb->end + PROTECT_TAILROOM);

	return 0;
}

static int seal(struct protect *p, struct mbuf *mb, size_t min, apply_h *h)
{
	srtp_err_status_t status;
	int len, err;

	if (!plausible(mb, min))
		return EINVAL;

	err = prepare(mb);
	if (err)
		return err;

	len = (int)mbuf_get_left(mb);
	status = h(p->tx, mbuf_buf(mb), &len);
	if (status == srtp_err_status_replay_fail ||
	    status == srtp_err_status_replay_old)
		return EALREADY;
	if (status)
		return EPROTO;

	mb->end = mb->pos + (size_t)len;
	++p->stats.tx;
	return 0;
}

int protect_seal_packet(struct protect *p, struct mbuf *mb)
{
	return seal(p, mb, PACKET_MIN, srtp_protect);
}

int protect_seal_report(struct protect *p, struct mbuf *mb)
{
	return seal(p, mb, REPORT_MIN, srtp_protect_rtcp);
}

/* Known, or still room for it */
static bool admit(struct protect *p, uint32_t ssrc)
{
	for (unsigned i = 0; i < p->ssrcc; i++) {
		if (p->ssrcv[i] == ssrc)
			return true;
	}

	if (p->ssrcc == PROTECT_STREAMS)
		return false;

	p->ssrcv[p->ssrcc++] = ssrc;
	return true;
}

static int count_failure(struct protect *p, srtp_err_status_t status)
{
	switch (status) {
	case srtp_err_status_auth_fail:
		++p->stats.forged;
		return EACCES;
	case srtp_err_status_replay_fail:
	case srtp_err_status_replay_old:
		++p->stats.replayed;
		return EALREADY;
	default:
		++p->stats.malformed;
		return EBADMSG;
	}
}

static int open_it(struct protect *p, struct mbuf *mb, size_t min,
		   size_t ssrc_at, apply_h *h)
{
	srtp_err_status_t status;
	uint32_t ssrc;
	int len;

	if (!plausible(mb, min) || prepare(mb)) {
		++p->stats.malformed;
		return EBADMSG;
	}

	if (!p->left) {
		++p->stats.expired;
		return EKEYEXPIRED;
	}

	len = (int)mbuf_get_left(mb);
	status = h(p->rx, mbuf_buf(mb), &len);
	if (status)
		return count_failure(p, status);

	mb->end = mb->pos + (size_t)len;
	memcpy(&ssrc, mbuf_buf(mb) + ssrc_at, sizeof(ssrc));
	if (!admit(p, ssrc)) {
		(void)srtp_remove_stream(p->rx, ssrc);
		++p->stats.streams;
		return ENOBUFS;
	}

	++p->stats.rx;
	--p->left;
	return 0;
}

int protect_open_packet(struct protect *p, struct mbuf *mb)
{
	return open_it(p, mb, PACKET_MIN, PACKET_SSRC, srtp_unprotect);
}

int protect_open_report(struct protect *p, struct mbuf *mb)
{
	return open_it(p, mb, REPORT_MIN, REPORT_SSRC, srtp_unprotect_rtcp);
}

const struct protect_stats *protect_stats(const struct protect *p)
{
	return &p->stats;
}

int protect_print(struct re_printf *pf, const struct protect *p)
{
	const struct protect_stats *s = &p->stats;

	return re_hprintf(pf,
			  "%s tx=%llu rx=%llu malformed=%llu forged=%llu "
			  "replayed=%llu streams=%u refused=%llu expired=%llu",
			  sdes_name(p->suite), s->tx, s->rx, s->malformed,
			  s->forged, s->replayed, p->ssrcc, s->streams,
			  s->expired);
}

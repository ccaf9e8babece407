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

static int open_session(srtp_t *ctx, srtp_ssrc_type_t type, const uint8_t *key)
{
	uint8_t copy[KEYING_KEY];
	srtp_policy_t policy;
	srtp_err_status_t status;

	memset(&policy, 0, sizeof(policy));
	memcpy(copy, key, sizeof(copy));
	srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
	srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
	policy.ssrc.type = type;
	policy.key = copy;
	policy.window_size = PROTECT_WINDOW;

	status = srtp_create(ctx, &policy);
	explicit_bzero(copy, sizeof(copy));
	return status ? EPROTO : 0;
}

int protect_alloc(struct protect **pp, const struct keying_keys *keys)
{
	struct protect *p;
	int err;

	err = ciphers_start();
	if (err)
		return err;

	p = mem_zalloc(sizeof(*p), protect_destructor);
	if (!p)
		return ENOMEM;

	err = open_session(&p->tx, ssrc_any_outbound, keys->tx);
	if (!err)
		err = open_session(&p->rx, ssrc_any_inbound, keys->rx);

	if (err)
		mem_deref(p);
	else
		*pp = p;

	return err;
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
			  "tx=%llu rx=%llu malformed=%llu forged=%llu "
			  "replayed=%llu streams=%u refused=%llu",
			  s->tx, s->rx, s->malformed, s->forged, s->replayed,
			  p->ssrcc, s->streams);
}

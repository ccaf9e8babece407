/**
 * @file core/sip/offer_keying.c  Where the keys of an m-line come from
 */
#include <assert.h>
#include "core/sip/offer_keying.h"

const char *offer_keying_name(enum offer_keying keying)
{
	static const char *const namev[] = { "dtls", "sdes", "rtp" };

	assert((size_t)keying < ARRAY_SIZE(namev));
	return namev[keying];
}

static bool is_bare(const struct description_media *m)
{
	return !str_casecmp(m->proto, "RTP/AVP") ||
	       !str_casecmp(m->proto, "RTP/AVPF");
}

/* What an m-line's protocol says of its keys; those that are there although
 * the protocol has none are to be used (RFC 8643) */
static enum offer_keying keying_of(const struct description_media *m)
{
	if (!str_casecmp(m->proto, "RTP/SAVP") ||
	    !str_casecmp(m->proto, "RTP/SAVPF"))
		return OFFER_SDES;
	if (is_bare(m))
		return m->cryptoc ? OFFER_SDES : OFFER_BARE;
	return OFFER_DTLS;
}

/* SHA-1 and older do not bind a key to anybody (RFC 8827 section 6.5) */
static bool has_print(const struct description_media *m)
{
	static const char *const hashv[] = { "sha-256", "sha-384", "sha-512" };

	for (size_t i = 0; i < m->printc; i++) {
		for (size_t k = 0; k < ARRAY_SIZE(hashv); k++) {
			if (!str_casecmp(m->printv[i].hash, hashv[k]))
				return true;
		}
	}

	return false;
}

static const char *match_dtls(const struct description_media *m)
{
	if (!m->printc)
		return m->cryptoc ? "its keys are in the SDP, not DTLS"
				  : "no fingerprint: it is not encrypted";
	return has_print(m) ? "" : "no fingerprint of SHA-256 or better";
}

/* The short tag is for sound (RFC 4568 section 6.2.2) */
static bool suits(const struct sdes *s, const struct description_media *m)
{
	return s->suite != SDES_CM_32 || !str_casecmp(m->type, "audio");
}

static void take_key(struct offer_media *r, const struct layout_local *local,
		     struct sdes *key)
{
	r->rx = *key;
	if (local)
		r->tx = local->keyv[key->suite];
	r->tx.tag = key->tag;
	sdes_wipe(key);
}

/* The suite of an m-line that is up, SDES_SUITES for none: it stays */
static enum sdes_suite suite_of(const struct offer_media *r)
{
	return r && r->active && r->keying == OFFER_SDES ? r->rx.suite
							 : SDES_SUITES;
}

static const char *find_key(struct sdes *key, const struct description_media *m,
			    enum sdes_suite wanted)
{
	const char *why = "no a=crypto: it is not encrypted";

	for (size_t i = 0; i < m->cryptoc; i++) {
		struct pl pl;

		pl_set_str(&pl, m->cryptov[i]);
		if (sdes_decode(key, &pl, &why))
			continue;
		if (suits(key, m) &&
		    (wanted == SDES_SUITES || wanted == key->suite))
			return "";
		sdes_wipe(key);
		why = "a=crypto with a suite for sound";
	}

	return why;
}

/* The first that can be done, as they are in the peer's order; but what there
 * was before goes on, if it can */
static const char *match_offered_keys(struct offer_media *r,
				      const struct description_media *m,
				      const struct layout_local *local,
				      const struct offer_media *before)
{
	struct sdes key;
	const char *why = find_key(&key, m, suite_of(before));

	if (*why && before)
		why = find_key(&key, m, SDES_SUITES);
	if (!*why)
		take_key(r, local, &key);
	return why;
}

/* One of ours, by its tag and suite (RFC 4568 section 5.1.3) */
static const char *match_answered_key(struct offer_media *r,
				      const struct description_media *m,
				      const struct layout_local *local)
{
	const char *why;
	struct sdes key;
	struct pl pl;

	if (m->cryptoc != 1)
		return "not one a=crypto";

	pl_set_str(&pl, m->cryptov[0]);
	if (sdes_decode(&key, &pl, &why))
		return why;
	if (key.tag != (uint32_t)key.suite + 1 || !suits(&key, m)) {
		sdes_wipe(&key);
		return "a=crypto is none of those that were offered";
	}

	take_key(r, local, &key);
	return "";
}

static const char *match_answer(struct layout *l, unsigned i,
				const struct description_media *m)
{
	struct layout_slot *s = l->slotv[i];
	const enum offer_keying got = keying_of(m);

	s->media.keying = l->offered;
	if (l->offered == OFFER_DTLS)
		return match_dtls(m);
	if (l->offered == OFFER_BARE && is_bare(m))
		return ""; /* Keys that nobody asked for */
	if (l->offered != got)
		return "it changes how media are encrypted";

	return match_answered_key(&s->media, m,
				  l->slotv[s->media.transport]->local);
}

static const char *match_offer(struct layout *l, unsigned i,
			       const struct description_media *m,
			       const struct offer_media *before)
{
	struct offer_media *r = &l->slotv[i]->media;
	const char *why = "";

	r->keying = keying_of(m);
	if (m->printc || !l->insecure || r->keying == OFFER_DTLS) {
		r->keying = OFFER_DTLS;
		return match_dtls(m);
	}

	if (r->keying == OFFER_SDES)
		why = match_offered_keys(r, m, l->slotv[r->transport]->local,
					 before);
	if (*why && is_bare(m)) {
		r->keying = OFFER_BARE;
		why = "";
	}
	return why;
}

const char *offer_keying_match(struct layout *l, unsigned i,
			       const struct description_media *m, bool answer,
			       const struct offer_media *before)
{
	const char *why = answer ? match_answer(l, i, m)
				 : match_offer(l, i, m, before);

	if (*why)
		return why;
	if (before && before->keying != l->slotv[i]->media.keying)
		return "it changes how media are encrypted";

	/* Nor is one medium less secret than another */
	for (unsigned k = 0; k < i; k++) {
		const struct offer_media *r = &l->slotv[k]->media;

		if (r->active && r->keying != l->slotv[i]->media.keying)
			return "it is not encrypted like the rest";
	}
	return "";
}

/* Feedback needs the profile with F (RFC 4585, RFC 5124), which those who have
 * no DTLS refuse, the picture with it. What they know of feedback they tell
 * and use without, all the same. What the peer has agreed to stays */
const char *offer_keying_proto(const struct layout *l,
			       const struct layout_slot *s)
{
	static const char *const protov[] = {
		[OFFER_DTLS] = "UDP/TLS/RTP/SAVPF",
		[OFFER_SDES] = "RTP/SAVP",
		[OFFER_BARE] = "RTP/AVP",
	};

	if (s->media.active && s->media.keying != OFFER_DTLS)
		return s->media.remote->proto;
	return protov[l->offered];
}

static int write(struct description *d, struct description_media *m,
		 const struct sdes *key)
{
	char line[SDES_LINE];

	if (re_snprintf(line, sizeof(line), "%H", sdes_print, key) < 0)
		return ENOMEM;

	m->cryptov[m->cryptoc] = description_text(d, "%s", line);
	explicit_bzero(line, sizeof(line));
	return m->cryptov[m->cryptoc++] ? 0 : ENOMEM;
}

static bool is_key(const struct sdes *key)
{
	return key->lifetime != 0;
}

int offer_keying_write_offer(struct description *d, struct description_media *m,
			     const struct layout_slot *s)
{
	const enum sdes_suite only = suite_of(&s->media);
	int err = 0;

	for (size_t i = 0; !err && i < ARRAY_SIZE(s->local->keyv); i++) {
		const struct sdes *key = &s->local->keyv[i];

		if (!is_key(key))
			return EINVAL;
		if (suits(key, m) &&
		    (only == SDES_SUITES || only == key->suite))
			err = write(d, m, key);
	}

	return err;
}

int offer_keying_write_answer(struct description *d,
			      struct description_media *m,
			      const struct offer_media *r)
{
	return is_key(&r->tx) ? write(d, m, &r->tx) : EINVAL;
}

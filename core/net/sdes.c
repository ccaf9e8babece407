/**
 * @file core/net/sdes.c  SDES
 *
 * A cursor over the line, by the grammar of RFC 4568 section 9.1 and 9.2:
 *
 *     TAG SUITE inline:KEY["|"["2^"]LIFETIME]["|"MKI":"LENGTH] *(PARAMETER)
 */
#include <mbedtls/base64.h>
#include "core/base/entropy.h"
#include "core/net/sdes.h"

enum {
	TAG_DIGITS = 9,	      /* RFC 4568 section 9.1              */
	BASE64_MAX = 60,      /* Of SDES_KEY bytes                 */
	BASE64_GROUP = 3,     /* Bytes that are four letters       */
	LIFETIME_DIGITS = 15, /* Of 2^48                           */
	POWER_MAX = 48,	      /* RFC 3711 section 9.2              */
	MKI_DIGITS = 128,     /* Of a number of 128 bytes, at most;
				 RFC 4568 section 6.1              */
	WSH_MIN = 64,	      /* RFC 4568 section 6.3.7            */
	WSH_DIGITS = 9,	      /* Ours                              */
};

static const struct {
	const char *name;
	size_t size; /* Key and salt [bytes] */
} suitev[SDES_SUITES] = {
	[SDES_GCM_256] = { "AEAD_AES_256_GCM", 44 },
	[SDES_GCM_128] = { "AEAD_AES_128_GCM", 28 },
	[SDES_CM_80] = { "AES_CM_128_HMAC_SHA1_80", 30 },
	[SDES_CM_32] = { "AES_CM_128_HMAC_SHA1_32", 30 },
};

/* Up to the next blank; false when there is nothing */
static bool word(struct pl *rest, struct pl *w)
{
	while (rest->l && (*rest->p == ' ' || *rest->p == '\t'))
		pl_advance(rest, 1);

	*w = *rest;
	for (w->l = 0; w->l < rest->l; w->l++) {
		if (w->p[w->l] == ' ' || w->p[w->l] == '\t')
			break;
	}

	pl_advance(rest, (ssize_t)w->l);
	return w->l != 0;
}

/* Up to a letter, and over it; all of it when the letter is not there */
static struct pl cut(struct pl *rest, char at)
{
	struct pl part = *rest;
	const char *end = pl_strchr(rest, at);

	if (end)
		part.l = (size_t)(end - rest->p);

	pl_advance(rest, (ssize_t)(part.l + (end ? 1 : 0)));
	return part;
}

static bool starts(struct pl *rest, const char *with)
{
	size_t n = strlen(with);

	if (rest->l < n || strncasecmp(rest->p, with, n) != 0)
		return false;

	pl_advance(rest, (ssize_t)n);
	return true;
}

/* Digits and nothing else, not 0 */
static bool number(const struct pl *pl, size_t digits, uint64_t *np)
{
	uint64_t n = 0;

	if (!pl->l || pl->l > digits)
		return false;

	for (size_t i = 0; i < pl->l; i++) {
		if (pl->p[i] < '0' || pl->p[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(pl->p[i] - '0');
	}

	*np = n;
	return n != 0;
}

/* The one text that these bytes have in base64 (RFC 4648 section 3.5) */
static bool key_of(struct sdes *s, const struct pl *text)
{
	uint8_t key[SDES_KEY + BASE64_GROUP], again[BASE64_MAX + 1];
	const size_t size = suitev[s->suite].size;
	size_t n = 0, len = 0;
	bool ok;

	ok = text->l <= BASE64_MAX &&
	     !mbedtls_base64_decode(key, sizeof(key), &n,
				    (const uint8_t *)text->p, text->l) &&
	     n == size &&
	     !mbedtls_base64_encode(again, sizeof(again), &len, key, n) &&
	     len == text->l && memcmp(again, text->p, len) == 0;
	if (ok)
		memcpy(s->key, key, size);

	explicit_bzero(key, sizeof(key));
	explicit_bzero(again, sizeof(again));
	return ok;
}

static bool lifetime_of(struct sdes *s, struct pl text)
{
	uint64_t n;

	if (!starts(&text, "2^"))
		return number(&text, LIFETIME_DIGITS, &s->lifetime) &&
		       s->lifetime <= SDES_LIFETIME;
	if (!number(&text, 2, &n) || n > POWER_MAX)
		return false;

	s->lifetime = UINT64_C(1) << n;
	return true;
}

/* What follows the key. @return 0, EBADMSG, ENOTSUP */
static int more_of(struct sdes *s, struct pl *rest, const char **whyp)
{
	struct pl part = cut(rest, '|'), mki;
	uint64_t n;

	*whyp = "the key's lifetime is none";
	if (!pl_strchr(&part, ':')) {
		if (!lifetime_of(s, part))
			return EBADMSG;
		if (part.p + part.l == rest->p)
			return 0;
		part = cut(rest, '|');
	}

	*whyp = "the key's MKI is none";
	mki = cut(&part, ':');
	for (size_t i = 0; i < mki.l; i++) {
		if (mki.p[i] < '0' || mki.p[i] > '9')
			return EBADMSG;
	}
	if (!mki.l || mki.l > 2 * MKI_DIGITS || rest->l ||
	    !number(&part, 3, &n) || n > MKI_DIGITS)
		return EBADMSG;

	*whyp = "keys with an MKI are not done";
	return ENOTSUP;
}

static int keys_of(struct sdes *s, struct pl text, const char **whyp)
{
	struct pl key;

	if (pl_strchr(&text, ';')) {
		*whyp = "more keys than one are not done";
		return ENOTSUP;
	}
	if (!starts(&text, "inline:")) {
		*whyp = "the key is not inline";
		return EBADMSG;
	}

	key = cut(&text, '|');
	if (!key_of(s, &key)) {
		*whyp = "the key is not base64 of the suite's length";
		return EBADMSG;
	}

	/* Only behind a bar is there more, if it be nothing */
	return key.p + key.l == text.p ? 0 : more_of(s, &text, whyp);
}

static int parameter(struct pl text, const char **whyp)
{
	uint64_t n;

	if (*text.p == '-') /* May be passed over, section 6.3.8 */
		return 0;
	if (starts(&text, "WSH=")) {
		*whyp = "WSH is no number from 64 on";
		return number(&text, WSH_DIGITS, &n) && n >= WSH_MIN ? 0
								     : EBADMSG;
	}

	*whyp = "a session parameter that is not done: SRTP is encrypted and "
		"authenticated, with one key";
	return ENOTSUP;
}

static bool suite_of(struct sdes *s, const struct pl *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(suitev); i++) {
		if (!pl_strcasecmp(name, suitev[i].name)) {
			s->suite = (enum sdes_suite)i;
			return true;
		}
	}

	return false;
}

static int decode(struct sdes *s, struct pl rest, const char **whyp)
{
	struct pl tag, suite, key, param;
	uint64_t n;
	int err;

	*whyp = "not a tag, a suite and a key";
	if (!word(&rest, &tag) || !word(&rest, &suite) || !word(&rest, &key) ||
	    !number(&tag, TAG_DIGITS, &n))
		return EBADMSG;
	s->tag = (uint32_t)n;
	s->lifetime = SDES_LIFETIME;

	*whyp = "a suite that is not done";
	if (!suite_of(s, &suite))
		return ENOTSUP;

	err = keys_of(s, key, whyp);
	while (!err && word(&rest, &param))
		err = parameter(param, whyp);

	return err;
}

int sdes_decode(struct sdes *s, const struct pl *text, const char **whyp)
{
	int err;

	memset(s, 0, sizeof(*s));
	err = decode(s, *text, whyp);
	if (err)
		sdes_wipe(s);
	else
		*whyp = "";
	return err;
}

void sdes_make(struct sdes *s, uint32_t tag, enum sdes_suite suite)
{
	memset(s, 0, sizeof(*s));
	s->tag = tag;
	s->suite = suite;
	s->lifetime = SDES_LIFETIME;
	entropy_bytes(s->key, suitev[suite].size);
}

int sdes_print(struct re_printf *pf, const struct sdes *s)
{
	uint8_t text[BASE64_MAX + 1];
	size_t n = 0;
	int err;

	if (mbedtls_base64_encode(text, sizeof(text), &n, s->key,
				  suitev[s->suite].size))
		return EPROTO;

	err = re_hprintf(pf, "%u %s inline:%b", s->tag, suitev[s->suite].name,
			 text, n);
	explicit_bzero(text, sizeof(text));
	return err;
}

size_t sdes_size(enum sdes_suite suite)
{
	return suitev[suite].size;
}

const char *sdes_name(enum sdes_suite suite)
{
	return suitev[suite].name;
}

bool sdes_same(const struct sdes *a, const struct sdes *b)
{
	uint8_t differ = 0;

	for (size_t i = 0; i < SDES_KEY; i++)
		differ |= a->key[i] ^ b->key[i];

	return a->suite == b->suite && !differ;
}

void sdes_wipe(struct sdes *s)
{
	explicit_bzero(s->key, sizeof(s->key));
}

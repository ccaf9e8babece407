/**
 * @file core/net/fingerprint.c  Fingerprint
 */
#include <assert.h>
#include <mbedtls/md.h>
#include "core/net/fingerprint.h"

static const struct hash {
	enum fingerprint_hash hash;
	const char *name; /* IANA "Hash Function Textual Names" */
	mbedtls_md_type_t md;
	size_t len; /* [bytes] */
} hashv[] = {
	{ FINGERPRINT_SHA256, "sha-256", MBEDTLS_MD_SHA256, 32 },
	{ FINGERPRINT_SHA384, "sha-384", MBEDTLS_MD_SHA384, 48 },
	{ FINGERPRINT_SHA512, "sha-512", MBEDTLS_MD_SHA512, 64 },
};

static const struct hash *hash_by_name(const struct pl *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(hashv); i++) {
		if (0 == pl_strcasecmp(name, hashv[i].name))
			return &hashv[i];
	}

	return NULL;
}

static const struct hash *hash_by_id(enum fingerprint_hash hash)
{
	for (size_t i = 0; i < ARRAY_SIZE(hashv); i++) {
		if (hash == hashv[i].hash)
			return &hashv[i];
	}

	return NULL;
}

static bool hex_digit(char c, uint8_t *v)
{
	if (c >= '0' && c <= '9')
		*v = (uint8_t)(c - '0');
	else if (c >= 'A' && c <= 'F')
		*v = (uint8_t)(c - 'A' + 10);
	else if (c >= 'a' && c <= 'f')
		*v = (uint8_t)(c - 'a' + 10);
	else
		return false;

	return true;
}

/* "4A:AD:..." of exactly len bytes */
static int decode_bytes(uint8_t *v, size_t len, const struct pl *pl)
{
	if (pl->l != 3 * len - 1)
		return EBADMSG;

	for (size_t i = 0; i < len; i++) {
		const char *p = pl->p + 3 * i;
		uint8_t hi, lo;

		if (!hex_digit(p[0], &hi) || !hex_digit(p[1], &lo))
			return EBADMSG;
		if (i + 1 < len && p[2] != ':')
			return EBADMSG;

		v[i] = (uint8_t)(hi << 4 | lo);
	}

	return 0;
}

int fingerprint_decode(struct fingerprint *fp, const struct pl *pl)
{
	const struct hash *hash;
	struct pl name, value;
	const char *space;

	space = pl_strchr(pl, ' ');
	if (!space || space == pl->p)
		return EBADMSG;

	name.p = pl->p;
	name.l = (size_t)(space - pl->p);
	value.p = space + 1;
	value.l = pl->l - name.l - 1;

	hash = hash_by_name(&name);
	if (!hash)
		return ENOTSUP;

	memset(fp, 0, sizeof(*fp));
	fp->hash = hash->hash;
	fp->len = hash->len;

	return decode_bytes(fp->v, hash->len, &value);
}

int fingerprint_make(struct fingerprint *fp, enum fingerprint_hash id,
		     const uint8_t *der, size_t len)
{
	const struct hash *hash = hash_by_id(id);
	const mbedtls_md_info_t *info;

	if (!hash)
		return ENOTSUP;

	info = mbedtls_md_info_from_type(hash->md);
	if (!info)
		return ENOTSUP;

	memset(fp, 0, sizeof(*fp));
	fp->hash = id;
	fp->len = hash->len;

	return mbedtls_md(info, der, len, fp->v) ? ENOTSUP : 0;
}

bool fingerprint_match(const struct fingerprint *fpv, size_t fpc,
		       const uint8_t *der, size_t len)
{
	enum fingerprint_hash strongest = FINGERPRINT_NONE;
	struct fingerprint own;

	for (size_t i = 0; i < fpc; i++) {
		if (fpv[i].hash > strongest)
			strongest = fpv[i].hash;
	}

	if (strongest == FINGERPRINT_NONE)
		return false;
	if (fingerprint_make(&own, strongest, der, len))
		return false;

	for (size_t i = 0; i < fpc; i++) {
		if (fpv[i].hash == strongest &&
		    0 == memcmp(fpv[i].v, own.v, own.len))
			return true;
	}

	return false;
}

int fingerprint_print(struct re_printf *pf, const struct fingerprint *fp)
{
	const struct hash *hash = hash_by_id(fp->hash);
	int err;

	if (!hash)
		return re_hprintf(pf, "none");

	err = re_hprintf(pf, "%s ", hash->name);
	for (size_t i = 0; i < hash->len; i++)
		err |= re_hprintf(pf, "%s%02X", i ? ":" : "", fp->v[i]);

	return err;
}

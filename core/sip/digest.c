/**
 * @file core/sip/digest.c  Digest
 */
#include <errno.h>
#include <mbedtls/md.h>
#include <mbedtls/platform_util.h>
#include "core/sip/digest.h"

enum {
	HASH_MAX = 32,	/* SHA-256 [bytes]        */
	NC_SIZE = 9,	/* RFC 7616 section 3.4   */
	MD5_BYTES = 16, /* RFC 1321               */
};

static const struct digest_algorithm algorithmv[] = {
	{ "MD5", DIGEST_MD5, false },
	{ "SHA-256", DIGEST_SHA256, false },
	{ "MD5-sess", DIGEST_MD5, true },
	{ "SHA-256-sess", DIGEST_SHA256, true },
};

const struct digest_algorithm *digest_find(const struct pl *name)
{
	if (!name->p)
		return &algorithmv[0];

	for (size_t i = 0; i < ARRAY_SIZE(algorithmv); i++) {
		if (!pl_strcasecmp(name, algorithmv[i].name))
			return &algorithmv[i];
	}

	return NULL;
}

size_t digest_len(enum digest_hash hash)
{
	return (size_t)(hash == DIGEST_MD5 ? MD5_BYTES : HASH_MAX) * 2;
}

static int feed(mbedtls_md_context_t *md, const char *const *strv, size_t strc)
{
	int n = mbedtls_md_starts(md);

	for (size_t i = 0; i < strc && !n; i++) {
		if (i)
			n = mbedtls_md_update(md, (const uint8_t *)":", 1);
		if (!n)
			n = mbedtls_md_update(md, (const uint8_t *)strv[i],
					      strlen(strv[i]));
	}

	return n;
}

int digest_hash(char out[DIGEST_SIZE], enum digest_hash hash,
		const char *const *strv, size_t strc)
{
	const mbedtls_md_info_t *info = mbedtls_md_info_from_type(
		hash == DIGEST_MD5 ? MBEDTLS_MD_MD5 : MBEDTLS_MD_SHA256);
	mbedtls_md_context_t md;
	uint8_t bin[HASH_MAX];
	int n;

	mbedtls_md_init(&md);
	n = mbedtls_md_setup(&md, info, 0);
	if (!n)
		n = feed(&md, strv, strc);
	if (!n)
		n = mbedtls_md_finish(&md, bin);
	mbedtls_md_free(&md);
	if (n)
		return EPROTO;

	(void)re_snprintf(out, DIGEST_SIZE, "%w", bin, digest_len(hash) / 2);
	mbedtls_platform_zeroize(bin, sizeof(bin));
	return 0;
}

int digest_response(char out[DIGEST_SIZE], const struct digest_input *in)
{
	const enum digest_hash hash = in->algorithm->hash;
	char ha1[DIGEST_SIZE], ha2[DIGEST_SIZE], nc[NC_SIZE];
	const char *const a1v[] = { in->ha1, in->nonce, in->cnonce };
	const char *const a2v[] = { in->method, in->uri };
	const char *const oldv[] = { ha1, in->nonce, ha2 };
	const char *const newv[] = {
		ha1, in->nonce, nc, in->cnonce, "auth", ha2
	};
	int err = 0;

	(void)re_snprintf(nc, sizeof(nc), "%08x", in->nc);
	if (in->algorithm->sess && in->cnonce)
		err = digest_hash(ha1, hash, a1v, ARRAY_SIZE(a1v));
	else
		(void)str_ncpy(ha1, in->ha1, sizeof(ha1));

	if (!err)
		err = digest_hash(ha2, hash, a2v, ARRAY_SIZE(a2v));
	if (!err && in->cnonce)
		err = digest_hash(out, hash, newv, ARRAY_SIZE(newv));
	else if (!err)
		err = digest_hash(out, hash, oldv, ARRAY_SIZE(oldv));

	mbedtls_platform_zeroize(ha1, sizeof(ha1));
	return err;
}

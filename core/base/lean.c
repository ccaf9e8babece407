/**
 * @file core/base/lean.c  Lean
 */
#include <signal.h>
#include <stdarg.h>
#include <mbedtls/md.h>
#include "core/base/entropy.h"
#include "core/base/lean.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz"
			       "0123456789";

int openssl_init(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	return 0;
}

void openssl_close(void)
{
}

/* --- Digests */

void hmac_sha1(const uint8_t *k, size_t lk, const uint8_t *d, size_t ld,
	       uint8_t *out, size_t t)
{
	(void)t;
	(void)mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA1), k, lk,
			      d, ld, out);
}

void md5(const uint8_t *d, size_t n, uint8_t *md)
{
	(void)mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_MD5), d, n, md);
}

int md5_printf(uint8_t *md, const char *fmt, ...)
{
	struct mbuf mb;
	va_list ap;
	int err;

	mbuf_init(&mb);
	va_start(ap, fmt);
	err = mbuf_vprintf(&mb, fmt, ap);
	va_end(ap);

	if (!err)
		md5(mb.buf, mb.end, md);

	mbuf_reset(&mb);
	return err;
}

/* The reflected polynomial of ISO 3309, a bit at a time: STUN messages are
   short and few */
uint32_t crc32(uint32_t crc, const void *buf, uint32_t size)
{
	static const uint32_t polynomial = 0xedb88320;
	const uint8_t *p = buf;

	crc = ~crc;
	while (size--) {
		crc ^= *p++;
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ polynomial : crc >> 1;
	}

	return ~crc;
}

/* --- Randomness */

void rand_init(void)
{
}

void rand_bytes(uint8_t *p, size_t size)
{
	entropy_bytes(p, size);
}

uint16_t rand_u16(void)
{
	return (uint16_t)entropy_u32();
}

uint32_t rand_u32(void)
{
	return entropy_u32();
}

uint64_t rand_u64(void)
{
	uint64_t v;

	entropy_bytes(&v, sizeof(v));
	return v;
}

char rand_char(void)
{
	return alphabet[entropy_between(0, sizeof(alphabet) - 2)];
}

void rand_str(char *str, size_t size)
{
	if (!size)
		return;

	while (--size)
		*str++ = rand_char();
	*str = '\0';
}

/**
 * @file tests/loop/support/pki.c  Certificates for tests
 */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <mbedtls/asn1write.h>
#include <mbedtls/ecp.h>
#include <mbedtls/oid.h>
#include "tests/unit/test.h"
#include "tests/loop/support/pki.h"

enum {
	DAY = 86400,
	SAN_MAX = 512,
	TIME_SIZE = 15,
};

static void stamp(char text[TIME_SIZE], long days)
{
	time_t t = time(NULL) + days * DAY;
	struct tm tm;

	(void)gmtime_r(&t, &tm);
	(void)strftime(text, TIME_SIZE, "%Y%m%d%H%M%S", &tm);
}

/* mbedTLS writes DER from the end */
static int write_name(uint8_t **p, uint8_t *start, const char *word)
{
	const uint8_t *v = (const uint8_t *)word + 2;
	size_t n = strlen(word + 2);
	uint8_t tag = 0x82;
	struct sa a;
	int len;

	if (word[0] == 'I') {
		assert_int_equal(sa_set_str(&a, word + 2, 0), 0);
		tag = 0x87;
		n = sa_af(&a) == AF_INET ? 4 : 16;
		v = n == 4 ? (const uint8_t *)&a.u.in.sin_addr
			   : (const uint8_t *)&a.u.in6.sin6_addr;
	}

	len = mbedtls_asn1_write_raw_buffer(p, start, v, n);
	len += mbedtls_asn1_write_len(p, start, n);
	len += mbedtls_asn1_write_tag(p, start, tag);
	assert_true(len > 0);
	return len;
}

static void set_san(mbedtls_x509write_cert *w, const char *san)
{
	uint8_t der[SAN_MAX], *p = der + sizeof(der);
	char copy[SAN_MAX], *word, *save;
	int len = 0;

	str_ncpy(copy, san, sizeof(copy));
	for (word = strtok_r(copy, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		len += write_name(&p, der, word);

	len += mbedtls_asn1_write_len(&p, der, (size_t)len);
	len += mbedtls_asn1_write_tag(&p, der, 0x30);
	assert_int_equal(mbedtls_x509write_crt_set_extension(
				 w, MBEDTLS_OID_SUBJECT_ALT_NAME,
				 MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME),
				 0, p, (size_t)len),
			 0);
}

static void set_client_only(mbedtls_x509write_cert *w)
{
	/* SEQUENCE { id-kp-clientAuth }, RFC 5280 section 4.2.1.12 */
	static const uint8_t der[] = { 0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06,
				       0x01, 0x05, 0x05, 0x07, 0x03, 0x02 };

	assert_int_equal(
		mbedtls_x509write_crt_set_extension(
			w, MBEDTLS_OID_EXTENDED_KEY_USAGE,
			MBEDTLS_OID_SIZE(MBEDTLS_OID_EXTENDED_KEY_USAGE), 0,
			der, sizeof(der)),
		0);
}

static void fill(mbedtls_x509write_cert *w, struct pki *p,
		 const struct pki_params *prm)
{
	struct pki *issuer = prm->issuer ? prm->issuer : p;
	char from[TIME_SIZE], to[TIME_SIZE];
	uint8_t serial[8] = { 1 };

	stamp(from, -1);
	stamp(to, 365);
	mbed_random(NULL, serial + 1, sizeof(serial) - 1);
	mbedtls_x509write_crt_set_version(w, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(w, prm->sha1 ? MBEDTLS_MD_SHA1
						      : MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_subject_key(w, &p->key);
	mbedtls_x509write_crt_set_issuer_key(w, &issuer->key);
	assert_int_equal(mbed_set_serial(w, serial, sizeof(serial)), 0);
	assert_int_equal(mbedtls_x509write_crt_set_subject_name(w, p->name), 0);
	assert_int_equal(mbedtls_x509write_crt_set_issuer_name(w, issuer->name),
			 0);
	assert_int_equal(mbedtls_x509write_crt_set_validity(
				 w, prm->from ? prm->from : from,
				 prm->to ? prm->to : to),
			 0);
	assert_int_equal(
		mbedtls_x509write_crt_set_basic_constraints(w, prm->ca, -1), 0);
	if (prm->san)
		set_san(w, prm->san);
	if (prm->client)
		set_client_only(w);
}

void pki_make(struct pki *p, const struct pki_params *prm)
{
	mbedtls_x509write_cert w;

	assert_int_equal(mbed_init(), 0);
	memset(p, 0, sizeof(*p));
	(void)re_snprintf(p->name, sizeof(p->name), "CN=%s",
			  prm->cn ? prm->cn : "test");
	mbedtls_x509_crt_init(&p->crt);
	mbedtls_pk_init(&p->key);
	assert_int_equal(mbedtls_pk_setup(&p->key, mbedtls_pk_info_from_type(
							   MBEDTLS_PK_ECKEY)),
			 0);
	assert_int_equal(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1,
					     mbedtls_pk_ec(p->key), mbed_random,
					     NULL),
			 0);

	mbedtls_x509write_crt_init(&w);
	fill(&w, p, prm);
	assert_int_equal(mbedtls_x509write_crt_pem(&w, (uint8_t *)p->pem,
						   sizeof(p->pem), mbed_random,
						   NULL),
			 0);
	mbedtls_x509write_crt_free(&w);
	assert_int_equal(mbedtls_x509_crt_parse(&p->crt,
						(const uint8_t *)p->pem,
						strlen(p->pem) + 1),
			 0);
}

void pki_free(struct pki *p)
{
	mbedtls_x509_crt_free(&p->crt);
	mbedtls_pk_free(&p->key);
}

void pki_write(char *path, size_t size, const struct pki *a,
	       const struct pki *b)
{
	ssize_t n;
	int fd;

	(void)re_snprintf(path, size, "/tmp/boardphone-test-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	n = write(fd, a->pem, strlen(a->pem));
	assert_int_equal(n, strlen(a->pem));
	if (b) {
		n = write(fd, b->pem, strlen(b->pem));
		assert_int_equal(n, strlen(b->pem));
	}
	(void)close(fd);
}

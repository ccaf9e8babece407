/**
 * @file core/net/mbed.c  Mbed
 */
#include <assert.h>
#include <mbedtls/error.h>
#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>
#include <mbedtls/version.h>
#include "core/base/entropy.h"
#include "core/net/mbed.h"

enum {
	TEXT_MAX = 128, /* An error's text [bytes], ours */
};

#define MBED_3 (MBEDTLS_VERSION_NUMBER >= 0x03000000)

#if MBED_3
#include <psa/crypto.h>
#endif

/* CBC, static RSA and SHA-1 are left out: RFC 9325 section 4.2 */
static const int cipher_suites[] = {
#if MBED_3 && defined(MBEDTLS_SSL_PROTO_TLS1_3)
	MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
	MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
#endif
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	0,
};

#if MBED_3
static const uint16_t groups[] = {
	MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
	MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
	MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1,
	MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1,
	MBEDTLS_SSL_IANA_TLS_GROUP_NONE,
};
#else
static const mbedtls_ecp_group_id curves[] = {
	MBEDTLS_ECP_DP_CURVE25519, MBEDTLS_ECP_DP_SECP256R1,
	MBEDTLS_ECP_DP_SECP384R1,  MBEDTLS_ECP_DP_SECP521R1,
	MBEDTLS_ECP_DP_NONE,
};
#endif

int mbed_random(void *unused, unsigned char *buf, size_t len)
{
	(void)unused;

	entropy_bytes(buf, len);
	return 0;
}

int mbed_print(struct re_printf *pf, const int *ret)
{
	char text[TEXT_MAX];

	mbedtls_strerror(*ret, text, sizeof(text));
	return re_hprintf(pf, "%s", text);
}

#if MBED_3
static void export_cb(void *arg, mbedtls_ssl_key_export_type type,
		      const unsigned char *master, size_t len,
		      const unsigned char client[MBED_RANDOM_LEN],
		      const unsigned char server[MBED_RANDOM_LEN],
		      mbedtls_tls_prf_types prf)
{
	struct mbed_secret secret = { master, len, client, server, prf };
	struct mbed_export *ex = arg;

	if (type == MBEDTLS_SSL_KEY_EXPORT_TLS12_MASTER_SECRET)
		ex->h(&secret, ex->arg);
}
#else
enum {
	MASTER_LEN = 48, /* RFC 5246 section 8.1 [bytes] */
};

static int export_cb(void *arg, const unsigned char *master,
		     const unsigned char *keys, size_t maclen, size_t keylen,
		     size_t ivlen, const unsigned char client[MBED_RANDOM_LEN],
		     const unsigned char server[MBED_RANDOM_LEN],
		     mbedtls_tls_prf_types prf)
{
	struct mbed_secret secret = { master, MASTER_LEN, client, server, prf };
	struct mbed_export *ex = arg;
	(void)keys;
	(void)maclen;
	(void)keylen;
	(void)ivlen;

	ex->h(&secret, ex->arg);
	return 0;
}
#endif

void mbed_export_secret(mbedtls_ssl_config *conf, mbedtls_ssl_context *ssl,
			struct mbed_export *ex)
{
	assert(ex->h);

#if MBED_3
	(void)conf;
	mbedtls_ssl_set_export_keys_cb(ssl, export_cb, ex);
#else
	(void)ssl;
	mbedtls_ssl_conf_export_keys_ext_cb(conf, export_cb, ex);
#endif
}

void mbed_only_12(mbedtls_ssl_config *conf)
{
#if MBED_3
	mbedtls_ssl_conf_min_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_max_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_2);
#else
	mbedtls_ssl_conf_min_version(conf, MBEDTLS_SSL_MAJOR_VERSION_3,
				     MBEDTLS_SSL_MINOR_VERSION_3);
	mbedtls_ssl_conf_max_version(conf, MBEDTLS_SSL_MAJOR_VERSION_3,
				     MBEDTLS_SSL_MINOR_VERSION_3);
#endif
}

void mbed_prefer_p256(mbedtls_ssl_config *conf)
{
#if MBED_3
	static const uint16_t p256_first[] = {
		MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
		MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
		MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1,
		MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1,
		MBEDTLS_SSL_IANA_TLS_GROUP_NONE,
	};

	mbedtls_ssl_conf_groups(conf, p256_first);
#else
	static const mbedtls_ecp_group_id p256_first[] = {
		MBEDTLS_ECP_DP_SECP256R1, MBEDTLS_ECP_DP_CURVE25519,
		MBEDTLS_ECP_DP_SECP384R1, MBEDTLS_ECP_DP_SECP521R1,
		MBEDTLS_ECP_DP_NONE,
	};

	mbedtls_ssl_conf_curves(conf, p256_first);
#endif
}

mbedtls_ssl_srtp_profile mbed_srtp_profile(const mbedtls_ssl_context *ssl)
{
	mbedtls_dtls_srtp_info info;

	mbedtls_ssl_get_dtls_srtp_negotiation_result(ssl, &info);
#if MBED_3
	return info.MBEDTLS_PRIVATE(chosen_dtls_srtp_profile);
#else
	return info.chosen_dtls_srtp_profile;
#endif
}

int mbed_set_serial(mbedtls_x509write_cert *w, uint8_t *v, size_t len)
{
#if MBED_3
	return mbedtls_x509write_crt_set_serial_raw(w, v, len);
#else
	mbedtls_mpi serial;
	int ret;

	mbedtls_mpi_init(&serial);
	ret = mbedtls_mpi_read_binary(&serial, v, len);
	if (!ret)
		ret = mbedtls_x509write_crt_set_serial(w, &serial);
	mbedtls_mpi_free(&serial);
	return ret;
#endif
}

int mbed_parse_key(mbedtls_pk_context *pk, const uint8_t *pem, size_t len)
{
#if MBED_3
	return mbedtls_pk_parse_key(pk, pem, len, NULL, 0, mbed_random, NULL);
#else
	return mbedtls_pk_parse_key(pk, pem, len, NULL, 0);
#endif
}

bool mbed_is_p256(const mbedtls_pk_context *pk)
{
	if (!mbedtls_pk_can_do(pk, MBEDTLS_PK_ECKEY))
		return false;

#if MBED_3
	return mbedtls_ecp_keypair_get_group_id(mbedtls_pk_ec(*pk)) ==
	       MBEDTLS_ECP_DP_SECP256R1;
#else
	return mbedtls_pk_ec(*pk)->grp.id == MBEDTLS_ECP_DP_SECP256R1;
#endif
}

bool mbed_is_pair(mbedtls_x509_crt *crt, mbedtls_pk_context *key)
{
#if MBED_3
	return 0 == mbedtls_pk_check_pair(&crt->pk, key, mbed_random, NULL);
#else
	return 0 == mbedtls_pk_check_pair(&crt->pk, key);
#endif
}

int mbed_init(void)
{
#if MBED_3
	/* TLS 1.3 computes with PSA, in 3.6 also the default build */
	if (psa_crypto_init() != PSA_SUCCESS)
		return EPROTO;
#endif
	return 0;
}

void mbed_conf_policy(mbedtls_ssl_config *conf)
{
	mbedtls_ssl_conf_rng(conf, mbed_random, NULL);
	mbedtls_ssl_conf_ciphersuites(conf, cipher_suites);
#if MBED_3
	mbedtls_ssl_conf_min_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_groups(conf, groups);
#else
	mbedtls_ssl_conf_min_version(conf, MBEDTLS_SSL_MAJOR_VERSION_3,
				     MBEDTLS_SSL_MINOR_VERSION_3);
	mbedtls_ssl_conf_curves(conf, curves);
#endif
	mbedtls_ssl_conf_renegotiation(conf,
				       MBEDTLS_SSL_RENEGOTIATION_DISABLED);
}

bool mbed_is_up(const mbedtls_ssl_context *ssl)
{
#if MBED_3
	return mbedtls_ssl_is_handshake_over((mbedtls_ssl_context *)ssl);
#else
	return ssl->state == MBEDTLS_SSL_HANDSHAKE_OVER;
#endif
}

bool mbed_is_costly(const mbedtls_ssl_context *ssl)
{
#if MBED_3
	int state = ssl->MBEDTLS_PRIVATE(state);
#else
	int state = ssl->state;
#endif

	return state == MBEDTLS_SSL_SERVER_KEY_EXCHANGE ||
	       state == MBEDTLS_SSL_CLIENT_KEY_EXCHANGE ||
	       state == MBEDTLS_SSL_SERVER_HELLO ||
	       state == MBEDTLS_SSL_CERTIFICATE_VERIFY;
}

bool mbed_is_ticket(int ret)
{
#if MBED_3 && defined(MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
	return ret == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
#else
	(void)ret;
	return false;
#endif
}

int mbed_sha1(const uint8_t *p, size_t len, uint8_t md[MBED_SHA1_LEN])
{
#if MBED_3
	return mbedtls_sha1(p, len, md);
#else
	return mbedtls_sha1_ret(p, len, md);
#endif
}

int mbed_sha256(const uint8_t *p, size_t len, uint8_t md[MBED_SHA256_LEN])
{
#if MBED_3
	return mbedtls_sha256(p, len, md, 0);
#else
	return mbedtls_sha256_ret(p, len, md, 0);
#endif
}

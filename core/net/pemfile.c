/**
 * @file core/net/pemfile.c  Pemfile
 */
#include <mbedtls/pem.h>
#include "core/base/keepfile.h"
#include "core/net/pemfile.h"

int pemfile_fail(char *reason, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)re_vsnprintf(reason, PEMFILE_REASON_MAX, fmt, ap);
	va_end(ap);
	return err;
}

int pemfile_read(const char *path, uint8_t *buf, char *reason)
{
	int err = keepfile_read(path, buf, PEMFILE_MAX, NULL);

	if (err == EFBIG)
		return pemfile_fail(reason, err, "%s is too long for PEM",
				    path);

	return err ? pemfile_fail(reason, err, "cannot read %s: %m", path, err)
		   : 0;
}

int pemfile_chain(mbedtls_x509_crt *crt, const uint8_t *pem, const char *path,
		  char *reason)
{
	int ret;

	if (!strstr((const char *)pem, "-----BEGIN CERTIFICATE-----")) {
		return pemfile_fail(reason, EBADMSG,
				    "%s holds no certificate in PEM "
				    "(-----BEGIN CERTIFICATE-----)",
				    path);
	}

	ret = mbedtls_x509_crt_parse(crt, pem, strlen((const char *)pem) + 1);
	if (!ret)
		return 0;
	if (ret > 0) {
		return pemfile_fail(
			reason, EBADMSG,
			"%d of the certificates in %s cannot be read", ret,
			path);
	}

	return pemfile_fail(reason, EBADMSG, "certificate in %s: %H", path,
			    mbed_print, &ret);
}

int pemfile_key(mbedtls_pk_context *key, const uint8_t *pem, const char *path,
		char *reason)
{
	const char *text = (const char *)pem;
	int ret;

	if (!strstr(text, "PRIVATE KEY-----")) {
		return pemfile_fail(reason, EBADMSG,
				    "%s holds no private key in PEM "
				    "(-----BEGIN PRIVATE KEY-----)",
				    path);
	}
	if (strstr(text, "ENCRYPTED")) {
		return pemfile_fail(
			reason, EPERM,
			"the key in %s needs a password, which nobody is "
			"there to type: take it off (openssl pkey)",
			path);
	}

	ret = mbed_parse_key(key, pem, strlen(text) + 1);
	if (ret == MBEDTLS_ERR_PK_UNKNOWN_PK_ALG ||
	    ret == MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE ||
	    ret == MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE) {
		return pemfile_fail(
			reason, ENOTSUP,
			"the key in %s is of a kind that is not known "
			"here: RSA and ECDSA are",
			path);
	}
	if (ret) {
		return pemfile_fail(reason, EBADMSG, "private key in %s: %H",
				    path, mbed_print, &ret);
	}

	return 0;
}

/* Key, then certificate. The text's length is that of the string */
int pemfile_print(uint8_t *buf, size_t size, mbedtls_pk_context *key,
		  const mbedtls_x509_crt *crt)
{
	size_t len, n;
	int ret;

	ret = mbedtls_pk_write_key_pem(key, buf, size);
	if (ret)
		return EPROTO;

	len = strlen((char *)buf);
	ret = mbedtls_pem_write_buffer(
		"-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n",
		crt->raw.p, crt->raw.len, buf + len, size - len, &n);
	return ret ? EPROTO : 0;
}

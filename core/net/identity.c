/**
 * @file core/net/identity.c  Identity
 */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <mbedtls/pem.h>
#include <mbedtls/platform_util.h>
#include "core/base/log.h"
#include "core/net/identity.h"
#include "core/net/mbed.h"

enum {
	SERIAL_LEN = 16, /* Random [bytes], RFC 5280 s. 4.1.2.2: <= 20  */
	DER_MAX = 1024,	 /* A P-256 certificate has some 350 bytes     */
	FILE_MAX = 8192, /* Key and certificate as PEM [bytes], ours    */
	PATH_LEN = 4096,
};

/* Its time does not matter: a phone may think it is 1970 */
#define NOT_BEFORE "19700101000000"
#define NOT_AFTER  "20491231235959"

/* What browsers call theirs: tells nobody apart */
#define SUBJECT "CN=WebRTC"

struct identity {
	mbedtls_pk_context key;
	mbedtls_x509_crt crt;
	struct fingerprint fp;
};

static void identity_destructor(void *arg)
{
	struct identity *id = arg;

	mbedtls_pk_free(&id->key); /* Which wipes it */
	mbedtls_x509_crt_free(&id->crt);
}

static int library_error(const char *what, int ret)
{
	log_warning("identity: %s: %H\n", what, mbed_print, &ret);
	return EPROTO;
}

static struct identity *identity_new(void)
{
	struct identity *id;

	id = mem_zalloc(sizeof(*id), identity_destructor);
	if (!id)
		return NULL;

	mbedtls_pk_init(&id->key);
	mbedtls_x509_crt_init(&id->crt);
	return id;
}

static int make_key(struct identity *id)
{
	const mbedtls_pk_info_t *info;
	int ret;

	info = mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY);
	ret = mbedtls_pk_setup(&id->key, info);
	if (ret)
		return library_error("key", ret);

	ret = mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1,
				  mbedtls_pk_ec(id->key), mbed_random, NULL);
	return ret ? library_error("key", ret) : 0;
}

static int write_cert(mbedtls_x509write_cert *w, struct identity *id)
{
	uint8_t serial[SERIAL_LEN], der[DER_MAX];
	int ret;

	ret = mbed_random(NULL, serial, sizeof(serial));
	if (ret)
		return ret;

	serial[0] &= 0x7f; /* Positive ... */
	serial[0] |= 0x40; /* ... and of the same length each time */

	mbedtls_x509write_crt_set_version(w, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(w, MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_subject_key(w, &id->key);
	mbedtls_x509write_crt_set_issuer_key(w, &id->key);

	ret = mbed_set_serial(w, serial, sizeof(serial));
	if (!ret)
		ret = mbedtls_x509write_crt_set_subject_name(w, SUBJECT);
	if (!ret)
		ret = mbedtls_x509write_crt_set_issuer_name(w, SUBJECT);
	if (!ret)
		ret = mbedtls_x509write_crt_set_validity(w, NOT_BEFORE,
							 NOT_AFTER);
	if (ret)
		return ret;

	/* It is written at the end of the buffer */
	ret = mbedtls_x509write_crt_der(w, der, sizeof(der), mbed_random, NULL);
	if (ret < 0)
		return ret;

	return mbedtls_x509_crt_parse_der(
		&id->crt, der + sizeof(der) - (size_t)ret, (size_t)ret);
}

static int make_cert(struct identity *id)
{
	mbedtls_x509write_cert w;
	int ret;

	mbedtls_x509write_crt_init(&w);
	ret = write_cert(&w, id);
	mbedtls_x509write_crt_free(&w);

	return ret ? library_error("certificate", ret) : 0;
}

static int take_fingerprint(struct identity *id)
{
	return fingerprint_make(&id->fp, FINGERPRINT_SHA256, id->crt.raw.p,
				id->crt.raw.len);
}

int identity_alloc(struct identity **idp)
{
	struct identity *id;
	int err;

	id = identity_new();
	if (!id)
		return ENOMEM;

	err = make_key(id);
	if (err)
		goto out;

	err = make_cert(id);
	if (err)
		goto out;

	err = take_fingerprint(id);
out:
	if (err)
		mem_deref(id);
	else
		*idp = id;

	return err;
}

static int parse(struct identity *id, const uint8_t *pem, size_t len)
{
	int ret;

	ret = mbed_parse_key(&id->key, pem, len);
	if (ret) {
		library_error("key", ret);
		return EBADMSG;
	}

	ret = mbedtls_x509_crt_parse(&id->crt, pem, len);
	if (ret) {
		library_error("certificate", ret);
		return EBADMSG;
	}

	if (!mbed_is_p256(&id->key) || !mbed_is_pair(&id->crt, &id->key)) {
		log_warning("identity: not a P-256 key with its "
			    "certificate\n");
		return EBADMSG;
	}

	return take_fingerprint(id);
}

static int read_file(const char *path, uint8_t *buf, size_t size)
{
	size_t n;
	FILE *f;
	int err = 0;

	f = fopen(path, "re");
	if (!f)
		return errno;

	n = fread(buf, 1, size - 1, f);
	if (ferror(f))
		err = EIO;
	else if (n == size - 1)
		err = EBADMSG;
	else
		buf[n] = '\0';

	(void)fclose(f);
	return err;
}

int identity_load(struct identity **idp, const char *path)
{
	uint8_t buf[FILE_MAX];
	struct identity *id;
	int err;

	id = identity_new();
	if (!id)
		return ENOMEM;

	err = read_file(path, buf, sizeof(buf));
	if (!err)
		err = parse(id, buf, strlen((char *)buf) + 1);

	mbedtls_platform_zeroize(buf, sizeof(buf));
	if (err)
		mem_deref(id);
	else
		*idp = id;

	return err;
}

/* Key, then certificate. The text's length is that of the string */
static int write_pem(const struct identity *id, uint8_t *buf, size_t size)
{
	size_t len, n;
	int ret;

	ret = mbedtls_pk_write_key_pem(identity_key(id), buf, size);
	if (ret)
		return library_error("key", ret);

	len = strlen((char *)buf);
	ret = mbedtls_pem_write_buffer(
		"-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n",
		id->crt.raw.p, id->crt.raw.len, buf + len, size - len, &n);
	return ret ? library_error("certificate", ret) : 0;
}

static int write_file(const char *path, const char *text)
{
	size_t len = strlen(text);
	ssize_t n;
	int err = 0;
	int fd;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		  S_IRUSR | S_IWUSR);
	if (fd < 0)
		return errno;

	n = write(fd, text, len);
	if (n < 0)
		err = errno;
	else if ((size_t)n != len)
		err = ENOSPC;
	else if (fsync(fd))
		err = errno;

	(void)close(fd);
	return err;
}

int identity_save(const struct identity *id, const char *path)
{
	uint8_t buf[FILE_MAX];
	char temp[PATH_LEN];
	int err;

	if (re_snprintf(temp, sizeof(temp), "%s.new", path) < 0)
		return ENAMETOOLONG;

	err = write_pem(id, buf, sizeof(buf));
	if (!err)
		err = write_file(temp, (char *)buf);
	if (!err && rename(temp, path))
		err = errno;
	if (err)
		(void)unlink(temp);

	mbedtls_platform_zeroize(buf, sizeof(buf));
	return err;
}

const struct fingerprint *identity_fingerprint(const struct identity *id)
{
	return &id->fp;
}

struct mbedtls_x509_crt *identity_cert(const struct identity *id)
{
	return (struct mbedtls_x509_crt *)&id->crt;
}

struct mbedtls_pk_context *identity_key(const struct identity *id)
{
	return (struct mbedtls_pk_context *)&id->key;
}

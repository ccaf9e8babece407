/**
 * @file core/net/pagecert.c  Pagecert
 *
 *     cert=, key= -> pemfile -> check -> configuration, tickets
 *     state folder -> owncert -> ^
 */
#include <sys/stat.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/ssl_ticket.h>
#include "core/base/keepfile.h"
#include "core/base/log.h"
#include "core/net/owncert.h"
#include "core/net/pagecert.h"
#include "core/net/pemfile.h"
#include "core/net/trust.h"

enum {
	DAY = 86400,		/* [s]                                      */
	TICKET_LIFETIME = 3600, /* A key is used for, ours [s]              */
	RSA_MIN = 2048,		/* RFC 9325 section 4.5 [bits]              */
	OTHERS = S_IRWXO,	/* Everybody may not read a key             */
};

#define OWN_FILE "page.pem"

struct pagecert {
	mbedtls_x509_crt crt; /* First of the chain; ours alone            */
	mbedtls_pk_context key;
	mbedtls_ssl_config conf;
	mbedtls_ssl_ticket_context tickets;
	struct fingerprint fp;
	char *file;
	bool own;
};

/* Browsers offer h2, too, and want to be told */
static const char *alpnv[] = { "http/1.1", NULL };

static void destructor(void *arg)
{
	struct pagecert *pc = arg;

	mbedtls_ssl_config_free(&pc->conf);
	mbedtls_ssl_ticket_free(&pc->tickets);
	mbedtls_pk_free(&pc->key); /* Which wipes it */
	mbedtls_x509_crt_free(&pc->crt);
	mem_deref(pc->file);
}

static int check_pair(struct pagecert *pc, const struct pagecert_params *prm,
		      const char *key, char *reason)
{
	if (!mbed_is_pair(&pc->crt, &pc->key)) {
		return pemfile_fail(
			reason, EINVAL,
			"the private key in %s is not that of the first "
			"certificate in %s",
			key, prm->cert);
	}
	if (mbedtls_pk_can_do(&pc->key, MBEDTLS_PK_RSA) &&
	    mbedtls_pk_get_bitlen(&pc->key) < RSA_MIN) {
		return pemfile_fail(
			reason, ENOTSUP,
			"the RSA key in %s has %u bits; browsers want %u", key,
			(unsigned)mbedtls_pk_get_bitlen(&pc->key),
			(unsigned)RSA_MIN);
	}

	return 0;
}

static void warn_of_mode(const char *path)
{
	struct stat st;

	if (!stat(path, &st) && (st.st_mode & OTHERS)) {
		log_warning("pagecert: everybody may read %s, which holds the "
			    "private key: chmod 600\n",
			    path);
	}
}

static void warn_of_dates(const struct pagecert *pc, uint64_t wall)
{
	uint64_t end = pagecert_expires(pc);

	if (!trust_time_known(wall))
		return;

	if (wall >= end) {
		log_warning("pagecert: %s expired at %H: browsers warn people "
			    "of it\n",
			    pc->file, trust_print_time, &pc->crt.valid_to);
	} else if (end - wall < (uint64_t)OWNCERT_RENEW_DAYS * DAY) {
		log_warning("pagecert: %s expires in %u days\n", pc->file,
			    (unsigned)((end - wall) / DAY));
	} else if (wall < trust_seconds(&pc->crt.valid_from)) {
		log_warning("pagecert: %s is not valid before %H\n", pc->file,
			    trust_print_time, &pc->crt.valid_from);
	}
}

static int read_user(struct pagecert *pc, const struct pagecert_params *prm,
		     const char *key, uint8_t *buf, char *reason)
{
	int err;

	err = pemfile_read(prm->cert, buf, reason);
	if (!err)
		err = pemfile_chain(&pc->crt, buf, prm->cert, reason);
	if (!err && key != prm->cert)
		err = pemfile_read(key, buf, reason);
	if (!err)
		err = pemfile_key(&pc->key, buf, key, reason);
	if (!err)
		err = check_pair(pc, prm, key, reason);
	if (!err)
		err = str_dup(&pc->file, prm->cert);

	return err;
}

static int load_user(struct pagecert *pc, const struct pagecert_params *prm,
		     char *reason)
{
	const char *key = str_isset(prm->key) ? prm->key : prm->cert;
	uint8_t *buf = mem_alloc(PEMFILE_MAX, NULL);
	int err;

	if (!buf)
		return pemfile_fail(reason, ENOMEM, "%m", ENOMEM);

	err = read_user(pc, prm, key, buf, reason);
	mbedtls_platform_zeroize(buf, PEMFILE_MAX);
	mem_deref(buf);
	if (err)
		return err;

	warn_of_mode(key);
	warn_of_dates(pc, prm->wall);
	return 0;
}

static int load_own(struct pagecert *pc, const struct pagecert_params *prm,
		    char *reason)
{
	char path[KEEPFILE_PATH_MAX];
	int err;

	pc->own = true;
	err = keepfile_path(path, prm->state, OWN_FILE);
	if (!err)
		err = str_dup(&pc->file, path);
	if (err)
		return pemfile_fail(reason, err, "%m", err);

	return owncert_load(&pc->crt, &pc->key, path, prm->namev, prm->wall,
			    reason);
}

static int configure(struct pagecert *pc)
{
	int ret;

	ret = mbedtls_ssl_config_defaults(&pc->conf, MBEDTLS_SSL_IS_SERVER,
					  MBEDTLS_SSL_TRANSPORT_STREAM,
					  MBEDTLS_SSL_PRESET_DEFAULT);
	if (ret)
		return ret;

	mbed_conf_policy(&pc->conf);
	mbed_prefer_p256(&pc->conf);
	mbedtls_ssl_conf_authmode(&pc->conf, MBEDTLS_SSL_VERIFY_NONE);
	ret = mbedtls_ssl_conf_own_cert(&pc->conf, &pc->crt, &pc->key);
	if (!ret)
		ret = mbedtls_ssl_conf_alpn_protocols(&pc->conf, alpnv);
	if (!ret) {
		ret = mbedtls_ssl_ticket_setup(&pc->tickets, mbed_random, NULL,
					       MBEDTLS_CIPHER_AES_256_GCM,
					       TICKET_LIFETIME);
	}
	if (ret)
		return ret;

	mbedtls_ssl_conf_session_tickets_cb(&pc->conf, mbedtls_ssl_ticket_write,
					    mbedtls_ssl_ticket_parse,
					    &pc->tickets);
	return 0;
}

static int prepare(struct pagecert *pc, char *reason)
{
	int ret = configure(pc);

	if (ret) {
		return pemfile_fail(reason, EPROTO, "TLS with %s: %H", pc->file,
				    mbed_print, &ret);
	}

	return fingerprint_make(&pc->fp, FINGERPRINT_SHA256, pc->crt.raw.p,
				pc->crt.raw.len);
}

int pagecert_alloc(struct pagecert **pcp, const struct pagecert_params *prm,
		   char *reason)
{
	struct pagecert *pc;
	int err;

	reason[0] = '\0';
	pc = mem_zalloc(sizeof(*pc), destructor);
	if (!pc)
		return pemfile_fail(reason, ENOMEM, "%m", ENOMEM);

	mbedtls_x509_crt_init(&pc->crt);
	mbedtls_pk_init(&pc->key);
	mbedtls_ssl_config_init(&pc->conf);
	mbedtls_ssl_ticket_init(&pc->tickets);
	err = mbed_init();
	if (!err)
		err = str_isset(prm->cert) ? load_user(pc, prm, reason)
					   : load_own(pc, prm, reason);
	if (!err)
		err = prepare(pc, reason);

	if (err)
		mem_deref(pc);
	else
		*pcp = pc;

	return err;
}

bool pagecert_is_own(const struct pagecert *pc)
{
	return pc->own;
}

const char *pagecert_file(const struct pagecert *pc)
{
	return pc->file;
}

const struct fingerprint *pagecert_fingerprint(const struct pagecert *pc)
{
	return &pc->fp;
}

int pagecert_print_hash(struct re_printf *pf, const struct pagecert *pc)
{
	int err = 0;

	for (size_t i = 0; i < pc->fp.len; i++)
		err |= re_hprintf(pf, i ? ":%02X" : "%02X", pc->fp.v[i]);

	return err;
}

uint64_t pagecert_expires(const struct pagecert *pc)
{
	return trust_seconds(&pc->crt.valid_to);
}

int pagecert_print(struct re_printf *pf, const struct pagecert *pc)
{
	return re_hprintf(pf, "%s (%s) until %H", pc->file,
			  pc->own ? "signed by itself" : "the user's",
			  trust_print_time, &pc->crt.valid_to);
}

const struct mbedtls_ssl_config *pagecert_config(const struct pagecert *pc)
{
	return &pc->conf;
}

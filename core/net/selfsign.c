/**
 * @file core/net/selfsign.c  Selfsign
 */
#include <time.h>
#include <mbedtls/asn1write.h>
#include <mbedtls/oid.h>
#include "core/base/log.h"
#include "core/net/mbed.h"
#include "core/net/selfsign.h"

enum {
	SERIAL_LEN = 16,  /* Random [bytes], RFC 5280 s. 4.1.2.2: <= 20   */
	SAN_MAX = 9216,	  /* All names and addresses as DER [bytes]       */
	DER_MAX = 12288,  /* The certificate [bytes]                      */
	TIME_LEN = 16,	  /* YYYYMMDDhhmmss                               */
	SUBJECT_MAX = 64, /* X.520, upper bound of a common name [bytes]  */
	DAY = 86400,	  /* [s]                                          */
	LABEL_MAX = 63,	  /* RFC 1035 section 2.3.4 [bytes]               */
	TAG_DNS = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 2, /* RFC 5280 s. 4.2.1.6 */
	TAG_ADDR = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7,
};

/* SEQUENCE { id-kp-serverAuth }, RFC 5280 section 4.2.1.12 */
static const uint8_t server_only[] = { 0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06,
				       0x01, 0x05, 0x05, 0x07, 0x03, 0x01 };

static bool is_host(const char *name)
{
	size_t label = 0;

	for (const char *p = name; *p; p++) {
		if (*p == '.' && (!label || p[-1] == '-'))
			return false;
		if (*p == '-' && !label)
			return false;
		if (*p != '.' && *p != '-' && !(*p >= 'a' && *p <= 'z') &&
		    !(*p >= '0' && *p <= '9'))
			return false;
		label = *p == '.' ? 0 : label + 1;
		if (label > LABEL_MAX)
			return false;
	}

	return label && name[strlen(name) - 1] != '-';
}

static bool has_name(const struct selfsign_names *n, const char *name)
{
	for (unsigned i = 0; i < n->namec; i++) {
		if (!strcmp(n->namev[i], name))
			return true;
	}

	return false;
}

void selfsign_add_name(struct selfsign_names *n, const char *name,
		       const char *suffix)
{
	struct sa addr;
	char *to;

	if (n->namec == SELFSIGN_NAMES)
		return;

	to = n->namev[n->namec];
	if (re_snprintf(to, sizeof(n->namev[0]), "%s%s", name, suffix) < 0)
		return;

	for (char *p = to; *p; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	}
	if (!sa_set_str(&addr, to, 0))
		selfsign_add_addr(n, &addr);
	else if (is_host(to) && !has_name(n, to))
		++n->namec;
}

void selfsign_add_addr(struct selfsign_names *n, const struct sa *addr)
{
	if (n->addrc == SELFSIGN_ADDRS)
		return;

	for (unsigned i = 0; i < n->addrc; i++) {
		if (sa_cmp(&n->addrv[i], addr, SA_ADDR))
			return;
	}

	n->addrv[n->addrc++] = *addr;
}

int selfsign_make_key(mbedtls_pk_context *key)
{
	int ret;

	ret = mbedtls_pk_setup(key,
			       mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
	if (!ret) {
		ret = mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1,
					  mbedtls_pk_ec(*key), mbed_random,
					  NULL);
	}
	if (!ret)
		return 0;

	log_warning("selfsign: key: %H\n", mbed_print, &ret);
	return EPROTO;
}

static int write_tagged(uint8_t **p, uint8_t *start, uint8_t tag, const void *v,
			size_t n)
{
	int len = mbedtls_asn1_write_raw_buffer(p, start, v, n);

	if (len >= 0)
		len = mbedtls_asn1_write_len(p, start, n);
	if (len >= 0)
		len = mbedtls_asn1_write_tag(p, start, tag);

	return len < 0 ? len : 0;
}

static int write_addr(uint8_t **p, uint8_t *start, const struct sa *a)
{
	if (sa_af(a) == AF_INET) {
		return write_tagged(p, start, TAG_ADDR, &a->u.in.sin_addr,
				    sizeof(a->u.in.sin_addr));
	}

	return write_tagged(p, start, TAG_ADDR, &a->u.in6.sin6_addr,
			    sizeof(a->u.in6.sin6_addr));
}

/* From the back to the front, as the library writes */
static int set_names(mbedtls_x509write_cert *w, const struct selfsign_names *n)
{
	uint8_t der[SAN_MAX], *p = der + sizeof(der);
	size_t size;
	int ret = 0;

	for (unsigned i = n->addrc; i-- && !ret;)
		ret = write_addr(&p, der, &n->addrv[i]);
	for (unsigned i = n->namec; i-- && !ret;) {
		ret = write_tagged(&p, der, TAG_DNS, n->namev[i],
				   strlen(n->namev[i]));
	}

	size = (size_t)(der + sizeof(der) - p);
	if (!ret)
		ret = mbedtls_asn1_write_len(&p, der, size);
	if (ret >= 0) {
		ret = mbedtls_asn1_write_tag(&p, der,
					     MBEDTLS_ASN1_CONSTRUCTED |
						     MBEDTLS_ASN1_SEQUENCE);
	}
	if (ret < 0)
		return ret;

	return mbedtls_x509write_crt_set_extension(
		w, MBEDTLS_OID_SUBJECT_ALT_NAME,
		MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME), 0, p,
		(size_t)(der + sizeof(der) - p));
}

static int set_uses(mbedtls_x509write_cert *w)
{
	int ret;

	ret = mbedtls_x509write_crt_set_basic_constraints(w, 0, -1);
	if (!ret) {
		ret = mbedtls_x509write_crt_set_key_usage(
			w, MBEDTLS_X509_KU_DIGITAL_SIGNATURE);
	}
	if (ret)
		return ret;

	return mbedtls_x509write_crt_set_extension(
		w, MBEDTLS_OID_EXTENDED_KEY_USAGE,
		MBEDTLS_OID_SIZE(MBEDTLS_OID_EXTENDED_KEY_USAGE), 0,
		server_only, sizeof(server_only));
}

static int set_validity(mbedtls_x509write_cert *w, uint64_t wall)
{
	time_t from = (time_t)(wall > DAY ? wall - DAY : 0);
	time_t to = from + (time_t)SELFSIGN_DAYS * DAY;
	char fromv[TIME_LEN], tov[TIME_LEN];
	struct tm tm;

	if (!gmtime_r(&from, &tm) ||
	    !strftime(fromv, sizeof(fromv), "%Y%m%d%H%M%S", &tm) ||
	    !gmtime_r(&to, &tm) ||
	    !strftime(tov, sizeof(tov), "%Y%m%d%H%M%S", &tm))
		return MBEDTLS_ERR_X509_INVALID_DATE;

	return mbedtls_x509write_crt_set_validity(w, fromv, tov);
}

/* Another one each time: browsers mind two of one issuer that are equal */
static int set_serial(mbedtls_x509write_cert *w)
{
	uint8_t serial[SERIAL_LEN];
	int ret = mbed_random(NULL, serial, sizeof(serial));

	serial[0] &= 0x7f; /* Positive ... */
	serial[0] |= 0x40; /* ... and of the same length each time */
	return ret ? ret : mbed_set_serial(w, serial, sizeof(serial));
}

static int fill(mbedtls_x509write_cert *w, mbedtls_pk_context *key,
		const struct selfsign_names *n, uint64_t wall)
{
	char subject[SUBJECT_MAX + sizeof("CN=")] = "CN=Boardphone";
	int ret;

	if (strlen(n->namev[0]) <= SUBJECT_MAX)
		(void)re_snprintf(subject, sizeof(subject), "CN=%s",
				  n->namev[0]);

	mbedtls_x509write_crt_set_version(w, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(w, MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_subject_key(w, key);
	mbedtls_x509write_crt_set_issuer_key(w, key);
	ret = set_serial(w);
	if (!ret)
		ret = mbedtls_x509write_crt_set_subject_name(w, subject);
	if (!ret)
		ret = mbedtls_x509write_crt_set_issuer_name(w, subject);
	if (!ret)
		ret = set_validity(w, wall);
	if (!ret)
		ret = set_uses(w);

	return ret ? ret : set_names(w, n);
}

int selfsign_make(mbedtls_x509_crt *crt, mbedtls_pk_context *key,
		  const struct selfsign_names *n, uint64_t wall)
{
	mbedtls_x509write_cert w;
	uint8_t der[DER_MAX];
	int ret;

	if (!n->namec)
		return EINVAL;

	mbedtls_x509write_crt_init(&w);
	ret = fill(&w, key, n, wall);
	if (!ret) {
		/* It is written at the end of the buffer */
		ret = mbedtls_x509write_crt_der(&w, der, sizeof(der),
						mbed_random, NULL);
	}
	if (ret > 0) {
		ret = mbedtls_x509_crt_parse_der(
			crt, der + sizeof(der) - (size_t)ret, (size_t)ret);
	}
	mbedtls_x509write_crt_free(&w);
	if (!ret)
		return 0;

	log_warning("selfsign: certificate: %H\n", mbed_print, &ret);
	return EPROTO;
}

bool selfsign_covers(const mbedtls_x509_crt *crt,
		     const struct selfsign_names *n)
{
	struct trust_check c;

	for (unsigned i = 0; i < n->namec; i++) {
		memset(&c, 0, sizeof(c));
		if (trust_check_init(&c, n->namev[i], 0))
			return false;
		if (trust_match_extensions(crt->v3_ext.p, crt->v3_ext.len, &c,
					   NULL))
			return false;
	}

	return true;
}

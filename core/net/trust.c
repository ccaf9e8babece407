/**
 * @file core/net/trust.c  Trust
 *
 * mbedTLS compares the common name too, lets a wildcard stand for a top
 * level, and takes addresses for names: its verdict on the name is dropped.
 * The subjectAltName is read from the extensions as they are in the
 * certificate, because 2.28 and 3.6 keep different parts of it.
 */
#include <ctype.h>
#include <time.h>
#include <mbedtls/asn1.h>
#include <mbedtls/oid.h>
#include "core/base/log.h"
#include "core/net/trust.h"

enum {
	GENERAL_DNS = 2, /* GeneralName, RFC 5280 section 4.2.1.6 */
	GENERAL_IP = 7,
	CONTEXT = MBEDTLS_ASN1_CONTEXT_SPECIFIC,
	SEQUENCE = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE,
	IP4_SIZE = 4, /* [bytes] */
	IP6_SIZE = 16,
	LABELS_MIN = 2,	   /* After a wildcard, ours             */
	LABEL_MAX = 63,	   /* RFC 1035 section 2.3.4             */
	YEAR_BASE = 1900,  /* Of struct tm                       */
	DAY = 86400,	   /* [s]                                */
	AHEAD_DAYS = 3653, /* Ten years, SECURITY row 2          */
	TIME_FLAGS = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE,
};

/* Where Debian and Raspberry Pi OS keep them */
static const char system_file[] = "/etc/ssl/certs/ca-certificates.crt";

static uint64_t saved_floor;

static void explain(struct trust_check *c, const char *fmt, ...)
{
	char text[TRUST_REASON_MAX];
	size_t n = strlen(c->reason);
	va_list ap;

	va_start(ap, fmt);
	(void)re_vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)re_snprintf(c->reason + n, sizeof(c->reason) - n, "%s%s",
			  n ? "; " : "", text);
}

int trust_load(mbedtls_x509_crt *ca, const char *file, char *reason)
{
	const char *path = file ? file : system_file;
	int ret;

	mbedtls_x509_crt_init(ca);
	ret = mbedtls_x509_crt_parse_file(ca, path);
	if (!ret || (ret > 0 && ca->raw.p))
		return 0; /* Some of a bundle may be unknown to mbedTLS */

	if (ret == MBEDTLS_ERR_PK_FILE_IO_ERROR ||
	    ret == MBEDTLS_ERR_X509_FILE_IO_ERROR) {
		(void)re_snprintf(reason, TRUST_REASON_MAX,
				  "cannot read trust anchors %s: %m", path,
				  errno ? errno : ENOENT);
		return ENOENT;
	}

	(void)re_snprintf(reason, TRUST_REASON_MAX,
			  "no certificate (PEM) in %s", path);
	return ret == MBEDTLS_ERR_X509_ALLOC_FAILED ? ENOMEM : EBADMSG;
}

void trust_set_floor(uint64_t wall)
{
	if (wall > saved_floor)
		saved_floor = wall;
}

uint64_t trust_floor(void)
{
	const uint64_t build = BOARDPHONE_BUILD_TIME;

	return saved_floor > build ? saved_floor : build;
}

bool trust_time_known(uint64_t wall)
{
	uint64_t floor = trust_floor();

	return wall >= floor && wall - floor <= (uint64_t)AHEAD_DAYS * DAY;
}

int trust_check_init(struct trust_check *c, const char *host, uint64_t wall)
{
	size_t n = strlen(host);

	memset(c, 0, sizeof(*c));
	if (n && host[n - 1] == '.')
		--n;
	if (!n || n > TRUST_HOST_MAX)
		return EINVAL;

	memcpy(c->host, host, n);
	if (sa_set_str(&c->addr, c->host, 0))
		sa_init(&c->addr, AF_UNSPEC);

	c->time_known = trust_time_known(wall);
	c->wall = c->time_known ? wall : trust_floor();
	return 0;
}

uint64_t trust_seconds(const mbedtls_x509_time *t)
{
	struct tm tm = {
		.tm_year = t->year - YEAR_BASE,
		.tm_mon = t->mon - 1,
		.tm_mday = t->day,
		.tm_hour = t->hour,
		.tm_min = t->min,
		.tm_sec = t->sec,
	};
	time_t s = timegm(&tm);

	return s < 0 ? 0 : (uint64_t)s;
}

int trust_print_time(struct re_printf *pf, const mbedtls_x509_time *t)
{
	return re_hprintf(pf, "%04d-%02d-%02d %02d:%02d UTC", t->year, t->mon,
			  t->day, t->hour, t->min);
}

static void check_time(struct trust_check *c, const mbedtls_x509_crt *crt,
		       int depth, uint32_t *flags)
{
	const char *which = depth ? "authority" : "certificate";
	uint64_t end = trust_seconds(&crt->valid_to);

	*flags &= ~(uint32_t)TIME_FLAGS;
	if (c->wall > end) {
		*flags |= MBEDTLS_X509_BADCERT_EXPIRED;
		explain(c, "%s expired at %H", which, trust_print_time,
			&crt->valid_to);
	}
	if (c->time_known && c->wall < trust_seconds(&crt->valid_from)) {
		*flags |= MBEDTLS_X509_BADCERT_FUTURE;
		explain(c, "%s is not valid before %H", which, trust_print_time,
			&crt->valid_from);
	}
	if (depth && (!c->ca_expires || end < c->ca_expires))
		c->ca_expires = end;
}

static bool is_dns_char(char ch)
{
	return isalnum((unsigned char)ch) || ch == '-' || ch == '_';
}

/* Labels of 1 to 63 letters, digits, - and _ */
static bool is_dns(const char *p, size_t n)
{
	size_t label = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == '.') {
			if (!label)
				return false;
			label = 0;
		} else if (!is_dns_char(p[i]) || ++label > LABEL_MAX) {
			return false;
		}
	}

	return label > 0;
}

static unsigned dots(const char *p, size_t n)
{
	unsigned count = 0;

	while (n--)
		count += *p++ == '.';

	return count;
}

bool trust_match_dns(const struct pl *pattern, const char *host)
{
	const char *rest = host;
	struct pl pat = *pattern;

	if (pat.l > TRUST_HOST_MAX || !is_dns(host, strlen(host)))
		return false;

	if (pat.l > 2 && pat.p[0] == '*' && pat.p[1] == '.') {
		pat.p += 2;
		pat.l -= 2;
		rest = strchr(host, '.');
		if (!rest || dots(pat.p, pat.l) + 1 < LABELS_MIN)
			return false;
		++rest;
	}

	return is_dns(pat.p, pat.l) && !pl_strcasecmp(&pat, rest);
}

static bool match_ip(const uint8_t *p, size_t size, const struct sa *addr)
{
	if (sa_af(addr) == AF_INET) {
		return size == IP4_SIZE &&
		       !memcmp(p, &addr->u.in.sin_addr, size);
	}

	return size == IP6_SIZE && !memcmp(p, &addr->u.in6.sin6_addr, size);
}

/* One GeneralName */
static bool match_name(const struct trust_check *c, uint8_t tag,
		       const uint8_t *p, size_t size, bool *saw)
{
	struct pl name = { (const char *)p, size };

	if (sa_isset(&c->addr, SA_ADDR)) {
		if (tag != (CONTEXT | GENERAL_IP))
			return false;
		*saw = true;
		return match_ip(p, size, &c->addr);
	}

	if (tag != (CONTEXT | GENERAL_DNS))
		return false;
	*saw = true;
	return trust_match_dns(&name, c->host);
}

/* @return 0 found, ENOENT, EBADMSG */
static int match_names(const struct trust_check *c, uint8_t *p,
		       const uint8_t *end, bool *saw)
{
	bool found = false;
	size_t len;

	if (mbedtls_asn1_get_tag(&p, end, &len, SEQUENCE) || p + len != end)
		return EBADMSG;

	while (p < end) {
		uint8_t tag = *p++;

		if (mbedtls_asn1_get_len(&p, end, &len))
			return EBADMSG;
		if (match_name(c, tag, p, len, saw))
			found = true;
		p += len;
	}

	return found ? 0 : ENOENT;
}

/* One Extension. @return ENOENT also for another one */
static int match_extension(const struct trust_check *c, uint8_t *p,
			   const uint8_t *end, bool *saw)
{
	size_t len;
	bool is_san;
	int critical;

	if (mbedtls_asn1_get_tag(&p, end, &len, MBEDTLS_ASN1_OID))
		return EBADMSG;

	is_san = len == MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME) &&
		 !memcmp(p, MBEDTLS_OID_SUBJECT_ALT_NAME, len);
	p += len;
	if (!is_san)
		return ENOENT;

	if (p < end && *p == MBEDTLS_ASN1_BOOLEAN &&
	    mbedtls_asn1_get_bool(&p, end, &critical))
		return EBADMSG;
	if (mbedtls_asn1_get_tag(&p, end, &len, MBEDTLS_ASN1_OCTET_STRING) ||
	    p + len != end)
		return EBADMSG;

	return match_names(c, p, end, saw);
}

int trust_match_extensions(const uint8_t *ext, size_t size,
			   const struct trust_check *c, bool *sawp)
{
	uint8_t *p = (uint8_t *)(uintptr_t)ext; /* Only read from */
	const uint8_t *end = ext + size;
	bool saw = false;
	int err = ENOENT;
	size_t len;

	if (sawp)
		*sawp = false;
	if (!size)
		return ENOENT;
	if (mbedtls_asn1_get_tag(&p, end, &len, SEQUENCE) || p + len != end)
		return EBADMSG;

	while (p < end && err == ENOENT) {
		if (mbedtls_asn1_get_tag(&p, end, &len, SEQUENCE))
			return EBADMSG;
		err = match_extension(c, p, p + len, &saw);
		p += len;
	}

	if (sawp)
		*sawp = saw;

	return err;
}

static void check_name(struct trust_check *c, const mbedtls_x509_crt *crt,
		       uint32_t *flags)
{
	const char *kind = sa_isset(&c->addr, SA_ADDR) ? "address" : "name";
	bool saw;
	int err;

	*flags &= ~(uint32_t)MBEDTLS_X509_BADCERT_CN_MISMATCH;
	err = trust_match_extensions(crt->v3_ext.p, crt->v3_ext.len, c, &saw);
	if (!err)
		return;

	*flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
	if (err == EBADMSG) {
		explain(c, "certificate has a malformed subjectAltName");
	} else if (saw) {
		explain(c, "certificate is not for %s", c->host);
	} else {
		explain(c,
			"certificate has no %s in subjectAltName (the "
			"common name does not count, RFC 9525)",
			kind);
	}
}

void trust_add_flags(struct trust_check *c, uint32_t flags)
{
	static const struct {
		uint32_t flag;
		const char *text;
	} textv[] = {
		{ MBEDTLS_X509_BADCERT_NOT_TRUSTED,
		  "certificate is not signed by a known authority" },
		{ MBEDTLS_X509_BADCERT_REVOKED, "certificate is revoked" },
		{ MBEDTLS_X509_BADCERT_KEY_USAGE |
			  MBEDTLS_X509_BADCERT_EXT_KEY_USAGE |
			  MBEDTLS_X509_BADCERT_NS_CERT_TYPE,
		  "certificate is not for a TLS server (key usage)" },
		{ MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK |
			  MBEDTLS_X509_BADCERT_BAD_KEY,
		  "certificate has a weak or unknown key or signature" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(textv); i++) {
		if (flags & textv[i].flag & ~c->flags)
			explain(c, "%s", textv[i].text);
	}

	c->flags |= flags;
	if (flags && !c->reason[0])
		explain(c, "certificate refused (0x%x)", flags);
}

int trust_verify(void *arg, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
	struct trust_check *c = arg;

	check_time(c, crt, depth, flags);
	if (!depth)
		check_name(c, crt, flags);
	trust_add_flags(c, *flags);
	return 0;
}

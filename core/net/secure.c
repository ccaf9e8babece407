/**
 * @file core/net/secure.c  Secure
 *
 * mbedTLS reads from a buffer and writes through the send handler, which
 * takes everything or fails: no state of "want write" exists.
 */
#include "core/base/log.h"
#include "core/net/mbed.h"
#include "core/net/pagecert.h"
#include "core/net/secure.h"
#include "core/net/trust.h"

enum {
	INPUT_MAX = 64 * 1024, /* Waiting to be read, ours [bytes]        */
	READ_SIZE = 4096,      /* Space to read into, ours [bytes]        */
	X509_FIRST = -0x2080,  /* mbedTLS's error codes of X.509, from    */
	X509_LAST = -0x3000,   /* here to here (mbedtls/x509.h)           */
};

struct secure {
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config conf;  /* The client's                         */
	mbedtls_x509_crt ca;	  /* The same                             */
	struct trust_check check; /* The same                            */
	struct pagecert *cert;	  /* The server's                         */
	struct mbuf *in; /* From the network, pos is what was read       */
	secure_send_h *h;
	void *arg;
	int send_err; /* Of the send handler                             */
	bool up;
	char reason[SECURE_REASON_MAX];
};

static int on_send(void *arg, const unsigned char *p, size_t size)
{
	struct secure *s = arg;

	s->send_err = s->h(p, size, s->arg);
	return s->send_err ? MBEDTLS_ERR_SSL_INTERNAL_ERROR : (int)size;
}

static int on_recv(void *arg, unsigned char *p, size_t size)
{
	struct secure *s = arg;
	size_t n = mbuf_get_left(s->in);

	if (!n)
		return MBEDTLS_ERR_SSL_WANT_READ;
	if (n > size)
		n = size;

	(void)mbuf_read_mem(s->in, p, n);
	return (int)n;
}

static void destructor(void *arg)
{
	struct secure *s = arg;

	mbedtls_ssl_free(&s->ssl);
	mbedtls_ssl_config_free(&s->conf);
	mbedtls_x509_crt_free(&s->ca);
	mem_deref(s->in);
	mem_deref(s->cert);
}

static struct secure *secure_new(secure_send_h *h, void *arg)
{
	struct secure *s;

	s = mem_zalloc(sizeof(*s), destructor);
	if (!s)
		return NULL;

	s->h = h;
	s->arg = arg;
	mbedtls_ssl_init(&s->ssl);
	mbedtls_ssl_config_init(&s->conf);
	mbedtls_x509_crt_init(&s->ca);
	s->in = mbuf_alloc(READ_SIZE);
	return s->in ? s : mem_deref(s);
}

static int configure(struct secure *s)
{
	int ret;

	ret = mbedtls_ssl_config_defaults(&s->conf, MBEDTLS_SSL_IS_CLIENT,
					  MBEDTLS_SSL_TRANSPORT_STREAM,
					  MBEDTLS_SSL_PRESET_DEFAULT);
	if (ret)
		return ret;

	mbed_conf_policy(&s->conf);
	mbedtls_ssl_conf_authmode(&s->conf, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_ca_chain(&s->conf, &s->ca, NULL);
	mbedtls_ssl_conf_verify(&s->conf, trust_verify, &s->check);

	ret = mbedtls_ssl_setup(&s->ssl, &s->conf);
	if (ret)
		return ret;

	/* A name for SNI; none for an address (RFC 6066 section 3), and 3.6
	   wants to be told so. The name is compared by trust_verify() */
	mbedtls_ssl_set_bio(&s->ssl, s, on_send, on_recv, NULL);
	return mbedtls_ssl_set_hostname(
		&s->ssl,
		sa_isset(&s->check.addr, SA_ADDR) ? NULL : s->check.host);
}

int secure_alloc(struct secure **sp, const char *host, const char *ca_file,
		 uint64_t wall, secure_send_h *h, void *arg, char *reason)
{
	struct secure *s;
	int ret, err;

	reason[0] = '\0';
	s = secure_new(h, arg);
	if (!s)
		return ENOMEM;

	err = mbed_init();
	if (!err)
		err = trust_check_init(&s->check, host, wall);
	if (!err)
		err = trust_load(&s->ca, ca_file, reason);
	if (err)
		goto out;

	if (!s->check.time_known)
		log_info("secure: time unknown, certificate is checked "
			 "against the time of the last start or build\n");

	ret = configure(s);
	if (ret) {
		log_warning("secure: set-up: %H\n", mbed_print, &ret);
		err = EPROTO;
	}

out:
	if (err)
		mem_deref(s);
	else
		*sp = s;

	return err;
}

int secure_accept(struct secure **sp, struct pagecert *cert, secure_send_h *h,
		  void *arg)
{
	struct secure *s;
	int ret;

	s = secure_new(h, arg);
	if (!s)
		return ENOMEM;

	s->cert = mem_ref(cert);
	ret = mbedtls_ssl_setup(&s->ssl, pagecert_config(cert));
	if (ret) {
		log_warning("secure: set-up: %H\n", mbed_print, &ret);
		mem_deref(s);
		return ret == MBEDTLS_ERR_SSL_ALLOC_FAILED ? ENOMEM : EPROTO;
	}

	mbedtls_ssl_set_bio(&s->ssl, s, on_send, on_recv, NULL);
	*sp = s;
	return 0;
}

int secure_input(struct secure *s, const uint8_t *p, size_t size)
{
	size_t left = mbuf_get_left(s->in);
	int err;

	if (left + size > INPUT_MAX)
		return EOVERFLOW;

	/* What was read makes room */
	if (left)
		memmove(s->in->buf, mbuf_buf(s->in), left);
	s->in->pos = left;
	s->in->end = left;
	err = mbuf_write_mem(s->in, p, size);
	s->in->pos = 0;
	return err;
}

/* Of an error of mbedTLS, with the reason */
static int failed(struct secure *s, int ret)
{
	uint32_t flags = mbedtls_ssl_get_verify_result(&s->ssl);
	bool x509 = ret <= X509_FIRST && ret >= X509_LAST;

	/* Which it is before there is a verdict; a server asks for none */
	if (flags != UINT32_MAX && !s->cert)
		trust_add_flags(&s->check, flags);

	if (s->send_err) {
		(void)re_snprintf(s->reason, sizeof(s->reason),
				  "cannot send: %m", s->send_err);
		return s->send_err;
	}
	if (s->check.flags) {
		(void)re_snprintf(s->reason, sizeof(s->reason), "%s",
				  s->check.reason);
		return EACCES;
	}

	(void)re_snprintf(s->reason, sizeof(s->reason), "TLS%s: %H",
			  x509 ? " certificate" : "", mbed_print, &ret);
	return x509 ? EACCES : EPROTO;
}

static int closed(struct secure *s)
{
	(void)re_snprintf(s->reason, sizeof(s->reason), "closed by the %s",
			  s->cert ? "client" : "server");
	return ECONNRESET;
}

/* The server computes in some states. @return 0, or of the library; then
   *more is set when the next such state has been reached */
static int step(struct secure *s, bool *more)
{
	int ret;

	if (!s->cert)
		return mbedtls_ssl_handshake(&s->ssl);

	do {
		ret = mbedtls_ssl_handshake_step(&s->ssl);
		*more = !ret && !mbed_is_up(&s->ssl);
	} while (*more && !mbed_is_costly(&s->ssl));

	return ret;
}

int secure_handshake(struct secure *s)
{
	bool more = false;
	int ret;

	if (s->up)
		return 0;
	if (s->reason[0])
		return EPROTO;

	ret = step(s, &more);
	if (more)
		return EINPROGRESS;
	if (ret == MBEDTLS_ERR_SSL_WANT_READ)
		return EAGAIN;
	if (ret == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ||
	    ret == MBEDTLS_ERR_SSL_CONN_EOF)
		return closed(s);
	if (ret)
		return failed(s, ret);

	s->up = true;
	if (s->cert)
		return 0;

	/* Refuse on any flag, whatever mbedTLS made of it */
	if (s->check.flags || mbedtls_ssl_get_verify_result(&s->ssl)) {
		s->up = false;
		return failed(s, MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
	}

	mbedtls_ssl_conf_ca_chain(&s->conf, NULL, NULL);
	mbedtls_x509_crt_free(&s->ca);
	mbedtls_x509_crt_init(&s->ca);
	return 0;
}

int secure_read(struct secure *s, struct mbuf *mb)
{
	int ret, err = 0;

	if (mb->size - mb->end < READ_SIZE)
		err = mbuf_resize(mb, mb->end + READ_SIZE);
	if (err)
		return err;

	do {
		ret = mbedtls_ssl_read(&s->ssl, mb->buf + mb->end,
				       mb->size - mb->end);
	} while (mbed_is_ticket(ret));

	if (ret > 0) {
		mb->end += (size_t)ret;
		return 0;
	}
	if (ret == MBEDTLS_ERR_SSL_WANT_READ)
		return EAGAIN;
	if (!ret || ret == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ||
	    ret == MBEDTLS_ERR_SSL_CONN_EOF)
		return closed(s);

	return failed(s, ret);
}

int secure_write(struct secure *s, const uint8_t *p, size_t size)
{
	while (size) {
		int ret = mbedtls_ssl_write(&s->ssl, p, size);

		if (ret <= 0)
			return failed(s, ret);

		p += ret;
		size -= (size_t)ret;
	}

	return 0;
}

void secure_close(struct secure *s)
{
	if (s->up)
		(void)mbedtls_ssl_close_notify(&s->ssl);
}

const char *secure_reason(const struct secure *s)
{
	return s->reason;
}

uint64_t secure_ca_expires(const struct secure *s)
{
	return s->check.ca_expires;
}

int secure_print(struct re_printf *pf, const struct secure *s)
{
	if (!s->up)
		return re_hprintf(pf, "handshake");

	return re_hprintf(pf, "%s %s", mbedtls_ssl_get_version(&s->ssl),
			  mbedtls_ssl_get_ciphersuite(&s->ssl));
}

/**
 * @file core/net/handshake.c  Handshake
 *
 * One datagram at a time is lent to the library, which asks for it through
 * a callback; its timer is two numbers compared with `now`.
 */
#include <assert.h>
#include <mbedtls/platform_util.h>
#include "core/base/log.h"
#include "core/net/handshake.h"
#include "core/net/mbed.h"

enum {
	KEY_LEN = 16,	/* RFC 5764 section 4.1.2 [bytes] */
	SALT_LEN = 14,	/* The same                       */
	READ_LEN = 256, /* Application data are thrown away in pieces */
	/* The library must not give up by itself [ms]: its steps double,
	   ours do not (HANDSHAKE_SLOWEST) */
	GIVE_UP = INT32_MAX,
};

struct handshake {
	struct identity *id;
	mbedtls_ssl_config conf;
	mbedtls_ssl_context ssl;
	struct mbed_export export;
	bool client;

	uint64_t now;	       /* For the library's callbacks [us]      */
	uint64_t early, final; /* The library's timer, CLOCK_NEVER: off */
	struct mbuf *in;       /* What the library may read, borrowed   */
	bool have_keys;
	uint8_t keys[2 * HANDSHAKE_KEY]; /* As the exporter gives them    */

	int error;	   /* The last, the library's */
	uint32_t tx, rx;   /* Datagrams               */
	uint32_t timeouts; /* Of the timer            */
	uint32_t data;	   /* Application data        */

	handshake_send_h *sendh;
	void *arg;
};

/* RFC 8827 section 6.5: the first is a must. RSA for peers that are
   servers with such a certificate */
static const int suites[] = {
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	0,
};

static const mbedtls_ssl_srtp_profile profiles[] = {
	MBEDTLS_TLS_SRTP_AES128_CM_HMAC_SHA1_80,
	MBEDTLS_TLS_SRTP_UNSET,
};

static void handshake_destructor(void *arg)
{
	struct handshake *h = arg;

	mbedtls_ssl_free(&h->ssl);
	mbedtls_ssl_config_free(&h->conf);
	mbedtls_platform_zeroize(h->keys, sizeof(h->keys));
	mem_deref(h->id);
}

static int send_cb(void *arg, const unsigned char *p, size_t len)
{
	struct handshake *h = arg;
	struct mbuf *mb;

	mb = mbuf_alloc(HANDSHAKE_HEADROOM + len);
	if (!mb)
		return MBEDTLS_ERR_SSL_ALLOC_FAILED;

	memcpy(mb->buf + HANDSHAKE_HEADROOM, p, len);
	mb->pos = HANDSHAKE_HEADROOM;
	mb->end = HANDSHAKE_HEADROOM + len;

	++h->tx;
	h->sendh(mb, h->arg);
	mem_deref(mb);
	return (int)len;
}

static int recv_cb(void *arg, unsigned char *p, size_t size)
{
	struct handshake *h = arg;
	size_t len;

	if (!h->in)
		return MBEDTLS_ERR_SSL_WANT_READ;

	len = mbuf_get_left(h->in);
	if (len > size)
		len = size;

	memcpy(p, mbuf_buf(h->in), len);
	h->in = NULL;
	return (int)len;
}

static void timer_set_cb(void *arg, uint32_t early, uint32_t final)
{
	struct handshake *h = arg;

	h->early = h->now + (uint64_t)early * CLOCK_MS;
	h->final = h->now +
		   clock_min((uint64_t) final * CLOCK_MS, HANDSHAKE_SLOWEST);
	if (!final)
		h->early = h->final = CLOCK_NEVER;
}

/* -1 off, 0 running, 1 the early one passed, 2 the final one passed */
static int timer_get_cb(void *arg)
{
	const struct handshake *h = arg;

	if (h->final == CLOCK_NEVER)
		return -1;

	return (h->now >= h->final) ? 2 : h->now >= h->early;
}

/* RFC 5764 section 4.2; no key of another handshake may stay behind */
static void secret_cb(const struct mbed_secret *secret, void *arg)
{
	struct handshake *h = arg;
	uint8_t seed[2 * MBED_RANDOM_LEN];
	int ret;

	memcpy(seed, secret->client, MBED_RANDOM_LEN);
	memcpy(seed + MBED_RANDOM_LEN, secret->server, MBED_RANDOM_LEN);

	ret = mbedtls_ssl_tls_prf(secret->prf, secret->master, secret->len,
				  "EXTRACTOR-dtls_srtp", seed, sizeof(seed),
				  h->keys, sizeof(h->keys));
	h->have_keys = !ret;
}

static int configure(struct handshake *h)
{
	mbedtls_ssl_config *conf = &h->conf;
	int ret;

	ret = mbedtls_ssl_config_defaults(
		conf, h->client ? MBEDTLS_SSL_IS_CLIENT : MBEDTLS_SSL_IS_SERVER,
		MBEDTLS_SSL_TRANSPORT_DATAGRAM, MBEDTLS_SSL_PRESET_DEFAULT);
	if (ret)
		return ret;

	mbed_only_12(conf);
	mbed_prefer_p256(conf);
	mbedtls_ssl_conf_ciphersuites(conf, suites);
	mbedtls_ssl_conf_rng(conf, mbed_random, NULL);
	mbedtls_ssl_conf_renegotiation(conf,
				       MBEDTLS_SSL_RENEGOTIATION_DISABLED);
	mbedtls_ssl_conf_handshake_timeout(conf, HANDSHAKE_FIRST, GIVE_UP);

	/* A certificate is asked for; it is judged by its fingerprint */
	mbedtls_ssl_conf_authmode(conf, MBEDTLS_SSL_VERIFY_OPTIONAL);

	if (h->client)
		mbedtls_ssl_conf_session_tickets(
			conf, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
	else /* No cookies: ICE has proved the peer's address */
		mbedtls_ssl_conf_dtls_cookies(conf, NULL, NULL, NULL);

	ret = mbedtls_ssl_conf_own_cert(conf, identity_cert(h->id),
					identity_key(h->id));
	if (!ret)
		ret = mbedtls_ssl_conf_dtls_srtp_protection_profiles(conf,
								     profiles);
	return ret;
}

static int setup(struct handshake *h)
{
	int ret;

	mbedtls_ssl_config_init(&h->conf);
	mbedtls_ssl_init(&h->ssl);

	ret = configure(h);
	if (!ret)
		ret = mbedtls_ssl_setup(&h->ssl, &h->conf);
	if (ret) {
		log_warning("handshake: set-up: %H\n", mbed_print, &ret);
		return ret == MBEDTLS_ERR_SSL_ALLOC_FAILED ? ENOMEM : EPROTO;
	}

	h->export.h = secret_cb;
	h->export.arg = h;
	mbed_export_secret(&h->conf, &h->ssl, &h->export);
	mbedtls_ssl_set_mtu(&h->ssl, HANDSHAKE_MTU);
	mbedtls_ssl_set_bio(&h->ssl, h, send_cb, recv_cb, NULL);
	mbedtls_ssl_set_timer_cb(&h->ssl, h, timer_set_cb, timer_get_cb);
	return 0;
}

int handshake_alloc(struct handshake **hp, bool client, struct identity *id,
		    handshake_send_h *sendh, void *arg)
{
	struct handshake *h;
	int err;

	assert(id && sendh);

	h = mem_zalloc(sizeof(*h), handshake_destructor);
	if (!h)
		return ENOMEM;

	h->id = mem_ref(id);
	h->client = client;
	h->sendh = sendh;
	h->arg = arg;
	h->early = h->final = CLOCK_NEVER;

	err = setup(h);
	if (err)
		mem_deref(h);
	else
		*hp = h;

	return err;
}

static bool is_pending(int ret)
{
	return ret == MBEDTLS_ERR_SSL_WANT_READ ||
	       ret == MBEDTLS_ERR_SSL_WANT_WRITE;
}

static void lend(struct handshake *h, struct mbuf *mb, uint64_t now)
{
	h->in = mb;
	h->now = now;
	if (mb)
		++h->rx;
	else if (timer_get_cb(h) == 2)
		++h->timeouts;
}

int handshake_step(struct handshake *h, struct mbuf *mb, uint64_t now)
{
	int ret;

	lend(h, mb, now);
	ret = mbedtls_ssl_handshake(&h->ssl);
	h->in = NULL;

	if (!ret)
		return 0;
	if (is_pending(ret))
		return EAGAIN;

	h->error = ret;
	h->early = h->final = CLOCK_NEVER;
	return EPROTO;
}

int handshake_read(struct handshake *h, struct mbuf *mb, uint64_t now)
{
	uint8_t buf[READ_LEN];
	int ret;

	lend(h, mb, now);
	while ((ret = mbedtls_ssl_read(&h->ssl, buf, sizeof(buf))) > 0)
		++h->data;

	h->in = NULL;
	if (!ret || is_pending(ret))
		return 0;
	if (ret == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
		return ECONNRESET;

	h->error = ret;
	return ret == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE ? ECONNABORTED
							  : EPROTO;
}

int handshake_reset(struct handshake *h)
{
	mbedtls_platform_zeroize(h->keys, sizeof(h->keys));
	h->have_keys = false;
	h->early = h->final = CLOCK_NEVER;
	return mbedtls_ssl_session_reset(&h->ssl) ? EPROTO : 0;
}

uint64_t handshake_due(const struct handshake *h)
{
	return h->final;
}

int handshake_keys(struct handshake *h, uint8_t *client, uint8_t *server)
{
	const uint8_t *salts = h->keys + 2 * KEY_LEN;

	if (!h->have_keys || mbed_srtp_profile(&h->ssl) !=
				     MBEDTLS_TLS_SRTP_AES128_CM_HMAC_SHA1_80)
		return ENOENT;

	memcpy(client, h->keys, KEY_LEN);
	memcpy(client + KEY_LEN, salts, SALT_LEN);
	memcpy(server, h->keys + KEY_LEN, KEY_LEN);
	memcpy(server + KEY_LEN, salts + SALT_LEN, SALT_LEN);

	mbedtls_platform_zeroize(h->keys, sizeof(h->keys));
	h->have_keys = false;
	return 0;
}

bool handshake_match(const struct handshake *h, const struct fingerprint *fpv,
		     size_t fpc)
{
	const mbedtls_x509_crt *crt = mbedtls_ssl_get_peer_cert(&h->ssl);

	return crt && fingerprint_match(fpv, fpc, crt->raw.p, crt->raw.len);
}

void handshake_refuse(struct handshake *h, uint64_t now)
{
	h->now = now;
	(void)mbedtls_ssl_send_alert_message(
		&h->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL,
		MBEDTLS_SSL_ALERT_MSG_BAD_CERT); /* RFC 5763 section 5 */
}

void handshake_close(struct handshake *h, uint64_t now)
{
	h->now = now;
	(void)mbedtls_ssl_close_notify(&h->ssl);
}

int handshake_print_error(struct re_printf *pf, const struct handshake *h)
{
	return h->error ? mbed_print(pf, &h->error) : 0;
}

int handshake_print(struct re_printf *pf, const struct handshake *h)
{
	const char *cipher = mbedtls_ssl_get_ciphersuite(&h->ssl);

	return re_hprintf(pf, "cipher=%s tx=%u rx=%u timeouts=%u data=%u",
			  cipher ? cipher : "-", h->tx, h->rx, h->timeouts,
			  h->data);
}

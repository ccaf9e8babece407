/**
 * @file tests/fuzz/fuzz_authorization.c  Fuzz target: an Authorization
 *
 * Its value, alone and in a REGISTER. Nothing that is not ours admits.
 */
#include <stdlib.h>
#include "core/base/log.h"
#include "core/sip/authorization.h"
#include "core/sip/message.h"
#include "core/sip/verifier.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(const struct pl *pl, const uint8_t *data, size_t size)
{
	const uint8_t *p = (const uint8_t *)pl->p;

	if (p < data || p + pl->l > data + size)
		abort();
}

static void decode(const uint8_t *data, size_t size)
{
	const struct pl val = { (const char *)data, size };
	struct authorization a;

	if (authorization_decode(&a, &val))
		return;

	check_inside(&a.username, data, size);
	check_inside(&a.realm, data, size);
	check_inside(&a.nonce, data, size);
	check_inside(&a.cnonce, data, size);
	check_inside(&a.uri, data, size);
	check_inside(&a.response, data, size);
	if (!a.nc || a.response.l != digest_len(a.algorithm->hash))
		abort();
}

static void ignore(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

static void verify(const struct sip_msg *msg)
{
	struct verifier_secret secret;
	struct verifier_peer *p = NULL;
	struct verifier *v = NULL;

	if (verifier_make_secret(&secret, "home", "boardphone", "k7mq") ||
	    verifier_alloc(&v, "boardphone", "home", &secret) ||
	    verifier_peer_alloc(&p, v, NULL))
		abort();

	for (uint64_t now = 1; now < 8; now++) {
		if (verifier_check(p, msg, now) == VERIFIER_ADMITTED)
			abort();
	}
	mem_deref(p);
	mem_deref(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mbuf *mb = mbuf_alloc(size + 1);
	struct sip_msg *msg = NULL;

	log_set_handler(ignore, NULL);
	if (size)
		decode(data, size);
	mbuf_write_str(mb, "REGISTER sip:boardphone SIP/2.0\r\n"
			   "Via: SIP/2.0/WSS x;branch=z\r\n"
			   "From: <sip:a>\r\nTo: <sip:a>\r\nCall-ID: c\r\n"
			   "CSeq: 1 REGISTER\r\nAuthorization: ");
	if (size)
		mbuf_write_mem(mb, data, size);
	mbuf_write_str(mb, "\r\n\r\n");
	mb->pos = 0;

	if (!message_decode(&msg, mb, NULL))
		verify(msg);

	mem_deref(msg);
	mem_deref(mb);
	return 0;
}

/**
 * @file tests/fuzz/fuzz_credentials.c  Fuzz target: a digest challenge
 *
 * The value of WWW-Authenticate. What is answered must be one safe line.
 */
#include <stdlib.h>
#include "core/sip/credentials.h"
#include "core/sip/message.h"

static const struct credentials_target target = { CREDENTIALS_REGISTER,
						  "REGISTER", "sip:r" };
static const struct credentials_params params = {
	.realm = "r",
	.user = "a\"b",
	.password = "p",
	.kinds = CREDENTIALS_REGISTER,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void answer(struct credentials *c)
{
	struct mbuf *headers = mbuf_alloc(64);
	const uint8_t *lf;

	/* One line, or two if the value was a whole header that followed */
	if (credentials_write(c, headers, &target))
		abort();
	lf = memchr(headers->buf, '\n', headers->end);
	if (!lf || lf != headers->buf + headers->end - 1)
		abort();
	mem_deref(headers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mbuf *mb = mbuf_alloc(size + 1);
	struct credentials_try try = { 0, 0 };
	struct credentials *c = NULL;
	struct sip_msg *msg = NULL;

	mbuf_write_str(mb, "SIP/2.0 401 U\r\nVia: SIP/2.0/WSS x;branch=z\r\n"
			   "From: <sip:a>\r\nTo: <sip:a>\r\nCall-ID: c\r\n"
			   "CSeq: 1 REGISTER\r\nWWW-Authenticate: ");
	if (size)
		mbuf_write_mem(mb, data, size);
	mbuf_write_str(mb, "\r\n\r\n");
	mb->pos = 0;

	if (credentials_alloc(&c, &params))
		abort();
	credentials_set_trusted(c, true);
	if (!message_decode(&msg, mb, NULL) &&
	    !credentials_challenge(c, &try, &target, msg))
		answer(c);

	mem_deref(msg);
	mem_deref(c);
	mem_deref(mb);
	return 0;
}

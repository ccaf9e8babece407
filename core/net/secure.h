/**
 * @file core/net/secure.h  Secure: a TLS session, bytes in, bytes out
 *
 *     stream <-> [secure] <-> mbedTLS
 *
 * TLS without a socket: what comes from the network is given to
 * secure_input(), what goes there leaves through the send handler. TLS 1.2
 * or later. The client checks the certificate by trust.h and sends SNI; the
 * server shows that of pagecert.h, and asks for none.
 */
#ifndef CORE_NET_SECURE_H
#define CORE_NET_SECURE_H

#include "core/base/re.h"

enum {
	SECURE_REASON_MAX = 384, /**< Text of a failure [bytes], ours */
};

struct secure;
struct pagecert;

/**
 * Send bytes to the peer. Must not free the session.
 *
 * @return 0, or errno: the session fails with it
 */
typedef int(secure_send_h)(const uint8_t *p, size_t size, void *arg);

/**
 * Allocate the client's side. Free with mem_deref(). Reads the trust
 * anchors now and drops them when the handshake is over.
 *
 * @param sp       Set to the session
 * @param host     Name or address to check the certificate for
 * @param ca_file  Trust anchors, PEM; NULL for the system's
 * @param wall     Time of the clock [s since 1970]
 * @param reason   Set to a sentence on error, size SECURE_REASON_MAX
 *
 * @return 0, ENOMEM, EINVAL host, or as trust_load()
 */
int secure_alloc(struct secure **sp, const char *host, const char *ca_file,
		 uint64_t wall, secure_send_h *h, void *arg, char *reason);

/**
 * Allocate the server's side. Free with mem_deref().
 *
 * @param sp    Set to the session
 * @param cert  What to show; a reference is kept
 *
 * @return 0, ENOMEM, EPROTO
 */
int secure_accept(struct secure **sp, struct pagecert *cert, secure_send_h *h,
		  void *arg);

/**
 * Give bytes from the network; they are copied. Then call
 * secure_handshake() until it is done, and secure_read() until EAGAIN.
 *
 * @return 0, ENOMEM, EOVERFLOW what was given before is not yet read
 */
int secure_input(struct secure *s, const uint8_t *p, size_t size);

/**
 * Start or go on with the handshake. A server goes on by one step that
 * computes at a time: EINPROGRESS means that it wants to be called again,
 * when others had their turn.
 *
 * @return 0 done, EAGAIN needs input, EINPROGRESS, EACCES certificate
 *         refused, EPROTO, or errno of the send handler; secure_reason()
 *         says why
 */
int secure_handshake(struct secure *s);

/**
 * Read decrypted bytes; they are appended at mb->end.
 *
 * @return 0, EAGAIN needs input, ECONNRESET closed by the peer, EPROTO
 */
int secure_read(struct secure *s, struct mbuf *mb);

/** Encrypt and send bytes. @return 0, EPROTO, or errno of the handler */
int secure_write(struct secure *s, const uint8_t *p, size_t size);

/** Send close_notify */
void secure_close(struct secure *s);

/** Why it failed, in words; "" when it did not */
const char *secure_reason(const struct secure *s);

/** When the first authority of the chain expires [s since 1970], 0 unknown */
uint64_t secure_ca_expires(const struct secure *s);

/** Print version and cipher suite, for %H */
int secure_print(struct re_printf *pf, const struct secure *s);

#endif

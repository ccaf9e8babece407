/**
 * @file core/net/listener.h  Listener: TCP ports, opened to so many at a time
 *
 *     kernel -> [listener] -> stream_accept()
 *
 * A handshake costs a small board 80 ms, so connections come in no faster
 * than waitroom.h lets them. While the owner is full nobody is let in.
 */
#ifndef CORE_NET_LISTENER_H
#define CORE_NET_LISTENER_H

#include "core/base/re.h"

enum {
	LISTENER_MAX = 8,      /**< Addresses, ours                        */
	LISTENER_BACKLOG = 64, /**< Wait in the kernel, ours                  */
	LISTENER_REASON_MAX = 256, /**< Text of a failure [bytes], ours    */
};

struct listener;

/**
 * Somebody connected. May free the listener.
 *
 * @param fd    Non-blocking socket, the callee's now: close() it, or give it
 *              to stream_accept()
 * @param peer  Who it is; borrowed
 */
typedef void(listener_h)(int fd, const struct sa *peer, uint64_t now,
			 void *arg);

/**
 * Listen. Free with mem_deref(), which closes the ports.
 *
 * An address of a family that the machine does not have is left out with a
 * line in the log as long as another works; one that the machine does not
 * have yet is listened on from when it has it.
 *
 * @param addrv   Addresses with ports; port 0 for any
 * @param addrc   1..LISTENER_MAX
 * @param reason  Set to a sentence on error, size LISTENER_REASON_MAX
 *
 * @return 0, ENOMEM, EINVAL none or too many, EADDRINUSE, EACCES a port that
 *         needs rights, EAFNOSUPPORT, errno
 */
int listener_alloc(struct listener **lp, const struct sa *addrv, size_t addrc,
		   listener_h *h, void *arg, char *reason);

/**
 * Say whether the owner can take one more. While it cannot, those who come
 * wait, for WAITROOM_PATIENCE. Allowed inside the handler.
 */
void listener_set_full(struct listener *l, bool full, uint64_t now);

/** The i-th address that is listened on, with its port; NULL behind them */
const struct sa *listener_local(const struct listener *l, size_t i);

/** Print addresses and counters on one line, for %H */
int listener_print(struct re_printf *pf, const struct listener *l);

#endif

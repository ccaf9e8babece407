/**
 * @file tests/unit/support/peer.h  A server and far end that follow a script
 *
 *     test -> [peer] -> ua_recv()      ua -> send handler -> [peer] -> test
 *
 * Virtual time, no network. What the user agent sends waits in a queue until
 * the test takes it; what it tells its owner is kept as a list of events.
 */
#ifndef TESTS_UNIT_SUPPORT_PEER_H
#define TESTS_UNIT_SUPPORT_PEER_H

#include "tests/unit/test.h"
#include "core/sip/message.h"
#include "core/sip/ua.h"

enum {
	PEER_QUEUE = 64,  /**< Messages and events kept */
	PEER_TEXT = 2048, /**< A message's own lines    */
};

/** An event of an invite or of the registration */
struct peer_event {
	bool registration;
	int what; /**< enum invite_what or registration_what */
	int why;
	unsigned code;
	unsigned fork;
	uint64_t at;
	uint64_t retry;
	char body[64];
	char cause[64];
	struct invite *inv; /**< Not a reference */
};

struct peer {
	struct ua *ua;
	uint64_t now;
	struct sip_msg *sentv[PEER_QUEUE];
	unsigned head, tail;
	struct peer_event eventv[PEER_QUEUE];
	unsigned eventc, seen;
	struct invite *inv; /**< Incoming call, our reference        */
	bool ignore_calls;  /**< The owner takes no reference        */
	bool deaf;	    /**< Nothing that is sent is kept        */
	int send_err;	    /**< Sending fails with it               */
	bool stopped;
	uint64_t stopped_at;

	/* The dialog as the far end has it */
	char callid[64], local_tag[64], remote_tag[64], target[256];
	unsigned cseq;
};

/** A flow that is up, an account alice@example.org; prm may be NULL */
void peer_open(struct peer *p, const struct ua_params *prm);

/** Free all; checks that nothing was sent that the test did not take */
void peer_close(struct peer *p);

/** Let time pass, timers included */
void peer_run(struct peer *p, uint64_t us);

/** The next message sent must be this request; for mem_deref() */
struct sip_msg *peer_take(struct peer *p, const char *method);

/** The next message sent must be this response; for mem_deref() */
struct sip_msg *peer_take_code(struct peer *p, unsigned code,
			       const char *method);

/** As both, and throw it away */
void peer_drop(struct peer *p, const char *method);
void peer_drop_code(struct peer *p, unsigned code, const char *method);

/** Nothing more was sent */
void peer_silent(const struct peer *p);

/** The next event must be this one, returned for a closer look */
const struct peer_event *peer_event(struct peer *p, int what);
const struct peer_event *peer_reg_event(struct peer *p, int what);

/** No further event */
void peer_calm(const struct peer *p);

/** Answer a request: tag NULL for none, further lines, body or NULL */
void peer_respond(struct peer *p, const struct sip_msg *req, unsigned code,
		  const char *tag, const char *lines, const char *body);

/** Raw bytes */
void peer_send(struct peer *p, const char *text);

/**
 * A request of the far end in, or for, the dialog; the CSeq number counts up
 * but for ACK and CANCEL.
 */
void peer_request(struct peer *p, const char *method, const char *branch,
		  const char *lines, const char *body);

/** Learn the dialog from our response to the far end's INVITE */
void peer_learn(struct peer *p, const struct sip_msg *resp);

/** Learn the dialog from the INVITE that we sent; the far end has this tag */
void peer_learn_request(struct peer *p, const struct sip_msg *req,
			const char *tag);

/** Value of a header, or "" */
const char *peer_header(const struct sip_msg *msg, const char *name);

/** A buffer with text, for mem_deref() */
struct mbuf *peer_mbuf(const char *text);

/** Records events, for invite_set_handler() and ua_call(); arg is the peer */
void peer_on_invite(struct invite *inv, const struct invite_event *ev,
		    uint64_t now, void *arg);

/** For ua_stop() */
void peer_on_stopped(uint64_t now, void *arg);

#endif

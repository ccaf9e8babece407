/**
 * @file tests/unit/support/desk.h  Desk: a ua with a registrar, and its visitor
 *
 *     test -> desk_ask() -> ua -> registrar, verifier -> [desk] -> desk_code()
 *
 * The board's end of a browser's flow, in memory. The visitor answers the
 * last challenge when it is told a password.
 */
#ifndef TESTS_UNIT_SUPPORT_DESK_H
#define TESTS_UNIT_SUPPORT_DESK_H

#include "tests/unit/support/wire.h"
#include "core/sip/registrar.h"
#include "core/sip/ua.h"

#define DESK_PASSWORD "k7mq-x3rt-9pwd"
#define DESK_INSTANCE "urn:uuid:8f1fa16a-1165-4a96-8341-785b1ef24f12"
#define DESK_CONTACT  "sip:abc@browser.invalid;transport=ws"
#define DESK_BINDING                                                           \
	"Contact: <" DESK_CONTACT ">;reg-id=1;+sip.instance=\"<" DESK_INSTANCE \
	">\";expires=120\r\n"

enum {
	DESK_TEXT = 8192, /**< A message [bytes] */
	DESK_EVENTS = 32, /**< Events kept       */
};

struct desk {
	struct verifier *v;
	struct registrar *r;
	struct ua *ua;
	struct wire wire;
	struct sa address;
	uint64_t now;
	unsigned cseq;
	char nonce[64]; /**< Of the last challenge                       */

	enum registrar_what eventv[DESK_EVENTS];
	unsigned eventc;
	char contact[256], instance[256]; /**< Of the last event     */
	bool deaf;   /**< Nothing that is sent is kept               */
	bool leaves; /**< At an event: ua and registrar are freed    */

	unsigned messages;
	unsigned answer;    /**< Code that a message gets, 0: 200    */
	const char *phrase; /**< And its reason                      */
	char body[256];	    /**< Of the last message                 */
	struct invite *inv; /**< Incoming call, our reference        */
};

/** A request of the visitor; zero is none, or the usual */
struct desk_request {
	const char *method; /**< NULL: REGISTER                   */
	const char *uri;    /**< NULL: sip:boardphone, or the board's */
	const char *to;	    /**< NULL: sip:home@boardphone        */
	const char *lines;  /**< Further header lines             */
	const char *ctype, *body;
	const char *password;  /**< NULL: no Authorization           */
	const char *algorithm; /**< NULL: SHA-256                    */
	const char *nonce;     /**< NULL: the last one               */
	const char *user;      /**< NULL: home                       */
	const char *auth_uri;  /**< NULL: uri                        */
	unsigned nc;	       /**< 0: 1                             */
};

/** Open it for a visitor; another one at the same verifier with other->v */
void desk_open(struct desk *d, const char *address, struct verifier *v);
void desk_close(struct desk *d);

/** Send a request. @return the status code of the last reply, 0 none */
unsigned desk_ask(struct desk *d, const struct desk_request *r);

/** The two halves of it: the message, and giving it, which frees it */
struct mbuf *desk_make(struct desk *d, const struct desk_request *r);
unsigned desk_give(struct desk *d, struct mbuf *mb);

/** REGISTER, answer the challenge, and 200 */
void desk_register(struct desk *d, const char *lines);

/** Give a file of tests/vectors. @return as desk_ask() */
unsigned desk_vector(struct desk *d, const char *name);

/** Whether the last reply has this text */
bool desk_has(const struct desk *d, const char *text);

/** Let time pass, timers of the registrar included */
void desk_run(struct desk *d, uint64_t us);

#endif

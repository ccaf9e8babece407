/**
 * @file core/sip/origin.h  Origin: who our requests come from, and their way
 *
 *     ua, registration -> [origin] -> exchange, invite -> transactions
 *
 * One per account, made by ua. Holds what all requests have in common:
 * address of record, Contact, routes, credentials, transactions, whether
 * there is a flow at all, and which exchanges are under way.
 */
#ifndef CORE_SIP_ORIGIN_H
#define CORE_SIP_ORIGIN_H

#include "core/sip/request.h"

struct credentials;
struct dialog;
struct replaces;
struct screen_policy;
struct transactions;

enum {
	ORIGIN_HEADERS_MAX = 16, /**< Configured headers, ours           */
	ORIGIN_ROUTES_MAX = 8,	 /**< Service-Route entries kept, ours     */
	ORIGIN_TEXT_MAX = 512,	 /**< Such an entry, or a GRUU [bytes], ours */
};

/** Methods beyond those of every account, a set of bits */
enum origin_method {
	ORIGIN_MESSAGE = 1,  /**< RFC 3428                                 */
	ORIGIN_REGISTER = 2, /**< We are the registrar                     */
	ORIGIN_NOTIFY = 4,   /**< We subscribe: RFC 6665                   */
};

/** Which address the registrar may give us (RFC 5627) */
enum origin_gruu {
	ORIGIN_GRUU_PUBLIC = 0,
	ORIGIN_GRUU_TEMPORARY, /**< Does not tell the address of record    */
	ORIGIN_GRUU_NONE,
};

/** Configuration; texts are copied */
struct origin_params {
	const char *user;	    /**< User of the address of record, or a
					 whole sip: URI                    */
	const char *realm;	    /**< Its domain, and the only realm whose
					 challenges are answered           */
	const char *display_name;   /**< May be NULL                       */
	const char *instance;	    /**< "urn:uuid:..."; NULL: no outbound */
	unsigned reg_id;	    /**< RFC 5626 section 4.2; 0 is 1      */
	const char *outbound_proxy; /**< "sip:host;lr"; NULL for none      */
	const char *user_agent;	    /**< User-Agent and Server, or NULL    */
	const char *const *headerv; /**< Configured "Name: value" of every
					 request, up to NULL; or NULL      */
	uint64_t session_timer;	    /**< RFC 4028 [us], 0: none of ours    */
	bool transfers;		    /**< NOTIFY is taken, after our REFER  */
	bool transferable;	    /**< REFER is taken                    */
	bool replaceable;	    /**< Replaces is supported             */
	const char *caps; /**< Feature tags ";a;b" of our Contact, or NULL  */
	enum origin_gruu gruu; /**< Which one is taken                     */
	bool reliable; /**< 1xx are sent reliably to who can take them so */
	bool insecure; /**< The flow is ws://, not wss://     */
	bool rtcweb_breaker; /**< Our Contact asks a webrtc2sip gateway to
				  translate media, and no GRUU is taken    */
	bool click2call;     /**< ... and says that to it                  */
	const char *message_types; /**< What a MESSAGE may have, a comma
					 list, or it gets 415; NULL: any    */
	unsigned methods;	   /**< enum origin_method; ua.c sets it  */
};

struct origin;

/**
 * Make an origin without a flow. Free it with mem_deref(), which ends its
 * exchanges silently.
 *
 * @param op     Set to the new origin
 * @param prm    Configuration
 * @param trans  A reference is kept
 * @param cred   A reference is kept; NULL answers no challenge
 *
 * @return 0, ENOMEM, EINVAL no user or realm, or one that is no part of a
 *         URI, or a display name that cannot stand in a header
 */
int origin_alloc(struct origin **op, const struct origin_params *prm,
		 struct transactions *trans, struct credentials *cred);

/** Its parts, borrowed */
struct transactions *origin_transactions(const struct origin *o);
struct credentials *origin_credentials(const struct origin *o);
struct list *origin_exchanges(struct origin *o);

/** Whether there is a flow, so that requests can leave */
bool origin_up(const struct origin *o);

/** The flow came or went. A new one needs no old nonces, but keeps them */
void origin_set_up(struct origin *o, bool up);

/** Address of record, "sip:user@realm" */
const char *origin_aor(const struct origin *o);

/** From of our requests without tag: "Name" <sip:user@realm> */
const char *origin_from(const struct origin *o);

/** URI of the registrar, "sip:realm" */
const char *origin_registrar(const struct origin *o);

/** The parameter of the registrar's that has our GRUU: "pub-gruu"; NULL: none
    is taken */
const char *origin_gruu_param(const struct origin *o);

/** Whether a Contact URI is ours: its user part is our random one */
bool origin_is_contact(const struct origin *o, const struct uri *uri);

/**
 * Take what the registrar gave: Service-Route (RFC 3608) and pub-gruu (RFC
 * 5627), or that it gave none. What is too long is left out.
 *
 * @param ok    2xx to REGISTER; NULL forgets both
 * @param gruu  Value of origin_gruu_param(); may be empty
 */
void origin_learn(struct origin *o, const struct sip_msg *ok,
		  const struct pl *gruu);

/**
 * Complete what a person writes: "johndoe" and "555" become
 * sip:johndoe@realm, "bob@example.org" becomes sip:bob@example.org, and a
 * URI with scheme sip or sips stays.
 *
 * @param urip  Set to the URI, for mem_deref()
 *
 * @return 0, ENOMEM, EINVAL nothing that can be called
 */
int origin_complete(char **urip, const struct origin *o, const char *to);

/**
 * Fill in uri's way: routev and routec. They live until the origin learns.
 * Without `service` only the outbound proxy: REGISTER takes no Service-Route
 * (RFC 3608 section 6.1).
 */
void origin_fill_routes(const struct origin *o, struct request *r,
			bool service);

/**
 * Add the Contact line of a message that makes or refreshes a dialog: the
 * GRUU, or our address with ;ob (RFC 5627 section 4.4, RFC 5626 section 4.3).
 *
 * @param caps  Feature tags; NULL: those of the account
 *
 * @return 0 or errno of header_add()
 */
int origin_add_contact(struct mbuf *headers, const struct origin *o,
		       const char *caps);

/** As origin_add_contact(), for an INVITE that begins a call: with what
    credentials_tell() says */
int origin_add_calling(struct mbuf *headers, const struct origin *o,
		       const char *caps);

/** As origin_add_contact(), with what kind of device this is: one with sound
    that stays where it is (RFC 3840 section 10) */
int origin_add_capable(struct mbuf *headers, const struct origin *o);

/**
 * Add the Contact line of a REGISTER: +sip.instance and reg-id, where there
 * is an instance (RFC 5626 section 4.2).
 *
 * @param expires  [s], 0 removes the binding
 *
 * @return 0 or errno of header_add()
 */
int origin_add_binding(struct mbuf *headers, const struct origin *o,
		       uint32_t expires);

/** Add Allow and Supported. @return 0 or errno of header_add() */
int origin_add_allow(struct mbuf *headers, const struct origin *o);

/** The same, but for 100rel: reliable 1xx are not for this request */
int origin_add_allow_unreliable(struct mbuf *headers, const struct origin *o);

/** The session interval that we want [s], 0: none */
uint32_t origin_session_timer(const struct origin *o);

/** Whether 1xx are to be sent reliably where they may be (RFC 3262) */
bool origin_reliable(const struct origin *o);

/** What this phone does, for screen_request() */
const struct screen_policy *origin_policy(const struct origin *o);

/** Remember the dialog of a call that ends, if a Replaces may name it; a
    reference is kept then */
void origin_bury(struct origin *o, struct dialog *d);

/** Whether a call that ended lately is meant (RFC 3891 section 3) */
bool origin_buried(const struct origin *o, const struct replaces *r);

/** Print the state on one line, for %H */
int origin_print(struct re_printf *pf, const struct origin *o);

#endif

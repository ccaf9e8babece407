/**
 * @file core/sip/origin.h  Origin: who our requests come from, and their way
 *
 *     ua, registration -> [origin] -> exchange, invite -> transaction
 *
 * One per account and flow, made by ua. Holds what every request has in
 * common: address of record, Contact, routes, configured headers, the
 * password's nonces, the transactions, and whether there is a flow at all.
 */
#ifndef CORE_SIP_ORIGIN_H
#define CORE_SIP_ORIGIN_H

#include "core/base/clock.h"

struct credentials;
struct transactions;

enum {
	ORIGIN_HEADERS_MAX = 16, /**< Configured headers, ours          */
	ORIGIN_ROUTES_MAX = 8,	 /**< Service-Route entries kept, ours  */
	ORIGIN_TOKEN = 8,	 /**< Random bytes of Contact user, ours */
	ORIGIN_TAG = 12,	 /**< Random bytes of a tag: 96 bit
				      (SECURITY row 48)                 */
};

/** How a Contact is used, which decides on its parameters */
enum origin_contact {
	ORIGIN_REGISTER, /**< +sip.instance, reg-id: RFC 5626 section 4.2 */
	ORIGIN_DIALOG,	 /**< GRUU, or ;ob: RFC 5627 4.4, RFC 5626 4.3    */
};

/** Configuration; texts are copied */
struct origin_params {
	const char *user;	    /**< User of the address of record, or a
					whole sip: URI                      */
	const char *realm;	    /**< Domain of it, and authentication's  */
	const char *display_name;   /**< May be NULL                         */
	const char *instance;	    /**< urn:uuid:...; NULL: no outbound     */
	unsigned reg_id;	    /**< RFC 5626 section 4.2, from 1        */
	const char *outbound_proxy; /**< URI; NULL for none                 */
	const char *user_agent;	    /**< May be NULL                         */
	const char *const *headerv; /**< "Name: value", NULL-terminated, or
					 NULL                               */
};

struct origin;

/**
 * Make an origin. Free it with mem_deref().
 *
 * @param trans  Way out; borrowed, must outlive the origin
 * @param cred   Borrowed likewise; NULL answers no challenge
 *
 * @return 0, ENOMEM, EINVAL a text that cannot stand in a header
 */
int origin_alloc(struct origin **op, const struct origin_params *params,
		 struct transactions *trans, struct credentials *cred);

struct transactions *origin_transactions(const struct origin *o);
struct credentials *origin_credentials(const struct origin *o);

/** Whether there is a flow: requests go out */
bool origin_up(const struct origin *o);
void origin_set_up(struct origin *o, bool up);

/** Address of record, "sip:user@realm" */
const char *origin_aor(const struct origin *o);

/** The user part that is in our Contact, random */
const char *origin_contact_user(const struct origin *o);

/**
 * What the registrar gave. Both are forgotten with NULL or nothing.
 *
 * @param ok  2xx to REGISTER: Service-Route (RFC 3608) is taken from it
 */
int origin_set_service_route(struct origin *o, const struct sip_msg *ok);
int origin_set_gruu(struct origin *o, const struct pl *gruu);

/**
 * Complete what a person writes: "johndoe" is sip:johndoe@realm, a number
 * too; a URI with scheme sip or sips stays.
 *
 * @param urip  Set to the URI, mem_deref() it
 *
 * @return 0, ENOMEM, EINVAL not something to call
 */
int origin_complete(char **urip, const struct origin *o, const char *to);

/** Print From value without tag, for %H: "Name" <sip:user@realm> */
int origin_from(struct re_printf *pf, const struct origin *o);

/** Print Contact value, for %H; the argument says whose and what for */
struct origin_contact_arg {
	const struct origin *o;
	enum origin_contact use;
};
int origin_contact(struct re_printf *pf, const struct origin_contact_arg *a);

/** Print Route lines of a request outside a dialog, for %H. REGISTER goes
    by the outbound proxy only (RFC 3608 section 5) */
int origin_routes(struct re_printf *pf, const struct origin *o);
int origin_proxy(struct re_printf *pf, const struct origin *o);

/** Print User-Agent and configured header lines, for %H */
int origin_headers(struct re_printf *pf, const struct origin *o);

/** Print Allow and Supported lines, for %H */
int origin_allow(struct re_printf *pf, const struct origin *o);

#endif

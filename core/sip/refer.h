/**
 * @file core/sip/refer.h  Refer: whom a REFER wants called
 *
 *     Refer-To, Referred-By -> [refer] -> URI, Replaces, who wants it
 *     URI, a dialog -> [refer] -> Refer-To of ours
 *
 * RFC 3515 and 3892. Of what a URI may bring along for the call's header (RFC
 * 3261 section 19.1.5) only Replaces is taken, and that it is required. It is
 * where the address does not lead to one device alone: other instances of an
 * address of record are to refuse then, and not to ring.
 */
#ifndef CORE_SIP_REFER_H
#define CORE_SIP_REFER_H

#include "core/base/re.h"

struct dialog;

enum {
	REFER_URI_MAX = 512, /**< URI of Refer-To, Referred-By [bytes], ours */
};

/** A wish of somebody's, refcounted */
struct refer {
	char *uri;	/**< To be called: sip: or sips:                   */
	char *replaces; /**< Value of Replaces; NULL: none                 */
	char *by;	/**< Value of Referred-By; NULL: none              */
	bool strict;	/**< With Replaces: nobody is to ring who does not
			     know it, RFC 5589 section 7.3                 */
	bool silent;	/**< No NOTIFY is wanted (RFC 4488)                */
};

/**
 * Decode a REFER. Free with mem_deref().
 *
 * @return 0, ENOMEM, EBADMSG no Refer-To or it is of no use: 400, ENOTSUP
 *         another scheme: 416, EPERM something else than a call: 403
 */
int refer_decode(struct refer **rp, const struct sip_msg *msg);

/** Whether a URI leads to one instance alone: a GRUU (RFC 5627) */
bool refer_is_gruu(const char *uri);

/** Whether a REFER wants no NOTIFY, or its 2xx promises none (RFC 4488) */
bool refer_silent(const struct sip_msg *msg);

/**
 * Make the value of Refer-To.
 *
 * @param valuep  Set to the value, for mem_deref()
 * @param uri     Whom to call
 * @param d       Our dialog with them, which is to be replaced; or NULL
 *
 * @return 0, ENOMEM, EINVAL nothing to stand in such a value
 */
int refer_encode(char **valuep, const char *uri, const struct dialog *d);

#endif

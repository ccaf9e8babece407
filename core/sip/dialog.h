/**
 * @file core/sip/dialog.h  Dialog: what two user agents share of a call
 *
 *     INVITE, responses -> [dialog] -> request URI, Route, From, To, CSeq
 *
 * RFC 3261 section 12: Call-ID and tags, route set, remote target, sequence
 * numbers of both sides. Knows no transaction, no flow and no time, so that
 * it outlives all of them. Texts from the network are kept unfolded: no CR
 * and no LF ever leaves.
 */
#ifndef CORE_SIP_DIALOG_H
#define CORE_SIP_DIALOG_H

#include "core/sip/request.h"

enum {
	DIALOG_ROUTES_MAX = 16, /**< Entries of a route set, ours         */
	DIALOG_TEXT_MAX = 2048, /**< A URI or name-addr [bytes], ours     */
	DIALOG_TOKEN_MAX = 256, /**< Call-ID or tag [bytes], ours         */
};

struct dialog;

/**
 * Start a dialog as the called side. Free it with mem_deref().
 *
 * @param dp   Set to the new dialog, early until dialog_confirm()
 * @param req  INVITE without To tag
 * @param tag  Our tag
 *
 * @return 0, ENOMEM, EBADMSG no usable Contact, Call-ID or From tag (400),
 *         E2BIG more or longer texts than the limits (also 400)
 */
int dialog_alloc_called(struct dialog **dp, const struct sip_msg *req,
			const char *tag);

/**
 * Start a dialog as the calling side, from a 1xx with To tag or a 2xx.
 * A response without Contact leaves the target where the request went.
 *
 * @param dp    Set to the new dialog, early unless the response is 2xx
 * @param resp  Response to our INVITE
 * @param ruri  Request URI of that INVITE
 *
 * @return 0, ENOMEM, EBADMSG no To tag, E2BIG as above
 */
int dialog_alloc_calling(struct dialog **dp, const struct sip_msg *resp,
			 const char *ruri);

/**
 * Start a dialog as who subscribed, from the first NOTIFY (RFC 6665 section
 * 4.4.1): established at once, its route set that of the NOTIFY.
 *
 * @param notify  With both tags
 * @param cseq    CSeq number of our last SUBSCRIBE
 *
 * @return 0, ENOMEM, EBADMSG no usable Contact or tags, E2BIG as above
 */
int dialog_alloc_notified(struct dialog **dp, const struct sip_msg *notify,
			  uint32_t cseq);

/**
 * The dialog is established: by the 2xx received (its route set and target
 * replace those of the early dialog, RFC 3261 section 13.2.2.4), or by the
 * 2xx sent.
 *
 * @param resp  2xx received, NULL when it was sent
 *
 * @return 0, ENOMEM, E2BIG (the old route set and target stay)
 */
int dialog_confirm(struct dialog *d, const struct sip_msg *resp);

/** Take the Contact of a re-INVITE, UPDATE or 2xx to one as new target */
int dialog_refresh(struct dialog *d, const struct sip_msg *msg);

/** Whether a message belongs to the dialog: Call-ID and both tags */
bool dialog_matches(const struct dialog *d, const struct sip_msg *msg);

/** Whether it is the one with this Call-ID and these tags; 0 stands for no tag,
    too (RFC 3891 section 6.1) */
bool dialog_is(const struct dialog *d, const struct pl *callid,
	       const struct pl *local_tag, const struct pl *remote_tag);

/**
 * Check and take the CSeq of a request (not ACK, not CANCEL).
 *
 * @return 0, EBADMSG out of order: answer 500 (RFC 3261 section 12.2.2)
 */
int dialog_take_cseq(struct dialog *d, const struct sip_msg *req);

/** The next CSeq number of ours; every call counts one up */
uint32_t dialog_next_cseq(struct dialog *d);

/** Whether a 2xx established the dialog */
bool dialog_confirmed(const struct dialog *d);

/** Whether we sent the INVITE that made it */
bool dialog_calling(const struct dialog *d);

/** Request URI of requests within the dialog, lives until it changes */
const char *dialog_ruri(const struct dialog *d);

/** Contact of the peer, lives until it changes */
const char *dialog_target(const struct dialog *d);

/** Call-ID, our tag and the peer's, live as long as the dialog */
const char *dialog_callid(const struct dialog *d);
const char *dialog_local_tag(const struct dialog *d);
const char *dialog_remote_tag(const struct dialog *d);

/**
 * Fill in where a request within the dialog goes and whose it is: uri, routev,
 * routec, from, to, callid. They live until the dialog changes. Method and
 * CSeq number are left to the caller.
 */
void dialog_fill(const struct dialog *d, struct request *r);

/** Print the state on one line, for %H */
int dialog_print(struct re_printf *pf, const struct dialog *d);

#endif

/**
 * @file core/sip/message.h  Message: from bytes to a checked struct sip_msg
 *
 *     WebSocket message -> [message] -> transactions -> dialog, registration
 *
 * Makes libre's struct sip_msg, so that sip_msg_hdr(), sip_msg_hdr_apply(),
 * sip_msg_xhdr() and the like work on it, but decodes by itself: libre's
 * decoder refuses messages that RFC 4475 calls valid (no branch, unknown
 * schemes) and takes many that it calls invalid (numbers that wrap, doubled
 * headers, wrong Content-Length). What differs from libre's:
 *
 * - hdrl holds each header line as received, once, in order;
 * - the hash (sip_msg_hdr() and friends) holds one entry a value, so lists
 *   with commas are split for the headers that sip_msg_decode() splits;
 * - msg->to.uri and from.uri have only a scheme when that is not sip or sips;
 * - msg->uri too, and message_decode() does not mind;
 * - msg->mb from pos to end is the body, cut to Content-Length: leave pos
 *   alone and use message_body().
 */
#ifndef CORE_SIP_MESSAGE_H
#define CORE_SIP_MESSAGE_H

#include "core/sip/grammar.h"

enum {
	MESSAGE_MAX = 65536,	 /**< [bytes] SECURITY, limits           */
	MESSAGE_HEADERS = 128,	 /**< Header values kept, SECURITY row 12 */
	MESSAGE_LINE_MAX = 8192, /**< A header with its folded lines
				      [bytes], SECURITY row 12           */
	MESSAGE_LIST_MAX = 64,	 /**< Elements of a header, SECURITY row 12 */
	MESSAGE_FORWARDS_MAX = 255, /**< RFC 3261 section 20.22          */
};

/** What is wrong with a message */
struct message_fault {
	uint16_t scode;	    /**< What a request deserves: 400, 505, 513 */
	const char *reason; /**< Reason phrase, static: "Bad CSeq"      */
};

/**
 * Decode and check one message, from mb->pos to mb->end. Empty lines in
 * front are skipped; what follows the body is ignored.
 *
 * @param msgp   Set to the message, which keeps a reference to mb. Set to
 *               NULL on errors, except for a faulty request that has all that
 *               a reply needs: then it is good for reply_encode() only
 * @param mb     The bytes; not to be changed any more
 * @param fault  Set when EBADMSG is returned; may be NULL
 *
 * @return 0, EBADMSG, ENODATA nothing but empty lines, ENOMEM
 */
int message_decode(struct sip_msg **msgp, struct mbuf *mb,
		   struct message_fault *fault);

/** Whether this is a request of that method (which has case) */
bool message_is(const struct sip_msg *msg, const char *method);

/** Whether the CSeq, of a request or a response, has that method */
bool message_cseq_is(const struct sip_msg *msg, const char *method);

/** The body; length 0 when there is none. Valid as long as msg */
struct pl message_body(const struct sip_msg *msg);

/** Whether the body is of that type, "application/sdp", sans parameters */
bool message_body_is(const struct sip_msg *msg, const char *type);

/** Whether a list header (Require, Supported, Allow) has that element */
bool message_lists(const struct sip_msg *msg, enum sip_hdrid id,
		   const char *element);

/**
 * A header that is a number of seconds (Expires, Min-Expires, Retry-After),
 * which parameters and comments may follow.
 *
 * @param other  Returned when it is missing or not a number [s]
 * @param max    Returned when it is larger [s]
 */
uint32_t message_seconds(const struct sip_msg *msg, enum sip_hdrid id,
			 uint32_t other, uint32_t max);

#endif

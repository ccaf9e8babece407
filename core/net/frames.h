/**
 * @file core/net/frames.h  Frames: WebSocket frames to messages, and back
 *
 *     wsock <-> messages, pings, closes <-> [frames] <-> bytes
 *
 * RFC 6455 section 5 on wslay's frame interface (its event interface answers
 * every ping and counts no fragments). wslay checks the shape of a frame;
 * order, masks, reserved bits, UTF-8 and limits are checked here.
 */
#ifndef CORE_NET_FRAMES_H
#define CORE_NET_FRAMES_H

#include "core/base/re.h"

enum {
	FRAMES_MESSAGE_MAX = 128 * 1024, /**< SECURITY row 15 [bytes]      */
	FRAMES_FRAGMENTS_MAX = 1024,	 /**< Of a message, the same row   */
	FRAMES_CONTROL_MAX = 125,	 /**< RFC 6455 section 5.5 [bytes] */
	FRAMES_CODE_SIZE = 2,		 /**< Section 5.5.1 [bytes]        */
};

enum frames_role {
	FRAMES_CLIENT = 0, /**< Masks what it sends     */
	FRAMES_SERVER,	   /**< Wants to be sent masked */
};

/** RFC 6455 section 7.4.1 */
enum frames_code {
	FRAMES_NORMAL = 1000,
	FRAMES_GOING_AWAY = 1001,
	FRAMES_PROTOCOL = 1002,
	FRAMES_RESERVED = 1004,
	FRAMES_NO_STATUS = 1005,
	FRAMES_ABNORMAL = 1006,
	FRAMES_NOT_UTF8 = 1007,
	FRAMES_POLICY = 1008,
	FRAMES_TOO_BIG = 1009,
	FRAMES_TRY_LATER = 1013,    /**< IANA's registry of section 11.7 */
	FRAMES_REGISTERED = 1014,   /**< Last one an endpoint may send */
	FRAMES_PRIVATE = 3000,	    /**< Section 7.4.2, from here ...  */
	FRAMES_PRIVATE_LAST = 4999, /**< ... to here                   */
};

enum frames_kind {
	FRAMES_TEXT = 0, /**< A whole message, valid UTF-8 */
	FRAMES_BINARY,	 /**< A whole message              */
	FRAMES_CLOSE,
	FRAMES_PING,
	FRAMES_PONG,
};

/** What came in, or what was wrong with it */
struct frames_item {
	enum frames_kind kind;
	struct mbuf *mb;		  /**< Message; the caller's now   */
	uint8_t ctrl[FRAMES_CONTROL_MAX]; /**< Payload of the other kinds  */
	size_t ctrlc;			  /**< Its size [bytes]            */
	enum frames_code code;		  /**< After an error: close with it */
	const char *why;		  /**< After an error: static text */
};

struct frames;

/** Allocate; free with mem_deref(). @return 0, ENOMEM */
int frames_alloc(struct frames **fp, enum frames_role role);

/**
 * Give bytes from the peer. They are borrowed until frames_next() has
 * returned EAGAIN.
 */
void frames_input(struct frames *f, const uint8_t *p, size_t size);

/**
 * Get the next thing that is complete.
 *
 * @return 0, EAGAIN needs input, EPROTO, EMSGSIZE, ENOMEM; after these three
 *         the connection is to be failed with code and why of the item
 */
int frames_next(struct frames *f, struct frames_item *item);

/** Whether it is within a frame or a message */
bool frames_is_partial(const struct frames *f);

/**
 * Make a frame, masked when the role wants it.
 *
 * @param mbp  Set to the frame, at position 0
 *
 * @return 0, ENOMEM
 */
int frames_encode(struct frames *f, struct mbuf **mbp, enum frames_kind kind,
		  const uint8_t *p, size_t size);

/** Whether a peer may send that close code */
bool frames_is_code(unsigned code);

/** Whether bytes are valid UTF-8 (RFC 3629), NUL included */
bool frames_is_utf8(const uint8_t *p, size_t size);

#endif

/**
 * @file core/net/responder.h  Responder: answers to the peer's checks
 *
 *     peer's check -> agent -> [responder] -> answer -> base
 *                                 -> verdict -> checks, early
 *
 * Answers only who knows our password and has our ufrag, so often a second
 * and no more (SECURITY row 25), and never at greater length than asked.
 */
#ifndef CORE_NET_RESPONDER_H
#define CORE_NET_RESPONDER_H

#include "core/net/base.h"
#include "core/net/check.h"
#include "core/net/throttle.h"

/** What a request was */
enum responder_verdict {
	RESPONDER_IGNORED, /**< Not answered, or nothing follows from it   */
	RESPONDER_HEARD,   /**< A check of this generation, answered       */
	RESPONDER_SWITCH,  /**< The same, and our role has to change first */
};

/** A responder; embed it, zeroed */
struct responder {
	struct throttle throttle;
	uint32_t bad;	  /**< Not authentic, or not a check              */
	uint32_t foreign; /**< Of another fork of the call                */
};

/**
 * A Binding request came.
 *
 * @param k    Keys of this generation
 * @param old  Keys of the path in use, which may be of the one before; NULL
 * @param ua   What was not understood in it
 * @param in   Set to what it says, unless it is ignored
 */
enum responder_verdict responder_request(
	struct responder *r, const struct check_keys *k,
	const struct check_keys *old, struct base *base, const struct sa *src,
	const struct stun_msg *msg, const struct stun_unknown_attr *ua,
	struct check_in *in, uint64_t now);

#endif

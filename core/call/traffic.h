/**
 * @file core/call/traffic.h  Traffic: the requests within a call, as events
 *
 *     invite -> [traffic] -> events i_request, o_request, sent_request,
 *                            message_error, global_error
 *
 * For programs that follow a call more closely than its state. What keeps a
 * call or a connection alive is left out, and so is SDP, which has keys in it;
 * a peer that sends more than TRAFFIC_RATE is not told of as often.
 */
#ifndef CORE_CALL_TRAFFIC_H
#define CORE_CALL_TRAFFIC_H

#include "core/call/call.h"

enum {
	TRAFFIC_RATE = 20,   /**< Events of a call in a second, ours */
	TRAFFIC_BODY = 1024, /**< Of a body in an event [bytes], ours */
};

/** A request passes, see invite_set_requests(); arg is the call */
invite_request_h traffic_handler;

/** What became of one of ours: told if it was refused */
void traffic_answered(const struct call *c, const struct invite_event *ev);

/** Something of ours failed, which the call ends by: memory, sockets ... */
void traffic_fault(const struct call *c, int err);

#endif

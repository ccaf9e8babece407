/**
 * @file core/call/keypad.h  Keypad: the digits of a call, and other INFO
 *
 *     call_dtmf() -> [keypad] -> session: RFC 4733, or INFO
 *     session, INFO -> [keypad] -> events, digit handler
 *
 * A part of call.
 */
#ifndef CORE_CALL_KEYPAD_H
#define CORE_CALL_KEYPAD_H

#include "core/call/call_parts.h"

/** A digit came, by "rtp" or "info" */
void keypad_digit(struct call *c, char digit, const char *by, uint64_t now);

/** An INFO of ours was answered: the next digit goes */
void keypad_answered(struct call *c, const struct invite_event *ev,
		     uint64_t now);

/** An INFO came: a digit, a wish for a key frame, or something else */
void keypad_info(struct call *c, const struct invite_event *ev, uint64_t now);

#endif

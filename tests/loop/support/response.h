/**
 * @file tests/loop/support/response.h  Response: answers in a server's name
 *
 *     phone -> exchange -> [response] -> exchange -> phone
 *
 * Writes a response to a request; whom it goes to, and when, is the
 * exchange's.
 */
#ifndef TESTS_LOOP_SUPPORT_RESPONSE_H
#define TESTS_LOOP_SUPPORT_RESPONSE_H

#include "core/base/re.h"

/**
 * A response with all that it must copy from the request, and a tag.
 *
 * @param status  Code and phrase, "404 Not Found"
 * @param extra   Header lines, each with its end; "" for none
 *
 * @return the message from its start on, the caller's
 */
struct mbuf *response_make(const struct sip_msg *msg, const char *status,
			   const char *extra);

/**
 * 200 to a REGISTER, with the Contact that it brought.
 *
 * @param user  Set to the user of that Contact, within the request; empty
 *              if there is none
 *
 * @return as response_make()
 */
struct mbuf *response_register(const struct sip_msg *msg, struct pl *user);

#endif

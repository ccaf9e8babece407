/**
 * @file tests/loop/support/gateway.h  Gateway: makes peers that can less
 *
 *     phone A -> exchange -> [gateway] -> exchange -> phone B
 *
 * Takes out of the SDP on its way what old gateways do not know, either way:
 * each phone then takes the other for such a one.
 */
#ifndef TESTS_LOOP_SUPPORT_GATEWAY_H
#define TESTS_LOOP_SUPPORT_GATEWAY_H

#include "core/base/re.h"

/** What it does not know; to be or-ed */
enum gateway_lack {
	GATEWAY_ICE = 1,
	GATEWAY_MUX = 2,
	GATEWAY_BUNDLE = 4,
};

/** From now on, at the exchange; 0 for an end of it */
void gateway_set(unsigned lacks);

#endif

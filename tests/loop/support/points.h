/**
 * @file tests/loop/support/points.h  Points: no product is computed twice
 *
 *     handshake -> ECDH, ECDSA -> [points] -> mbedTLS
 *
 * Half of what a short call in virtual time costs is points of P-256. While
 * they are kept, a handshake draws its keys from a few, so that most products
 * are known; and what a signature is checked by is one product instead of
 * two, because whose key it is is known as well. Each result is the one that
 * mbedTLS computes: a wrong signature is wrong here, too.
 */
#ifndef TESTS_LOOP_SUPPORT_POINTS_H
#define TESTS_LOOP_SUPPORT_POINTS_H

#include <stdbool.h>

/** Keep them from now on, or no more, as at the start */
void points_keep(bool keep);

#endif

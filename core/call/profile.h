/**
 * @file core/call/profile.h  Profile: what SDP says of H.264 that is made
 *
 *     size, rate or SPS of an access unit -> [profile] -> "42e01f"
 *
 * profile-level-id of RFC 6184 section 8.1.
 */
#ifndef CORE_CALL_PROFILE_H
#define CORE_CALL_PROFILE_H

#include "core/device/encoder.h"

enum {
	PROFILE_SIZE = 7, /**< Six hex digits and a zero */
};

/** Constrained baseline, level 3.1 or what these ask for */
void profile_guess(char text[PROFILE_SIZE], const struct encoder_prefs *prefs);

/** Read it from the SPS. @return 0, ENOENT no SPS, or as avc_sps_decode() */
int profile_read(char text[PROFILE_SIZE], const struct encoder_unit *unit);

#endif

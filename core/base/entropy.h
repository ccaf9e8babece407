/**
 * @file core/base/entropy.h  Entropy: random bytes from the kernel
 *
 *     getrandom(2) -> [entropy] -> ufrag, tokens, nonces, jitter of timers
 *
 * Blocks until the kernel is seeded, which is before a phone has a network.
 * A test puts its own generator in its place and repeats a run exactly.
 */
#ifndef CORE_BASE_ENTROPY_H
#define CORE_BASE_ENTROPY_H

#include "core/base/re.h"

/** Fills n bytes */
typedef void(entropy_source_h)(uint8_t *p, size_t n, void *arg);

/** Fill n bytes with unpredictable ones. Never fails: aborts instead */
void entropy_bytes(void *p, size_t n);

/**
 * Fill a string with letters and digits, 6 bits of `+/` and those each
 * (ice-char of RFC 8839 section 5.4), and a final 0.
 *
 * @param size  Size of the string with its 0, at least 1
 */
void entropy_text(char *str, size_t size);

/** A random number */
uint32_t entropy_u32(void);

/** A random number from lo to hi, both included; lo <= hi */
uint64_t entropy_between(uint64_t lo, uint64_t hi);

/** Take the bytes from another source, for tests; NULL for the kernel's */
void entropy_set_source(entropy_source_h *h, void *arg);

#endif

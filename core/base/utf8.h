/**
 * @file core/base/utf8.h  UTF-8: is it, and how long
 */
#ifndef CORE_BASE_UTF8_H
#define CORE_BASE_UTF8_H

#include "core/base/re.h"

/**
 * Length of the character at p (RFC 3629): no overlong forms, surrogates,
 * nor anything beyond U+10FFFF.
 *
 * @param left  Bytes at p, not 0
 *
 * @return 1 to 4, 0: not UTF-8
 */
size_t utf8_length(const uint8_t *p, size_t left);

#endif

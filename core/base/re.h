/**
 * @file core/base/re.h  libre, the one way it is included
 *
 *     <re.h> -> [re.h] -> everything
 *
 * Sets what libre's headers expect from the compiler's command line (they
 * change the layout of struct sa), and hides differences between libre 1.1
 * (Debian 12) and 2.0 (Debian 13).
 */
#ifndef CORE_BASE_RE_H
#define CORE_BASE_RE_H

#ifndef HAVE_INET6
#define HAVE_INET6 1
#endif
#ifndef HAVE_INTTYPES_H
#define HAVE_INTTYPES_H 1
#endif
#ifndef HAVE_STDBOOL_H
#define HAVE_STDBOOL_H 1
#endif

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* libre's JSON enumerators have the names of jansson's, which we use */
#define JSON_STRING RE_JSON_STRING
#define JSON_INT    RE_JSON_INT
#define JSON_DOUBLE RE_JSON_DOUBLE
#define JSON_BOOL   RE_JSON_BOOL
#define JSON_NULL   RE_JSON_NULL
#include <re.h>
#undef JSON_STRING
#undef JSON_INT
#undef JSON_DOUBLE
#undef JSON_BOOL
#undef JSON_NULL

#endif

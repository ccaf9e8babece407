/**
 * @file tests/unit/test.h  What every test includes: cmocka, whole
 */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/base/re.h"

/* Of the address sanitizer's run time, where it is linked */
extern size_t __sanitizer_get_current_allocated_bytes(void)
	__attribute__((weak));

/**
 * Bytes allocated now: equal before and after = no leak. Counted under the
 * address sanitizer; 0 without it (Debian's libre keeps no count, and malloc
 * counts what it caches).
 */
static inline size_t test_blocks(void)
{
	return __sanitizer_get_current_allocated_bytes
		       ? __sanitizer_get_current_allocated_bytes()
		       : 0;
}

#endif

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

/** Blocks that libre's memory holds now: equal before and after = no leak */
static inline size_t test_blocks(void)
{
	struct memstat st;

	return mem_get_stat(&st) ? 0 : st.blocks_cur;
}

#endif

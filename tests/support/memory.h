/**
 * @file tests/support/memory.h  What the heap holds, and a heap that ends
 *
 *     code under test -> malloc() -> [memory] -> glibc
 *
 * Takes the place of glibc's allocator in a test's process, libraries
 * included. Not under a sanitizer, which has its own: there nothing is
 * counted and nothing fails.
 */
#ifndef TESTS_SUPPORT_MEMORY_H
#define TESTS_SUPPORT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/** Blocks allocated and not freed now; 0 under a sanitizer */
size_t memory_blocks(void);

/**
 * Let an allocation fail after `n` more.
 *
 * @param n     -1: none fails
 * @param once  Only that one, else all after it, too
 */
void memory_fail_after(long n, bool once);

/** Whether one has failed since memory_fail_after() */
bool memory_failed(void);

#endif

/**
 * @file tests/support/memory.c  Counting and failing heap
 *
 * free(), realloc() and the aligned functions need no place in it but for the
 * count: glibc's own work on these blocks.
 */
#include <errno.h>
#include <stdatomic.h>
#include "tests/support/memory.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_HEAP 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OWN_HEAP 0
#endif
#endif
#ifndef OWN_HEAP
#define OWN_HEAP 1
#endif

static atomic_long blocks;
static atomic_long left = -1;
static atomic_bool failed, single;

size_t memory_blocks(void)
{
	return (size_t)atomic_load(&blocks);
}

void memory_fail_after(long n, bool once)
{
	atomic_store(&single, once);
	atomic_store(&failed, false);
	atomic_store(&left, n);
}

bool memory_failed(void)
{
	return atomic_load(&failed);
}

#if OWN_HEAP

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void __libc_free(void *p);

void *malloc(size_t n);
void *calloc(size_t n, size_t size);
void *realloc(void *p, size_t n);
void free(void *p);

static bool refuse(void)
{
	long n = atomic_load(&left);

	if (n < 0)
		return false;
	if (n > 0) {
		atomic_store(&left, n - 1);
		return false;
	}

	if (atomic_load(&single))
		atomic_store(&left, -1);
	atomic_store(&failed, true);
	errno = ENOMEM;
	return true;
}

static void *counted(void *p)
{
	if (p)
		atomic_fetch_add(&blocks, 1);
	return p;
}

void *malloc(size_t n)
{
	return refuse() ? NULL : counted(__libc_malloc(n));
}

void *calloc(size_t n, size_t size)
{
	return refuse() ? NULL : counted(__libc_calloc(n, size));
}

void *realloc(void *p, size_t n)
{
	void *q;

	if (refuse())
		return NULL;

	q = __libc_realloc(p, n);
	if (!p)
		(void)counted(q);
	return q;
}

void free(void *p)
{
	if (p)
		atomic_fetch_sub(&blocks, 1);
	__libc_free(p);
}

#endif

/**
 * @file tests/unit/test_thrift.c  Tests that codecs leave memory alone
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "drivers/thrift.h"
#include "drivers/vpx_encoder.h"

/* The linker's names, as a codec calls them */
extern void *thrift_vpx_calloc(size_t num,
			       size_t size) __asm__("__wrap_vpx_calloc");
extern void thrift_vpx_free(void *p) __asm__("__wrap_vpx_free");

enum {
	SIZE = 1 << 20
};

/*
 * Pages of a block that are there: bit 63, admin-guide/mm/pagemap.rst. What
 * an emulator of a process calls an address, the kernel does not.
 */
static unsigned pages(const void *mem, size_t size)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	unsigned n = 0;

	assert_true(fd >= 0);
	for (uintptr_t at = (uintptr_t)mem / page + 1;
	     at < ((uintptr_t)mem + size) / page; at++) {
		uint64_t entry = 0;

		if (pread(fd, &entry, sizeof(entry),
			  (off_t)(at * sizeof(entry))) == sizeof(entry))
			n += (unsigned)(entry >> 63);
	}
	(void)close(fd);
	return n;
}

/* One page is written: that one must be there, and neither of its neighbours */
static bool pages_are_told(void)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool told;

	assert_true(p != MAP_FAILED);
	p[2 * page] = 1;
	told = !pages(p, 2 * page) && pages(p + page, 2 * page) == 1 &&
	       !pages(p + 2 * page, 2 * page);
	(void)munmap(p, SIZE);
	return told;
}

static bool zero(const uint8_t *p, size_t size)
{
	return !p[0] && !memcmp(p, p + 1, size - 1);
}

static void test_thrift_block_is_zero_and_not_there(void **state)
{
	uint8_t *p, *dirty = malloc(3 * SIZE);
	(void)state;

	if (!pages_are_told())
		skip();
	assert_non_null(vpx_encoder_alloc); /* Then libvpx is linked */

	memset(dirty, 0xff, 3 * SIZE);
	free(dirty);
	for (size_t size = 1; size < 2 * SIZE; size = size * 3 + 1) {
		p = thrift_vpx_calloc(1, size);
		assert_non_null(p);
		if (size > 2 * THRIFT_LEAST)
			assert_int_equal(pages(p, size), 0);
		assert_true(zero(p, size));
		memset(p, 0xff, size);
		thrift_vpx_free(p);
	}
	assert_null(thrift_vpx_calloc(SIZE_MAX / 2, 3));
	thrift_vpx_free(NULL);
}

static void test_thrift_clears_after_a_key_and_now_and_then(void **state)
{
	struct thrift t = { .tokens = SIZE };
	uint8_t *p, *other;
	(void)state;

	if (!pages_are_told())
		skip();
	thrift_enter(&t);
	p = thrift_vpx_calloc(2, SIZE / 2);
	other = thrift_vpx_calloc(1, SIZE - 1); /* Has a meaning */
	thrift_leave();
	memset(other, 7, SIZE - 1);

	memset(p, 7, SIZE);
	thrift_picture(&t, true);
	assert_int_equal(pages(p, SIZE), 0);
	assert_true(zero(p, SIZE));

	memset(p, 7, SIZE);
	for (unsigned i = 1; i < THRIFT_PICTURES; i++) {
		thrift_picture(&t, false);
		assert_int_equal(p[SIZE / 2], 7);
	}
	thrift_picture(&t, false);
	assert_true(zero(p, SIZE));
	assert_int_equal(other[SIZE / 2], 7);

	thrift_enter(&t);
	thrift_vpx_free(p);
	thrift_leave();
	thrift_picture(&t, true); /* Not of what was given back */
	assert_null(t.blockv[0].mem);
	thrift_vpx_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_thrift_block_is_zero_and_not_there),
		cmocka_unit_test(
			test_thrift_clears_after_a_key_and_now_and_then),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

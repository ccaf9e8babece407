/**
 * @file tests/fuzz/fuzz_y4m.c  Fuzz target: files of raw pictures
 *
 * The input is a file, which then is played for a while, every third frame of
 * it. It is one of memory, so that nothing is written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "drivers/y4m.h"

enum {
	READS = 8,
	PATH_SIZE = 64,
	SIDE_MAX = 256, /* Larger ones are parsed only: memory, not code */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void play(const char *path)
{
	struct frame *f;
	struct y4m *y;

	if (y4m_open(&y, path))
		return;
	if (frame_alloc(&f, FRAME_I420, y4m_header(y)->width,
			y4m_header(y)->height))
		abort();
	for (unsigned i = 0; i < READS; i++)
		if (y4m_read(y, f, i % 3 ? 0 : 2) && y4m_read(y, f, 0))
			abort(); /* The first one was there when opened */
	mem_deref(f);
	mem_deref(y);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct y4m_header h;
	char path[PATH_SIZE];
	size_t len;
	int fd;

	(void)y4m_frame_decode(data, size, &len);
	if (y4m_header_decode(&h, data, size, &len))
		return 0;
	if (len > size || h.width > FRAME_SIDE_MAX || !h.fps_den)
		abort();
	if (h.width > SIDE_MAX || h.height > SIDE_MAX)
		return 0;

	fd = memfd_create("y4m", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	play(path);
	(void)close(fd);
	return 0;
}

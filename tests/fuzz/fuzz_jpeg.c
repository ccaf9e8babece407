/**
 * @file tests/fuzz/fuzz_jpeg.c  Fuzz: a camera's JPEG
 */
#include <stdlib.h>
#include "core/base/log.h"
#include "drivers/jpeg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	PIXELS_MAX = 320 * 240, /* Larger ones only take longer */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void *context; /* Kept, as a camera's is */
	unsigned width, height;
	struct frame *f;
	int err;

	if (jpeg_size(data, size, &width, &height) ||
	    width * height > PIXELS_MAX)
		return 0;
	if (frame_alloc(&f, FRAME_I420, width, height))
		abort(); /* It said that it would fit */

	err = jpeg_to_frame(&context, f, data, size);
	if (err && err != EBADMSG && err != ENOMEM)
		abort();
	mem_deref(f);
	return 0;
}

/**
 * @file tests/fuzz/fuzz_idr.c  Fuzz target: what kind an access unit is
 */
#include <stdlib.h>
#include "drivers/v4l2_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool idr = v4l2_format_idr(data, size);

	/* What comes after the first picture does not matter */
	if (idr && size > 1 && !v4l2_format_idr(data, size - 1) &&
	    (data[size - 1] & 0x1f) != 5)
		abort();
	return 0;
}

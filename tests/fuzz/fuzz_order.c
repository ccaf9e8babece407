/**
 * @file tests/fuzz/fuzz_order.c  Fuzz target: what a page asks of the board
 */
#include "core/call/order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct door *d; /* Without relays: all that is found is 404 */
	const struct pl pl = { (const char *)data, size };
	const char *reason = NULL;
	unsigned code;

	if (!d && door_alloc(&d, NULL))
		return 0;

	code = order_obey(d, &pl, size & 1, &reason, CLOCK_S);
	if (!reason || (code != 400 && code != 403 && code != 404))
		__builtin_trap();

	return 0;
}

/**
 * @file tests/fuzz/fuzz_trust.c  Fuzz target: subjectAltName
 */
#include "core/net/trust.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const hostv[] = { "sip.example.com", "192.0.2.1",
					     "2001:db8::1" };
	struct trust_check c;

	for (size_t i = 0; i < ARRAY_SIZE(hostv); i++) {
		if (!trust_check_init(&c, hostv[i], 0))
			(void)trust_match_extensions(data, size, &c, NULL);
	}

	return 0;
}

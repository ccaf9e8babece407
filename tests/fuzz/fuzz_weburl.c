/**
 * @file tests/fuzz/fuzz_weburl.c  Fuzz target: WebSocket URLs, hosts files
 */
#include "core/net/addresses.h"
#include "core/net/weburl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sa addrv[ADDRESSES_MAX];
	struct weburl u;
	char *text = NULL;

	(void)addresses_hosts((const char *)data, size, "sip", addrv,
			      ADDRESSES_MAX);
	if (pl_strdup(&text, &(struct pl){ (const char *)data, size }))
		return 0;

	/* What is taken holds nothing that could split a request */
	if (!weburl_decode(&u, text, NULL) &&
	    (strpbrk(u.path, " \r\n\t") || strpbrk(u.host, " \r\n\t/@") ||
	     u.path[0] != '/' || !u.port))
		__builtin_trap();

	mem_deref(text);
	return 0;
}

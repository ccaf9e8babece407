/**
 * @file tests/fuzz/fuzz_upgrade.c  Fuzz target: answer to the upgrade
 *
 * The first byte says in how many pieces it comes. @ in the input becomes
 * the accept value, so that the fuzzer gets past it.
 */
#include "core/base/log.h"
#include "core/net/upgrade.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void feed(struct upgrade *up, struct mbuf *mb, const uint8_t *p,
		 size_t n)
{
	mb->pos = mb->end;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '@')
			(void)mbuf_write_str(mb, up->accept);
		else
			(void)mbuf_write_u8(mb, p[i]);
	}
	mb->pos = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct weburl url;
	struct upgrade up;
	struct mbuf *mb;
	size_t step;

	if (!size || weburl_decode(&url, "wss://sip.test/ws", NULL))
		return 0;

	log_set_level(LOG_LEVEL_WARNING + 1);
	mb = mbuf_alloc(size);
	if (!mb || upgrade_request(&up, mb, &url, NULL))
		return 0;

	mbuf_rewind(mb);
	step = data[0] ? data[0] : size;
	for (size_t i = 1; i < size; i += step) {
		size_t n = size - i < step ? size - i : step;

		feed(&up, mb, data + i, n);
		if (upgrade_response(&up, mb) != EAGAIN)
			break;
	}

	mem_deref(mb);
	return 0;
}

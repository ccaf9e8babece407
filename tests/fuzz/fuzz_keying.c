/**
 * @file tests/fuzz/fuzz_keying.c  Fuzz target: datagrams into a handshake
 *
 * The first byte: bit 0 the role, bit 1 whether the peer is known. Then a
 * row of datagrams, two bytes of length before each; the highest bit of the
 * length says that a second passes first. Keys must never come out.
 */
#include <stdlib.h>
#include "core/base/entropy.h"
#include "core/base/log.h"
#include "core/net/keying.h"

enum {
	ROLE = 1,
	KNOWN = 2,
	LATER = 0x8000,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t seed;

/* The same in each run, or nothing could be repeated */
static void random_source(uint8_t *p, size_t n, void *arg)
{
	(void)arg;
	while (n--) {
		seed = seed * 1664525 + 1013904223;
		*p++ = (uint8_t)(seed >> 16);
	}
}

static void send_handler(struct mbuf *mb, void *arg)
{
	(void)arg;
	if (mbuf_get_left(mb) > HANDSHAKE_MTU)
		abort();
}

static void up_handler(const struct keying_keys *keys, uint64_t now, void *arg)
{
	(void)keys;
	(void)now;
	(void)arg;
	abort();
}

static void down_handler(int err, const char *reason, uint64_t now, void *arg)
{
	(void)err;
	(void)reason;
	(void)now;
	(void)arg;
}

static void give(struct keying *k, const uint8_t *p, size_t len, uint64_t now)
{
	struct mbuf *mb = mbuf_alloc(len + 1);

	if (!mb)
		return;

	mbuf_write_mem(mb, p, len);
	mbuf_set_pos(mb, 0);
	keying_recv(k, mb, now);
	mem_deref(mb);
}

static void give_all(struct keying *k, const uint8_t *data, size_t size)
{
	uint64_t now = CLOCK_S;

	while (size >= 2) {
		size_t len = (size_t)(data[0] << 8 | data[1]);

		if (len & LATER) {
			now += CLOCK_S;
			keying_tick(k, now);
		}

		len &= LATER - 1;
		data += 2;
		size -= 2;
		len = len < size ? len : size;
		give(k, data, len, now);
		data += len;
		size -= len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct identity *id;
	struct keying *k;

	if (!size)
		return 0;

	log_set_level(LOG_LEVEL_WARNING + 1);
	seed = 1;
	entropy_set_source(random_source, NULL);
	if (!id && identity_alloc(&id))
		return 0;

	seed = 2;
	if (keying_alloc(&k, data[0] & ROLE ? KEYING_CLIENT : KEYING_SERVER, id,
			 send_handler, up_handler, down_handler, NULL))
		return 0;

	if (data[0] & KNOWN)
		keying_set_peer(k, identity_fingerprint(id), 1, CLOCK_S);
	keying_start(k, CLOCK_S);
	give_all(k, data + 1, size - 1);
	keying_close(k, CLOCK_S);
	mem_deref(k);
	return 0;
}

/**
 * @file tests/fuzz/fuzz_secure.c  Fuzz target: bytes into a server's handshake
 *
 * The first byte is the size of the pieces that they come in. The handshake
 * must never be done: nobody knows the keys.
 */
#include <stdlib.h>
#include "core/base/entropy.h"
#include "core/base/log.h"
#include "core/net/pagecert.h"
#include "core/net/secure.h"

enum {
	SENT_MAX = 64 * 1024, /* A server says no more than that [bytes] */
	STEPS_MAX = 64,	      /* Of a handshake, at a time               */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct pagecert *cert;
static uint32_t seed;
static size_t sent;

/* The same in each run, or nothing could be repeated */
static void random_source(uint8_t *p, size_t n, void *arg)
{
	(void)arg;
	while (n--) {
		seed = seed * 1664525 + 1013904223;
		*p++ = (uint8_t)(seed >> 16);
	}
}

static int on_send(const uint8_t *p, size_t size, void *arg)
{
	(void)p;
	(void)arg;
	sent += size;
	if (sent > SENT_MAX)
		abort();
	return 0;
}

static int make_cert(void)
{
	char dir[] = "/tmp/fuzz_secure.XXXXXX", reason[PAGECERT_REASON_MAX];
	struct pagecert_params prm = { .state = dir };
	int err;

	log_set_level(LOG_LEVEL_WARNING + 1);
	entropy_set_source(random_source, NULL);
	if (!mkdtemp(dir))
		return errno;

	err = pagecert_alloc(&cert, &prm, reason);
	if (!err)
		(void)remove(pagecert_file(cert));
	(void)remove(dir);
	return err;
}

static int go_on(struct secure *s)
{
	int err = EINPROGRESS;

	for (unsigned i = 0; err == EINPROGRESS; i++) {
		if (i == STEPS_MAX)
			abort();
		err = secure_handshake(s);
	}
	if (!err)
		abort();

	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct secure *s;
	size_t step;
	int err = EAGAIN;

	if (!size || (!cert && make_cert()))
		return 0;

	seed = 1;
	sent = 0;
	step = data[0] ? data[0] : size;
	if (secure_accept(&s, cert, on_send, NULL))
		return 0;

	for (size_t i = 1; i < size && err == EAGAIN; i += step) {
		err = secure_input(s, data + i,
				   size - i < step ? size - i : step);
		if (!err)
			err = go_on(s);
	}

	mem_deref(s);
	return 0;
}

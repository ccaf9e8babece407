/**
 * @file tests/fuzz/fuzz_wsock.c  Fuzz target: WebSocket frames
 *
 * The first byte: bit 0 the role, bit 1 whether to end in the first message,
 * the rest the size of the pieces. Between pieces 5 s pass.
 */
#include "core/base/log.h"
#include "core/net/wsock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct wsock *w;
static bool leave;

static int on_send(struct mbuf *mb, void *arg)
{
	(void)mb;
	(void)arg;
	return 0;
}

static void on_recv(struct mbuf *mb, bool text, uint64_t now, void *arg)
{
	(void)now;
	(void)arg;

	if (text && !frames_is_utf8(mbuf_buf(mb), mbuf_get_left(mb)))
		__builtin_trap();
	if (leave)
		w = mem_deref(w);
	else
		(void)wsock_send(w, mb);
}

static void on_close(int err, const char *reason, uint64_t now, void *arg)
{
	(void)err;
	(void)now;
	(void)arg;

	if (!frames_is_utf8((const uint8_t *)reason, strlen(reason)))
		__builtin_trap();
	w = mem_deref(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum frames_role role;
	uint64_t now = CLOCK_S;
	size_t step;

	if (!size)
		return 0;

	role = data[0] & 1 ? FRAMES_SERVER : FRAMES_CLIENT;
	leave = data[0] & 2;
	step = data[0] >> 2 ? data[0] >> 2 : size;
	if (wsock_alloc(&w, role, on_send, on_recv, on_close, NULL))
		return 0;

	wsock_set_keepalive(w, 20 * CLOCK_S, 30 * CLOCK_S, now);
	for (size_t i = 1; w && i < size; i += step) {
		wsock_recv(w, data + i, size - i < step ? size - i : step, now);
		now += 5 * CLOCK_S;
		if (w && wsock_due(w) <= now)
			wsock_tick(w, now);
	}

	w = mem_deref(w);
	return 0;
}

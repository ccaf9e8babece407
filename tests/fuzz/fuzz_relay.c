/**
 * @file tests/fuzz/fuzz_relay.c  Fuzz target: what a TURN server sends
 *
 * The first octet chooses datagrams or a byte stream. Then a row of
 * messages, two octets before each: flags and length. Flag 1 puts the
 * transaction id of the newest request in, flag 2 lets time pass.
 */
#include <stdlib.h>
#include "core/base/entropy.h"
#include "core/net/relay.h"

enum {
	HEADROOM = 64,
	TID_AT = 8,
	FLAG_TID = 1,
	FLAG_TIME = 2,
	SENT_MAX = 4096, /* Requests that one input may cause */
};

static struct {
	struct relay *r;
	struct sa server, peer;
	uint8_t tid[STUN_TID_SIZE];
	unsigned sent;
	uint8_t next;
} rig;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_entropy(uint8_t *p, size_t n, void *arg)
{
	(void)arg;

	while (n--)
		*p++ = rig.next++;
}

static int on_send(const struct sa *server, struct mbuf *mb, void *arg)
{
	(void)server;
	(void)arg;

	if (mbuf_get_left(mb) >= STUN_HEADER_SIZE)
		memcpy(rig.tid, mbuf_buf(mb) + TID_AT, sizeof(rig.tid));
	if (++rig.sent > SENT_MAX)
		abort();
	return 0;
}

static void on_state(int err, uint64_t now, void *arg)
{
	(void)arg;

	if (err)
		return;

	(void)relay_permit(rig.r, &rig.peer, now);
	(void)relay_bind(rig.r, &rig.peer, now);
}

static void on_recv(const struct sa *peer, struct mbuf *mb, uint64_t now,
		    void *arg)
{
	(void)now;
	(void)arg;

	/* Only the peer that is permitted, and it is written to */
	if (!sa_cmp(peer, &rig.peer, SA_ADDR) || mb->pos > mb->end ||
	    mb->end > mb->size)
		abort();

	(void)relay_send(rig.r, peer, mb);
}

static void on_permit(const struct sa *peer, int err, uint64_t now, void *arg)
{
	(void)peer;
	(void)err;
	(void)now;
	(void)arg;
}

static void on_redirect(const struct sa *server, uint64_t now, void *arg)
{
	(void)arg;
	rig.server = *server;
	(void)relay_start(rig.r, now);
}

static void feed(const uint8_t *p, size_t n, int flags, bool stream,
		 uint64_t now)
{
	struct mbuf *mb = mbuf_alloc(HEADROOM + n);

	if (!mb)
		return;

	mb->pos = mb->end = HEADROOM;
	(void)mbuf_write_mem(mb, p, n);
	if (flags & FLAG_TID && n >= STUN_HEADER_SIZE)
		memcpy(mb->buf + HEADROOM + TID_AT, rig.tid, sizeof(rig.tid));

	mb->pos = HEADROOM;
	if (stream)
		(void)relay_recv_bytes(rig.r, mb, now);
	else
		(void)relay_recv(rig.r, &rig.server, mb, now);
	mem_deref(mb);
}

static bool rig_open(bool stream, uint64_t now)
{
	struct relay_params prm = {
		.transport = stream ? RELAY_TCP : RELAY_UDP,
		.user = "joe",
		.password = "secret",
		.af = AF_INET,
		.sendh = on_send,
		.stateh = on_state,
		.recvh = on_recv,
		.permith = on_permit,
		.redirecth = on_redirect,
	};

	memset(&rig, 0, sizeof(rig));
	entropy_set_source(on_entropy, NULL);
	(void)sa_set_str(&rig.server, "192.0.2.1", 3478);
	(void)sa_set_str(&rig.peer, "198.51.100.1", 7000);
	prm.server = rig.server;
	return !relay_alloc(&rig.r, &prm) && !relay_start(rig.r, now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t now = CLOCK_S;
	bool stream;

	if (!size)
		return 0;

	stream = data[0] & 1;
	++data, --size;
	if (rig_open(stream, now)) {
		while (size >= 2) {
			int flags = data[0];
			size_t n = data[1] <= size - 2 ? data[1] : size - 2;

			feed(data + 2, n, flags, stream, now);
			data += 2 + n;
			size -= 2 + n;
			now += flags & FLAG_TIME ? 60 * CLOCK_S : CLOCK_MS;
			if (relay_due(rig.r) <= now)
				relay_tick(rig.r, now);
		}
	}

	rig.r = mem_deref(rig.r);
	return 0;
}

/**
 * @file tests/fuzz/fuzz_demux.c  Fuzz target: datagrams into a channel
 *
 * As transport does with what a validated pair delivers: sorted, then given
 * to DTLS or SRTP. The first byte: bit 0 whether the channel has keys, bit 1
 * whether we made the offer. Then a row of datagrams, two bytes of length
 * before each.
 */
#include <stdlib.h>
#include "core/base/log.h"
#include "core/net/channel.h"
#include "core/net/demux.h"

enum {
	KEYS = 1,
	OFFERER = 2,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int send_handler(struct mbuf *mb, void *arg)
{
	(void)mb;
	(void)arg;
	return 0;
}

static void open_handler(uint64_t now, void *arg)
{
	(void)now;
	(void)arg;
	abort(); /* Nobody knows the keys */
}

static void recv_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	(void)mb;
	(void)now;
	(void)arg;
	abort(); /* Nothing authenticates */
}

static void down_handler(int err, const char *reason, uint64_t now, void *arg)
{
	(void)err;
	(void)reason;
	(void)now;
	(void)arg;
}

static void open_media(struct protect *p, struct mbuf *mb, bool report)
{
	size_t end = mb->end;

	if (!p)
		return;
	if (0 ==
	    (report ? protect_open_report(p, mb) : protect_open_packet(p, mb)))
		abort();

	mb->end = end;
}

static void give(struct channel *c, struct protect *p, bool offerer,
		 struct mbuf *mb)
{
	switch (demux_sort(mbuf_buf(mb), mbuf_get_left(mb))) {
	case DEMUX_DTLS:
		channel_recv_dtls(c, mb, offerer, CLOCK_S);
		break;
	case DEMUX_PACKET:
		open_media(p, mb, false);
		channel_recv_media(c, mb, false, CLOCK_S);
		break;
	case DEMUX_REPORT:
		open_media(p, mb, true);
		channel_recv_media(c, mb, true, CLOCK_S);
		break;
	default:
		break;
	}
}

static void give_all(struct channel *c, struct protect *p, bool offerer,
		     const uint8_t *data, size_t size)
{
	while (size >= 2) {
		size_t len = (size_t)(data[0] << 8 | data[1]);
		struct mbuf *mb;

		data += 2;
		size -= 2;
		len = len < size ? len : size;
		mb = mbuf_alloc(len + 1);
		if (!mb)
			return;

		mbuf_write_mem(mb, data, len);
		mbuf_set_pos(mb, 0);
		give(c, p, offerer, mb);
		mem_deref(mb);
		data += len;
		size -= len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct channel_handlers h = {
		.send = send_handler,
		.open = open_handler,
		.packet = recv_handler,
		.report = recv_handler,
		.down = down_handler,
	};
	static struct identity *id;
	struct keying_keys keys = { { 1 }, { 2 } };
	struct protect *p = NULL;
	struct channel *c;

	if (!size)
		return 0;

	log_set_level(LOG_LEVEL_WARNING + 1);
	if (!id && identity_alloc(&id))
		return 0;
	if (channel_alloc(&c, id, &h, NULL))
		return 0;

	if (data[0] & KEYS)
		(void)protect_alloc(&p, &keys);
	else
		channel_set_peer(c, KEYING_SERVER, identity_fingerprint(id), 1,
				 CLOCK_S);

	channel_set_path(c, CLOCK_S);
	channel_allow(c, CLOCK_S);
	give_all(c, p, data[0] & OFFERER, data + 1, size - 1);
	mem_deref(p);
	mem_deref(c);
	return 0;
}

/**
 * @file core/net/frames.c  Frames
 *
 * wslay keeps up to 4 kB of what it was given. How much of that belongs to
 * an unfinished frame is known by counting: bytes given less the sizes of
 * the frames that are finished.
 */
#include <wslay/wslay.h>
#include "core/base/entropy.h"
#include "core/net/frames.h"

enum {
	HEADER_SIZE = 2,  /* Least size of a header [bytes], RFC 6455 s. 5.2 */
	MASK_SIZE = 4,	  /* Masking key [bytes]                            */
	LENGTH16 = 126,	  /* From here the length has two bytes more        */
	LENGTH64 = 65536, /* From here eight                               */
	LENGTH16_SIZE = 2,
	LENGTH64_SIZE = 8,
	CHUNK = 4096, /* First size of a message's buffer, ours            */
};

/* RFC 3629 sections 3 and 4 */
enum {
	LEAD_2 = 0xc2, /* First byte of a sequence of two; C0, C1 never are */
	LEAD_3 = 0xe0,
	LEAD_4 = 0xf0,
	LEAD_END = 0xf5,
	ASCII_END = 0x80,
	TAIL_MASK = 0xc0, /* Of a byte that continues a sequence */
	TAIL = 0x80,
	TAIL_BITS = 6,
	TAIL_VALUE = 0x3f,
	TAILS_MAX = 3,
	SURROGATE = 0xd800,
	SURROGATE_LAST = 0xdfff,
	UNICODE_LAST = 0x10ffff,
};

struct frames {
	wslay_frame_context_ptr ctx;
	enum frames_role role;
	const uint8_t *in; /* What was given                               */
	size_t inlen;
	struct mbuf *out;  /* Frame being made                              */
	uint64_t buffered; /* Given and not part of a finished frame       */
	bool open;	   /* Within a frame                                */
	uint64_t got;	   /* Its payload so far [bytes]                    */
	struct mbuf *msg;  /* Message being put together, or NULL           */
	uint8_t opcode;	   /* Of that message                               */
	unsigned fragments;
	uint8_t ctrl[FRAMES_CONTROL_MAX];
	size_t ctrlc;
};

static ssize_t on_recv(uint8_t *buf, size_t len, int flags, void *arg)
{
	struct frames *f = arg;
	size_t n = len < f->inlen ? len : f->inlen;
	(void)flags;

	if (!n)
		return -1; /* Which wslay tells as WANT_READ */

	memcpy(buf, f->in, n);
	f->in += n;
	f->inlen -= n;
	f->buffered += n;
	return (ssize_t)n;
}

static ssize_t on_send(const uint8_t *p, size_t len, int flags, void *arg)
{
	struct frames *f = arg;
	(void)flags;

	return mbuf_write_mem(f->out, p, len) ? -1 : (ssize_t)len;
}

static int on_mask(uint8_t *buf, size_t len, void *arg)
{
	(void)arg;

	entropy_bytes(buf, len);
	return 0;
}

static void destructor(void *arg)
{
	struct frames *f = arg;

	if (f->ctx)
		wslay_frame_context_free(f->ctx);
	mem_deref(f->msg);
	mem_deref(f->out);
}

int frames_alloc(struct frames **fp, enum frames_role role)
{
	const struct wslay_frame_callbacks cb = { on_send, on_recv, on_mask };
	struct frames *f;

	f = mem_zalloc(sizeof(*f), destructor);
	if (!f)
		return ENOMEM;

	f->role = role;
	if (wslay_frame_context_init(&f->ctx, &cb, f)) {
		mem_deref(f);
		return ENOMEM;
	}

	*fp = f;
	return 0;
}

void frames_input(struct frames *f, const uint8_t *p, size_t size)
{
	f->in = p;
	f->inlen = size;
}

bool frames_is_partial(const struct frames *f)
{
	return f->msg || f->buffered;
}

static int fault(struct frames_item *item, int err, enum frames_code code,
		 const char *why)
{
	item->code = code;
	item->why = why;
	return err;
}

static int protocol(struct frames_item *item, const char *why)
{
	return fault(item, EPROTO, FRAMES_PROTOCOL, why);
}

static int no_memory(struct frames_item *item)
{
	return fault(item, ENOMEM, FRAMES_TOO_BIG, "no memory for a message");
}

static int begin_data(struct frames *f, const struct wslay_frame_iocb *io,
		      struct frames_item *item)
{
	size_t have = f->msg ? f->msg->end : 0;

	if (io->opcode == WSLAY_CONTINUATION_FRAME) {
		if (!f->msg)
			return protocol(item, "continuation of nothing");
	} else if (io->opcode > WSLAY_BINARY_FRAME) {
		return protocol(item, "unknown opcode");
	} else if (f->msg) {
		return protocol(item, "message within a message");
	}

	if (++f->fragments > FRAMES_FRAGMENTS_MAX)
		return protocol(item, "message has too many fragments");
	if (io->payload_length > FRAMES_MESSAGE_MAX - have) {
		return fault(item, EMSGSIZE, FRAMES_TOO_BIG,
			     "message is too big");
	}
	if (f->msg)
		return 0;

	f->opcode = io->opcode;
	f->msg = mbuf_alloc(CHUNK);
	return f->msg ? 0 : no_memory(item);
}

static int begin(struct frames *f, const struct wslay_frame_iocb *io,
		 struct frames_item *item)
{
	f->open = true;
	f->got = 0;

	if (io->rsv)
		return protocol(item, "reserved bit is set");
	if (io->mask && f->role == FRAMES_CLIENT)
		return protocol(item, "frame is masked");
	if (!io->mask && f->role == FRAMES_SERVER)
		return protocol(item, "frame is not masked");
	if (!wslay_is_ctrl_frame(io->opcode))
		return begin_data(f, io, item);
	if (io->opcode > WSLAY_PONG)
		return protocol(item, "unknown opcode");

	f->ctrlc = 0;
	return 0;
}

static int keep(struct frames *f, const struct wslay_frame_iocb *io,
		struct frames_item *item)
{
	f->got += io->data_length;
	if (!wslay_is_ctrl_frame(io->opcode)) {
		return mbuf_write_mem(f->msg, io->data, io->data_length)
			       ? no_memory(item)
			       : 0;
	}

	if (io->data_length > sizeof(f->ctrl) - f->ctrlc)
		return protocol(item, "control frame is too big");

	memcpy(f->ctrl + f->ctrlc, io->data, io->data_length);
	f->ctrlc += io->data_length;
	return 0;
}

static uint64_t frame_size(const struct wslay_frame_iocb *io)
{
	uint64_t n = io->payload_length;

	if (io->mask)
		n += MASK_SIZE;
	if (io->payload_length >= LENGTH64)
		n += LENGTH64_SIZE;
	else if (io->payload_length >= LENGTH16)
		n += LENGTH16_SIZE;

	return n + HEADER_SIZE;
}

/* A frame is whole. @return 0 and an item, EAGAIN nothing yet, EPROTO */
static int complete(struct frames *f, const struct wslay_frame_iocb *io,
		    struct frames_item *item)
{
	if (wslay_is_ctrl_frame(io->opcode)) {
		item->kind = io->opcode == WSLAY_PING	? FRAMES_PING
			     : io->opcode == WSLAY_PONG ? FRAMES_PONG
							: FRAMES_CLOSE;
		memcpy(item->ctrl, f->ctrl, f->ctrlc);
		item->ctrlc = f->ctrlc;
		return 0;
	}

	if (!io->fin)
		return EAGAIN;

	if (f->opcode == WSLAY_TEXT_FRAME &&
	    !frames_is_utf8(f->msg->buf, f->msg->end)) {
		return fault(item, EPROTO, FRAMES_NOT_UTF8,
			     "text is not UTF-8");
	}

	item->kind = f->opcode == WSLAY_TEXT_FRAME ? FRAMES_TEXT
						   : FRAMES_BINARY;
	item->mb = f->msg;
	item->mb->pos = 0;
	f->msg = NULL;
	f->fragments = 0;
	return 0;
}

static int step(struct frames *f, struct frames_item *item, bool *morep)
{
	struct wslay_frame_iocb io;
	ssize_t n;
	int err = 0;

	memset(&io, 0, sizeof(io));
	n = wslay_frame_recv(f->ctx, &io);
	*morep = n != WSLAY_ERR_WANT_READ;
	if (!*morep)
		return EAGAIN;
	if (n < 0)
		return protocol(item, "malformed frame");

	if (!f->open)
		err = begin(f, &io, item);
	if (!err)
		err = keep(f, &io, item);
	if (err)
		return err;
	if (f->got < io.payload_length)
		return EAGAIN;

	f->open = false;
	f->buffered -= frame_size(&io);
	return complete(f, &io, item);
}

int frames_next(struct frames *f, struct frames_item *item)
{
	bool more = true;
	int err = EAGAIN;

	memset(item, 0, sizeof(*item));
	while (more && err == EAGAIN)
		err = step(f, item, &more);

	return err;
}

static uint8_t opcode_of(enum frames_kind kind)
{
	switch (kind) {
	case FRAMES_TEXT:
		return WSLAY_TEXT_FRAME;
	case FRAMES_BINARY:
		return WSLAY_BINARY_FRAME;
	case FRAMES_CLOSE:
		return WSLAY_CONNECTION_CLOSE;
	case FRAMES_PING:
		return WSLAY_PING;
	default:
		return WSLAY_PONG;
	}
}

static int fill(struct frames *f, struct wslay_frame_iocb *io)
{
	do {
		ssize_t n = wslay_frame_send(f->ctx, io);

		if (n < 0)
			return ENOMEM; /* Of on_send(); nothing else fails */

		io->data += n;
		io->data_length -= (size_t)n;
	} while (io->data_length);

	return 0;
}

int frames_encode(struct frames *f, struct mbuf **mbp, enum frames_kind kind,
		  const uint8_t *p, size_t size)
{
	static const uint8_t none[1];
	struct wslay_frame_iocb io = {
		.fin = 1,
		.opcode = opcode_of(kind),
		.payload_length = size,
		.mask = f->role == FRAMES_CLIENT,
		.data = size ? p : none,
		.data_length = size,
	};
	int err;

	f->out = mbuf_alloc(size + HEADER_SIZE + MASK_SIZE + LENGTH64_SIZE);
	if (!f->out)
		return ENOMEM;

	err = fill(f, &io);
	if (err) {
		f->out = mem_deref(f->out);
		return err;
	}

	f->out->pos = 0;
	*mbp = f->out; /* The reference moves to the caller */
	f->out = NULL;
	return 0;
}

bool frames_is_code(unsigned code)
{
	if (code >= FRAMES_PRIVATE)
		return code <= FRAMES_PRIVATE_LAST;

	return code >= FRAMES_NORMAL && code <= FRAMES_REGISTERED &&
	       code != FRAMES_RESERVED && code != FRAMES_NO_STATUS &&
	       code != FRAMES_ABNORMAL;
}

/* Bytes that follow this one; TAILS_MAX + 1 if it cannot come first */
static unsigned tails(uint8_t c)
{
	if (c < ASCII_END)
		return 0;
	if (c < LEAD_2 || c >= LEAD_END)
		return TAILS_MAX + 1;

	return c < LEAD_3 ? 1 : c < LEAD_4 ? 2 : TAILS_MAX;
}

static bool is_sequence(const uint8_t *p, unsigned n)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	uint32_t v = p[0] & ((uint32_t)TAIL_VALUE >> n);

	for (unsigned i = 1; i <= n; i++) {
		if ((p[i] & TAIL_MASK) != TAIL)
			return false;
		v = v << TAIL_BITS | (p[i] & TAIL_VALUE);
	}

	return !n || (v >= least[n] && v <= UNICODE_LAST &&
		      (v < SURROGATE || v > SURROGATE_LAST));
}

bool frames_is_utf8(const uint8_t *p, size_t size)
{
	for (size_t i = 0; i < size;) {
		unsigned n = tails(p[i]);

		if (n > TAILS_MAX || size - i <= n || !is_sequence(p + i, n))
			return false;
		i += n + 1;
	}

	return true;
}

/**
 * @file core/net/wsock.c  WebSocket
 *
 * Handlers are called with a reference held; when the owner has dropped its
 * own in one, what is left of the input is dropped too.
 */
#include "core/base/entropy.h"
#include "core/base/log.h"
#include "core/net/wsock.h"

struct wsock {
	struct frames *frames;
	wsock_send_h *sendh;
	wsock_recv_h *recvh;
	wsock_close_h *closeh;
	void *arg;

	bool close_sent;
	bool over;
	bool pong_due;
	uint8_t pong[FRAMES_CONTROL_MAX]; /* What it will carry             */
	size_t pongc;
	uint64_t partial_by; /* Message must be whole [us], or never        */
	uint64_t close_by;   /* Peer must close                             */
	uint64_t ping_at;    /* Next ping                                   */
	uint64_t pong_by;    /* Peer must have answered                     */
	uint64_t ping_sent;  /* [us]                                        */
	uint64_t ping_min, ping_max;
	uint32_t ping_id; /* Payload of the last ping                       */

	uint64_t rx, tx;	   /* Counters [messages]                   */
	uint64_t pings, coalesced; /* [frames]                              */
	uint64_t strays;	   /* Pongs to nothing [frames]             */
	uint64_t rtt;		   /* Of the last ping [us]                 */
};

static void destructor(void *arg)
{
	struct wsock *w = arg;

	mem_deref(w->frames);
}

int wsock_alloc(struct wsock **wp, enum frames_role role, wsock_send_h *sendh,
		wsock_recv_h *recvh, wsock_close_h *closeh, void *arg)
{
	struct wsock *w;
	int err;

	w = mem_zalloc(sizeof(*w), destructor);
	if (!w)
		return ENOMEM;

	w->sendh = sendh;
	w->recvh = recvh;
	w->closeh = closeh;
	w->arg = arg;
	w->partial_by = CLOCK_NEVER;
	w->close_by = CLOCK_NEVER;
	w->ping_at = CLOCK_NEVER;
	w->pong_by = CLOCK_NEVER;

	err = frames_alloc(&w->frames, role);
	if (err) {
		mem_deref(w);
		return err;
	}

	*wp = w;
	return 0;
}

static int send_frame(struct wsock *w, enum frames_kind kind, const uint8_t *p,
		      size_t size)
{
	struct mbuf *mb;
	int err;

	err = frames_encode(w->frames, &mb, kind, p, size);
	if (err)
		return err;

	err = w->sendh(mb, w->arg);
	mem_deref(mb);
	return err;
}

/* Call this last: the handler may free w */
static void finish(struct wsock *w, int err, uint64_t now, const char *fmt, ...)
{
	char reason[WSOCK_REASON_MAX];
	va_list ap;

	if (w->over)
		return;

	va_start(ap, fmt);
	(void)re_vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	w->over = true;
	w->closeh(err, reason, now, w->arg);
}

static int send_close(struct wsock *w, unsigned code, const char *reason)
{
	uint8_t payload[FRAMES_CONTROL_MAX];
	size_t n = reason ? strlen(reason) : 0;

	if (w->close_sent)
		return 0;

	if (n > sizeof(payload) - FRAMES_CODE_SIZE)
		n = 0;
	payload[0] = (uint8_t)(code >> 8);
	payload[1] = (uint8_t)code;
	if (n)
		memcpy(payload + FRAMES_CODE_SIZE, reason, n);

	w->close_sent = true;
	return send_frame(w, FRAMES_CLOSE, payload, n + FRAMES_CODE_SIZE);
}

/* The peer broke a rule: say so and end */
static void fail(struct wsock *w, int err, unsigned code, const char *why,
		 uint64_t now)
{
	(void)send_close(w, code, why);
	finish(w, err, now, "peer broke the WebSocket protocol: %s", why);
}

static void got_close(struct wsock *w, const struct frames_item *it,
		      uint64_t now)
{
	unsigned code = FRAMES_NO_STATUS;
	struct pl text = { NULL, 0 };
	bool orderly;

	if (it->ctrlc >= FRAMES_CODE_SIZE) {
		code = (unsigned)it->ctrl[0] << 8 | it->ctrl[1];
		text.p = (const char *)it->ctrl + FRAMES_CODE_SIZE;
		text.l = it->ctrlc - FRAMES_CODE_SIZE;
	}
	if (it->ctrlc && !frames_is_code(code)) {
		fail(w, EPROTO, FRAMES_PROTOCOL, "invalid close code", now);
		return;
	}
	if (!frames_is_utf8((const uint8_t *)text.p, text.l)) {
		fail(w, EPROTO, FRAMES_NOT_UTF8, "reason is not UTF-8", now);
		return;
	}

	orderly = w->close_sent || code <= FRAMES_GOING_AWAY ||
		  code == FRAMES_NO_STATUS;
	if (!w->close_sent) {
		w->close_sent = true;
		(void)send_frame(w, FRAMES_CLOSE, it->ctrl, it->ctrlc);
	}
	finish(w, orderly ? 0 : ECONNRESET, now, "peer closed: %u %H", code,
	       log_text, &text);
}

static void got_ping(struct wsock *w, const struct frames_item *it)
{
	++w->pings;
	if (w->pong_due)
		++w->coalesced;

	memcpy(w->pong, it->ctrl, it->ctrlc);
	w->pongc = it->ctrlc;
	w->pong_due = true;
}

static void got_pong(struct wsock *w, const struct frames_item *it,
		     uint64_t now)
{
	if (w->pong_by == CLOCK_NEVER || it->ctrlc != sizeof(w->ping_id) ||
	    memcmp(it->ctrl, &w->ping_id, sizeof(w->ping_id))) {
		++w->strays;
		return;
	}

	w->rtt = now - w->ping_sent;
	w->pong_by = CLOCK_NEVER;
}

static void got_message(struct wsock *w, struct frames_item *it, uint64_t now)
{
	w->partial_by = CLOCK_NEVER;
	if (!w->close_sent) {
		++w->rx;
		w->recvh(it->mb, it->kind == FRAMES_TEXT, now, w->arg);
	}

	mem_deref(it->mb);
}

/* @return whether to go on */
static bool step(struct wsock *w, uint64_t now)
{
	struct frames_item it;
	int err;

	err = frames_next(w->frames, &it);
	if (err == EAGAIN)
		return false;
	if (err) {
		fail(w, err, it.code, it.why, now);
		return false;
	}

	switch (it.kind) {
	case FRAMES_CLOSE:
		got_close(w, &it, now);
		break;
	case FRAMES_PING:
		got_ping(w, &it);
		break;
	case FRAMES_PONG:
		got_pong(w, &it, now);
		break;
	default:
		got_message(w, &it, now);
		break;
	}

	return true;
}

/* All input was read: answer the last ping, watch over a partial message */
static void settle(struct wsock *w, uint64_t now)
{
	int err;

	if (!frames_is_partial(w->frames))
		w->partial_by = CLOCK_NEVER;
	else if (w->partial_by == CLOCK_NEVER)
		w->partial_by = now + WSOCK_PARTIAL_MAX;

	if (!w->pong_due || w->close_sent)
		return;

	w->pong_due = false;
	err = send_frame(w, FRAMES_PONG, w->pong, w->pongc);
	if (err)
		finish(w, err, now, "cannot send a pong: %m", err);
}

void wsock_recv(struct wsock *w, const uint8_t *p, size_t size, uint64_t now)
{
	frames_input(w->frames, p, size);

	mem_ref(w);
	while (!w->over && mem_nrefs(w) > 1 && step(w, now))
		;

	if (!w->over && mem_nrefs(w) > 1)
		settle(w, now);
	mem_deref(w);
}

int wsock_send(struct wsock *w, struct mbuf *mb)
{
	const uint8_t *p = mbuf_buf(mb);
	size_t n = mbuf_get_left(mb);
	int err;

	if (w->close_sent || w->over)
		return ENOTCONN;
	if (n > FRAMES_MESSAGE_MAX)
		return EMSGSIZE;

	err = send_frame(w, frames_is_utf8(p, n) ? FRAMES_TEXT : FRAMES_BINARY,
			 p, n);
	if (!err)
		++w->tx;

	return err;
}

int wsock_ping(struct wsock *w, uint64_t now)
{
	if (w->close_sent || w->over)
		return ENOTCONN;

	w->ping_id = entropy_u32();
	w->ping_sent = now;
	w->pong_by = now + WSOCK_PONG_MAX;
	return send_frame(w, FRAMES_PING, (const uint8_t *)&w->ping_id,
			  sizeof(w->ping_id));
}

int wsock_probe(struct wsock *w, uint64_t patience, uint64_t now)
{
	int err = 0;

	if (w->close_sent || w->over)
		return ENOTCONN;

	if (w->pong_by == CLOCK_NEVER)
		err = wsock_ping(w, now);
	w->pong_by = clock_min(w->pong_by, now + patience);
	return err;
}

static void schedule_ping(struct wsock *w, uint64_t now)
{
	w->ping_at = w->ping_max
			     ? now + entropy_between(w->ping_min, w->ping_max)
			     : CLOCK_NEVER;
}

void wsock_set_keepalive(struct wsock *w, uint64_t min, uint64_t max,
			 uint64_t now)
{
	w->ping_min = min;
	w->ping_max = max;
	schedule_ping(w, now);
}

int wsock_close(struct wsock *w, enum frames_code code, const char *reason,
		uint64_t now)
{
	if (w->close_sent || w->over)
		return ENOTCONN;

	w->close_by = now + WSOCK_CLOSE_MAX;
	w->ping_at = CLOCK_NEVER;
	w->pong_by = CLOCK_NEVER;
	return send_close(w, code, reason);
}

uint64_t wsock_due(const struct wsock *w)
{
	uint64_t due = clock_min(w->partial_by, w->close_by);

	if (w->over)
		return CLOCK_NEVER;

	due = clock_min(due, w->ping_at);
	return clock_min(due, w->pong_by);
}

void wsock_tick(struct wsock *w, uint64_t now)
{
	int err;

	if (w->over)
		return;

	if (now >= w->close_by) {
		finish(w, 0, now, "closed without an answer of the peer");
		return;
	}
	if (now >= w->partial_by) {
		fail(w, ETIMEDOUT, FRAMES_PROTOCOL, "message takes too long",
		     now);
		return;
	}
	if (now >= w->pong_by) {
		finish(w, ETIMEDOUT, now, "no pong within %llu s",
		       (unsigned long long)(w->pong_by - w->ping_sent) /
			       CLOCK_S);
		return;
	}
	if (now < w->ping_at)
		return;

	schedule_ping(w, now);
	if (w->pong_by != CLOCK_NEVER)
		return; /* One at a time */

	err = wsock_ping(w, now);
	if (err)
		finish(w, err, now, "cannot send a ping: %m", err);
}

int wsock_print(struct re_printf *pf, const struct wsock *w)
{
	return re_hprintf(
		pf,
		"rx=%llu tx=%llu pings=%llu coalesced=%llu "
		"stray=%llu rtt=%llu us",
		(unsigned long long)w->rx, (unsigned long long)w->tx,
		(unsigned long long)w->pings, (unsigned long long)w->coalesced,
		(unsigned long long)w->strays, (unsigned long long)w->rtt);
}

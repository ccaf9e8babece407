/**
 * @file core/net/keying.c  Keying
 *
 *     NEW --start--> TRYING --handshake done--> DONE --match--> UP --> OVER
 *                    ^    | failed              |  (set_peer)
 *                    +-- PAUSED                 +--mismatch----------> OVER
 */
#include <assert.h>
#include <mbedtls/platform_util.h>
#include "core/net/handshake.h"
#include "core/net/hello.h"
#include "core/net/keying.h"

enum {
	REASON_MAX = 128,
	RECORD_HEADER = 13, /* RFC 6347 section 4.1 [bytes] */
	RECORD_EPOCH = 3,   /* Offsets in it                */
	RECORD_LENGTH = 11,
	RECORD_ALERT = 21, /* RFC 5246 section 6.2.1       */
};

enum state {
	NEW,
	TRYING, /* Handshake going on                           */
	PAUSED, /* It failed, the next begins at k->retry       */
	DONE,	/* Handshake done, the fingerprint to be known  */
	UP,	/* Keys are out                                 */
	OVER,	/* Nothing happens any more                     */
};

struct keying {
	struct handshake *hs;
	struct hello *hello; /* Only when server */
	enum keying_role role;
	enum state state;
	uint64_t deadline, retry; /* [us]                   */
	uint64_t pause;		  /* Before the next try [us] */

	bool have_peer; /* fpv is set */
	struct fingerprint fpv[FINGERPRINT_MAX];
	size_t fpc;

	uint32_t failures; /* Handshakes that failed     */
	uint32_t alerts;   /* Unauthenticated, ignored   */
	uint32_t ignored;  /* At another time, malformed */
	uint32_t stumbles; /* Over datagrams, once done  */

	keying_send_h *sendh;
	keying_up_h *uph;
	keying_down_h *downh;
	void *arg;
};

static void keying_destructor(void *arg)
{
	struct keying *k = arg;

	mem_deref(k->hs);
	mem_deref(k->hello);
}

static void send_handler(struct mbuf *mb, void *arg)
{
	struct keying *k = arg;

	k->sendh(mb, k->arg);
}

int keying_alloc(struct keying **kp, enum keying_role role, struct identity *id,
		 keying_send_h *sendh, keying_up_h *uph, keying_down_h *downh,
		 void *arg)
{
	struct keying *k;
	int err;

	assert(sendh && uph && downh);

	k = mem_zalloc(sizeof(*k), keying_destructor);
	if (!k)
		return ENOMEM;

	k->role = role;
	k->sendh = sendh;
	k->uph = uph;
	k->downh = downh;
	k->arg = arg;
	k->deadline = k->retry = CLOCK_NEVER;
	k->pause = KEYING_PAUSE;

	err = handshake_alloc(&k->hs, role == KEYING_CLIENT, id, send_handler,
			      k);
	if (!err && role == KEYING_SERVER)
		err = hello_alloc(&k->hello);

	if (err)
		mem_deref(k);
	else
		*kp = k;

	return err;
}

/* --- Ends. Each calls a handler and is the last thing done */

static void go_down(struct keying *k, int err, const char *reason, uint64_t now)
{
	k->state = OVER;
	k->downh(err, reason, now, k->arg);
}

static void refuse(struct keying *k, int err, const char *reason, uint64_t now)
{
	handshake_refuse(k->hs, now);
	go_down(k, err, reason, now);
}

static void go_up(struct keying *k, uint64_t now)
{
	bool client = k->role == KEYING_CLIENT;
	struct keying_keys keys;

	if (handshake_keys(k->hs, client ? keys.tx : keys.rx,
			   client ? keys.rx : keys.tx)) {
		refuse(k, EPROTO, "DTLS: no SRTP profile in common", now);
		return;
	}

	k->state = UP;
	k->uph(&keys, now, k->arg);
	mbedtls_platform_zeroize(&keys, sizeof(keys));
}

static void judge(struct keying *k, uint64_t now)
{
	if (handshake_match(k->hs, k->fpv, k->fpc))
		go_up(k, now);
	else
		refuse(k, EACCES, "DTLS: the fingerprint does not match", now);
}

static void timed_out(struct keying *k, uint64_t now)
{
	char reason[REASON_MAX];

	re_snprintf(reason, sizeof(reason), "DTLS: no handshake in time%s %H",
		    k->alerts ? ", the peer sent alerts" : "",
		    handshake_print_error, k->hs);
	go_down(k, ETIMEDOUT, reason, now);
}

/* --- Work */

static void failed(struct keying *k, uint64_t now)
{
	++k->failures;
	k->state = PAUSED;
	k->retry = now + k->pause;
	k->pause = clock_min(2 * k->pause, KEYING_SLOWEST);
}

static void step(struct keying *k, struct mbuf *mb, uint64_t now)
{
	int err = handshake_step(k->hs, mb, now);

	if (err == EAGAIN)
		return;

	if (err) {
		failed(k, now);
		return;
	}

	k->state = DONE;
	k->deadline = CLOCK_NEVER;
	if (k->have_peer)
		judge(k, now);
}

static void read_rest(struct keying *k, struct mbuf *mb, uint64_t now)
{
	char reason[REASON_MAX];
	int err = handshake_read(k->hs, mb, now);

	if (err == ECONNRESET) {
		go_down(k, 0, "DTLS: closed by the peer", now);
	} else if (err == EPROTO) {
		/* Keys are out, and what made it stumble was not signed:
		   anybody can send that in the peer's name */
		++k->stumbles;
	} else if (err) {
		re_snprintf(reason, sizeof(reason), "DTLS: %H",
			    handshake_print_error, k->hs);
		go_down(k, EPROTO, reason, now);
	}
}

static size_t record_length(const uint8_t *p)
{
	return RECORD_HEADER + (size_t)(p[RECORD_LENGTH] << 8) +
	       p[RECORD_LENGTH + 1];
}

/* Nothing but whole records (RFC 6347 section 4.1.1). The library is not to
   see others: it loses its place in them and hears nothing any more */
static bool is_whole(const uint8_t *p, size_t left)
{
	while (left >= RECORD_HEADER) {
		size_t len = record_length(p);

		if (len > left)
			return false;
		p += len;
		left -= len;
	}

	return !left;
}

/* Anybody can send an alert that is not encrypted */
static bool has_plain_alert(const uint8_t *p, size_t left)
{
	static const uint8_t epoch[2];

	while (left >= RECORD_HEADER) {
		size_t len = record_length(p);

		if (p[0] == RECORD_ALERT &&
		    0 == memcmp(p + RECORD_EPOCH, epoch, sizeof(epoch)))
			return true;

		len = len < left ? len : left;
		p += len;
		left -= len;
	}

	return false;
}

static void take(struct keying *k, struct mbuf *mb, uint64_t now)
{
	struct mbuf *whole = NULL;

	if (k->hello) {
		if (hello_put(k->hello, mb, &whole))
			return;
	} else {
		whole = mem_ref(mb);
	}

	if (k->state == TRYING)
		step(k, whole, now);
	else
		read_rest(k, whole, now);

	mem_deref(whole);
}

void keying_recv(struct keying *k, struct mbuf *mb, uint64_t now)
{
	if (k->state != TRYING && k->state != DONE && k->state != UP) {
		++k->ignored;
		return;
	}

	if (!is_whole(mbuf_buf(mb), mbuf_get_left(mb))) {
		++k->ignored;
		return;
	}

	if (has_plain_alert(mbuf_buf(mb), mbuf_get_left(mb))) {
		++k->alerts;
		return;
	}

	mem_ref(k);
	take(k, mb, now);
	mem_deref(k);
}

void keying_start(struct keying *k, uint64_t now)
{
	assert(k->state == NEW);

	k->deadline = now + KEYING_LIMIT;
	k->state = TRYING;
	step(k, NULL, now);
}

void keying_set_peer(struct keying *k, const struct fingerprint *fpv,
		     size_t fpc, uint64_t now)
{
	assert(!k->have_peer);

	k->fpc = fpc < FINGERPRINT_MAX ? fpc : FINGERPRINT_MAX;
	for (size_t i = 0; i < k->fpc; i++)
		k->fpv[i] = fpv[i];
	k->have_peer = true;

	if (k->state == DONE) {
		mem_ref(k);
		judge(k, now);
		mem_deref(k);
	}
}

uint64_t keying_due(const struct keying *k)
{
	switch (k->state) {
	case TRYING:
		return clock_min(handshake_due(k->hs), k->deadline);
	case PAUSED:
		return clock_min(k->retry, k->deadline);
	default:
		return CLOCK_NEVER;
	}
}

static void try_again(struct keying *k, uint64_t now)
{
	if (handshake_reset(k->hs)) {
		failed(k, now);
		return;
	}

	k->state = TRYING;
	step(k, NULL, now);
}

void keying_tick(struct keying *k, uint64_t now)
{
	if (now < keying_due(k))
		return;

	mem_ref(k);
	if (now >= k->deadline)
		timed_out(k, now);
	else if (k->state == PAUSED)
		try_again(k, now);
	else
		step(k, NULL, now);
	mem_deref(k);
}

void keying_close(struct keying *k, uint64_t now)
{
	if (k->state == UP || k->state == DONE)
		handshake_close(k->hs, now);

	k->state = OVER;
}

bool keying_is_up(const struct keying *k)
{
	return k->state == UP;
}

int keying_print(struct re_printf *pf, const struct keying *k)
{
	static const char *const names[] = { "new",  "trying", "paused",
					     "done", "up",     "over" };
	int err;

	err = re_hprintf(pf,
			 "%s %s %H failures=%u alerts=%u ignored=%u "
			 "stumbles=%u",
			 k->role == KEYING_CLIENT ? "client" : "server",
			 names[k->state], handshake_print, k->hs, k->failures,
			 k->alerts, k->ignored, k->stumbles);
	if (k->hello)
		err |= re_hprintf(pf, " %H", hello_print, k->hello);

	return err;
}

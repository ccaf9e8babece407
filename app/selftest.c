/**
 * @file app/selftest.c  Selftest
 *
 * Published vectors where there are some, round trips where there are none.
 * Runs in a second, on the device itself, while the phone may be running.
 */
#include <math.h>
#include <stdio.h>
#include "app/selftest.h"
#include "core/base/entropy.h"
#include "core/base/loop.h"
#include "core/media/codec.h"
#include "core/net/identity.h"
#include "core/net/keying.h"
#include "core/net/mbed.h"
#include "core/net/protect.h"

enum {
	TURNS = 64,	  /* Of a handshake in memory, then it is stuck    */
	QUEUE = 64,	  /* Datagrams of a handshake under way            */
	RTP_NUMBER = 3,	  /* Low byte of the sequence number [offset]      */
	RTP_LEN = 60,	  /* A packet of the size that Opus makes [bytes]  */
	RTP_FIRST = 0x80, /* Version 2: RFC 3550 section 5.1 */
	TONE_HZ = 1000,
	TONE_PEAK = 8000,
	FRAMES = 50, /* One second */
	SETTLE = 10, /* Frames until a codec is in its stride */
	PER_S = 50,
	NEEDED_PERCENT = 70, /* Of the tone's level must come back */
	NEEDED_RANDOM = 100, /* Different values of 256 random bytes, least */
	BYTES = 256,
};

/* FIPS 180-4, example of a one-block message: SHA-256("abc") */
static bool test_hash(void)
{
	static const uint8_t expect[MBED_SHA256_LEN] = {
		0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
		0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
		0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
		0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
	};
	uint8_t md[MBED_SHA256_LEN];

	return !mbed_sha256((const uint8_t *)"abc", 3, md) &&
	       !memcmp(md, expect, sizeof(md));
}

static bool test_random(void)
{
	uint8_t v[BYTES], seen[BYTES] = { 0 };
	unsigned n = 0;

	entropy_bytes(v, sizeof(v));
	for (size_t i = 0; i < sizeof(v); i++)
		n += !seen[v[i]]++;

	return n >= NEEDED_RANDOM;
}

/* ---- A DTLS handshake with oneself, and a packet through its keys ---- */

struct end {
	struct keying *keying;
	struct end *peer;
	struct list queue;
	struct keying_keys keys;
	bool up;
};

struct letter {
	struct le le;
	struct mbuf *mb;
};

static void letter_destructor(void *arg)
{
	struct letter *l = arg;

	list_unlink(&l->le);
	mem_deref(l->mb);
}

static void send_handler(struct mbuf *mb, void *arg)
{
	struct end *e = arg;
	struct letter *l;

	if (list_count(&e->peer->queue) >= QUEUE)
		return;

	l = mem_zalloc(sizeof(*l), letter_destructor);
	if (!l)
		return;

	l->mb = mbuf_alloc(KEYING_HEADROOM + mbuf_get_left(mb));
	if (l->mb) {
		l->mb->pos = l->mb->end = KEYING_HEADROOM;
		(void)mbuf_write_mem(l->mb, mbuf_buf(mb), mbuf_get_left(mb));
		l->mb->pos = KEYING_HEADROOM;
	}
	list_append(&e->peer->queue, &l->le, l);
}

static void up_handler(const struct keying_keys *keys, uint64_t now, void *arg)
{
	struct end *e = arg;
	(void)now;

	e->keys = *keys;
	e->up = true;
}

static void down_handler(int err, const char *reason, uint64_t now, void *arg)
{
	(void)err;
	(void)reason;
	(void)now;
	(void)arg;
}

static void pump(struct end *e)
{
	struct letter *l;

	while ((l = list_ledata(list_head(&e->queue))) != NULL) {
		struct mbuf *mb = mem_ref(l->mb);

		mem_deref(l);
		if (mb)
			keying_recv(e->keying, mb, clock_now());
		mem_deref(mb);
	}
}

static bool handshake(struct end v[2], struct identity *id)
{
	static const enum keying_role rolev[] = { KEYING_CLIENT,
						  KEYING_SERVER };
	const uint64_t now = clock_now();

	for (unsigned i = 0; i < 2; i++) {
		v[i].peer = &v[!i];
		if (keying_alloc(&v[i].keying, rolev[i], id, send_handler,
				 up_handler, down_handler, &v[i]))
			return false;
	}

	for (unsigned i = 0; i < 2; i++) {
		keying_set_peer(v[i].keying, identity_fingerprint(id), 1, now);
		keying_start(v[i].keying, now);
	}

	for (unsigned i = 0; i < TURNS && !(v[0].up && v[1].up); i++) {
		pump(&v[1]);
		pump(&v[0]);
	}

	return v[0].up && v[1].up;
}

/* Sealed by one end, opened by the other; `forge` changes a bit under way */
static bool packet_opens(struct protect *a, struct protect *b, uint8_t number,
			 bool forge)
{
	struct mbuf *mb = mbuf_alloc(RTP_LEN + PROTECT_TAILROOM);
	bool ok = false;

	if (mb && !mbuf_fill(mb, 0, RTP_LEN)) {
		mb->buf[0] = RTP_FIRST;
		mb->buf[RTP_NUMBER] = number;
		mb->buf[RTP_LEN - 1] = number;
		mb->pos = 0;
		ok = !protect_seal_packet(a, mb);
		mb->buf[RTP_LEN - 1] ^= forge;
		ok = ok && !protect_open_packet(b, mb) &&
		     mb->buf[RTP_LEN - 1] == number;
	}

	mem_deref(mb);
	return ok;
}

static bool packets_pass(const struct end v[2])
{
	struct protect *a = NULL, *b = NULL;
	bool ok = !protect_alloc(&a, &v[0].keys) &&
		  !protect_alloc(&b, &v[1].keys) &&
		  packet_opens(a, b, 1, false) &&
		  !packet_opens(a, b, 2, true) &&
		  packet_opens(a, b, 2 + 1, false);

	mem_deref(a);
	mem_deref(b);
	return ok;
}

static bool test_channel(void)
{
	struct end v[2] = { { .up = false } };
	struct identity *id = NULL;
	bool ok;

	ok = !identity_alloc(&id) && handshake(v, id) && packets_pass(v);

	for (unsigned i = 0; i < 2; i++) {
		mem_deref(v[i].keying);
		list_flush(&v[i].queue);
	}
	mem_deref(id);
	return ok;
}

/* ---- A tone through each codec ---- */

static bool codec_passes(const struct codec_type *type)
{
	const uint32_t rate = codec_rate(type, CODEC_RATE_MAX);
	const unsigned n = rate / PER_S;
	int16_t in[CODEC_FRAME_MAX], pcm[CODEC_FRAME_MAX];
	double power_in = 0, power_out = 0;
	struct codec *c = NULL;
	struct mbuf *mb = mbuf_alloc(CODEC_PAYLOAD_MAX);
	bool ok = mb && !codec_alloc(&c, type, rate, NULL);

	for (unsigned f = 0; ok && f < FRAMES; f++) {
		unsigned got = 0;

		for (unsigned i = 0; i < n; i++)
			in[i] = (int16_t)(TONE_PEAK * sin(2.0 * M_PI * TONE_HZ *
							  (f * n + i) / rate));
		mbuf_rewind(mb);
		ok = !codec_encode(c, mb, in, n) &&
		     !codec_decode(c, pcm, &got, mb->buf, mb->end) && got == n;
		for (unsigned i = 0; ok && f >= SETTLE && i < n; i++) {
			power_in += (double)in[i] * in[i];
			power_out += (double)pcm[i] * pcm[i];
		}
	}

	mem_deref(c);
	mem_deref(mb);
	return ok && power_out * 100 >= power_in * NEEDED_PERCENT;
}

static bool test_codecs(void)
{
	const struct codec_type *type;
	bool ok = true;

	for (unsigned i = 0; (type = codec_at(i)) != NULL; i++) {
		if (codec_passes(type))
			continue;
		(void)printf("     %s\n", type->name);
		ok = false;
	}

	return ok;
}

int selftest_run(void)
{
	static const struct {
		const char *name;
		bool (*h)(void);
	} testv[] = {
		{ "hash: SHA-256 of FIPS 180-4", test_hash },
		{ "random: the kernel's bytes differ", test_random },
		{ "channel: DTLS handshake, SRTP packet, a forged one",
		  test_channel },
		{ "codecs: a tone through each", test_codecs },
	};
	int err = mbed_init();

	for (size_t i = 0; i < ARRAY_SIZE(testv); i++) {
		bool ok = testv[i].h();

		(void)printf("%s %s\n", ok ? "ok  " : "FAIL", testv[i].name);
		if (!ok)
			err = EPROTO;
	}

	return err;
}

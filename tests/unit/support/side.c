/**
 * @file tests/unit/support/side.c  Two sides that offer and answer
 */
#include "tests/unit/test.h"
#include "tests/unit/support/side.h"

static const struct offer_codec audiov[] = {
	{ .name = "opus",
	  .rate = 48000,
	  .channels = 2,
	  .pt = 111,
	  .fmtp = "minptime=10;useinbandfec=1" },
	{ .name = "PCMU", .rate = 8000, .channels = 1, .pt = 0 },
	{ .name = "PCMA", .rate = 8000, .channels = 1, .pt = 8 },
	{ .name = "telephone-event",
	  .rate = 48000,
	  .channels = 1,
	  .pt = 110,
	  .fmtp = "0-15" },
	{ .name = "telephone-event",
	  .rate = 8000,
	  .channels = 1,
	  .pt = 126,
	  .fmtp = "0-15" },
};

static const struct offer_codec videov[] = {
	{ .name = "VP8",
	  .rate = 90000,
	  .channels = 1,
	  .pt = 96,
	  .fbv = { "nack", "nack pli", "ccm fir" } },
};

static const char *const candidatev[] = {
	"1 1 udp 2130706431 192.0.2.1 5000 typ host",
};

struct offer_medium side_medium(enum offer_type type)
{
	struct offer_medium m = {
		.type = type,
		.dir = SDP_SENDRECV,
		.codecv = type == OFFER_AUDIO ? audiov : videov,
		.codecc = type == OFFER_AUDIO ? ARRAY_SIZE(audiov)
					      : ARRAY_SIZE(videov),
		.ssrc = 1234 + (uint32_t)type,
		.cname = "phone",
		.track = type == OFFER_AUDIO ? "a" : "v",
		.extv = { "urn:ietf:params:rtp-hdrext:sdes:mid" },
	};

	return m;
}

void side_transport(struct offer *o, unsigned index, const char *ufrag)
{
	struct offer_transport t = {
		.ufrag = ufrag,
		.pwd = "abcdefghijklmnopqrstuvwx",
		.fingerprint = "sha-256 " SIDE_PRINT,
		.candidatev = candidatev,
		.candidatec = ARRAY_SIZE(candidatev),
	};

	assert_int_equal(sa_set_str(&t.address, "192.0.2.1", 5000), 0);
	assert_int_equal(offer_set_transport(o, index, &t), 0);
}

struct offer *side_phone(bool video)
{
	struct offer_medium a = side_medium(OFFER_AUDIO),
			    v = side_medium(OFFER_VIDEO);
	struct offer *o;

	assert_int_equal(offer_alloc(&o, NULL), 0);
	assert_int_equal(offer_add(o, &a), 0);
	if (video)
		assert_int_equal(offer_add(o, &v), 0);
	return o;
}

struct mbuf *side_text(const char *s)
{
	struct mbuf *mb = mbuf_alloc(strlen(s) + 1);

	assert_non_null(mb);
	assert_int_equal(mbuf_write_str(mb, s), 0);
	mb->pos = 0;
	return mb;
}

struct mbuf *side_file(const char *name)
{
	struct mbuf *mb = mbuf_alloc(1024);
	char path[512], buf[4096];
	size_t n;
	FILE *f;

	re_snprintf(path, sizeof(path), "%s/tests/vectors/sdp/%s.sdp",
		    SOURCE_DIR, name);
	f = fopen(path, "r");
	assert_non_null(f);
	while ((n = fread(buf, 1, sizeof(buf), f)))
		assert_int_equal(mbuf_write_mem(mb, (uint8_t *)buf, n), 0);
	fclose(f);
	mb->pos = 0;
	return mb;
}

int side_take_offer(struct offer *o, const char *s)
{
	struct mbuf *mb = side_text(s);
	int err = offer_take_offer(o, mb);

	mem_deref(mb);
	return err;
}

int side_take_answer(struct offer *o, const char *s)
{
	struct mbuf *mb = side_text(s);
	int err = offer_take_answer(o, mb);

	mem_deref(mb);
	return err;
}

/* Answer with a transport on each m-line that carries, and read it back */
struct description *side_answer(struct offer *o)
{
	struct description *d;
	struct mbuf *mb;

	for (unsigned i = 0; i < offer_count(o); i++) {
		const struct offer_media *m = offer_media(o, i);

		if (m->active && m->transport == i)
			side_transport(o, i, "ufrag");
	}
	assert_int_equal(offer_answer(o, &mb), 0);
	assert_int_equal(description_decode(&d, mb, NULL), 0);
	mem_deref(mb);
	return d;
}

/* Both sides exchange, `to` answering */
void side_exchange(struct offer *from, struct offer *to)
{
	struct mbuf *mb;

	assert_int_equal(offer_create(from, &mb), 0);
	assert_int_equal(offer_take_offer(to, mb), 0);
	mem_deref(mb);
	for (unsigned i = 0; i < offer_count(to); i++) {
		const struct offer_media *m = offer_media(to, i);

		if (m->active && m->transport == i)
			side_transport(to, i, "answ");
	}
	assert_int_equal(offer_answer(to, &mb), 0);
	assert_int_equal(offer_take_answer(from, mb), 0);
	mem_deref(mb);
}

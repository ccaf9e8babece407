/**
 * @file tests/fuzz/fuzz_sdp.c  SDP with candidates, as offer and as answer
 *
 * What could be read can be written and read again; what could be taken as an
 * offer is answered line by line (A-6.2a).
 */
#include <assert.h>
#include <stdlib.h>
#include "core/sip/description_decode.h"
#include "core/sip/description_encode.h"
#include "core/sip/offer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct offer_codec audiov[] = {
	{ .name = "opus", .rate = 48000, .channels = 2, .pt = 111 },
	{ .name = "PCMU", .rate = 8000, .channels = 1, .pt = 0 },
	{ .name = "telephone-event", .rate = 8000, .channels = 1, .pt = 126 },
};
static const struct offer_codec videov[] = {
	{ .name = "VP8",
	  .rate = 90000,
	  .channels = 1,
	  .pt = 96,
	  .fbv = { "nack", "nack pli" } },
};

static struct offer *phone(void)
{
	struct offer_medium m = { .type = OFFER_AUDIO,
				  .dir = SDP_SENDRECV,
				  .codecv = audiov,
				  .codecc = ARRAY_SIZE(audiov),
				  .ssrc = 1,
				  .extv = { "urn:a", "urn:b" } };
	struct offer *o;

	if (offer_alloc(&o, NULL) || offer_add(o, &m))
		abort();
	m.type = OFFER_VIDEO;
	m.codecv = videov;
	m.codecc = ARRAY_SIZE(videov);
	if (offer_add(o, &m))
		abort();

	return o;
}

static void set_transports(struct offer *o)
{
	static const char *const candidatev[] = {
		"1 1 udp 1 192.0.2.1 5000 typ host",
	};
	struct offer_transport t = { .ufrag = "abcd",
				     .pwd = "0123456789012345678901",
				     .fingerprint = "sha-256 AB:CD",
				     .tls_id = "abcdefghijklmnopqrstuvwxyz",
				     .candidatev = candidatev,
				     .candidatec = 1 };

	for (unsigned i = 0; i < offer_count(o); i++) {
		if (offer_media(o, i)->transport == i &&
		    offer_set_transport(o, i, &t))
			abort();
	}
}

/* Offers until it does not fit any more: the second is a re-offer */
static void as_offer(struct offer *o, struct mbuf *in)
{
	for (int again = 0; again < 2; again++) {
		struct description *d = NULL, *answer = NULL;
		struct mbuf *out = NULL;

		in->pos = 0;
		if (offer_take_offer(o, in))
			return;
		set_transports(o);
		in->pos = 0;
		if (offer_answer(o, &out) || description_decode(&d, in, NULL) ||
		    description_decode(&answer, out, NULL))
			abort();
		assert(d->mediac == answer->mediac);
		for (size_t i = 0; i < d->mediac; i++) {
			const struct description_media *m = d->mediav[i];

			assert(!strcmp(m->type, answer->mediav[i]->type));
			assert(!description_refused(m) ||
			       description_refused(answer->mediav[i]));
		}
		mem_deref(out);
		mem_deref(d);
		mem_deref(answer);
	}
}

static void as_answer(struct offer *o, struct mbuf *in)
{
	struct mbuf *out = NULL;

	set_transports(o);
	if (offer_state(o) != OFFER_STABLE || offer_create(o, &out))
		return;
	in->pos = 0;
	if (offer_take_answer(o, in))
		offer_rollback(o);
	mem_deref(out);
}

static void there_and_back(struct mbuf *in)
{
	struct mbuf *one = mbuf_alloc(1024), *two = mbuf_alloc(1024);
	struct description *d = NULL, *e = NULL;
	int err;

	in->pos = 0;
	if (description_decode(&d, in, NULL))
		goto out;
	json_decref(description_json(d));
	if (description_encode(one, d))
		goto out;
	one->pos = 0;
	err = description_decode(&e, one, NULL);
	assert(!err || err == EOVERFLOW);
	if (err)
		goto out;
	assert(e->mediac == d->mediac);
	if (description_encode(two, e))
		abort();
	assert(one->end == two->end && !memcmp(one->buf, two->buf, one->end));

out:
	mem_deref(one);
	mem_deref(two);
	mem_deref(d);
	mem_deref(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mbuf *in = mbuf_alloc(size + 1);
	struct offer *o;

	if (size)
		(void)mbuf_write_mem(in, data, size);
	there_and_back(in);
	o = phone();
	as_offer(o, in);
	as_answer(o, in);
	mem_deref(o);
	o = phone();
	as_answer(o, in);
	as_offer(o, in);
	mem_deref(o);
	mem_deref(in);
	return 0;
}

/**
 * @file tests/fuzz/fuzz_sip.c  Fuzz target: one SIP message
 *
 * Decoded, described, screened and replied to. What is a good request must
 * get a reply that is a good response, of the same transaction.
 */
#include <stdlib.h>
#include "core/sip/answermode.h"
#include "core/sip/describe.h"
#include "core/sip/message.h"
#include "core/sip/reply.h"
#include "core/sip/screen.h"

enum {
	TAG_ROOM = 64, /* A reply's longest line may grow by its To tag */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct screen_method methodv[] = {
	{ "INVITE", "application/sdp", "application/sdp" },
	{ "OPTIONS", NULL, "application/sdp" },
};
static const struct screen_policy policy = { methodv, ARRAY_SIZE(methodv),
					     "path, outbound" };

static struct mbuf *buffer(const uint8_t *data, size_t size)
{
	struct mbuf *mb = mbuf_alloc(size + 1);

	if (!mb || (size && mbuf_write_mem(mb, data, size)) ||
	    (size && mbuf_resize(mb, size)))
		abort();
	mb->pos = 0;
	return mb;
}

static void reply(const struct sip_msg *msg, bool good, size_t size)
{
	struct mbuf *headers = mbuf_alloc(64), *mb = NULL;
	struct sip_msg *resp = NULL;
	struct reply r = { .scode = 400 };

	if (good)
		(void)screen_request(msg, &policy, &r, headers);
	if (!r.scode)
		r.scode = 200;
	if (reply_encode(&mb, msg, &r, "tag"))
		abort();
	if (good && size < MESSAGE_LINE_MAX - TAG_ROOM) {
		if (message_decode(&resp, mb, NULL) || resp->req ||
		    resp->cseq.num != msg->cseq.num || !resp->to.tag.l ||
		    sip_msg_hdr_count(resp, SIP_HDR_VIA) !=
			    sip_msg_hdr_count(msg, SIP_HDR_VIA))
			abort();
	}

	mem_deref(resp);
	mem_deref(mb);
	mem_deref(headers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mbuf *mb = buffer(data, size), *out = mbuf_alloc(64);
	struct message_fault fault = { 0, NULL };
	struct sip_msg *msg = NULL;
	int err;

	err = message_decode(&msg, mb, &fault);
	if ((err == EBADMSG) != (fault.scode != 0) || (!err && !msg))
		abort();
	if (msg && msg->req && !message_is(msg, "ACK"))
		reply(msg, !err, size);
	if (!err && message_body(msg).l > size)
		abort();
	if (!err && answermode_get(msg) > ANSWERMODE_MANUAL)
		abort();
	if (!err && answermode_need(msg) && !answermode_asked(msg))
		abort();
	mem_deref(msg);

	mb->pos = 0;
	if (describe_message(out, mb) == ENOMEM)
		abort();
	mem_deref(out);
	mem_deref(mb);
	return 0;
}

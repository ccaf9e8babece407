/**
 * @file tests/fuzz/fuzz_feedback.c  Fuzz target: feedback out of RTCP
 *
 * What comes out is within its limits, and as much as its bytes can say.
 * SECURITY row 30.
 */
#include <stdlib.h>
#include "core/media/feedback.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned heard; /* In this RTCP packet */

static void on_feedback(const struct feedback *f, void *arg)
{
	struct feedback_fir *fir = arg;
	bool rate = f->type == FEEDBACK_REMB || f->type == FEEDBACK_TMMBR ||
		    f->type == FEEDBACK_TMMBN;

	++heard;
	if (f->type < FEEDBACK_NACK || f->type > FEEDBACK_TMMBN)
		abort();
	if (rate && (f->bitrate < FEEDBACK_BITRATE_MIN ||
		     f->bitrate > FEEDBACK_BITRATE_MAX))
		abort();
	if (f->overhead > 511)
		abort();
	if (f->type == FEEDBACK_FIR) {
		(void)feedback_fir_is_new(fir, f);
		if (f->seq > UINT8_MAX || feedback_fir_is_new(fir, f))
			abort();
	}
}

static void on_packet(const struct compound_packet *p, void *arg)
{
	int err;

	heard = 0;
	err = feedback_decode(p, on_feedback, arg);
	if (err && (heard || (err != EBADMSG && err != ENOTSUP)))
		abort();
	if (heard > FEEDBACK_LOST_MAX && p->type == COMPOUND_TRANSPORT &&
	    p->count == 1)
		abort();
	if (heard > 1 + p->size * 17 / 4)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feedback_fir fir = { .known = false };

	(void)compound_decode(data, size, on_packet, &fir);
	return 0;
}

/**
 * @file tests/fuzz/fuzz_jitter.c  Fuzz target: the jitter buffer alone
 *
 * Eight bytes a step: advance of sequence (2), of time (2), waiting (1),
 * length (1), flags (1) and how many pieces are got after it (1). What must
 * hold: always a piece, never more than a second or JITTER_SLOTS held.
 */
#include <stdlib.h>
#include "core/media/jitter.h"

enum {
	CLOCK = 8000,
	STEP = 8,
	BEAT = 10 * CLOCK_MS,
	SSRC = 1,
	FEC = 2,
	FAR = 4, /* Time advances by 65536 times as much   */
	WAIT = 5 * CLOCK_MS,
	TICKS = 40,
	PIECES = 8,
	CUT = 8,
	STEPS_MAX = 4096,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t get(struct jitter *j, uint64_t now)
{
	struct jitter_piece piece;
	struct jitter_stats st;

	jitter_get(j, &piece, now);
	if (!piece.ticks)
		abort();
	if ((piece.what == JITTER_PLAY || piece.what == JITTER_FEC) &&
	    (piece.size != 1 || piece.data[0] != piece.pt))
		abort();
	if (piece.cut)
		jitter_cut(j, piece.ticks / 2);

	jitter_stats(j, &st);
	if (st.held > JITTER_SLOTS)
		abort();
	return (uint64_t)piece.ticks * CLOCK_S / CLOCK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packet p = { .seq = 0 };
	uint64_t now = CLOCK_S;
	struct jitter *j;

	if (jitter_alloc(&j, CLOCK, BEAT))
		abort();

	for (unsigned n = 0; size >= STEP && n < STEPS_MAX; n++) {
		uint32_t ts = (uint32_t)(data[2] << 8 | data[3]);

		p.seq = (uint16_t)(p.seq + (data[0] << 8 | data[1]));
		p.ts += data[6] & FAR ? ts << 16 : ts;
		p.ssrc = data[6] & SSRC;
		p.pt = data[0] & PACKET_PT_MAX;
		now += data[4] * (uint64_t)WAIT;
		(void)jitter_put(j, &p, &p.pt, 1, (data[5] % 24U + 1) * TICKS,
				 (data[6] & FEC) != 0, now);
		for (unsigned k = 0; k < data[7] % PIECES; k++)
			now += get(j, now);
		data += STEP;
		size -= STEP;
	}

	mem_deref(j);
	return 0;
}

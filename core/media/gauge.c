/**
 * @file core/media/gauge.c  Gauge
 */
#include "core/base/re.h"
#include "core/media/gauge.h"

enum {
	JUMP = 10 * GAUGE_STEPS, /* Back by so much: another clock, ours */
};

void gauge_put(struct gauge *g, uint64_t time, uint32_t bytes)
{
	uint64_t step = time / GAUGE_STEP + 1;

	if (!g->last || step > g->last + GAUGE_STEPS || step + JUMP < g->last) {
		memset(g, 0, sizeof(*g));
		g->first = g->last = step;
	}
	if (step + GAUGE_STEPS <= g->last || step < g->first)
		return;

	while (g->last < step)
		g->bytesv[++g->last % GAUGE_STEPS] = 0;
	g->bytesv[step % GAUGE_STEPS] += bytes;
}

uint32_t gauge_rate(const struct gauge *g, uint64_t span)
{
	uint64_t steps = span / GAUGE_STEP, have = g->last - g->first + 1;
	uint64_t bits = 0, rate;

	if (!g->last)
		return 0;
	if (steps > GAUGE_STEPS)
		steps = GAUGE_STEPS;
	if (steps > have)
		steps = have;
	if (steps < 2)
		steps = 2; /* One is hardly begun */

	for (uint64_t i = 0; i < steps && i < have; i++)
		bits += g->bytesv[(g->last - i) % GAUGE_STEPS] * 8ULL;

	rate = bits * CLOCK_S / (steps * GAUGE_STEP);
	return rate < UINT32_MAX ? (uint32_t)rate : UINT32_MAX;
}

uint64_t gauge_span(const struct gauge *g)
{
	const uint64_t steps = g->last ? g->last - g->first + 1 : 0;

	return MIN(steps, (uint64_t)GAUGE_STEPS) * GAUGE_STEP;
}

uint64_t gauge_since(const struct gauge *g, uint64_t time)
{
	uint64_t step = time / GAUGE_STEP + 1, bytes = 0;

	for (uint64_t i = 0; i < GAUGE_STEPS && g->last >= g->first + i &&
			     g->last - i > step && g->last;
	     i++)
		bytes += g->bytesv[(g->last - i) % GAUGE_STEPS];
	return bytes;
}

/**
 * @file core/media/gaps.c  Gaps
 *
 * A list in order of the sequence, with the time when each is due: to be
 * asked for, or, after the last try, to be given up.
 */
#include "core/media/gaps.h"
#include "core/media/packet.h"

enum {
	DROPOUT = 3000,	  /* RFC 3550 appendix A.1 [packets]               */
	MARGIN_SHIFT = 3, /* An eighth of a round trip more than one, ours */
};

struct gap {
	uint16_t seq;
	uint16_t tries;
	uint64_t since; /* When it was passed over [us] */
	uint64_t due;	/* [us]                         */
};

struct gaps {
	struct gap v[GAPS_MAX];
	bool begun;
	bool odd; /* A packet of another time came ... */
	uint16_t odd_seq;
	uint16_t top;	/* Newest                            */
	uint64_t again; /* Between two tries [us]            */
	bool lost;
	struct gaps_stats st;
};

int gaps_alloc(struct gaps **gp)
{
	struct gaps *g = mem_zalloc(sizeof(*g), NULL);

	if (!g)
		return ENOMEM;

	gaps_set_round_trip(g, 0);
	*gp = g;
	return 0;
}

void gaps_reset(struct gaps *g)
{
	g->st.missing = 0;
	g->begun = g->odd = g->lost = false;
}

void gaps_set_round_trip(struct gaps *g, uint32_t rtt)
{
	uint64_t again = rtt ? rtt : GAPS_ROUND_TRIP;

	again += again >> MARGIN_SHIFT;
	g->again = again > GAPS_AGAIN ? again : GAPS_AGAIN;
}

static void drop(struct gaps *g, unsigned from, unsigned n)
{
	g->st.missing -= n;
	memmove(&g->v[from], &g->v[from + n],
		(g->st.missing - from) * sizeof(g->v[0]));
}

/* A packet that was passed over came after all */
static void came(struct gaps *g, uint16_t seq)
{
	for (unsigned i = 0; i < g->st.missing; i++) {
		if (g->v[i].seq != seq)
			continue;
		if (g->v[i].tries)
			++g->st.found;
		else
			++g->st.late;
		drop(g, i, 1);
		return;
	}
}

static int give_up(struct gaps *g, uint16_t seq, uint32_t more)
{
	g->st.lost += g->st.missing + more;
	g->st.missing = 0;
	g->top = seq;
	g->odd = false;
	g->lost = true;
	return EOVERFLOW;
}

/* Two of another time in a row make a new sequence */
static int jump(struct gaps *g, uint16_t seq)
{
	if (g->odd && seq == (uint16_t)(g->odd_seq + 1)) {
		++g->st.resync;
		return give_up(g, seq, 0);
	}
	g->odd = true;
	g->odd_seq = seq;
	return 0;
}

static void pass_over(struct gaps *g, uint16_t seq, uint64_t now)
{
	for (uint16_t s = (uint16_t)(g->top + 1); s != seq; s++) {
		struct gap *gap = &g->v[g->st.missing++];

		gap->seq = s;
		gap->tries = 0;
		gap->since = now;
		gap->due = now + GAPS_WAIT;
	}
}

/* Those with enough packets behind them are not late but lost */
static void hurry(struct gaps *g, uint64_t now)
{
	for (unsigned i = 0; i < g->st.missing; i++) {
		struct gap *gap = &g->v[i];

		if (!gap->tries && gap->due > now &&
		    packet_distance(g->top, gap->seq) >= GAPS_AHEAD)
			gap->due = now;
	}
}

int gaps_put(struct gaps *g, uint16_t seq, uint64_t now)
{
	int ahead = packet_distance(seq, g->top);

	if (!g->begun) {
		g->begun = true;
		g->top = seq;
		return 0;
	}
	if (ahead > DROPOUT || ahead < -DROPOUT)
		return jump(g, seq);

	g->odd = false;
	if (ahead <= 0) {
		came(g, seq);
		return 0;
	}

	g->st.missed += (uint32_t)ahead - 1;
	if (g->st.missing + (uint32_t)ahead - 1 > GAPS_MAX)
		return give_up(g, seq, (uint32_t)ahead - 1);

	pass_over(g, seq, now);
	g->top = seq;
	hurry(g, now);
	return 0;
}

static bool is_over(const struct gap *gap, uint64_t now)
{
	return now >= gap->since + GAPS_AGE ||
	       (gap->tries == GAPS_TRIES && now >= gap->due);
}

/* Give up those that were asked for often or long enough */
static void expire(struct gaps *g, uint64_t now)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < g->st.missing; i++) {
		if (!is_over(&g->v[i], now))
			g->v[kept++] = g->v[i];
	}
	if (kept == g->st.missing)
		return;

	g->st.lost += g->st.missing - kept;
	g->st.missing = kept;
	g->lost = true;
}

unsigned gaps_get(struct gaps *g, uint16_t *seqv, unsigned max, uint64_t now)
{
	unsigned n = 0;

	expire(g, now);
	for (unsigned i = 0; i < g->st.missing && n < max; i++) {
		struct gap *gap = &g->v[i];

		if (now < gap->due)
			continue;
		seqv[n++] = gap->seq;
		++gap->tries;
		gap->due = now + g->again;
	}
	g->st.asked += n;
	return n;
}

uint64_t gaps_due(const struct gaps *g)
{
	uint64_t due = CLOCK_NEVER;

	for (unsigned i = 0; i < g->st.missing; i++) {
		due = clock_min(due, g->v[i].due);
		due = clock_min(due, g->v[i].since + GAPS_AGE);
	}
	return due;
}

void gaps_forget(struct gaps *g, uint16_t seq)
{
	unsigned n = 0;

	while (n < g->st.missing && packet_distance(g->v[n].seq, seq) < 0)
		++n;
	drop(g, 0, n);
}

bool gaps_take_lost(struct gaps *g)
{
	bool lost = g->lost;

	g->lost = false;
	return lost;
}

void gaps_stats(const struct gaps *g, struct gaps_stats *stats)
{
	*stats = g->st;
}

int gaps_print(struct re_printf *pf, const struct gaps *g)
{
	return re_hprintf(pf,
			  "missing=%u packets missed=%u late=%u found=%u "
			  "asked=%u lost=%u resync=%u",
			  g->st.missing, g->st.missed, g->st.late, g->st.found,
			  g->st.asked, g->st.lost, g->st.resync);
}

/**
 * @file core/media/report.c  Report: accounting, timing, building
 */
#include <assert.h>
#include "core/base/entropy.h"
#include "core/media/report.h"

enum {
	PROTOCOL = 2,
	PROTOCOL_SHIFT = 6,
	WORD = 4,	    /* Lengths count these [bytes]           */
	SDES_CNAME = 1,	    /* RFC 3550 section 6.5.1                */
	DROPOUT_MAX = 3000, /* RFC 3550 appendix A.1 [packets]       */
	MISORDER_MAX = 100, /* The same                              */
	SEQ_MOD = 1 << 16,
	JITTER_GAIN_SHIFT = 4, /* RFC 3550 appendix A.8: 1/16           */
	LOST_MAX = 0x7fffff,   /* 24 bits, signed                       */
	LOST_RANGE = 0x1000000,
	NTP_MIDDLE_SHIFT = 16,
	NTP_MIDDLE_HZ = 65536,
	FRACTION = 256,
	INTERVALS = 2, /* Sender while it sent in so many
				     intervals, RFC 3550 section 6.3.8     */
	SPREAD = 1000, /* Intervals are 0.5 to 1.5 times the mean
				     (RFC 3550 6.3.1), in 1/SPREAD         */
	RTT_MAX = 30,  /* More is a fault of the far end [s]    */
};

struct report {
	uint32_t ssrc;
	uint32_t clock; /* Sent [Hz] */
	char cname[REPORT_CNAME + 1];
	uint64_t due;

	uint32_t tx_ts;	  /* Timestamp sent last ... */
	uint64_t tx_time; /* ... and when [us]       */

	uint32_t rx_clock; /* Received, lately [Hz] */
	bool known;	   /* rx_* of the sequence are valid */
	uint32_t rx_ssrc;
	uint32_t base, highest, cycles, bad; /* RFC 3550 appendix A.1 */
	uint32_t received, expected_prior, received_prior;
	uint32_t lost_before; /* Of sources before this one */
	bool timed;	      /* transit is valid           */
	uint32_t transit;
	uint32_t jitter; /* [ticks/16] */

	uint32_t lsr;	   /* Of the last SR received */
	uint64_t lsr_time; /* [us]                    */
	uint64_t sr_ntp;   /* Of the last SR received */
	uint32_t sr_ts;	   /* The same moment         */
	struct report_stats st;
};

int report_alloc(struct report **rp, uint32_t ssrc, const char *cname,
		 uint32_t clock, uint64_t now)
{
	struct report *r;

	assert(clock);

	r = mem_zalloc(sizeof(*r), NULL);
	if (!r)
		return ENOMEM;

	r->ssrc = ssrc;
	r->clock = clock;
	str_ncpy(r->cname, cname, sizeof(r->cname));
	r->due = now + REPORT_FIRST;

	*rp = r;
	return 0;
}

void report_set_clock(struct report *r, uint32_t clock)
{
	assert(clock);
	r->clock = clock;
}

static uint32_t ticks_of(uint32_t clock, uint64_t us)
{
	return (uint32_t)(us / CLOCK_S * clock +
			  us % CLOCK_S * clock / CLOCK_S);
}

static uint32_t us_of(uint32_t clock, uint32_t ticks)
{
	uint64_t us = clock ? (uint64_t)ticks * CLOCK_S / clock : 0;

	return us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

void report_sent(struct report *r, uint32_t ts, size_t size, uint64_t now)
{
	r->tx_ts = ts;
	r->tx_time = now;
	++r->st.tx_packets;
	r->st.tx_bytes += size;
}

static uint32_t expected(const struct report *r)
{
	return r->known ? r->cycles + r->highest - r->base + 1 : 0;
}

/* Received twice makes it negative (RFC 3550 section 6.4.1) */
static int32_t lost(const struct report *r)
{
	return (int32_t)(expected(r) - r->received);
}

static void restart(struct report *r, const struct packet *p)
{
	if (r->known) {
		int32_t n = lost(r);

		r->lost_before += n > 0 ? (uint32_t)n : 0;
		++r->st.rx_restarts;
	}
	r->known = true;
	r->rx_ssrc = p->ssrc;
	r->base = r->highest = p->seq;
	r->bad = SEQ_MOD + 1;
	r->cycles = 0;
	r->received = r->received_prior = r->expected_prior = 0;
	r->timed = false;
	r->jitter = 0;
	r->lsr = 0;
}

/* RFC 3550 appendix A.1. Returns whether the packet counts */
static bool sequence(struct report *r, const struct packet *p)
{
	uint16_t delta;

	if (!r->known || p->ssrc != r->rx_ssrc) {
		restart(r, p);
		return true;
	}

	delta = (uint16_t)(p->seq - r->highest);
	if (delta && delta < DROPOUT_MAX) {
		if (p->seq < r->highest)
			r->cycles += SEQ_MOD;
		r->highest = p->seq;
	} else if (delta && delta <= SEQ_MOD - MISORDER_MAX) {
		if (p->seq != r->bad) {
			r->bad = (uint16_t)(p->seq + 1);
			return false;
		}
		restart(r, p);
	} else {
		++r->st.rx_late;
	}

	return true;
}

void report_received(struct report *r, const struct packet *p, size_t size,
		     uint32_t clock, uint64_t now)
{
	uint32_t transit;
	int32_t d;

	++r->st.rx_packets;
	r->st.rx_bytes += size;
	if (!sequence(r, p))
		return;

	++r->received;
	if (!clock)
		return;
	if (clock != r->rx_clock) {
		r->rx_clock = clock;
		r->jitter = 0;
		r->timed = false;
	}

	transit = ticks_of(clock, now) - p->ts;
	d = (int32_t)(transit - r->transit);
	if (d < 0)
		d = d == INT32_MIN ? INT32_MAX : -d;

	/* RFC 3550 appendix A.8; a jump of the clock is no jitter */
	if (r->timed && (uint32_t)d < clock)
		r->jitter += (uint32_t)d -
			     ((r->jitter + (1 << (JITTER_GAIN_SHIFT - 1))) >>
			      JITTER_GAIN_SHIFT);
	r->transit = transit;
	r->timed = true;
}

static uint64_t ntp_of(uint64_t now)
{
	return now / CLOCK_S << 32 | ((now % CLOCK_S << 32) / CLOCK_S);
}

static void take_block(struct report *r, const struct compound_block *b,
		       uint64_t now)
{
	uint32_t middle = (uint32_t)(ntp_of(now) >> NTP_MIDDLE_SHIFT);
	uint32_t rtt;

	if (b->ssrc != r->ssrc)
		return;

	r->st.tx_lost = b->lost;
	r->st.tx_fraction = b->fraction;
	r->st.tx_jitter = us_of(r->clock, b->jitter);

	rtt = middle - b->lsr - b->dlsr;
	if (b->lsr && rtt < RTT_MAX * NTP_MIDDLE_HZ)
		r->st.round_trip =
			(uint32_t)((uint64_t)rtt * CLOCK_S / NTP_MIDDLE_HZ);
}

/* What report_recv() hands through compound_decode() */
struct taking {
	struct report *r;
	compound_packet_h *h;
	void *arg;
	uint64_t now;
};

static void take_packet(const struct compound_packet *p, void *arg)
{
	struct taking *t = arg;
	struct report *r = t->r;

	for (unsigned i = 0; i < p->blockc; i++)
		take_block(r, &p->blockv[i], t->now);

	if (p->type == COMPOUND_SR && r->known && p->ssrc == r->rx_ssrc) {
		r->lsr = (uint32_t)(p->ntp >> NTP_MIDDLE_SHIFT);
		r->lsr_time = t->now;
		r->sr_ntp = p->ntp;
		r->sr_ts = p->ts;
	}
	if (p->type == COMPOUND_BYE && (!r->known || p->ssrc == r->rx_ssrc))
		r->st.bye = true;

	if (t->h)
		t->h(p, t->arg);
}

int report_recv(struct report *r, struct mbuf *mb, uint64_t now,
		compound_packet_h *h, void *arg)
{
	struct taking t = { .r = r, .h = h, .arg = arg, .now = now };
	int err;

	++r->st.rx_reports;
	err = compound_decode(mbuf_buf(mb), mbuf_get_left(mb), take_packet, &t);
	if (err)
		++r->st.rx_malformed;

	return err;
}

int report_captured(const struct report *r, uint32_t ts, uint32_t clock,
		    uint64_t *timep)
{
	const uint64_t fraction = r->sr_ntp & UINT32_MAX;
	const int32_t ticks = (int32_t)(ts - r->sr_ts);

	if (!r->lsr)
		return ENOENT;

	*timep = (r->sr_ntp >> 32) * CLOCK_S + (fraction * CLOCK_S >> 32);
	*timep += (uint64_t)((int64_t)ticks * CLOCK_S / clock);
	return 0;
}

uint64_t report_due(const struct report *r)
{
	return r->due;
}

static int write_head(struct mbuf *mb, unsigned count, enum compound_type type,
		      size_t bytes)
{
	int err;

	err = mbuf_write_u8(mb, (uint8_t)(PROTOCOL << PROTOCOL_SHIFT | count));
	err |= mbuf_write_u8(mb, (uint8_t)type);
	err |= mbuf_write_u16(mb, htons((uint16_t)(bytes / WORD - 1)));
	return err;
}

/* RFC 3550 appendix A.3 */
static uint8_t fraction(struct report *r)
{
	uint32_t exp = expected(r);
	uint32_t exp_now = exp - r->expected_prior;
	int64_t lost_now = (int64_t)exp_now -
			   (int64_t)(r->received - r->received_prior);

	r->expected_prior = exp;
	r->received_prior = r->received;
	if (!exp_now || lost_now <= 0)
		return 0;

	lost_now = lost_now * FRACTION / exp_now;
	return (uint8_t)(lost_now < FRACTION ? lost_now : FRACTION - 1);
}

static int write_block(struct mbuf *mb, struct report *r, uint64_t now)
{
	int32_t n = lost(r);
	uint32_t dlsr = 0;
	int err;

	if (n > LOST_MAX)
		n = LOST_MAX;
	if (n < -LOST_MAX)
		n = -LOST_MAX;
	if (r->lsr)
		dlsr = (uint32_t)((now - r->lsr_time) * NTP_MIDDLE_HZ /
				  CLOCK_S);

	err = mbuf_write_u32(mb, htonl(r->rx_ssrc));
	err |= mbuf_write_u32(mb, htonl((uint32_t)fraction(r) << 24 |
					((uint32_t)n & (LOST_RANGE - 1))));
	err |= mbuf_write_u32(mb, htonl(r->cycles + r->highest));
	err |= mbuf_write_u32(mb, htonl(r->jitter >> JITTER_GAIN_SHIFT));
	err |= mbuf_write_u32(mb, htonl(r->lsr));
	err |= mbuf_write_u32(mb, htonl(dlsr));
	return err;
}

static int write_report(struct mbuf *mb, struct report *r, uint64_t now)
{
	enum {
		HEAD = 8,
		SENDER = 20,
		BLOCK = 24
	};
	size_t bytes = HEAD;
	bool sender = r->st.tx_packets &&
		      now - r->tx_time <= INTERVALS * REPORT_INTERVAL;
	bool block = r->known && r->received != r->received_prior;
	uint64_t ntp = ntp_of(now);
	int err;

	bytes += (sender ? SENDER : 0U) + (block ? BLOCK : 0U);
	err = write_head(mb, block, sender ? COMPOUND_SR : COMPOUND_RR, bytes);
	err |= mbuf_write_u32(mb, htonl(r->ssrc));
	if (sender) {
		uint32_t ts = r->tx_ts + ticks_of(r->clock, now - r->tx_time);

		err |= mbuf_write_u32(mb, htonl((uint32_t)(ntp >> 32)));
		err |= mbuf_write_u32(mb, htonl((uint32_t)ntp));
		err |= mbuf_write_u32(mb, htonl(ts));
		err |= mbuf_write_u32(mb, htonl((uint32_t)r->st.tx_packets));
		err |= mbuf_write_u32(mb, htonl((uint32_t)r->st.tx_bytes));
	}
	if (block)
		err |= write_block(mb, r, now);

	return err;
}

static int write_sdes(struct mbuf *mb, const struct report *r)
{
	enum {
		HEAD = 8,
		ITEM = 2,
		NUL = 1
	};
	size_t len = strlen(r->cname);
	size_t bytes = HEAD + ITEM + len + NUL;
	size_t pad = (WORD - bytes % WORD) % WORD;
	int err;

	err = write_head(mb, 1, COMPOUND_SDES, bytes + pad);
	err |= mbuf_write_u32(mb, htonl(r->ssrc));
	err |= mbuf_write_u8(mb, SDES_CNAME);
	err |= mbuf_write_u8(mb, (uint8_t)len);
	err |= mbuf_write_str(mb, r->cname);
	err |= mbuf_fill(mb, 0, NUL + pad);
	return err;
}

int report_build(struct report *r, struct mbuf *mb, bool bye, uint64_t now)
{
	enum {
		BYE_SIZE = 8
	};
	uint64_t spread = SPREAD / 2 + entropy_between(0, SPREAD);
	int err;

	err = write_report(mb, r, now);
	err |= write_sdes(mb, r);
	if (bye) {
		err |= write_head(mb, 1, COMPOUND_BYE, BYE_SIZE);
		err |= mbuf_write_u32(mb, htonl(r->ssrc));
	}
	if (err)
		return ENOMEM;

	++r->st.tx_reports;
	r->due = bye ? CLOCK_NEVER : now + REPORT_INTERVAL * spread / SPREAD;
	return 0;
}

void report_stats(const struct report *r, struct report_stats *stats)
{
	int32_t n = lost(r);

	*stats = r->st;
	stats->rx_lost = r->lost_before + (n > 0 ? (uint32_t)n : 0);
	stats->rx_jitter = us_of(r->rx_clock, r->jitter >> JITTER_GAIN_SHIFT);
}

int report_print(struct re_printf *pf, const struct report *r)
{
	struct report_stats st;

	report_stats(r, &st);
	return re_hprintf(pf,
			  "tx=%llu packets lost=%d jitter=%u us rx=%llu "
			  "packets lost=%u late=%u jitter=%u us "
			  "round trip=%u us reports tx=%u rx=%u malformed=%u",
			  (unsigned long long)st.tx_packets, st.tx_lost,
			  st.tx_jitter, (unsigned long long)st.rx_packets,
			  st.rx_lost, st.rx_late, st.rx_jitter, st.round_trip,
			  st.tx_reports, st.rx_reports, st.rx_malformed);
}

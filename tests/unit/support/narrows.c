/**
 * @file tests/unit/support/narrows.c  Narrows
 */
#include <stdlib.h>
#include "tests/unit/test.h"
#include "tests/unit/support/narrows.h"

enum {
	SSRC = 7,
	QUEUE_BAD = 300 * CLOCK_MS,
};

static uint32_t dice(struct narrows *s, uint32_t n)
{
	s->seed = s->seed * 1664525 + 1013904223;
	return (s->seed >> 8) % n;
}

struct narrows *narrows_open(uint32_t rate, uint64_t delay)
{
	struct narrows *s = calloc(1, sizeof(*s));

	s->now = s->frame = CLOCK_S;
	s->rate = rate;
	s->delay = delay;
	s->room = 64 * 1024;
	s->seed = 1;
	assert_int_equal(estimate_alloc(&s->est, ESTIMATE_START, s->now), 0);
	assert_int_equal(acks_alloc(&s->acks), 0);
	assert_int_equal(arrivals_alloc(&s->arr, ARRIVALS_TRANSPORT), 0);
	return s;
}

void narrows_close(struct narrows *s)
{
	for (; s->bh != s->bt; s->bh++)
		mem_deref(s->backv[s->bh % NARROWS_BACK].mb);
	mem_deref(s->est);
	mem_deref(s->acks);
	mem_deref(s->arr);
	free(s);
}

static void enqueue(struct narrows *s, uint32_t size, uint16_t number,
		    bool alien)
{
	if (s->queued + size > s->room) {
		++s->dropc;
		return;
	}
	s->queuev[s->qt++ % NARROWS_FLIGHT] =
		(struct narrows_packet){ s->now, size, number, alien };
	s->queued += size;
}

static void send_packet(struct narrows *s, uint32_t size)
{
	uint16_t number = acks_next(s->acks);

	++s->sentc;
	++s->rr_sent;
	s->sent_bytes += size;
	acks_sent(s->acks, SSRC, number, size, s->now);
	estimate_sent(s->est, size, s->now);
	if (!s->loss || dice(s, 1000) >= s->loss)
		enqueue(s, size, number, false);
}

/* A frame of the target's size, more or less, and a pacer of 1.5 times */
static void camera(struct narrows *s)
{
	uint32_t target = estimate_target(s->est);
	uint32_t coded = s->limit && s->limit < target ? s->limit : target;

	if (s->now >= s->frame) {
		s->frame += CLOCK_S / 30;
		s->backlog += coded / 8.0 / 30 * (0.7 + dice(s, 600) / 1000.0);
	}
	s->credit += target * 1.5 / 8 / 1000;
	if (s->credit > 2 * NARROWS_MTU)
		s->credit = 2 * NARROWS_MTU;
	while (s->backlog >= 100 && s->credit > 0) {
		uint32_t size = s->backlog < NARROWS_MTU ? (uint32_t)s->backlog
							 : NARROWS_MTU;

		s->backlog -= size;
		s->credit -= size;
		send_packet(s, size);
	}
	s->alien += s->cross / 8.0 / 1000;
	for (; s->alien >= NARROWS_MTU; s->alien -= NARROWS_MTU)
		enqueue(s, NARROWS_MTU, 0, true);
}

static void way(struct narrows *s)
{
	uint64_t wait;

	s->served += s->rate / 8.0 / 1000;
	while (s->qh != s->qt) {
		struct narrows_packet *p = &s->queuev[s->qh % NARROWS_FLIGHT];

		if (s->served < p->size)
			break;
		s->served -= p->size;
		s->queued -= p->size;
		++s->qh;
		if (p->alien)
			continue;
		p->at = s->now + s->delay;
		if (s->jitter)
			p->at += dice(s, (uint32_t)s->jitter);
		if (p->at < s->last)
			p->at = s->last;
		s->last = p->at;
		s->flightv[s->ft++ % NARROWS_FLIGHT] = *p;
	}
	if (s->qh == s->qt)
		s->served = 0;

	wait = s->queued * 8ULL * CLOCK_S / s->rate;
	s->bad = wait > QUEUE_BAD ? s->bad + CLOCK_MS : 0;
	s->bad_max = s->bad > s->bad_max ? s->bad : s->bad_max;
}

static void far_end(struct narrows *s)
{
	while (s->fh != s->ft &&
	       s->flightv[s->fh % NARROWS_FLIGHT].at <= s->now) {
		struct narrows_packet *p =
			&s->flightv[s->fh++ % NARROWS_FLIGHT];

		arrivals_put(s->arr, SSRC, p->number, s->now);
		++s->rr_got;
	}
	if (!s->reports && arrivals_due(s->arr) <= s->now) {
		struct mbuf *mb = mbuf_alloc(256);

		assert_int_equal(arrivals_build(s->arr, mb, 1, s->now), 0);
		if (s->deaf || s->bt - s->bh == NARROWS_BACK) {
			mem_deref(mb);
			return;
		}
		s->backv[s->bt % NARROWS_BACK].mb = mb;
		s->backv[s->bt++ % NARROWS_BACK].at = s->now + s->delay;
	}
	if (s->reports && s->now >= s->report_due) {
		unsigned lost = s->rr_sent > s->rr_got ? s->rr_sent - s->rr_got
						       : 0;

		s->report_due = s->now + CLOCK_S;
		if (s->rr_sent)
			estimate_loss(s->est,
				      (uint8_t)(lost * 255 / s->rr_sent),
				      s->now);
		s->rr_sent = s->rr_got = 0;
	}
}

static void on_packet(const struct compound_packet *p, void *arg)
{
	struct narrows *s = arg;
	const struct acks_packet *v;
	unsigned n;

	assert_int_equal(acks_decode(s->acks, p, &v, &n), 0);
	estimate_acks(s->est, v, n, s->now);
}

static void near_end(struct narrows *s)
{
	while (s->bh != s->bt && s->backv[s->bh % NARROWS_BACK].at <= s->now) {
		struct mbuf *mb = s->backv[s->bh++ % NARROWS_BACK].mb;

		assert_int_equal(
			compound_decode(mb->buf, mb->end, on_packet, s), 0);
		mem_deref(mb);
	}
	if (estimate_due(s->est) <= s->now)
		estimate_tick(s->est, s->now);
}

uint32_t narrows_run_ms(struct narrows *s, unsigned ms)
{
	uint64_t before = s->sent_bytes;

	for (unsigned i = 0; i < ms; i++) {
		s->now += CLOCK_MS;
		camera(s);
		way(s);
		far_end(s);
		near_end(s);
		assert_in_range(estimate_target(s->est), ESTIMATE_MIN,
				ESTIMATE_MAX);
	}
	return (uint32_t)((s->sent_bytes - before) * 8 * 1000 / ms);
}

uint32_t narrows_run(struct narrows *s, unsigned seconds)
{
	return narrows_run_ms(s, seconds * 1000);
}

unsigned narrows_settle(struct narrows *s, uint32_t lo, uint32_t hi,
			unsigned max)
{
	unsigned good = 0;

	for (unsigned i = 1; i <= max; i++) {
		uint32_t rate = narrows_run(s, 1);

		good = rate >= lo && rate <= hi ? good + 1 : 0;
		if (good == 2)
			return i - 1;
	}
	return max + 1;
}

/**
 * @file tests/unit/support/narrows.h  Narrows: the estimate, over a narrow way
 *
 *     camera 30/s -> pacer -> queue, rate, delay, loss -> arrivals
 *     estimate <- acks <- delay <- feedback <-----------+
 *
 * Virtual time in steps of a millisecond. Tests set what the way does.
 */
#ifndef TESTS_UNIT_SUPPORT_NARROWS_H
#define TESTS_UNIT_SUPPORT_NARROWS_H

#include "core/media/arrivals.h"
#include "core/media/estimate.h"

enum {
	NARROWS_MTU = 1200,
	NARROWS_FLIGHT = 8192,
	NARROWS_BACK = 64,
};

struct narrows_packet {
	uint64_t at;
	uint32_t size;
	uint16_t number;
	bool alien;
};

struct narrows {
	struct estimate *est;
	struct acks *acks;
	struct arrivals *arr;
	uint32_t seed;
	uint64_t now;

	/* The way */
	uint32_t rate;	 /* [bit/s]                    */
	uint64_t delay;	 /* Each way [us]              */
	uint32_t loss;	 /* [1/1000]                   */
	uint64_t jitter; /* [us]                       */
	size_t room;	 /* Of the queue [bytes]       */
	bool deaf;	 /* No feedback gets through   */
	bool reports;	 /* RR only                    */
	uint32_t cross;	 /* Of others [bit/s]          */

	/* The camera */
	uint32_t limit; /* Of the encoder [bit/s], 0: none */

	double credit, backlog, served, alien; /* [bytes] */
	uint64_t frame;
	struct narrows_packet queuev[NARROWS_FLIGHT], flightv[NARROWS_FLIGHT];
	unsigned qh, qt, fh, ft;
	size_t queued;
	struct {
		struct mbuf *mb;
		uint64_t at;
	} backv[NARROWS_BACK];
	unsigned bh, bt;
	uint64_t last;

	/* Measured */
	uint64_t sent_bytes;
	uint64_t bad, bad_max; /* Queue too long for [us]   */
	unsigned sentc, dropc;
	uint64_t report_due;
	unsigned rr_sent, rr_got;
};

/** Open one, with a wide queue. @param delay  Each way [us] */
struct narrows *narrows_open(uint32_t rate, uint64_t delay);

/** Free it */
void narrows_close(struct narrows *s);

/** So many milliseconds pass. @return the mean of what was sent [bit/s] */
uint32_t narrows_run_ms(struct narrows *s, unsigned ms);

/** The same of seconds */
uint32_t narrows_run(struct narrows *s, unsigned seconds);

/** Seconds until what is sent is in a range, two in a row */
unsigned narrows_settle(struct narrows *s, uint32_t lo, uint32_t hi,
			unsigned max);

#endif

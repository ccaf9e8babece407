/**
 * @file drivers/worker.h  Worker: the one thread that a software codec has
 *
 *     loop: put(job) -> [worker: run(job)] -> loop: done(job, now)
 *
 * Jobs are done one after the other, in order. A job is memory of the
 * caller's, and the thread's alone from worker_put() until its done handler
 * is called. Until that has returned the thread does nothing else: what it
 * made may stand in memory of the library. The thread has its name, blocks
 * all signals and touches nothing of libre's.
 */
#ifndef DRIVERS_WORKER_H
#define DRIVERS_WORKER_H

#include "core/base/clock.h"

enum {
	WORKER_NAME_MAX = 15,  /**< Of a thread's name, pthread_setname_np(3) */
	WORKER_QUEUE_MAX = 8,  /**< Jobs under way at most                    */
	WORKER_STACK = 262144, /**< Of the thread [bytes]; libvpx and openh264
				    touch 20 kB of it, measured            */
};

struct worker;

/** Do a job; called in the thread */
typedef void(worker_run_h)(void *job, void *arg);

/** A job was done; called in the loop. Freeing the worker is allowed */
typedef void(worker_done_h)(void *job, uint64_t now, void *arg);

/**
 * Start a thread. Free it with mem_deref(): a job in progress is finished,
 * those that wait are not begun, no handler is called any more, and all jobs
 * are the caller's again.
 *
 * @param wp    Set to the new worker
 * @param name  Static string, of the thread and of its handler in the loop
 *
 * @return 0, ENOMEM, EAGAIN, EMFILE
 */
int worker_alloc(struct worker **wp, const char *name, worker_run_h *runh,
		 worker_done_h *doneh, void *arg);

/**
 * Hand over a job.
 *
 * @return 0, EAGAIN as many as can be are under way
 */
int worker_put(struct worker *w, void *job);

#endif

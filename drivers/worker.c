/**
 * @file drivers/worker.c  Worker
 *
 * A ring under a lock. Jobs move through it: those from `taken` on wait or
 * are at the thread's, the one before, if any, was done and is the loop's
 * turn. An eventfd wakes the loop, a condition the thread.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "drivers/worker.h"

struct worker {
	const char *name;
	worker_run_h *runh;
	worker_done_h *doneh;
	void *arg;

	pthread_t thread;
	bool running; /* To be joined */
	pthread_mutex_t lock;
	pthread_cond_t wake;

	/* Under the lock */
	void *ringv[WORKER_QUEUE_MAX];
	unsigned head, tail; /* Oldest, next to put, modulo the ring's size */
	bool done;	     /* The oldest, the loop's turn                 */
	bool quit;

	int fd; /* Counts what was done */
	struct loop_watch *watch;
	bool *gonep; /* Set when freed while a handler is called */
};

/* Called and returns with the lock held. False when it is to end */
static bool wait_for_job(struct worker *w)
{
	while (!w->quit && (w->done || w->head == w->tail))
		(void)pthread_cond_wait(&w->wake, &w->lock);
	return !w->quit;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	const uint64_t one = 1;

	(void)pthread_mutex_lock(&w->lock);
	while (wait_for_job(w)) {
		void *job = w->ringv[w->head % WORKER_QUEUE_MAX];

		(void)pthread_mutex_unlock(&w->lock);
		w->runh(job, w->arg);
		(void)pthread_mutex_lock(&w->lock);
		w->done = true;
		if (write(w->fd, &one, sizeof(one)) < 0)
			break; /* Cannot be: the count is at most 1 */
	}
	(void)pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void *take_done(struct worker *w)
{
	void *job = NULL;

	(void)pthread_mutex_lock(&w->lock);
	if (w->done)
		job = w->ringv[w->head % WORKER_QUEUE_MAX];
	(void)pthread_mutex_unlock(&w->lock);
	return job;
}

static void go_on(struct worker *w)
{
	(void)pthread_mutex_lock(&w->lock);
	++w->head;
	w->done = false;
	if (w->head != w->tail)
		(void)pthread_cond_signal(&w->wake);
	(void)pthread_mutex_unlock(&w->lock);
}

static void on_done(int flags, uint64_t now, void *arg)
{
	struct worker *w = arg;
	bool gone = false;
	uint64_t count;
	void *job;
	(void)flags;

	if (read(w->fd, &count, sizeof(count)) < 0)
		return;

	job = take_done(w);
	if (!job)
		return;

	w->gonep = &gone;
	w->doneh(job, now, w->arg);
	if (gone)
		return;

	w->gonep = NULL;
	go_on(w);
}

static void worker_destructor(void *arg)
{
	struct worker *w = arg;

	if (w->running) {
		(void)pthread_mutex_lock(&w->lock);
		w->quit = true;
		(void)pthread_cond_signal(&w->wake);
		(void)pthread_mutex_unlock(&w->lock);
		(void)pthread_join(w->thread, NULL);
	}
	mem_deref(w->watch);
	if (w->fd >= 0)
		(void)close(w->fd);
	(void)pthread_cond_destroy(&w->wake);
	(void)pthread_mutex_destroy(&w->lock);
	if (w->gonep)
		*w->gonep = true;
}

static int start(struct worker *w)
{
	sigset_t all, before;
	pthread_attr_t attr;
	int err;

	err = pthread_attr_init(&attr);
	if (err)
		return err;

	/* A thread inherits the signals that are blocked */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_attr_setstacksize(&attr, WORKER_STACK);
	if (!err)
		err = pthread_create(&w->thread, &attr, work, w);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)pthread_attr_destroy(&attr);
	if (err)
		return err;

	w->running = true;
	(void)pthread_setname_np(w->thread, w->name);
	return 0;
}

int worker_alloc(struct worker **wp, const char *name, worker_run_h *runh,
		 worker_done_h *doneh, void *arg)
{
	struct worker *w;
	int err;

	w = mem_zalloc(sizeof(*w), worker_destructor);
	if (!w)
		return ENOMEM;

	(void)pthread_mutex_init(&w->lock, NULL); /* Always 0 in glibc */
	(void)pthread_cond_init(&w->wake, NULL);
	w->name = name;
	w->runh = runh;
	w->doneh = doneh;
	w->arg = arg;
	w->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	err = w->fd < 0 ? errno : 0;
	if (!err)
		err = loop_watch_alloc(&w->watch, name, w->fd, LOOP_READ,
				       on_done, w);
	if (!err)
		err = start(w);
	if (err) {
		log_warning("%s: no thread: %m\n", name, err);
		mem_deref(w);
		return err;
	}

	*wp = w;
	return 0;
}

int worker_put(struct worker *w, void *job)
{
	int err = 0;

	(void)pthread_mutex_lock(&w->lock);
	if (w->tail - w->head == WORKER_QUEUE_MAX) {
		err = EAGAIN;
	} else {
		w->ringv[w->tail++ % WORKER_QUEUE_MAX] = job;
		if (!w->done)
			(void)pthread_cond_signal(&w->wake);
	}
	(void)pthread_mutex_unlock(&w->lock);
	return err;
}

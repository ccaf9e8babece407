/**
 * @file tests/unit/test_worker.c  Tests of the worker
 */
#include <semaphore.h>
#include <signal.h>
#include <sys/prctl.h>
#include "tests/unit/test.h"
#include "core/base/loop.h"
#include "drivers/worker.h"
#include "tests/unit/support/reel.h"

struct shop {
	struct worker *w;
	sem_t go; /* A job takes one, if it is held */
	bool held;
	int ran, done, last;
	bool named, blocked;
	bool leave; /* Free the worker in its handler */
};

struct job {
	int n, square;
};

static void run(void *job, void *arg)
{
	struct shop *s = arg;
	struct job *j = job;
	char name[16];
	sigset_t set;

	if (s->held)
		(void)sem_wait(&s->go);
	(void)prctl(PR_GET_NAME, name);
	(void)pthread_sigmask(SIG_SETMASK, NULL, &set);
	s->named = !strcmp(name, "shop");
	s->blocked = sigismember(&set, SIGTERM) && sigismember(&set, SIGINT);
	j->square = j->n * j->n;
	++s->ran;
}

static void on_done(void *job, uint64_t now, void *arg)
{
	struct shop *s = arg;
	struct job *j = job;

	assert_true(now > 0);
	assert_int_equal(j->n, s->done);
	assert_int_equal(j->square, j->n * j->n);
	++s->done;
	if (s->leave)
		s->w = mem_deref(s->w);
	if (s->done == s->last)
		loop_stop();
}

static void test_worker_does_jobs_in_order(void **state)
{
	struct job jobv[WORKER_QUEUE_MAX];
	struct shop s = { .last = 0 };
	(void)state;

	assert_int_equal(worker_alloc(&s.w, "shop", run, on_done, &s), 0);
	for (int round = 0; round < 50; round++) {
		for (int i = 0; i < WORKER_QUEUE_MAX; i++) {
			jobv[i].n = s.done + i;
			assert_int_equal(worker_put(s.w, &jobv[i]), 0);
		}
		s.last += WORKER_QUEUE_MAX;
		assert_int_equal(loop_run(NULL, NULL), 0);
	}
	assert_int_equal(s.ran, s.last);
	assert_true(s.named);
	assert_true(s.blocked);
	mem_deref(s.w);
}

static void test_worker_refuses_more_than_it_holds(void **state)
{
	struct job jobv[WORKER_QUEUE_MAX + 1];
	struct shop s = { .last = WORKER_QUEUE_MAX, .held = true };
	(void)state;

	assert_int_equal(sem_init(&s.go, 0, 0), 0);
	assert_int_equal(worker_alloc(&s.w, "shop", run, on_done, &s), 0);
	for (int i = 0; i < WORKER_QUEUE_MAX; i++) {
		jobv[i].n = i;
		assert_int_equal(worker_put(s.w, &jobv[i]), 0);
	}
	assert_int_equal(worker_put(s.w, &jobv[WORKER_QUEUE_MAX]), EAGAIN);
	for (int i = 0; i < WORKER_QUEUE_MAX; i++)
		(void)sem_post(&s.go);
	assert_int_equal(loop_run(NULL, NULL), 0);
	assert_int_equal(s.done, WORKER_QUEUE_MAX);
	mem_deref(s.w);
	(void)sem_destroy(&s.go);
}

static void test_worker_ends_with_jobs_waiting(void **state)
{
	struct job jobv[WORKER_QUEUE_MAX];
	struct shop s = { .last = 0 };
	(void)state;

	for (int round = 0; round < 50; round++) {
		assert_int_equal(worker_alloc(&s.w, "shop", run, on_done, &s),
				 0);
		for (int i = 0; i < round % WORKER_QUEUE_MAX; i++) {
			jobv[i].n = i;
			assert_int_equal(worker_put(s.w, &jobv[i]), 0);
		}
		mem_deref(s.w);
		assert_int_equal(s.done, 0);
	}
}

static void test_worker_can_be_freed_in_its_handler(void **state)
{
	struct job jobv[2] = { { .n = 0 }, { .n = 1 } };
	struct shop s = { .last = 1, .leave = true };
	(void)state;

	assert_int_equal(worker_alloc(&s.w, "shop", run, on_done, &s), 0);
	assert_int_equal(worker_put(s.w, &jobv[0]), 0);
	assert_int_equal(worker_put(s.w, &jobv[1]), 0);
	assert_int_equal(loop_run(NULL, NULL), 0);
	assert_null(s.w);
	assert_int_equal(s.ran, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worker_does_jobs_in_order),
		cmocka_unit_test(test_worker_refuses_more_than_it_holds),
		cmocka_unit_test(test_worker_ends_with_jobs_waiting),
		cmocka_unit_test(test_worker_can_be_freed_in_its_handler),
	};

	return cmocka_run_group_tests(tests, reel_setup, reel_teardown);
}

/**
 * @file tests/unit/test_child.c  Tests of work in a process of its own
 *
 * In the real loop. Pipes say how far both are, nothing sleeps.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "app/child.h"
#include "tests/unit/test.h"

enum {
	TICKS = 5,
	TICK = CLOCK_MS, /* [us] */
};

static struct {
	struct child *child;
	struct loop_timer timer;
	int gatev[2]; /* Its work goes on when something comes */
	int donev[2]; /* It says that it did it                */
	bool touched;
	unsigned ticks, answers, then;
	int err;
} f;

static int setup(void **state)
{
	(void)state;

	memset(&f, 0, sizeof(f));
	assert_int_equal(loop_init(), 0);
	assert_int_equal(pipe2(f.gatev, O_CLOEXEC), 0);
	assert_int_equal(pipe2(f.donev, O_CLOEXEC | O_NONBLOCK), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;

	f.child = mem_deref(f.child);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(close(f.gatev[i]), 0);
		assert_int_equal(close(f.donev[i]), 0);
	}
	/* Nobody is left, not even as a zombie */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	loop_close();
	return 0;
}

static void answer_handler(int err, uint64_t now, void *arg)
{
	(void)now;

	assert_ptr_equal(arg, &f);
	++f.answers;
	f.err = err;
	f.then = f.ticks;
	f.child = mem_deref(f.child);
	loop_stop();
}

static void begin(enum child_end end, child_work_h *work, const void *what)
{
	assert_int_equal(child_start(&f.child, "test", end, work, what,
				     answer_handler, &f),
			 0);
}

static int echo(const void *what)
{
	f.touched = true;
	return *(const int *)what;
}

static int vanish(const void *what)
{
	(void)what;

	return raise(SIGKILL);
}

/* Do it once it may */
static int wait_for_it(const void *what)
{
	char c;
	(void)what;

	if (read(f.gatev[0], &c, 1) != 1)
		return EPIPE;
	return write(f.donev[1], &c, 1) == 1 ? 0 : EPIPE;
}

static void open_gate(void)
{
	assert_int_equal(write(f.gatev[1], "", 1), 1);
}

static bool is_done(void)
{
	char c;

	return read(f.donev[0], &c, 1) == 1;
}

static void test_child_gives_its_answer(void **state)
{
	static const int answerv[] = { 0, EACCES, ENOSPC };
	int what;
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(answerv); i++) {
		what = answerv[i];
		begin(CHILD_FINISH, echo, &what);
		what = -1; /* It is not borrowed any longer */
		assert_int_equal(loop_run(NULL, NULL), 0);
		assert_int_equal(f.answers, i + 1);
		assert_int_equal(f.err, answerv[i]);
		assert_null(f.child);
	}
	assert_false(f.touched);
}

static void test_child_that_dies_has_failed(void **state)
{
	(void)state;

	begin(CHILD_FINISH, vanish, NULL);
	assert_int_equal(loop_run(NULL, NULL), 0);
	assert_int_equal(f.answers, 1);
	assert_int_equal(f.err, EIO);
}

static void tick(uint64_t now, void *arg)
{
	(void)arg;

	if (++f.ticks == TICKS)
		open_gate();
	loop_timer_arm(&f.timer, now + TICK);
}

static void test_child_leaves_the_loop_its_time(void **state)
{
	(void)state;

	begin(CHILD_FINISH, wait_for_it, NULL);
	loop_timer_init(&f.timer, "test", tick, NULL);
	loop_timer_arm(&f.timer, clock_now());
	assert_int_equal(loop_run(NULL, NULL), 0);
	loop_timer_cancel(&f.timer);
	assert_int_equal(f.err, 0);
	assert_true(f.then >= TICKS);
	assert_true(is_done());
}

static void test_child_that_is_to_finish_does(void **state)
{
	(void)state;

	begin(CHILD_FINISH, wait_for_it, NULL);
	open_gate();
	f.child = mem_deref(f.child);
	assert_true(is_done());
	assert_int_equal(f.answers, 0);
}

static void test_child_that_may_be_given_up_holds_nobody_up(void **state)
{
	(void)state;

	begin(CHILD_KILL, wait_for_it, NULL);
	f.child = mem_deref(f.child); /* Comes back, though it never ends */
	assert_false(is_done());
	assert_int_equal(f.answers, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_child_gives_its_answer),
		TEST(test_child_that_dies_has_failed),
		TEST(test_child_leaves_the_loop_its_time),
		TEST(test_child_that_is_to_finish_does),
		TEST(test_child_that_may_be_given_up_holds_nobody_up),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}

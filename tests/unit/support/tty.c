/**
 * @file tests/unit/support/tty.c  A serial line
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/unit/support/tty.h"
#include "tests/unit/test.h"

static void hear(struct tty *t, uint64_t now)
{
	size_t most = sizeof(t->text) - 1 - t->n;
	ssize_t n;

	if (t->baud) {
		t->credit += (now - t->last) * t->baud / TTY_BITS;
		most = MIN(most, (size_t)(t->credit / CLOCK_S));
	}
	t->last = now;
	if (t->stuck || !most)
		return;

	n = read(t->master, t->text + t->n, most);
	if (n > 0) {
		t->n += (size_t)n;
		t->credit -= t->baud ? (uint64_t)n * CLOCK_S : 0;
	} else if (t->baud) {
		t->credit = 0; /* An idle line saves nothing */
	}
	t->text[t->n] = '\0';
}

static void on_timer(uint64_t now, void *arg)
{
	struct tty *t = arg;
	char *p;

	hear(t, now);
	p = t->expected ? strstr(t->text + t->seen, t->expected) : NULL;
	if (p) {
		t->found = true;
		t->seen = (size_t)(p - t->text) + strlen(t->expected);
	}
	if (p || now >= t->until)
		loop_stop();
	else
		loop_timer_arm(&t->timer, now + TTY_TICK);
}

static void run(struct tty *t, const char *expected, uint64_t time)
{
	t->expected = expected;
	t->found = false;
	t->until = clock_now() + time;
	loop_timer_arm(&t->timer, clock_now());
	assert_int_equal(loop_run(NULL, NULL), 0);
}

void tty_open(struct tty *t, unsigned baud)
{
	memset(t, 0, sizeof(*t));
	t->baud = baud;
	t->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	assert_true(t->master >= 0);
	assert_int_equal(grantpt(t->master), 0);
	assert_int_equal(unlockpt(t->master), 0);
	assert_int_equal(ptsname_r(t->master, t->name, sizeof(t->name)), 0);
	loop_timer_init(&t->timer, "tty", on_timer, t);
	t->last = clock_now();
}

void tty_close(struct tty *t)
{
	loop_timer_cancel(&t->timer);
	if (t->master >= 0)
		(void)close(t->master);
	t->master = -1;
}

void tty_type(struct tty *t, const char *text)
{
	assert_int_equal(write(t->master, text, strlen(text)), strlen(text));
}

void tty_expect(struct tty *t, const char *text)
{
	run(t, text, TTY_PATIENCE);
	if (!t->found)
		fail_msg("'%s' did not come; the last that came:\n%s", text,
			 t->text + (t->n > TTY_LAST ? t->n - TTY_LAST : 0));
}

void tty_run(struct tty *t, uint64_t time)
{
	run(t, NULL, time);
}

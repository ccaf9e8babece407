/**
 * @file tests/unit/test_console.c  Tests of the console, at a pseudo terminal
 *
 * In the real loop; the commands that are used need no phone.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>
#include "app/console.h"
#include "app/login.h"
#include "app/secret.h"
#include "app/soundloan.h"
#include "app/terminal.h"
#include "drivers/sim_sound.h"
#include "tests/unit/support/tty.h"
#include "tests/unit/test.h"

enum {
	BAUD = 115200,
	SLOW_BAUD = 57600,
	AHEAD = 6, /* Commands typed */
	BURST = 400,
	ANSWERS = 40,
	GAP_MAX = 40 * CLOCK_MS, /* Of a beat of 10 */
	PATIENCE = 100,		 /* Of 50 ms each */
};

struct fixture {
	struct tty tty;
	struct commands_context ctx;
	struct event_bus *events;
	struct scribe *scribe;
	struct console *console;
	unsigned quits;
};

static struct fixture f;

static void on_quit(void *arg)
{
	++((struct fixture *)arg)->quits;
	loop_stop();
}

static void prepare(unsigned baud)
{
	memset(&f, 0, sizeof(f));
	f.ctx.quith = on_quit;
	f.ctx.arg = &f;
	assert_int_equal(loop_init(), 0);
	assert_int_equal(event_bus_alloc(&f.events), 0);
	assert_int_equal(scribe_alloc(&f.scribe), 0);
	tty_open(&f.tty, baud);
}

static void open_with(unsigned baud, bool paging, const char *hash)
{
	struct console_params prm = {
		.ctx = &f.ctx,
		.baud = BAUD,
		.paging = paging,
		.password_hash = hash,
	};

	prepare(baud);
	prm.events = f.events;
	prm.scribe = f.scribe;
	prm.device = f.tty.name;
	assert_int_equal(console_alloc(&f.console, &prm), 0);
}

static void open_console(unsigned baud, bool paging)
{
	open_with(baud, paging, "");
	tty_expect(&f.tty, "boardphone> ");
}

static int teardown(void **state)
{
	(void)state;

	f.console = mem_deref(f.console);
	f.events = mem_deref(f.events);
	f.scribe = mem_deref(f.scribe);
	tty_close(&f.tty);
	loop_close();
	return 0;
}

/* What the screen of a VT100 shows of the last line; of the few sequences
   that are used */
static void last_line(char *line, size_t size)
{
	const char *p = f.tty.text;
	size_t column = 0;

	memset(line, 0, size);
	for (; *p; p++) {
		if (*p == '\n') {
			memset(line, 0, size);
		} else if (*p == '\r') {
			column = 0;
		} else if (*p == '\b') {
			column -= column > 0;
		} else if (*p == '\033' && p[1] == '[') {
			const unsigned n = (unsigned)strtoul(p + 2, NULL, 10);

			p += 2 + strspn(p + 2, "0123456789;");
			if (*p == 'K' || *p == 'J')
				memset(line + column, 0, size - column);
			else if (*p == 'C')
				column += n ? n : 1;
		} else if (column + 1 < size) {
			line[column++] = *p;
		}
	}
}

static void expect_line(const char *expected)
{
	char line[TERMINAL_COLUMNS + 1] = "";

	/* Soon, but a busy machine has its own idea of it */
	for (unsigned i = 0; i < PATIENCE && strcmp(line, expected); i++) {
		tty_run(&f.tty, 50 * CLOCK_MS);
		last_line(line, sizeof(line));
	}
	assert_string_equal(line, expected);
}

static void test_console_edits_and_remembers(void **state)
{
	(void)state;

	open_console(BAUD, true);
	tty_type(&f.tty, "hlep\033[D\033[D\b"); /* hep, cursor behind h */
	tty_type(&f.tty, "x\r");
	tty_expect(&f.tty, "no such command");
	tty_expect(&f.tty, "boardphone> ");
	tty_type(&f.tty, "\033[A");
	expect_line("boardphone> hxep");
	tty_type(&f.tty, "\003");
	expect_line("boardphone> ");
	assert_int_equal(f.quits, 0); /* Not from a serial port */
}

static void test_console_completes_commands_and_arguments(void **state)
{
	(void)state;

	open_console(BAUD, true);
	tty_type(&f.tty, "mu\t");
	expect_line("boardphone> mute ");
	tty_type(&f.tty, "v\t");
	expect_line("boardphone> mute video ");
	tty_type(&f.tty, "o\t");
	tty_expect(&f.tty, "on off");
	expect_line("boardphone> mute video o");
}

static void test_console_keeps_the_prompt_whole(void **state)
{
	(void)state;

	open_console(BAUD, true);
	tty_type(&f.tty, "dtmf 12");
	expect_line("boardphone> dtmf 12");
	log_info("test: a line\n");
	log_warning("test: another\n");
	tty_expect(&f.tty, "\r\033[Jtest: a line\r\n");
	tty_expect(&f.tty, "warning: test: another\r\n");
	expect_line("boardphone> dtmf 12");
	tty_type(&f.tty, "3");
	expect_line("boardphone> dtmf 123");
}

static void test_console_shows_pages(void **state)
{
	(void)state;

	open_console(BAUD, true);
	tty_type(&f.tty, "help\r");
	tty_expect(&f.tty, "--more--");
	assert_null(strstr(f.tty.text, "xfer "));
	log_info("test: meanwhile\n");
	tty_expect(&f.tty, "\r\033[Ktest: meanwhile\r\n");
	tty_expect(&f.tty, "--more--");
	tty_type(&f.tty, "\r"); /* A line more */
	tty_expect(&f.tty, "--more--");
	tty_type(&f.tty, " ");
	tty_expect(&f.tty, "--more--");
	tty_type(&f.tty, " ");
	tty_expect(&f.tty, "--more--");
	tty_type(&f.tty, " ");
	tty_expect(&f.tty, "xfer ");
	expect_line("boardphone> ");
	tty_type(&f.tty, "help\r");
	tty_expect(&f.tty, "--more--");
	tty_type(&f.tty, "q");
	expect_line("boardphone> ");
	tty_type(&f.tty, "more off\rhelp\r"); /* Typed ahead */
	tty_expect(&f.tty, "xfer ");
	expect_line("boardphone> ");
}

static void test_console_loses_nothing_of_an_answer(void **state)
{
	const struct commands_info *info;
	(void)state;

	open_console(SLOW_BAUD, false);
	tty_type(&f.tty, "help\rloop\r");
	for (unsigned i = 0; (info = commands_get(i)) != NULL; i++) {
		char line[256];

		(void)re_snprintf(line, sizeof(line), "%-11s %-34s %s\r\n",
				  info->name, info->args, info->help);
		log_info("test: line %u\n", i);
		tty_expect(&f.tty, line);
	}
	tty_expect(&f.tty, "max us");
	log_info("test: last\n");
	tty_expect(&f.tty, "test: last\r\n");
	for (unsigned i = 0; commands_get(i); i++) {
		char line[64];

		(void)re_snprintf(line, sizeof(line), "test: line %u\r\n", i);
		assert_non_null(strstr(f.tty.text, line));
	}
}

/* The line takes nothing, as with ^S of a modem */
static void hold_line(bool on)
{
	const int fd = open(f.tty.name, O_RDWR | O_NOCTTY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(tcflow(fd, on ? TCOOFF : TCOON), 0);
	assert_int_equal(close(fd), 0);
}

/* Answers of all lengths, so that the line is full just after some of them,
   and the next command was typed ahead */
static void test_console_takes_each_key_for_a_new_line(void **state)
{
	const struct commands_info *info;
	char line[256];
	(void)state;

	open_console(BAUD, false);
	for (unsigned i = 0; commands_get(i); i++) {
		hold_line(true);
		for (unsigned k = i; k < i + AHEAD && commands_get(k); k++) {
			(void)re_snprintf(line, sizeof(line), "help %s\r",
					  commands_get(k)->name);
			tty_type(&f.tty, line);
		}
		tty_run(&f.tty, TTY_TICK);
		hold_line(false);
		for (unsigned k = i; k < i + AHEAD && commands_get(k); k++) {
			info = commands_get(k);
			(void)re_snprintf(line, sizeof(line),
					  "help %s\r\n%-11s %-34s %s\r\n",
					  info->name, info->name, info->args,
					  info->help);
			tty_expect(&f.tty, line);
		}
	}
	assert_null(strstr(f.tty.text, "no such command"));
}

static void test_console_counts_what_a_slow_line_cannot_take(void **state)
{
	unsigned seen = 0, missed;
	const char *p;
	uint64_t begun;
	(void)state;

	open_console(BAUD, true);
	f.tty.stuck = true;
	begun = clock_now();
	for (unsigned i = 0; i < BURST; i++)
		log_info("test: %0100u\n", i);
	assert_true(clock_now() - begun < LOOP_SLOW * 20ULL);

	f.tty.stuck = false;
	tty_expect(&f.tty, " lines were not shown)");
	p = strrchr(f.tty.text, '(');
	missed = (unsigned)strtoul(p + 1, NULL, 10);
	for (p = f.tty.text; (p = strstr(p, "test: ")); p++)
		++seen;
	assert_true(missed > 0);
	assert_int_equal(seen + missed, BURST);
	expect_line("boardphone> ");
}

static void test_console_stops_an_answer_by_a_key(void **state)
{
	(void)state;

	open_console(BAUD, false);
	for (unsigned i = 0; i < ANSWERS; i++)
		tty_type(&f.tty, "help\r");
	tty_expect(&f.tty, "answer ");
	tty_type(&f.tty, "loop\r\003");
	tty_expect(&f.tty, "^C\r\nboardphone> ");
	expect_line("boardphone> ");
	assert_null(strstr(f.tty.text, "mean us"));
}

static void test_console_waits_for_a_line_that_went_away(void **state)
{
	(void)state;

	open_console(BAUD, true);
	tty_close(&f.tty);
	tty_open(&f.tty, 0); /* Another one */
	log_info("test: to nobody\n");
	tty_run(&f.tty, 50 * CLOCK_MS);
	assert_int_equal(f.quits, 0);
}

/* An adapter that is plugged in when somebody comes to look */
static void test_console_waits_for_a_port_that_is_not_there(void **state)
{
	struct console_params prm = {
		.ctx = &f.ctx,
		.baud = BAUD,
		.password_hash = "",
	};
	char dir[] = "/tmp/test_console.XXXXXX", path[sizeof(dir) + 8];
	(void)state;

	assert_non_null(mkdtemp(dir));
	(void)re_snprintf(path, sizeof(path), "%s/port", dir);
	prepare(BAUD);
	prm.events = f.events;
	prm.scribe = f.scribe;
	prm.device = path;
	assert_int_equal(console_alloc(&f.console, &prm), 0);
	tty_type(&f.tty, "help\r"); /* To nobody */
	log_info("test: to nobody\n");
	assert_int_equal(symlink(f.tty.name, path), 0);
	tty_expect(&f.tty, "boardphone> ");
	tty_type(&f.tty, "help xfer\r");
	tty_expect(&f.tty, "xfer ");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void on_period(const int16_t *mic, int16_t *spk, unsigned frames,
		      uint64_t now, void *arg)
{
	(void)mic;
	(void)spk;
	(void)frames;
	(void)now;
	(void)arg;
}

/* Sound beats on while the line is full of answers and log. An answer takes
   the line 0.4 s: who waited for it would show in every one; a busy machine
   shows in some */
static void test_console_leaves_the_sound_alone(void **state)
{
	const struct sound_prefs prefs = { .rate = 0 };
	struct soundloan_figures figures;
	struct sound_format fmt;
	struct sound *inner, *loan;
	uint64_t begun, least = CLOCK_NEVER;
	(void)state;

	open_console(BAUD, false);
	f.ctx.scribe = f.scribe;
	assert_int_equal(sim_sound_alloc(&inner, "tone", &prefs), 0);
	assert_int_equal(soundloan_alloc(&loan, inner), 0);
	assert_int_equal(sound_start(loan, &fmt, on_period, NULL, NULL), 0);
	begun = clock_now();
	for (unsigned i = 0; i < ANSWERS; i++)
		tty_type(&f.tty, "help\r");
	for (unsigned i = 0; i < ANSWERS / 2; i++) {
		log_info("test: line %u\n", i);
		tty_expect(&f.tty, "xfer        yes|no");
		soundloan_figures(loan, &figures);
		least = clock_min(least, figures.gap);
	}
	assert_true(least < GAP_MAX);
	assert_in_range(figures.beats, (clock_now() - begun) / SOUND_PERIOD - 2,
			(clock_now() - begun) / SOUND_PERIOD + 2);
	assert_null(strstr(f.tty.text, "not shown"));
	tty_type(&f.tty, "\003recorder\r");
	tty_expect(&f.tty, "boardphone> recorder");
	tty_expect(&f.tty, " s test: line 0\r\n");
	sound_stop(loan);
	mem_deref(loan);
	mem_deref(inner);
}

static void test_console_asks_for_the_password(void **state)
{
	char hash[256];
	(void)state;

	assert_int_equal(secret_hash(hash, sizeof(hash), "open sesame"), 0);
	open_with(BAUD, true, hash);
	tty_expect(&f.tty, "password: ");
	log_info("test: not for all\n");
	tty_type(&f.tty, "help\r");
	tty_expect(&f.tty, "wrong\r\npassword: ");
	tty_type(&f.tty, "open sesamx\be\r");
	tty_expect(&f.tty, "boardphone> ");
	assert_null(strstr(f.tty.text, "sesam"));
	assert_null(strstr(f.tty.text, "test: not"));
	tty_type(&f.tty, "log info\r");
	tty_expect(&f.tty, "boardphone> ");
	tty_type(&f.tty, "\004");
	tty_expect(&f.tty, "password: ");
	for (unsigned i = 0; i < LOGIN_TRIES; i++) {
		tty_type(&f.tty, "open\r");
		tty_expect(&f.tty, "wrong");
		tty_expect(&f.tty, "password: ");
	}
	tty_type(&f.tty, "open sesame\r");
	tty_expect(&f.tty, "too many");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_console_edits_and_remembers),
		TEST(test_console_completes_commands_and_arguments),
		TEST(test_console_keeps_the_prompt_whole),
		TEST(test_console_shows_pages),
		TEST(test_console_loses_nothing_of_an_answer),
		TEST(test_console_takes_each_key_for_a_new_line),
		TEST(test_console_counts_what_a_slow_line_cannot_take),
		TEST(test_console_stops_an_answer_by_a_key),
		TEST(test_console_leaves_the_sound_alone),
		TEST(test_console_asks_for_the_password),
		TEST(test_console_waits_for_a_line_that_went_away),
		TEST(test_console_waits_for_a_port_that_is_not_there),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/**
 * @file tests/lab/judge.h  Judge: what a program of the laboratory found
 *
 * Each finding is a line `pass|FAIL|skip  NAME: FIGURES` on standard output.
 */
#ifndef TESTS_LAB_JUDGE_H
#define TESTS_LAB_JUDGE_H

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "core/base/loop.h"

enum {
	JUDGE_TEXT = 256, /* Figures, and what an object prints */
};

struct judge {
	unsigned failed;
	struct loop_timer timer;
};

static inline void judge_say(struct judge *j, bool ok, const char *name,
			     const char *fmt, ...)
{
	char text[JUDGE_TEXT];
	va_list ap;

	va_start(ap, fmt);
	(void)re_vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)printf("%s  %s: %s\n", ok ? "pass" : "FAIL", name, text);
	(void)fflush(stdout);
	j->failed += !ok;
}

static inline void judge_on_timer(uint64_t now, void *arg)
{
	(void)now;
	(void)arg;
	loop_stop();
}

/** Let the loop run for a time [us] */
static inline void judge_run(struct judge *j, uint64_t time)
{
	loop_timer_init(&j->timer, "judge", judge_on_timer, j);
	loop_timer_arm(&j->timer, clock_now() + time);
	(void)loop_run(NULL, NULL);
	loop_timer_cancel(&j->timer);
}

/** A number after "NAME=" in what an object prints; -1 when there is none */
static inline long judge_figure(const char *text, const char *name)
{
	const char *p = strstr(text, name);

	return p ? strtol(p + strlen(name), NULL, 10) : -1;
}

/** Descriptors that are open: as many after as before */
static inline unsigned judge_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	while (dir && readdir(dir))
		++n;
	if (dir)
		(void)closedir(dir);
	return n;
}

#endif

/**
 * @file tests/interop/mdns/mdns.c  Announces a page until it is ended
 *
 *     mdns NAME PORT [SECONDS]
 *
 * Prints a line whenever what is announced changes.
 */
#include <stdio.h>
#include <stdlib.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/net/announce.h"

enum {
	LOOK = 50 * CLOCK_MS, /* Between two looks [us] */
	LINE = 256,
};

static struct announce *a;
static struct loop_timer timer, end;
static char last[LINE];

static void on_look(uint64_t now, void *arg)
{
	char line[LINE];
	(void)arg;

	(void)re_snprintf(line, sizeof(line), "%H", announce_print, a);
	if (strcmp(line, last)) {
		puts(line);
		(void)fflush(stdout);
		str_ncpy(last, line, sizeof(last));
	}
	loop_timer_arm(&timer, now + LOOK);
}

static void on_end(uint64_t now, void *arg)
{
	(void)now;
	(void)arg;

	loop_stop();
}

int main(int argc, char *argv[])
{
	if (argc < 3 || loop_init())
		return EXIT_FAILURE;

	log_set_level(LOG_LEVEL_DEBUG);
	if (announce_alloc(&a, argv[1], (uint16_t)atoi(argv[2])))
		return EXIT_FAILURE;

	loop_timer_init(&timer, "look", on_look, NULL);
	loop_timer_init(&end, "end", on_end, NULL);
	loop_timer_arm(&timer, clock_now());
	if (argc > 3) {
		loop_timer_arm(&end,
			       clock_now() + (uint64_t)atoi(argv[3]) * CLOCK_S);
	}

	(void)loop_run(NULL, NULL);
	loop_timer_cancel(&timer);
	loop_timer_cancel(&end);
	mem_deref(a);
	loop_close();
	return 0;
}

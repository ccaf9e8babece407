/**
 * @file tests/unit/test_supervisor.c  Tests of what looks after the phone
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "app/crash.h"
#include "app/notify.h"
#include "app/soundloan.h"
#include "app/supervisor.h"
#include "drivers/sim_sound.h"
#include "tests/unit/test.h"

enum {
	TEXT = 4096,
	REFRESH = 300, /* [s] */
};

static char folder[] = "/tmp/boardphone-test-XXXXXX";
static char warned[TEXT];

static void on_log(enum log_level level, const char *line, void *arg)
{
	(void)arg;
	if (level == LOG_LEVEL_WARNING)
		str_ncpy(warned, line, sizeof(warned));
}

static void test_supervisor_tells_systemd(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	char text[TEXT];
	ssize_t n;
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	(void)state;

	(void)re_snprintf(un.sun_path, sizeof(un.sun_path), "%s/notify",
			  folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	notify_send("READY=1"); /* To nobody */
	assert_int_equal(notify_watchdog(), 0);

	(void)setenv("NOTIFY_SOCKET", un.sun_path, 1);
	(void)setenv("WATCHDOG_USEC", "30000000", 1);
	notify_send("STATUS=%s, %u calls", "registered", 2);
	n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text, "STATUS=registered, 2 calls");
	assert_int_equal(notify_watchdog(), 30 * CLOCK_S);
	(void)setenv("WATCHDOG_PID", "1", 1); /* Of another process */
	assert_int_equal(notify_watchdog(), 0);

	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
	assert_false(notify_journal(LOG_LEVEL_INFO, "test: a line"));
	(void)close(fd);
	(void)unlink(un.sun_path);
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

static void pass(uint64_t seconds)
{
	loop_virtual_run(clock_now() + seconds * CLOCK_S, NULL, NULL);
}

static void refresh(struct event_bus *bus, unsigned times)
{
	while (times--) {
		pass(REFRESH);
		event_emit(bus, EVENT_REGISTRATION_REFRESHED, "register", 1,
			   NULL);
	}
}

static void test_supervisor_looks_at_media_and_registration(void **state)
{
	const struct sound_prefs prefs = { .rate = 0 };
	struct commands_context ctx = { .sound = NULL };
	struct sound *inner;
	struct sound_format fmt;
	struct event_bus *bus;
	struct supervisor *s;
	(void)state;

	loop_virtual_run(CLOCK_S, NULL, NULL);
	assert_int_equal(sim_sound_alloc(&inner, "tone", &prefs), 0);
	assert_int_equal(soundloan_alloc(&ctx.sound, inner), 0);
	assert_int_equal(event_bus_alloc(&bus), 0);
	assert_int_equal(supervisor_alloc(&s, &ctx, bus, ""), 0);
	pass(10 * 3600); /* Without an account: nothing to hear of */
	assert_null(supervisor_fault(s, clock_now()));

	assert_int_equal(sound_start(ctx.sound, &fmt, on_period, NULL, NULL),
			 0);
	pass(10);
	assert_null(supervisor_fault(s, clock_now()));
	assert_non_null(supervisor_fault(s, clock_now() + 4 * CLOCK_S));
	sound_stop(ctx.sound);
	assert_null(supervisor_fault(s, clock_now() + 4 * CLOCK_S));

	event_emit(bus, EVENT_CONNECTED, "register", 1, NULL);
	refresh(bus, 10);
	pass(1800); /* Late, but the server may be away */
	assert_null(supervisor_fault(s, clock_now()));
	refresh(bus, 1);
	pass(7200);
	assert_string_equal(supervisor_fault(s, clock_now()),
			    "nothing is heard of the registration");
	event_emit(bus, EVENT_TERMINATED, "register", 1, NULL);
	pass(100 * 3600);
	assert_null(supervisor_fault(s, clock_now()));

	mem_deref(s);
	mem_deref(bus);
	mem_deref(ctx.sound);
	mem_deref(inner);
	loop_virtual_end();
}

static void read_file(const char *path, char *text, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, size - 1, f);
	text[n] = '\0';
	(void)fclose(f);
}

static void test_supervisor_finds_the_last_words(void **state)
{
	volatile int *volatile nowhere = (int *)(uintptr_t)8;
	char path[TEXT], text[TEXT];
	pid_t child;
	int status;
	(void)state;

	if (__sanitizer_get_current_allocated_bytes)
		skip(); /* It says more than we */

	(void)re_snprintf(path, sizeof(path), "%s/crash", folder);
	child = fork();
	if (!child) {
		const struct rlimit none = { 0, 0 };

		(void)setrlimit(RLIMIT_CORE, &none);
		crash_watch(path);
		crash_state("registered, 1 calls");
		*nowhere = 1;
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);

	read_file(path, text, sizeof(text));
	assert_non_null(strstr(text, "boardphone " BOARDPHONE_VERSION "\n"));
	assert_non_null(strstr(text, "signal: 11\n"));
	assert_non_null(strstr(text, "near nothing: yes\n"));
	assert_non_null(strstr(text, "state: registered, 1 calls\n"));
	assert_non_null(strstr(text, "places: 0x"));

	*warned = '\0';
	log_set_handler(on_log, NULL);
	crash_watch(path);
	log_set_handler(NULL, NULL);
	assert_non_null(strstr(warned, "crash: the phone died before:"));
	assert_non_null(strstr(warned, "signal: 11"));
	assert_int_equal(access(path, F_OK), -1); /* Told once */
	(void)strcat(path, ".old");
	assert_int_equal(unlink(path), 0);
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_supervisor_tells_systemd),
		cmocka_unit_test(
			test_supervisor_looks_at_media_and_registration),
		cmocka_unit_test(test_supervisor_finds_the_last_words),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

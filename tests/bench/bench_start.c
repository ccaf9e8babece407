/**
 * @file tests/bench/bench_start.c  Benchmark: start to registered
 *
 *     bench_start TIMES PROGRAM ARGUMENT...
 *
 * Starts the phone, awaits the line of its log that says it is registered,
 * ends it, and prints the time from fork() to that line [ms], as often as
 * asked for. In C, since a script would measure itself.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	LINE_MAX_LEN = 512,
	LIMIT = 10, /* For one start [s] */
	NOT_FOUND = 127,
};

static double now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void be_phone(int fd, char *argv[])
{
	(void)dup2(fd, STDERR_FILENO);
	(void)execv(argv[0], argv);
	_exit(NOT_FOUND);
}

static bool await(FILE *log, const char *word)
{
	char line[LINE_MAX_LEN];

	while (fgets(line, sizeof(line), log)) {
		if (strstr(line, word))
			return true;
	}

	return false;
}

/* The time [ms], or below 0 when it did not register */
static double once(char *argv[])
{
	double start = now(), end;
	int fdv[2], status;
	FILE *log;
	pid_t pid;

	if (pipe(fdv))
		return -1;

	pid = fork();
	if (!pid) {
		(void)alarm(LIMIT);
		be_phone(fdv[1], argv);
	}

	(void)close(fdv[1]);
	log = fdopen(fdv[0], "r");
	if (pid < 0 || !log)
		return -1;

	end = await(log, " is registered") ? now() : -1;
	(void)kill(pid, SIGTERM);
	(void)await(log, "\n\n"); /* Its end */
	(void)waitpid(pid, &status, 0);
	(void)fclose(log);
	return end < 0 ? end : end - start;
}

int main(int argc, char *argv[])
{
	if (argc < 3)
		return EXIT_FAILURE;

	for (int i = atoi(argv[1]); i > 0; i--) {
		double ms = once(argv + 2);

		if (ms < 0) {
			(void)fprintf(stderr, "it did not register\n");
			return EXIT_FAILURE;
		}
		printf("%.2f\n", ms);
	}

	return EXIT_SUCCESS;
}

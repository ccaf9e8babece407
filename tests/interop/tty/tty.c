/**
 * @file tests/interop/tty/tty.c  A serial line, and who sits at its end
 *
 *     test -> stdin -> [tty] -> pseudo terminal -> phone
 *     test <- stdout <- [tty], at the pace of a line <- phone
 *
 *     tty BAUD
 *
 * Prints the name of the terminal on a line of its own, and then what comes
 * out of it, no faster than a line of that rate carries it. SIGUSR1: nobody
 * reads any more, SIGUSR2: somebody does again.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
	BITS = 10,   /* Of a byte: start, 8, stop */
	TICK_MS = 2, /* [ms]                      */
	CHUNK = 4096,
	DECIMAL = 10,
	S_NS = 1000000000,
};

static volatile sig_atomic_t stuck;

static void on_signal(int sig)
{
	stuck = sig == SIGUSR1;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * S_NS + (uint64_t)ts.tv_nsec;
}

static int open_line(void)
{
	const int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || grantpt(fd) || unlockpt(fd))
		return -1;

	puts(ptsname(fd));
	(void)fflush(stdout);
	return fd;
}

static void put_all(int fd, const char *p, size_t n)
{
	while (n) {
		const ssize_t done = write(fd, p, n);

		if (done < 0 && errno != EINTR && errno != EAGAIN)
			exit(EXIT_FAILURE);
		p += done > 0 ? done : 0;
		n -= done > 0 ? (size_t)done : 0;
	}
}

/* What the line carried since; an idle one saves nothing */
static void hear(int fd, double *credit)
{
	static char chunk[CHUNK];
	const size_t most = *credit < CHUNK ? (size_t)*credit : CHUNK;
	ssize_t n;

	if (!most || stuck)
		return;

	n = read(fd, chunk, most);
	*credit = n == (ssize_t)most ? *credit - (double)n : 0;
	if (n > 0)
		put_all(STDOUT_FILENO, chunk, (size_t)n);
}

/* @return false: the test is over */
static bool type(int fd)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	char chunk[CHUNK];
	ssize_t n;

	if (poll(&p, 1, TICK_MS) <= 0)
		return true;

	n = read(STDIN_FILENO, chunk, sizeof(chunk));
	if (n > 0)
		put_all(fd, chunk, (size_t)n);
	return n > 0 || (n < 0 && errno == EINTR);
}

int main(int argc, char *argv[])
{
	const long baud = argc > 1 ? strtol(argv[1], NULL, DECIMAL) : 0;
	const int fd = open_line();
	uint64_t last = now_ns();
	double credit = 0;

	if (fd < 0 || baud <= 0)
		return EXIT_FAILURE;

	(void)signal(SIGUSR1, on_signal);
	(void)signal(SIGUSR2, on_signal);
	while (type(fd)) {
		const uint64_t now = now_ns();

		credit += (double)(now - last) * (double)baud / BITS / S_NS;
		if (stuck)
			credit = 0;
		last = now;
		hear(fd, &credit);
	}

	return EXIT_SUCCESS;
}

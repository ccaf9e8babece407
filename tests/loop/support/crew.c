/**
 * @file tests/loop/support/crew.c  Crew
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/loop/support/crew.h"

unsigned crew_processors(void)
{
	const long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > CREW_MAX ? CREW_MAX : (unsigned)n;
}

void *crew_share(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

bool crew_run(unsigned n, void (*h)(unsigned i), void (*lost)(unsigned i))
{
	pid_t pidv[CREW_MAX];
	bool all = true;

	if (n < 2) {
		h(0);
		return true;
	}

	(void)fflush(NULL);
	for (unsigned i = 0; i < n && i < CREW_MAX; i++) {
		pidv[i] = fork();
		if (!pidv[i]) {
			h(i);
			exit(EXIT_SUCCESS);
		}
	}
	for (unsigned i = 0; i < n && i < CREW_MAX; i++) {
		int status = 0;

		if (pidv[i] > 0 && waitpid(pidv[i], &status, 0) == pidv[i] &&
		    WIFEXITED(status) && !WEXITSTATUS(status))
			continue;
		all = false;
		if (lost)
			lost(i);
	}
	return all;
}

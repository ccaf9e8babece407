/**
 * @file app/crash.c  Crash
 *
 * The handler calls what signal-safety(7) allows, and nothing else: open,
 * write, and its own numbers. It has a stack of its own, for a full one may
 * be the reason.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include "app/crash.h"
#include "core/base/keepfile.h"
#include "core/base/log.h"

enum {
	MODE = 0600,
	STACK = 16384,	/* Of the handler [bytes]                  */
	SCANNED = 4096, /* Words of the stack that are looked at   */
	PATH = 4096,
	NUMBER = 24, /* A number in text [bytes] */
	HEX = 16,
	DECIMAL = 10,
};

/* Of the linker: where the program's code begins and ends */
extern const char __executable_start, etext;

static struct {
	char path[PATH];
	char state[CRASH_STATE];
	time_t begun;
	uintptr_t stack_end;
	volatile sig_atomic_t busy;
} crash;

static void put(int fd, const char *text)
{
	(void)!write(fd, text, strlen(text));
}

static void put_number(int fd, unsigned long n, unsigned base)
{
	static const char digits[] = "0123456789abcdef";
	char text[NUMBER], *p = text + sizeof(text) - 1;

	*p = '\0';
	do {
		*--p = digits[n % base];
		n /= base;
	} while (n);
	put(fd, p);
}

/* Where stack and program counter were; 0: not known on this machine */
static void place(const ucontext_t *uc, uintptr_t *sp, uintptr_t *pc)
{
#if defined(__x86_64__)
	*sp = (uintptr_t)uc->uc_mcontext.gregs[REG_RSP];
	*pc = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	*sp = (uintptr_t)uc->uc_mcontext.sp;
	*pc = (uintptr_t)uc->uc_mcontext.pc;
#elif defined(__arm__)
	*sp = (uintptr_t)uc->uc_mcontext.arm_sp;
	*pc = (uintptr_t)uc->uc_mcontext.arm_pc;
#else
	(void)uc;
	*sp = *pc = 0;
#endif
}

static bool is_ours(uintptr_t p)
{
	return p >= (uintptr_t)&__executable_start && p < (uintptr_t)&etext;
}

static void put_place(int fd, uintptr_t p)
{
	put(fd, " 0x");
	put_number(fd, p - (uintptr_t)&__executable_start, HEX);
}

/* The main thread's stack ends where it began; another's is not known, and
   only its program counter is listed */
static void put_stack(int fd, uintptr_t sp, uintptr_t pc)
{
	const uintptr_t *p = (const uintptr_t *)(sp & ~(sizeof(*p) - 1));
	unsigned n = 0;

	put(fd, "places:");
	if (is_ours(pc))
		put_place(fd, pc);
	for (unsigned i = 0; sp && i < SCANNED && n < CRASH_PLACES; i++) {
		if ((uintptr_t)(p + i + 1) > crash.stack_end ||
		    crash.stack_end - sp > SCANNED * SCANNED)
			break;
		if (is_ours(p[i])) {
			put_place(fd, p[i]);
			++n;
		}
	}
	put(fd, "\n");
}

static void report(int fd, int sig, const siginfo_t *si, const void *context)
{
	uintptr_t sp, pc;
	struct timespec now = { .tv_sec = crash.begun };

	place(context, &sp, &pc);
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	put(fd, "boardphone " BOARDPHONE_VERSION "\nsignal: ");
	put_number(fd, (unsigned long)sig, DECIMAL);
	put(fd, "\nnear nothing: ");
	put(fd, (uintptr_t)si->si_addr < PATH ? "yes" : "no");
	put(fd, "\nseconds since start: ");
	put_number(fd, (unsigned long)(now.tv_sec - crash.begun), DECIMAL);
	put(fd, "\nstate: ");
	put(fd, crash.state);
	put(fd, "\n");
	put_stack(fd, sp, pc);
	put(fd, "(addr2line -fe boardphone PLACE...)\n");
}

static void signal_handler(int sig, siginfo_t *si, void *context)
{
	int fd;

	if (!crash.busy) {
		crash.busy = 1;
		fd = open(crash.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
			  MODE);
		if (fd >= 0) {
			report(fd, sig, si, context);
			(void)close(fd);
		}
	}

	/* SA_RESETHAND: now as it would have been */
	(void)raise(sig);
}

static void tell(const char *path)
{
	char text[CRASH_REPORT], old[PATH];
	size_t len;
	char *line;

	if (keepfile_read(path, (uint8_t *)text, sizeof(text), &len))
		return;

	(void)re_snprintf(old, sizeof(old), "%s.old", path);
	(void)rename(path, old);
	for (line = text; (line = strchr(line, '\n')) && line[1];)
		*line++ = ';';
	log_warning("crash: the phone died before: %s (kept in %s)\n", text,
		    old);
}

void crash_watch(const char *path)
{
	static const int sigv[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };
	static char stack[STACK];
	const stack_t ss = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction sa = {
		.sa_sigaction = signal_handler,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER |
			    (int)SA_RESETHAND,
	};
	struct timespec now = { .tv_sec = 0 };

	if (!*path || strlen(path) >= sizeof(crash.path))
		return;

	tell(path);
	str_ncpy(crash.path, path, sizeof(crash.path));
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	crash.begun = now.tv_sec;
	crash.stack_end = (uintptr_t)__builtin_frame_address(0);
#if defined(__SANITIZE_ADDRESS__)
	return; /* The sanitizer says more */
#endif
	(void)sigaltstack(&ss, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(sigv); i++)
		(void)sigaction(sigv[i], &sa, NULL);
}

void crash_state(const char *text)
{
	str_ncpy(crash.state, text, sizeof(crash.state));
}

/**
 * @file app/notify.c  Notify
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "app/notify.h"

enum {
	TEXT = LOG_LINE_MAX + 256,
	DECIMAL = 10,
};

static const char journal_path[] = "/run/systemd/journal/socket";

/* A name that begins with @ is in the abstract space, unix(7) */
static int send_to(const char *path, const char *text, size_t n)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const size_t len = strlen(path);
	int fd, err = 0;

	if (len < 2 || len >= sizeof(un.sun_path))
		return EINVAL;

	memcpy(un.sun_path, path, len);
	if (*path == '@')
		un.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return errno;
	if (sendto(fd, text, n, MSG_NOSIGNAL, (const struct sockaddr *)&un,
		   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) <
	    0)
		err = errno;
	(void)close(fd);
	return err;
}

void notify_send(const char *fmt, ...)
{
	const char *path = getenv("NOTIFY_SOCKET");
	char text[TEXT];
	va_list ap;

	if (!path)
		return;

	va_start(ap, fmt);
	(void)re_vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)send_to(path, text, strlen(text));
}

bool notify_manager(void)
{
	return getenv("NOTIFY_SOCKET") != NULL;
}

uint64_t notify_watchdog(void)
{
	const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");

	if (!us || !getenv("NOTIFY_SOCKET") ||
	    (pid && strtol(pid, NULL, DECIMAL) != getpid()))
		return 0;

	return strtoull(us, NULL, DECIMAL);
}

/* Device and inode of a stream that goes to the journal, systemd.exec(5) */
static bool is_journal(void)
{
	static int known = -1;
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	if (known < 0)
		known = stream &&
			sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
			!fstat(STDERR_FILENO, &st) && st.st_dev == dev &&
			st.st_ino == ino;
	return known > 0;
}

bool notify_journal(enum log_level level, const char *line)
{
	static const int priorityv[] = { 7, 6, 4 }; /* syslog(3) */
	const size_t module = strcspn(line, ": ");
	char text[TEXT];

	if (!is_journal())
		return false;

	(void)re_snprintf(text, sizeof(text),
			  "PRIORITY=%d\nSYSLOG_IDENTIFIER=boardphone\n"
			  "BOARDPHONE_MODULE=%b\n"
			  "BOARDPHONE_VERSION=%s\nMESSAGE=%s\n",
			  priorityv[level], line,
			  line[module] == ':' ? module : 0, BOARDPHONE_VERSION,
			  line);
	return !send_to(journal_path, text, strlen(text));
}

/**
 * @file app/terminal.c  Terminal
 *
 * The tty is opened a second time: what is set not to block must not be what
 * the shell that started us goes on with.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "app/terminal.h"
#include "core/base/log.h"

enum {
	CHUNK = 256,		  /* Read at once [bytes]           */
	LINE = LOG_LINE_MAX + 64, /* ... and what is around it      */
	FAREWELL_MS = 300, /* For what waits, when it is closed [ms], ours */
	PATH_SIZE = 32,
};

struct terminal {
	struct loop_watch *watch;
	struct loop_timer low;
	struct termios before;
	uint8_t queue[TERMINAL_QUEUE];
	size_t held;
	terminal_keys_h *keysh;
	terminal_low_h *lowh;
	void *arg;
	int fd;
	bool raw, writing, gone;
};

static const struct {
	unsigned baud;
	speed_t speed;
} ratev[] = {
	{ 9600, B9600 },     { 19200, B19200 },	  { 38400, B38400 },
	{ 57600, B57600 },   { 115200, B115200 }, { 230400, B230400 },
	{ 460800, B460800 }, { 921600, B921600 },
};

static speed_t speed_of(uint64_t baud)
{
	for (size_t i = 0; i < ARRAY_SIZE(ratev); i++) {
		if (ratev[i].baud == baud)
			return ratev[i].speed;
	}

	return B0;
}

bool terminal_rate_ok(uint64_t baud)
{
	return speed_of(baud) != B0;
}

/* ---- Out ---- */

static void watch_more(struct terminal *t, bool writing)
{
	if (!t->watch || t->writing == writing)
		return;

	t->writing = writing;
	(void)loop_watch_set(t->watch, LOOP_READ | (writing ? LOOP_WRITE : 0));
}

/* Give the tty what it takes */
static void flush(struct terminal *t)
{
	size_t done = 0;

	while (done < t->held) {
		const ssize_t n = write(t->fd, t->queue + done, t->held - done);

		if (n > 0) {
			done += (size_t)n;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		/* What is gone is told when it is read */
		if (n < 0 && errno != EAGAIN)
			done = t->held;
		break;
	}

	t->held -= done;
	memmove(t->queue, t->queue + done, t->held);
	watch_more(t, t->held > 0);
}

static void low_handler(uint64_t now, void *arg)
{
	struct terminal *t = arg;

	if (t->held < TERMINAL_LOW)
		t->lowh(now, t->arg);
}

/* Told from the loop, never from inside of who puts */
static void call_low(struct terminal *t)
{
	if (t->held < TERMINAL_LOW && !loop_timer_armed(&t->low))
		loop_timer_arm(&t->low, clock_now());
}

static int put(struct terminal *t, const char *p, size_t n, size_t limit)
{
	if (t->held + n > limit)
		return ENOBUFS;

	memcpy(t->queue + t->held, p, n);
	t->held += n;
	flush(t);
	call_low(t);
	return 0;
}

int terminal_put(struct terminal *t, const char *p, size_t n)
{
	return put(t, p, n, TERMINAL_QUEUE - TERMINAL_RESERVE);
}

int terminal_printf(struct terminal *t, const char *fmt, ...)
{
	char text[LINE];
	va_list ap;

	va_start(ap, fmt);
	(void)re_vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return terminal_put(t, text, strlen(text));
}

size_t terminal_held(const struct terminal *t)
{
	return t->held;
}

void terminal_edit(struct terminal *t, const char *p, size_t n)
{
	(void)put(t, p, n, TERMINAL_QUEUE);
}

/* ---- In ---- */

static void io_handler(int flags, uint64_t now, void *arg)
{
	struct terminal *t = arg;
	uint8_t chunk[CHUNK];
	ssize_t n;

	if (flags & LOOP_WRITE) {
		flush(t);
		call_low(t);
	}
	if (!(flags & (LOOP_READ | LOOP_EXCEPT)))
		return;

	n = read(t->fd, chunk, sizeof(chunk));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		t->keysh(chunk, (size_t)n, now, t->arg);
		return;
	}

	t->gone = true;
	t->watch = mem_deref(t->watch);
	t->keysh(NULL, 0, now, t->arg);
}

void terminal_size(struct terminal *t, unsigned *rows, unsigned *columns)
{
	struct winsize ws = { .ws_row = 0 };

	(void)ioctl(t->fd, TIOCGWINSZ, &ws);
	if (!ws.ws_row || !ws.ws_col) {
		ws.ws_row = TERMINAL_ROWS;
		ws.ws_col = TERMINAL_COLUMNS;
	}
	*rows = ws.ws_row;
	*columns = ws.ws_col;
}

/* ---- The tty ---- */

/* The last words, if somebody reads them */
static void farewell(struct terminal *t)
{
	struct pollfd p = { .fd = t->fd, .events = POLLOUT };

	while (t->held && !t->gone && poll(&p, 1, FAREWELL_MS) > 0 &&
	       (p.revents & POLLOUT))
		flush(t);
}

static void terminal_destructor(void *arg)
{
	struct terminal *t = arg;

	t->watch = mem_deref(t->watch);
	if (t->fd >= 0)
		farewell(t);
	loop_timer_cancel(&t->low);
	if (t->raw)
		(void)tcsetattr(t->fd, TCSANOW, &t->before);
	if (t->fd >= 0)
		(void)close(t->fd);
}

static int open_tty(struct terminal *t, const char *path)
{
	char name[PATH_SIZE];

	if (!path) {
		if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
			return ENOTTY;
		(void)re_snprintf(name, sizeof(name), "/proc/self/fd/%d",
				  STDIN_FILENO);
		path = name;
	}

	t->fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (t->fd < 0)
		return errno;

	return isatty(t->fd) ? 0 : ENOTTY;
}

/* Keys one by one, not echoed; what is printed keeps its \n */
static int make_raw(struct terminal *t, unsigned baud)
{
	struct termios mode;

	if (tcgetattr(t->fd, &t->before))
		return errno;

	mode = t->before;
	mode.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ISIG | IEXTEN);
	mode.c_iflag &= (tcflag_t) ~(IXON | IXOFF | INLCR | IGNCR | ISTRIP |
				     PARMRK | INPCK);
	mode.c_iflag |= ICRNL;
	mode.c_oflag |= OPOST | ONLCR;
	mode.c_cc[VMIN] = 1;
	mode.c_cc[VTIME] = 0;
	if (baud) {
		if (!terminal_rate_ok(baud))
			return EINVAL;
		mode.c_cflag &= (tcflag_t) ~(CSIZE | PARENB | CSTOPB | CRTSCTS);
		mode.c_cflag |= CS8 | CREAD | CLOCAL;
		(void)cfsetispeed(&mode, speed_of(baud));
		(void)cfsetospeed(&mode, speed_of(baud));
	}

	/* Not TCSADRAIN: a line that takes nothing would hold us up */
	if (tcsetattr(t->fd, TCSANOW, &mode))
		return errno;

	t->raw = true;
	return 0;
}

int terminal_alloc(struct terminal **tp, const char *path, unsigned baud,
		   terminal_keys_h *keysh, terminal_low_h *lowh, void *arg)
{
	struct terminal *t = mem_zalloc(sizeof(*t), terminal_destructor);
	int err;

	if (!t)
		return ENOMEM;

	t->fd = -1;
	t->keysh = keysh;
	t->lowh = lowh;
	t->arg = arg;
	loop_timer_init(&t->low, "terminal low", low_handler, t);
	err = open_tty(t, path);
	if (!err)
		err = make_raw(t, baud);
	if (!err)
		err = loop_watch_alloc(&t->watch, "terminal", t->fd, LOOP_READ,
				       io_handler, t);
	if (err)
		mem_deref(t);
	else
		*tp = t;
	return err;
}

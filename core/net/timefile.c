/**
 * @file core/net/timefile.c  Timefile
 */
#include <fcntl.h>
#include <unistd.h>
#include "core/base/log.h"
#include "core/net/timefile.h"
#include "core/net/trust.h"

enum {
	LINE = 12, /* 11 digits and a newline [bytes]: until the year 5138 */
	MODE = 0644,
};

static int read_line(char line[LINE + 1], const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int err = 0;
	ssize_t n;

	if (fd < 0)
		return errno;

	n = read(fd, line, LINE);
	if (n < 0)
		err = errno;
	line[n < 0 ? 0 : n] = '\0';
	close(fd);
	return err;
}

/* @return 0 for what is not as written by write_line() */
static uint64_t decode(const char line[LINE + 1])
{
	struct pl digits = { line, LINE - 1 };

	if (strspn(line, "0123456789") != digits.l || line[digits.l] != '\n')
		return 0;

	return pl_u64(&digits);
}

int timefile_load(const char *path)
{
	char line[LINE + 1];
	uint64_t wall;
	int err;

	err = read_line(line, path);
	if (err == ENOENT)
		return err;
	if (err) {
		log_warning("timefile: cannot read %s: %m\n", path, err);
		return err;
	}

	wall = decode(line);
	if (!wall || (wall > trust_floor() && !trust_time_known(wall))) {
		log_warning("timefile: %s holds no time that can be right\n",
			    path);
		return EBADMSG;
	}

	trust_set_floor(wall);
	return 0;
}

static int write_line(const char *path, uint64_t wall)
{
	char line[LINE + 1];
	int fd, err = 0;
	ssize_t n;

	(void)re_snprintf(line, sizeof(line), "%011llu\n",
			  (unsigned long long)wall);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, MODE);
	if (fd < 0)
		return errno;

	n = write(fd, line, LINE);
	if (n != LINE)
		err = n < 0 ? errno : ENOSPC;
	close(fd);
	return err;
}

int timefile_save(const char *path, uint64_t wall)
{
	int err;

	if (!trust_time_known(wall) || wall - trust_floor() < TIMEFILE_EVERY)
		return EAGAIN;

	err = write_line(path, wall);
	if (err)
		log_warning("timefile: cannot write %s: %m\n", path, err);

	trust_set_floor(wall);
	return err;
}

/**
 * @file core/base/config_file.c  The bytes of a configuration file
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/config_file.h"

int config_file_read(const char *path, char *text, size_t *len, mode_t *mode)
{
	struct stat st;
	ssize_t n = 0;
	int err = 0;
	int fd;

	*len = 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno;
	if (fstat(fd, &st))
		err = errno;
	else if (!S_ISREG(st.st_mode))
		err = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;

	while (!err && *len <= CONFIG_FILE_MAX) {
		n = read(fd, text + *len, CONFIG_FILE_MAX + 1 - *len);
		if (n < 0 && errno != EINTR)
			err = errno;
		if (n == 0)
			break;
		*len += n > 0 ? (size_t)n : 0;
	}

	*mode = err ? 0 : st.st_mode;
	(void)close(fd);
	return err;
}

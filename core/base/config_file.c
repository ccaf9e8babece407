/**
 * @file core/base/config_file.c  The configuration's file, read as a whole
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/config_file.h"
#include "core/base/config_read.h"

enum {
	OTHERS = S_IRGRP | S_IROTH, /* May read the file */
};

/* A file up to one byte more than may be, so that too long is seen */
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

int config_load(struct config **cp, const char *path, config_fault_h *h,
		void *arg)
{
	struct config_faults faults = { .name = path, .h = h, .arg = arg };
	char *text = mem_zalloc(CONFIG_FILE_MAX + 1, NULL);
	mode_t mode = 0;
	size_t len;
	int err;

	if (!text)
		return ENOMEM;

	err = config_file_read(path, text, &len, &mode);
	if (err) {
		config_fault(&faults, true, 0,
			     "cannot be read: %m; give a file with -c", err);
		goto out;
	}

	err = config_parse(cp, path, text, len, h, arg);
	if (!err && (mode & OTHERS) && config_secret_line(*cp))
		config_fault(&faults, false, config_secret_line(*cp),
			     "a secret that others may read; do `chmod 600 "
			     "%s`",
			     path);

out:
	explicit_bzero(text, CONFIG_FILE_MAX + 1);
	mem_deref(text);
	return err;
}

/**
 * @file core/base/keepfile.c  Keepfile
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "core/base/keepfile.h"

enum {
	MODE_FOLDER = 0700,
	MODE_FILE = 0600,
};

int keepfile_path(char *path, const char *folder, const char *name)
{
	return re_snprintf(path, KEEPFILE_PATH_MAX, "%s/%s", folder, name) < 0
		       ? ENAMETOOLONG
		       : 0;
}

int keepfile_folder(const char *folder)
{
	struct stat st;

	if (!mkdir(folder, MODE_FOLDER))
		return 0;
	if (errno != EEXIST)
		return errno;
	if (stat(folder, &st))
		return errno;

	return S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
}

/* @return 0, EFBIG, errno */
static int read_all(int fd, uint8_t *buf, size_t size, size_t *lenp)
{
	size_t len = 0;
	ssize_t n;

	while (len < size) {
		n = read(fd, buf + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		if (!n)
			break;
		len += (size_t)n;
	}
	if (len == size)
		return EFBIG;

	buf[len] = 0;
	*lenp = len;
	return 0;
}

int keepfile_read(const char *path, uint8_t *buf, size_t size, size_t *lenp)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	size_t len = 0;
	int err;

	if (fd < 0)
		return errno;

	err = read_all(fd, buf, size, &len);
	(void)close(fd);
	if (!err && lenp)
		*lenp = len;

	return err;
}

static int write_all(int fd, const uint8_t *p, size_t len)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? errno : ENOSPC;
		p += n;
		len -= (size_t)n;
	}

	return fsync(fd) ? errno : 0;
}

static int write_new(const char *path, const uint8_t *p, size_t len)
{
	int fd, err;

	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE_FILE);
	if (fd < 0)
		return errno;

	err = write_all(fd, p, len);
	if (close(fd) && !err)
		err = errno;

	return err;
}

/* The new name is on the disk when its folder is */
static void sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[KEEPFILE_PATH_MAX] = ".";
	int fd;

	if (slash) {
		(void)re_snprintf(folder, sizeof(folder), "%b", path,
				  (size_t)(slash - path) + 1);
	}

	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;

	(void)fsync(fd);
	(void)close(fd);
}

int keepfile_write(const char *path, const uint8_t *p, size_t len)
{
	char temp[KEEPFILE_PATH_MAX];
	int err;

	if (re_snprintf(temp, sizeof(temp), "%s.new", path) < 0)
		return ENAMETOOLONG;

	err = write_new(temp, p, len);
	if (!err && rename(temp, path))
		err = errno;
	if (err)
		(void)unlink(temp);
	else
		sync_folder(path);

	return err;
}

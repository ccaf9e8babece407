/**
 * @file app/secret.c  Secret
 */
#include <crypt.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "app/secret.h"
#include "core/base/library.h"

struct secret {
	struct loop_watch *watch;
	secret_h *h;
	void *arg;
	pid_t child;
	int fd; /* A byte comes when it is right */
};

static struct {
	__typeof__(crypt_rn) *crypt_rn;
	__typeof__(crypt_gensalt_rn) *crypt_gensalt_rn;
} lib;

static int load(void)
{
	static const struct library_symbol symv[] = {
		{ "crypt_rn", 0 },
		{ "crypt_gensalt_rn", sizeof(lib.crypt_rn) },
	};

	return library_load(&lib, "libcrypt.so.1", symv, ARRAY_SIZE(symv));
}

/* As long for a wrong one as for a right one */
static bool same(const char *a, const char *b)
{
	const size_t len = strlen(a);
	unsigned char diff = 0;

	if (len != strlen(b))
		return false;
	for (size_t i = 0; i < len; i++)
		diff |= (unsigned char)(a[i] ^ b[i]);
	return !diff;
}

static bool right(const char *hash, const char *password)
{
	static struct crypt_data data;
	const char *made;

	if (load())
		return false;

	made = lib.crypt_rn(password, hash, &data, sizeof(data));
	return made && same(made, hash);
}

static void secret_destructor(void *arg)
{
	struct secret *s = arg;

	mem_deref(s->watch);
	if (s->fd >= 0)
		(void)close(s->fd);
	if (s->child <= 0)
		return;
	(void)kill(s->child, SIGKILL);
	(void)waitpid(s->child, NULL, 0);
}

static void read_handler(int flags, uint64_t now, void *arg)
{
	struct secret *s = arg;
	char c;
	(void)flags;

	s->watch = mem_deref(s->watch);
	s->h(read(s->fd, &c, 1) == 1, now, s->arg);
}

int secret_check(struct secret **sp, const char *hash, const char *password,
		 secret_h *h, void *arg)
{
	struct secret *s = mem_zalloc(sizeof(*s), secret_destructor);
	int fdv[2], err;

	if (!s)
		return ENOMEM;

	s->fd = -1;
	s->h = h;
	s->arg = arg;
	if (pipe2(fdv, O_CLOEXEC)) {
		err = errno;
		goto out;
	}

	s->child = fork();
	if (!s->child) {
		if (right(hash, password))
			(void)!write(fdv[1], "", 1);
		_exit(0);
	}

	err = s->child < 0 ? errno : 0;
	(void)close(fdv[1]);
	s->fd = fdv[0];
	if (!err)
		err = loop_watch_alloc(&s->watch, "password", s->fd, LOOP_READ,
				       read_handler, s);
out:
	if (err)
		mem_deref(s);
	else
		*sp = s;
	return err;
}

int secret_hash(char *hash, size_t size, const char *password)
{
	static struct crypt_data data;
	char salt[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *made;
	int err = load();

	if (err)
		return err;
	if (!lib.crypt_gensalt_rn("$y$", 0, NULL, 0, salt, sizeof(salt)))
		return ENOSYS;

	made = lib.crypt_rn(password, salt, &data, sizeof(data));
	if (!made)
		return ENOMEM;

	str_ncpy(hash, made, size);
	return 0;
}

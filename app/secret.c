/**
 * @file app/secret.c  Secret
 */
#include <crypt.h>
#include "app/secret.h"
#include "core/base/library.h"

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

struct guess {
	const char *hash, *password;
};

static int work(const void *what)
{
	static struct crypt_data data;
	const struct guess *g = what;
	const char *made;
	int err = load();

	if (err)
		return err;

	made = lib.crypt_rn(g->password, g->hash, &data, sizeof(data));
	return made && same(made, g->hash) ? 0 : EACCES;
}

int secret_check(struct child **cp, const char *hash, const char *password,
		 child_h *h, void *arg)
{
	const struct guess g = { hash, password };

	return child_start(cp, "password", CHILD_KILL, work, &g, h, arg);
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

/**
 * @file core/net/owncert.c  Owncert
 */
#include <unistd.h>
#include <mbedtls/platform_util.h>
#include "core/base/keepfile.h"
#include "core/base/log.h"
#include "core/net/network.h"
#include "core/net/owncert.h"
#include "core/net/pemfile.h"
#include "core/net/selfsign.h"

enum {
	DAY = 86400, /* [s] */
};

struct owncert {
	mbedtls_x509_crt *crt;
	mbedtls_pk_context *key;
	const char *path;
	uint64_t wall;
	struct selfsign_names names;
	uint8_t *buf; /* PEMFILE_MAX */
};

static bool add_addr(const struct sa *addr, void *arg)
{
	selfsign_add_addr(arg, addr);
	return false;
}

static void add_both(struct selfsign_names *n, const char *name)
{
	selfsign_add_name(n, name, "");
	if (!strchr(name, '.'))
		selfsign_add_name(n, name, ".local");
}

static void collect(struct selfsign_names *n, const char *const *namev)
{
	char host[TRUST_HOST_MAX + 1] = "";
	struct sa loopback;

	/* The first is the subject, the last may find no room */
	if (namev && namev[0])
		add_both(n, namev[0]);
	selfsign_add_name(n, "localhost", "");
	if (!gethostname(host, sizeof(host) - 1) && host[0])
		add_both(n, host);
	for (size_t i = 1; namev && namev[0] && namev[i]; i++)
		add_both(n, namev[i]);

	(void)sa_set_str(&loopback, "127.0.0.1", 0);
	selfsign_add_addr(n, &loopback);
	(void)sa_set_str(&loopback, "::1", 0);
	selfsign_add_addr(n, &loopback);
	(void)network_addresses(network_kernel(), add_addr, n);
}

/* Whether what was kept will do. What is not known to be over is not */
static bool is_good(const struct owncert *o)
{
	uint64_t end = trust_seconds(&o->crt->valid_to);

	return selfsign_covers(o->crt, &o->names) &&
	       (!trust_time_known(o->wall) ||
		o->wall + (uint64_t)OWNCERT_RENEW_DAYS * DAY < end);
}

/* @return whether there is one */
static bool load(struct owncert *o)
{
	char reason[PEMFILE_REASON_MAX] = "the key is another one's";
	int err;

	err = keepfile_read(o->path, o->buf, PEMFILE_MAX, NULL);
	if (err == ENOENT)
		return false;
	if (err)
		(void)pemfile_fail(reason, err, "%m", err);
	if (!err)
		err = pemfile_key(o->key, o->buf, o->path, reason);
	if (!err)
		err = pemfile_chain(o->crt, o->buf, o->path, reason);
	if (!err && !mbed_is_pair(o->crt, o->key))
		err = EINVAL;
	if (err) {
		log_warning("owncert: %s cannot be used, another one is made: "
			    "%s\n",
			    o->path, reason);
	}

	return !err;
}

/* Another certificate; another key only when there is none */
static int make(struct owncert *o, bool keep_key)
{
	uint64_t wall = trust_time_known(o->wall) ? o->wall : trust_floor();
	int err = 0;

	mbedtls_x509_crt_free(o->crt);
	mbedtls_x509_crt_init(o->crt);
	if (!keep_key) {
		mbedtls_pk_free(o->key);
		mbedtls_pk_init(o->key);
		err = selfsign_make_key(o->key);
	}
	if (!err)
		err = selfsign_make(o->crt, o->key, &o->names, wall);
	if (!err)
		err = pemfile_print(o->buf, PEMFILE_MAX, o->key, o->crt);

	return err;
}

static int make_and_keep(struct owncert *o, bool keep_key, char *reason)
{
	int err = make(o, keep_key);

	if (err) {
		return pemfile_fail(reason, err,
				    "cannot make a certificate: %m", err);
	}

	err = keepfile_write(o->path, o->buf, strlen((char *)o->buf));
	if (err) {
		return pemfile_fail(reason, err,
				    "cannot keep the page's certificate in "
				    "%s: %m",
				    o->path, err);
	}

	log_info("owncert: %s, there is a new certificate in %s\n",
		 keep_key ? "another name, or the old one ends" : "first start",
		 o->path);
	return 0;
}

static int make_folder(const char *path, char *reason)
{
	const char *slash = strrchr(path, '/');
	char folder[KEEPFILE_PATH_MAX];
	int err;

	if (!slash || slash == path)
		return 0;

	if (re_snprintf(folder, sizeof(folder), "%b", path,
			(size_t)(slash - path)) < 0)
		return pemfile_fail(reason, ENAMETOOLONG, "%m", ENAMETOOLONG);

	err = keepfile_folder(folder);
	return err ? pemfile_fail(reason, err,
				  "cannot make the folder %s for the page's "
				  "certificate: %m",
				  folder, err)
		   : 0;
}

int owncert_load(mbedtls_x509_crt *crt, mbedtls_pk_context *key,
		 const char *path, const char *const *namev, uint64_t wall,
		 char *reason)
{
	struct owncert o = {
		.crt = crt, .key = key, .path = path, .wall = wall
	};
	bool have;
	int err;

	err = make_folder(path, reason);
	if (err)
		return err;

	o.buf = mem_alloc(PEMFILE_MAX, NULL);
	if (!o.buf)
		return pemfile_fail(reason, ENOMEM, "%m", ENOMEM);

	collect(&o.names, namev);
	have = load(&o);
	if (!have || !is_good(&o))
		err = make_and_keep(&o, have, reason);

	mbedtls_platform_zeroize(o.buf, PEMFILE_MAX);
	mem_deref(o.buf);
	return err;
}

/**
 * @file core/call/password.c  Password
 *
 * The file has lines of a word and what it stands for:
 *
 *     md5 0123...
 *     sha256 4567...
 *     password k7mq-x3rt-9pwd        until it was used
 */
#include "core/base/entropy.h"
#include "core/base/keepfile.h"
#include "core/base/log.h"
#include "core/call/password.h"

enum {
	FILE_MAX = 1024, /* [bytes], ours */
};

/* Nothing that looks or sounds like another one: no 0 o, 1 l i, v w */
static const char alphabet[] = "23456789abcdefghjkmnpqrstuwxyz";

static const char file_name[] = "password";

struct password {
	char *folder, *realm, *user;
	struct verifier *verifier;
	struct verifier_secret secret;
	char text[PASSWORD_TEXT_MAX]; /* "" when nobody needs it any more */
	bool fixed;		      /* Of the configuration             */
};

static void wipe(void *p, size_t size)
{
	explicit_bzero(p, size);
}

static void password_destructor(void *arg)
{
	struct password *p = arg;

	mem_deref(p->verifier);
	mem_deref(p->folder);
	mem_deref(p->realm);
	mem_deref(p->user);
	wipe(&p->secret, sizeof(p->secret));
	wipe(p->text, sizeof(p->text));
}

/* ---- Making ---- */

static char letter(void)
{
	return alphabet[entropy_between(0, strlen(alphabet) - 1)];
}

static void make_text(char *text)
{
	for (unsigned g = 0; g < PASSWORD_GROUPS; g++) {
		if (g)
			*text++ = '-';
		for (unsigned i = 0; i < PASSWORD_GROUP_LEN; i++)
			*text++ = letter();
	}
	*text = '\0';
}

static int make_secret(struct password *p, const char *text)
{
	return verifier_make_secret(&p->secret, p->user, p->realm, text);
}

/* ---- Keeping ---- */

static int path_of(char *path, const struct password *p)
{
	return keepfile_path(path, p->folder, file_name);
}

static int save(const struct password *p)
{
	char path[KEEPFILE_PATH_MAX];
	char buf[FILE_MAX];
	int n, err;

	err = path_of(path, p);
	if (!err)
		err = keepfile_folder(p->folder);
	if (err)
		goto out;

	n = re_snprintf(buf, sizeof(buf), "md5 %s\nsha256 %s\n%s%s%s",
			p->secret.md5, p->secret.sha256,
			*p->text ? "password " : "", p->text,
			*p->text ? "\n" : "");
	err = n < 0 ? EOVERFLOW
		    : keepfile_write(path, (uint8_t *)buf, (size_t)n);
	wipe(buf, sizeof(buf));
out:
	if (err)
		log_warning("page: cannot keep the password in [page] state = "
			    "%s: %m; it is lost at the end\n",
			    p->folder, err);
	return err;
}

/* The value of a line, copied. @return whether it fits and is there */
static bool take(char *to, size_t size, const char *buf, const char *word)
{
	const size_t len = strlen(word);
	const char *line = buf;

	while (line && *line) {
		const char *end = strchr(line, '\n');
		size_t n = end ? (size_t)(end - line) : strlen(line);

		if (n > len && n - len - 1 < size &&
		    !strncmp(line, word, len) && line[len] == ' ') {
			n -= len + 1;
			memcpy(to, line + len + 1, n);
			to[n] = '\0';
			return true;
		}
		line = end ? end + 1 : NULL;
	}

	return false;
}

static bool is_hash(const char *hex, enum digest_hash hash)
{
	return strlen(hex) == digest_len(hash) &&
	       strspn(hex, "0123456789abcdef") == strlen(hex);
}

/* @return 0, ENOENT, EBADMSG, or errno of reading */
static int load(struct password *p)
{
	char path[KEEPFILE_PATH_MAX];
	char buf[FILE_MAX];
	int err;

	err = path_of(path, p);
	if (!err)
		err = keepfile_read(path, (uint8_t *)buf, sizeof(buf), NULL);
	if (err)
		return err;

	if (!take(p->secret.md5, DIGEST_SIZE, buf, "md5") ||
	    !take(p->secret.sha256, DIGEST_SIZE, buf, "sha256") ||
	    !is_hash(p->secret.md5, DIGEST_MD5) ||
	    !is_hash(p->secret.sha256, DIGEST_SHA256))
		err = EBADMSG;
	else
		(void)take(p->text, sizeof(p->text), buf, "password");

	wipe(buf, sizeof(buf));
	return err;
}

/* ---- Which one ---- */

static int take_configured(struct password *p, const char *text)
{
	p->fixed = true;
	return make_secret(p, text);
}

static int make_new(struct password *p)
{
	int err;

	make_text(p->text);
	err = make_secret(p, p->text);
	if (!err)
		(void)save(p);
	return err;
}

static int take_kept(struct password *p)
{
	int err = load(p);

	if (!err)
		return 0;
	if (err != ENOENT)
		log_warning("page: the password in [page] state = %s cannot "
			    "be read: %m; a new one is made\n",
			    p->folder, err);

	return make_new(p);
}

int password_alloc(struct password **pp, const struct config *cfg,
		   const char *realm, const char *user)
{
	const char *text = config_text(cfg, "page", "password");
	struct password *p;
	int err;

	p = mem_zalloc(sizeof(*p), password_destructor);
	if (!p)
		return ENOMEM;

	err = str_dup(&p->folder, config_text(cfg, "page", "state"));
	if (!err)
		err = str_dup(&p->realm, realm);
	if (!err)
		err = str_dup(&p->user, user);
	if (!err)
		err = *text ? take_configured(p, text) : take_kept(p);
	if (!err)
		err = verifier_alloc(&p->verifier, realm, user, &p->secret);
	if (err)
		mem_deref(p);
	else
		*pp = p;
	return err;
}

struct verifier *password_verifier(const struct password *p)
{
	return p->verifier;
}

const char *password_text(const struct password *p)
{
	return p->text;
}

void password_used(struct password *p)
{
	if (!*p->text)
		return;

	wipe(p->text, sizeof(p->text));
	(void)save(p);
}

int password_renew(struct password *p)
{
	int err, kept;

	if (p->fixed)
		return EPERM;

	make_text(p->text);
	err = make_secret(p, p->text);
	if (err)
		return err;

	kept = save(p);
	err = verifier_set_secret(p->verifier, &p->secret);
	return err ? err : kept;
}

int password_print(struct re_printf *pf, const struct password *p)
{
	if (p->fixed)
		return re_hprintf(pf, "password of the page: the one of the "
				      "configuration, [page] password");
	if (*p->text)
		return re_hprintf(pf,
				  "password of the page: %s (nobody has "
				  "used it yet)",
				  p->text);

	return re_hprintf(pf, "password of the page: in use, and not shown "
			      "any more; `password` makes another");
}

/**
 * @file app/login.c  Login
 */
#include "app/login.h"
#include "app/secret.h"
#include "core/base/log.h"

enum {
	BACKSPACE = 8,
	DELETE = 0x7f,
	BLANK = 0x20,
};

struct login {
	const char *hash;
	char typed[SECRET_MAX];
	size_t n;
	struct child *secret; /* While it is compared */
	unsigned wrong;
	uint64_t until; /* Nothing is heard before [us] */
	login_open_h *openh;
	login_say_h *sayh;
	void *arg;
	bool open;
};

static void forget(struct login *l)
{
	explicit_bzero(l->typed, sizeof(l->typed));
	l->n = 0;
}

static void login_destructor(void *arg)
{
	struct login *l = arg;

	forget(l);
	mem_deref(l->secret);
}

int login_alloc(struct login **lp, const char *hash, login_open_h *openh,
		login_say_h *sayh, void *arg)
{
	struct login *l = mem_zalloc(sizeof(*l), login_destructor);

	if (!l)
		return ENOMEM;

	l->hash = hash;
	l->openh = openh;
	l->sayh = sayh;
	l->arg = arg;
	*lp = l;
	return 0;
}

bool login_is_open(const struct login *l)
{
	return !l || l->open;
}

void login_shut(struct login *l)
{
	if (!l)
		return;

	l->open = false;
	l->secret = mem_deref(l->secret);
	forget(l);
}

static void refuse(struct login *l, uint64_t now)
{
	uint64_t pause = LOGIN_PAUSE;
	char text[LOG_TEXT_MAX];

	++l->wrong;
	if (l->wrong < LOGIN_TRIES) {
		l->sayh("wrong", l->arg);
		return;
	}

	for (unsigned i = LOGIN_TRIES; i < l->wrong && pause < LOGIN_PAUSE_MAX;
	     i++)
		pause *= 2;
	pause = clock_min(pause, LOGIN_PAUSE_MAX);
	l->until = now + pause;
	log_warning("console: %u wrong passwords; no more for %llu s\n",
		    l->wrong, (unsigned long long)(pause / CLOCK_S));
	(void)re_snprintf(text, sizeof(text), "wrong; try again in %llu s",
			  (unsigned long long)(pause / CLOCK_S));
	l->sayh(text, l->arg);
}

static void secret_handler(int err, uint64_t now, void *arg)
{
	struct login *l = arg;

	l->secret = mem_deref(l->secret);
	if (err) {
		refuse(l, now);
		return;
	}

	if (l->wrong)
		log_info("console: logged in after %u wrong passwords\n",
			 l->wrong);
	l->wrong = 0;
	l->open = true;
	l->openh(now, l->arg);
}

static void try(struct login *l, uint64_t now)
{
	int err;

	l->typed[l->n] = '\0';
	if (now < l->until) {
		forget(l);
		l->sayh("too many wrong passwords; wait", l->arg);
		return;
	}

	err = secret_check(&l->secret, l->hash, l->typed, secret_handler, l);
	forget(l);
	if (err)
		l->sayh(strerror(err), l->arg);
}

void login_key(struct login *l, uint8_t c, uint64_t now)
{
	if (l->secret)
		return;
	if (c == '\n' || c == '\r') {
		if (l->n)
			try(l, now);
		else
			l->sayh("", l->arg);
	} else if (c == BACKSPACE || c == DELETE) {
		l->n -= l->n > 0;
	} else if (c < BLANK) {
		forget(l);
	} else if (l->n + 1 < sizeof(l->typed)) {
		l->typed[l->n++] = (char)c;
	}
}

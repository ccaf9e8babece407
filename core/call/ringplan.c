/**
 * @file core/call/ringplan.c  Ring plan
 *
 * The text is copied and cut where it is separated; targets point into it.
 */
#include "core/base/config_check.h"
#include "core/base/config_value.h"
#include "core/base/log.h"
#include "core/call/ringplan.h"

const char ringplan_browsers[] = "browsers";

static void plan_destructor(void *arg)
{
	struct ringplan *p = arg;

	mem_deref(p->text);
}

/* The next piece up to a separator, without blanks; *restp NULL: the last */
static char *piece(char **restp, const char *separator)
{
	char *p = strsep(restp, separator);
	size_t len;

	p += strspn(p, " \t");
	len = strlen(p);
	while (len && strchr(" \t", p[len - 1]))
		--len;
	p[len] = '\0';
	return p;
}

static bool is_uri(const char *target)
{
	return !strncasecmp(target, "sip:", strlen("sip:")) ||
	       !strncasecmp(target, "sips:", strlen("sips:"));
}

const char *ringplan_address(const char *target, struct pl *account)
{
	const char *colon = is_uri(target) ? NULL : strchr(target, ':');

	account->p = colon ? target : NULL;
	account->l = colon ? (size_t)(colon - target) : 0;
	return colon ? colon + 1 : target;
}

static bool is_account(const struct pl *account)
{
	char name[CONFIG_NAME_MAX] = "";

	if (pl_strcpy(account, name, sizeof(name)))
		return false;

	return !strcmp(name, CONFIG_ACCOUNT) || !config_check_account(name);
}

static bool is_target(const char *target)
{
	struct pl account;

	for (const char *p = target; *p; p++) {
		if (*p <= ' ' || *p >= 0x7f)
			return false;
	}

	target = ringplan_address(target, &account);
	if (account.p &&
	    (!is_account(&account) || !strcmp(target, ringplan_browsers)))
		return false;

	return !(is_uri(target) ? config_check_uri(target)
				: config_check_user(target));
}

static int wrong(const char *text, const char *right, char *why, size_t size)
{
	struct pl pl;

	pl_set_str(&pl, text);
	(void)re_snprintf(why, size, "'%H' cannot be rung; give %s", log_text,
			  &pl, right);
	return EINVAL;
}

static int read_target(struct ringplan_step *s, const char *target, char *why,
		       size_t size)
{
	static const char right[] = "browsers, a user or a SIP URI (in which , "
				    "is %2C, | is %7C and / is %2F), or "
				    "ACCOUNT: and one of the latter";

	if (!is_target(target))
		return wrong(target, right, why, size);
	if (s->targetc == RINGPLAN_TARGETS)
		return wrong(target, "fewer targets in a step", why, size);

	for (unsigned i = 0; i < s->targetc; i++) {
		if (!strcmp(s->targetv[i], target))
			return wrong(target, "each target once", why, size);
	}

	s->targetv[s->targetc++] = target;
	return 0;
}

static int read_time(struct ringplan_step *s, const char *text, char *why,
		     size_t size)
{
	static const struct config_key key = {
		.type = CONFIG_TIME,
		.min = CLOCK_S,
		.max = 600ULL * CLOCK_S,
	};

	return config_value(&key, text, &s->time, why, size);
}

static int read_step(struct ringplan *p, char *text, char *why, size_t size)
{
	struct ringplan_step *s = &p->stepv[p->stepc];
	char *slash = strrchr(text, '/'), *rest = text;
	int err = 0;

	if (p->stepc == RINGPLAN_STEPS)
		return wrong(text, "fewer steps", why, size);

	++p->stepc;
	s->time = RINGPLAN_TIME;
	if (slash) {
		char *time = slash + 1;

		*slash = '\0';
		err = read_time(s, piece(&time, ""), why, size);
	}
	while (rest && !err)
		err = read_target(s, piece(&rest, "|"), why, size);

	return err;
}

int ringplan_alloc(struct ringplan **rp, const char *text, char *why,
		   size_t size)
{
	struct ringplan *p;
	char *rest;
	int err;

	if (strlen(text) > RINGPLAN_LENGTH)
		return wrong("...", "a shorter plan", why, size);

	p = mem_zalloc(sizeof(*p), plan_destructor);
	if (!p)
		return ENOMEM;

	err = str_dup(&p->text, text);
	rest = p->text;
	while (rest && !err)
		err = read_step(p, piece(&rest, ","), why, size);

	if (err)
		mem_deref(p);
	else
		*rp = p;
	return err;
}

static bool has(const struct ringplan *p, bool browsers)
{
	for (unsigned i = 0; i < p->stepc; i++) {
		const struct ringplan_step *s = &p->stepv[i];

		for (unsigned k = 0; k < s->targetc; k++) {
			if (!strcmp(s->targetv[k], ringplan_browsers) ==
			    browsers)
				return true;
		}
	}

	return false;
}

bool ringplan_needs_account(const struct ringplan *p)
{
	return has(p, false);
}

bool ringplan_needs_page(const struct ringplan *p)
{
	return has(p, true);
}

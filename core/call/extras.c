/**
 * @file core/call/extras.c  Extras
 */
#include "core/base/config_check.h"
#include "core/base/config_value.h"
#include "core/base/utf8.h"
#include "core/call/extras.h"

static void extras_destructor(void *arg)
{
	struct extras *x = arg;

	while (x->linec)
		mem_deref(x->linev[--x->linec]);
	mem_deref(x->caps);
}

int extras_alloc(struct extras **xp)
{
	*xp = mem_zalloc(sizeof(**xp), extras_destructor);
	return *xp ? 0 : ENOMEM;
}

/* Whether a line is of that header */
static bool is_of(const char *line, const char *name)
{
	const size_t len = strlen(name);

	return !strncasecmp(line, name, len) && line[len] == ':';
}

static bool has(const struct extras *x, const char *name)
{
	for (unsigned i = 0; i < x->linec; i++) {
		if (is_of(x->linev[i], name))
			return true;
	}

	return false;
}

static bool is_value(const char *v)
{
	size_t left = strlen(v), n;

	for (; left; v += n, left -= n) {
		n = utf8_length((const uint8_t *)v, left);
		if (!n || (unsigned char)*v < ' ' || *v == 0x7f)
			return false;
	}

	return true;
}

static const char *fault_of(const struct extras *x, const char *name,
			    const char *value)
{
	const char *right = *name ? config_check_header(name) : "NAME:VALUE";

	if (!right && (!*value || !is_value(value)))
		right = "a value of UTF-8 without control characters";
	if (!right && has(x, name))
		right = "each header once";
	if (!right && x->linec == EXTRAS_HEADERS)
		right = "fewer headers";
	return right;
}

int extras_header(struct extras *x, const char *text, const char **rightp)
{
	const char *colon = strchr(text, ':');
	char name[CONFIG_NAME_MAX] = "";
	const char *value;
	struct pl pl = { text, colon ? (size_t)(colon - text) : 0 };

	(void)pl_strcpy(&pl, name, sizeof(name)); /* Too long stays "" */
	value = colon ? colon + 1 + strspn(colon + 1, " ") : "";
	*rightp = fault_of(x, name, value);
	if (*rightp)
		return EINVAL;
	if (re_sdprintf(&x->linev[x->linec], "%s: %s", name, value))
		return ENOMEM;

	++x->linec;
	return 0;
}

int extras_caps_text(char **textp, const char *list)
{
	struct mbuf *mb;
	struct pl item;
	int err = 0;

	*textp = NULL;
	if (!*list)
		return 0;

	mb = mbuf_alloc(EXTRAS_TEXT_MAX);
	if (!mb)
		return ENOMEM;

	for (unsigned i = 0; !err && config_value_item(list, i, &item); i++)
		err = mbuf_printf(mb, ";%r", &item);
	mb->pos = 0;
	err = err ? err : mbuf_strdup(mb, textp, mb->end);
	mem_deref(mb);
	return err;
}

int extras_caps(struct extras *x, const char *list, const char **rightp)
{
	static const struct config_key key = {
		.type = CONFIG_ITEMS,
		.check = config_check_cap,
	};
	char why[CONFIG_TEXT_MAX];
	uint64_t num;

	*rightp = NULL;
	if (x->caps)
		*rightp = "caps once";
	else if (strlen(list) >= EXTRAS_TEXT_MAX ||
		 config_value(&key, list, &num, why, sizeof(why)))
		*rightp = "feature tags, such as video,+sip.ice";

	return *rightp ? EINVAL : extras_caps_text(&x->caps, list);
}

bool extras_clash(const struct extras *x, const struct config *account)
{
	const char *name, *value;

	for (unsigned i = 0; config_entry(account, "headers", i, &name, &value);
	     i++) {
		if (has(x, name))
			return true;
	}

	return false;
}

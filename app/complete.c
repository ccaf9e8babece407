/**
 * @file app/complete.c  Completion
 */
#include "app/commands.h"
#include "app/complete.h"

/* What was found so far */
struct finding {
	struct pl typed; /* Of the word that is to be completed    */
	struct pl first; /* One that fits                          */
	size_t common;	 /* As much of it all have in common       */
	unsigned count;
	struct mbuf *choices;
};

static void consider(struct finding *f, const char *p, size_t n)
{
	size_t i = 0;

	if (n < f->typed.l || strncmp(p, f->typed.p, f->typed.l))
		return;
	if (f->choices)
		(void)mbuf_printf(f->choices, "%b ", p, n);

	if (!f->count++) {
		f->first.p = p;
		f->first.l = f->common = n;
		return;
	}
	while (i < f->common && i < n && p[i] == f->first.p[i])
		i++;
	f->common = i;
}

static void all_commands(struct finding *f)
{
	const struct commands_info *info;

	for (unsigned i = 0; (info = commands_get(i)) != NULL; i++)
		consider(f, info->name, strlen(info->name));
}

/* Words that are given as they stand are in small letters */
static bool literal(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((p[i] < 'a' || p[i] > 'z') && p[i] != '-')
			return false;
	}

	return n > 0;
}

/* "[audio|av|screen]" */
static void consider_argument(struct finding *f, const char *p, size_t n)
{
	while (n) {
		const char *bar = memchr(p, '|', n);
		size_t len = bar ? (size_t)(bar - p) : n;
		struct pl word = { p, len };

		while (word.l && (*word.p == '[' || *word.p == ' '))
			pl_advance(&word, 1);
		while (word.l && strchr("].", word.p[word.l - 1]))
			--word.l;
		if (word.l == strlen("COMMAND") && !pl_strcmp(&word, "COMMAND"))
			all_commands(f);
		else if (literal(word.p, word.l))
			consider(f, word.p, word.l);
		p += bar ? len + 1 : len;
		n -= bar ? len + 1 : len;
	}
}

/* The n-th argument of the table, from 1; in brackets there may be blanks */
static void arguments(struct finding *f, const struct pl *name, unsigned n)
{
	const struct commands_info *info = NULL;
	const char *p;

	for (unsigned i = 0; (info = commands_get(i)) != NULL; i++) {
		if (!pl_strcmp(name, info->name))
			break;
	}

	p = info ? info->args : "";
	while (*p) {
		size_t len = strcspn(p, " ");

		if (!--n)
			consider_argument(f, p, len);
		if (!n)
			break;
		p += len;
		p += *p == ' ';
	}
}

unsigned complete_line(const char *line, size_t len, char rest[COMPLETE_MAX],
		       struct mbuf *choices)
{
	struct finding f = { .count = 0, .choices = choices };
	struct pl name = PL_INIT;
	unsigned words = 0;
	size_t i = 0;

	while (i < len && line[i] == ' ')
		i++;
	while (i <= len) {
		size_t n = 0;

		while (i + n < len && line[i + n] != ' ')
			n++;
		f.typed.p = line + i;
		f.typed.l = n;
		if (i + n == len)
			break;
		if (!words++)
			name = f.typed;
		i += n;
		while (i < len && line[i] == ' ')
			i++;
	}

	if (!words)
		all_commands(&f);
	else
		arguments(&f, &name, words);

	*rest = '\0';
	if (f.count && f.common - f.typed.l < COMPLETE_MAX - 1)
		(void)re_snprintf(rest, COMPLETE_MAX, "%b%s",
				  f.first.p + f.typed.l, f.common - f.typed.l,
				  f.count == 1 ? " " : "");
	return f.count;
}

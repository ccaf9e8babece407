/**
 * @file core/base/config_read.c  Reads the INI text
 */
#include <ctype.h>
#include "core/base/config_read.h"
#include "core/base/config_table.h"
#include "core/base/config_value.h"
#include "core/base/log.h"
#include "core/base/utf8.h"

enum {
	CONFIG_TITLE_MAX = 2 * CONFIG_NAME_MAX + 2,
};

struct reader {
	struct config *file;
	struct config *c; /* The account that the section is of, or file */
	struct config_faults *faults;
	unsigned line;
	char section[CONFIG_NAME_MAX + 1]; /* "" before the first, or wrong */
	char title[CONFIG_TITLE_MAX];	   /* The same, and an account's name */
	bool any;			   /* A section header was seen     */
};

void config_fault(struct config_faults *f, bool fatal, unsigned line,
		  const char *fmt, ...)
{
	char text[CONFIG_TEXT_MAX], all[CONFIG_TEXT_MAX];
	va_list ap;

	if (fatal && ++f->count > CONFIG_FAULTS_MAX)
		return;

	va_start(ap, fmt);
	(void)re_vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (line)
		(void)re_snprintf(all, sizeof(all), "%s:%u: %s", f->name, line,
				  text);
	else
		(void)re_snprintf(all, sizeof(all), "%s: %s", f->name, text);
	if (f->h)
		f->h(fatal, all, f->arg);
}

static char *trim(char *p)
{
	char *end;

	p += strspn(p, " \t");
	end = p + strlen(p);
	while (end > p && strchr(" \t", end[-1]))
		--end;
	*end = '\0';
	return p;
}

/* Where a comment begins: # or ; after a blank; NULL: no comment */
static char *comment(char *p)
{
	for (; *p; p++) {
		if (strchr(" \t", *p) && strchr("#;", p[1]) && p[1])
			return p;
	}

	return NULL;
}

/* [account home]: what follows is of that account */
static int read_account(struct reader *r, const char *section, const char *name)
{
	char why[CONFIG_TEXT_MAX] = "";
	struct pl pl;
	int err;

	pl_set_str(&pl, name);
	if (config_section_named(section))
		err = config_put_account(&r->c, r->file, name, why,
					 sizeof(why));
	else {
		(void)re_snprintf(why, sizeof(why), "give [%s]", section);
		err = EINVAL;
	}
	if (err && err != ENOMEM)
		config_fault(r->faults, true, r->line, "[%s %H]: %s", section,
			     log_text, &pl, why);
	return err;
}

static int take_section(struct reader *r, const char *section, const char *name)
{
	int err = 0;

	r->c = r->file;
	if (*name)
		err = read_account(r, section, name);
	if (err)
		return err == ENOMEM ? err : 0;

	(void)str_ncpy(r->section, section, sizeof(r->section));
	(void)re_snprintf(r->title, sizeof(r->title), "%s%s%s", section,
			  *name ? " " : "", name);
	return 0;
}

static void unknown_section(struct reader *r, const char *p, const char *best)
{
	struct pl pl;

	pl_set_str(&pl, p);
	config_fault(r->faults, true, r->line,
		     "no section [%H] is known; %s%s%s", log_text, &pl,
		     best ? "did you mean [" : "the example file has all",
		     best ? best : "", best ? "]?" : "");
}

static int read_section(struct reader *r, char *p)
{
	char *end = strchr(p, ']');
	const char *name, *best = NULL, *rest;
	unsigned best_distance = 3; /* More would be a guess */
	char *account;

	r->section[0] = '\0';
	r->any = true;
	if (!end) {
		config_fault(r->faults, true, r->line,
			     "a section without ]; give [name]");
		return 0;
	}
	*end = '\0';
	rest = trim(end + 1);
	if (*rest && !strchr("#;", *rest)) {
		config_fault(r->faults, true, r->line,
			     "more after ]; give [name] on a line of its own");
		return 0;
	}

	p = trim(p + 1);
	account = p + strcspn(p, " \t");
	if (*account)
		*account++ = '\0';
	account = trim(account);
	for (unsigned i = 0; (name = config_section(i)); i++) {
		unsigned distance = config_value_distance(p, name);

		if (!distance)
			return take_section(r, name, account);
		if (distance < best_distance) {
			best_distance = distance;
			best = name;
		}
	}
	unknown_section(r, p, best);
	return 0;
}

/* A value in quotes: what is between them, or NULL and told */
static char *unquote(struct reader *r, char *p)
{
	char *to = p, *start = p;

	for (++p; *p && *p != '"'; p++) {
		if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
			++p;
		*to++ = *p;
	}
	if (*p != '"') {
		config_fault(r->faults, true, r->line,
			     "a quote is not closed; end the value with \"");
		return NULL;
	}

	++p;
	p += strspn(p, " \t");
	if (*p && !strchr("#;", *p)) {
		config_fault(r->faults, true, r->line,
			     "more after the closing quote; write a quote "
			     "inside as \\\"");
		return NULL;
	}

	*to = '\0';
	return start;
}

static char *read_value(struct reader *r, const char *key, char *p)
{
	char *end;

	p = trim(p);
	if (*p == '"')
		return unquote(r, p);
	if (strchr("#;", *p))
		*p = '\0';

	end = comment(p);
	if (end && config_secret(r->section, key)) {
		config_fault(r->faults, true, r->line,
			     "a blank and %c in a secret; put all of it in "
			     "\"quotes\"",
			     end[1]);
		return NULL;
	}
	if (end)
		*end = '\0';
	return trim(p);
}

static bool is_key(const char *p)
{
	return *p && strlen(p) <= CONFIG_NAME_MAX && !strpbrk(p, " \t\"'[]");
}

static int read_key(struct reader *r, char *p)
{
	char why[CONFIG_TEXT_MAX] = "", *equals = strchr(p, '='), *value;
	unsigned before = 0;
	struct pl pl;
	int err;

	if (!equals) {
		config_fault(r->faults, true, r->line,
			     "no =; give key = value, or # before a comment");
		return 0;
	}
	*equals = '\0';
	p = trim(p);
	pl_set_str(&pl, p);
	if (!is_key(p)) {
		config_fault(r->faults, true, r->line,
			     "'%H' is no key; give key = value", log_text, &pl);
		return 0;
	}
	if (!r->section[0]) {
		if (!r->any)
			config_fault(r->faults, true, r->line,
				     "a key before any section; give [name] "
				     "above it");
		return 0; /* In a section that is wrong: told already */
	}
	value = read_value(r, p, equals + 1);
	if (!value)
		return 0;

	err = config_put(r->c, r->section, p, value, r->line, &before, why,
			 sizeof(why));
	if (err == EEXIST)
		config_fault(r->faults, true, r->line,
			     "[%s] %H was given on line %u already; give it "
			     "once",
			     r->title, log_text, &pl, before);
	else if (err && err != ENOMEM)
		config_fault(r->faults, true, r->line, "[%s] %H: %s", r->title,
			     log_text, &pl, why);
	return err == ENOMEM ? err : 0;
}

static bool is_text(const char *p, size_t len)
{
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		uint8_t c = (uint8_t)p[i];

		n = utf8_length((const uint8_t *)p + i, len - i);
		if (!n || (c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}

	return true;
}

static int read_line(struct reader *r, const char *text, size_t len)
{
	char line[CONFIG_LINE_MAX + 1], *p;

	if (len && text[len - 1] == '\r')
		--len;
	if (len > CONFIG_LINE_MAX) {
		config_fault(r->faults, true, r->line,
			     "%zu characters; give at most %u on a line", len,
			     CONFIG_LINE_MAX);
		return 0;
	}
	if (!is_text(text, len)) {
		config_fault(r->faults, true, r->line,
			     "control characters, or not UTF-8; give text");
		return 0;
	}

	memcpy(line, text, len);
	line[len] = '\0';
	p = trim(line);
	if (!*p || strchr("#;", *p))
		return 0;
	if (*p != '[')
		return read_key(r, p);

	return read_section(r, p);
}

int config_read(struct config *c, const char *text, size_t len,
		struct config_faults *faults)
{
	static const char bom[] = "\xef\xbb\xbf"; /* Some editors begin so */
	struct reader r = { .file = c, .c = c, .faults = faults };
	size_t pos = 0;
	int err = 0;

	if (len > CONFIG_FILE_MAX) {
		config_fault(faults, true, 0, "%zu bytes; give at most %u", len,
			     CONFIG_FILE_MAX);
		return 0;
	}
	if (len >= strlen(bom) && !memcmp(text, bom, strlen(bom)))
		pos = strlen(bom);

	while (pos < len && !err) {
		const char *end = memchr(text + pos, '\n', len - pos);
		size_t n = end ? (size_t)(end - text) - pos : len - pos;

		++r.line;
		err = read_line(&r, text + pos, n);
		pos += n + 1;
	}

	return err;
}

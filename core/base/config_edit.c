/**
 * @file core/base/config_edit.c  One value of a file, changed in its text
 */
#include "core/base/config_edit.h"
#include "core/base/config_print.h"

enum {
	DELETE = 0x7f,
	BLANK = 0x20,
};

/** What is found in a text; an end is that of its line, with the newline */
struct finding {
	size_t line, line_end; /* Of the key; line_end 0: none        */
	size_t shown_end;      /* Of a comment that shows it; 0: none */
	size_t section_end;    /* Of what its section has; 0: none    */
};

/* ---- Where ---- */

static bool is_name(const char *p)
{
	return *p && !strpbrk(p, " \t\r\n\"'[]=#;");
}

static int copy(char to[CONFIG_NAME_MAX + 1], const char *from, size_t n)
{
	if (n > CONFIG_NAME_MAX)
		return EINVAL;

	memcpy(to, from, n);
	to[n] = '\0';
	return 0;
}

int config_place_read(struct config_place *p, const char *text)
{
	const char *first = strchr(text, '.'), *last = strrchr(text, '.');
	int err;

	memset(p, 0, sizeof(*p));
	if (!first)
		return EINVAL;

	err = copy(p->section, text, (size_t)(first - text));
	if (!err && last > first)
		err = copy(p->account, first + 1, (size_t)(last - first) - 1);
	if (!err)
		err = copy(p->key, last + 1, strlen(last + 1));
	if (err || !is_name(p->section) || !is_name(p->key))
		return EINVAL;

	return last > first && !is_name(p->account) ? EINVAL : 0;
}

/* ---- Lines ---- */

static struct pl trim(const char *p, size_t n)
{
	while (n && strchr(" \t\r\n", p[n - 1]))
		--n;
	while (n && strchr(" \t", *p)) {
		++p;
		--n;
	}

	return (struct pl){ p, n };
}

static struct pl until(const struct pl *pl, const char *stops)
{
	size_t n = 0;

	while (n < pl->l && !strchr(stops, pl->p[n]))
		++n;
	return (struct pl){ pl->p, n };
}

static void skip(struct pl *pl, size_t n)
{
	pl->p += n;
	pl->l -= n;
}

/* [section] or [section account] */
static bool is_section(const struct pl *line, const struct config_place *p)
{
	struct pl in, word;

	in = (struct pl){ line->p + 1, line->l - 1 };
	in = until(&in, "]");
	in = trim(in.p, in.l);
	word = until(&in, " \t");
	if (pl_strcmp(&word, p->section))
		return false;

	skip(&in, word.l);
	in = trim(in.p, in.l);
	return !pl_strcmp(&in, p->account);
}

/* "key = ..." */
static bool is_key(const struct pl *line, const struct config_place *p)
{
	struct pl key = until(line, "=");

	if (key.l == line->l)
		return false;

	key = trim(key.p, key.l);
	return !pl_strcasecmp(&key, p->key);
}

static void find(struct finding *f, const char *text, size_t len,
		 const struct config_place *p)
{
	static const char bom[] = "\xef\xbb\xbf"; /* As the reader has it */
	bool ours = false, gap = false;
	size_t next;

	memset(f, 0, sizeof(*f));
	for (size_t at = 0; at < len; at = next) {
		const char *nl = memchr(text + at, '\n', len - at);
		const size_t mark = at || len < strlen(bom) ||
						    memcmp(text, bom,
							   strlen(bom)) != 0
					    ? 0
					    : strlen(bom);
		struct pl line;

		next = nl ? (size_t)(nl - text) + 1 : len;
		line = trim(text + at + mark, next - at - mark);
		if (line.l && *line.p == '[')
			ours = is_section(&line, p);
		if (!line.l)
			gap = true;
		if (!ours || !line.l)
			continue;

		/* A comment after a gap may be the next section's */
		gap &= strchr("#;", *line.p) != NULL;
		if (!gap)
			f->section_end = next;
		if (!f->line_end && is_key(&line, p)) {
			f->line = at;
			f->line_end = next;
		}
		if (strchr("#;", *line.p)) {
			skip(&line, 1);
			line = trim(line.p, line.l);
			if (is_key(&line, p))
				f->shown_end = next;
		}
	}
}

/* What follows a value: blanks and a comment */
static struct pl rest_of(struct pl v)
{
	size_t n = 0;

	if (v.l && *v.p == '"') {
		for (n = 1; n < v.l && v.p[n] != '"'; n++)
			n += v.p[n] == '\\';
		n += n < v.l;
	} else {
		while (n < v.l && !(strchr(" \t", v.p[n]) && n + 1 < v.l &&
				    strchr("#;", v.p[n + 1])))
			++n;
		if (v.l && strchr("#;", *v.p))
			n = 0;
		while (n && strchr(" \t", v.p[n - 1]))
			--n;
	}

	skip(&v, MIN(n, v.l));
	return v;
}

/* ---- The new text ---- */

static int write_line(struct mbuf *out, const char *line, size_t len,
		      const char *value)
{
	struct pl pl = { line, len }, head = until(&pl, "="), tail, end;

	end = trim(line, len);
	tail = (struct pl){ end.p + end.l,
			    (size_t)(line + len - (end.p + end.l)) };
	end.l = (size_t)(end.p + end.l - (head.p + head.l + 1));
	end.p = head.p + head.l + 1;
	while (end.l && strchr(" \t", *end.p))
		skip(&end, 1);
	head.l = (size_t)(end.p - head.p);
	end = rest_of(end);
	return mbuf_printf(out, "%r%H%s%r%r", &head, config_print_value, value,
			   end.l && strchr("#;", *end.p) ? " " : "", &end,
			   &tail);
}

static int insert(struct mbuf *out, const char *text, size_t len,
		  const struct config_place *p, const char *value, size_t at)
{
	const char *nl = at && text[at - 1] != '\n' ? "\n" : "";
	int err = mbuf_write_mem(out, (const uint8_t *)text, at);

	err |= mbuf_printf(out, "%s%s = %H\n", nl, p->key, config_print_value,
			   value);
	return err | mbuf_write_mem(out, (const uint8_t *)text + at, len - at);
}

static int append(struct mbuf *out, const char *text, size_t len,
		  const struct config_place *p, const char *value)
{
	const char *nl = len && text[len - 1] != '\n' ? "\n" : "";
	int err = mbuf_write_mem(out, (const uint8_t *)text, len);

	return err | mbuf_printf(out, "%s%s[%s%s%s]\n%s = %H\n", nl,
				 len ? "\n" : "", p->section,
				 *p->account ? " " : "", p->account, p->key,
				 config_print_value, value);
}

static bool is_clean(const char *value)
{
	for (; *value; value++) {
		if (((uint8_t)*value < BLANK && *value != '\t') ||
		    *value == DELETE)
			return false;
	}

	return true;
}

int config_edit(struct mbuf *out, const char *text, size_t len,
		const struct config_place *p, const char *value)
{
	struct finding f;
	int err;

	if (value && !is_clean(value))
		return EINVAL;

	find(&f, text, len, p);
	if (!f.line_end && !value)
		return ENOENT;
	if (!f.line_end && !f.section_end)
		return append(out, text, len, p, value);
	if (!f.line_end)
		return insert(out, text, len, p, value,
			      f.shown_end ? f.shown_end : f.section_end);

	err = mbuf_write_mem(out, (const uint8_t *)text, f.line);
	if (value)
		err |= write_line(out, text + f.line, f.line_end - f.line,
				  value);
	return err | mbuf_write_mem(out, (const uint8_t *)text + f.line_end,
				    len - f.line_end);
}

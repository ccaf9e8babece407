/**
 * @file app/mdoc.c  Mdoc
 */
#include "app/mdoc.h"

enum {
	MACRO_MAX = 3, /* Letters of a macro's name, mdoc(7) */
};

static const struct {
	char c;
	const char *escape; /* mandoc_char(7) */
} escapev[] = {
	{ '\\', "\\e" },  { '`', "\\(ga" }, { '\'', "\\(aq" }, { '"', "\\(dq" },
	{ '^', "\\(ha" }, { '~', "\\(ti" }, { '-', "\\-" },
};

static int print(struct re_printf *pf, const char *text, size_t len)
{
	int err = 0;

	/* A dot that comes first would begin a macro */
	if (len && text[0] == '.')
		err = re_hprintf(pf, "\\&");

	for (size_t i = 0; i < len && !err; i++) {
		size_t n = 0;

		if (i && text[i] == ' ' && text[i - 1] == '.') {
			err = re_hprintf(pf, "\n");
			continue;
		}
		while (n < ARRAY_SIZE(escapev) && escapev[n].c != text[i])
			++n;
		err = n < ARRAY_SIZE(escapev)
			      ? re_hprintf(pf, "%s", escapev[n].escape)
			      : re_hprintf(pf, "%c", text[i]);
	}

	return err;
}

int mdoc_text(struct re_printf *pf, const char *text)
{
	return print(pf, text, strlen(text));
}

static int print_word(struct re_printf *pf, const char *word, size_t len)
{
	const char *end = word + len;
	bool option = word[0] == '-', more = false;
	const char *macro = word[0] >= 'A' && word[0] <= 'Z' ? "Ar" : "Cm";
	int err;

	if (len > strlen("...") &&
	    !strncmp(end - strlen("..."), "...", strlen("..."))) {
		more = true;
		len -= strlen("...");
	}

	err = re_hprintf(pf, " %s ", option ? "Fl" : macro);
	if (option) { /* Whose first dash is the macro's */
		++word;
		--len;
	}
	if (len <= MACRO_MAX) /* It is a word, whatever it is called */
		err |= re_hprintf(pf, "\\&");
	err |= print(pf, word, len);
	return more ? err | re_hprintf(pf, " ...") : err;
}

int mdoc_form(struct re_printf *pf, const char *form)
{
	int err = 0;

	while (*form && !err) {
		size_t len = strcspn(form, "[]| ");

		if (len) {
			err = print_word(pf, form, len);
			form += len;
			continue;
		}
		if (*form == '[')
			err = re_hprintf(pf, " Oo");
		else if (*form == ']')
			err = re_hprintf(pf, " Oc");
		else if (*form == '|')
			err = re_hprintf(pf, " |");
		++form;
	}

	return err;
}

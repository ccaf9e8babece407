/**
 * @file app/words.c  Words
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include "app/words.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Copy one word down to *outp; returns where it ended, NULL: open quote */
static char *take(char *in, char **outp)
{
	char *out = *outp, quote = 0;

	for (; *in && (quote || !blank(*in)); in++) {
		if (quote && *in == quote)
			quote = 0;
		else if (!quote && (*in == '"' || *in == '\''))
			quote = *in;
		else if (*in == '\\' && quote != '\'' && in[1])
			*out++ = *++in;
		else
			*out++ = *in;
	}

	*outp = out;
	return quote ? NULL : in;
}

int words_split(char *line, char *wordv[WORDS_MAX], int *np)
{
	char *in = line, *out = line;
	int n = 0;

	for (;;) {
		bool more;

		while (blank(*in))
			in++;
		if (!*in)
			break;
		if (n == WORDS_MAX)
			return E2BIG;

		wordv[n++] = out;
		in = take(in, &out);
		if (!in)
			return EINVAL;

		more = *in != '\0'; /* out may stand on in */
		*out++ = '\0';
		if (!more)
			break;
		in++;
	}

	*np = n;
	return 0;
}

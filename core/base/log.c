/**
 * @file core/base/log.c  Log
 */
#include <stdio.h>
#include "core/base/log.h"
#include "core/base/utf8.h"

static struct {
	enum log_level level;
	log_line_h *h;
	void *arg;
} state = { .level = LOG_LEVEL_INFO };

void log_set_level(enum log_level level)
{
	state.level = level;
}

void log_set_handler(log_line_h *h, void *arg)
{
	state.h = h;
	state.arg = arg;
}

static void emit(enum log_level level, const char *fmt, va_list ap)
{
	static const char *const prefixv[] = { "debug: ", "", "warning: " };
	char line[LOG_LINE_MAX];
	size_t len;

	if (level < state.level)
		return;

	(void)re_vsnprintf(line, sizeof(line), fmt, ap);
	len = strlen(line);
	while (len && line[len - 1] == '\n')
		line[--len] = '\0';

	if (state.h)
		state.h(level, line, state.arg);
	else
		(void)fprintf(stderr, "%s%s\n", prefixv[level], line);
}

#define LOG_BODY(level)                                                        \
	va_list ap;                                                            \
	va_start(ap, fmt);                                                     \
	emit(level, fmt, ap);                                                  \
	va_end(ap)

void log_warning(const char *fmt, ...)
{
	LOG_BODY(LOG_LEVEL_WARNING);
}

void log_info(const char *fmt, ...)
{
	LOG_BODY(LOG_LEVEL_INFO);
}

void log_debug(const char *fmt, ...)
{
	LOG_BODY(LOG_LEVEL_DEBUG);
}

/* Length of the character at p if a terminal only shows it, else 0 */
static size_t harmless(const uint8_t *p, size_t left)
{
	const size_t n = utf8_length(p, left);

	if (n == 1 && (*p < 0x20 || *p == 0x7f || *p == '\\'))
		return 0;

	/* C1 controls are valid UTF-8 and move a terminal's cursor */
	return n == 2 && p[0] == 0xc2 && p[1] < 0xa0 ? 0 : n;
}

int log_text(struct re_printf *pf, const struct pl *pl)
{
	size_t len, i = 0;
	int err = 0;

	if (!pl || !pl->p)
		return 0;

	len = MIN(pl->l, (size_t)LOG_TEXT_MAX);

	while (i < len && !err) {
		const uint8_t *p = (const uint8_t *)pl->p + i;
		const size_t n = harmless(p, len - i);

		if (n)
			err = pf->vph((const char *)p, n, pf->arg);
		else
			err = re_hprintf(pf, "\\x%02x", *p);
		i += n ? n : 1;
	}

	if (!err && pl->l > len)
		err = re_hprintf(pf, "...");

	return err;
}

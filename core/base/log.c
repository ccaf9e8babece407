/**
 * @file core/base/log.c  Log
 */
#include <stdio.h>
#include "core/base/log.h"

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

/* Length of the valid UTF-8 sequence at p, 0 if there is none (RFC 3629) */
static size_t utf8_len(const uint8_t *p, size_t left)
{
	static const struct {
		uint8_t mask, lead;
		size_t n;
		uint32_t least;
	} formv[] = {
		{ 0xe0, 0xc0, 2, 0x80 },
		{ 0xf0, 0xe0, 3, 0x800 },
		{ 0xf8, 0xf0, 4, 0x10000 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(formv); i++) {
		uint32_t cp = p[0] & (uint8_t)~formv[i].mask;

		if ((p[0] & formv[i].mask) != formv[i].lead)
			continue;
		if (left < formv[i].n)
			return 0;
		for (size_t k = 1; k < formv[i].n; k++) {
			if ((p[k] & 0xc0) != 0x80)
				return 0;
			cp = cp << 6 | (p[k] & 0x3f);
		}
		/* C1 controls are valid UTF-8 and move a terminal's cursor */
		if (cp < formv[i].least || cp < 0xa0 || cp > 0x10ffff ||
		    (cp >= 0xd800 && cp <= 0xdfff))
			return 0;
		return formv[i].n;
	}

	return 0;
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
		size_t n = 1;

		if (*p >= 0x80)
			n = utf8_len(p, len - i);
		else if (*p < 0x20 || *p == 0x7f || *p == '\\')
			n = 0;

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

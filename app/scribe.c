/**
 * @file app/scribe.c  Scribe
 */
#include <stdio.h>
#include <unistd.h>
#include "app/notify.h"
#include "app/scribe.h"
#include "core/base/clock.h"

struct scribe {
	struct list readers;
	struct {
		uint64_t at; /* [us] */
		char text[SCRIBE_LINE];
	} linev[SCRIBE_LINES]; /* A ring */
	uint64_t linec;
	bool busy; /* What a reader logs is not read again */
};

struct scribe_reader {
	struct le le;
	log_line_h *h;
	void *arg;
	bool tty;
};

static void to_stderr(enum log_level level, const char *line)
{
	static const char *const prefixv[] = { "debug: ", "", "warning: " };

	if (notify_journal(level, line))
		return;

	(void)fprintf(stderr, "%s%s\n", prefixv[level], line);
}

static void remember(struct scribe *s, const char *line)
{
	const unsigned i = (unsigned)(s->linec++ % SCRIBE_LINES);

	s->linev[i].at = clock_now();
	str_ncpy(s->linev[i].text, line, SCRIBE_LINE);
}

int scribe_print(struct re_printf *pf, const struct scribe *s)
{
	const uint64_t now = clock_now();
	uint64_t i = s->linec > SCRIBE_LINES ? s->linec - SCRIBE_LINES : 0;
	int err = 0;

	for (; i < s->linec && !err; i++)
		err = re_hprintf(pf, "-%.3f s %s\n",
				 (double)(now - s->linev[i % SCRIBE_LINES].at) /
					 CLOCK_S,
				 s->linev[i % SCRIBE_LINES].text);
	return err;
}

static void line_handler(enum log_level level, const char *line, void *arg)
{
	struct scribe *s = arg;
	struct le *le, *next;
	bool seen = false;

	remember(s, line);
	if (s->busy) {
		to_stderr(level, line);
		return;
	}

	s->busy = true;
	for (le = list_head(&s->readers); le; le = next) {
		struct scribe_reader *r = le->data;

		next = le->next;
		seen |= r->tty;
		r->h(level, line, r->arg);
	}
	if (!seen || !isatty(STDERR_FILENO))
		to_stderr(level, line);
	s->busy = false;
}

static void scribe_destructor(void *arg)
{
	struct scribe *s = arg;

	log_set_handler(NULL, NULL);
	list_clear(&s->readers); /* Those who read free themselves */
}

int scribe_alloc(struct scribe **sp)
{
	struct scribe *s = mem_zalloc(sizeof(*s), scribe_destructor);

	if (!s)
		return ENOMEM;

	log_set_handler(line_handler, s);
	*sp = s;
	return 0;
}

static void reader_destructor(void *arg)
{
	struct scribe_reader *r = arg;

	list_unlink(&r->le);
}

int scribe_read(struct scribe_reader **rp, struct scribe *s, bool tty,
		log_line_h *h, void *arg)
{
	struct scribe_reader *r = mem_zalloc(sizeof(*r), reader_destructor);

	if (!r)
		return ENOMEM;

	r->h = h;
	r->arg = arg;
	r->tty = tty;
	list_append(&s->readers, &r->le, r);
	*rp = r;
	return 0;
}

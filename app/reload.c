/**
 * @file app/reload.c  Reload
 */
#include <limits.h>
#include <stdlib.h>
#include "app/keeper.h"
#include "app/reload.h"
#include "app/wiring.h"
#include "core/base/config_file.h"
#include "core/base/config_print.h"
#include "core/base/config_read.h"
#include "core/base/config_table.h"
#include "core/base/config_when.h"
#include "core/base/log.h"

struct reload {
	struct config *cfg;
	const char *path;
	struct refusal *refusal;
	struct loop_timer timer; /* Not inside of a button */
	struct child *keeper;
	unsigned wires;
	reload_wires_h *wiresh;
	void *wires_arg;
	reload_done_h *doneh;
	void *done_arg;
};

static void reload_destructor(void *arg)
{
	struct reload *r = arg;

	loop_timer_cancel(&r->timer);
	mem_deref(r->keeper);
}

static void timer_handler(uint64_t now, void *arg)
{
	struct reload *r = arg;
	const unsigned wires = r->wires;
	(void)now;

	r->wires = 0;
	r->wiresh(wires, r->wires_arg);
}

int reload_alloc(struct reload **rp, struct config *cfg, const char *path,
		 struct refusal *refusal, reload_wires_h *h, void *arg)
{
	struct reload *r = mem_zalloc(sizeof(*r), reload_destructor);

	if (!r)
		return ENOMEM;

	r->cfg = cfg;
	r->path = path;
	r->refusal = refusal;
	r->wiresh = h;
	r->wires_arg = arg;
	loop_timer_init(&r->timer, "reload", timer_handler, r);
	*rp = r;
	return 0;
}

/* ---- What is different ---- */

/** What one look at a file finds */
struct look {
	struct reload *r; /* NULL: it only looks */
	const struct config *cfg, *fresh;
	struct mbuf *mb;
	unsigned n, later; /* Differences */
	int err;
};

static void fault_handler(bool fatal, const char *text, void *arg)
{
	(void)mbuf_printf(arg, "%s%s\n", fatal ? "" : "warning: ", text);
}

static void wire(struct reload *r, const char *section, const char *key)
{
	static const struct {
		const char *section, *key;
		enum reload_wires wires;
	} rowv[] = {
		{ "buttons", "", RELOAD_BUTTONS },
		{ "inputs", "", RELOAD_INPUTS },
		{ "lamps", "", RELOAD_LAMPS },
		{ "audio", "speaker_volume", RELOAD_SPEAKER },
		{ "audio", "microphone_volume", RELOAD_MICROPHONE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rowv); i++) {
		if (!strcmp(rowv[i].section, section) &&
		    !strcmp(rowv[i].key, key))
			r->wires |= rowv[i].wires;
	}
	if (config_section_named(section))
		r->wires |= RELOAD_ACCOUNTS;
	if (r->wires)
		loop_timer_arm(&r->timer, clock_now());
}

static int take(const struct look *l, const struct config *from,
		const char *section, const char *key)
{
	struct reload *r = l->r;
	int err;

	if (!r)
		return 0;
	err = key ? config_take(r->cfg, from, section, key)
		  : config_take_entries(r->cfg, from, section);
	if (!err)
		wire(r, section, key ? key : "");
	return err;
}

static bool has_account(const struct config *c)
{
	return *config_text(c, "account", "realm") != '\0';
}

/* The account without a name comes and goes with its realm */
static enum config_when when_of(const struct look *l, bool named,
				const char *section, const char *key)
{
	const bool lasts = named ||
			   (has_account(l->cfg) && has_account(l->fresh));

	return config_section_named(section) && !lasts
		       ? CONFIG_AT_START
		       : config_when(section, key);
}

static void diff_handler(const struct config *c, const char *section,
			 const char *key, void *arg)
{
	struct look *l = arg;
	const bool named = strcmp(config_name(c), CONFIG_ACCOUNT) != 0;
	const bool shown = key && !config_secret(section, key);
	enum config_when when = when_of(l, named, section, key);
	int err = when == CONFIG_AT_START ? 0 : take(l, c, section, key);

	if (err) {
		l->err = err;
		when = CONFIG_AT_START;
	}
	++l->n;
	l->later += when == CONFIG_AT_START;
	(void)mbuf_printf(l->mb, "[%s%s%s]%s%s", section, named ? " " : "",
			  named ? config_name(c) : "", key ? " " : "",
			  key ? key : "");
	if (shown)
		(void)mbuf_printf(l->mb, " = %H", config_print_value,
				  config_text(c, section, key));
	(void)mbuf_printf(l->mb, ": %s\n", config_when_name(when));
}

static void compare(const struct reload *r, struct look *l)
{
	l->cfg = r->cfg;
	config_diff(r->cfg, l->fresh, diff_handler, l);
	if (!l->n)
		(void)mbuf_printf(l->mb, "%s: right; nothing is different\n",
				  r->path);
	else if (l->later)
		(void)mbuf_printf(l->mb, "`restart` ends all calls and starts "
					 "with all of it; `restart idle` once "
					 "there is none\n");
}

static int load(struct config **cp, const char *path, struct mbuf *mb)
{
	int err = config_load(cp, path, fault_handler, mb);

	if (!err)
		err = wiring_check(*cp, &board_sim, path, fault_handler, mb);
	if (err && !mb->end)
		(void)mbuf_printf(mb, "%s: %m\n", path, err);
	return err;
}

int reload_check(const struct reload *r, struct mbuf *mb)
{
	struct config *fresh = NULL;
	struct look l = { .mb = mb };
	int err = load(&fresh, r->path, mb);

	l.fresh = fresh;
	if (!err)
		compare(r, &l);
	mem_deref(fresh);
	return err;
}

int reload_now(struct reload *r, struct mbuf *mb)
{
	struct config *fresh = NULL;
	struct look l = { .r = r, .mb = mb };
	int err = load(&fresh, r->path, mb);

	l.fresh = fresh;
	refusal_reload(r->refusal, err ? mb : NULL);
	if (!err)
		compare(r, &l);
	else
		(void)mbuf_printf(mb, "the configuration stays as it was\n");
	mem_deref(fresh);
	return err ? err : l.err;
}

void reload_signalled(struct reload *r)
{
	struct mbuf *mb = mbuf_alloc(LOG_LINE_MAX);
	struct pl text, line;
	int err = mb ? reload_now(r, mb) : ENOMEM;

	if (mb)
		text = (struct pl){ (const char *)mb->buf, mb->end };
	while (mb && text.l) {
		line.p = text.p;
		line.l = 0;
		while (line.l < text.l && line.p[line.l] != '\n')
			++line.l;
		text.l -= MIN(line.l + 1, text.l);
		text.p += line.l + 1;
		if (err)
			log_warning("reload: %r\n", &line);
		else
			log_info("reload: %r\n", &line);
	}
	mem_deref(mb);
}

/* ---- A value is set ---- */

static void done(struct reload *r, int err, const struct mbuf *mb)
{
	reload_done_h *h = r->doneh;

	r->doneh = NULL;
	if (h)
		h(err, mb, r->done_arg);
}

static void written_handler(int err, uint64_t now, void *arg)
{
	struct reload *r = arg;
	struct mbuf *mb = mbuf_alloc(LOG_LINE_MAX);
	(void)now;

	r->keeper = mem_deref(r->keeper);
	if (!mb) {
		done(r, ENOMEM, NULL);
		return;
	}

	if (err)
		(void)mbuf_printf(mb,
				  "%s: cannot be written: %m; edit it as "
				  "another user, and give `config "
				  "reload`\n",
				  r->path, err);
	else
		err = reload_now(r, mb);
	done(r, err, mb);
	mem_deref(mb);
}

/* The file with the change, if all of it is right */
static int edit(const struct reload *r, const struct config_place *p,
		const char *value, struct mbuf *out, struct mbuf *mb)
{
	char *text = mem_zalloc(CONFIG_FILE_MAX + 1, NULL);
	struct config *fresh = NULL;
	mode_t mode;
	size_t len = 0;
	int err = text ? config_file_read(r->path, text, &len, &mode) : ENOMEM;

	if (!err)
		err = config_edit(out, text, len, p, value);
	if (err)
		(void)mbuf_printf(mb, "%s: %m\n", r->path, err);
	if (!err)
		err = config_parse(&fresh, r->path, (const char *)out->buf,
				   out->end, fault_handler, mb);
	if (!err)
		err = wiring_check(fresh, &board_sim, r->path, fault_handler,
				   mb);
	if (text)
		explicit_bzero(text, CONFIG_FILE_MAX + 1);
	mem_deref(text);
	mem_deref(fresh);
	return err;
}

int reload_set(struct reload *r, const struct config_place *p,
	       const char *value, struct mbuf *mb, reload_done_h *h, void *arg)
{
	struct mbuf *out = mbuf_alloc(CONFIG_FILE_MAX);
	char path[PATH_MAX];
	int err = out ? 0 : ENOMEM;

	if (r->keeper)
		err = EBUSY;
	if (!err)
		err = edit(r, p, value, out, mb);
	/* What a link leads to is written, not the link */
	if (!err && !realpath(r->path, path))
		err = errno;
	if (!err)
		err = keeper_write(&r->keeper, path, out->buf, out->end,
				   written_handler, r);
	if (!err) {
		r->doneh = h;
		r->done_arg = arg;
	} else if (!mb->end) {
		(void)mbuf_printf(mb, "%m\n", err);
	}
	if (out)
		explicit_bzero(out->buf, out->size);
	mem_deref(out);
	return err;
}

void reload_forget(struct reload *r, const void *arg)
{
	if (r->done_arg == arg)
		r->doneh = NULL;
}

/**
 * @file app/lamps.c  Lamps
 */
#include "app/lamps.h"
#include "app/wiring.h"
#include "core/base/log.h"
#include "core/base/loop.h"

static const struct {
	const char *name;
	uint64_t on, off; /* [us]; 0: never so */
} patternv[LAMPS_PATTERNS] = {
	[LAMPS_NONE] = { "", 0, 1 },
	[LAMPS_OFF] = { "off", 0, 1 },
	[LAMPS_ON] = { "on", 1, 0 },
	[LAMPS_SLOW] = { "slow", CLOCK_S, CLOCK_S },
	[LAMPS_FAST] = { "fast", CLOCK_S / 4, CLOCK_S / 4 },
	[LAMPS_FLASH] = { "flash", CLOCK_S / 10, CLOCK_S * 19 / 10 },
};

struct lamp {
	struct le le;
	struct lamps *all;
	struct output *output;
	struct lamps_words words;
	struct loop_timer timer;
	char *name;
	enum lamps_pattern pattern;
	enum mood_sign sign; /* Why, MOOD_SIGNS: for nothing */
};

struct lamps {
	struct list list;
	struct mood *mood;
	struct event_bus *events;
};

static void lamp_destructor(void *arg)
{
	struct lamp *l = arg;

	list_unlink(&l->le);
	loop_timer_cancel(&l->timer);
	mem_deref(l->output);
	mem_deref(l->name);
}

static void lamps_destructor(void *arg)
{
	struct lamps *ls = arg;

	mem_deref(ls->mood);
	list_flush(&ls->list);
}

/* ---- Words ---- */

static enum mood_sign sign_of(const struct pl *word)
{
	unsigned i = 0;

	while (i < MOOD_SIGNS && pl_strcmp(word, mood_name(i)))
		++i;
	return i;
}

/* SIGN[,SIGN]... */
static int read_signs(struct lamps_words *words, enum lamps_pattern pattern,
		      const char *text, char *why, size_t size)
{
	for (; *text; text += *text == ',') {
		struct pl word = { text, strcspn(text, ",") };
		enum mood_sign sign = sign_of(&word);

		text += word.l;
		if (sign < MOOD_SIGNS && words->patternv[sign] == LAMPS_NONE) {
			words->patternv[sign] = pattern;
			continue;
		}
		(void)re_snprintf(why, size,
				  "%s= cannot be so; give each of ringing, "
				  "call, error, registering, registered "
				  "once at most",
				  patternv[pattern].name);
		return EINVAL;
	}

	return 0;
}

int lamps_read(struct pin **pp, struct lamps_words *words, const char *text,
	       char *why, size_t size)
{
	static const char *const keyv[] = { "off",  "on",    "slow",
					    "fast", "flash", NULL };
	struct pin *pin;
	bool any = false;
	int err;

	memset(words, 0, sizeof(*words));
	err = pin_alloc(&pin, text, keyv, why, size);
	if (err)
		return err;

	for (unsigned i = LAMPS_OFF; i < LAMPS_PATTERNS && !err; i++) {
		const char *signs = pin_option(pin, patternv[i].name);

		any |= signs && *signs;
		if (signs)
			err = read_signs(words, i, signs, why, size);
	}
	if (!err && !any) {
		(void)re_snprintf(why, size,
				  "it is never lit; give such as on=registered "
				  "fast=ringing flash=error");
		err = EINVAL;
	}

	if (err)
		mem_deref(pin);
	else
		*pp = pin;
	return err;
}

/* ---- Light ---- */

static void light(struct lamp *l, bool on, uint64_t now)
{
	const uint64_t time = on ? patternv[l->pattern].on
				 : patternv[l->pattern].off;
	const bool blinks = patternv[l->pattern].on && patternv[l->pattern].off;

	/* A line that is gone was told, and is lit when it is back */
	(void)output_set(l->output, on);
	loop_timer_arm(&l->timer, blinks ? now + time : CLOCK_NEVER);
}

static void timer_handler(uint64_t now, void *arg)
{
	struct lamp *l = arg;

	light(l, !output_on(l->output), now);
}

static void begin(struct lamp *l, uint64_t now)
{
	light(l, patternv[l->pattern].on != 0, now);
}

static void state_handler(const char *chip, const char *line, int err,
			  void *arg)
{
	struct lamp *l = arg;

	wiring_state(chip, line, err, l->all->events);
	if (!err)
		begin(l, clock_now());
}

static void show(struct lamp *l, unsigned signs, uint64_t now)
{
	enum lamps_pattern pattern = LAMPS_NONE;
	unsigned i;

	for (i = 0; i < MOOD_SIGNS && pattern == LAMPS_NONE; i++) {
		if (signs & MOOD_BIT(i))
			pattern = l->words.patternv[i];
	}

	l->sign = pattern == LAMPS_NONE ? MOOD_SIGNS : i - 1;
	if (pattern == l->pattern)
		return;

	log_debug("lamp: %s %s\n", l->name, patternv[pattern].name);
	l->pattern = pattern;
	begin(l, now);
}

static void mood_handler(unsigned signs, void *arg)
{
	struct lamps *ls = arg;
	const uint64_t now = clock_now();

	for (struct le *le = ls->list.head; le; le = le->next)
		show(le->data, signs, now);
}

/* ---- Making them ---- */

static int add(struct lamps *ls, const struct board *board, const char *name,
	       const char *text)
{
	char why[WIRING_WHY] = "not enough memory";
	struct gpio_params line;
	struct pin *pin = NULL;
	struct lamp *l;
	int err;

	l = mem_zalloc(sizeof(*l), lamp_destructor);
	if (!l)
		return ENOMEM;

	l->all = ls;
	l->sign = MOOD_SIGNS;
	loop_timer_init(&l->timer, "lamp", timer_handler, l);
	err = str_dup(&l->name, name);
	if (!err)
		err = lamps_read(&pin, &l->words, text, why, sizeof(why));
	if (!err) {
		line = pin_output(pin);
		line.stateh = state_handler;
		line.arg = l;
		err = board_output_alloc(board, &l->output, &line);
		if (err)
			(void)re_snprintf(why, sizeof(why),
					  "%s:%s cannot be used: %m", line.chip,
					  line.line, err);
	}
	mem_deref(pin);

	if (err) {
		log_warning("lamp: [lamps] %s: %s\n", name, why);
		mem_deref(l);
	} else {
		list_append(&ls->list, &l->le, l);
	}
	return err;
}

static int add_all(struct lamps *ls, const struct config *cfg,
		   const struct board *board)
{
	const char *name, *text;
	int err = 0;

	for (unsigned i = 0;
	     !err && config_entry(cfg, "lamps", i, &name, &text); i++)
		err = add(ls, board, name, text);

	return err;
}

int lamps_alloc(struct lamps **lp, const struct config *cfg,
		const struct board *board, struct event_bus *events)
{
	struct lamps *ls;
	int err;

	ls = mem_zalloc(sizeof(*ls), lamps_destructor);
	if (!ls)
		return ENOMEM;

	ls->events = events;
	err = add_all(ls, cfg, board);
	if (!err)
		err = mood_alloc(&ls->mood, events, mood_handler, ls);

	if (err)
		mem_deref(ls);
	else
		*lp = ls;
	return err;
}

int lamps_change(struct lamps *ls, const struct config *cfg,
		 const struct board *board)
{
	int err;

	list_flush(&ls->list);
	err = add_all(ls, cfg, board);
	mood_handler(mood_signs(ls->mood), ls);
	return err;
}

/* ---- Showing ---- */

static const char *why_lit(const struct lamp *l)
{
	return l->sign < MOOD_SIGNS ? mood_name(l->sign) : "";
}

int lamps_print(struct re_printf *pf, const struct lamps *ls)
{
	int err = 0;

	for (struct le *le = ls->list.head; le; le = le->next) {
		const struct lamp *l = le->data;

		err |= re_hprintf(pf, "lamp %s %s%s%s\n", l->name,
				  l->pattern ? patternv[l->pattern].name
					     : "off",
				  *why_lit(l) ? ": " : "", why_lit(l));
	}

	return err;
}

json_t *lamps_json(const struct lamps *ls)
{
	json_t *list = json_array();

	for (struct le *le = ls->list.head; list && le; le = le->next) {
		const struct lamp *l = le->data;

		(void)json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:s}", "name", l->name, "pattern",
				  l->pattern ? patternv[l->pattern].name
					     : "off",
				  "sign", why_lit(l)));
	}

	return list;
}

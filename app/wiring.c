/**
 * @file app/wiring.c  Wiring
 */
#include "app/commands.h"
#include "app/inputs.h"
#include "app/lamps.h"
#include "app/wiring.h"
#include "core/base/config_read.h"
#include "core/base/log.h"
#include "core/call/ringplan.h"

enum {
	LINES = 4 * CONFIG_FREE_MAX, /* Of all sections */
	PLACE_MAX = 64,		     /* CHIP:LINE [bytes], ours */
	TIME = 3 * CLOCK_S,	     /* A relay is open so long by default */
	TIME_MIN = 100 * CLOCK_MS,   /* Ours */
	TIME_MAX = 60 * CLOCK_S,     /* Same */
};

/* One line, while all are being checked */
struct checking {
	const struct config *cfg;
	const struct board *board;
	struct config_faults faults;
	char placev[LINES][PLACE_MAX];
	unsigned placec;
	struct door *door; /* Has the relays so far, for their codes */
	const char *section, *name;
	char why[WIRING_WHY];
};

/* ---- Buttons ---- */

static void button_destructor(void *arg)
{
	struct wiring_button *b = arg;

	for (unsigned i = 0; i < PRESS_KINDS; i++)
		mem_deref(b->cmdv[i].text);
	mem_deref(b->pin);
}

/* WORD:REST is the command WORD with the argument REST */
static int read_command(struct wiring_command *cmd, const char *text, char *why,
			size_t size)
{
	char *colon;
	int err = str_dup(&cmd->text, text);

	if (err)
		return err;

	colon = strchr(cmd->text, ':');
	if (colon)
		*colon = ' ';
	err = words_split(cmd->text, cmd->wordv, &cmd->n);
	if (err || !cmd->n) {
		(void)re_snprintf(why, size,
				  "no command; give press=COMMAND, "
				  "such as press=ring:browsers");
		return EINVAL;
	}

	return commands_check(cmd->n, cmd->wordv, why, size);
}

static int read_commands(struct wiring_button *b, char *why, size_t size)
{
	bool any = false;
	int err = 0;

	for (unsigned i = PRESS_SHORT; i < PRESS_KINDS && !err; i++) {
		const char *key = i == PRESS_SHORT ? "press" : press_name(i);
		const char *text = pin_option(b->pin, key);

		any |= text != NULL;
		if (text)
			err = read_command(&b->cmdv[i], text, why, size);
	}

	return any || err ? err : read_command(b->cmdv, "", why, size);
}

int wiring_button(struct wiring_button **bp, const char *text, char *why,
		  size_t size)
{
	static const char *const keyv[] = { "press", "long", "double",
					    PIN_INPUT, NULL };
	struct wiring_button *b;
	int err;

	b = mem_zalloc(sizeof(*b), button_destructor);
	if (!b)
		return ENOMEM;

	err = pin_alloc(&b->pin, text, keyv, why, size);
	if (!err)
		err = pin_input(b->pin, &b->line, why, size);
	if (!err)
		err = read_commands(b, why, size);
	if (err)
		mem_deref(b);
	else
		*bp = b;
	return err;
}

/* ---- Relays ---- */

int wiring_relay(struct pin **wp, struct door_relay *relay, const char *text,
		 char *why, size_t size)
{
	static const char *const keyv[] = { "time", "code", "page", NULL };
	struct pin *w;
	const char *page;
	int err = pin_alloc(&w, text, keyv, why, size);

	if (err)
		return err;

	memset(relay, 0, sizeof(*relay));
	page = pin_option(w, "page");
	relay->code = pin_option(w, "code");
	relay->page = !page || !strcmp(page, "yes");
	relay->time = TIME;
	err = pin_time(w, "time", TIME_MIN, TIME_MAX, &relay->time, why, size);
	if (!err && page && !relay->page && strcmp(page, "no")) {
		(void)re_snprintf(why, size,
				  "page= cannot be so; give yes or "
				  "no");
		err = EINVAL;
	}
	if (err)
		mem_deref(w);
	else
		*wp = w;
	return err;
}

static const char *door_why(int err)
{
	switch (err) {
	case EEXIST:
		return "the name is given twice; give each relay its own";
	case ENOSPC:
		return "too many relays; give at most 8";
	default:
		return "code= cannot be so; give 4 to 16 digits that do not "
		       "begin as another relay's";
	}
}

void wiring_state(const char *chip, const char *line, int err, void *arg)
{
	struct event_bus *events = arg;
	char place[PLACE_MAX];

	(void)re_snprintf(place, sizeof(place), "%s:%s", chip, line);
	if (err)
		log_warning("gpio: %s is gone: %m\n", place, err);
	else
		log_info("gpio: %s is back\n", place);
	event_emit(events, err ? EVENT_DEVICE_LOST : EVENT_DEVICE_BACK, NULL, 0,
		   "device:s", place);
}

static int add_relay(struct door *d, const struct board *board,
		     struct event_bus *events, const char *name,
		     const char *text, char *why, size_t size)
{
	struct door_relay relay;
	struct gpio_params line;
	struct pin *w = NULL;
	int err;

	err = wiring_relay(&w, &relay, text, why, size);
	if (err)
		return err;

	relay.name = name;
	line = pin_output(w);
	line.longest = relay.time;
	line.stateh = wiring_state;
	line.arg = events;
	err = board_output_alloc(board, &relay.output, &line);
	if (err)
		(void)re_snprintf(why, size, "%s:%s cannot be used: %m",
				  w->chip, w->line, err);
	else
		err = door_add(d, &relay);
	if (err && relay.output)
		(void)re_snprintf(why, size, "%s", door_why(err));

	mem_deref(relay.output);
	mem_deref(w);
	return err;
}

int wiring_guard(const struct config *cfg, const struct board *board)
{
	const char *name, *text;
	int err = 0;

	for (unsigned i = 0;
	     !err && config_entry(cfg, "relays", i, &name, &text); i++) {
		const struct board_gpio *g;
		struct door_relay relay;
		char why[WIRING_WHY];
		struct pin *w = NULL;

		if (wiring_relay(&w, &relay, text, why, sizeof(why)))
			continue; /* wiring_door() says what is wrong */
		g = board_gpio(board, w->chip);
		err = g && g->guard ? g->guard() : 0;
		mem_deref(w);
	}

	if (err)
		log_warning("door: no process for the relays: %m\n", err);
	return err;
}

int wiring_door(struct door *d, const struct config *cfg,
		const struct board *board, struct event_bus *events)
{
	char why[WIRING_WHY] = "";
	const char *name, *text;

	for (unsigned i = 0; config_entry(cfg, "relays", i, &name, &text);
	     i++) {
		int err = add_relay(d, board, events, name, text, why,
				    sizeof(why));

		if (err) {
			log_warning("door: [relays] %s: %s\n", name, why);
			return err;
		}
	}

	return 0;
}

/* ---- Checking ---- */

static void fault(struct checking *c, const char *why)
{
	config_fault(&c->faults, true,
		     config_entry_line(c->cfg, c->section, c->name),
		     "[%s] %s: %s", c->section, c->name, why);
}

/* A chip that the board has, and a line that nothing else is at */
static void check_place(struct checking *c, const struct pin *w)
{
	char place[PLACE_MAX];

	if (!board_gpio(c->board, w->chip)) {
		(void)re_snprintf(c->why, sizeof(c->why),
				  "no chip '%s' is on this board; `boardphone "
				  "devices` lists them",
				  w->chip);
		fault(c, c->why);
		return;
	}

	/* gpio:gpiochip0/1 is gpiochip0:1 */
	(void)re_snprintf(place, sizeof(place), "%s:%s", w->chip, w->line);
	if (!strncmp(place, "gpio:gpiochip", sizeof("gpio:gpiochip") - 1)) {
		(void)re_snprintf(place, sizeof(place), "%s", w->line);
		place[strcspn(place, "/")] = ':';
	}
	for (unsigned i = 0; i < c->placec; i++) {
		if (strcmp(c->placev[i], place))
			continue;
		(void)re_snprintf(c->why, sizeof(c->why),
				  "%s is used already; give another line",
				  place);
		fault(c, c->why);
		return;
	}
	if (c->placec < LINES)
		memcpy(c->placev[c->placec++], place, sizeof(place));
}

static void check_output(struct checking *c, const struct pin *w)
{
	const struct board_gpio *g = board_gpio(c->board, w->chip);

	check_place(c, w);
	if (g && !g->output)
		fault(c, "keys are pressed, they cannot be lit or closed; give "
			 "a line of another chip");
}

static bool has_account(const struct config *cfg, const struct pl *name)
{
	const struct config *account;

	for (unsigned n = 0; (account = config_account(cfg, n)); n++) {
		if (!pl_strcmp(name, config_name(account)))
			return true;
	}

	return false;
}

static void check_target(struct checking *c, const char *target)
{
	struct pl account;

	(void)ringplan_address(target, &account);
	if (!pl_isset(&account) || has_account(c->cfg, &account))
		return;

	(void)re_snprintf(c->why, sizeof(c->why),
			  "it rings over [account %r], which is not there; "
			  "give it, or another name",
			  &account);
	fault(c, c->why);
}

static void check_step(struct checking *c, const struct ringplan_step *s)
{
	for (unsigned i = 0; i < s->targetc; i++)
		check_target(c, s->targetv[i]);
}

/* Whom a button rings must be there to be rung */
static void check_ring(struct checking *c, const struct wiring_command *cmd)
{
	struct ringplan *plan = NULL;

	if (cmd->n < 2 || strcmp(cmd->wordv[0], "ring") ||
	    ringplan_alloc(&plan, cmd->wordv[1], c->why, sizeof(c->why)))
		return;

	for (unsigned i = 0; i < plan->stepc; i++)
		check_step(c, &plan->stepv[i]);
	if (ringplan_needs_account(plan) && !config_account(c->cfg, 0))
		fault(c, "it rings somebody at a server; give [account], or "
			 "ring browsers only");
	if (ringplan_needs_page(plan) &&
	    !*config_text(c->cfg, "page", "listen"))
		fault(c, "it rings browsers; give [page] listen, or ring "
			 "somebody else");
	for (unsigned i = 0; i < plan->stepc; i++) {
		if (plan->stepv[i].time >
		    config_number(c->cfg, "call", "no_answer")) {
			fault(c, "it rings longer than [call] no_answer; give "
				 "a shorter time, or a longer no_answer");
			break;
		}
	}
	mem_deref(plan);
}

static void check_button(struct checking *c, const char *text)
{
	struct wiring_button *b = NULL;

	if (wiring_button(&b, text, c->why, sizeof(c->why))) {
		fault(c, c->why);
		return;
	}

	check_place(c, b->pin);
	for (unsigned i = 0; i < PRESS_KINDS; i++)
		check_ring(c, &b->cmdv[i]);
	mem_deref(b);
}

static void check_lamp(struct checking *c, const char *text)
{
	struct lamps_words words;
	struct pin *pin = NULL;

	if (lamps_read(&pin, &words, text, c->why, sizeof(c->why)))
		fault(c, c->why);
	else
		check_output(c, pin);
	mem_deref(pin);
}

static void check_input(struct checking *c, const char *text)
{
	struct inputs_words words;
	struct pin *pin = NULL;

	if (inputs_read(&pin, &words, text, c->why, sizeof(c->why)))
		fault(c, c->why);
	else
		check_place(c, pin);
	mem_deref(pin);
}

/* No line is opened here: the codes alone are put together */
static void check_relay(struct checking *c, const char *text)
{
	struct door_relay relay;
	struct pin *w = NULL;
	int err;

	if (wiring_relay(&w, &relay, text, c->why, sizeof(c->why))) {
		fault(c, c->why);
		return;
	}

	check_output(c, w);
	relay.name = c->name;
	err = door_add(c->door, &relay);
	if (err)
		fault(c, door_why(err));
	mem_deref(w);
}

static void check_all(struct checking *c, const char *section,
		      void (*check)(struct checking *c, const char *text))
{
	const char *text;

	c->section = section;
	for (unsigned i = 0; config_entry(c->cfg, section, i, &c->name, &text);
	     i++)
		check(c, text);
}

int wiring_check(const struct config *cfg, const struct board *board,
		 const char *name, config_fault_h *h, void *arg)
{
	struct checking *c = mem_zalloc(sizeof(*c), NULL);
	int err = c ? door_alloc(&c->door, NULL) : ENOMEM;

	if (err)
		goto out;

	c->cfg = cfg;
	c->board = board;
	c->faults.name = name;
	c->faults.h = h;
	c->faults.arg = arg;
	check_all(c, "buttons", check_button);
	check_all(c, "inputs", check_input);
	check_all(c, "lamps", check_lamp);
	check_all(c, "relays", check_relay);

	err = c->faults.count ? EINVAL : 0;
	mem_deref(c->door);

out:
	mem_deref(c);
	return err;
}

/**
 * @file core/call/phone.c  Phone
 *
 * Joins the lines with the calls. Either kind may be missing: a phone with
 * accounts alone, one with a page alone, or both.
 */
#include "core/base/log.h"
#include "core/call/accounts.h"
#include "core/call/calls_show.h"
#include "core/call/letters.h"
#include "core/call/phone.h"
#include "core/call/robot.h"
#include "core/net/linkwatch.h"
#include "core/sip/ua.h"

struct phone {
	struct phone_params prm;
	struct calls *calls;
	struct accounts *accounts;
	struct letters *letters;
	struct lobby *lobby; /* NULL: there is none */
	struct linkwatch *link;
	struct loop_timer stop_timer;
	phone_stopped_h *stoppedh;
	void *stopped_arg;
	unsigned lines; /* That have not stopped yet */
	bool stopped;
};

static void phone_destructor(void *arg)
{
	struct phone *p = arg;

	loop_timer_cancel(&p->stop_timer);
	mem_deref(p->calls);
	mem_deref(p->letters);
	mem_deref(p->link);
	mem_deref(p->lobby);
	mem_deref(p->accounts);
}

/* NULL: there is no page */
static struct reception *reception(const struct phone *p)
{
	return p->lobby ? lobby_reception(p->lobby) : NULL;
}

/* ---- Its end ---- */

/* The time is over, or all is done: from the loop, as it may free the phone */
static void stop_timer_handler(uint64_t now, void *arg)
{
	struct phone *p = arg;
	phone_stopped_h *h = p->stoppedh;
	(void)now;

	if (!p->stopped) {
		log_info("phone: the other side does not answer; ending all "
			 "the same\n");
		event_emit(p->prm.events, EVENT_FAILED_TO_STOP, NULL, 0, NULL);
	}

	p->stopped = true;
	p->stoppedh = NULL;
	if (h)
		h(p->stopped_arg);
}

static void line_stopped_handler(uint64_t now, void *arg)
{
	struct phone *p = arg;

	if (p->stopped || --p->lines)
		return;

	p->stopped = true;
	loop_timer_arm(&p->stop_timer, now);
}

void phone_stop(struct phone *p, phone_stopped_h *h, void *arg, uint64_t now)
{
	p->stoppedh = h;
	p->stopped_arg = arg;
	p->lines = 1; /* One is this function */
	loop_timer_arm(&p->stop_timer, now + PHONE_STOP_MAX);

	calls_stop(p->calls, now);
	if (p->lobby) {
		++p->lines;
		reception_stop(reception(p), line_stopped_handler, p, now);
	}
	++p->lines;
	accounts_stop(p->accounts, line_stopped_handler, p, now);
	line_stopped_handler(now, p);
}

/* ---- The lines of accounts ---- */

static void account_call_handler(const struct line *line, struct invite *inv,
				 const struct sip_msg *msg, uint64_t now,
				 void *arg)
{
	struct phone *p = arg;

	calls_take(p->calls, line, inv, msg, robot_wants(p->prm.cfg, inv, msg),
		   now);
}

static void account_renewed_handler(const struct line *line, uint64_t now,
				    void *arg)
{
	struct phone *p = arg;

	calls_renew(p->calls, line, now);
}

static bool account_busy_handler(const struct line *line, void *arg)
{
	const struct phone *p = arg;

	return calls_count(p->calls, line) ||
	       letters_under_way(p->letters, line);
}

/* ---- Making one ---- */

static int make_accounts(struct phone *p)
{
	const struct accounts_params ap = {
		.cfg = p->prm.cfg,
		.trunk = p->prm.trunk,
		.events = p->prm.events,
		.callh = account_call_handler,
		.renewedh = account_renewed_handler,
		.busyh = account_busy_handler,
		.arg = p,
	};

	return accounts_alloc(&p->accounts, &ap);
}

static int make_lobby(struct phone *p)
{
	const struct lobby_params lp = {
		.cfg = p->prm.cfg,
		.gate = p->prm.gate,
		.filev = p->prm.filev,
		.events = p->prm.events,
		.calls = p->calls,
	};

	int err;

	if (!p->prm.gate || !*config_text(p->prm.cfg, "page", "listen"))
		return 0;

	err = lobby_alloc(&p->lobby, &lp);
	if (!err && calls_studio(p->calls)) /* The page says "watch" then */
		err = phone_publish(p, "video", json_true());
	return err;
}

int phone_alloc(struct phone **pp, const struct phone_params *prm)
{
	const struct calls_params cp = {
		.cfg = prm->cfg,
		.net = prm->net,
		.sound = prm->sound,
		.optics = prm->optics,
		.events = prm->events,
	};
	struct phone *p;
	int err;

	p = mem_zalloc(sizeof(*p), phone_destructor);
	if (!p)
		return ENOMEM;

	p->prm = *prm;
	loop_timer_init(&p->stop_timer, "phone stop", stop_timer_handler, p);

	err = calls_alloc(&p->calls, &cp);
	if (!err)
		err = letters_alloc(&p->letters, prm->events);
	if (!err)
		err = make_accounts(p);
	if (!err)
		err = make_lobby(p);
	if (err)
		mem_deref(p);
	else
		*pp = p;
	return err;
}

/* The connection first: what calls send then does not go into a dead one */
static void link_handler(uint64_t now, void *arg)
{
	struct phone *p = arg;

	log_info("phone: the network has changed\n");
	accounts_moved(p->accounts, now);
	calls_move(p->calls, now);
}

int phone_start(struct phone *p, uint64_t now)
{
	int err;

	err = calls_start(p->calls, now);
	if (err)
		return err;

	/* Without it, what is dead is found out later */
	err = linkwatch_alloc(&p->link, p->prm.net, link_handler, p);
	if (err && err != ENOTSUP)
		log_info("phone: changes of the network are not seen: %m\n",
			 err);

	err = p->lobby ? reception_start(reception(p), now) : 0;
	return err ? err : accounts_start(p->accounts, now);
}

/* ---- What a user does ---- */

void phone_change(struct phone *p, uint64_t now)
{
	accounts_change(p->accounts, now);
}

int phone_register(struct phone *p, const char *account, uint64_t now)
{
	return accounts_register(p->accounts, account, now);
}

int phone_unregister(struct phone *p, const char *account, uint64_t now)
{
	return accounts_unregister(p->accounts, account, now);
}

int phone_call(struct phone *p, const char *to, const struct calls_way *way,
	       unsigned *idp, uint64_t now)
{
	struct account *a;
	int err = accounts_choose(&a, p->accounts, way ? way->account : NULL,
				  to);

	if (!err && way && way->extras &&
	    extras_clash(way->extras, account_config(a)))
		err = EEXIST;

	return err ? err
		   : calls_dial(p->calls, account_line(a), to, way, idp, now);
}

int phone_call_guest(struct phone *p, const struct reception_guest *g,
		     unsigned *idp, uint64_t now)
{
	return g->registered ? calls_dial(p->calls, g->line, g->contact, NULL,
					  idp, now)
			     : ENOTCONN;
}

int phone_answer(struct phone *p, unsigned id, enum calls_media media,
		 uint64_t now)
{
	return calls_answer(p->calls, id, media, now);
}

int phone_reject(struct phone *p, unsigned id, unsigned code, uint64_t now)
{
	return calls_reject(p->calls, id, code, now);
}

int phone_hangup(struct phone *p, unsigned id, uint64_t now)
{
	return calls_hangup(p->calls, id, now);
}

int phone_dismiss(struct phone *p, unsigned id, unsigned code, const char *text,
		  uint64_t now)
{
	return calls_dismiss(p->calls, id, code, text, now);
}

int phone_dtmf(struct phone *p, unsigned id, const char *digits, uint64_t now)
{
	return calls_dtmf(p->calls, id, digits, now);
}

int phone_info(struct phone *p, unsigned id, const char *type, const char *body,
	       uint64_t now)
{
	return calls_info(p->calls, id, type, body, now);
}

int phone_mute(struct phone *p, unsigned id, bool on, uint64_t now)
{
	(void)now;

	return calls_mute(p->calls, id, on);
}

int phone_video_mute(struct phone *p, unsigned id, bool on, uint64_t now)
{
	(void)now;

	return calls_video_mute(p->calls, id, on);
}

int phone_video(struct phone *p, unsigned id, bool on, uint64_t now)
{
	return calls_video(p->calls, id, on, now);
}

int phone_screen(struct phone *p, unsigned id, bool on, uint64_t now)
{
	return calls_screen(p->calls, id, on, now);
}

int phone_hold(struct phone *p, unsigned id, bool on, uint64_t now)
{
	return calls_hold(p->calls, id, on, now);
}

int phone_switch(struct phone *p, unsigned id, uint64_t now)
{
	return calls_switch(p->calls, id, now);
}

int phone_transfer(struct phone *p, unsigned id, const char *to, unsigned other,
		   uint64_t now)
{
	return calls_transfer(p->calls, id, to, other, now);
}

int phone_consent(struct phone *p, unsigned id, bool yes, uint64_t now)
{
	return calls_consent(p->calls, id, yes, now);
}

int phone_keyframe(struct phone *p, unsigned id, uint64_t now)
{
	return calls_keyframe(p->calls, id, now);
}

struct studio *phone_studio(const struct phone *p)
{
	return calls_studio(p->calls);
}

/* ---- Messages and the page ---- */

int phone_message(struct phone *p, const char *account, const char *to,
		  const char *text, unsigned *idp, uint64_t now)
{
	struct account *a;
	int err;

	if (!account && !strcmp(to, PHONE_PAGE))
		return p->lobby ? reception_send(reception(p), NULL, LOBBY_TEXT,
						 text, now)
				: ENOENT;

	err = accounts_choose(&a, p->accounts, account, to);
	return err ? err
		   : letters_send(p->letters, account_line(a), to, text, idp,
				  now);
}

int phone_tidings(const struct phone *p, const char *account, const char *to,
		  struct tidings **tp)
{
	struct account *a;
	int err = accounts_choose_later(&a, p->accounts, account, to);

	if (!err)
		*tp = account_tidings(a);
	return err;
}

struct tidings *phone_tidings_of(const struct phone *p, unsigned n)
{
	struct account *a = accounts_get(p->accounts, n);

	return a ? account_tidings(a) : NULL;
}

int phone_publish(struct phone *p, const char *key, json_t *value)
{
	if (p->lobby)
		return reception_publish(reception(p), key, value);

	json_decref(value);
	return ENODEV;
}

int phone_new_password(struct phone *p, const char **passwordp, uint64_t now)
{
	return p->lobby ? reception_new_password(reception(p), passwordp, now)
			: ENODEV;
}

void phone_tell(struct phone *p, const json_t *what, uint64_t now)
{
	if (p->lobby)
		lobby_tell(p->lobby, what, now);
}

void phone_set_machine(struct phone *p, lobby_machine_h *h, void *arg)
{
	if (p->lobby)
		lobby_set_machine(p->lobby, h, arg);
}

void phone_set_calls(struct phone *p, const struct calls_handlers *h)
{
	calls_set_handlers(p->calls, h);
}

const struct reception *phone_reception(const struct phone *p)
{
	return reception(p);
}

const struct calls *phone_calls_of(const struct phone *p)
{
	return p->calls;
}

/* ---- Showing ---- */

unsigned phone_calls(const struct phone *p)
{
	return calls_count(p->calls, NULL);
}

bool phone_registered(const struct phone *p)
{
	return accounts_registered(p->accounts);
}

int phone_print(struct re_printf *pf, const struct phone *p)
{
	int err = re_hprintf(pf, "%H", accounts_print, p->accounts);

	if (p->lobby)
		err |= re_hprintf(pf, "%H", reception_print, reception(p));
	return err | re_hprintf(pf, "%Hcalls: %u\n", calls_media_print,
				p->calls, phone_calls(p));
}

int phone_calls_print(struct re_printf *pf, const struct phone *p)
{
	return calls_print(pf, p->calls);
}

int phone_stats_print(struct re_printf *pf, const struct phone *p)
{
	return calls_stats_print(pf, p->calls);
}

json_t *phone_status_json(const struct phone *p)
{
	json_t *js;

	js = json_pack("{s:b, s:o, s:i, s:s}", "registered",
		       (int)phone_registered(p), "accounts",
		       accounts_json(p->accounts), "calls", (int)phone_calls(p),
		       "version", BOARDPHONE_VERSION);
	if (js && p->lobby)
		(void)json_object_set_new(js, "page",
					  reception_json(reception(p)));
	return js;
}

json_t *phone_calls_json(const struct phone *p)
{
	return calls_json(p->calls);
}

json_t *phone_stats_json(const struct phone *p)
{
	return calls_stats_json(p->calls);
}

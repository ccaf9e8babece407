/**
 * @file core/call/reception.c  Reception
 */
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/call/guest.h"
#include "core/call/password.h"
#include "core/call/reception.h"

struct reception {
	struct reception_params prm;
	struct guest_handlers h;
	struct password *password;
	void *gate;
	struct guest *guestv[RECEPTION_GUESTS_MAX]; /* Oldest first */
	unsigned guestc;
	unsigned last_id;
	unsigned refused; /* Counter */
	json_t *info;	  /* What the page is told */
	bool stopping;
	struct loop_timer stop_timer;
	reception_stopped_h *stoppedh;
	void *stopped_arg;
};

static void reception_destructor(void *arg)
{
	struct reception *r = arg;

	loop_timer_cancel(&r->stop_timer);
	mem_deref(r->gate);
	while (r->guestc)
		mem_deref(r->guestv[--r->guestc]);
	mem_deref(r->password);
	json_decref(r->info);
}

/* ---- Guests come and go ---- */

static void stop_if_empty(struct reception *r, uint64_t now)
{
	if (r->stoppedh && !r->guestc)
		loop_timer_arm(&r->stop_timer, now);
}

static void forget(struct reception *r, struct guest *g, uint64_t now)
{
	unsigned i = 0;

	while (i < r->guestc && r->guestv[i] != g)
		++i;
	if (i == r->guestc)
		return;

	guest_cut(g, now);
	r->prm.h.gone(guest_line(g), now, r->prm.h.arg);
	--r->guestc;
	memmove(&r->guestv[i], &r->guestv[i + 1],
		(r->guestc - i) * sizeof(r->guestv[0]));
	mem_deref(g);
	stop_if_empty(r, now);
}

static void over_handler(struct guest *g, uint64_t now, void *arg)
{
	forget(arg, g, now);
}

/* The same browser, that lost its connection or has made another one */
static struct guest *former_self(const struct reception *r,
				 const struct guest *g)
{
	for (unsigned i = 0; i < r->guestc; i++) {
		const char *instance = guest_instance(r->guestv[i]);

		if (r->guestv[i] != g && *instance &&
		    !strcmp(instance, guest_instance(g)))
			return r->guestv[i];
	}

	return NULL;
}

static void registered_handler(struct guest *g, uint64_t now, void *arg)
{
	struct reception *r = arg;
	struct guest *former = former_self(r, g);

	password_used(r->password);
	if (former) {
		guest_adopt(former, g, now);
		forget(r, g, now);
		g = former;
	}

	log_info("page: %H", guest_print, g);
	event_emit(r->prm.events, EVENT_CONNECTED, "page", guest_id(g),
		   "code:u contact:s back:b", 200u, guest_contact(g),
		   former != NULL);
	if (former)
		r->prm.h.renewed(guest_line(former), now, r->prm.h.arg);
}

static void left_handler(struct guest *g, const char *reason, uint64_t now,
			 void *arg)
{
	struct reception *r = arg;
	(void)now;

	log_info("page: guest %u has left: %s\n", guest_id(g), reason);
	event_emit(r->prm.events, EVENT_TERMINATED, "page", guest_id(g),
		   "reason:s", reason);
}

static void call_handler(struct guest *g, struct invite *inv,
			 const struct sip_msg *msg, uint64_t now, void *arg)
{
	struct reception *r = arg;

	r->prm.h.call(guest_line(g), inv, msg, now, r->prm.h.arg);
}

static unsigned message_handler(struct guest *g, const struct pager_message *m,
				const char **reason, uint64_t now, void *arg)
{
	struct reception *r = arg;
	struct reception_message rm = {
		.line = guest_line(g),
		.m = m,
		.code = 200,
	};

	r->prm.h.message(&rm, now, r->prm.h.arg);
	if (rm.reason)
		*reason = rm.reason;
	return rm.code;
}

static bool busy_handler(const struct guest *g, void *arg)
{
	struct reception *r = arg;

	return r->prm.h.busy(guest_line(g), r->prm.h.arg);
}

static void open_handler(void *conn, uint64_t now, void *arg)
{
	struct reception *r = arg;
	const struct guest_params prm = {
		.id = ++r->last_id,
		.gate = r->prm.gate,
		.verifier = password_verifier(r->password),
		.realm = RECEPTION_REALM,
		.user = RECEPTION_USER,
		.board = RECEPTION_BOARD,
		.name = config_text(r->prm.cfg, "page", "name"),
		.h = &r->h,
	};

	if (r->stopping || r->guestc == RECEPTION_GUESTS_MAX ||
	    guest_alloc(&r->guestv[r->guestc], &prm, conn, now)) {
		++r->refused;
		return;
	}

	++r->guestc;
}

/* ---- Beginning and end ---- */

static void stop_timer_handler(uint64_t now, void *arg)
{
	struct reception *r = arg;
	reception_stopped_h *h = r->stoppedh;

	r->stoppedh = NULL;
	if (h)
		h(now, r->stopped_arg);
}

static json_t *make_info(const struct reception *r)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:[], s:b}", "name",
			 config_text(r->prm.cfg, "page", "name"), "user",
			 RECEPTION_USER, "realm", RECEPTION_REALM, "version",
			 BOARDPHONE_VERSION, "relays", "video", 0);
}

int reception_alloc(struct reception **rp, const struct reception_params *prm)
{
	const struct guest_handlers h = {
		.call = call_handler,
		.message = message_handler,
		.registered = registered_handler,
		.left = left_handler,
		.busy = busy_handler,
		.over = over_handler,
	};
	struct reception *r;
	int err;

	r = mem_zalloc(sizeof(*r), reception_destructor);
	if (!r)
		return ENOMEM;

	r->prm = *prm;
	r->h = h;
	r->h.arg = r;
	loop_timer_init(&r->stop_timer, "reception stop", stop_timer_handler,
			r);
	r->info = make_info(r);
	err = r->info ? password_alloc(&r->password, prm->cfg, RECEPTION_REALM,
				       RECEPTION_USER)
		      : ENOMEM;
	if (err)
		mem_deref(r);
	else
		*rp = r;
	return err;
}

static int tell_page(struct reception *r)
{
	char *text;
	int err;

	if (!r->gate)
		return 0;

	text = json_dumps(r->info, JSON_COMPACT | JSON_PRESERVE_ORDER);
	err = text ? r->prm.gate->set_info(r->gate, text) : ENOMEM;
	free(text);
	return err;
}

int reception_start(struct reception *r, uint64_t now)
{
	const struct gate_params gp = {
		.cfg = r->prm.cfg,
		.filev = r->prm.filev,
		.openh = open_handler,
		.arg = r,
	};
	const char *print;
	int err;
	(void)now;

	err = r->prm.gate->alloc(&r->gate, &gp);
	if (err)
		return err;

	print = r->prm.gate->fingerprint(r->gate);
	return reception_publish(r, "fingerprint", json_string(print));
}

void reception_stop(struct reception *r, reception_stopped_h *h, void *arg,
		    uint64_t now)
{
	r->stopping = true;
	r->stoppedh = h;
	r->stopped_arg = arg;
	r->gate = mem_deref(r->gate);
	for (unsigned i = r->guestc; i--;)
		guest_stop(r->guestv[i], GATE_GOING, "The board goes off", now);

	stop_if_empty(r, now);
}

/* ---- What is done with guests ---- */

bool reception_get(const struct reception *r, unsigned i,
		   struct reception_guest *g)
{
	if (i >= r->guestc)
		return false;

	g->line = guest_line(r->guestv[i]);
	g->contact = guest_contact(r->guestv[i]);
	g->id = guest_id(r->guestv[i]);
	g->registered = guest_registered(r->guestv[i]);
	return true;
}

unsigned reception_registered(const struct reception *r)
{
	unsigned n = 0;

	for (unsigned i = 0; i < r->guestc; i++)
		n += guest_registered(r->guestv[i]);

	return n;
}

int reception_send(struct reception *r, const struct line *line,
		   const char *ctype, const char *body, uint64_t now)
{
	int err = ENOENT;

	for (unsigned i = 0; i < r->guestc; i++) {
		struct guest *g = r->guestv[i];
		int e;

		if (!guest_registered(g) || (line && line != guest_line(g)))
			continue;
		e = guest_send(g, ctype, body, now);
		if (e || err == ENOENT)
			err = e;
	}

	return err;
}

int reception_publish(struct reception *r, const char *key, json_t *value)
{
	return json_object_set_new(r->info, key, value) ? ENOMEM : tell_page(r);
}

int reception_new_password(struct reception *r, const char **passwordp,
			   uint64_t now)
{
	int err = password_renew(r->password);

	for (unsigned i = err ? 0 : r->guestc; i--;)
		guest_stop(r->guestv[i], GATE_POLICY, "There is a new password",
			   now);

	*passwordp = password_text(r->password);
	return err;
}

const char *reception_password(const struct reception *r)
{
	return password_text(r->password);
}

/* ---- Showing ---- */

int reception_print(struct re_printf *pf, const struct reception *r)
{
	int err = 0;

	if (r->gate)
		err |= re_hprintf(pf, "%H", r->prm.gate->print, r->gate);
	err |= re_hprintf(pf, "%H\n", password_print, r->password);
	for (unsigned i = 0; i < r->guestc; i++)
		err |= guest_print(pf, r->guestv[i]);

	return err;
}

json_t *reception_json(const struct reception *r)
{
	const char *text = password_text(r->password);
	json_t *guests = json_array();
	json_t *js;

	for (unsigned i = 0; i < r->guestc; i++)
		(void)json_array_append_new(guests, guest_json(r->guestv[i]));

	js = json_pack("{s:i, s:o, s:i, s:O}", "registered",
		       (int)reception_registered(r), "guests", guests,
		       "refused", (int)r->refused, "board", r->info);
	if (js && *text)
		(void)json_object_set_new(js, "password", json_string(text));
	return js;
}

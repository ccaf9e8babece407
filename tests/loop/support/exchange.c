/**
 * @file tests/loop/support/exchange.c  Exchange
 */
#include "core/base/loop.h"
#include "tests/loop/support/exchange.h"
#include "tests/loop/support/response.h"

enum {
	RETRY = CLOCK_S,
	USER_MAX = 64,
};

struct trunk {
	struct loop_timer timer;
	struct trunk_handlers h;
	struct list queue;	/* struct letter, soonest first */
	char user[USER_MAX];	/* While registered          */
	char contact[USER_MAX]; /* Of its Contact, then on   */
	char realm[USER_MAX];	/* The server that it is to  */
	unsigned index;
	bool up, closing;
	bool dead;  /* Its server is gone             */
	bool lost;  /* Connect again                  */
	bool stale; /* Dialogs know an old connection */
};

struct letter {
	struct le le;
	struct mbuf *mb;
	uint64_t due;
};

static struct {
	struct trunk *trunkv[EXCHANGE_TRUNKS];
	struct exchange_stats stats;
	struct exchange_mood mood;
	exchange_agent_h *agent;
	const struct exchange_spy *spy;
	bool down;
} ex;

void exchange_reset(void)
{
	memset(&ex, 0, sizeof(ex));
}

void exchange_set_mood(const struct exchange_mood *mood)
{
	ex.mood = *mood;
}

const struct exchange_stats *exchange_stats(void)
{
	return &ex.stats;
}

static void letter_destructor(void *arg)
{
	struct letter *l = arg;

	list_unlink(&l->le);
	mem_deref(l->mb);
}

static void trunk_destructor(void *arg)
{
	struct trunk *w = arg;

	loop_timer_cancel(&w->timer);
	list_flush(&w->queue);
	if (ex.trunkv[w->index] == w)
		ex.trunkv[w->index] = NULL;
}

static void put(struct trunk *w, struct mbuf *mb, uint64_t now)
{
	struct letter *l;

	if (!w || ex.down || w->dead)
		return;

	l = mem_zalloc(sizeof(*l), letter_destructor);
	if (!l)
		return;

	l->mb = mem_ref(mb);
	l->due = now + EXCHANGE_DELAY;
	list_append(&w->queue, &l->le, l);
	if (!loop_timer_armed(&w->timer))
		loop_timer_arm(&w->timer, l->due);
}

static void deliver(struct trunk *w, struct mbuf *mb, uint64_t now)
{
	if (w && ex.spy && ex.spy->post && ex.spy->post(w->index, mb, now))
		return;

	put(w, mb, now);
}

static void timer_handler(uint64_t now, void *arg)
{
	struct trunk *w = mem_ref(arg);

	if (w->closing) {
		w->up = false;
		w->h.stateh(TRUNK_DOWN, "closed", 0, now, w->h.arg);
		goto out;
	}

	if (w->up == (ex.down || w->dead || w->lost)) {
		w->up = !w->up;
		list_flush(&w->queue);
		w->h.stateh(w->up ? TRUNK_UP : TRUNK_CONNECTING,
			    w->up	  ? "connected"
			    : ex.mood.why ? ex.mood.why
					  : "server gone",
			    w->up ? 0 : RETRY, now, w->h.arg);
	}

	while (!list_isempty(&w->queue)) {
		struct letter *l = list_ledata(list_head(&w->queue));
		struct mbuf *mb;

		if (l->due > now)
			break;
		mb = mem_ref(l->mb);
		mem_deref(l);
		w->h.recvh(mb, now, w->h.arg);
		mem_deref(mb);
	}

	if (!list_isempty(&w->queue))
		loop_timer_arm(&w->timer,
			       ((struct letter *)w->queue.head->data)->due);
	else if (!w->up)
		loop_timer_arm(&w->timer, now + RETRY);
	w->lost = false;
out:
	mem_deref(w);
}

void exchange_set_up(bool up)
{
	ex.down = !up;
	for (unsigned i = 0; i < EXCHANGE_TRUNKS; i++) {
		if (ex.trunkv[i])
			loop_timer_arm(&ex.trunkv[i]->timer, clock_now());
	}
}

void exchange_set_server_up(const char *realm, bool up)
{
	for (unsigned i = 0; i < EXCHANGE_TRUNKS; i++) {
		struct trunk *w = ex.trunkv[i];

		if (w && !strcmp(w->realm, realm)) {
			w->dead = !up;
			loop_timer_arm(&w->timer, clock_now());
		}
	}
}

void exchange_lose(unsigned i)
{
	ex.trunkv[i]->lost = ex.trunkv[i]->stale = true;
	loop_timer_arm(&ex.trunkv[i]->timer, clock_now());
}

static int trunk_alloc(void **wp, const struct config *cfg,
		       const struct trunk_handlers *h, uint64_t now)
{
	struct trunk *w;
	unsigned i = 0;

	while (i < EXCHANGE_TRUNKS && ex.trunkv[i])
		i++;
	if (i == EXCHANGE_TRUNKS)
		return EINVAL;

	w = mem_zalloc(sizeof(*w), trunk_destructor);
	if (!w)
		return ENOMEM;

	w->index = i;
	w->h = *h;
	str_ncpy(w->realm, config_text(cfg, "account", "realm"),
		 sizeof(w->realm));
	ex.trunkv[i] = w;
	loop_timer_init(&w->timer, "exchange", timer_handler, w);
	loop_timer_arm(&w->timer, now + EXCHANGE_DELAY);
	*wp = w;
	return 0;
}

static struct trunk *by_user(const struct trunk *from, const struct pl *user)
{
	for (unsigned i = 0; i < EXCHANGE_TRUNKS; i++) {
		struct trunk *w = ex.trunkv[i];

		if (!w || !user->l || strcmp(w->realm, from->realm))
			continue;
		if (!pl_strcmp(user, w->user) || !pl_strcmp(user, w->contact))
			return w;
	}

	return NULL;
}

/* Answer in the server's name */
static void respond(struct trunk *w, const struct sip_msg *msg,
		    const char *status, const char *extra, uint64_t now)
{
	struct mbuf *mb = response_make(msg, status, extra);

	deliver(w, mb, now);
	mem_deref(mb);
}

void exchange_respond(unsigned i, const struct sip_msg *msg, const char *status,
		      const char *extra, uint64_t now)
{
	respond(ex.trunkv[i], msg, status, extra, now);
}

void exchange_deliver(unsigned i, struct mbuf *mb, uint64_t now)
{
	put(ex.trunkv[i], mb, now);
}

void exchange_set_spy(const struct exchange_spy *spy)
{
	ex.spy = spy;
}

void exchange_set_agent(exchange_agent_h *h)
{
	ex.agent = h;
}

static void do_register(struct trunk *w, const struct sip_msg *msg,
			uint64_t now)
{
	struct pl user;
	struct mbuf *mb = response_register(msg, &user);

	++ex.stats.registers;
	(void)pl_strcpy(&msg->to.uri.user, w->user, sizeof(w->user));
	if (!pl_strcmp(&msg->expires, "0"))
		w->user[0] = '\0';
	if (user.l)
		(void)pl_strcpy(&user, w->contact, sizeof(w->contact));
	deliver(w, mb, now);
	mem_deref(mb);
}

/* The rest of the message after the start line */
static void forward(struct trunk *from, struct trunk *to,
		    const struct sip_msg *msg, struct mbuf *raw, uint64_t now)
{
	const char *p = (const char *)mbuf_buf(raw);
	const char *nl = memchr(p, '\n', mbuf_get_left(raw));
	struct mbuf *mb = mbuf_alloc(2048);

	mbuf_printf(mb, "%b", p, (size_t)(nl + 1 - p));
	mbuf_printf(mb, "Via: SIP/2.0/WSS exchange.invalid;branch=%r.%u\r\n",
		    &msg->via.branch, from->index);
	if (!pl_strcmp(&msg->met, "INVITE") && !msg->to.tag.l)
		mbuf_printf(mb, "Record-Route: <sip:exchange.invalid;"
				"transport=ws;lr>\r\n");
	mbuf_printf(mb, "%b", nl + 1,
		    mbuf_get_left(raw) - (size_t)(nl + 1 - p));
	if (ex.mood.edits)
		ex.mood.edits(mb);
	mb->pos = 0;
	deliver(to, mb, now);
	mem_deref(mb);
}

static void do_request(struct trunk *w, const struct sip_msg *msg,
		       struct mbuf *raw, uint64_t now)
{
	struct trunk *to;

	if (!pl_strcmp(&msg->met, "REGISTER")) {
		do_register(w, msg, now);
		return;
	}

	if (ex.spy && ex.spy->sent)
		ex.spy->sent(w->index, (struct sip_msg *)(uintptr_t)msg);
	if (ex.mood.swallows && !pl_strcmp(&msg->met, ex.mood.swallows))
		return;
	if (ex.agent && ex.agent(w->index, msg, now))
		return;
	if (!pl_strcmp(&msg->met, "INVITE")) {
		++ex.stats.invites;
		ex.stats.reinvites += msg->to.tag.l != 0;
		w->stale = false;
	}
	if (ex.mood.refuses && msg->to.tag.l &&
	    !pl_strcmp(&msg->met, "INVITE")) {
		respond(w, msg, ex.mood.refuses, "", now);
		return;
	}
	ex.stats.byes += !pl_strcmp(&msg->met, "BYE");
	ex.stats.pracks += !pl_strcmp(&msg->met, "PRACK");
	ex.stats.updates += !pl_strcmp(&msg->met, "UPDATE");

	to = by_user(w, &msg->uri.user);
	if (to && !(to->stale && msg->to.tag.l)) {
		forward(w, to, msg, raw, now);
		return;
	}

	++ex.stats.unroutable;
	if (pl_strcmp(&msg->met, "ACK"))
		respond(w, msg, "404 Not Found", "", now);
}

/* An answer to something that was not offered */
static void garble(struct mbuf *mb)
{
	char *m;

	(void)mbuf_write_u8(mb, 0);
	--mb->end;
	m = strstr((char *)mb->buf, "m=audio");
	if (m)
		memcpy(m, "m=vidio", strlen("m=vidio"));
}

/* Change the character behind the first `text` that follows `after` */
static void alter(struct mbuf *mb, const char *after, const char *text)
{
	char *p = memmem(mb->buf, mb->end, after, strlen(after));

	if (p)
		p = memmem(p, mb->end - (size_t)((uint8_t *)p - mb->buf), text,
			   strlen(text));
	if (p)
		p[strlen(text)] = p[strlen(text)] == '7' ? '8' : '7';
}

/* The 2xx as a 183 of another fork: another tag, other keys */
static void deliver_fork(struct trunk *to, const struct mbuf *ok, uint64_t now)
{
	struct mbuf *mb = mbuf_alloc(ok->end);

	mbuf_write_mem(mb, ok->buf, ok->end);
	memcpy(mb->buf + strlen("SIP/2.0 "), "183", strlen("183"));
	alter(mb, "\r\nTo:", ";tag=");
	alter(mb, "\r\n\r\n", "a=ice-ufrag:");
	alter(mb, "\r\n\r\n", "a=ice-pwd:");
	alter(mb, "\r\n\r\n", "a=fingerprint:sha-256 ");
	mb->pos = 0;
	deliver(to, mb, now);
	mem_deref(mb);
}

static void do_response(struct trunk *w, const struct sip_msg *msg,
			struct mbuf *raw, uint64_t now)
{
	const char *p = (const char *)mbuf_buf(raw);
	const char *nl = memchr(p, '\n', mbuf_get_left(raw));
	const char *via = nl + 1, *rest;
	struct pl index;
	struct mbuf *mb;

	const char *dot = NULL;

	if (ex.spy && ex.spy->replied)
		ex.spy->replied(w->index, msg);
	if (!pl_strcmp(&msg->cseq.met, "INVITE") && msg->scode / 100 == 2)
		w->stale = false;

	/* Our own Via is a line of its own: the first one */
	rest = memchr(via, '\n', mbuf_get_left(raw) - (size_t)(via - p));
	for (size_t i = 0; i < msg->via.branch.l; i++) {
		if (msg->via.branch.p[i] == '.')
			dot = &msg->via.branch.p[i];
	}
	if (!dot || !rest)
		return;

	index.p = dot + 1;
	index.l = (size_t)(msg->via.branch.p + msg->via.branch.l - index.p);
	if (pl_u32(&index) >= EXCHANGE_TRUNKS)
		return;

	mb = mbuf_alloc(2048);
	mbuf_printf(mb, "%b%b", p, (size_t)(via - p), rest + 1,
		    mbuf_get_left(raw) - (size_t)(rest + 1 - p));
	if (ex.mood.garbles && msg->scode == 200)
		garble(mb);
	if (ex.mood.edits)
		ex.mood.edits(mb);
	mb->pos = 0;
	if (ex.mood.forks && msg->scode == 200 &&
	    !pl_strcmp(&msg->cseq.met, "INVITE")) {
		ex.mood.forks = false;
		deliver_fork(ex.trunkv[pl_u32(&index)], mb, now);
	}
	deliver(ex.trunkv[pl_u32(&index)], mb, now);
	mem_deref(mb);
}

static int trunk_send(void *arg, struct mbuf *raw)
{
	const uint64_t now = clock_now();
	struct trunk *w = arg;
	struct sip_msg *msg;
	struct mbuf *copy;

	if (!w->up || w->dead)
		return ENOTCONN;
	if (ex.mood.send_err)
		return ex.mood.send_err;

	copy = mbuf_alloc(mbuf_get_left(raw));
	mbuf_write_mem(copy, mbuf_buf(raw), mbuf_get_left(raw));
	copy->pos = 0;
	if (!sip_msg_decode(&msg, copy)) {
		copy->pos = 0;
		if (msg->req)
			do_request(w, msg, copy, now);
		else
			do_response(w, msg, copy, now);
		mem_deref(msg);
	}

	mem_deref(copy);
	return 0;
}

static void trunk_renew(void *arg, const char *reason, bool at_once,
			uint64_t now)
{
	(void)arg;
	(void)reason;
	(void)at_once;
	(void)now;
}

static void trunk_moved(void *arg, uint64_t now)
{
	(void)arg;
	(void)now;
}

static bool trunk_probe(void *arg, uint64_t now)
{
	const struct trunk *w = arg;
	(void)now;
	ex.stats.probes += w->up;
	return w->up;
}

static void trunk_set_timer(void *arg, uint32_t seconds, uint64_t now)
{
	(void)arg;
	(void)seconds;
	(void)now;
}

static void trunk_close(void *arg, uint64_t now)
{
	struct trunk *w = arg;

	if (ex.mood.stuck)
		return;

	w->closing = true;
	loop_timer_arm(&w->timer, now);
}

static int trunk_print(struct re_printf *pf, const void *arg)
{
	const struct trunk *w = arg;

	return re_hprintf(pf, "exchange %u %s", w->index,
			  w->up ? "up" : "down");
}

static const struct trunk_driver driver = {
	.alloc = trunk_alloc,
	.send = trunk_send,
	.renew = trunk_renew,
	.moved = trunk_moved,
	.probe = trunk_probe,
	.set_timer = trunk_set_timer,
	.close = trunk_close,
	.print = trunk_print,
};

const struct trunk_driver *exchange_trunk(void)
{
	return &driver;
}

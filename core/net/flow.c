/**
 * @file core/net/flow.c  Flow
 *
 *     IDLE -> CONNECTING -> UP -> DOWN -> CONNECTING ...
 *              |  ^ next URL              FAILED (all URLs) -> CONNECTING
 *
 * A round goes through all URLs.
 */
#include <assert.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/net/weblink.h"
#include "core/net/flow.h"
#include "core/net/retry.h"

/* 80 to 100 % of Flow-Timer, RFC 5626 section 4.4.1 */
enum {
	TIMER_PARTS = 5,
	TIMER_LEAST = 4,
};

/* What the timer is for */
enum todo {
	TODO_CONNECT = 0, /* Begin a round                     */
	TODO_TELL_LOST,	  /* After flow_restart()              */
	TODO_TELL_IDLE,	  /* After flow_close()                */
};

struct flow {
	enum flow_state state;
	enum todo todo;
	struct loop_timer timer;
	struct retry retry;
	struct resolver *resolver;
	struct weburl urlv[FLOW_URLS_MAX];
	char *textv[FLOW_URLS_MAX];
	unsigned urlc;
	unsigned url; /* Index of the one in use */
	char *ca_file;
	char *origin;
	uint64_t ping_min, ping_max;
	struct weblink *link;
	uint32_t retry_after;	      /* Said by a server in this round [s] */
	int pending;		      /* Error to tell, of flow_restart()   */
	bool at_once;		      /* Then connect without waiting       */
	uint64_t probed;	      /* When it was last asked [us]        */
	char reason[FLOW_REASON_MAX]; /* Of the last failure                */
	uint64_t rounds, ups, losses; /* Counters                           */
	flow_recv_h *recvh;
	flow_state_h *stateh;
	void *arg;
};

static void attempt(struct flow *f, uint64_t now);

/* Forget the connection */
static void drop(struct flow *f)
{
	loop_timer_cancel(&f->timer);
	f->link = mem_deref(f->link);
}

static void destructor(void *arg)
{
	struct flow *f = arg;

	drop(f);
	for (unsigned i = 0; i < f->urlc; i++)
		mem_deref(f->textv[i]);
	mem_deref(f->resolver);
	mem_deref(f->ca_file);
	mem_deref(f->origin);
}

static void arm(struct flow *f, enum todo todo, uint64_t due)
{
	f->todo = todo;
	loop_timer_arm(&f->timer, due);
}

/* Call this last: the handler may free f */
static void tell(struct flow *f, enum flow_state state, int err, uint64_t now)
{
	char reason[FLOW_REASON_MAX];

	f->state = state;
	str_ncpy(reason, err ? f->reason : "", sizeof(reason));
	f->stateh(state, err, reason, now, f->arg);
}

/* It was up. Call this last */
static void lost(struct flow *f, int err, uint64_t now)
{
	uint64_t due = f->at_once ? now : retry_lost(&f->retry, now);

	++f->losses;
	drop(f);
	arm(f, TODO_CONNECT, due);
	f->at_once = false;
	log_info("flow: lost %s: %s\n", f->textv[f->url], f->reason);
	tell(f, FLOW_DOWN, err ? err : ECONNRESET, now);
}

/* This URL does not work. Call this last */
static void failed(struct flow *f, int err, uint64_t now)
{
	uint64_t due;

	drop(f);
	if (f->url + 1 < f->urlc) {
		log_info("flow: %s: %s\n", f->textv[f->url], f->reason);
		++f->url;
		attempt(f, now);
		return;
	}

	due = retry_failed(&f->retry, f->retry_after, now);
	arm(f, TODO_CONNECT, due);
	log_warning("flow: %s: %s; next attempt in %u s\n", f->textv[f->url],
		    f->reason, (unsigned)((due - now) / CLOCK_S));
	tell(f, FLOW_FAILED, err, now);
}

/* The connection is over, whatever it was. Call this last */
static void over(struct flow *f, int err, const char *reason, uint64_t now)
{
	str_ncpy(f->reason, reason, sizeof(f->reason));
	switch (f->state) {
	case FLOW_UP:
		lost(f, err, now);
		break;
	case FLOW_CONNECTING:
		failed(f, err ? err : ECONNRESET, now);
		break;
	case FLOW_CLOSING:
		drop(f);
		tell(f, FLOW_IDLE, 0, now);
		break;
	default:
		drop(f);
		break;
	}
}

/* Whether it is a keep-alive of RFC 5626 section 3.5.1; answered if so */
static bool is_crlf(struct flow *f, const struct mbuf *mb)
{
	static const char ping[] = "\r\n\r\n", pong[] = "\r\n";
	size_t n = mbuf_get_left(mb);
	struct mbuf *answer;

	for (size_t i = 0; i < n; i++) {
		if (mbuf_buf(mb)[i] != '\r' && mbuf_buf(mb)[i] != '\n')
			return false;
	}
	if (n != strlen(ping))
		return true;

	answer = mbuf_alloc(sizeof(pong));
	if (answer && !mbuf_write_str(answer, pong)) {
		answer->pos = 0;
		(void)weblink_send(f->link, answer);
	}
	mem_deref(answer);
	return true;
}

static void on_up(uint64_t now, void *arg)
{
	struct flow *f = arg;

	++f->ups;
	retry_up(&f->retry, now);
	log_info("flow: up %s, %J\n", f->textv[f->url], weblink_peer(f->link));
	tell(f, FLOW_UP, 0, now);
}

static void on_recv(struct mbuf *mb, uint64_t now, void *arg)
{
	struct flow *f = arg;

	if (f->state == FLOW_UP && !is_crlf(f, mb))
		f->recvh(mb, now, f->arg);
}

static void on_close(int err, const char *reason, uint32_t after, uint64_t now,
		     void *arg)
{
	struct flow *f = arg;

	/* Found by flow_probe(): somebody waits for it */
	f->at_once = f->state == FLOW_UP && err == ETIMEDOUT &&
		     now - f->probed < 2 * FLOW_PATIENCE;

	if (after > f->retry_after)
		f->retry_after = after;
	over(f, err, reason, now);
}

/* Try the URL. Call this last */
static void attempt(struct flow *f, uint64_t now)
{
	const struct weblink_params prm = {
		.resolver = f->resolver,
		.url = &f->urlv[f->url],
		.ca_file = f->ca_file,
		.origin = f->origin,
		.ping_min = f->ping_min,
		.ping_max = f->ping_max,
	};
	int err;

	err = weblink_connect(&f->link, &prm, on_up, on_recv, on_close, f);
	f->state = FLOW_CONNECTING;
	if (err)
		over(f, err, "cannot connect", now);
	else
		tell(f, FLOW_CONNECTING, 0, now);
}

static void on_timer(uint64_t now, void *arg)
{
	struct flow *f = arg;

	switch (f->todo) {
	case TODO_TELL_LOST:
		lost(f, f->pending, now);
		break;
	case TODO_TELL_IDLE:
		tell(f, FLOW_IDLE, 0, now);
		break;
	default:
		++f->rounds;
		f->url = 0;
		f->retry_after = 0;
		attempt(f, now);
		break;
	}
}

static int add_url(struct flow *f, const char *text, bool insecure,
		   char *reason)
{
	const char *why;
	int err;

	err = weburl_decode(&f->urlv[f->urlc], text, &why);
	if (err) {
		(void)re_snprintf(reason, FLOW_REASON_MAX, "%s: %s", text, why);
		return err;
	}
	if (!f->urlv[f->urlc].secure && !insecure) {
		(void)re_snprintf(reason, FLOW_REASON_MAX,
				  "%s: not encrypted, needs insecure=yes",
				  text);
		return EPERM;
	}

	err = str_dup(&f->textv[f->urlc], text);
	if (!err)
		++f->urlc;

	return err;
}

int flow_alloc(struct flow **fp, const struct flow_params *prm,
	       flow_recv_h *recvh, flow_state_h *stateh, void *arg,
	       char *reason)
{
	struct flow *f;
	int err = 0;

	assert(prm->urlc && prm->urlc <= FLOW_URLS_MAX);

	reason[0] = '\0';
	f = mem_zalloc(sizeof(*f), destructor);
	if (!f)
		return ENOMEM;

	f->resolver = mem_ref(prm->resolver);
	f->recvh = recvh;
	f->stateh = stateh;
	f->arg = arg;
	f->ping_min = prm->ping ? prm->ping * (uint64_t)CLOCK_S : FLOW_PING_MIN;
	f->ping_max = prm->ping ? f->ping_min : FLOW_PING_MAX;
	loop_timer_init(&f->timer, "flow", on_timer, f);
	for (unsigned i = 0; i < prm->urlc && !err; i++)
		err = add_url(f, prm->urlv[i], prm->insecure, reason);
	if (!err && prm->ca_file)
		err = str_dup(&f->ca_file, prm->ca_file);
	if (!err && prm->origin)
		err = str_dup(&f->origin, prm->origin);

	if (err)
		mem_deref(f);
	else
		*fp = f;

	return err;
}

void flow_start(struct flow *f, uint64_t now)
{
	if (f->state == FLOW_IDLE)
		arm(f, TODO_CONNECT, now);
}

int flow_send(struct flow *f, struct mbuf *mb)
{
	return f->state == FLOW_UP ? weblink_send(f->link, mb) : ENOTCONN;
}

void flow_restart(struct flow *f, const char *reason, bool at_once,
		  uint64_t now)
{
	switch (f->state) {
	case FLOW_UP:
		drop(f);
		str_ncpy(f->reason, reason, sizeof(f->reason));
		f->state = FLOW_DOWN;
		f->pending = ECONNABORTED;
		f->at_once = at_once;
		arm(f, TODO_TELL_LOST, now);
		break;
	case FLOW_CONNECTING:
	case FLOW_DOWN:
	case FLOW_FAILED:
		if (!at_once || f->todo == TODO_TELL_LOST)
			break;
		drop(f);
		arm(f, TODO_CONNECT, now);
		break;
	default:
		break;
	}
}

void flow_set_timer(struct flow *f, uint32_t seconds, uint64_t now)
{
	uint64_t max = (uint64_t)seconds * CLOCK_S;
	uint64_t min = max / TIMER_PARTS * TIMER_LEAST;

	if (f->state != FLOW_UP)
		return;

	/* Never rarer than configured: a NAT on the way may want more */
	if (!seconds || max > f->ping_max) {
		min = f->ping_min;
		max = f->ping_max;
	}
	if (min < FLOW_PING_LEAST) {
		min = FLOW_PING_LEAST;
		max = max > min ? max : min;
	}

	weblink_set_ping(f->link, min, max, now);
}

bool flow_probe(struct flow *f, uint64_t now)
{
	if (f->state != FLOW_UP || weblink_probe(f->link, FLOW_PATIENCE, now))
		return false;

	f->probed = now;
	return true;
}

void flow_close(struct flow *f, uint64_t now)
{
	bool up = f->state == FLOW_UP;

	if (f->state == FLOW_IDLE && !loop_timer_armed(&f->timer))
		return;
	if (f->state == FLOW_CLOSING)
		return;

	f->state = FLOW_CLOSING;
	if (up && !weblink_close(f->link, now))
		return;

	drop(f);
	arm(f, TODO_TELL_IDLE, now);
}

enum flow_state flow_state(const struct flow *f)
{
	return f->state;
}

const char *flow_state_name(enum flow_state state)
{
	static const char *const namev[] = { "idle", "connecting", "up",
					     "down", "failed",	   "closing" };

	return state < ARRAY_SIZE(namev) ? namev[state] : "?";
}

uint64_t flow_retry_due(const struct flow *f)
{
	bool waiting = f->state == FLOW_DOWN || f->state == FLOW_FAILED;

	return waiting && f->todo == TODO_CONNECT ? f->timer.due : CLOCK_NEVER;
}

const char *flow_url(const struct flow *f)
{
	return f->textv[f->url];
}

int flow_local(const struct flow *f, struct sa *local)
{
	return f->link ? weblink_local(f->link, local) : ENOTCONN;
}

int flow_print(struct re_printf *pf, const struct flow *f)
{
	int err;

	err = re_hprintf(pf, "%s %s rounds=%llu ups=%llu losses=%llu",
			 flow_state_name(f->state), f->textv[f->url],
			 (unsigned long long)f->rounds,
			 (unsigned long long)f->ups,
			 (unsigned long long)f->losses);
	if (f->link)
		err |= re_hprintf(pf, "\n%H", weblink_print, f->link);

	return err;
}

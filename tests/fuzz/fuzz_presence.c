/**
 * @file tests/fuzz/fuzz_presence.c  Fuzz target: server and notifiers at a ua
 *
 * Records, each ended by a NUL. One that begins with '!' is what the owner or
 * the world does, by its second byte; any other is a message. In a message,
 * byte 1 stands for the Call-ID of our last request, 2 for its From tag, 3
 * for its Via branch, 4 for its CSeq number. Whatever comes, all ends.
 */
#include <stdlib.h>
#include "core/base/log.h"
#include "core/sip/message.h"
#include "core/sip/summary.h"
#include "core/sip/ua.h"

enum {
	RECORDS_MAX = 64,
	LAST = 4,
	LAST_SIZE = 64,
	TICKS_MAX = 10000,
};

struct far {
	struct ua *ua;
	uint64_t now;
	char lastv[LAST][LAST_SIZE];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_send(struct mbuf *mb, void *arg)
{
	struct mbuf *copy = mbuf_alloc(mbuf_get_left(mb) + 1);
	struct sip_msg *msg = NULL;
	struct far *f = arg;

	mbuf_write_mem(copy, mbuf_buf(mb), mbuf_get_left(mb));
	copy->pos = 0;
	if (!message_decode(&msg, copy, NULL) && msg->req) {
		(void)re_snprintf(f->lastv[0], LAST_SIZE, "%r", &msg->callid);
		(void)re_snprintf(f->lastv[1], LAST_SIZE, "%r", &msg->from.tag);
		(void)re_snprintf(f->lastv[2], LAST_SIZE, "%r",
				  &msg->via.branch);
		(void)re_snprintf(f->lastv[3], LAST_SIZE, "%u", msg->cseq.num);
	}
	mem_deref(msg);
	mem_deref(copy);
	return 0;
}

static void on_publication(const struct publication_event *ev, uint64_t now,
			   void *arg)
{
	(void)arg;

	if (ev->retry < now)
		abort();
}

static void on_watch(const struct presence_watch *w,
		     const struct subscription_event *ev, uint64_t now,
		     void *arg)
{
	struct pidf pidf;
	struct summary sum;
	struct pl body;
	(void)arg;

	if (ev->what == SUBSCRIPTION_EV_ENDED && w->state != SUBSCRIPTION_ENDED)
		abort();
	if (ev->what == SUBSCRIPTION_EV_FAILED && ev->retry < now)
		abort();
	if (!ev->msg)
		return;

	body = message_body(ev->msg);
	(void)pidf_decode(&pidf, &body);
	(void)summary_decode(&sum, &body);
}

static void run(struct far *f, uint64_t us)
{
	uint64_t until = f->now + us;

	for (unsigned n = 0; ua_due(f->ua) <= until; n++) {
		if (ua_due(f->ua) > f->now)
			f->now = ua_due(f->ua);
		ua_tick(f->ua, f->now);
		if (n > TICKS_MAX)
			abort();
	}
	f->now = until;
}

static void act(struct far *f, uint8_t what)
{
	struct presence *pr = ua_presence(f->ua);

	switch (what) {
	case 'p':
		(void)presence_publish(pr, PIDF_OPEN, "x", f->now);
		break;
	case 'P':
		presence_unpublish(pr, f->now);
		break;
	case 'w':
		(void)presence_watch(pr, PACKAGE_PRESENCE, "b", NULL, f->now);
		break;
	case 'm':
		(void)presence_watch(pr, PACKAGE_MESSAGES, "a", NULL, f->now);
		break;
	case 'W':
		(void)presence_unwatch(pr, PACKAGE_PRESENCE, "b", f->now);
		break;
	case 'd':
	case 'u':
		ua_flow(f->ua, what == 'u', f->now);
		break;
	case 's':
		run(f, CLOCK_S);
		break;
	case 'l':
		run(f, 60ULL * CLOCK_S);
		break;
	default:
		break;
	}
}

static void receive(struct far *f, const uint8_t *p, size_t n)
{
	struct mbuf *mb = mbuf_alloc(n + 1);

	for (size_t i = 0; i < n; i++) {
		if (p[i] >= 1 && p[i] <= LAST)
			(void)mbuf_write_str(mb, f->lastv[p[i] - 1]);
		else
			(void)mbuf_write_u8(mb, p[i]);
	}
	mb->pos = 0;
	ua_recv(f->ua, mb, f->now);
	mem_deref(mb);
}

static void open_ua(struct far *f)
{
	static const struct presence_handlers h = {
		.publishh = on_publication,
		.watchh = on_watch,
	};
	const struct ua_params prm = {
		.origin = { .user = "alice", .realm = "r" },
		.password = "p",
		.sendh = on_send,
		.presence = &h,
		.arg = f,
	};

	memset(f, 0, sizeof(*f));
	f->now = CLOCK_S;
	if (ua_alloc(&f->ua, &prm))
		abort();
	ua_flow(f->ua, true, f->now);
}

static void ignore(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

static void on_stopped(uint64_t now, void *arg)
{
	bool *stopped = arg;
	(void)now;

	*stopped = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool stopped = false;
	struct far f;

	log_set_handler(ignore, NULL);
	open_ua(&f);
	for (int i = 0; i < RECORDS_MAX && size; i++) {
		const uint8_t *end = memchr(data, 0, size);
		size_t n = end ? (size_t)(end - data) : size;

		if (n >= 2 && data[0] == '!')
			act(&f, data[1]);
		else
			receive(&f, data, n);
		size -= end ? n + 1 : n;
		data += end ? n + 1 : n;
	}

	ua_stop(f.ua, 0, on_stopped, &stopped, f.now);
	run(&f, UA_STOP);
	if (!stopped)
		abort();

	/* However it came: everything ends */
	run(&f, 200ULL * CLOCK_S);
	if (ua_due(f.ua) != CLOCK_NEVER || !presence_idle(ua_presence(f.ua)))
		abort();
	mem_deref(f.ua);
	return 0;
}

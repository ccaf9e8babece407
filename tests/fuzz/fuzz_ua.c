/**
 * @file tests/fuzz/fuzz_ua.c  Fuzz target: a whole user agent in its calls
 *
 * Records, each ended by a NUL. One that begins with '!' is what the owner or
 * the world does, by its second byte; any other is a message. So that input
 * gets into dialogs, bytes 1 to 5 in a message stand for what was sent last:
 * From tag, To tag, Call-ID, branch, CSeq number.
 */
#include <stdlib.h>
#include "core/base/log.h"
#include "core/sip/message.h"
#include "core/sip/referral.h"
#include "core/sip/ua.h"

enum {
	LAST = 5,
	LAST_SIZE = 64,
	RECORDS_MAX = 64,
};

struct far {
	struct ua *ua;
	struct invite *inv; /* The latest that has its handler */
	uint64_t now;
	char lastv[LAST][LAST_SIZE];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int on_send(struct mbuf *mb, void *arg)
{
	struct far *f = arg;
	struct mbuf *copy = mbuf_alloc(mbuf_get_left(mb) + 1);
	struct sip_msg *msg = NULL;

	mbuf_write_mem(copy, mbuf_buf(mb), mbuf_get_left(mb));
	copy->pos = 0;
	if (!message_decode(&msg, copy, NULL)) {
		(void)re_snprintf(f->lastv[0], LAST_SIZE, "%r", &msg->from.tag);
		(void)re_snprintf(f->lastv[1], LAST_SIZE, "%r", &msg->to.tag);
		(void)re_snprintf(f->lastv[2], LAST_SIZE, "%r", &msg->callid);
		(void)re_snprintf(f->lastv[3], LAST_SIZE, "%r",
				  &msg->via.branch);
		(void)re_snprintf(f->lastv[4], LAST_SIZE, "%u", msg->cseq.num);
	}
	mem_deref(msg);
	mem_deref(copy);
	return 0;
}

static void on_event(struct invite *inv, const struct invite_event *ev,
		     uint64_t now, void *arg)
{
	struct far *f = arg;
	struct refer *refer = NULL;

	if (invite_state(inv) == INVITE_CLOSED && ev->what != INVITE_EV_CLOSED)
		abort();
	if (ev->what == INVITE_EV_ANSWERED)
		(void)invite_ack(inv, NULL, now);
	if (ev->what == INVITE_EV_REFER && !referral_accept(inv, &refer, now))
		mem_deref(refer);
	if (ev->what == INVITE_EV_CLOSED && inv == f->inv)
		f->inv = mem_deref(f->inv);
}

static void on_call(struct invite *inv, const struct sip_msg *msg, uint64_t now,
		    void *arg)
{
	struct far *f = arg;
	(void)msg;

	f->inv = invite_release(f->inv, now);
	f->inv = mem_ref(inv);
	invite_set_handler(inv, on_event, f);
}

static void run(struct far *f, uint64_t us)
{
	uint64_t until = f->now + us;

	for (unsigned n = 0; ua_due(f->ua) <= until; n++) {
		if (ua_due(f->ua) > f->now)
			f->now = ua_due(f->ua);
		ua_tick(f->ua, f->now);
		if (n > 10000)
			abort();
	}
	f->now = until;
}

static void act_on_invite(struct far *f, uint8_t what)
{
	switch (what) {
	case 'a':
		(void)invite_accept(f->inv, NULL, f->now);
		break;
	case 'p':
		(void)invite_progress(f->inv, 183, NULL, NULL, f->now);
		break;
	case 'j':
		(void)invite_reject(f->inv, 486, NULL, f->now);
		break;
	case 'h':
		invite_hangup(f->inv, NULL, f->now);
		break;
	case 'o':
		(void)invite_reoffer(f->inv, false, NULL, f->now);
		break;
	case 'r':
		(void)invite_reanswer(f->inv, 200, NULL, NULL, f->now);
		break;
	case 'f':
		(void)referral_send(f->inv, "carol", f->inv, f->now);
		break;
	case 'n':
		referral_notify(f->inv, 180, f->now);
		break;
	case 'N':
		referral_notify(f->inv, 200, f->now);
		break;
	case 'y':
	case 'z':
		(void)invite_redirect(f->inv, what == 'y', f->now);
		break;
	case 'i':
		(void)invite_request(f->inv, "INFO", NULL, NULL, NULL, f->now);
		break;
	default:
		break;
	}
}

static void act(struct far *f, uint8_t what)
{
	struct invite_params prm = { .to = "x", .redirect = REDIRECT_YES };

	switch (what) {
	case 'k':
		prm.redirect = REDIRECT_ASK;
		__attribute__((fallthrough));
	case 'c':
		f->inv = invite_release(f->inv, f->now);
		(void)ua_call(&f->inv, f->ua, &prm, on_event, f, f->now);
		break;
	case 'd':
		ua_flow(f->ua, false, f->now);
		break;
	case 'u':
		ua_flow(f->ua, true, f->now);
		break;
	case 'R':
		ua_register(f->ua, f->now);
		break;
	case 'U':
		ua_unregister(f->ua, f->now);
		break;
	case 's':
		run(f, CLOCK_S);
		break;
	case 'm':
		run(f, 60ULL * CLOCK_S);
		break;
	default:
		if (f->inv)
			act_on_invite(f, what);
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
	struct ua_params prm = {
		.origin = {
			.user = "alice",
			.realm = "r",
			.instance = "urn:uuid:0",
			.transfers = true,
			.transferable = true,
			.replaceable = true,
		},
		.password = "p",
		.sendh = on_send,
		.callh = on_call,
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
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

	/* However it came: everything ends */
	f.inv = invite_release(f.inv, f.now);
	ua_unregister(f.ua, f.now);
	run(&f, 200ULL * CLOCK_S);
	if (ua_due(f.ua) != CLOCK_NEVER)
		run(&f, 3600ULL * CLOCK_S);
	mem_deref(f.ua);
	return 0;
}

/**
 * @file tests/unit/support/watcher.c  An owner who watches, and a notifier
 */
#include "tests/unit/support/watcher.h"

enum {
	HEARD = 64,
};

/* What the owner hears, in order */
static struct watcher_heard heardv[HEARD];
static unsigned heardc, seen;
static struct peer *unwatches; /* Inside the handler */

static void on_watch(const struct presence_watch *w,
		     const struct subscription_event *ev, uint64_t now,
		     void *arg)
{
	struct watcher_heard *h = &heardv[heardc++];
	(void)arg;

	assert_true(heardc < HEARD);
	memset(h, 0, sizeof(*h));
	h->what = ev->what;
	h->code = ev->code;
	h->id = w->id;
	h->retry = ev->retry;
	(void)re_snprintf(h->reason, sizeof(h->reason), "%r", &ev->reason);
	if (ev->msg) {
		struct pl body = message_body(ev->msg);

		(void)re_snprintf(h->body, sizeof(h->body), "%r", &body);
	}
	if (unwatches && ev->what == SUBSCRIPTION_EV_NOTIFY)
		assert_int_equal(presence_unwatch(ua_presence(unwatches->ua),
						  PACKAGE_PRESENCE, "bob", now),
				 0);
}

const struct watcher_heard *watcher_hears(enum subscription_what what,
					  unsigned code)
{
	const struct watcher_heard *h = &heardv[seen];

	assert_true(seen < heardc);
	++seen;
	assert_int_equal(h->what, what);
	assert_int_equal(h->code, code);
	return h;
}

void watcher_calm(const struct peer *p)
{
	assert_int_equal(seen, heardc);
	peer_silent(p);
}

void watcher_open(struct peer *p)
{
	static const struct presence_handlers h = { .watchh = on_watch };
	const struct ua_params prm = {
		.origin = { .user = "alice", .realm = "example.org" },
		.password = "secret",
		.presence = &h,
	};

	heardc = seen = 0;
	unwatches = NULL;
	peer_open(p, &prm);
}

void watcher_close(struct peer *p)
{
	watcher_calm(p);
	peer_close(p);
}

int watcher_watch(struct peer *p, const char *to)
{
	return presence_watch(ua_presence(p->ua), PACKAGE_PRESENCE, to, NULL,
			      p->now);
}

int watcher_unwatch(struct peer *p, const char *to)
{
	return presence_unwatch(ua_presence(p->ua), PACKAGE_PRESENCE, to,
				p->now);
}

/* The next SUBSCRIBE: the far end learns its dialog when it is the first */
struct sip_msg *watcher_take(struct peer *p, bool first, const char *expires)
{
	struct sip_msg *req = peer_take(p, "SUBSCRIBE");

	assert_string_equal(peer_header(req, "Event"), "presence");
	assert_string_equal(peer_header(req, "Accept"), PIDF_TYPE);
	assert_string_equal(peer_header(req, "Expires"), expires);
	assert_int_equal(pl_isset(&req->to.tag), !first);
	if (first)
		peer_learn_request(p, req, "far");
	return req;
}

void watcher_respond(struct peer *p, struct sip_msg *req, unsigned code,
		     const char *lines)
{
	peer_respond(p, req, code, "far", lines, NULL);
	mem_deref(req);
}

/* A NOTIFY with this state, and the answer to it */
void watcher_notify(struct peer *p, const char *state, unsigned code)
{
	static unsigned branch;
	char lines[512], name[16];

	(void)re_snprintf(name, sizeof(name), "n%u", ++branch);
	(void)re_snprintf(lines, sizeof(lines),
			  "Event: presence\r\nSubscription-State: %s\r\n",
			  state);
	peer_request(p, "NOTIFY", name, lines, "state");
	peer_drop_code(p, code, "NOTIFY");
}

/* One that is on */
void watcher_open_on(struct peer *p)
{
	watcher_open(p);
	assert_int_equal(watcher_watch(p, "bob"), 0);
	watcher_respond(p, watcher_take(p, true, "200"), 200,
			"Expires: 200\r\n");
	watcher_notify(p, "active;expires=200", 200);
	(void)watcher_hears(SUBSCRIPTION_EV_ON, 200);
	(void)watcher_hears(SUBSCRIPTION_EV_NOTIFY, 200);
}

void watcher_ends(struct peer *p)
{
	unwatches = p;
}

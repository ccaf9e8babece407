/**
 * @file core/call/tidings.c  Tidings
 */
#include "core/base/log.h"
#include "core/call/news.h"
#include "core/call/tidings.h"
#include "core/sip/message.h"
#include "core/sip/ua.h"

#define PUBLISH	  "publish" /* Sessions of events */
#define SUBSCRIBE "subscribe"

enum {
	REDIRECTED = 300, /* RFC 3261 section 21.3: and above, */
	REFUSED = 400,	  /* ... up to here                    */
};

/* What was said last of one who is watched */
struct said {
	unsigned id;  /* Of the watch; 0: free */
	json_t *news; /* As news_json()        */
};

struct tidings {
	const struct config *cfg;
	struct event_bus *events;
	const struct line *line;
	struct said saidv[PRESENCE_WATCHES_MAX];
};

static void tidings_destructor(void *arg)
{
	struct tidings *t = arg;

	for (size_t i = 0; i < ARRAY_SIZE(t->saidv); i++)
		json_decref(t->saidv[i].news);
}

int tidings_alloc(struct tidings **tp, const struct config *cfg,
		  struct event_bus *events, const struct line *line)
{
	struct tidings *t;

	t = mem_zalloc(sizeof(*t), tidings_destructor);
	if (!t)
		return ENOMEM;

	t->cfg = cfg;
	t->events = events;
	t->line = line;
	*tp = t;
	return 0;
}

static struct presence *presence(const struct tidings *t)
{
	return ua_presence(t->line->ua);
}

/* ---- What was said ---- */

static json_t *said(const struct tidings *t, unsigned id)
{
	for (size_t i = 0; i < ARRAY_SIZE(t->saidv); i++) {
		if (t->saidv[i].id == id)
			return t->saidv[i].news;
	}

	return NULL;
}

static void forget(struct tidings *t, unsigned id)
{
	for (size_t i = 0; i < ARRAY_SIZE(t->saidv); i++) {
		struct said *s = &t->saidv[i];

		if (s->id != id)
			continue;
		json_decref(s->news);
		s->news = NULL;
		s->id = 0;
	}
}

static void keep(struct tidings *t, unsigned id, json_t *news)
{
	forget(t, id);
	for (size_t i = 0; news && i < ARRAY_SIZE(t->saidv); i++) {
		struct said *s = &t->saidv[i];

		if (s->id)
			continue;
		s->id = id;
		s->news = json_incref(news);
		return;
	}
}

/* ---- Events ---- */

/* NULL, which leaves the member out: it is not tried again by itself */
static json_t *retry_ms(uint64_t retry, uint64_t now)
{
	if (retry == CLOCK_NEVER)
		return NULL;

	return json_integer(
		(json_int_t)((retry - clock_min(retry, now)) / CLOCK_MS));
}

static void on_publish(const struct publication_event *ev, uint64_t now,
		       void *arg)
{
	const struct tidings *t = arg;
	const struct pidf *pidf =
		publication_pidf(presence_publication(presence(t)));

	if (ev->what == PUBLICATION_EV_PUBLISHED) {
		log_debug("presence: %s is published\n",
			  pidf_basic_name(pidf->basic));
		event_emit(t->events, EVENT_CONNECTED, PUBLISH, 0,
			   "account:s code:u reason:r aor:s basic:s expires:u",
			   t->line->name, ev->code, &ev->reason,
			   ua_aor(t->line->ua), pidf_basic_name(pidf->basic),
			   ev->expires);
		return;
	}

	if (ev->what == PUBLICATION_EV_FAILED)
		log_info("presence: nothing is published: %u %H\n", ev->code,
			 log_text, &ev->reason);
	event_emit(t->events, EVENT_TERMINATED, PUBLISH, 0,
		   "account:s code:u reason:r aor:s retry_ms:o", t->line->name,
		   ev->code, &ev->reason, ua_aor(t->line->ua),
		   ev->what == PUBLICATION_EV_FAILED ? retry_ms(ev->retry, now)
						     : NULL);
}

static void on_notify(struct tidings *t, const struct presence_watch *w,
		      const struct sip_msg *msg)
{
	const struct pl body = message_body(msg);
	const struct sip_hdr *type = sip_msg_hdr(msg, SIP_HDR_CONTENT_TYPE);
	json_t *news;

	if (!body.l || !type)
		return;

	news = news_json(w->package, msg);
	keep(t, w->id, news);
	event_emit(t->events, EVENT_I_NOTIFY, SUBSCRIBE, w->id,
		   "account:s uri:s package:s content_type:r content:r news:o",
		   t->line->name, w->uri, package_name(w->package), &type->val,
		   &body, news);
}

static void on_watch(const struct presence_watch *w,
		     const struct subscription_event *ev, uint64_t now,
		     void *arg)
{
	struct tidings *t = arg;

	if (ev->what == SUBSCRIPTION_EV_NOTIFY) {
		on_notify(t, w, ev->msg);
		return;
	}
	if (ev->what == SUBSCRIPTION_EV_ON) {
		event_emit(t->events, EVENT_CONNECTED, SUBSCRIBE, w->id,
			   "account:s code:u uri:s package:s pending:b",
			   t->line->name, ev->code, w->uri,
			   package_name(w->package),
			   (int)(w->state == SUBSCRIPTION_PENDING));
		return;
	}

	/* What it said is no longer sure */
	forget(t, w->id);
	log_info("presence: %s of %s is not watched: %u %H%s\n",
		 package_name(w->package), w->uri, ev->code, log_text,
		 &ev->reason,
		 ev->code >= REDIRECTED && ev->code < REFUSED
			 ? "; watch the address where it is now"
			 : "");
	event_emit(t->events, EVENT_TERMINATED, SUBSCRIBE, w->id,
		   "account:s code:u reason:r uri:s package:s retry_ms:o",
		   t->line->name, ev->code, &ev->reason, w->uri,
		   package_name(w->package),
		   ev->what == SUBSCRIPTION_EV_FAILED ? retry_ms(ev->retry, now)
						      : NULL);
}

struct presence_handlers tidings_handlers(struct tidings *t)
{
	const struct presence_handlers h = {
		.publishh = on_publish,
		.watchh = on_watch,
		.arg = t,
	};

	return h;
}

/* ---- What a user does ---- */

int tidings_publish(struct tidings *t, enum pidf_basic basic, const char *note,
		    uint64_t now)
{
	struct presence *pr = presence(t);
	int err = 0;

	if (basic == PIDF_UNKNOWN)
		presence_unpublish(pr, now);
	else
		err = presence_publish(pr, basic, note, now);

	line_wake(t->line);
	return err;
}

int tidings_watch(struct tidings *t, enum package package, const char *to,
		  unsigned *idp, uint64_t now)
{
	int err = presence_watch(presence(t), package, to, idp, now);

	line_wake(t->line);
	return err;
}

int tidings_unwatch(struct tidings *t, enum package package, const char *to,
		    uint64_t now)
{
	int err = presence_unwatch(presence(t), package, to, now);

	line_wake(t->line);
	return err;
}

static void start_watch(struct tidings *t, enum package package, const char *to,
			uint64_t now)
{
	int err = tidings_watch(t, package, to, NULL, now);

	if (err && err != EALREADY)
		log_warning("presence: %s cannot be watched: %m\n", to, err);
}

void tidings_start(struct tidings *t, uint64_t now)
{
	const char *note = config_text(t->cfg, "presence", "note");
	enum pidf_basic basic =
		pidf_basic_find(config_text(t->cfg, "presence", "publish"));
	struct pl item;
	char *to;

	if (basic != PIDF_UNKNOWN && tidings_publish(t, basic, note, now))
		log_warning("presence: the [presence] note cannot be sent\n");

	for (unsigned i = 0; config_item(t->cfg, "presence", "watch", i, &item);
	     i++) {
		if (pl_strdup(&to, &item))
			return;
		start_watch(t, PACKAGE_PRESENCE, to, now);
		mem_deref(to);
	}

	if (config_bool(t->cfg, "presence", "messages"))
		start_watch(t, PACKAGE_MESSAGES, ua_aor(t->line->ua), now);
}

/* ---- Showing ---- */

const char *tidings_account(const struct tidings *t)
{
	return t->line->name;
}

int tidings_print(struct re_printf *pf, const struct tidings *t)
{
	const struct publication *pub = presence_publication(presence(t));
	const struct pidf *pidf = publication_pidf(pub);
	struct presence_watch w;
	int err;

	err = re_hprintf(pf, "%s, published: %s%s%s\n",
			 pidf->basic ? pidf_basic_name(pidf->basic) : "nothing",
			 publication_state_name(publication_state(pub)),
			 *pidf->note ? ": " : "", pidf->note);

	for (unsigned i = 0; !presence_get(presence(t), i, &w); i++)
		err |= re_hprintf(pf, "%u %s of %s: %s%H\n", w.id,
				  package_name(w.package), w.uri,
				  subscription_state_name(w.state), news_print,
				  said(t, w.id));

	return err;
}

static json_t *watch_json(const struct tidings *t,
			  const struct presence_watch *w)
{
	json_t *js = json_pack("{s:i, s:s, s:s, s:s}", "id", (int)w->id,
			       "package", package_name(w->package), "uri",
			       w->uri, "state",
			       subscription_state_name(w->state));
	json_t *news = said(t, w->id);

	if (js && news)
		(void)json_object_set(js, "news", news);
	return js;
}

json_t *tidings_json(const struct tidings *t)
{
	const struct publication *pub = presence_publication(presence(t));
	const struct pidf *pidf = publication_pidf(pub);
	json_t *watches = json_array();
	struct presence_watch w;

	for (unsigned i = 0; !presence_get(presence(t), i, &w); i++)
		(void)json_array_append_new(watches, watch_json(t, &w));

	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "account", t->line->name,
			 "basic", pidf_basic_name(pidf->basic), "note",
			 pidf->note, "state",
			 publication_state_name(publication_state(pub)),
			 "watches", watches);
}

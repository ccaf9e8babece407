/**
 * @file core/call/tidings.c  Tidings
 */
#include "core/base/log.h"
#include "core/call/news.h"
#include "core/call/tidings.h"
#include "core/sip/message.h"
#include "core/sip/ua.h"

#define REGISTER  "register" /* Sessions of events */
#define PUBLISH	  "publish"
#define SUBSCRIBE "subscribe"

enum {
	REDIRECTED = 300, /* RFC 3261 section 21.3: and above, */
	REFUSED = 400,	  /* ... up to here                    */
};

/* One who is watched */
struct known {
	unsigned id;		      /* Of the watch; 0: free               */
	json_t *news;		      /* What was said last, as news_json()  */
	enum subscription_state told; /* In events            */
};

struct tidings {
	const struct config *cfg;
	struct event_bus *events;
	const struct line *line;
	enum registration_state told_reg; /* In events */
	enum publication_state told;	  /* Likewise  */
	struct known knownv[PRESENCE_WATCHES_MAX];
};

static void tidings_destructor(void *arg)
{
	struct tidings *t = arg;

	for (size_t i = 0; i < ARRAY_SIZE(t->knownv); i++)
		json_decref(t->knownv[i].news);
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

/* ---- What is known ---- */

/* That of a watch, or of 0 a free one; NULL: there is none */
static struct known *find(struct tidings *t, unsigned id)
{
	for (size_t i = 0; i < ARRAY_SIZE(t->knownv); i++) {
		if (t->knownv[i].id == id)
			return &t->knownv[i];
	}

	return NULL;
}

static struct known *known_of(struct tidings *t, unsigned id)
{
	struct known *k = find(t, id);

	if (k)
		return k;

	k = find(t, 0);
	if (k) {
		k->id = id;
		k->told = SUBSCRIPTION_WAITING;
	}
	return k;
}

static json_t *said(const struct tidings *t, unsigned id)
{
	for (size_t i = 0; i < ARRAY_SIZE(t->knownv); i++) {
		if (t->knownv[i].id == id)
			return t->knownv[i].news;
	}

	return NULL;
}

/* Its news from now on, or none */
static void keep(struct tidings *t, const struct presence_watch *w,
		 json_t *news)
{
	struct known *k = known_of(t, w->id);

	if (!k)
		return;

	json_decref(k->news);
	k->news = json_incref(news);
	k->told = w->state;
	if (w->state == SUBSCRIPTION_ENDED)
		k->id = 0;
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
	struct tidings *t = arg;
	const struct publication *pub = presence_publication(presence(t));
	const struct pidf *pidf = publication_pidf(pub);

	t->told = publication_state(pub);
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
	keep(t, w, news);
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
	keep(t, w, NULL);
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

/* A request is under way, to begin or to end */
static void begun(const struct tidings *t, const char *session, bool ends)
{
	event_emit(t->events, ends ? EVENT_TERMINATING : EVENT_CONNECTING,
		   session, 0, "account:s aor:s", t->line->name,
		   ua_aor(t->line->ua));
}

static void follow_registration(struct tidings *t)
{
	const enum registration_state was = t->told_reg;
	const enum registration_state is = ua_registration_state(t->line->ua);

	t->told_reg = is;
	if (is != was &&
	    (is == REGISTRATION_TRYING || is == REGISTRATION_LEAVING))
		begun(t, REGISTER, is == REGISTRATION_LEAVING);
}

static void follow_publication(struct tidings *t)
{
	const enum publication_state was = t->told;
	const enum publication_state is =
		publication_state(presence_publication(presence(t)));

	t->told = is;
	if (is != was &&
	    (is == PUBLICATION_TRYING || is == PUBLICATION_LEAVING))
		begun(t, PUBLISH, is == PUBLICATION_LEAVING);
}

static void follow_watch(struct tidings *t, const struct presence_watch *w)
{
	struct known *k = known_of(t, w->id);
	const bool news = k && k->told != w->state;

	if (!news)
		return;

	k->told = w->state;
	if (w->state == SUBSCRIPTION_TRYING || w->state == SUBSCRIPTION_LEAVING)
		event_emit(t->events,
			   w->state == SUBSCRIPTION_TRYING ? EVENT_CONNECTING
							   : EVENT_TERMINATING,
			   SUBSCRIBE, w->id, "account:s uri:s package:s",
			   t->line->name, w->uri, package_name(w->package));
}

void tidings_follow(struct tidings *t)
{
	struct presence_watch w;

	follow_registration(t);
	follow_publication(t);
	for (unsigned i = 0; !presence_get(presence(t), i, &w); i++)
		follow_watch(t, &w);
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

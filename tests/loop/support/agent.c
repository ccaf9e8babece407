/**
 * @file tests/loop/support/agent.c  Agent
 */
#include "core/sip/message.h"
#include "tests/loop/support/agent.h"
#include "tests/unit/test.h"

enum {
	WATCHERS = 8,
	TEXT = 256,
	BODY = 2048,
	EXPIRES = 3600,
	SIZE = 4096,
};

struct watcher {
	unsigned phone;
	bool used;
	char user[TEXT]; /* Who is watched */
	char event[TEXT], callid[TEXT], from[TEXT], to[TEXT], contact[TEXT];
	unsigned cseq;
};

static struct {
	struct agent_mood mood;
	struct agent_stats stats;
	struct watcher watcherv[WATCHERS];
	unsigned tags;	 /* Given so far                               */
	char user[TEXT]; /* Who publishes: one is enough               */
	char etag[TEXT];
	char body[BODY];
	char messages[BODY];
} agent;

static void copy(char *to, const struct pl *pl)
{
	assert_int_equal(pl_strcpy(pl, to, TEXT), 0);
}

static struct pl header(const struct sip_msg *msg, const char *name)
{
	const struct sip_hdr *hdr = sip_msg_xhdr(msg, name);

	return hdr ? hdr->val : pl_null;
}

/* The exchange has put pos at the beginning of the message */
static struct pl body_of(const struct sip_msg *msg)
{
	static const char blank[] = "\r\n\r\n";
	const char *head = (const char *)msg->mb->buf;
	const char *end = memmem(head, msg->mb->end, blank, strlen(blank));
	struct pl body;

	assert_non_null(end);
	body.p = end + strlen(blank);
	body.l = (size_t)(head + msg->mb->end - body.p);
	return body;
}

static uint32_t expires_of(const struct sip_msg *msg)
{
	uint32_t n = message_seconds(msg, SIP_HDR_EXPIRES, EXPIRES, EXPIRES);

	return agent.mood.expires && n > agent.mood.expires ? agent.mood.expires
							    : n;
}

static void notify(struct watcher *w, const char *state, uint64_t now)
{
	const bool presence = !strcmp(w->event, "presence");
	const char *body = !presence			 ? agent.messages
			   : strcmp(w->user, agent.user) ? ""
							 : agent.body;
	struct mbuf *mb = mbuf_alloc(SIZE);

	++agent.stats.notifies;
	mbuf_printf(mb,
		    "NOTIFY %s SIP/2.0\r\n"
		    "Via: SIP/2.0/WSS agent.invalid;branch=z9hG4bKagent%u\r\n"
		    "From: %s\r\nTo: %s\r\nCall-ID: %s\r\n"
		    "CSeq: %u NOTIFY\r\nMax-Forwards: 70\r\n"
		    "Contact: <sip:agent@agent.invalid;transport=ws>\r\n"
		    "Event: %s\r\nSubscription-State: %s\r\n",
		    w->contact, agent.stats.notifies, w->to, w->from, w->callid,
		    ++w->cseq, w->event, state);
	if (*body)
		mbuf_printf(mb, "Content-Type: %s\r\n",
			    presence ? "application/pidf+xml"
				     : "application/simple-message-summary");
	mbuf_printf(mb, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
	mb->pos = 0;
	exchange_deliver(w->phone, mb, now);
	mem_deref(mb);
}

static void notify_all(const char *event, const char *user, const char *state,
		       uint64_t now)
{
	for (size_t i = 0; i < WATCHERS; i++) {
		struct watcher *w = &agent.watcherv[i];

		if (w->used && (!event || !strcmp(w->event, event)) &&
		    (!user || !strcmp(w->user, user)))
			notify(w, state, now);
	}
}

static void published(unsigned i, const struct sip_msg *msg, uint64_t now)
{
	const struct pl tag = header(msg, "SIP-If-Match");
	const struct pl body = body_of(msg);
	const uint32_t expires = expires_of(msg);
	char extra[TEXT];

	++agent.stats.publishes;
	if (tag.l && pl_strcmp(&tag, agent.etag)) {
		++agent.stats.forgotten;
		exchange_respond(i, msg, "412 Conditional Request Failed", "",
				 now);
		return;
	}

	copy(agent.user, &msg->uri.user);
	if (body.l || !expires)
		assert_int_equal(pl_strcpy(&body, agent.body, BODY), 0);
	re_snprintf(agent.etag, TEXT, "tag%u", ++agent.tags);
	re_snprintf(extra, sizeof(extra), "SIP-ETag: %s\r\nExpires: %u\r\n",
		    agent.etag, expires);
	exchange_respond(i, msg, "200 OK", extra, now);
	if (body.l || !expires)
		notify_all("presence", agent.user, "active", now);
}

static struct watcher *watcher_of(const struct sip_msg *msg)
{
	struct watcher *w = NULL;

	for (size_t i = 0; i < WATCHERS; i++) {
		if (agent.watcherv[i].used &&
		    !pl_strcmp(&msg->callid, agent.watcherv[i].callid))
			return &agent.watcherv[i];
		if (!agent.watcherv[i].used)
			w = &agent.watcherv[i];
	}

	return pl_isset(&msg->to.tag) ? NULL : w;
}

static void begin(struct watcher *w, unsigned i, const struct sip_msg *msg)
{
	const struct sip_hdr *contact = sip_msg_hdr(msg, SIP_HDR_CONTACT);
	struct pl event = header(msg, "Event");
	struct sip_addr addr;

	memset(w, 0, sizeof(*w));
	assert_int_equal(sip_addr_decode(&addr, &contact->val), 0);
	w->used = true;
	w->phone = i;
	copy(w->user, &msg->uri.user);
	copy(w->event, &event);
	copy(w->callid, &msg->callid);
	copy(w->from, &msg->from.val);
	copy(w->contact, &addr.auri);
	re_snprintf(w->to, TEXT, "%r;tag=exchange", &msg->to.val);
}

static void subscribed(unsigned i, const struct sip_msg *msg, uint64_t now)
{
	const uint32_t expires = expires_of(msg);
	struct watcher *w = watcher_of(msg);
	char extra[TEXT];

	++agent.stats.subscribes;
	if (!w) {
		exchange_respond(i, msg, "481 Subscription Does Not Exist", "",
				 now);
		return;
	}

	if (!w->used)
		begin(w, i, msg);
	re_snprintf(extra, sizeof(extra),
		    "Expires: %u\r\n"
		    "Contact: <sip:agent@agent.invalid;transport=ws>\r\n",
		    expires);
	if (agent.mood.early)
		notify(w, expires ? "active" : "terminated;reason=timeout",
		       now);
	exchange_respond(i, msg, "200 OK", extra, now);
	if (!agent.mood.early)
		notify(w, expires ? "active" : "terminated;reason=timeout",
		       now);
	w->used = expires != 0;
}

static bool on_request(unsigned i, const struct sip_msg *msg, uint64_t now)
{
	if (message_is(msg, "PUBLISH"))
		published(i, msg, now);
	else if (message_is(msg, "SUBSCRIBE"))
		subscribed(i, msg, now);
	else
		return false;

	return true;
}

void agent_start(const struct agent_mood *mood)
{
	memset(&agent, 0, sizeof(agent));
	agent.mood = *mood;
	exchange_set_agent(on_request);
}

void agent_forget(void)
{
	agent.etag[0] = agent.body[0] = '\0';
	memset(agent.watcherv, 0, sizeof(agent.watcherv));
}

void agent_end(const char *reason, uint64_t now)
{
	char state[TEXT];

	re_snprintf(state, sizeof(state), "terminated;reason=%s", reason);
	notify_all(NULL, NULL, state, now);
	memset(agent.watcherv, 0, sizeof(agent.watcherv));
}

void agent_messages(const char *body, uint64_t now)
{
	str_ncpy(agent.messages, body, sizeof(agent.messages));
	notify_all("message-summary", NULL, "active", now);
}

const struct agent_stats *agent_stats(void)
{
	return &agent.stats;
}

unsigned agent_left(void)
{
	unsigned n = *agent.body != 0;

	for (size_t i = 0; i < WATCHERS; i++)
		n += agent.watcherv[i].used;
	return n;
}

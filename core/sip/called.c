/**
 * @file core/sip/called.c  Called
 */
#include <assert.h>
#include "core/sip/called.h"
#include "core/sip/escape.h"
#include "core/sip/message.h"
#include "core/sip/reliable.h"
#include "core/sip/server.h"

enum {
	EXPIRES_MAX = 3600, /* An INVITE rings no longer [s], ours */
};

static void on_server(struct server *s, enum server_event event,
		      const struct sip_msg *msg, uint64_t now, void *arg);

static int peer_set(struct invite *inv, const struct sip_msg *msg)
{
	int err;

	err = pl_strdup(&inv->callid, &msg->callid);
	err = err ? err : pl_strdup(&inv->peer_uri, &msg->from.auri);
	return err ? err
		   : re_sdprintf(&inv->peer_name, "%H", escape_unquote,
				 &msg->from.dname);
}

int called_alloc(struct invite **ip, struct list *legs, struct origin *o,
		 struct server *s, uint64_t now)
{
	const struct sip_msg *msg = server_msg(s);
	struct invite *inv = NULL;
	uint32_t expires;
	int err;

	err = leg_alloc(&inv, legs, o);
	if (err)
		return err;

	inv->state = INVITE_RINGING;
	inv->incoming = true;
	inv->offerless = !message_body(msg).l;
	err = dialog_alloc_called(&inv->dialog, msg, server_tag(s));
	err = err ? err : peer_set(inv, msg);
	if (err) {
		mem_deref(inv);
		return err;
	}

	expires = message_seconds(msg, SIP_HDR_EXPIRES, 0, EXPIRES_MAX);
	if (expires)
		inv->no_answer = now + (uint64_t)expires * CLOCK_S;
	leg_learn(inv, msg);
	reliable_begin(inv, msg);
	inv->server = mem_ref(s);
	server_set_handler(s, on_server, inv);
	*ip = inv;
	return 0;
}

static void cancelled(struct invite *inv, const struct sip_msg *msg,
		      uint64_t now)
{
	if (!inv->server)
		return;

	(void)leg_reply(inv, inv->server, LEG_TERMINATED, NULL, NULL, now);
	leg_close(inv, INVITE_WHY_CANCELLED, LEG_TERMINATED, msg, now);
}

static void lost(struct invite *inv, uint64_t now)
{
	if (inv->server) {
		leg_close(inv, INVITE_WHY_FLOW, LEG_NO_SERVICE, NULL, now);
		return;
	}

	/* The 2xx cannot be repeated. Unless it was an offer all is said:
	   whether the peer is there will show in the media */
	if (inv->repeat.server && !inv->repeat.offer)
		called_acked(inv, NULL, now);
}

static void on_server(struct server *s, enum server_event event,
		      const struct sip_msg *msg, uint64_t now, void *arg)
{
	struct invite *inv = arg;
	(void)s;

	if (event == SERVER_CANCEL)
		cancelled(inv, msg, now);
	else if (event == SERVER_LOST)
		lost(inv, now);
}

int called_progress(struct invite *inv, unsigned code, const char *reason,
		    struct mbuf *body, uint64_t now)
{
	if (!inv->server || code <= 100 || code >= 200)
		return EINVAL;

	if (reliable_applies(inv, body))
		return reliable_send(inv, code, reason, body, now);

	return leg_reply(inv, inv->server, code, reason, body, now);
}

int called_accept(struct invite *inv, struct mbuf *body, uint64_t now)
{
	struct server *s = inv->server;
	int err;

	if (!s || inv->rel.code >= LEG_OK)
		return EINVAL;
	if (reliable_delays(inv, body))
		return 0;

	/* What was to be in a 1xx goes here */
	body = mem_ref(body ? body : inv->rel.body);
	err = leg_reply(inv, s, LEG_OK, NULL, body, now);
	mem_deref(body);
	if (err == ECONNRESET) {
		leg_close(inv, INVITE_WHY_FLOW, LEG_NO_SERVICE, NULL, now);
		return ENOTCONN;
	}
	if (err)
		return err;

	reliable_end(inv);
	inv->server = NULL;
	inv->no_answer = CLOCK_NEVER;
	inv->state = INVITE_UP;
	(void)dialog_confirm(inv->dialog, NULL);
	leg_repeat_start(&inv->repeat, s, inv->offerless && !inv->agreed, now);
	return 0;
}

int called_reject(struct invite *inv, unsigned code, const char *reason,
		  uint64_t now)
{
	if (!inv->server || code < 400 || code >= 700)
		return EINVAL;

	(void)leg_reply(inv, inv->server, code, reason, NULL, now);
	leg_close(inv, INVITE_WHY_HANGUP, code, NULL, now);
	return 0;
}

void called_acked(struct invite *inv, const struct sip_msg *ack, uint64_t now)
{
	struct invite_event ev;

	leg_repeat_stop(&inv->repeat);
	if (inv->bye_waits) {
		leg_bye(inv, inv->why, inv->bye_cause, now);
		return;
	}

	leg_event(&ev, INVITE_EV_CONFIRMED, ack);
	leg_tell(inv, &ev, now);
}

void called_expired(struct invite *inv, uint64_t now)
{
	(void)leg_reply(inv, inv->server, LEG_TERMINATED, NULL, NULL, now);
	leg_close(inv, INVITE_WHY_NO_ANSWER, LEG_TERMINATED, NULL, now);
}

void called_tick(struct invite *inv, uint64_t now)
{
	if (leg_repeat_tick(&inv->repeat, now))
		return;

	leg_bye(inv, inv->bye_waits ? inv->why : INVITE_WHY_NO_ACK, NULL, now);
}

/**
 * @file core/sip/invite.c  Invite
 *
 * The doors to the parts, and other requests of ours within the dialog.
 */
#include <assert.h>
#include "core/base/log.h"
#include "core/sip/called.h"
#include "core/sip/calling.h"
#include "core/sip/grammar.h"
#include "core/sip/prack.h"
#include "core/sip/reliable.h"
#include "core/sip/reoffer.h"
#include "core/sip/server.h"

/* A request of the owner within the dialog, until its final response */
struct pending {
	struct le le;
	struct invite *inv;
	struct exchange *x;
	char *method;
};

static void pending_destructor(void *arg)
{
	struct pending *p = arg;

	list_unlink(&p->le);
	exchange_release(p->x);
	mem_deref(p->method);
}

void invite_set_handler(struct invite *inv, invite_h *h, void *arg)
{
	inv->h = h;
	inv->arg = arg;
}

int invite_progress(struct invite *inv, unsigned code, const char *reason,
		    struct mbuf *body, uint64_t now)
{
	return called_progress(inv, code, reason, body, now);
}

int invite_accept(struct invite *inv, struct mbuf *body, uint64_t now)
{
	return called_accept(inv, body, now);
}

void invite_set_mode(struct invite *inv, const char *mode)
{
	inv->mode = mode;
}

int invite_reject(struct invite *inv, unsigned code, const char *reason,
		  uint64_t now)
{
	return called_reject(inv, code, reason, now);
}

static void hangup_up(struct invite *inv, const char *cause, uint64_t now)
{
	if (inv->ack.waits)
		(void)leg_send_ack(inv, &inv->ack, NULL, now);

	/* RFC 3261 section 15: the called side waits for the ACK first */
	if (inv->repeat.server && origin_up(inv->o)) {
		inv->state = INVITE_ENDING;
		inv->why = INVITE_WHY_HANGUP;
		inv->bye_waits = true;
		(void)str_dup(&inv->bye_cause, cause ? cause : "");
		return;
	}

	leg_bye(inv, INVITE_WHY_HANGUP, cause, now);
}

void invite_hangup(struct invite *inv, const char *cause, uint64_t now)
{
	switch (inv->state) {
	case INVITE_CALLING:
		calling_cancel(inv, INVITE_WHY_HANGUP, cause, now);
		break;

	case INVITE_RINGING:
		(void)called_reject(inv, LEG_DECLINE, NULL, now);
		break;

	case INVITE_UP:
		hangup_up(inv, cause, now);
		break;

	case INVITE_CANCELLING:
	case INVITE_ENDING:
	case INVITE_CLOSED:
		break;
	}
}

struct invite *invite_release(struct invite *inv, uint64_t now)
{
	if (!inv)
		return NULL;

	inv->h = NULL;
	invite_hangup(inv, NULL, now);
	mem_deref(inv);
	return NULL;
}

void invite_set_requests(struct invite *inv, invite_request_h *h)
{
	inv->requesth = h;
}

int invite_ack(struct invite *inv, struct mbuf *body, uint64_t now)
{
	if (inv->prack.early)
		return prack_answer(inv, body, now);
	if (inv->ack.waits)
		return leg_send_ack(inv, &inv->ack, body, now);
	if (inv->reack.waits)
		return leg_send_ack(inv, &inv->reack, body, now);

	return EINVAL;
}

int invite_reoffer(struct invite *inv, bool update, struct mbuf *body,
		   uint64_t now)
{
	if (update && !leg_body(body).l)
		return EINVAL;

	return reoffer_start(inv, update, body, now);
}

int invite_reanswer(struct invite *inv, unsigned code, const char *reason,
		    struct mbuf *body, uint64_t now)
{
	return reoffer_answer(inv, code, reason, body, now);
}

int invite_redirect(struct invite *inv, bool yes, uint64_t now)
{
	return calling_redirect(inv, yes, now);
}

static void on_pending(int err, const struct sip_msg *msg, uint64_t now,
		       void *arg)
{
	struct pending *p = arg;
	struct invite *inv = p->inv;
	struct invite_event ev;

	if (!err && msg->scode < 200)
		return;

	leg_event(&ev, INVITE_EV_RESPONSE, msg);
	if (err) {
		ev.code = err == ETIMEDOUT ? LEG_TIMEOUT : LEG_NO_SERVICE;
		pl_set_str(&ev.reason, reply_reason((uint16_t)ev.code));
		pl_set_str(&ev.method, p->method);
	}

	list_unlink(&p->le);
	if (inv->state == INVITE_UP && ev.code == LEG_NO_DIALOG)
		leg_close(inv, INVITE_WHY_DIALOG, 0, msg, now);
	else
		leg_tell(inv, &ev, now);
	mem_deref(p);
}

int invite_request(struct invite *inv, const char *method,
		   const char *const *headerv, const char *ctype,
		   struct mbuf *body, uint64_t now)
{
	struct request r = { .method = method, .ctype = ctype };
	struct pending *p;
	struct mbuf *mb;
	int err;

	if (inv->state != INVITE_UP)
		return EINVAL;
	if (list_count(&inv->requestl) == INVITE_REQUESTS_MAX)
		return EBUSY;

	p = mem_zalloc(sizeof(*p), pending_destructor);
	mb = mbuf_alloc(1);
	if (!p || !mb) {
		mem_deref(p);
		mem_deref(mb);
		return ENOMEM;
	}

	p->inv = inv;
	r.body = leg_body(body);
	err = str_dup(&p->method, method);
	err = err ? err : leg_add_lines(mb, headerv);
	r.headers = mb;
	err = err ? err : leg_request(&p->x, inv, &r, on_pending, p, now);
	mem_deref(mb);
	if (err)
		mem_deref(p);
	else
		list_append(&inv->requestl, &p->le, p);
	return err;
}

bool invite_requesting(const struct invite *inv)
{
	return !list_isempty(&inv->requestl);
}

enum invite_state invite_state(const struct invite *inv)
{
	return inv->state;
}

bool invite_incoming(const struct invite *inv)
{
	return inv->incoming;
}

bool invite_early(const struct invite *inv)
{
	return inv->agreed && inv->allow &&
	       (inv->state == INVITE_CALLING || inv->state == INVITE_RINGING) &&
	       invite_peer_allows(inv, "UPDATE");
}

bool invite_reliable(const struct invite *inv)
{
	return inv->rel.required || inv->rel.wanted;
}

bool invite_owes_offer(const struct invite *inv)
{
	return inv->rel.required && inv->offerless && !inv->rel.rseq;
}

const struct sip_msg *invite_msg(const struct invite *inv)
{
	return inv->server ? server_msg(inv->server) : NULL;
}

bool invite_peer_allows(const struct invite *inv, const char *method)
{
	struct pl pl;

	if (!inv->allow)
		return true;

	pl_set_str(&pl, inv->allow);
	return grammar_list_has(&pl, method);
}

const char *invite_callid(const struct invite *inv)
{
	return inv->callid;
}

const char *invite_peer_uri(const struct invite *inv)
{
	return inv->peer_uri;
}

const char *invite_peer_name(const struct invite *inv)
{
	return inv->peer_name ? inv->peer_name : "";
}

int invite_print(struct re_printf *pf, const struct invite *inv)
{
	static const char *const namev[] = {
		"calling", "ringing", "cancelling", "up", "ending", "closed",
	};
	struct pl peer;
	int err;

	pl_set_str(&peer, inv->peer_uri);
	err = re_hprintf(pf, "%s %s %H early=%u requests=%u",
			 inv->incoming ? "from" : "to", namev[inv->state],
			 log_text, &peer, inv->earlyc,
			 list_count(&inv->requestl));
	if (inv->dialog)
		err |= re_hprintf(pf, " %H", dialog_print, inv->dialog);
	return err;
}

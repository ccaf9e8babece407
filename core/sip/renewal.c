/**
 * @file core/sip/renewal.c  Renewal
 */
#include "core/sip/renewal.h"
#include "core/sip/message.h"

static const char cause[] = "SIP;cause=408;text=\"Session expired\"";

static void on_response(int err, const struct sip_msg *msg, uint64_t now,
			void *arg);

/* Only a re-INVITE is left, which has an offer: the owner's */
static void ask(struct invite *inv, uint64_t now)
{
	struct invite_event ev;

	leg_event(&ev, INVITE_EV_REFRESH, NULL);
	leg_tell(inv, &ev, now);
}

static int send_update(struct invite *inv, uint64_t now)
{
	struct request r = { .method = "UPDATE" };
	struct mbuf *headers = NULL;
	int err;

	err = leg_headers(&headers, inv);
	err = err ? err : refresh_add_request(&inv->refresh, headers);
	r.headers = headers;
	err = err ? err
		  : leg_request(&inv->refx, inv, &r, on_response, inv, now);
	mem_deref(headers);
	return err;
}

static void on_response(int err, const struct sip_msg *msg, uint64_t now,
			void *arg)
{
	struct invite *inv = arg;

	if (!err && msg->scode < 200)
		return;

	inv->refx = exchange_release(inv->refx);
	if (inv->state != INVITE_UP)
		return;

	if (err)
		return; /* Another try is due */
	if (msg->scode < 300) {
		(void)dialog_refresh(inv->dialog, msg);
		refresh_take_reply(&inv->refresh, msg, now);
	} else if (msg->scode == LEG_NO_DIALOG) {
		leg_close(inv, INVITE_WHY_DIALOG, 0, msg, now);
	} else if (msg->scode == REFRESH_TOO_SMALL) {
		if (refresh_take_refusal(&inv->refresh, msg))
			(void)send_update(inv, now);
	} else if (msg->scode == LEG_METHOD || msg->scode == LEG_UNKNOWN) {
		ask(inv, now);
	}
}

uint64_t renewal_due(const struct invite *inv)
{
	return inv->state == INVITE_UP
		       ? clock_min(inv->refresh.due, inv->refresh.end)
		       : CLOCK_NEVER;
}

void renewal_tick(struct invite *inv, uint64_t now)
{
	struct refresh *r = &inv->refresh;

	if (inv->state != INVITE_UP)
		return;

	if (now >= r->end) {
		refresh_stop(r);
		leg_bye(inv, INVITE_WHY_EXPIRED, cause, now);
		return;
	}
	if (now < r->due)
		return;

	refresh_again(r, now);
	if (inv->refx || inv->repending)
		return; /* That one will do */
	if (!inv->allow || !invite_peer_allows(inv, "UPDATE"))
		ask(inv, now);
	else
		(void)send_update(inv, now);
}

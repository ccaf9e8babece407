/**
 * @file tests/unit/support/talk.c  A call of ours that is up
 */
#include "tests/unit/support/talk.h"

const struct ua_params talk_account = {
	.origin = { .user = "alice",
		    .realm = "example.org",
		    .transfers = true,
		    .transferable = true },
	.password = "secret",
	.auth_in_call = true,
};

void talk_up_as(struct peer *p, const struct ua_params *who, invite_h *h,
		const char *lines)
{
	struct invite_params prm = { .to = "bob" };
	struct sip_msg *req;

	peer_open(p, who);
	prm.body = peer_mbuf("offer");
	assert_int_equal(ua_call(&p->inv, p->ua, &prm, h, p, p->now), 0);
	mem_deref(prm.body);
	req = peer_take(p, "INVITE");
	peer_learn_request(p, req, "b");
	peer_respond(p, req, 200, "b", lines, "answer");
	(void)peer_event(p, INVITE_EV_ANSWERED);
	peer_drop(p, "ACK");
	mem_deref(req);
}

void talk_up(struct peer *p, invite_h *h)
{
	talk_up_as(p, &talk_account, h, "Contact: <sip:bob@far.invalid>\r\n");
}

void talk_down(struct peer *p)
{
	invite_hangup(p->inv, NULL, p->now);
	p->deaf = true;
	peer_request(p, "BYE", "bye", NULL, NULL);
	(void)peer_event(p, INVITE_EV_CLOSED);
	while (p->head != p->tail)
		mem_deref(p->sentv[p->head++ % PEER_QUEUE]);
	peer_calm(p);
	p->inv = mem_deref(p->inv);
	assert_true(ua_due(p->ua) != 0);
	peer_close(p);
}

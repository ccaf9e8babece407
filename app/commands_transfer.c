/**
 * @file app/commands_transfer.c  Commands of transfer
 */
#include "app/commands_transfer.h"

enum {
	ID_MAX = 1000000000,
};

static int answer(const struct request *rq, int err)
{
	if (err == EBUSY)
		return request_say(rq, err, "a transfer is under way");
	if (err == ENOTSUP)
		return request_say(rq, err, "the other side takes no transfer");
	return request_call(rq, err);
}

int cmd_transfer(const struct request *rq)
{
	const char *to = rq->argv[rq->argc - 1];
	struct request idrq = *rq;
	unsigned id, other = 0;
	int err;

	idrq.argc = rq->argc - 1;
	err = request_id(&idrq, 0, &id);
	if (err)
		return err;

	/* A number is a call's if there is one, else somebody's */
	if (!request_number(to, ID_MAX, &other) ||
	    !calls_established(phone_calls_of(rq->ctx->phone), other))
		other = 0;
	if (other && !id)
		return request_say(rq, EINVAL,
				   "which call is to go to that one? transfer "
				   "ID ID2");

	return answer(rq,
		      phone_transfer(rq->ctx->phone, id, to, other, rq->now));
}

int cmd_xfer(const struct request *rq)
{
	const bool yes = !strcmp(rq->argv[0], "yes");
	unsigned id;
	int err;

	if (!yes && strcmp(rq->argv[0], "no"))
		return request_say(rq, EINVAL, "xfer yes|no [ID]");

	err = request_id(rq, 1, &id);
	if (err)
		return err;

	err = phone_consent(rq->ctx->phone, id, yes, rq->now);
	if (err == ENOENT || err == EINVAL)
		return request_say(rq, err, "nobody wants to send us on");
	return request_call(rq, err);
}

/**
 * @file app/commands_hold.c  Commands of hold
 */
#include "app/commands_hold.h"

static int set_hold(const struct request *rq, bool on)
{
	unsigned id;
	int err = request_id(rq, 0, &id);

	if (err)
		return err;

	err = phone_hold(rq->ctx->phone, id, on, rq->now);
	if (err == EALREADY)
		return request_say(rq, err,
				   on ? "the call is on hold already"
				      : "the call is not on hold");
	return request_call(rq, err);
}

int cmd_hold(const struct request *rq)
{
	return set_hold(rq, true);
}

int cmd_resume(const struct request *rq)
{
	return set_hold(rq, false);
}

int cmd_switch(const struct request *rq)
{
	unsigned id;
	int err = request_id(rq, 0, &id);

	if (err)
		return err;

	err = phone_switch(rq->ctx->phone, id, rq->now);
	if (err == EALREADY)
		return request_say(rq, err, "it is talked in that call");
	if (err == ENOENT && !id)
		return request_say(rq, err, "no call is on hold");
	return request_call(rq, err);
}

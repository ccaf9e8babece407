/**
 * @file app/commands_presence.c  Commands of presence
 */
#include "app/commands_presence.h"

static int result(const struct request *rq, int err)
{
	switch (err) {
	case 0:
		return 0;
	case ENODEV:
		return request_call(rq, err);
	case EINVAL:
		return request_say(rq, err, "not an address");
	case ENOENT:
		return request_say(
			rq, err,
			"that is not watched; `presence` lists what is");
	case EALREADY:
		return request_say(rq, err, "that is watched already");
	case ENOSPC:
		return request_say(rq, err,
				   "as many are watched as can be; `unwatch` "
				   "one first");
	case ESHUTDOWN:
		return request_say(rq, err, "the phone ends");
	default:
		return request_say(rq, err, strerror(err));
	}
}

static int show(const struct request *rq, const struct tidings *t)
{
	return rq->json ? request_json(rq, tidings_json(t))
			: mbuf_printf(rq->out, "%H", tidings_print, t);
}

static int publish(const struct request *rq, struct tidings *t,
		   enum pidf_basic basic)
{
	char *note = NULL;
	int err = request_join(rq, 1, &note);

	if (!err)
		err = tidings_publish(t, basic, note, rq->now);
	mem_deref(note);

	return err == EINVAL ? request_say(rq, err,
					   "the note has characters that "
					   "cannot be sent")
			     : result(rq, err);
}

int cmd_presence(const struct request *rq)
{
	struct tidings *t = phone_tidings(rq->ctx->phone);
	enum pidf_basic basic;

	if (!t)
		return result(rq, ENODEV);
	if (!rq->argc)
		return show(rq, t);

	basic = pidf_basic_find(rq->argv[0]);
	if (basic == PIDF_UNKNOWN &&
	    (strcmp(rq->argv[0], "off") || rq->argc > 1))
		return request_say(rq, EINVAL,
				   "presence [open|closed [NOTE]|off]");

	return publish(rq, t, basic);
}

/* The second argument; presence without. @return false: no such one */
static bool package_arg(const struct request *rq, enum package *packagep)
{
	*packagep = PACKAGE_PRESENCE;
	if (rq->argc < 2 || package_find(packagep, rq->argv[1]))
		return true;

	(void)request_say(rq, EINVAL, "presence or message-summary");
	return false;
}

int cmd_watch(const struct request *rq)
{
	struct tidings *t = phone_tidings(rq->ctx->phone);
	enum package package;
	unsigned id = 0;
	int err;

	if (!package_arg(rq, &package))
		return EINVAL;

	err = t ? tidings_watch(t, package, rq->argv[0], &id, rq->now) : ENODEV;
	if (err)
		return result(rq, err);

	return rq->json ? request_json(rq, json_pack("{s:i}", "id", (int)id))
			: mbuf_printf(rq->out, "watch %u\n", id);
}

int cmd_unwatch(const struct request *rq)
{
	struct tidings *t = phone_tidings(rq->ctx->phone);
	enum package package;

	if (!package_arg(rq, &package))
		return EINVAL;

	return result(rq, t ? tidings_unwatch(t, package, rq->argv[0], rq->now)
			    : ENODEV);
}

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
	case ENXIO:
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

static json_t *show_json(const struct request *rq, const char *account)
{
	const struct phone *p = rq->ctx->phone;
	json_t *js = NULL, *others = json_array();
	struct tidings *t;

	for (unsigned i = 0; (t = phone_tidings_of(p, i)) != NULL; i++) {
		if (account && strcmp(account, tidings_account(t)) != 0)
			continue;
		if (js)
			(void)json_array_append_new(others, tidings_json(t));
		else
			js = tidings_json(t);
	}
	if (js && json_array_size(others))
		(void)json_object_set(js, "others", others);

	json_decref(others);
	return js;
}

static int show(const struct request *rq, const char *account)
{
	const struct phone *p = rq->ctx->phone;
	const bool several = phone_tidings_of(p, 1) != NULL;
	struct tidings *t;
	int err = 0;

	if (rq->json)
		return request_json(rq, show_json(rq, account));

	for (unsigned i = 0; (t = phone_tidings_of(p, i)) != NULL; i++) {
		if (account && strcmp(account, tidings_account(t)) != 0)
			continue;
		if (several)
			err |= mbuf_printf(rq->out, "%s: ", tidings_account(t));
		err |= mbuf_printf(rq->out, "%H", tidings_print, t);
	}

	return err;
}

static int publish(const struct request *rq, const char *account,
		   enum pidf_basic basic)
{
	struct tidings *t;
	char *note = NULL;
	int err = request_join(rq, 1, &note);

	for (unsigned i = 0; !err; i++) {
		t = phone_tidings_of(rq->ctx->phone, i);
		if (!t)
			break;
		if (!account || !strcmp(account, tidings_account(t)))
			err = tidings_publish(t, basic, note, rq->now);
	}
	mem_deref(note);

	return err == EINVAL ? request_say(rq, err,
					   "the note has characters that "
					   "cannot be sent")
			     : result(rq, err);
}

int cmd_presence(const struct request *asked)
{
	struct request rq = *asked;
	const char *account = request_option(&rq, 0, "via=");
	enum pidf_basic basic;
	struct tidings *t;
	int err = phone_tidings(rq.ctx->phone, account, "", &t);

	if (err)
		return result(&rq, err);
	if (!rq.argc)
		return show(&rq, account);

	basic = pidf_basic_find(rq.argv[0]);
	if (basic == PIDF_UNKNOWN && (strcmp(rq.argv[0], "off") || rq.argc > 1))
		return request_say(&rq, EINVAL,
				   "presence [via=NAME] "
				   "[open|closed [NOTE]|off]");

	return publish(&rq, account, basic);
}

/* TO [PACKAGE] [via=NAME]. @return 0, or errno, answered in words */
static int watch_args(struct request *rq, enum package *packagep,
		      const char **accountp)
{
	*packagep = PACKAGE_PRESENCE;
	*accountp = NULL;
	for (int i = 1; i < rq->argc && !*accountp; i++)
		*accountp = request_option(rq, i, "via=");

	if (rq->argc < 2 ||
	    (rq->argc == 2 && package_find(packagep, rq->argv[1])))
		return 0;

	return request_say(rq, EINVAL, "presence or message-summary");
}

int cmd_watch(const struct request *asked)
{
	struct request rq = *asked;
	enum package package;
	const char *account;
	struct tidings *t;
	unsigned id = 0;
	int err = watch_args(&rq, &package, &account);

	if (err)
		return err;

	err = phone_tidings(rq.ctx->phone, account, rq.argv[0], &t);
	if (!err)
		err = tidings_watch(t, package, rq.argv[0], &id, rq.now);
	if (err)
		return result(&rq, err);

	return rq.json ? request_json(&rq, json_pack("{s:i}", "id", (int)id))
		       : mbuf_printf(rq.out, "watch %u\n", id);
}

int cmd_unwatch(const struct request *asked)
{
	struct request rq = *asked;
	enum package package;
	const char *account;
	struct tidings *t;
	int err = watch_args(&rq, &package, &account);

	if (err)
		return err;

	err = phone_tidings(rq.ctx->phone, account, rq.argv[0], &t);
	if (err)
		return result(&rq, err);

	/* Where it was begun is not always where it would be now */
	err = tidings_unwatch(t, package, rq.argv[0], rq.now);
	for (unsigned i = 0; err == ENOENT && !account; i++) {
		t = phone_tidings_of(rq.ctx->phone, i);
		if (!t)
			break;
		err = tidings_unwatch(t, package, rq.argv[0], rq.now);
	}

	return result(&rq, err);
}

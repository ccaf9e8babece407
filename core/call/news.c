/**
 * @file core/call/news.c  News
 */
#include "core/base/event.h"
#include "core/base/log.h"
#include "core/call/news.h"
#include "core/sip/message.h"
#include "core/sip/pidf.h"
#include "core/sip/summary.h"

/* NULL leaves the member out */
static json_t *text(const char *s)
{
	struct pl pl;

	if (!*s)
		return NULL;

	pl_set_str(&pl, s);
	return event_string(&pl);
}

static json_t *presence_json(const struct pl *body)
{
	struct pidf pidf;

	if (pidf_decode(&pidf, body))
		return NULL;

	return json_pack("{s:s, s:o*, s:o*}", "basic",
			 pidf_basic_name(pidf.basic), "entity",
			 text(pidf.entity), "note", text(pidf.note));
}

static json_t *messages_json(const struct pl *body)
{
	struct summary sum;
	json_t *js;

	if (summary_decode(&sum, body))
		return NULL;

	js = json_pack("{s:b, s:o*}", "waiting", (int)sum.waiting, "account",
		       pl_isset(&sum.account) ? event_string(&sum.account)
					      : NULL);
	if (js && sum.counted) {
		(void)json_object_set_new(js, "new", json_integer(sum.fresh));
		(void)json_object_set_new(js, "old", json_integer(sum.old));
	}
	return js;
}

json_t *news_json(enum package package, const struct sip_msg *msg)
{
	const struct pl body = message_body(msg);

	if (!message_body_is(msg, package_type(package)))
		return NULL;

	return package == PACKAGE_PRESENCE ? presence_json(&body)
					   : messages_json(&body);
}

static int print_text(struct re_printf *pf, const json_t *news, const char *key,
		      const char *before)
{
	const char *s = json_string_value(json_object_get(news, key));
	struct pl pl;

	if (!s)
		return 0;

	pl_set_str(&pl, s);
	return re_hprintf(pf, "%s%H", before, log_text, &pl);
}

static int print_messages(struct re_printf *pf, const json_t *news)
{
	const json_t *fresh = json_object_get(news, "new");

	if (!fresh)
		return re_hprintf(pf, ", %s wait",
				  json_is_true(json_object_get(news, "waiting"))
					  ? "new ones"
					  : "none");

	return re_hprintf(
		pf, ", %lld new, %lld old",
		(long long)json_integer_value(fresh),
		(long long)json_integer_value(json_object_get(news, "old")));
}

int news_print(struct re_printf *pf, const json_t *news)
{
	if (!news)
		return 0;
	if (json_object_get(news, "waiting"))
		return print_messages(pf, news) |
		       print_text(pf, news, "account", ", call ");

	return print_text(pf, news, "basic", ", ") |
	       print_text(pf, news, "note", ": ");
}

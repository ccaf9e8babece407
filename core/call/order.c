/**
 * @file core/call/order.c  Order
 */
#include "core/call/order.h"

static unsigned open_relay(struct door *d, const json_t *js, bool in_call,
			   const char **reasonp, uint64_t now)
{
	const json_t *relay = json_object_get(js, "relay");

	if (relay && !json_is_string(relay)) {
		*reasonp = "Relay Not Understood";
		return 400;
	}
	if (!in_call) {
		*reasonp = "Not In A Call";
		return 403;
	}

	switch (d ? door_open(d, json_string_value(relay), DOOR_BY_PAGE, now)
		  : ENOENT) {
	case 0:
		*reasonp = "OK";
		return 200;
	case ENOENT:
		*reasonp = "No Such Relay";
		return 404;
	case EPERM:
		*reasonp = "Not From The Page";
		return 403;
	default:
		*reasonp = "Relay Does Not Work";
		return 500;
	}
}

unsigned order_obey(struct door *d, const struct pl *body, bool in_call,
		    const char **reasonp, uint64_t now)
{
	const char *command;
	unsigned code = 400;
	json_t *js = NULL;

	if (body->l <= ORDER_MAX)
		js = json_loadb(body->p, body->l, JSON_REJECT_DUPLICATES, NULL);

	command = json_string_value(json_object_get(js, "command"));
	*reasonp = js ? "Command Not Understood" : "Not Understood";
	if (command && !strcmp(command, "door"))
		code = open_relay(d, js, in_call, reasonp, now);

	json_decref(js);
	return code;
}

json_t *order_tell(const char *relay, bool open)
{
	const struct pl name = { relay, strlen(relay) };

	return json_pack("{s:s, s:o, s:b}", "event", "door", "relay",
			 event_string(&name), "open", (int)open);
}

json_t *order_tell_locked(void)
{
	return json_pack("{s:s, s:b}", "event", "door", "locked", 1);
}

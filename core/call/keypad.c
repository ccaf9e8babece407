/**
 * @file core/call/keypad.c  Keypad
 */
#include "core/call/keypad.h"
#include "core/sip/grammar.h"
#include "core/sip/keyframe.h"
#include "core/sip/keypress.h"

enum {
	INFO_MAX = 64,	      /* Body of a dtmf-relay INFO [bytes] */
	CALL_INFO_MAX = 4096, /* Of any other, ours [bytes]        */
	REFUSED = 300,	      /* And above: RFC 3261 section 7.2   */
};

void keypad_digit(struct call *c, char digit, const char *by, uint64_t now)
{
	const char text[] = { digit, '\0' };

	event_emit(c->events, EVENT_DTMF_RECEIVED, "call", c->id,
		   "digit:s by:s", text, by);
	if (c->digith && c->state == CALL_UP)
		c->digith(c, digit, now, c->arg);
}

void keypad_info(struct call *c, const struct invite_event *ev, uint64_t now)
{
	const char digit = keypress_decode(&ev->ctype, &ev->body);

	event_emit(c->events, EVENT_I_INFO, "call", c->id,
		   "content_type:r content:r", &ev->ctype, &ev->body);
	if (digit)
		keypad_digit(c, digit, "info", now);
	if (keyframe_decode(&ev->ctype, &ev->body))
		session_wish(c->session, now);
}

/* The next one, when nothing is to be answered: they arrive in order. If it
   cannot be sent, the rest is not either */
static int next_digit(struct call *c, uint64_t now)
{
	const char digit = c->digits[0];
	struct mbuf *mb;
	int err;

	if (!digit || invite_requesting(c->inv))
		return 0;

	memmove(c->digits, c->digits + 1, strlen(c->digits));
	mb = mbuf_alloc(INFO_MAX);
	err = mb ? keypress_encode(mb, digit) : ENOMEM;
	if (!err) {
		mb->pos = 0;
		err = invite_request(c->inv, "INFO", NULL, keypress_type, mb,
				     now);
	}
	mem_deref(mb);
	if (err)
		c->digits[0] = '\0';
	return err;
}

static int info_digits(struct call *c, const char *digits, uint64_t now)
{
	const size_t n = strlen(c->digits);

	if (n + strlen(digits) > DIGITS_MAX)
		return ENOBUFS;

	str_ncpy(c->digits + n, digits, sizeof(c->digits) - n);
	return next_digit(c, now);
}

void keypad_answered(struct call *c, const struct invite_event *ev,
		     uint64_t now)
{
	/* Half a number is worse than none */
	if (ev->code >= REFUSED)
		c->digits[0] = '\0';
	(void)next_digit(c, now);
}

int call_dtmf(struct call *c, const char *digits, uint64_t now)
{
	const char *by = "rtp";
	int err;

	if (c->state != CALL_UP)
		return EINVAL;
	if (!*digits || digits[strspn(digits, "0123456789*#ABCDabcd")])
		return EINVAL;

	err = session_send_digits(c->session, digits);
	if (err == ENOTSUP) {
		by = "info";
		err = info_digits(c, digits, now);
	}
	if (!err)
		event_emit(c->events, EVENT_DTMF_SENT, "call", c->id,
			   "digits:s by:s", digits, by);

	return err;
}

/* type/subtype and perhaps parameters, RFC 3261 section 25.1; one line */
static bool is_type(const char *text)
{
	struct pl type, sub, rest;

	if (re_regex(text, strlen(text), "[^/]+/[^; ]+[^]*", &type, &sub,
		     &rest))
		return false;

	return grammar_is_token(&type) && grammar_is_token(&sub) &&
	       !strpbrk(text, "\r\n");
}

int call_info(struct call *c, const char *type, const char *body, uint64_t now)
{
	const size_t size = strlen(body);
	struct mbuf *mb;
	int err;

	if (c->state != CALL_UP)
		return EINVAL;
	if (!is_type(type))
		return EBADMSG;
	if (size > CALL_INFO_MAX)
		return EMSGSIZE;

	mb = mbuf_alloc(size + 1);
	if (!mb)
		return ENOMEM;

	err = mbuf_write_str(mb, body);
	mb->pos = 0;
	if (!err)
		err = invite_request(c->inv, "INFO", NULL, type, mb, now);
	mem_deref(mb);

	return err;
}

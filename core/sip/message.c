/**
 * @file core/sip/message.c  Message
 *
 *     start line -> header lines -> values -> what SIP asks of them -> body
 *
 * Goes on after a fault, since a request is answered if its Via, From, To,
 * Call-ID and CSeq can be found; the first fault is the one told.
 */
#include <assert.h>
#include <errno.h>
#include "core/sip/lines.h"
#include "core/sip/message.h"
#include "core/sip/names.h"
#include "core/sip/reply.h"
#include "core/sip/scan.h"

enum {
	BUCKETS = 32,
};

/* A message on its way */
struct decoder {
	struct sip_msg *msg;
	struct message_fault fault; /* The first; scode 0: none */
	struct pl rest;		    /* Not looked at yet        */
	unsigned values;
};

static void header_destructor(void *arg)
{
	struct sip_hdr *hdr = arg;

	list_unlink(&hdr->le);
	hash_unlink(&hdr->he);
}

static void message_destructor(void *arg)
{
	struct sip_msg *msg = arg;

	list_flush(&msg->hdrl);
	if (msg->hdrht)
		hash_flush(msg->hdrht);
	mem_deref(msg->hdrht);
	mem_deref(msg->mb);
}

static void fault(struct decoder *d, uint16_t scode, const char *reason)
{
	if (d->fault.scode)
		return;

	d->fault.scode = scode;
	d->fault.reason = reason;
}

static void bad(struct decoder *d, const char *reason)
{
	fault(d, REPLY_BAD_REQUEST, reason);
}

static void start_line(struct decoder *d)
{
	const struct pl line = lines_cut(&d->rest);
	const char *why = "Bad Start Line";
	uint16_t code;

	code = lines_start(d->msg, line, &why);
	if (!code && line.l > MESSAGE_LINE_MAX)
		code = REPLY_BAD_REQUEST;
	if (code)
		fault(d, code, why);
}

/* The value of To or From */
static void address(struct decoder *d, struct sip_taddr *addr,
		    const struct sip_hdr *hdr, const char *reason)
{
	if (grammar_addr(addr, &hdr->val))
		bad(d, reason);
}

/* "4711 INVITE" */
static void cseq(struct decoder *d, const struct sip_hdr *hdr)
{
	struct sip_cseq *cs = &d->msg->cseq;
	struct pl rest = hdr->val, num;
	size_t n = 0;

	while (n < rest.l && scan_is_digit(rest.p[n]))
		++n;
	num = scan_cut(&rest, n);
	cs->met = grammar_trim(rest);

	if (grammar_number(&cs->num, &num, UINT32_MAX) || !rest.l ||
	    !scan_is_lws(rest.p[0]) || !grammar_is_token(&cs->met))
		bad(d, "Bad CSeq");
	else if (d->msg->req && pl_cmp(&cs->met, &d->msg->met))
		bad(d, "CSeq Has Another Method");
}

static void call_id(struct decoder *d, const struct sip_hdr *hdr)
{
	d->msg->callid = hdr->val;
	if (!hdr->val.l)
		bad(d, "Bad Call-ID");

	for (size_t i = 0; i < hdr->val.l; i++) {
		if (scan_is_lws(hdr->val.p[i]))
			bad(d, "Bad Call-ID");
	}
}

static void forwards(struct decoder *d, const struct sip_hdr *hdr)
{
	uint32_t n;

	d->msg->maxfwd = hdr->val;
	if (grammar_number(&n, &hdr->val, MESSAGE_FORWARDS_MAX))
		bad(d, "Bad Max-Forwards");
}

static void via(struct decoder *d, const struct sip_hdr *hdr)
{
	struct sip_via v;

	if (grammar_via(&v, &hdr->val))
		bad(d, "Bad Via");
	else if (!d->msg->via.sentby.l)
		d->msg->via = v;
}

/* Contact, Route, Record-Route: the address must be one */
static void target(struct decoder *d, const struct sip_hdr *hdr)
{
	struct sip_taddr addr;

	if (hdr->id == SIP_HDR_CONTACT && grammar_is_star(&hdr->val))
		return;
	if (grammar_addr(&addr, &hdr->val))
		bad(d,
		    hdr->id == SIP_HDR_CONTACT ? "Bad Contact" : "Bad Route");
}

/* What is no type stays empty; 415 is for the user agent to say */
static void content_type(struct msg_ctype *ctype, struct pl rest)
{
	const struct pl type = scan_token(&rest);

	scan_skip_lws(&rest);
	if (!type.l || !scan_starts(&rest, '/'))
		return;

	(void)scan_cut(&rest, 1);
	scan_skip_lws(&rest);
	ctype->type = type;
	ctype->subtype = scan_token(&rest);
	ctype->params = rest;
}

/* Look at a value, if it is one that SIP needs */
static void value(struct decoder *d, const struct sip_hdr *hdr)
{
	struct sip_msg *msg = d->msg;

	switch (hdr->id) {
	case SIP_HDR_VIA:
		via(d, hdr);
		break;
	case SIP_HDR_TO:
		address(d, &msg->to, hdr, "Bad To");
		break;
	case SIP_HDR_FROM:
		address(d, &msg->from, hdr, "Bad From");
		break;
	case SIP_HDR_CSEQ:
		cseq(d, hdr);
		break;
	case SIP_HDR_CALL_ID:
		call_id(d, hdr);
		break;
	case SIP_HDR_MAX_FORWARDS:
		forwards(d, hdr);
		break;
	case SIP_HDR_CONTACT:
	case SIP_HDR_ROUTE:
	case SIP_HDR_RECORD_ROUTE:
		target(d, hdr);
		break;
	case SIP_HDR_CONTENT_TYPE:
		content_type(&msg->ctyp, hdr->val);
		break;
	case SIP_HDR_CONTENT_LENGTH:
		msg->clen = hdr->val;
		break;
	case SIP_HDR_EXPIRES:
		msg->expires = hdr->val;
		break;
	default:
		break;
	}
}

static struct sip_hdr *header_alloc(const struct pl *name,
				    const struct names_entry *e, struct pl val)
{
	struct sip_hdr *hdr = mem_zalloc(sizeof(*hdr), header_destructor);

	if (!hdr)
		return NULL;

	hdr->name = *name;
	hdr->val = val;
	hdr->id = e ? e->id : SIP_HDR_NONE;
	return hdr;
}

/* One value into the hash, where sip_msg_hdr() finds it; takes hdr over */
static void add_value(struct decoder *d, const struct names_entry *e,
		      struct sip_hdr *hdr)
{
	struct sip_msg *msg = d->msg;

	if (++d->values > MESSAGE_HEADERS) {
		bad(d, "Too Many Headers");
		mem_deref(hdr);
	} else if (e && e->kind == NAMES_ONCE && sip_msg_hdr(msg, e->id)) {
		bad(d, "Header Given Twice");
		mem_deref(hdr);
	} else {
		hash_append(msg->hdrht, names_key(&hdr->name), &hdr->he, hdr);
		value(d, hdr);
	}
}

/* All values of a list */
static int add_values(struct decoder *d, const struct names_entry *e,
		      const struct sip_hdr *line)
{
	struct pl el, rest = line->val;
	unsigned n = 0;
	int err;

	while (!(err = grammar_next(&el, &rest))) {
		struct sip_hdr *hdr;

		if (++n > MESSAGE_LIST_MAX)
			break;

		/* Empty elements are counted, so that lines are too */
		if (!el.l && (e->id == SIP_HDR_VIA || e->id == SIP_HDR_ROUTE))
			bad(d, "Bad Via Or Route");
		if (!el.l) {
			++d->values;
			continue;
		}

		hdr = header_alloc(&line->name, e, el);
		if (!hdr)
			return ENOMEM;
		add_value(d, e, hdr);
	}

	if (err == EBADMSG)
		bad(d, "Open Quote");
	else if (!err)
		bad(d, "List Too Long");

	return 0;
}

/* One header with its folded lines */
static int header(struct decoder *d, struct pl line)
{
	const struct names_entry *e;
	struct pl name = grammar_trim(scan_until(&line, ':'));
	struct sip_hdr *hdr;

	if (!line.l || !grammar_is_token(&name)) {
		bad(d, "Bad Header");
		return 0;
	}

	(void)scan_cut(&line, 1);
	e = names_find(&name);
	hdr = header_alloc(&name, e, grammar_trim(line));
	if (!hdr)
		return ENOMEM;

	list_append(&d->msg->hdrl, &hdr->le, hdr);
	if (e && e->kind == NAMES_LIST)
		return add_values(d, e, hdr);

	add_value(d, e, mem_ref(hdr));
	return 0;
}

/* All headers, to the empty line */
static int headers(struct decoder *d)
{
	int err = 0;

	while (d->rest.l && !err && d->values <= MESSAGE_HEADERS) {
		const struct pl line = lines_cut_header(&d->rest);

		if (!line.l)
			return 0;
		if (line.l > MESSAGE_LINE_MAX)
			bad(d, "Header Too Long");
		else if (!lines_safe(&line))
			bad(d, "Bad Character");
		else
			err = header(d, line);
	}

	bad(d, "No End Of Headers");
	return err;
}

/* Set the body in the buffer, cut to Content-Length */
static void body(struct decoder *d)
{
	struct sip_msg *msg = d->msg;
	uint32_t n = 0;

	msg->mb->pos = msg->mb->end - d->rest.l;
	if (!msg->clen.p)
		return;

	if (grammar_number(&n, &msg->clen, MESSAGE_MAX) || n > d->rest.l)
		bad(d, "Bad Content-Length");
	else
		msg->mb->end = msg->mb->pos + n;
}

/* Whether a response can be made to it */
static bool answerable(const struct sip_msg *msg)
{
	return msg->req && pl_strcmp(&msg->met, "ACK") &&
	       sip_msg_hdr(msg, SIP_HDR_VIA) &&
	       sip_msg_hdr(msg, SIP_HDR_FROM) && sip_msg_hdr(msg, SIP_HDR_TO) &&
	       sip_msg_hdr(msg, SIP_HDR_CALL_ID) &&
	       sip_msg_hdr(msg, SIP_HDR_CSEQ);
}

static void mandatory(struct decoder *d)
{
	static const enum sip_hdrid idv[] = { SIP_HDR_VIA, SIP_HDR_FROM,
					      SIP_HDR_TO, SIP_HDR_CALL_ID,
					      SIP_HDR_CSEQ };

	for (size_t i = 0; i < ARRAY_SIZE(idv); i++) {
		if (!sip_msg_hdr(d->msg, idv[i]))
			bad(d, "Missing Header");
	}
}

static int decode(struct decoder *d, struct mbuf *mb)
{
	struct sip_msg *msg;
	int err;

	msg = d->msg = mem_zalloc(sizeof(*msg), message_destructor);
	if (!msg)
		return ENOMEM;

	err = hash_alloc(&msg->hdrht, BUCKETS);
	if (err)
		return err;

	msg->mb = mem_ref(mb);
	msg->tp = SIP_TRANSP_NONE;
	if (d->rest.l > MESSAGE_MAX)
		fault(d, REPLY_TOO_LARGE, NULL);

	start_line(d);
	err = headers(d);
	if (err)
		return err;

	mandatory(d);
	body(d);
	return d->fault.scode ? EBADMSG : 0;
}

int message_decode(struct sip_msg **msgp, struct mbuf *mb,
		   struct message_fault *f)
{
	struct decoder d = { .msg = NULL };
	int err;

	assert(msgp && mb);
	*msgp = NULL;

	pl_set_mbuf(&d.rest, mb);
	while (d.rest.l && (d.rest.p[0] == '\r' || d.rest.p[0] == '\n'))
		(void)scan_cut(&d.rest, 1);
	if (!d.rest.l)
		return ENODATA;

	err = decode(&d, mb);
	if (f)
		*f = d.fault;
	if (!err || (err == EBADMSG && answerable(d.msg)))
		*msgp = d.msg;
	else
		mem_deref(d.msg);

	return err;
}

bool message_is(const struct sip_msg *msg, const char *method)
{
	return msg->req && !pl_strcmp(&msg->met, method);
}

bool message_cseq_is(const struct sip_msg *msg, const char *method)
{
	return !pl_strcmp(&msg->cseq.met, method);
}

struct pl message_body(const struct sip_msg *msg)
{
	struct pl pl;

	pl_set_mbuf(&pl, msg->mb);
	return pl;
}

bool message_body_is(const struct sip_msg *msg, const char *type)
{
	const char *slash = strchr(type, '/');
	struct pl main = { type, 0 };

	assert(slash);
	main.l = (size_t)(slash - type);

	return !pl_casecmp(&msg->ctyp.type, &main) &&
	       !pl_strcasecmp(&msg->ctyp.subtype, slash + 1);
}

static bool element_handler(const struct sip_hdr *hdr,
			    const struct sip_msg *msg, void *arg)
{
	(void)msg;
	return !pl_strcasecmp(&hdr->val, arg);
}

bool message_lists(const struct sip_msg *msg, enum sip_hdrid id,
		   const char *element)
{
	return sip_msg_hdr_apply(msg, true, id, element_handler,
				 (void *)(uintptr_t)element) != NULL;
}

uint32_t message_seconds(const struct sip_msg *msg, enum sip_hdrid id,
			 uint32_t other, uint32_t max)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, id);
	struct pl num;
	uint32_t n;

	if (!hdr)
		return other;

	num = hdr->val;
	for (num.l = 0; num.l < hdr->val.l && scan_is_digit(num.p[num.l]);)
		++num.l;

	return grammar_number(&n, &num, max) == EBADMSG ? other : n;
}

/**
 * @file core/sip/refer.c  Refer
 */
#include <errno.h>
#include "core/sip/dialog.h"
#include "core/sip/escape.h"
#include "core/sip/grammar.h"
#include "core/sip/header.h"
#include "core/sip/message.h"
#include "core/sip/refer.h"
#include "core/sip/replaces.h"
#include "core/sip/scan.h"

static void refer_destructor(void *arg)
{
	struct refer *r = arg;

	mem_deref(r->uri);
	mem_deref(r->replaces);
	mem_deref(r->by);
}

/* ---- Theirs ---- */

static int take_replaces(struct refer *r, const struct pl *val)
{
	struct replaces rep;
	struct pl pl;

	if (r->replaces || val->l > REPLACES_MAX)
		return EBADMSG;
	if (re_sdprintf(&r->replaces, "%H", escape_unpercent, val))
		return ENOMEM;

	pl_set_str(&pl, r->replaces);
	return header_safe(&pl) ? replaces_decode(&rep, &pl) : EBADMSG;
}

static int take_require(struct refer *r, const struct pl *val)
{
	char *list;
	struct pl pl;

	if (val->l > REFER_URI_MAX)
		return EBADMSG;
	if (re_sdprintf(&list, "%H", escape_unpercent, val))
		return ENOMEM;

	pl_set_str(&pl, list);
	r->strict |= grammar_list_has(&pl, "replaces");
	mem_deref(list);
	return 0;
}

/* "?name=value&name=value" */
static int take_headers(struct refer *r, struct pl rest)
{
	int err = 0;

	if (scan_starts(&rest, '?'))
		(void)scan_cut(&rest, 1);
	while (rest.l && !err) {
		struct pl val = scan_until(&rest, '&');
		struct pl name = scan_until(&val, '=');

		if (rest.l)
			(void)scan_cut(&rest, 1);
		if (!val.l)
			return EBADMSG;
		(void)scan_cut(&val, 1);
		if (!pl_strcasecmp(&name, "Replaces"))
			err = take_replaces(r, &val);
		else if (!pl_strcasecmp(&name, "Require"))
			err = take_require(r, &val);
	}
	return err;
}

static int take_target(struct refer *r, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_REFER_TO);
	struct sip_taddr addr;
	struct pl method, uri, headers;
	int err;

	if (!hdr || grammar_addr(&addr, &hdr->val) ||
	    addr.auri.l > REFER_URI_MAX + REPLACES_MAX)
		return EBADMSG;
	if (pl_strcasecmp(&addr.uri.scheme, "sip") &&
	    pl_strcasecmp(&addr.uri.scheme, "sips"))
		return ENOTSUP;
	if (!grammar_param(&method, &addr.uri.params, "method") &&
	    pl_strcmp(&method, "INVITE"))
		return EPERM;

	uri = addr.auri;
	headers = addr.uri.headers;
	if (headers.l)
		uri.l = (size_t)(headers.p - uri.p);
	if (uri.l > REFER_URI_MAX || !header_safe(&uri))
		return EBADMSG;
	if (pl_strdup(&r->uri, &uri))
		return ENOMEM;

	err = take_headers(r, headers);
	r->strict = r->replaces && (r->strict || !refer_is_gruu(r->uri));
	return err;
}

/* A Referred-By of no use is none: it proves nothing */
static int take_referrer(struct refer *r, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_REFERRED_BY);
	struct sip_taddr addr;

	if (!hdr || hdr->val.l > REFER_URI_MAX || !header_safe(&hdr->val) ||
	    grammar_addr(&addr, &hdr->val))
		return 0;

	return pl_strdup(&r->by, &hdr->val);
}

bool refer_is_gruu(const char *str)
{
	struct uri uri;
	struct pl pl;

	pl_set_str(&pl, str);
	return !grammar_uri(&uri, &pl) &&
	       !grammar_param(NULL, &uri.params, "gr");
}

bool refer_silent(const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_REFER_SUB);
	struct pl rest = hdr ? hdr->val : pl_null, word;

	word = grammar_trim(scan_until(&rest, ';'));
	return !pl_strcasecmp(&word, "false");
}

int refer_decode(struct refer **rp, const struct sip_msg *msg)
{
	struct refer *r = mem_zalloc(sizeof(*r), refer_destructor);
	int err;

	if (!r)
		return ENOMEM;

	r->silent = refer_silent(msg);
	err = take_target(r, msg);
	err = err ? err : take_referrer(r, msg);
	if (err)
		mem_deref(r);
	else
		*rp = r;
	return err;
}

/* ---- Ours ---- */

static int hvalue(struct re_printf *pf, const char *str)
{
	struct pl pl;

	pl_set_str(&pl, *str ? str : "0"); /* RFC 3891 section 6.1 */
	return escape_hvalue(pf, &pl);
}

/* As the other end of the dialog sees it */
static int print_replaces(struct re_printf *pf, const struct dialog *d)
{
	return d ? re_hprintf(pf,
			      "?Replaces=%H%%3Bto-tag%%3D%H%%3Bfrom-tag%%3D%H",
			      hvalue, dialog_callid(d), hvalue,
			      dialog_remote_tag(d), hvalue, dialog_local_tag(d))
		 : 0;
}

int refer_encode(char **valuep, const char *uri, const struct dialog *d)
{
	struct sip_taddr addr;
	char *value;
	struct pl pl;

	if (strpbrk(uri, "?<>"))
		return EINVAL;
	if (re_sdprintf(&value, "<%s%H%s>", uri, print_replaces, d,
			d && !refer_is_gruu(uri) ? "&Require=replaces" : ""))
		return ENOMEM;

	pl_set_str(&pl, value);
	if (!header_safe(&pl) || grammar_addr(&addr, &pl)) {
		mem_deref(value);
		return EINVAL;
	}

	*valuep = value;
	return 0;
}

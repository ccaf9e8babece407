/**
 * @file core/sip/grammar.c  Grammar
 *
 * Hand-written, over scan.h. Each function goes over its bytes once and cuts
 * from the left: `rest` is always what was not looked at yet.
 */
#include <errno.h>
#include "core/sip/grammar.h"
#include "core/sip/scan.h"

enum {
	PORT_MAX = 65535,
	DECIMAL = 10,
};

struct pl grammar_trim(struct pl pl)
{
	scan_skip_lws(&pl);
	while (pl.l && scan_is_lws(pl.p[pl.l - 1]))
		--pl.l;

	return pl;
}

bool grammar_is_token(const struct pl *pl)
{
	struct pl rest = *pl;

	return scan_token(&rest).l && !rest.l;
}

int grammar_number(uint32_t *n, const struct pl *pl, uint32_t max)
{
	uint64_t v = 0;

	if (!pl->l)
		return EBADMSG;

	for (size_t i = 0; i < pl->l; i++) {
		if (!scan_is_digit(pl->p[i]))
			return EBADMSG;

		/* Stays at most ten times max: no overflow in 64 bits */
		if (v <= max)
			v = v * DECIMAL + (uint64_t)(pl->p[i] - '0');
	}

	*n = v > max ? max : (uint32_t)v;
	return v > max ? ERANGE : 0;
}

/* Printable, without what would end a URI, and each % with two digits */
static bool uri_chars_ok(const struct pl *pl)
{
	for (size_t i = 0; i < pl->l; i++) {
		const unsigned char c = (unsigned char)pl->p[i];

		if (c <= ' ' || c == 0x7f || strchr("<>\"", c))
			return false;
		if (c == '%' && (i + 2 >= pl->l || scan_hex(pl->p[i + 1]) < 0 ||
				 scan_hex(pl->p[i + 2]) < 0))
			return false;
	}

	return true;
}

/* Cut host and, if there is one, port. No port is 0 */
static int cut_hostport(struct pl *host, uint16_t *port, int *af,
			struct pl *rest)
{
	const char *set = "-._";
	struct pl digits;
	struct sa sa;
	uint32_t n = 0;
	size_t l = 0;

	if (scan_starts(rest, '[')) {
		set = ":."; /* With the digits and letters, near enough */
		(void)scan_cut(rest, 1);
	}

	while (l < rest->l && rest->p[l] &&
	       (scan_is_alpha(rest->p[l]) || scan_is_digit(rest->p[l]) ||
		strchr(set, rest->p[l])))
		++l;
	*host = scan_cut(rest, l);
	if (!host->l)
		return EBADMSG;

	*af = sa_set(&sa, host, 0) ? AF_UNSPEC : sa_af(&sa);
	if (*set == ':') {
		*af = AF_INET6;
		if (!scan_starts(rest, ']'))
			return EBADMSG;
		(void)scan_cut(rest, 1);
	}

	*port = 0;
	scan_skip_lws(rest); /* Around the colon, in Via */
	if (!scan_starts(rest, ':'))
		return 0;

	(void)scan_cut(rest, 1);
	scan_skip_lws(rest);
	for (l = 0; l < rest->l && scan_is_digit(rest->p[l]);)
		++l;
	digits = scan_cut(rest, l);
	if (grammar_number(&n, &digits, PORT_MAX))
		return EBADMSG;

	*port = (uint16_t)n;
	return 0;
}

/* What follows the colon of sip: and sips: */
static int sip_uri(struct uri *uri, struct pl rest)
{
	struct pl copy = rest;
	int err;

	if (!uri_chars_ok(&rest))
		return EBADMSG;

	uri->user = scan_until(&copy, '@');
	if (copy.l) {
		rest = copy;
		(void)scan_cut(&rest, 1);
		copy = uri->user;
		uri->user = scan_until(&copy, ':');
		if (copy.l) {
			(void)scan_cut(&copy, 1);
			uri->password = copy;
		}
		if (!uri->user.l)
			return EBADMSG;
	} else {
		uri->user = pl_null;
	}

	err = cut_hostport(&uri->host, &uri->port, &uri->af, &rest);
	if (err)
		return err;

	if (scan_starts(&rest, ';'))
		uri->params = scan_until(&rest, '?');
	if (scan_starts(&rest, '?'))
		uri->headers = scan_cut(&rest, rest.l);

	copy = uri->params;
	return rest.l || scan_until(&copy, '@').l != uri->params.l ? EBADMSG
								   : 0;
}

int grammar_uri(struct uri *uri, const struct pl *pl)
{
	struct pl rest = *pl, scheme;

	memset(uri, 0, sizeof(*uri));

	scheme = scan_until(&rest, ':');
	if (!scheme.l || rest.l < 2 || !scan_is_alpha(scheme.p[0]))
		return EBADMSG;

	for (size_t i = 1; i < scheme.l; i++) {
		if (!scan_is_alpha(scheme.p[i]) &&
		    !scan_is_digit(scheme.p[i]) &&
		    !(scheme.p[i] && strchr("+-.", scheme.p[i])))
			return EBADMSG;
	}

	(void)scan_cut(&rest, 1);
	uri->scheme = scheme;
	if (!pl_strcasecmp(&scheme, "sip") || !pl_strcasecmp(&scheme, "sips"))
		return sip_uri(uri, rest);

	return uri_chars_ok(&rest) ? 0 : EBADMSG;
}

/* Cut a display name, which may be empty, if a < follows it */
static int cut_display(struct pl *dname, struct pl *rest)
{
	struct pl copy = *rest;
	size_t n = 0;

	if (scan_starts(&copy, '"')) {
		if (scan_quoted(dname, &copy))
			return EBADMSG;

		++dname->p; /* Without the quotes */
		dname->l -= 2;
		scan_skip_lws(&copy);
	} else {
		/* Tokens; raw UTF-8 is wrong and seen */
		while (n < copy.l &&
		       (scan_is_token(copy.p[n]) || scan_is_lws(copy.p[n]) ||
			(unsigned char)copy.p[n] > 0x7f))
			++n;
		*dname = grammar_trim(scan_cut(&copy, n));
	}

	if (!scan_starts(&copy, '<'))
		return ENOENT;

	*rest = copy;
	return 0;
}

int grammar_addr(struct sip_taddr *addr, const struct pl *pl)
{
	struct pl rest = grammar_trim(*pl);
	int err;

	memset(addr, 0, sizeof(*addr));
	addr->val = rest;

	err = cut_display(&addr->dname, &rest);
	if (!err) {
		(void)scan_cut(&rest, 1);
		addr->auri = scan_until(&rest, '>');
		if (!rest.l)
			return EBADMSG;
		(void)scan_cut(&rest, 1);
		err = grammar_uri(&addr->uri, &addr->auri);
	} else if (err == ENOENT && !scan_starts(&rest, '"')) {
		/* No brackets: parameters are the header's, and what could
		   be taken for something else is not allowed */
		addr->dname = pl_null;
		addr->auri = grammar_trim(scan_until(&rest, ';'));
		err = grammar_uri(&addr->uri, &addr->auri);
		if (!err && (memchr(addr->auri.p, '?', addr->auri.l) ||
			     memchr(addr->auri.p, ',', addr->auri.l)))
			err = EBADMSG;
	}
	if (err)
		return EBADMSG;

	addr->params = grammar_trim(rest);
	if (addr->params.l && !scan_starts(&addr->params, ';'))
		return EBADMSG;

	/* tag-param has a token (RFC 3261 section 25.1): an empty one would
	   be taken for none by some, and get a second one */
	if (!grammar_param(&addr->tag, &addr->params, "tag") && !addr->tag.l)
		return EBADMSG;

	return grammar_params(&addr->params, NULL, NULL);
}

static enum sip_transp transport(const struct pl *pl)
{
	static const struct {
		const char *name;
		enum sip_transp tp;
	} tablev[] = {
		{ "UDP", SIP_TRANSP_UDP }, { "TCP", SIP_TRANSP_TCP },
		{ "TLS", SIP_TRANSP_TLS }, { "WS", SIP_TRANSP_WS },
		{ "WSS", SIP_TRANSP_WSS },
	};

	for (size_t i = 0; i < ARRAY_SIZE(tablev); i++) {
		if (!pl_strcasecmp(pl, tablev[i].name))
			return tablev[i].tp;
	}

	return SIP_TRANSP_NONE;
}

/* Cut "token /", with white space wherever it may be */
static int cut_part(struct pl *part, struct pl *rest)
{
	scan_skip_lws(rest);
	*part = scan_token(rest);
	scan_skip_lws(rest);
	if (!part->l || !scan_starts(rest, '/'))
		return EBADMSG;

	(void)scan_cut(rest, 1);
	return 0;
}

int grammar_via(struct sip_via *via, const struct pl *pl)
{
	struct pl rest = *pl, part, host, copy;
	uint16_t port;
	int af;

	memset(via, 0, sizeof(*via));
	via->val = grammar_trim(*pl);

	if (cut_part(&part, &rest) || pl_strcasecmp(&part, "SIP") ||
	    cut_part(&part, &rest))
		return EBADMSG;

	scan_skip_lws(&rest);
	part = scan_token(&rest);
	if (!part.l || !rest.l || !scan_is_lws(rest.p[0]))
		return EBADMSG;
	via->tp = transport(&part);

	via->sentby = grammar_trim(scan_until(&rest, ';'));
	copy = via->sentby;
	if (cut_hostport(&host, &port, &af, &copy) || copy.l)
		return EBADMSG;

	via->params = grammar_trim(rest);
	(void)grammar_param(&via->branch, &via->params, "branch");
	return grammar_params(&via->params, NULL, NULL);
}

/* Cut a parameter's value: a quoted string, or all up to the semicolon */
static int cut_value(struct pl *val, struct pl *rest)
{
	if (scan_starts(rest, '"'))
		return scan_quoted(val, rest);

	*val = grammar_trim(scan_until(rest, ';'));
	for (size_t i = 0; i < val->l; i++) {
		if (scan_is_lws(val->p[i]) || strchr("\"<>,", val->p[i]))
			return EBADMSG;
	}

	return 0;
}

int grammar_params(const struct pl *params, grammar_param_h *h, void *arg)
{
	struct pl rest = *params;

	for (bool first = true;; first = false) {
		struct pl name, val = pl_null;

		scan_skip_lws(&rest);
		if (!rest.l)
			return 0;
		if (scan_starts(&rest, ';'))
			(void)scan_cut(&rest, 1);
		else if (!first)
			return EBADMSG;

		scan_skip_lws(&rest);
		name = scan_token(&rest);
		if (!name.l)
			return EBADMSG;

		scan_skip_lws(&rest);
		if (scan_starts(&rest, '=')) {
			(void)scan_cut(&rest, 1);
			scan_skip_lws(&rest);
			if (cut_value(&val, &rest))
				return EBADMSG;
		}

		if (h && h(&name, &val, arg))
			return 0;
	}
}

struct wanted {
	const char *name;
	struct pl val;
	bool found;
};

static bool wanted_handler(const struct pl *name, const struct pl *val,
			   void *arg)
{
	struct wanted *w = arg;

	if (pl_strcasecmp(name, w->name))
		return false;

	w->val = *val;
	w->found = true;
	return true;
}

int grammar_param(struct pl *val, const struct pl *params, const char *name)
{
	struct wanted w = { name, PL_INIT, false };

	(void)grammar_params(params, wanted_handler, &w);
	if (!w.found)
		return ENOENT;

	if (scan_starts(&w.val, '"')) {
		++w.val.p;
		w.val.l -= 2;
	}
	if (val)
		*val = w.val;

	return 0;
}

int grammar_next(struct pl *el, struct pl *rest)
{
	struct pl str;
	bool angle = false;
	size_t n = 0;

	if (!rest->p)
		return ENOENT;

	for (; n < rest->l; n++) {
		const char c = rest->p[n];

		if (c == '"' && !angle) {
			struct pl tail = { rest->p + n, rest->l - n };

			if (scan_quoted(&str, &tail))
				return EBADMSG;
			n += str.l - 1;
		} else if (c == '<' || c == '>') {
			angle = c == '<';
		} else if (c == ',' && !angle) {
			break;
		}
	}

	*el = grammar_trim(scan_cut(rest, n));
	if (rest->l)
		(void)scan_cut(rest, 1);
	else
		*rest = pl_null;

	return 0;
}

bool grammar_list_has(const struct pl *pl, const char *element)
{
	struct pl rest = *pl, el;

	while (!grammar_next(&el, &rest)) {
		if (!pl_strcasecmp(&el, element))
			return true;
	}

	return false;
}

bool grammar_is_star(const struct pl *pl)
{
	struct pl rest = *pl;

	if (!scan_starts(&rest, '*'))
		return false;

	(void)scan_cut(&rest, 1);
	scan_skip_lws(&rest);
	return !rest.l || scan_starts(&rest, ';');
}

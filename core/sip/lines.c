/**
 * @file core/sip/lines.c  Lines
 */
#include "core/sip/grammar.h"
#include "core/sip/lines.h"
#include "core/sip/reply.h"
#include "core/sip/scan.h"

enum {
	STATUS_DIGITS = 3,
	STATUS_MIN = 100, /* RFC 3261 section 7.2 */
	STATUS_MAX = 699,
	DELETE = 0x7f,
};

static const char protocol[] = "SIP/";

struct pl lines_cut(struct pl *rest)
{
	struct pl line = scan_until(rest, '\n');

	if (rest->l)
		(void)scan_cut(rest, 1);
	if (line.l && line.p[line.l - 1] == '\r')
		--line.l;

	return line;
}

struct pl lines_cut_header(struct pl *rest)
{
	struct pl line = lines_cut(rest);

	while (line.l && rest->l && (rest->p[0] == ' ' || rest->p[0] == '\t')) {
		const struct pl more = lines_cut(rest);

		line.l = (size_t)(more.p + more.l - line.p);
	}

	return line;
}

bool lines_safe(const struct pl *line)
{
	for (size_t i = 0; i < line->l; i++) {
		const unsigned char c = (unsigned char)line->p[i];

		if ((c >= ' ' && c != DELETE) || c == '\t')
			continue;
		if (c == '\n')
			continue; /* Only a folded line has it inside */
		if (c == '\r' && i + 1 < line->l && line->p[i + 1] == '\n')
			continue;
		if (i == 0 || line->p[i - 1] != '\\' || c == '\r')
			return false;
	}

	return true;
}

static bool is_protocol(const struct pl *pl)
{
	struct pl head = *pl;

	if (head.l > sizeof(protocol) - 1)
		head.l = sizeof(protocol) - 1;

	return !pl_strcasecmp(&head, protocol);
}

/* "SIP/2.0 200 OK" */
static uint16_t status_line(struct sip_msg *msg, struct pl line,
			    const char **why)
{
	struct pl code;
	uint32_t n = 0;

	msg->ver = scan_until(&line, ' ');
	if (line.l)
		(void)scan_cut(&line, 1);
	code = scan_until(&line, ' ');
	if (line.l)
		(void)scan_cut(&line, 1);
	msg->reason = line;

	*why = "Bad Status Line";
	if (pl_strcasecmp(&msg->ver, "SIP/2.0") || code.l != STATUS_DIGITS ||
	    grammar_number(&n, &code, STATUS_MAX) || n < STATUS_MIN)
		return REPLY_BAD_REQUEST;

	msg->scode = (uint16_t)n;
	return 0;
}

/* "OPTIONS sip:x SIP/2.0": the URI is all between the outer spaces */
static uint16_t request_line(struct sip_msg *msg, struct pl line,
			     const char **why)
{
	size_t n;

	msg->req = true;
	*why = "Bad Start Line";

	msg->met = scan_until(&line, ' ');
	if (!grammar_is_token(&msg->met) || !line.l ||
	    scan_is_lws(line.p[line.l - 1]))
		return REPLY_BAD_REQUEST;

	(void)scan_cut(&line, 1);
	for (n = line.l; n && line.p[n - 1] != ' ';)
		--n;
	msg->ver.p = line.p + n;
	msg->ver.l = line.l - n;
	if (!n || !is_protocol(&msg->ver))
		return REPLY_BAD_REQUEST;

	msg->ruri.p = line.p;
	msg->ruri.l = n - 1;
	if (pl_strcasecmp(&msg->ver, "SIP/2.0")) {
		*why = NULL;
		return REPLY_VERSION;
	}

	*why = "Bad Request-URI";
	return grammar_uri(&msg->uri, &msg->ruri) || msg->uri.headers.l
		       ? REPLY_BAD_REQUEST
		       : 0;
}

uint16_t lines_start(struct sip_msg *msg, struct pl line, const char **why)
{
	uint16_t code;

	if (is_protocol(&line))
		code = status_line(msg, line, why);
	else
		code = request_line(msg, line, why);

	if (!code && !lines_safe(&line)) {
		*why = "Bad Start Line";
		code = REPLY_BAD_REQUEST;
	}

	return code;
}

/**
 * @file core/sip/sipfrag.c  Sipfrag
 */
#include <errno.h>
#include <strings.h>
#include "core/sip/grammar.h"
#include "core/sip/header.h"
#include "core/sip/reply.h"
#include "core/sip/scan.h"
#include "core/sip/sipfrag.h"

enum {
	DIGITS = 3, /* Of a status code, RFC 3261 section 7.2 */
	CODE_MIN = 100,
	CODE_END = 700,
};

static const char version[] = "SIP/2.0 ";

/* Cut a line, without its end */
static struct pl cut_line(struct pl *rest)
{
	struct pl line = scan_until(rest, '\n');

	if (rest->l)
		(void)scan_cut(rest, 1);
	if (line.l && line.p[line.l - 1] == '\r')
		--line.l;
	return line;
}

static int decode_status(struct sipfrag *f, struct pl line)
{
	const size_t n = strlen(version);
	struct pl digits;
	uint32_t code;

	if (line.l < n + DIGITS || strncasecmp(line.p, version, n))
		return EBADMSG;

	(void)scan_cut(&line, n);
	digits = scan_cut(&line, DIGITS);
	if (grammar_number(&code, &digits, CODE_END - 1) || code < CODE_MIN)
		return EBADMSG;
	if (line.l && !scan_starts(&line, ' '))
		return EBADMSG;

	f->code = code;
	f->reason = grammar_trim(line);
	return 0;
}

/* A header, or the line that goes on with one */
static int check_header(struct pl line, bool first)
{
	if (scan_starts(&line, ' ') || scan_starts(&line, '\t'))
		return first ? EBADMSG : 0;
	if (!scan_token(&line).l)
		return EBADMSG;

	while (scan_starts(&line, ' ') || scan_starts(&line, '\t'))
		(void)scan_cut(&line, 1);
	return scan_starts(&line, ':') ? 0 : EBADMSG;
}

int sipfrag_decode(struct sipfrag *f, const struct pl *body)
{
	struct pl rest = *body, line;
	int err;

	if (body->l > SIPFRAG_MAX)
		return EBADMSG;

	line = cut_line(&rest);
	if (!header_safe(&line))
		return EBADMSG;

	err = decode_status(f, line);
	for (bool first = true; !err && rest.l; first = false) {
		line = cut_line(&rest);
		if (!line.l)
			break; /* What follows is a body */
		err = header_safe(&line) ? check_header(line, first) : EBADMSG;
	}
	return err;
}

int sipfrag_print(struct re_printf *pf, const unsigned *code)
{
	return re_hprintf(pf, "%s%u %s\r\n", version, *code,
			  reply_reason((uint16_t)*code));
}

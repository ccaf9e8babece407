/**
 * @file core/sip/summary.c  Summary
 */
#include <errno.h>
#include <assert.h>
#include "core/sip/grammar.h"
#include "core/sip/lines.h"
#include "core/sip/scan.h"
#include "core/sip/summary.h"

/* "4/8 (1/2)": new, old, and the urgent ones among them */
static void counts(struct summary *s, struct pl val)
{
	struct pl fresh = scan_until(&val, '/'), old;

	if (!scan_starts(&val, '/'))
		return;

	(void)scan_cut(&val, 1);
	old = grammar_trim(scan_until(&val, '('));
	fresh = grammar_trim(fresh);
	if (grammar_number(&s->fresh, &fresh, UINT32_MAX) == EBADMSG ||
	    grammar_number(&s->old, &old, UINT32_MAX) == EBADMSG)
		s->fresh = s->old = 0;
	else
		s->counted = true;
}

int summary_decode(struct summary *s, const struct pl *body)
{
	struct pl rest = *body;
	bool first = true;

	assert(s);

	memset(s, 0, sizeof(*s));
	if (body->l > SUMMARY_MAX)
		return EBADMSG;

	while (rest.l) {
		struct pl val = lines_cut(&rest);
		struct pl name = grammar_trim(scan_until(&val, ':'));

		if (scan_starts(&val, ':'))
			(void)scan_cut(&val, 1);
		val = grammar_trim(val);
		if (first && pl_strcasecmp(&name, "Messages-Waiting"))
			return EBADMSG;
		if (first)
			s->waiting = !pl_strcasecmp(&val, "yes");
		else if (!pl_strcasecmp(&name, "Message-Account"))
			s->account = val;
		else if (!pl_strcasecmp(&name, "Voice-Message"))
			counts(s, val);
		first = false;
	}

	return first ? EBADMSG : 0;
}

/**
 * @file core/sip/answermode.c  Answer mode
 */
#include "core/sip/answermode.h"
#include "core/sip/grammar.h"
#include "core/sip/scan.h"

static enum answermode mode_of(const struct pl *val)
{
	struct pl rest = *val;
	const struct pl word = grammar_trim(scan_until(&rest, ';'));

	return !pl_strcasecmp(&word, "auto")	 ? ANSWERMODE_AUTO
	       : !pl_strcasecmp(&word, "manual") ? ANSWERMODE_MANUAL
						 : ANSWERMODE_NONE;
}

/* Wherever it stands: it is a wish, and granted to those who may only */
static bool has(const struct sip_hdr *hdr, const char *text)
{
	const size_t l = strlen(text);

	for (size_t i = 0; hdr && i + l <= hdr->val.l; i++) {
		const struct pl part = { hdr->val.p + i, l };

		if (!pl_strcasecmp(&part, text))
			return true;
	}

	return false;
}

enum answermode answermode_get(const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_xhdr(msg, "Answer-Mode");

	if (hdr)
		return mode_of(&hdr->val);
	if (has(sip_msg_hdr(msg, SIP_HDR_ALERT_INFO), "info=alert-autoanswer"))
		return ANSWERMODE_AUTO;
	if (has(sip_msg_hdr(msg, SIP_HDR_CALL_INFO), "answer-after="))
		return ANSWERMODE_AUTO;

	return ANSWERMODE_NONE;
}

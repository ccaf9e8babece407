/**
 * @file core/sip/answermode.c  Answer mode
 */
#include "core/sip/answermode.h"
#include "core/sip/grammar.h"
#include "core/sip/scan.h"

static const char normal[] = "Answer-Mode";
static const char privileged[] = "Priv-Answer-Mode";

/* Of one header; it may be missing */
static enum answermode mode_of(const struct sip_hdr *hdr)
{
	struct pl rest = hdr ? hdr->val : pl_null;
	const struct pl word = grammar_trim(scan_until(&rest, ';'));

	return !pl_strcasecmp(&word, "auto")	 ? ANSWERMODE_AUTO
	       : !pl_strcasecmp(&word, "manual") ? ANSWERMODE_MANUAL
						 : ANSWERMODE_NONE;
}

static bool requires(const struct sip_hdr *hdr)
{
	struct pl rest = hdr ? hdr->val : pl_null;

	(void)scan_until(&rest, ';');
	return !grammar_param(NULL, &rest, "require");
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
	const struct sip_hdr *hdr = sip_msg_xhdr(msg, normal);

	if (mode_of(sip_msg_xhdr(msg, privileged)) == ANSWERMODE_MANUAL)
		return ANSWERMODE_MANUAL;
	if (hdr)
		return mode_of(hdr);
	if (has(sip_msg_hdr(msg, SIP_HDR_ALERT_INFO), "info=alert-autoanswer"))
		return ANSWERMODE_AUTO;
	if (has(sip_msg_hdr(msg, SIP_HDR_CALL_INFO), "answer-after="))
		return ANSWERMODE_AUTO;

	return ANSWERMODE_NONE;
}

enum answermode_need answermode_need(const struct sip_msg *msg)
{
	const struct sip_hdr *priv = sip_msg_xhdr(msg, privileged);
	const struct sip_hdr *hdr = sip_msg_xhdr(msg, normal);
	const enum answermode mode = mode_of(hdr);

	if (requires(priv) && mode_of(priv) != ANSWERMODE_MANUAL)
		return ANSWERMODE_NEVER;
	if (!requires(hdr) || mode == ANSWERMODE_MANUAL)
		return ANSWERMODE_WISH;

	return mode == ANSWERMODE_AUTO ? ANSWERMODE_OR_NOT : ANSWERMODE_NEVER;
}

bool answermode_asked(const struct sip_msg *msg)
{
	return sip_msg_xhdr(msg, normal) || sip_msg_xhdr(msg, privileged);
}

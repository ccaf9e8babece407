/**
 * @file core/sip/description_attr.h  The a= lines of SDP, a table of them
 *
 *     description_decode -> [description_attr] -> struct description_media
 */
#ifndef CORE_SIP_DESCRIPTION_ATTR_H
#define CORE_SIP_DESCRIPTION_ATTR_H

#include "core/sip/description_decode.h"

/** Where an attribute stands */
struct description_place {
	struct description *d;
	struct description_media *m; /**< Its m-line; at session level one
					  whose values are defaults         */
	bool session;		     /**< At session level                  */
	bool prints;	   /**< This m-line has a fingerprint of its own   */
	size_t candidates; /**< So far, in all m-lines                     */
	const char *groupv[DESCRIPTION_GROUPS]; /**< Mids of each BUNDLE    */
};

/**
 * Decode one attribute into its place.
 *
 * @param line  What follows "a="; cut into pieces, which are then referred
 *              to: it must live as long as the description
 * @param whyp  Set to static text with EBADMSG and EOVERFLOW
 *
 * @return 0 also when unknown, EBADMSG, EOVERFLOW, ENOMEM
 */
int description_attr(struct description_place *pl, char *line,
		     const char **whyp);

/** Cut the next word, between blanks, off a text; "" at the end */
char *description_word(char **textp);

/** Decimal number of nothing but digits. @return false: not one, or more */
bool description_number(const char *text, uint32_t max, uint32_t *value);

/** Whether a text is an SDP token (RFC 8866 section 9), `extra` allowed too */
bool description_token(const char *text, const char *extra);

#endif

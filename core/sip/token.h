/**
 * @file core/sip/token.h  Token: what nobody can guess
 *
 *     entropy -> [token] -> branch, tag, Call-ID, cnonce
 */
#ifndef CORE_SIP_TOKEN_H
#define CORE_SIP_TOKEN_H

#include "core/base/re.h"

enum {
	TOKEN_LEN = 20, /**< Characters: 5 bit each, so 100 bit, where
			     SECURITY row 48 asks for 96         */
	TOKEN_SIZE = TOKEN_LEN + 1, /**< With its NUL [bytes]    */
};

/**
 * Make a token of TOKEN_LEN digits and lower-case letters.
 *
 * @return 0, always: it may stand in a chain of errors
 */
int token_make(char str[TOKEN_SIZE]);

/** A random number for a first CSeq, 1 to 32768. @return 0, always */
int token_cseq(uint32_t *cseq);

#endif

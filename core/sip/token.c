/**
 * @file core/sip/token.c  Token
 *
 * Twenty random bytes become twenty characters of a 32-letter alphabet.
 */
#include "core/base/entropy.h"
#include "core/sip/token.h"

enum {
	ALPHABET_MASK = 31, /* 32 letters              */
	CSEQ_MASK = 0x7fff, /* Leaves room to count up */
};

int token_make(char str[TOKEN_SIZE])
{
	static const char alphabet[] = "0123456789abcdefghijklmnopqrstuv";
	uint8_t buf[TOKEN_LEN];

	entropy_bytes(buf, sizeof(buf));
	for (size_t i = 0; i < TOKEN_LEN; i++)
		str[i] = alphabet[buf[i] & ALPHABET_MASK];
	str[TOKEN_LEN] = '\0';

	return 0;
}

int token_cseq(uint32_t *cseq)
{
	*cseq = (entropy_u32() & CSEQ_MASK) + 1;
	return 0;
}

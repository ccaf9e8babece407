/**
 * @file core/sip/token.c  Token
 *
 * Twenty random bytes become twenty characters of a 32-letter alphabet.
 */
#include <errno.h>
#include <sys/random.h>
#include "core/sip/token.h"

enum {
	ALPHABET_MASK = 31, /* 32 letters              */
	CSEQ_MASK = 0x7fff, /* Leaves room to count up */
};

static int randomness(void *buf, size_t size)
{
	/* Up to 256 bytes are given whole, never interrupted: getrandom(2) */
	if (getrandom(buf, size, 0) != (ssize_t)size)
		return errno ? errno : EIO;

	return 0;
}

int token_make(char str[TOKEN_SIZE])
{
	static const char alphabet[] = "0123456789abcdefghijklmnopqrstuv";
	uint8_t buf[TOKEN_LEN];
	int err;

	err = randomness(buf, sizeof(buf));
	if (err)
		return err;

	for (size_t i = 0; i < TOKEN_LEN; i++)
		str[i] = alphabet[buf[i] & ALPHABET_MASK];
	str[TOKEN_LEN] = '\0';

	return 0;
}

int token_cseq(uint32_t *cseq)
{
	uint16_t n;
	int err;

	err = randomness(&n, sizeof(n));
	if (err)
		return err;

	*cseq = (n & CSEQ_MASK) + 1U;
	return 0;
}

/**
 * @file app/keys.h  Keys: bytes of a terminal, made into whole keys
 *
 *     terminal -> [keys] -> libedit
 *
 * An arrow is several bytes, and a letter may be; a slow line brings them one
 * by one. libedit would wait for the rest, and the loop with it: so it gets
 * a key when the last byte of it is there.
 */
#ifndef APP_KEYS_H
#define APP_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	KEYS_MAX = 1024, /**< Typed ahead; more is dropped [bytes], ours */
};

/** State; zero it */
struct keys {
	uint8_t v[KEYS_MAX];
	size_t pos, end;
};

/** Bytes came from the terminal */
void keys_put(struct keys *k, const uint8_t *p, size_t n);

/** Whether a whole key is there */
bool keys_ready(const struct keys *k);

/**
 * The next character of a key; control bytes come as they are.
 *
 * @return The code point, U+FFFD for what is no UTF-8, or -1: nothing there
 */
int32_t keys_get(struct keys *k);

/** The first byte of the next key, which stays; -1: nothing there */
int32_t keys_peek(const struct keys *k);

/** Drop the next whole key. @return its first byte, -1: none is whole */
int32_t keys_drop(struct keys *k);

#endif

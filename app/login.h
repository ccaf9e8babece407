/**
 * @file app/login.h  Login: who may use the console
 *
 *     keys -> [login] -> secret -> open, or wait
 *
 * After LOGIN_TRIES wrong passwords nothing is heard for LOGIN_PAUSE, and for
 * twice as long after each further one, up to LOGIN_PAUSE_MAX.
 */
#ifndef APP_LOGIN_H
#define APP_LOGIN_H

#include "core/base/loop.h"

enum {
	LOGIN_TRIES = 3,		 /**< Ours */
	LOGIN_PAUSE = 30 * CLOCK_S,	 /**< [us], ours */
	LOGIN_PAUSE_MAX = 900 * CLOCK_S, /**< [us], ours */
	LOGIN_IDLE = 900 * CLOCK_S,	 /**< Without a key [us], ours */
};

struct login;

/** It is open now, or something is to be shown: a line, without newline */
typedef void(login_open_h)(uint64_t now, void *arg);
typedef void(login_say_h)(const char *text, void *arg);

/** Allocate, shut. @param hash  Outlives it. @return 0, ENOMEM */
int login_alloc(struct login **lp, const char *hash, login_open_h *openh,
		login_say_h *sayh, void *arg);

/** Whether it is open; so is NULL */
bool login_is_open(const struct login *l);

/** A byte was typed while it is shut */
void login_key(struct login *l, uint8_t c, uint64_t now);

/** Shut it again, and forget what was typed */
void login_shut(struct login *l);

#endif

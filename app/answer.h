/**
 * @file app/answer.h  Answer: what a command says later, bit by bit
 *
 *     commands -> job -> [answer] -> console, control socket
 *
 * Most commands are done when their function returns. One that takes time
 * keeps a reference of this, says what it finds, and ends it; who asked may
 * stop it before.
 */
#ifndef APP_ANSWER_H
#define APP_ANSWER_H

#include "core/base/re.h"

/** A piece of it; text ends with a newline */
typedef void(answer_text_h)(const char *p, size_t n, void *arg);

/** It ended with 0 or errno, once, never from inside answer_stop() */
typedef void(answer_end_h)(int err, void *arg);

/** Whether more can be taken now; what is shown live is left out if not */
typedef bool(answer_room_h)(void *arg);

/** Who asked does not want it any more */
typedef void(answer_stop_h)(void *arg);

/** Who asked */
struct answer_handlers {
	answer_text_h *texth;
	answer_end_h *endh;
	answer_room_h *roomh; /**< May be NULL: always */
	void *arg;
};

struct answer;

/** Allocate; free it with mem_deref(). @return 0, ENOMEM */
int answer_alloc(struct answer **ap, const struct answer_handlers *h);

/**
 * For the job: keep it (mem_ref() is the caller's), and be told to stop.
 *
 * @param screen  It draws the whole screen again and again
 */
void answer_begin(struct answer *a, bool screen, answer_stop_h *stoph,
		  void *arg);

/** For the job: say something, re_printf(). NULL: nobody asked */
void answer_say(struct answer *a, const char *fmt, ...);

/** For the job: whether there is room for a picture */
bool answer_room(const struct answer *a);

/** For the job: it is done; harmless when stopped, and for NULL */
void answer_end(struct answer *a, int err);

/** For who asked: no handler of either side is called any more, but stoph,
    now. Harmless when it ended */
void answer_stop(struct answer *a);

/** Whether a job goes on */
bool answer_running(const struct answer *a);

/** Whether it draws the whole screen */
bool answer_screen(const struct answer *a);

#endif

/**
 * @file app/child.h  Child: a process of its own works, and the loop goes on
 *
 *     keeper, secret -> [child] -> fork, work -> pipe -> handler
 *
 * For what takes longer than a handler may. The child sees all memory as it
 * was when it began; of what it does to it nothing is seen here but its answer.
 */
#ifndef APP_CHILD_H
#define APP_CHILD_H

#include "core/base/loop.h"

/** What mem_deref() does before there is an answer */
enum child_end {
	CHILD_FINISH, /**< Waits for it: the work is to be done whole */
	CHILD_KILL,   /**< Gives up                                   */
};

/** The work, in the child. @return its answer: 0 or errno */
typedef int(child_work_h)(const void *what);

/** The answer, EIO when it ended without one; the child may be freed inside */
typedef void(child_h)(int err, uint64_t now, void *arg);

struct child;

/**
 * Begin. Free it with mem_deref().
 *
 * @param name  Static string that names the handler in loop_print()
 * @param what  Given to the work; borrowed until this returns
 *
 * @return 0, ENOMEM, or errno of pipe, fork or epoll
 */
int child_start(struct child **cp, const char *name, enum child_end end,
		child_work_h *work, const void *what, child_h *h, void *arg);

#endif

/**
 * @file app/pager.h  Pager: a long answer, page by page and line by line
 *
 *     command -> [pager] -> lines, as the terminal takes them
 *
 * Nothing of an answer is lost however slow the terminal is: what it has not
 * taken is here.
 */
#ifndef APP_PAGER_H
#define APP_PAGER_H

#include "core/base/re.h"

enum {
	PAGER_MAX = 262144, /**< Of an answer that waits [bytes], ours */
};

/** What is asked at the end of a page */
#define PAGER_MORE "--more-- (space, enter, q)"

/** State; zero it, and pager_clear() it at the end */
struct pager {
	struct mbuf *text;
	unsigned rows;	  /**< Lines of a page; 0: no pages */
	unsigned columns; /**< Of a line                    */
	unsigned shown;	  /**< Lines of this page           */
	unsigned lost;	  /**< Texts beyond PAGER_MAX       */
};

/** More text came. @return 0, ENOMEM, ENOBUFS more than PAGER_MAX waits */
int pager_put(struct pager *p, const char *text, size_t n);

/**
 * The next line, with its newline if it has one.
 *
 * @param line  Set to it; valid until the next pager_put()
 *
 * @return 0, ENOENT there is none, EAGAIN the page is full: ask PAGER_MORE
 */
int pager_get(struct pager *p, struct pl *line);

/** An answer to PAGER_MORE: space is a page, enter is a line, q is enough.
    @return whether it was one */
bool pager_key(struct pager *p, int32_t key);

/** Begin a page anew, as after something was typed */
void pager_begin(struct pager *p);

/** Whether something waits */
bool pager_waits(const struct pager *p);

/** Forget what waits */
void pager_clear(struct pager *p);

#endif

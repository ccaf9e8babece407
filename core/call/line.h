/**
 * @file core/call/line.h  Line: what calls come and go by
 *
 *     account, guest -> [line] <- calls, call
 *
 * A user agent that somebody else feeds: the account's, or that of a browser
 * on the page. Whoever embeds one outlives the calls on it.
 */
#ifndef CORE_CALL_LINE_H
#define CORE_CALL_LINE_H

#include "core/base/re.h"

struct ua;
struct invite;

/** ua_due() may have changed */
typedef void(line_wake_h)(void *arg);

/** Whether the connection lives is doubted. @return whether it is asked now */
typedef bool(line_probe_h)(uint64_t now, void *arg);

/** A line; embed it */
struct line {
	const char *name; /**< Of the account, or "page"; outlives it     */
	struct ua *ua;	  /**< Borrowed                                  */
	unsigned max;	  /**< Calls at once, beside those that end      */
	bool shared;	  /**< Its calls hear the microphone together,
			       see voice.h; else the newest alone        */
	line_wake_h *wakeh;
	line_probe_h *probeh; /**< NULL: we are the server              */
	void *arg;	      /**< Of both                              */
};

/** After anything was done with the user agent, or a call on it */
static inline void line_wake(const struct line *line)
{
	line->wakeh(line->arg);
}

/** The media of a call ceased to come. @return whether the server is asked */
static inline bool line_probe(const struct line *line, uint64_t now)
{
	return line->probeh && line->probeh(now, line->arg);
}

#endif

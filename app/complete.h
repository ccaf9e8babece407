/**
 * @file app/complete.h  Completion: what may follow on a command line
 *
 *     Tab -> [complete] -> prompt
 *     table of commands ---^
 *
 * Names of commands, and of an argument the words that the table spells out:
 * of `mute` "audio|video on|off [ID]" the first is audio or video.
 */
#ifndef APP_COMPLETE_H
#define APP_COMPLETE_H

#include "core/base/re.h"

enum {
	COMPLETE_MAX = 64, /**< Length of a word [bytes], ours */
};

/**
 * Complete the last word of a line.
 *
 * @param line     What stands before the cursor, len bytes
 * @param rest     Set to what is certain, maybe "": with a blank at the end
 *                 when the word is whole
 * @param choices  When nothing is certain, the words are appended, with a
 *                 blank after each; may be NULL
 *
 * @return How many words fit
 */
unsigned complete_line(const char *line, size_t len, char rest[COMPLETE_MAX],
		       struct mbuf *choices);

#endif

/**
 * @file app/words.h  Words: splits a command line as a shell would
 *
 *     console line -> [words] -> commands
 *
 * Blanks separate; "..." and '...' keep blanks; a backslash keeps the next
 * character, outside of '...'. No variables, no wildcards.
 */
#ifndef APP_WORDS_H
#define APP_WORDS_H

enum {
	WORDS_MAX = 16, /**< Words on a line, ours */
};

/**
 * Split a line in place.
 *
 * @param line   Changed: the words stand in it afterwards
 * @param wordv  Set to the words, WORDS_MAX of them fit
 * @param np     Set to their number
 *
 * @return 0, EINVAL a quote is not closed, E2BIG too many words
 */
int words_split(char *line, char *wordv[WORDS_MAX], int *np);

#endif

/**
 * @file app/parse.h  Parse: foreign bytes through the phone's own parsers
 *
 *     `boardphone parse KIND FILE` -> [parse] -> JSON, or an error
 */
#ifndef APP_PARSE_H
#define APP_PARSE_H

/**
 * Parse a file, print JSON on standard output, or the error.
 *
 * @param kind  sip, sdp, candidate, rtcp or stun
 * @param path  "-" for standard input
 *
 * @return 0, EBADMSG it is refused, EINVAL no such kind, or errno of the file
 */
int parse_file(const char *kind, const char *path);

#endif

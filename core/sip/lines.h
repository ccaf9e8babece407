/**
 * @file core/sip/lines.h  Lines: start line and headers, still whole
 *
 *     bytes of a message -> [lines] -> message
 */
#ifndef CORE_SIP_LINES_H
#define CORE_SIP_LINES_H

#include "core/base/re.h"

/** Cut one line, which the end of the message may end too */
struct pl lines_cut(struct pl *rest);

/** Cut a header with its folded lines; length 0 at the end of the headers */
struct pl lines_cut_header(struct pl *rest);

/** Whether it has no control characters but for folding and quoted pairs */
bool lines_safe(const struct pl *line);

/**
 * Decode a start line into ver and met, ruri, uri or scode, reason.
 *
 * @param why  Set to a static reason phrase when it is faulty, or NULL
 *
 * @return 0, REPLY_BAD_REQUEST, REPLY_VERSION
 */
uint16_t lines_start(struct sip_msg *msg, struct pl line, const char **why);

#endif

/**
 * @file core/net/webfile.h  Web file: a file of the page, in the program
 *
 *     page (bundled by the build) -> [webfile] table -> website -> browser
 *
 * The build makes a constant table of these; nothing is read from a disk,
 * so nothing else can be asked for.
 */
#ifndef CORE_NET_WEBFILE_H
#define CORE_NET_WEBFILE_H

#include "core/base/re.h"

/** One file; a table ends with path NULL */
struct webfile {
	const char *path; /**< As it is asked for: "/" for the page itself,
			       else "/main.js"; without query             */
	const char *type; /**< Content-Type, with charset if it is text   */
	const char *etag; /**< Changes with the content: letters, digits
			       and "-", without quotes                    */
	bool gzip;	  /**< data is compressed: Content-Encoding: gzip */
	const uint8_t *data;
	size_t size; /**< [bytes] */
};

#endif

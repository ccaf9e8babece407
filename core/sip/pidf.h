/**
 * @file core/sip/pidf.h  PIDF: whether somebody is there, as XML
 *
 *     presence open -> [pidf] -> PUBLISH
 *     NOTIFY -> [pidf] -> event i_notify
 *
 * The presence document of RFC 3863, of which three things matter here: whose
 * it is, open or closed, and a note. Read by expat, with neither document
 * type nor entities, up to a size and a depth. Element names count with the
 * RFC's namespace, whatever its prefix, or with none at all, as some peers
 * write them; what belongs to other namespaces is passed over.
 */
#ifndef CORE_SIP_PIDF_H
#define CORE_SIP_PIDF_H

#include "core/base/re.h"

#define PIDF_TYPE "application/pidf+xml" /**< RFC 3863 section 7 */

enum {
	PIDF_MAX = 16384,      /**< A document [bytes], ours                 */
	PIDF_DEPTH_MAX = 16,   /**< Elements within elements, ours           */
	PIDF_ENTITY_MAX = 256, /**< [bytes], ours                          */
	PIDF_NOTE_MAX = 256,   /**< What is longer is cut [bytes], ours      */
};

enum pidf_basic {
	PIDF_UNKNOWN = 0, /**< The document does not say */
	PIDF_CLOSED,
	PIDF_OPEN,
};

/** What a document says; UTF-8 */
struct pidf {
	enum pidf_basic basic; /**< Open when any of its tuples is open    */
	char entity[PIDF_ENTITY_MAX + 1]; /**< "sip:bob@example.org"; ""   */
	char note[PIDF_NOTE_MAX + 1];	  /**< The first one; ""           */
};

/**
 * Read a document.
 *
 * @return 0, EBADMSG no such document or beyond the limits, ENOMEM
 */
int pidf_decode(struct pidf *p, const struct pl *body);

/**
 * Write one.
 *
 * @param mbp  Set to its text, pos 0; the caller owns the reference
 * @param p    basic is PIDF_OPEN or PIDF_CLOSED
 *
 * @return 0, EINVAL a text that cannot stand in XML, ENOMEM
 */
int pidf_encode(struct mbuf **mbp, const struct pidf *p);

/**
 * Take a note over, without the blanks at its ends, and cut at the end of a
 * character if it is too long.
 *
 * @param note  NULL is ""
 *
 * @return 0, EINVAL it cannot stand in XML
 */
int pidf_set_note(struct pidf *p, const char *note);

/** "open", "closed" or "unknown" */
const char *pidf_basic_name(enum pidf_basic basic);

/** The basic of that name, PIDF_UNKNOWN for any other */
enum pidf_basic pidf_basic_find(const char *name);

#endif

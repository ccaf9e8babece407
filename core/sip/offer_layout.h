/**
 * @file core/sip/offer_layout.h  The m-lines of a dialog, and what was agreed
 *
 *     offer: current layout --clone--> next layout --commit--> current
 *                  ^                        |
 *                  +------- rollback -------+
 *
 * Inside of offer.c, offer_match.c and offer_write.c only. An exchange works
 * on a clone, so that going back is dropping it.
 */
#ifndef CORE_SIP_OFFER_LAYOUT_H
#define CORE_SIP_OFFER_LAYOUT_H

#include "core/sip/offer.h"

enum {
	LAYOUT_TYPES = OFFER_VIDEO + 1,
	LAYOUT_NONE = -1, /* No type of ours; no m-line */
};

/** Our end of a transport; shared by the m-lines that it carries */
struct layout_local {
	char *ufrag, *pwd;
	char *fingerprint;
	char *tls_id;
	char **candidatev;
	size_t candidatec;
	struct sa address;
	uint16_t rtcp_port;
	enum description_setup setup;
	struct sdes keyv[SDES_SUITES];
};

/** One m-line */
struct layout_slot {
	int type;     /**< enum offer_type, LAYOUT_NONE: not ours           */
	bool fresh;   /**< Ours to offer, never in a description yet        */
	bool stopped; /**< Refused in the last exchange, or not ours        */
	bool bundled; /**< In the BUNDLE group of the last exchange         */
	char *mid;
	struct layout_local *local;
	uint8_t ptv[OFFER_CODECS]; /**< Payload type of each codec of ours  */
	bool ptsetv[OFFER_CODECS];
	struct offer_media media; /**< What offer_media() gives             */
};

/** All m-lines */
struct layout {
	struct layout_slot *slotv[DESCRIPTION_MEDIA];
	unsigned slotc;
	struct description *remote; /**< Last one agreed on, NULL at first  */
	bool insecure;		    /**< Less than DTLS is taken            */
	enum offer_keying offered;  /**< What our offers want               */
};

/** A medium of ours */
struct layout_medium {
	bool there, enabled;
	struct offer_medium medium;
};

/** Empty. @return 0, ENOMEM */
int layout_alloc(struct layout **lp);

/** Copy with slots of its own; fresh slots only if asked. @return 0, ENOMEM */
int layout_clone(struct layout **lp, const struct layout *old, bool fresh);

/** Append a slot. @return NULL: full, or no memory */
struct layout_slot *layout_add(struct layout *l, int type);

/** Index of the slot of a type that is active or could be, else LAYOUT_NONE */
int layout_find(const struct layout *l, int type);

/** Set the mid: that of the peer, or a free one when NULL. @return 0, ENOMEM */
int layout_set_mid(struct layout *l, unsigned index, const char *mid);

/** Give each codec of the slot a payload type that no other slot has */
void layout_set_pts(struct layout *l, unsigned index,
		    const struct offer_medium *m);

/** The id of a header extension, the same on all m-lines; 0: ids used up */
uint8_t layout_ext_id(const struct layout *l, const char *uri);

/** Copy our end of a transport. @return 0, ENOMEM */
int layout_local_alloc(struct layout_local **lp,
		       const struct offer_transport *t);

/** Whether the m-line is one that we would offer with a port */
bool layout_offered(const struct layout_slot *s,
		    const struct layout_medium *mediumv);

#endif

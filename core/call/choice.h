/**
 * @file core/call/choice.h  Choice: which coder encodes, and which does not
 *
 *     coders of the board, [video] encoder -> [choice] -> encoding
 *
 * The first one of the table that can be made. One that never made anything,
 * or CHOICE_POOR times in a row not for long, is left out; when all are, it
 * begins from the start. Of hardware that fails people are told by
 * device_lost, and by device_back when it has worked for CHOICE_LONG again.
 */
#ifndef CORE_CALL_CHOICE_H
#define CORE_CALL_CHOICE_H

#include "core/base/event.h"
#include "core/device/coder.h"

enum {
	CHOICE_NAME = 32,  /**< Of a coder                            */
	CHOICE_POOR = 3,   /**< Ours                                  */
	CHOICE_LONG = 100, /**< That many units are a good life, ours */
};

/** What outlives a choice; embed it, zeroed */
struct choice_news {
	struct event_bus *events; /**< May be NULL                       */
	const struct coder *lost; /**< Hardware that people were told of */
};

/** Embed it, zeroed */
struct choice {
	char only[CHOICE_NAME];
	const char *codec;
	const struct coder *coderv;
	struct choice_news *news;
	const struct coder *coder; /**< What it is, or was last         */
	uint32_t skip;		   /* Those left out, a bit each        */
	uint32_t unable;	   /* The same, for they make no slices */
	uint32_t made;		   /* Units of it                       */
	unsigned poor;		   /* Short lives, in a row             */
	uint32_t faults;	   /**< Counter                         */
};

/** Whether a table has an encoder of a codec that is allowed. @param only  Its
    name, or "auto" */
bool choice_can(const struct coder *coderv, const char *codec,
		const char *only);

/** Begin; all but `only` outlives it. @param news  May be NULL */
void choice_init(struct choice *c, const struct coder *coderv,
		 const char *codec, const char *only, struct choice_news *news);

/**
 * Make an encoder.
 *
 * @return 0, ENOTSUP there is none in the table, or errno of the last one
 */
int choice_make(struct choice *c, struct encoder **ep,
		const struct encoder_prefs *prefs, encoder_unit_h *uh,
		encoder_fault_h *fh, void *arg);

/** It made something */
void choice_unit(struct choice *c);

/** It failed, and is to be made anew; ENOTSUP: it cannot keep to nal_max, even
    if it is the only one that is allowed */
void choice_fault(struct choice *c, int err);

/** Nobody needs short NAL units any more. @return whether that may have another
    one taken */
bool choice_relax(struct choice *c);

#endif

/**
 * @file app/reload.h  Reload: another configuration while the phone runs
 *
 *     file, SIGHUP, config set -> [reload] -> config that is in force
 *                                     '-----> what is wired anew
 *
 * The whole file is checked first; with any mistake the old one stays in
 * force, all of it. What can count without the end of a call then does
 * (core/base/config_when.h), and the rest is named.
 */
#ifndef APP_RELOAD_H
#define APP_RELOAD_H

#include "app/refusal.h"
#include "core/base/config_edit.h"
#include "core/base/loop.h"

/** What is wired, or set at a device, a set */
enum reload_wires {
	RELOAD_BUTTONS = 1,
	RELOAD_INPUTS = 2,
	RELOAD_LAMPS = 4,
	RELOAD_SPEAKER = 8,
	RELOAD_MICROPHONE = 16,
	RELOAD_ACCOUNTS = 32, /**< Those that changed */
};

/** Wire these anew, as the configuration has them now; from the loop */
typedef void(reload_wires_h)(unsigned wires, void *arg);

/** What was asked for is done, or not; the text says what */
typedef void(reload_done_h)(int err, const struct mbuf *mb, void *arg);

struct reload;

/**
 * Allocate.
 *
 * @param cfg      In force; outlives it
 * @param path     Where it was read; borrowed likewise
 * @param refusal  Told what a reload finds; borrowed likewise
 *
 * @return 0, ENOMEM
 */
int reload_alloc(struct reload **rp, struct config *cfg, const char *path,
		 struct refusal *refusal, reload_wires_h *h, void *arg);

/** Read the file, and say what is wrong with it, or would change.
    @return 0, EINVAL, or errno of reading */
int reload_check(const struct reload *r, struct mbuf *mb);

/** Read the file, and let it count. @return likewise, with which nothing
    has changed */
int reload_now(struct reload *r, struct mbuf *mb);

/** The same for SIGHUP, told in the log */
void reload_signalled(struct reload *r);

/**
 * Change a value in the file, if all of it is right then, and let it count.
 *
 * @param value  NULL: the default
 * @param mb     What is wrong
 * @param h      Called once if this returns 0; never with a reload that is
 *               freed
 *
 * @return 0, EBUSY another one is being written, EINVAL, ENOENT, ENOMEM, or
 *         errno of the file
 */
int reload_set(struct reload *r, const struct config_place *p,
	       const char *value, struct mbuf *mb, reload_done_h *h, void *arg);

/** Who asked does not want to hear of it any more; it is done all the same */
void reload_forget(struct reload *r, const void *arg);

#endif

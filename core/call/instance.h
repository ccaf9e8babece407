/**
 * @file core/call/instance.h  Instance: the name by which a server knows us
 *
 *     machine id, address -> [instance] -> +sip.instance
 *
 * RFC 5626 section 4.1: a URN that stays the same over restarts, and RFC 5627
 * section 3.1 that does not tell the serial number of anything.
 */
#ifndef CORE_CALL_INSTANCE_H
#define CORE_CALL_INSTANCE_H

enum {
	INSTANCE_LEN = 46, /**< "urn:uuid:" and a UUID, with the final 0 */
};

/**
 * Print the instance of an account on this machine: a hash of the machine's
 * id and the address. Random on a machine without an id.
 *
 * @param uuid        As configured, or ""
 * @param user,realm  Of the account; may be NULL
 */
void instance_print(char urn[INSTANCE_LEN], const char *uuid, const char *user,
		    const char *realm);

#endif

/**
 * @file core/call/instance.c  Instance
 */
#include <stdio.h>
#include "core/base/entropy.h"
#include "core/base/re.h"
#include "core/call/instance.h"
#include "core/net/mbed.h"

enum {
	SEED_MAX = 512,	     /* What is hashed  */
	UUID_VERSION = 0x80, /* UUID version 8: ours (RFC 9562 section 5.8) */
	UUID_VARIANT = 0x80, /* RFC 9562 section 4.1 */
	VERSION_MASK = 0x0f,
	VARIANT_MASK = 0x3f,
	VERSION_AT = 6, /* Bytes of these in a UUID */
	VARIANT_AT = 8,
};

/* The machine's id (machine-id(5)); false when there is none */
static bool machine_id(char *buf, size_t size)
{
	FILE *f = fopen("/etc/machine-id", "re");
	bool ok;

	if (!f)
		return false;

	ok = fgets(buf, (int)size, f) != NULL && *buf && *buf != '\n';
	(void)fclose(f);
	return ok;
}

void instance_print(char urn[INSTANCE_LEN], const char *uuid, const char *user,
		    const char *realm)
{
	char id[SEED_MAX] = "", seed[SEED_MAX * 2];
	uint8_t h[MBED_SHA256_LEN];

	if (*uuid) {
		(void)re_snprintf(urn, INSTANCE_LEN, "urn:uuid:%s", uuid);
		return;
	}

	if (machine_id(id, sizeof(id))) {
		(void)re_snprintf(seed, sizeof(seed), "boardphone %s %s@%s", id,
				  user, realm);
		(void)mbed_sha256((const uint8_t *)seed, strlen(seed), h);
	} else {
		entropy_bytes(h, sizeof(h));
	}

	h[VERSION_AT] = (uint8_t)((h[VERSION_AT] & VERSION_MASK) |
				  UUID_VERSION);
	h[VARIANT_AT] = (uint8_t)((h[VARIANT_AT] & VARIANT_MASK) |
				  UUID_VARIANT);
	(void)re_snprintf(urn, INSTANCE_LEN,
			  "urn:uuid:%02x%02x%02x%02x-%02x%02x-%02x%02x-"
			  "%02x%02x-%02x%02x%02x%02x%02x%02x",
			  h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], h[8],
			  h[9], h[10], h[11], h[12], h[13], h[14], h[15]);
}

/**
 * @file core/sip/package.c  Package
 */
#include <assert.h>
#include "core/sip/header.h"
#include "core/sip/package.h"
#include "core/sip/pidf.h"
#include "core/sip/summary.h"

static const struct {
	const char *name, *type;
} packagev[] = {
	[PACKAGE_PRESENCE] = { "presence", PIDF_TYPE },
	[PACKAGE_MESSAGES] = { "message-summary", SUMMARY_TYPE },
};

const char *package_name(enum package package)
{
	assert(package < PACKAGES);
	return packagev[package].name;
}

const char *package_type(enum package package)
{
	assert(package < PACKAGES);
	return packagev[package].type;
}

bool package_find(enum package *packagep, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(packagev); i++) {
		if (strcmp(name, packagev[i].name))
			continue;
		*packagep = (enum package)i;
		return true;
	}

	return false;
}

int package_add(struct mbuf *headers, enum package package)
{
	int err = header_add(headers, "Event", "%s", package_name(package));

	return err ? err
		   : header_add(headers, "Accept", "%s", package_type(package));
}

/**
 * @file core/base/library.c  Library
 */
#include <dlfcn.h>
#include "core/base/library.h"
#include "core/base/log.h"

static void set(void *table, const struct library_symbol *sym, void *p)
{
	memcpy((uint8_t *)table + sym->offset, &p, sizeof(p));
}

bool library_exists(const char *file)
{
	return dlopen(file, RTLD_LAZY | RTLD_LOCAL) != NULL;
}

int library_load(void *table, const char *file,
		 const struct library_symbol *symv, size_t n)
{
	void *lib = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	for (size_t i = 0; lib && i < n; i++) {
		if (!dlsym(lib, symv[i].name)) {
			(void)dlclose(lib);
			lib = NULL;
		}
	}

	if (!lib) {
		log_warning("library: %s\n", dlerror());
		return ENOENT;
	}

	for (size_t i = 0; i < n; i++)
		set(table, &symv[i], dlsym(lib, symv[i].name));

	return 0;
}

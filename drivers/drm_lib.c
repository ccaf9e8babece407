/**
 * @file drivers/drm_lib.c  DRM library
 */
#include "core/base/library.h"
#include "drivers/drm_lib.h"

struct drm_lib drm;

int drm_lib_load(void)
{
#define SYMBOL(x) { "drm" #x, offsetof(struct drm_lib, x) },
	static const struct library_symbol symv[] = { DRM_LIB(SYMBOL) };
#undef SYMBOL

	if (drm.ModeGetResources)
		return 0;

	return library_load(&drm, "libdrm.so.2", symv, ARRAY_SIZE(symv));
}

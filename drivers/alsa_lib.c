/**
 * @file drivers/alsa_lib.c  ALSA library
 */
#include "core/base/library.h"
#include "drivers/alsa_lib.h"

struct alsa_lib alsa;

int alsa_lib_load(void)
{
#define SYMBOL(x) { "snd_" #x, offsetof(struct alsa_lib, x) },
	static const struct library_symbol symv[] = { ALSA_LIB(SYMBOL) };
#undef SYMBOL

	if (alsa.pcm_open)
		return 0;

	return library_load(&alsa, "libasound.so.2", symv, ARRAY_SIZE(symv));
}

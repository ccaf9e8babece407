/**
 * @file drivers/alsa_list.c  ALSA list
 */
#include <stdlib.h>
#include "drivers/alsa_list.h"
#include "drivers/alsa_mixer.h"

int alsa_list_sound(struct re_printf *pf, void *unused)
{
	void **hintv;
	int err = 0;
	(void)unused;

	if (alsa_lib_load() || alsa.device_name_hint(-1, "pcm", &hintv) < 0)
		return 0;

	for (void **h = hintv; *h; h++) {
		char *name = alsa.device_name_get_hint(*h, "NAME");

		if (name)
			err |= re_hprintf(pf, "alsa:%s\n", name);
		free(name); /* From malloc(), by its contract */
	}
	(void)alsa.device_name_free_hint(hintv);
	return err | alsa_mixer_list(pf, NULL);
}

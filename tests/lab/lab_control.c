/**
 * @file tests/lab/lab_control.c  Laboratory: a sound card's control, as it is
 *
 *     lab_control /dev/snd/controlCN NAME            prints its first value
 *     lab_control /dev/snd/controlCN NAME VALUE      sets all of them
 *
 * By the kernel's own interface, so that what alsa-lib and the phone made of
 * a mixer is seen from outside of them. NAME is the kernel's, such as
 * "Master Volume". Exit status 1 when there is none.
 */
#include <errno.h>
#include <fcntl.h>
#include <sound/asound.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	VALUES = 2, /* Of a stereo control */
};

int main(int argc, char **argv)
{
	struct snd_ctl_elem_value v = {
		.id = { .iface = SNDRV_CTL_ELEM_IFACE_MIXER },
	};
	int fd, n;

	if (argc < 3)
		return 2;

	(void)strncpy((char *)v.id.name, argv[2], sizeof(v.id.name) - 1);
	fd = open(argv[1], O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		(void)fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
		return 1;
	}

	for (int i = 0; i < VALUES && argc > 3; i++)
		v.value.integer.value[i] = strtol(argv[3], NULL, 0);
	n = ioctl(fd,
		  argc > 3 ? SNDRV_CTL_IOCTL_ELEM_WRITE
			   : SNDRV_CTL_IOCTL_ELEM_READ,
		  &v);
	if (n < 0)
		(void)fprintf(stderr, "%s: %s\n", argv[2], strerror(errno));
	else if (argc <= 3)
		(void)printf("%ld\n", v.value.integer.value[0]);
	(void)close(fd);
	return n < 0;
}

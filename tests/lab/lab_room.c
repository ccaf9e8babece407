/**
 * @file tests/lab/lab_room.c  Laboratory: the room around a telephone
 *
 *     lab_room DEVICE TONE.wav HEARD.wav   the other side of a loopback card:
 *                                          says what one file has, writes what
 *                                          it hears into the other, until it
 *                                          is ended
 *     lab_room PICTURE.jpg                 prints the luma of the middle line,
 *                                          left and right
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include "core/base/frame.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/base/wave.h"
#include "drivers/alsa_sound.h"
#include "drivers/jpeg.h"

enum {
	RATE = 48000,
	EDGE = 8,	   /* From the edge of a picture [pixels] */
	PICTURE = 1 << 20, /* A file, at most [bytes] */
};

struct room {
	const char *tone;
	struct wave *says, *hears;
};

static void on_period(const int16_t *mic, int16_t *spk, unsigned frames,
		      uint64_t now, void *arg)
{
	struct room *r = arg;
	(void)now;

	if (wave_left(r->says) < frames) {
		r->says = mem_deref(r->says);
		if (wave_open(&r->says, r->tone))
			exit(EXIT_FAILURE);
	}
	wave_read(r->says, spk, frames);
	wave_write(r->hears, mic, frames);
}

static void on_state(int err, void *arg)
{
	(void)arg;

	log_warning("room: %m\n", err);
}

static void on_signal(int sig, void *arg)
{
	(void)sig;
	(void)arg;

	loop_stop();
}

static int room(const char *device, const char *tone, const char *heard)
{
	const struct sound_prefs prefs = { .rate = RATE, .channels = 1 };
	struct room r = { .tone = tone };
	struct sound_format fmt;
	struct sound *s = NULL;
	int err;

	err = loop_init();
	if (!err)
		err = wave_open(&r.says, tone);
	if (!err)
		err = wave_create(&r.hears, heard, RATE, 1);
	if (!err)
		err = alsa_sound_alloc(&s, device, &prefs);
	if (!err)
		err = sound_start(s, &fmt, on_period, on_state, &r);
	if (!err)
		err = loop_run(on_signal, NULL);
	if (err)
		log_warning("room: %m\n", err);
	mem_deref(s);
	mem_deref(r.hears);
	mem_deref(r.says);
	loop_close();
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int look(const char *path)
{
	uint8_t *data = malloc(PICTURE);
	FILE *file = fopen(path, "rb");
	size_t size = data && file ? fread(data, 1, PICTURE, file) : 0;
	unsigned width, height;
	struct frame *f = NULL;
	void *context = NULL;
	int err;

	err = jpeg_size(data, size, &width, &height);
	if (!err)
		err = frame_alloc(&f, FRAME_I420, width, height);
	if (!err)
		err = jpeg_to_frame(&context, f, data, size);
	if (!err) {
		const uint8_t *line = f->planev[0] +
				      f->stridev[0] * (height / 2);

		(void)printf("%u %u %u %u\n", width, height, line[EDGE],
			     line[width - EDGE]);
	}
	jpeg_close(context);
	mem_deref(f);
	if (file)
		(void)fclose(file);
	free(data);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc == 4)
		return room(argv[1], argv[2], argv[3]);

	return argc == 2 ? look(argv[1]) : EXIT_FAILURE;
}

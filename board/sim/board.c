/**
 * @file board/sim/board.c  The simulated board: a real one, without devices
 *
 * Runs wherever Linux runs. Tone and WAV files are its microphone, a pattern
 * or a file its camera; real ones are used when they are named.
 */
#include "board/board.h"
#include "board/snapshot.h"
#include "drivers/alsa_list.h"
#include "drivers/alsa_sound.h"
#include "drivers/drm_display.h"
#include "drivers/drm_screen.h"
#include "drivers/evdev_button.h"
#include "drivers/file_display.h"
#include "drivers/gpio_chip.h"
#include "drivers/gpio_guard.h"
#include "drivers/gpio_line.h"
#include "drivers/openh264_decoder.h"
#include "drivers/openh264_encoder.h"
#include "drivers/sim_camera.h"
#include "drivers/sim_gpio.h"
#include "drivers/sim_slides.h"
#include "drivers/sim_sound.h"
#include "drivers/v4l2_camera.h"
#include "drivers/v4l2_encoder.h"
#include "drivers/vpx_decoder.h"
#include "drivers/vpx_encoder.h"

/* All drivers convert; what needs no more than copying comes from the camera
   first */
#define RAW                                                                    \
	(FRAME_BIT(FRAME_I420) | FRAME_BIT(FRAME_NV12) |                       \
	 FRAME_BIT(FRAME_YUYV) | FRAME_BIT(FRAME_MJPEG))

static const struct board_sound soundv[] = {
	{ "sim", sim_sound_alloc, sim_sound_list },
	{ "alsa", alsa_sound_alloc, alsa_list_sound },
	{ "none", sim_sound_none, NULL },
	{ NULL, NULL, NULL },
};

static const struct board_gpio gpiov[] = {
	{ "sim", false, sim_gpio_button, sim_gpio_output, sim_gpio_list, NULL },
	{ "gpiochip", true, gpio_chip_button, gpio_chip_output, gpio_line_list,
	  gpio_guard_start },
	{ "gpio", false, gpio_chip_button, gpio_chip_output, NULL,
	  gpio_guard_start },
	{ "evdev", false, evdev_button_alloc, NULL, evdev_button_list, NULL },
	{ NULL, false, NULL, NULL, NULL, NULL },
};

static const struct board_camera camerav[] = {
	{ "sim", sim_camera_alloc, sim_camera_list },
	{ "v4l2", v4l2_camera_alloc, v4l2_camera_list },
	{ "none", NULL, NULL },
	{ NULL, NULL, NULL },
};

static const struct board_camera screenv[] = {
	{ "sim", sim_slides_alloc, sim_slides_list },
	{ "drm", drm_screen_alloc, drm_screen_list },
	{ "none", NULL, NULL },
	{ NULL, NULL, NULL },
};

static const struct board_display displayv[] = {
	{ "drm", drm_display_alloc, drm_display_list, NULL },
	{ "file=", file_display_alloc, NULL, "file=DIRECTORY" },
	{ "none", file_display_none, NULL, "none" },
	{ NULL, NULL, NULL, NULL },
};

static const struct coder coderv[] = {
	{
		.name = "v4l2m2m",
		.codec = "H264",
		.device = "",
		.formats = RAW,
		.hardware = true,
		.encoder = v4l2_encoder_alloc,
	},
	{
		.name = "openh264",
		.codec = "H264",
		.device = "",
		.formats = RAW,
		.encoder = openh264_encoder_alloc,
		.decoder = openh264_decoder_alloc,
	},
	{
		.name = "vp8",
		.codec = "VP8",
		.device = "",
		.formats = RAW,
		.encoder = vpx_encoder_alloc,
		.decoder = vpx_decoder_alloc,
	},
	{ .name = NULL },
};

const struct board board_sim = {
	.name = "sim",
	.about = "simulated board: tone and pattern, or files",
	.sound = "sim:tone",
	.loopback = true,
	.soundv = soundv,
	.gpiov = gpiov,
	.camerav = camerav,
	.screenv = screenv,
	.displayv = displayv,
	.coderv = coderv,
	.jpegh = snapshot_jpeg,
	.codecs = v4l2_encoder_list,
};

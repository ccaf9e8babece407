/**
 * @file board/sim/board.c  The simulated board: a real one, without devices
 *
 * Runs wherever Linux runs. Tone and WAV files are its microphone; a sound
 * card is used when one is named.
 */
#include "board/board.h"
#include "drivers/alsa_sound.h"
#include "drivers/sim_gpio.h"
#include "drivers/sim_sound.h"

static const struct board_sound soundv[] = {
	{ "sim", sim_sound_alloc, sim_sound_list },
	{ "alsa", alsa_sound_alloc, alsa_sound_list },
	{ "none", sim_sound_none, NULL },
	{ NULL, NULL, NULL },
};

static const struct board_gpio gpiov[] = {
	{ "sim", false, sim_gpio_button, sim_gpio_output, sim_gpio_list },
	{ NULL, false, NULL, NULL, NULL },
};

const struct board board_sim = {
	.name = "sim",
	.about = "simulated board: tone or file for a microphone",
	.sound = "sim:tone",
	.loopback = true,
	.soundv = soundv,
	.gpiov = gpiov,
};

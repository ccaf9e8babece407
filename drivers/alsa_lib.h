/**
 * @file drivers/alsa_lib.h  ALSA library: loaded with the first card
 *
 *     alsa_sound, alsa_pcm -> [alsa_lib] -> libasound.so.2
 *
 * snd_x() is called as alsa.x(), after alsa_lib_load(). A phone without a
 * card needs 300 kB less memory for it.
 */
#ifndef DRIVERS_ALSA_LIB_H
#define DRIVERS_ALSA_LIB_H

#include <alsa/asoundlib.h>

/** The functions that are used, without snd_ */
#define ALSA_LIB(X)                                                            \
	X(config_update_free_global)                                           \
	X(device_name_free_hint)                                               \
	X(device_name_get_hint)                                                \
	X(device_name_hint)                                                    \
	X(lib_error_set_handler)                                               \
	X(pcm_avail_update)                                                    \
	X(pcm_close)                                                           \
	X(pcm_delay)                                                           \
	X(pcm_drop)                                                            \
	X(pcm_hw_params)                                                       \
	X(pcm_hw_params_any)                                                   \
	X(pcm_hw_params_set_access)                                            \
	X(pcm_hw_params_set_buffer_size_near)                                  \
	X(pcm_hw_params_set_channels_near)                                     \
	X(pcm_hw_params_set_format)                                            \
	X(pcm_hw_params_set_period_size_near)                                  \
	X(pcm_hw_params_set_rate)                                              \
	X(pcm_hw_params_set_rate_near)                                         \
	X(pcm_hw_params_sizeof)                                                \
	X(pcm_info)                                                            \
	X(pcm_info_get_card)                                                   \
	X(pcm_info_sizeof)                                                     \
	X(pcm_link)                                                            \
	X(pcm_mmap_readi)                                                      \
	X(pcm_mmap_writei)                                                     \
	X(pcm_open)                                                            \
	X(pcm_poll_descriptors)                                                \
	X(pcm_poll_descriptors_count)                                          \
	X(pcm_prepare)                                                         \
	X(pcm_readi)                                                           \
	X(pcm_start)                                                           \
	X(pcm_state)                                                           \
	X(pcm_stream)                                                          \
	X(pcm_sw_params)                                                       \
	X(pcm_sw_params_current)                                               \
	X(pcm_sw_params_get_boundary)                                          \
	X(pcm_sw_params_set_avail_min)                                         \
	X(pcm_sw_params_set_start_threshold)                                   \
	X(pcm_sw_params_sizeof)                                                \
	X(pcm_writei)

/** A pointer to each */
#define ALSA_LIB_POINTER(x) __typeof__(snd_##x) *x;
struct alsa_lib {
	ALSA_LIB(ALSA_LIB_POINTER)
};

extern struct alsa_lib alsa;

/**
 * Load it; harmless when called again.
 *
 * @return 0, ENOENT it is not installed; a warning was written
 */
int alsa_lib_load(void);

#endif

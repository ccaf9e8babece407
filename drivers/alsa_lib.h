/**
 * @file drivers/alsa_lib.h  ALSA library: loaded with the first card
 *
 *     alsa_sound, alsa_pcm, alsa_mixer -> [alsa_lib] -> libasound.so.2
 *
 * snd_x() is called as alsa.x(), after alsa_lib_load(). A phone without a
 * card needs 300 kB less memory for it.
 */
#ifndef DRIVERS_ALSA_LIB_H
#define DRIVERS_ALSA_LIB_H

#include <alsa/asoundlib.h>

/** The functions that are used, without snd_ */
#define ALSA_LIB(X)                                                            \
	X(card_next)                                                           \
	X(config_update_free_global)                                           \
	X(ctl_card_info)                                                       \
	X(ctl_card_info_get_id)                                                \
	X(ctl_card_info_sizeof)                                                \
	X(ctl_close)                                                           \
	X(ctl_open)                                                            \
	X(device_name_free_hint)                                               \
	X(device_name_get_hint)                                                \
	X(device_name_hint)                                                    \
	X(lib_error_set_handler)                                               \
	X(mixer_attach)                                                        \
	X(mixer_close)                                                         \
	X(mixer_elem_next)                                                     \
	X(mixer_first_elem)                                                    \
	X(mixer_load)                                                          \
	X(mixer_open)                                                          \
	X(mixer_selem_ask_capture_dB_vol)                                      \
	X(mixer_selem_ask_capture_vol_dB)                                      \
	X(mixer_selem_ask_playback_dB_vol)                                     \
	X(mixer_selem_ask_playback_vol_dB)                                     \
	X(mixer_selem_get_capture_dB_range)                                    \
	X(mixer_selem_get_capture_switch)                                      \
	X(mixer_selem_get_capture_volume)                                      \
	X(mixer_selem_get_capture_volume_range)                                \
	X(mixer_selem_get_index)                                               \
	X(mixer_selem_get_name)                                                \
	X(mixer_selem_get_playback_dB_range)                                   \
	X(mixer_selem_get_playback_switch)                                     \
	X(mixer_selem_get_playback_volume)                                     \
	X(mixer_selem_get_playback_volume_range)                               \
	X(mixer_selem_has_capture_switch)                                      \
	X(mixer_selem_has_capture_volume)                                      \
	X(mixer_selem_has_playback_switch)                                     \
	X(mixer_selem_has_playback_volume)                                     \
	X(mixer_selem_is_active)                                               \
	X(mixer_selem_register)                                                \
	X(mixer_selem_set_capture_switch_all)                                  \
	X(mixer_selem_set_capture_volume_all)                                  \
	X(mixer_selem_set_playback_switch_all)                                 \
	X(mixer_selem_set_playback_volume_all)                                 \
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

/**
 * @file board/board.h  Board: what a board has, as a constant table
 *
 *     app -> [board] -> drivers
 *
 * Each board is one folder with one table of constructors and of the names
 * of its devices. The drivers of sound and picture are the same for all
 * boards.
 */
#ifndef BOARD_BOARD_H
#define BOARD_BOARD_H

#include "core/device/button.h"
#include "core/device/camera.h"
#include "core/device/coder.h"
#include "core/device/display.h"
#include "core/device/output.h"
#include "core/device/sound.h"

/** A driver of sound, by what stands before the colon in [audio] device */
struct board_sound {
	const char *scheme;
	sound_alloc_h *alloc;
	sound_list_h *list; /**< NULL when there is nothing to list */
};

/** A driver of cameras, by what stands before the colon in [video] camera;
    and of screens that are shown, in [screen] source */
struct board_camera {
	const char *scheme;
	camera_alloc_h *alloc; /**< NULL: there is none       */
	camera_list_h *list;   /**< NULL: the scheme is all   */
};

/** A driver of displays, by how [video] display begins; given the rest */
struct board_display {
	const char *scheme;
	display_alloc_h *alloc;
	display_list_h *list; /**< NULL: `word` is all        */
	const char *word;     /**< What can be given, then    */
};

/** A driver of buttons and outputs, by what stands before the colon */
struct board_gpio {
	const char *chip; /**< Its name, or how names of such chips begin */
	bool numbered;	  /**< A number follows                           */
	button_alloc_h *button;
	output_alloc_h *output; /**< NULL: it has inputs only */
	int (*list)(struct re_printf *pf, void *unused); /**< May be NULL */
	int (*guard)(void); /**< Before loop and threads, if a relay is
				 there; may be NULL */
};

/** A board */
struct board {
	const char *name;
	const char *about;
	const char *sound; /**< Default of [audio] device          */
	bool loopback;	   /**< Default of [ice] loopback          */
	const struct board_sound *soundv;     /**< Ends with scheme NULL */
	const struct board_gpio *gpiov;	      /**< Ends with chip NULL   */
	const struct board_camera *camerav;   /**< Ends with scheme NULL */
	const struct board_camera *screenv;   /**< Ends with scheme NULL */
	const struct board_display *displayv; /**< Ends with scheme NULL */
	const struct coder *coderv;	      /**< As struct optics      */
	coder_jpeg_h *jpegh;		      /**< As struct optics      */
	int (*codecs)(struct re_printf *pf,
		      void *unused); /**< Lists codecs in hardware; may be
					  NULL                             */
};

/** The simulated board, board/sim */
extern const struct board board_sim;

/** The board of this name, or NULL */
const struct board *board_find(const char *name);

/**
 * Make the sound device of a board. A warning says what is wrong.
 *
 * @param device  [audio] device, e.g. "alsa:default", "none"; NULL for the
 *                board's default
 *
 * @return 0, EINVAL no such driver or device not understood, or as
 *         sound_alloc_h
 */
int board_sound_alloc(const struct board *b, struct sound **sp,
		      const char *device, const struct sound_prefs *prefs);

/**
 * Make the camera of a board. A warning says what is wrong.
 *
 * @param cp      Set to it, or to NULL for none
 * @param device  [video] camera, e.g. "v4l2:/dev/video0", "v4l2", "none"
 *
 * @return 0, EINVAL no such driver or device not understood, or as
 *         camera_alloc_h
 */
int board_camera_alloc(const struct board *b, struct camera **cp,
		       const char *device);

/**
 * Make what stands for the camera when a screen is shown. A warning says what
 * is wrong.
 *
 * @param cp      Set to it, or to NULL for none
 * @param device  [screen] source, e.g. "sim:slides", "none"
 *
 * @return as board_camera_alloc()
 */
int board_screen_alloc(const struct board *b, struct camera **cp,
		       const char *device);

/**
 * Make the display of a board. A warning says what is wrong.
 *
 * @param device  [video] display, e.g. "drm", "file=/tmp", "none"
 *
 * @return 0, EINVAL no such driver or device not understood, or as
 *         display_alloc_h
 */
int board_display_alloc(const struct board *b, struct display **dp,
			const char *device);

/** The driver of a chip, NULL when the board has none of that name */
const struct board_gpio *board_gpio(const struct board *b, const char *chip);

/** Make a button. @return 0, ENODEV no such chip, or as button_alloc_h */
int board_button_alloc(const struct board *b, struct button **bp,
		       const struct gpio_params *prm, button_h *h, void *arg);

/** Make an output. @return 0, ENODEV no such chip, or as output_alloc_h */
int board_output_alloc(const struct board *b, struct output **op,
		       const struct gpio_params *prm);

/** Print the GPIO chips that can be named, a line each, for %H */
int board_gpio_list(struct re_printf *pf, const struct board *b);

/** Print the cameras that can be named, a line each, for %H */
int board_camera_list(struct re_printf *pf, const struct board *b);

/** Print the screens that can be shown, a line each, for %H */
int board_screen_list(struct re_printf *pf, const struct board *b);

/** Print the displays that can be named, a line each, for %H */
int board_display_list(struct re_printf *pf, const struct board *b);

/** Print what encodes and decodes, a line each, for %H */
int board_coder_list(struct re_printf *pf, const struct board *b);

/** Print the sound devices that can be named, a line each, for %H */
int board_sound_list(struct re_printf *pf, const struct board *b);

#endif

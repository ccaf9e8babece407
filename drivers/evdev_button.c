/**
 * @file drivers/evdev_button.c  Evdev button
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "core/base/loop.h"
#include "drivers/debounce.h"
#include "drivers/evdev_button.h"

enum {
	DEVICES = 64, /* Looked at, ours */
	EVENTS = 16,  /* Read at once    */
	PATH = 32,    /* [bytes]         */
	BITS = 8,
	KEYS = KEY_CNT / BITS + 1, /* [bytes] */
};

struct evdev_button {
	struct button button; /* First, for struct button * */
	int fd;		      /* -1: it is gone */
	struct loop_watch *watch;
	struct loop_timer timer, look;
	struct debounce debounce;
	unsigned code;
	bool down; /* The key, whatever it means */
	char *place;
	char device[EVDEV_BUTTON_NAME]; /* As it was given */
	char name[EVDEV_BUTTON_NAME];	/* As it calls itself; "": unknown */
	struct gpio_params prm;		/* Its texts are not used */
	button_h *h;
	void *arg;
};

/* ---- Keys ---- */

#define KEY(name)                                                              \
	{                                                                      \
#name, name                                                    \
	}

static const struct {
	const char *name;
	unsigned code;
} keyv[] = {
	KEY(KEY_0),
	KEY(KEY_1),
	KEY(KEY_2),
	KEY(KEY_3),
	KEY(KEY_4),
	KEY(KEY_5),
	KEY(KEY_6),
	KEY(KEY_7),
	KEY(KEY_8),
	KEY(KEY_9),
	KEY(KEY_KP0),
	KEY(KEY_KP1),
	KEY(KEY_KP2),
	KEY(KEY_KP3),
	KEY(KEY_KP4),
	KEY(KEY_KP5),
	KEY(KEY_KP6),
	KEY(KEY_KP7),
	KEY(KEY_KP8),
	KEY(KEY_KP9),
	KEY(KEY_KPASTERISK),
	KEY(KEY_NUMERIC_STAR),
	KEY(KEY_NUMERIC_POUND),
	KEY(KEY_ENTER),
	KEY(KEY_KPENTER),
	KEY(KEY_ESC),
	KEY(KEY_UP),
	KEY(KEY_DOWN),
	KEY(KEY_LEFT),
	KEY(KEY_RIGHT),
	KEY(KEY_OK),
	KEY(KEY_PHONE),
	KEY(KEY_VOLUMEUP),
	KEY(KEY_VOLUMEDOWN),
	KEY(KEY_MUTE),
	KEY(KEY_F1),
	KEY(KEY_F2),
	KEY(KEY_F3),
	KEY(KEY_F4),
	KEY(BTN_0),
	KEY(BTN_1),
	KEY(BTN_2),
	KEY(BTN_3),
	KEY(BTN_TOUCH),
	KEY(BTN_LEFT),
};

int evdev_button_key(const char *name, unsigned *code)
{
	for (size_t i = 0; i < ARRAY_SIZE(keyv); i++) {
		if (!str_casecmp(keyv[i].name, name)) {
			*code = keyv[i].code;
			return 0;
		}
	}

	if (!*name || name[strspn(name, "0123456789")])
		return EINVAL;

	*code = (unsigned)strtoul(name, NULL, 10);
	return *code && *code < KEY_CNT ? 0 : EINVAL;
}

/* A value of 2 is a key that is held, and repeated */
int evdev_button_follow(const struct input_event *evv, size_t n, unsigned code,
			bool *down)
{
	int err = 0;

	for (size_t i = 0; i < n; i++) {
		if (evv[i].type == EV_SYN && evv[i].code == SYN_DROPPED)
			err = EAGAIN;
		if (evv[i].type == EV_KEY && evv[i].code == code)
			*down = evv[i].value != 0;
	}

	return err;
}

/* ---- Devices ---- */

static int open_number(unsigned n)
{
	char path[PATH];

	(void)re_snprintf(path, sizeof(path), "/dev/input/event%u", n);
	return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

static void name_of(int fd, char name[EVDEV_BUTTON_NAME])
{
	if (ioctl(fd, EVIOCGNAME(EVDEV_BUTTON_NAME - 1), name) < 0)
		*name = '\0';
	name[EVDEV_BUTTON_NAME - 1] = '\0';
	for (char *p = name; *p; p++)
		*p = *p == ' ' ? '_' : *p;
}

static bool has_bit(const uint8_t *v, unsigned bit)
{
	return v[bit / BITS] >> bit % BITS & 1;
}

static bool has_key(int fd, unsigned code)
{
	uint8_t keys[KEYS] = { 0 };

	return ioctl(fd, EVIOCGBIT(EV_KEY, sizeof(keys)), keys) >= 0 &&
	       has_bit(keys, code);
}

static int is_down(int fd, unsigned code, bool *down)
{
	uint8_t keys[KEYS] = { 0 };

	if (ioctl(fd, EVIOCGKEY(sizeof(keys)), keys) < 0)
		return errno;

	*down = has_bit(keys, code);
	return 0;
}

/* Whether the n-th device is ours: by number at first, later by name */
static bool is_ours(const struct evdev_button *b, unsigned n, const char *name)
{
	char number[PATH];

	(void)re_snprintf(number, sizeof(number), "event%u", n);
	return *b->name
		       ? !strcmp(b->name, name)
		       : !strcmp(b->device, number) || !strcmp(b->device, name);
}

/* @return 0, ENODEV, EINVAL it has no such key, EACCES */
static int find(struct evdev_button *b)
{
	int err = ENODEV;

	for (unsigned n = 0; n < DEVICES && b->fd < 0; n++) {
		char name[EVDEV_BUTTON_NAME] = "";
		const int fd = open_number(n);

		if (fd < 0) {
			err = errno == EACCES ? EACCES : err;
			continue;
		}
		name_of(fd, name);
		if (is_ours(b, n, name) && has_key(fd, b->code)) {
			b->fd = fd;
			memcpy(b->name, name, sizeof(b->name));
			continue;
		}
		err = is_ours(b, n, name) ? EINVAL : err;
		(void)close(fd);
	}

	return b->fd < 0 ? err : 0;
}

/* ---- Button ---- */

static void leave(struct evdev_button *b)
{
	loop_timer_cancel(&b->timer);
	b->watch = mem_deref(b->watch);
	if (b->fd >= 0)
		(void)close(b->fd);
	b->fd = -1;
}

static void destructor(void *arg)
{
	struct evdev_button *b = arg;

	leave(b);
	loop_timer_cancel(&b->look);
	mem_deref(b->place);
}

static void tell(const struct evdev_button *b, int err)
{
	if (b->prm.stateh)
		b->prm.stateh("evdev", b->place, err, b->prm.arg);
}

static bool meant(const struct evdev_button *b)
{
	return b->down != b->prm.low;
}

static void lose(struct evdev_button *b, int err, uint64_t now)
{
	leave(b);
	loop_timer_arm(&b->look, now + EVDEV_BUTTON_LOOK);
	tell(b, err);
}

static void timer_handler(uint64_t now, void *arg)
{
	struct evdev_button *b = arg;

	if (debounce_look(&b->debounce, meant(b)))
		b->h(meant(b), now, b->arg);
}

static void changed(struct evdev_button *b, uint64_t now)
{
	debounce_edge(&b->debounce, meant(b), now);
	loop_timer_arm(&b->timer, b->debounce.due);
}

static void read_handler(int flags, uint64_t now, void *arg)
{
	struct evdev_button *b = arg;
	struct input_event evv[EVENTS];
	const bool was = b->down;
	ssize_t n = read(b->fd, evv, sizeof(evv));
	int err = 0;
	(void)flags;

	if (n > 0)
		err = evdev_button_follow(evv, (size_t)n / sizeof(*evv),
					  b->code, &b->down);
	else if (!n || errno != EAGAIN)
		err = n ? errno : ENODEV;
	if (err == EAGAIN)
		err = is_down(b->fd, b->code, &b->down);

	if (err)
		lose(b, err, now);
	else if (was != b->down)
		changed(b, now);
}

static int begin(struct evdev_button *b)
{
	int err = find(b);

	if (!err)
		err = is_down(b->fd, b->code, &b->down);
	if (!err)
		err = loop_watch_alloc(&b->watch, "evdev", b->fd,
				       LOOP_READ | LOOP_EXCEPT, read_handler,
				       b);
	if (err)
		leave(b);
	return err;
}

static void look_handler(uint64_t now, void *arg)
{
	struct evdev_button *b = arg;

	if (begin(b)) {
		loop_timer_arm(&b->look, now + EVDEV_BUTTON_LOOK);
		return;
	}

	tell(b, 0);
	changed(b, now);
}

static bool is_pressed(const struct button *b)
{
	return ((const struct evdev_button *)b)->debounce.on;
}

int evdev_button_alloc(struct button **bp, const struct gpio_params *prm,
		       button_h *h, void *arg)
{
	static const struct button_table table = {
		.pressed = is_pressed,
	};
	const char *slash = strrchr(prm->line, '/');
	struct evdev_button *b;
	unsigned code;
	int err;

	if (!slash || slash == prm->line || evdev_button_key(slash + 1, &code))
		return EINVAL;

	b = mem_zalloc(sizeof(*b), destructor);
	if (!b)
		return ENOMEM;

	b->button.table = &table;
	b->fd = -1;
	b->code = code;
	b->prm = *prm;
	b->h = h;
	b->arg = arg;
	loop_timer_init(&b->timer, "evdev", timer_handler, b);
	loop_timer_init(&b->look, "evdev", look_handler, b);
	str_ncpy(b->device, prm->line,
		 MIN(sizeof(b->device), (size_t)(slash - prm->line) + 1));
	err = str_dup(&b->place, prm->line);
	if (!err)
		err = begin(b);
	debounce_init(&b->debounce, prm->debounce, meant(b));
	if (err)
		mem_deref(b);
	else
		*bp = &b->button;
	return err;
}

int evdev_button_list(struct re_printf *pf, void *unused)
{
	int err = 0;
	(void)unused;

	for (unsigned n = 0; n < DEVICES; n++) {
		char name[EVDEV_BUTTON_NAME] = "";
		const int fd = open_number(n);
		bool keys = false;

		if (fd < 0)
			continue;
		name_of(fd, name);
		for (unsigned code = 1; code < KEY_CNT && !keys; code++)
			keys = has_key(fd, code);
		if (keys)
			err |= re_hprintf(pf, "evdev:event%u  %s\n", n, name);
		(void)close(fd);
	}

	return err;
}

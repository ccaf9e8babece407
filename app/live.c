/**
 * @file app/live.c  Live
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "app/live.h"
#include "app/soundloan.h"

enum {
	SECONDS_MAX = 60,
	NUMBER_SIZE = 16,
	DECIMAL = 10,
	MILLI = 1000,
	KILO = 1000,
	BITS = 8,
	HOUR = 3600,
	MINUTE = 60,
	PERCENT = 100,
};

static const char temperature_path[] =
	"/sys/class/thermal/thermal_zone0/temp"; /* [1/1000 degrees] */

struct live {
	const struct commands_context *ctx;
	struct answer *answer;
	struct loop_timer timer;
	json_t *before; /* Figures of the picture before */
	uint64_t at, period;
	bool again; /* Else it ends after one */
};

static void live_destructor(void *arg)
{
	struct live *l = arg;

	loop_timer_cancel(&l->timer);
	json_decref(l->before);
	mem_deref(l->answer);
}

/* ---- Figures ---- */

/* A number down a path of members, "audio sent bytes" */
static double figure(const json_t *media, const char *path)
{
	const json_t *js = media;

	while (*path && js) {
		char name[NUMBER_SIZE * 2];
		size_t n = strcspn(path, " ");

		(void)re_snprintf(name, sizeof(name), "%b", path, n);
		js = json_object_get(js, name);
		path += n + (path[n] == ' ');
	}

	return json_number_value(js);
}

static int count(const json_t *media, const char *path)
{
	return (int)figure(media, path);
}

/* What a call of the same number had before */
static const json_t *media_of(const json_t *stats, json_int_t id)
{
	const json_t *one;
	size_t i;

	json_array_foreach(stats, i, one)
	{
		if (json_integer_value(json_object_get(one, "id")) == id)
			return json_object_get(one, "media");
	}

	return NULL;
}

/** Two looks at a call, and the time between [s] */
struct looks {
	const json_t *now, *before;
	double seconds;
};

/* How much more it is, in a second */
static double rate(const struct looks *k, const char *path)
{
	if (!k->before || k->seconds <= 0)
		return 0;

	return (figure(k->now, path) - figure(k->before, path)) / k->seconds;
}

static double kbits(const struct looks *k, const char *path)
{
	return rate(k, path) * BITS / KILO;
}

/* Of the packets since, how many were lost [%] */
static double loss(const struct looks *k, const char *lost, const char *packets)
{
	const double gone = rate(k, lost), all = rate(k, packets);

	return gone > 0 && all > 0 ? gone * PERCENT / (all + gone) : 0;
}

static int print_audio(struct mbuf *mb, const struct looks *k)
{
	const json_t *a = json_object_get(k->now, "audio");

	if (!json_is_object(a))
		return 0;

	return mbuf_printf(
		mb,
		"  sound %s\n"
		"    out %7.1f kbit/s  level %6.1f dB  loss %4.1f %%  "
		"round trip %.1f ms\n"
		"    in  %7.1f kbit/s  level %6.1f dB  loss %4.1f %%  "
		"buffer %.1f of %.1f ms  late %d  concealed %d  "
		"clocks %d ppm\n",
		json_string_value(json_object_get(a, "codec")),
		kbits(k, "audio sent bytes"),
		figure(k->now, "audio sent level"),
		loss(k, "audio sent lost", "audio sent packets"),
		figure(k->now, "audio sent round_trip"),
		kbits(k, "audio received bytes"),
		figure(k->now, "audio received level"),
		loss(k, "audio received lost", "audio received packets"),
		figure(k->now, "audio received buffer"),
		figure(k->now, "audio received target"),
		count(k->now, "audio received late"),
		count(k->now, "audio received concealed"),
		count(k->now, "audio received clocks_ppm"));
}

static int print_video(struct mbuf *mb, const struct looks *k)
{
	const json_t *v = json_object_get(k->now, "video");

	if (!json_is_object(v))
		return 0;

	return mbuf_printf(
		mb,
		"  picture %s\n"
		"    out %7.1f kbit/s  %dx%d %5.1f/s  loss %4.1f %%  "
		"round trip %.1f ms  of %.1f kbit/s\n"
		"    in  %7.1f kbit/s  %dx%d %5.1f/s  loss %4.1f %%  "
		"undecodable %d\n",
		json_string_value(json_object_get(v, "codec")),
		kbits(k, "video sent bytes"), count(k->now, "video sent width"),
		count(k->now, "video sent height"),
		rate(k, "video sent frames"),
		loss(k, "video sent lost", "video sent packets"),
		figure(k->now, "video sent round_trip"),
		figure(k->now, "video bitrate") / KILO,
		kbits(k, "video received bytes"),
		count(k->now, "video received width"),
		count(k->now, "video received height"),
		rate(k, "video received frames"),
		loss(k, "video received lost", "video received packets"),
		count(k->now, "video received undecodable"));
}

/* ---- The machine ---- */

static int print_temperature(struct mbuf *mb)
{
	char text[NUMBER_SIZE] = "";
	const int fd = open(temperature_path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (n <= 0)
		return 0;

	return mbuf_printf(mb, "  %.1f C",
			   (double)strtol(text, NULL, DECIMAL) / MILLI);
}

static int print_head(struct mbuf *mb, const struct live *l, size_t calls,
		      uint64_t now)
{
	struct soundloan_figures f = { .open = false };
	const unsigned up = (unsigned)(now / CLOCK_S);
	const char *name;
	const uint64_t took = loop_longest(&name);
	int err;

	if (l->ctx->sound)
		soundloan_figures(l->ctx->sound, &f);
	err = mbuf_printf(mb, "boardphone %s  board up %u:%02u:%02u  %s",
			  BOARDPHONE_VERSION, up / HOUR, up / MINUTE % MINUTE,
			  up % MINUTE,
			  phone_registered(l->ctx->phone) ? "registered"
							  : "not registered");
	err |= print_temperature(mb);
	err |= mbuf_printf(mb, "\ncalls %zu  longest handler %.1f ms (%s)  ",
			   calls, (double)took / CLOCK_MS, name);
	if (f.open)
		err |= mbuf_printf(mb, "longest heartbeat %.1f ms",
				   (double)f.gap / CLOCK_MS);
	else
		err |= mbuf_printf(mb, "sound closed");
	return err | mbuf_printf(mb, "\n");
}

static int print_calls(struct mbuf *mb, const struct live *l,
		       const json_t *stats, const json_t *calls, uint64_t now)
{
	struct looks k = { .seconds = (double)(now - l->at) / CLOCK_S };
	const json_t *one;
	size_t i;
	int err = 0;

	json_array_foreach(calls, i, one)
	{
		const json_int_t id =
			json_integer_value(json_object_get(one, "id"));

		k.now = media_of(stats, id);
		k.before = l->before ? media_of(l->before, id) : NULL;
		err |= mbuf_printf(
			mb, "call %d %s %s %s\n", (int)id,
			json_string_value(json_object_get(one, "direction")),
			json_string_value(json_object_get(one, "state")),
			json_string_value(json_object_get(one, "peer")));
		err |= print_audio(mb, &k) | print_video(mb, &k);
	}

	return err;
}

/* Print, and remember for the next time */
static int draw(struct mbuf *mb, struct live *l, uint64_t now)
{
	json_t *stats = phone_stats_json(l->ctx->phone);
	json_t *calls = phone_calls_json(l->ctx->phone);
	int err = print_head(mb, l, json_array_size(calls), now) |
		  print_calls(mb, l, stats, calls, now);

	json_decref(calls);
	json_decref(l->before);
	l->before = stats;
	l->at = now;
	return err;
}

/* ---- The command ---- */

static void timer_handler(uint64_t now, void *arg)
{
	struct live *l = arg;
	struct mbuf *mb = mbuf_alloc(KILO);

	if (mb && answer_room(l->answer) && !draw(mb, l, now))
		answer_say(l->answer, "%s%b", l->again ? "\033[H\033[J" : "",
			   mb->buf, mb->end);
	mem_deref(mb);
	if (l->again) {
		loop_timer_arm(&l->timer, now + l->period);
		return;
	}

	answer_end(l->answer, 0);
	mem_deref(l);
}

static void stop_handler(void *arg)
{
	mem_deref(arg);
}

static int live_alloc(struct live **lp, const struct request *rq)
{
	struct live *l = mem_zalloc(sizeof(*l), live_destructor);

	if (!l)
		return ENOMEM;

	l->ctx = rq->ctx;
	l->at = rq->now;
	loop_timer_init(&l->timer, "top", timer_handler, l);
	*lp = l;
	return 0;
}

/* Nobody waits: no rates then */
static int at_once(const struct request *rq, struct live *l)
{
	struct mbuf *mb = mbuf_alloc(KILO);
	int err = mb ? draw(mb, l, rq->now) : ENOMEM;

	if (!err)
		err = request_buffer(rq, mb);

	mem_deref(mb);
	mem_deref(l);
	return err;
}

int cmd_top(const struct request *rq)
{
	struct live *l;
	unsigned seconds = 1;
	int err;

	if (rq->argc &&
	    (!request_number(rq->argv[0], SECONDS_MAX, &seconds) || !seconds))
		return request_say(rq, EINVAL, "top [SECONDS], 1 to 60");

	err = live_alloc(&l, rq);
	if (err)
		return err;

	if (!rq->later || rq->json)
		return at_once(rq, l);

	l->again = rq->argc > 0;
	l->period = seconds * (uint64_t)CLOCK_S;
	l->before = phone_stats_json(rq->ctx->phone);
	l->answer = mem_ref(rq->later);
	answer_begin(rq->later, l->again, stop_handler, l);
	loop_timer_arm(&l->timer, rq->now + (l->again ? 0 : l->period));
	return EINPROGRESS;
}

/**
 * @file tests/bench/bench_codecs.c  Benchmark: the software codecs
 *
 *     bench_codecs [openh264|vpx [still|noise|pan|figure [paced]]]
 *
 * A picture of 640x480 at 30 a second and 1 Mbit/s, still, with a camera's
 * noise, moving, or the simulated camera's figure, which stands still, there
 * and back; prints time for a minute of call, by thread, and private memory.
 * Pictures come as fast as they are taken; paced: 30 a second, which costs
 * more, since caches are cold and processors asleep between them.
 */
#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "drivers/openh264_decoder.h"
#include "drivers/openh264_encoder.h"
#include "drivers/pattern.h"
#include "drivers/vpx_decoder.h"
#include "drivers/vpx_encoder.h"

enum {
	WIDTH = 640,
	HEIGHT = 480,
	FPS = 30,
	BITRATE = 1000000,
	FRAMES = 900,
	MINUTE = 60,
};

enum scene {
	STILL,
	NOISE,
	PAN,
	FIGURE,
};

static const char *const scenev[] = { "still", "noise", "pan", "figure" };

struct run {
	enum scene scene;
	struct encoder *e;
	struct decoder *d;
	struct frame *f, *base;
	struct loop_timer timer;
	bool paced;
	unsigned n;
	uint64_t bytes, first;
	double squares; /* Mean error of the last picture */
};

static uint32_t noise(void)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223;
	return state >> 24;
}

static double cpu(clockid_t clock)
{
	struct timespec ts;

	(void)clock_gettime(clock, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Ticks are too coarse for a thread that ends */
static void print_threads(unsigned frames)
{
	DIR *dir = opendir("/proc/self/task");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char path[300], name[16] = "";
		unsigned long long ns = 0;
		FILE *f;

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path),
			       "/proc/self/task/%s/schedstat", entry->d_name);
		f = fopen(path, "r");
		if (!f)
			continue;
		if (fscanf(f, "%llu", &ns) != 1)
			ns = 0;
		(void)fclose(f);
		(void)snprintf(path, sizeof(path), "/proc/self/task/%s/comm",
			       entry->d_name);
		f = fopen(path, "r");
		if (!f)
			continue;
		if (fscanf(f, "%15s", name) != 1)
			name[0] = '\0';
		(void)fclose(f);
		printf("  %s %.2f", name,
		       (double)ns / 1e9 / frames * FPS * MINUTE);
	}
	if (dir)
		(void)closedir(dir);
	printf(" s/min\n");
}

static long memory(const char *what)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	char line[200];
	long kb = 0, n;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Private_Dirty: %ld", &n) == 1)
			kb += n;
	}
	if (f)
		(void)fclose(f);
	printf("  %-16s %5ld kB private\n", what, kb);
	return kb;
}

static void next_picture(struct run *r)
{
	uint8_t *p = r->f->planev[0];
	const uint8_t *q = r->base->planev[0];

	r->f->time = CLOCK_S + (uint64_t)r->n * CLOCK_S / FPS;
	if ((r->scene == STILL && r->n) || r->scene == FIGURE)
		return;

	for (unsigned y = 0; y < HEIGHT; y++) {
		const unsigned from = r->scene == PAN ? 2 * r->n % WIDTH : 0;
		uint8_t *line = p + y * r->f->stridev[0];

		memcpy(line, q + y * WIDTH + from, WIDTH - from);
		memcpy(line + WIDTH - from, q + y * WIDTH, from);
		for (unsigned x = 0; r->scene == NOISE && x < WIDTH; x++)
			line[x] = (uint8_t)(line[x] + noise() % 4);
	}
}

static void put(struct run *r)
{
	next_picture(r);
	(void)encoder_put(r->e, r->f, !r->n);
}

static void on_time(uint64_t now, void *arg)
{
	struct run *r = arg;

	loop_timer_arm(&r->timer, now + CLOCK_S / FPS);
	put(r);
}

static void on_unit(const struct encoder_unit *u, uint64_t now, void *arg)
{
	struct run *r = arg;
	(void)now;

	r->bytes += u->size;
	if (!r->n)
		r->first = u->size;
	(void)decoder_put(r->d, u->data, u->size, u->time);
}

static void on_fault(int err, void *arg)
{
	(void)err;
	(void)arg;
	loop_stop();
}

static void on_frame(struct frame *f, int err, uint64_t now, void *arg)
{
	struct run *r = arg;
	(void)err;
	(void)now;

	++r->n;
	if (f && r->n == FRAMES) {
		for (unsigned y = 0; y < HEIGHT; y++) {
			for (unsigned x = 0; x < WIDTH; x++) {
				const double d =
					f->planev[0][y * f->stridev[0] + x] -
					r->f->planev[0][y * WIDTH + x];

				r->squares += d * d / WIDTH / HEIGHT;
			}
		}
	}
	if (r->n == FRAMES)
		loop_stop();
	else if (!r->paced)
		put(r);
}

static void paint(struct frame *f)
{
	for (unsigned y = 0; y < HEIGHT; y++) {
		for (unsigned x = 0; x < WIDTH; x++) {
			const unsigned tile = (x / 40 + y / 30) % 2 * 60;

			f->planev[0][y * WIDTH + x] =
				(uint8_t)(80 + tile + (x * 3 + y * 5) % 97 / 3 +
					  noise() % 8);
		}
	}
	memset(f->planev[1], 110, WIDTH * HEIGHT / 2 / 2);
	memset(f->planev[2], 140, WIDTH * HEIGHT / 2 / 2);
}

static void bench(const char *name, encoder_alloc_h *eh, decoder_alloc_h *dh,
		  enum scene scene, bool paced)
{
	struct pattern pattern = { 0 };
	const struct encoder_prefs p = { WIDTH, HEIGHT, FPS, BITRATE, 0 };
	struct run r = { .scene = scene, .paced = paced };
	long before, after;
	double t;

	printf("%s, %s\n", name, scenev[scene]);
	if (frame_alloc(&r.f, FRAME_I420, WIDTH, HEIGHT) ||
	    frame_alloc(&r.base, FRAME_I420, WIDTH, HEIGHT))
		return;
	paint(r.base);
	for (unsigned i = 0; i < FRAME_PLANES; i++)
		memcpy(r.f->planev[i], r.base->planev[i],
		       r.f->stridev[i] * HEIGHT / (i ? 2 : 1));

	if (scene == FIGURE)
		pattern_draw(&pattern, r.f, 0, 0);
	loop_timer_init(&r.timer, "picture", on_time, &r);

	before = memory("before");
	if (eh(&r.e, "", &p, on_unit, on_fault, &r) || dh(&r.d, on_frame, &r))
		return;
	t = cpu(CLOCK_PROCESS_CPUTIME_ID);
	if (paced)
		on_time(clock_now(), &r);
	else
		put(&r);
	(void)loop_run(NULL, NULL);
	t = cpu(CLOCK_PROCESS_CPUTIME_ID) - t;
	after = memory("during");
	printf("  codecs %ld kB, %.2f s/min, first %llu bytes, %.0f kbit/s, "
	       "error %.2f\n",
	       after - before, t / FRAMES * FPS * MINUTE,
	       (unsigned long long)r.first,
	       (double)(r.bytes - r.first) * 8 * FPS / FRAMES / 1000,
	       r.squares);
	print_threads(FRAMES);
	loop_timer_cancel(&r.timer);
	mem_deref(r.e);
	mem_deref(r.d);
	mem_deref(r.f);
	mem_deref(r.base);
	(void)memory("after");
}

int main(int argc, char *argv[])
{
	static const struct {
		const char *name;
		encoder_alloc_h *eh;
		decoder_alloc_h *dh;
	} codecv[] = {
		{ "openh264", openh264_encoder_alloc, openh264_decoder_alloc },
		{ "vpx", vpx_encoder_alloc, vpx_decoder_alloc },
	};

	(void)mallopt(M_ARENA_MAX, 1);
	if (loop_init())
		return 1;

	for (unsigned i = 0; i < ARRAY_SIZE(codecv); i++) {
		if (argc > 1 && strcmp(argv[1], codecv[i].name))
			continue;
		for (unsigned k = 0; k < ARRAY_SIZE(scenev); k++) {
			if (argc > 2 && strcmp(argv[2], scenev[k]))
				continue;
			bench(codecv[i].name, codecv[i].eh, codecv[i].dh, k,
			      argc > 3);
		}
	}
	loop_close();
	return 0;
}

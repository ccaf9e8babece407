/**
 * @file drivers/pattern.c  Pattern
 *
 * A frame that was drawn once is changed only where what it shows changes:
 * some cells, the box and some characters, a twentieth of the picture.
 */
#include <assert.h>
#include <math.h>
#include "core/base/clock.h"
#include "drivers/pattern.h"

enum {
	BITS = 16, /* In a row of cells */
	WORDS = 4, /* Rows of them      */
	CHECK = 0xa5c3,
	HALF = 0xffff,

	WHITE = 235, /* BT.601, limited range */
	BLACK = 16,
	GREY = 128,
	THRESHOLD = 126, /* Between the two */
	FULL = 255,
	PERCENT = 100,
	WRONG = 100, /* [percent] */
	SAMPLE = 4,  /* Side of what is averaged [pixels], at most */

	BARS_ROW = 4,
	BAR_COLUMNS = PATTERN_COLUMNS / PATTERN_BARS,
	BOX_ROW = 8,
	TEXT_ROW = 10,
	BOX_COLUMNS = 2,
	BOX_STEPS = 64, /* Frames from left to right */

	FONT_WIDTH = 5,
	FONT_HEIGHT = 7,
	FONT_STEP = 6, /* To the next character */
	FONT_COLON = 10,
	FONT_DOT = 11,

	MINUTE = 60, /* [s] */
	HOUR = 3600,
	DAY = 86400,
	MS = CLOCK_S / CLOCK_MS,
};

/* Y, U, V of RGB 191 and 0 in BT.601, limited range */
static const uint8_t barv[PATTERN_BARS][FRAME_PLANES] = {
	{ 180, 128, 128 }, /* White   */
	{ 161, 44, 142 },  /* Yellow  */
	{ 131, 156, 44 },  /* Cyan    */
	{ 112, 72, 58 },   /* Green   */
	{ 84, 184, 198 },  /* Magenta */
	{ 65, 100, 212 },  /* Red     */
	{ 35, 212, 114 },  /* Blue    */
	{ 16, 128, 128 },  /* Black   */
};

/* Columns of digits, colon and dot; the lowest bit is on top */
static const uint8_t fontv[][FONT_WIDTH] = {
	{ 0x3e, 0x51, 0x49, 0x45, 0x3e }, { 0x00, 0x42, 0x7f, 0x40, 0x00 },
	{ 0x42, 0x61, 0x51, 0x49, 0x46 }, { 0x21, 0x41, 0x45, 0x4b, 0x31 },
	{ 0x18, 0x14, 0x12, 0x7f, 0x10 }, { 0x27, 0x45, 0x45, 0x45, 0x39 },
	{ 0x3c, 0x4a, 0x49, 0x49, 0x30 }, { 0x01, 0x71, 0x09, 0x05, 0x03 },
	{ 0x36, 0x49, 0x49, 0x49, 0x36 }, { 0x06, 0x49, 0x49, 0x29, 0x1e },
	{ 0x00, 0x36, 0x36, 0x00, 0x00 }, { 0x00, 0x60, 0x60, 0x00, 0x00 },
};

struct area {
	unsigned x, y, width, height; /* [pixels] */
};

static unsigned edge(unsigned n, unsigned side, unsigned count)
{
	return n * side / count;
}

static struct area cells(const struct frame *f, unsigned column,
			 unsigned columns, unsigned row, unsigned rows)
{
	struct area a = {
		.x = edge(column, f->width, PATTERN_COLUMNS),
		.y = edge(row, f->height, PATTERN_ROWS),
	};

	a.width = edge(column + columns, f->width, PATTERN_COLUMNS) - a.x;
	a.height = edge(row + rows, f->height, PATTERN_ROWS) - a.y;
	return a;
}

/* The same in a plane of chroma */
static struct area halved(const struct area *a)
{
	struct area half = { .x = a->x / 2, .y = a->y / 2 };

	half.width = (a->x + a->width) / 2 - half.x;
	half.height = (a->y + a->height) / 2 - half.y;
	return half;
}

static void fill(struct frame *f, unsigned plane, const struct area *a,
		 int value)
{
	uint8_t *p = f->planev[plane] + a->y * f->stridev[plane] + a->x;

	for (unsigned i = 0; i < a->height; i++, p += f->stridev[plane])
		memset(p, value, a->width);
}

static void draw_word(struct frame *f, unsigned row, unsigned word,
		      unsigned changed)
{
	for (unsigned i = 0; i < BITS; i++) {
		const struct area a = cells(f, i, 1, row, 1);
		const unsigned bit = 1U << (BITS - 1 - i);

		if (changed & bit)
			fill(f, 0, &a, word & bit ? WHITE : BLACK);
	}
}

static void draw_words(struct pattern *p, struct frame *f, uint32_t number,
		       uint32_t time)
{
	uint16_t wordv[WORDS] = {
		(uint16_t)number,
		(uint16_t)(time >> BITS),
		(uint16_t)time,
	};

	wordv[WORDS - 1] = wordv[0] ^ wordv[1] ^ wordv[2] ^ CHECK;
	for (unsigned i = 0; i < WORDS; i++) {
		draw_word(f, i, wordv[i],
			  p->drawn ? wordv[i] ^ p->wordv[i] : HALF);
		p->wordv[i] = wordv[i];
	}
}

static void draw_bars(struct frame *f)
{
	for (unsigned i = 0; i < PATTERN_BARS; i++) {
		const struct area a = cells(f, i * BAR_COLUMNS, BAR_COLUMNS,
					    BARS_ROW, BOX_ROW - BARS_ROW);
		const struct area half = halved(&a);

		fill(f, 0, &a, barv[i][0]);
		fill(f, 1, &half, barv[i][1]);
		fill(f, 2, &half, barv[i][2]);
	}
}

static void draw_box(struct pattern *p, struct frame *f, uint32_t number)
{
	struct area a = cells(f, 0, BOX_COLUMNS, BOX_ROW, TEXT_ROW - BOX_ROW);
	unsigned way = f->width - a.width;
	unsigned step = number % (2 * BOX_STEPS);

	if (step > BOX_STEPS)
		step = 2 * BOX_STEPS - step;
	a.x = p->box;
	fill(f, 0, &a, GREY);
	p->box = a.x = way * step / BOX_STEPS;
	fill(f, 0, &a, WHITE);
}

static void draw_char(struct frame *f, unsigned x, unsigned y, unsigned scale,
		      char c)
{
	unsigned n = FONT_DOT;
	struct area a = { .x = x, .y = y };

	a.width = FONT_STEP * scale;
	a.height = FONT_HEIGHT * scale;
	fill(f, 0, &a, GREY);
	if (c == ' ')
		return;

	if (c != '.')
		n = c == ':' ? FONT_COLON : (unsigned)(c - '0');
	a.width = a.height = scale;
	for (unsigned i = 0; i < FONT_WIDTH; i++) {
		a.x = x + i * scale;
		for (unsigned k = 0; k < FONT_HEIGHT; k++) {
			a.y = y + k * scale;
			if (fontv[n][i] & 1U << k)
				fill(f, 0, &a, BLACK);
		}
	}
}

/* As large as it can be; not at all where there is no room */
static void draw_text(struct pattern *p, struct frame *f, const char *text)
{
	const struct area room = cells(f, 0, PATTERN_COLUMNS, TEXT_ROW,
				       PATTERN_ROWS - TEXT_ROW);
	const unsigned len = (unsigned)strlen(text);
	unsigned scale = room.width / (len * FONT_STEP), x, y;

	if (scale > room.height / FONT_HEIGHT)
		scale = room.height / FONT_HEIGHT;
	x = (room.width - len * FONT_STEP * scale) / 2;
	y = room.y + (room.height - FONT_HEIGHT * scale) / 2;

	for (unsigned i = 0; i < len && scale; i++) {
		if (p->text[i] != text[i])
			draw_char(f, x + i * FONT_STEP * scale, y, scale,
				  text[i]);
		p->text[i] = text[i];
	}
}

static void draw_ground(struct pattern *p, struct frame *f)
{
	const struct area a = cells(f, 0, PATTERN_COLUMNS, BOX_ROW,
				    PATTERN_ROWS - BOX_ROW);

	memset(p, 0, sizeof(*p));
	frame_black(f);
	draw_bars(f);
	fill(f, 0, &a, GREY);
}

void pattern_draw(struct pattern *p, struct frame *f, uint32_t number,
		  uint64_t wall)
{
	const unsigned s = (unsigned)(wall / MS % DAY);
	char text[PATTERN_TEXT_MAX];

	assert(f->format == FRAME_I420);
	if (!p->drawn)
		draw_ground(p, f);

	draw_words(p, f, number, (uint32_t)wall);
	draw_box(p, f, number);
	(void)re_snprintf(text, sizeof(text), "%05u %02u:%02u:%02u.%03u",
			  number & HALF, s / HOUR, s / MINUTE % MINUTE,
			  s % MINUTE, (unsigned)(wall % MS));
	draw_text(p, f, text);
	p->drawn = true;
}

/* Mean in the middle of an area */
static double sample(const struct frame *f, unsigned plane,
		     const struct area *a)
{
	const unsigned width = a->width < SAMPLE ? a->width : SAMPLE;
	const unsigned height = a->height < SAMPLE ? a->height : SAMPLE;
	const size_t stride = f->stridev[plane];
	const uint8_t *p = f->planev[plane] + (a->width - width) / 2 + a->x +
			   ((a->height - height) / 2 + a->y) * stride;
	unsigned sum = 0;

	for (unsigned y = 0; y < height; y++)
		for (unsigned x = 0; x < width; x++)
			sum += p[y * stride + x];
	return (double)sum / (width * height);
}

static unsigned read_word(const struct frame *f, unsigned row)
{
	unsigned word = 0;

	for (unsigned i = 0; i < BITS; i++) {
		const struct area a = cells(f, i, 1, row, 1);

		word = word << 1 | (sample(f, 0, &a) > THRESHOLD);
	}
	return word;
}

int pattern_read(const struct frame *f, uint32_t *number, uint32_t *time)
{
	unsigned wordv[WORDS];

	if (f->format != FRAME_I420 && f->format != FRAME_NV12)
		return EINVAL;
	if (f->width < FRAME_SIDE_MIN || f->height < FRAME_SIDE_MIN)
		return EBADMSG; /* Cells without a pixel */

	for (unsigned i = 0; i < WORDS; i++)
		wordv[i] = read_word(f, i);
	if ((wordv[0] ^ wordv[1] ^ wordv[2] ^ CHECK) != wordv[WORDS - 1])
		return EBADMSG;

	*number = wordv[0];
	*time = (uint32_t)wordv[1] << BITS | wordv[2];
	return 0;
}

double pattern_colour_error(const struct frame *f)
{
	double worst = 0;

	if (f->format != FRAME_I420 || f->width < FRAME_SIDE_MIN ||
	    f->height < FRAME_SIDE_MIN)
		return WRONG;

	for (unsigned i = 0; i < PATTERN_BARS; i++) {
		const struct area a = cells(f, i * BAR_COLUMNS, BAR_COLUMNS,
					    BARS_ROW, BOX_ROW - BARS_ROW);
		const struct area half = halved(&a);

		for (unsigned k = 0; k < FRAME_PLANES; k++)
			worst = fmax(worst, fabs(sample(f, k, k ? &half : &a) -
						 barv[i][k]));
	}
	return worst * PERCENT / FULL;
}

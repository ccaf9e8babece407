/**
 * @file core/base/config_value.c  One value: its type, range and words
 */
#include <assert.h>
#include "core/base/clock.h"
#include "core/base/config_value.h"
#include "core/base/log.h"

enum {
	SIZE_SHIFT = 16, /* Width and height in one number */
	SIZE_DIGITS = 5, /* Of either                      */
	NAME_SIZE = CONFIG_NAME_MAX + 1,
};

struct unit {
	const char *name;
	uint64_t factor;
};

/* The last one that divides a number is how it is printed */
static const struct unit timev[] = {
	{ "ms", CLOCK_MS },	    { "", CLOCK_S },
	{ "s", CLOCK_S },	    { "m", 60ULL * CLOCK_S },
	{ "h", 3600ULL * CLOCK_S },
};
static const struct unit ratev[] = {
	{ "", 1 },
	{ "k", 1000 },
	{ "M", 1000000 },
};
static const struct unit numberv[] = { { "", 1 } };
static const struct unit framev[] = { { "f", 1 } };

static const struct unit *units(enum config_type type, size_t *n)
{
	switch (type) {
	case CONFIG_TIME:
		*n = ARRAY_SIZE(timev);
		return timev;
	case CONFIG_INTERVAL:
		*n = ARRAY_SIZE(framev);
		return framev;
	case CONFIG_RATE:
		*n = ARRAY_SIZE(ratev);
		return ratev;
	default:
		*n = ARRAY_SIZE(numberv);
		return numberv;
	}
}

/* Digits and a unit. @return false: not that, or too large to say */
static bool number(const char *text, enum config_type type, uint64_t *num)
{
	size_t n, digits = strspn(text, "0123456789");
	const struct unit *unitv = units(type, &n);
	struct pl pl = { text, digits };

	if (!digits || digits > strlen("999999999"))
		return false;

	for (size_t i = 0; i < n; i++) {
		if (!strcmp(text + digits, unitv[i].name)) {
			*num = pl_u64(&pl) * unitv[i].factor;
			return true;
		}
	}

	return false;
}

/* A limit, with the largest unit that divides it */
static int print_limit(struct re_printf *pf, enum config_type type,
		       uint64_t num)
{
	size_t n, best = 0;
	const struct unit *unitv = units(type, &n);

	for (size_t i = 0; i < n; i++) {
		if (num % unitv[i].factor == 0 && *unitv[i].name)
			best = i;
	}
	if (!num)
		return re_hprintf(pf, "0");

	return re_hprintf(pf, "%llu%s", num / unitv[best].factor,
			  unitv[best].name);
}

static bool is_word(const char *words, const struct pl *word)
{
	while (words && *words) {
		size_t len = strcspn(words, "|");

		if (len == word->l && !memcmp(words, word->p, len))
			return true;
		words += len + (words[len] == '|');
	}

	return false;
}

bool config_value_item(const char *text, unsigned n, struct pl *item)
{
	for (;; n--) {
		size_t len = strcspn(text, ",");

		if (!n) {
			const char *end = text + len;

			while (text < end && strchr(" \t", *text))
				++text;
			while (end > text && strchr(" \t", end[-1]))
				--end;
			item->p = text;
			item->l = (size_t)(end - text);
			return item->l != 0;
		}
		if (!text[len])
			return false;
		text += len + 1;
	}
}

static int print_words(struct re_printf *pf, const char *words)
{
	int err = 0;

	for (; words && *words && !err; words++) {
		if (*words == '|')
			err = re_hprintf(pf, ", ");
		else
			err = re_hprintf(pf, "%b", words, (size_t)1);
	}

	return err;
}

int config_value_print(struct re_printf *pf, const struct config_key *k)
{
	int err = 0;

	switch (k->type) {
	case CONFIG_BOOL:
		return re_hprintf(pf, "yes or no");
	case CONFIG_CHOICE:
		return re_hprintf(pf, "one of %H", print_words, k->choices);
	case CONFIG_LIST:
		return re_hprintf(pf, "some of %H, with commas between",
				  print_words, k->choices);
	case CONFIG_SIZE:
		return re_hprintf(pf, "WIDTHxHEIGHT, each %llu to %llu", k->min,
				  k->max);
	case CONFIG_NUMBER:
	case CONFIG_TIME:
	case CONFIG_RATE:
		if (k->choices)
			err = re_hprintf(pf, "%s, or ", k->choices);
		err |= print_limit(pf, k->type, k->min);
		err |= re_hprintf(pf, " to ");
		err |= print_limit(pf, k->type, k->max);
		return err;
	case CONFIG_INTERVAL:
		err = print_limit(pf, CONFIG_TIME, k->min);
		err |= re_hprintf(pf, " to ");
		err |= print_limit(pf, CONFIG_TIME, k->max);
		err |= re_hprintf(pf, ", 1f to %uf, or 0", CONFIG_FRAMES_MAX);
		return err;
	default:
		return 0;
	}
}

static int wrong(const struct config_key *k, const char *right,
		 const char *text, char *why, size_t size)
{
	struct pl pl;

	pl_set_str(&pl, text);
	if (k->secret)
		pl_set_str(&pl, "***");

	if (right)
		(void)re_snprintf(why, size, "'%H' cannot be; give %s",
				  log_text, &pl, right);
	else
		(void)re_snprintf(why, size, "'%H' cannot be; give %H",
				  log_text, &pl, config_value_print, k);
	return EINVAL;
}

/* Each item of a list; its own check, or words, none twice */
static int items(const struct config_key *k, const char *text, char *why,
		 size_t size)
{
	char item[CONFIG_LINE_MAX];
	struct pl pl, before;
	unsigned n = 0, commas = 0;
	const char *right;

	for (const char *p = text; *p; p++)
		commas += *p == ',';

	for (; config_value_item(text, n, &pl); n++) {
		if (n == CONFIG_ITEMS_MAX)
			return wrong(k, "fewer items", text, why, size);
		if (k->choices && !is_word(k->choices, &pl))
			return wrong(k, NULL, text, why, size);
		for (unsigned i = 0; i < n; i++) {
			if (config_value_item(text, i, &before) &&
			    before.l == pl.l && !memcmp(before.p, pl.p, pl.l))
				return wrong(k, "each item once", text, why,
					     size);
		}
		if (pl_strcpy(&pl, item, sizeof(item)))
			return wrong(k, "something shorter", text, why, size);
		right = k->check ? k->check(item) : NULL;
		if (right)
			return wrong(k, right, item, why, size);
	}
	if (*text && n != commas + 1)
		return wrong(k, "an item before and after each comma", text,
			     why, size);
	if (!n && k->type == CONFIG_LIST)
		return wrong(k, NULL, text, why, size);
	return 0;
}

static int picture(const struct config_key *k, const char *text, uint64_t *num,
		   char *why, size_t size)
{
	char width_text[SIZE_DIGITS + 1] = "";
	uint64_t width, height;
	size_t len = strspn(text, "0123456789");

	if (!len || len > SIZE_DIGITS || text[len] != 'x')
		return wrong(k, NULL, text, why, size);

	memcpy(width_text, text, len);
	if (!number(width_text, CONFIG_NUMBER, &width) ||
	    !number(text + len + 1, CONFIG_NUMBER, &height) || width < k->min ||
	    width > k->max || height < k->min || height > k->max)
		return wrong(k, NULL, text, why, size);

	*num = width << SIZE_SHIFT | height;
	return 0;
}

/* A time, or frames; 0 is neither */
static bool is_interval(const struct config_key *k, const char *text,
			uint64_t *num)
{
	if (!strcmp(text, "0"))
		return true;
	if (number(text, CONFIG_INTERVAL, num))
		return *num && *num <= CONFIG_FRAMES_MAX;

	return number(text, CONFIG_TIME, num) && *num >= k->min &&
	       *num <= k->max;
}

int config_value(const struct config_key *k, const char *text, uint64_t *num,
		 char *why, size_t size)
{
	const char *right = NULL;
	struct pl pl;

	*num = 0;
	pl_set_str(&pl, text);

	switch (k->type) {
	case CONFIG_BOOL:
		*num = !strcmp(text, "yes");
		return *num || !strcmp(text, "no")
			       ? 0
			       : wrong(k, NULL, text, why, size);
	case CONFIG_CHOICE:
		return is_word(k->choices, &pl)
			       ? 0
			       : wrong(k, NULL, text, why, size);
	case CONFIG_LIST:
	case CONFIG_ITEMS:
		return items(k, text, why, size);
	case CONFIG_SIZE:
		return picture(k, text, num, why, size);
	case CONFIG_NUMBER:
	case CONFIG_TIME:
	case CONFIG_RATE:
		if (is_word(k->choices, &pl))
			return 0;
		if (!number(text, k->type, num) || *num < k->min ||
		    *num > k->max)
			return wrong(k, NULL, text, why, size);
		return 0;
	case CONFIG_INTERVAL:
		return is_interval(k, text, num)
			       ? 0
			       : wrong(k, NULL, text, why, size);
	default:
		if (*text && k->check)
			right = k->check(text);
		return right ? wrong(k, right, text, why, size) : 0;
	}
}

/* Levenshtein's, in one row */
unsigned config_value_distance(const char *a, const char *b)
{
	unsigned row[NAME_SIZE];
	size_t n = strlen(b);

	if (n >= ARRAY_SIZE(row))
		return UINT32_MAX;

	for (unsigned i = 0; i <= n; i++)
		row[i] = i;
	for (unsigned i = 1; a[i - 1]; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (size_t k = 1; k <= n; k++) {
			unsigned change = diagonal + (a[i - 1] != b[k - 1]);

			diagonal = row[k];
			row[k] = MIN(MIN(row[k], row[k - 1]) + 1, change);
		}
	}

	return row[n];
}

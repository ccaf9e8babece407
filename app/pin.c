/**
 * @file app/pin.c  Pin
 */
#include "app/pin.h"
#include "app/words.h"
#include "core/base/config_value.h"

enum {
	DEBOUNCE_MAX = 500 * CLOCK_MS, /* Ours */
	WHY = 128,		       /* Half a sentence */
};

static void pin_destructor(void *arg)
{
	struct pin *w = arg;

	if (w->text)
		explicit_bzero(w->text, w->size);
	mem_deref(w->text);
}

static int read_place(struct pin *w, char *word, char *why, size_t size)
{
	char *colon = strchr(word, ':');

	if (!colon || colon == word || !colon[1]) {
		(void)re_snprintf(why, size,
				  "no CHIP:LINE at its beginning; "
				  "give one, such as sim:1");
		return EINVAL;
	}

	*colon = '\0';
	w->chip = word;
	w->line = colon + 1;
	return 0;
}

static bool among(const char *key, const char *const *keyv)
{
	while (*keyv && strcmp(*keyv, key))
		++keyv;
	return *keyv != NULL;
}

static const char letters[] = "abcdefghijklmnopqrstuvwxyz";

static int no_option(const char *word, const char *const *keyv, char *why,
		     size_t size)
{
	const struct pl pl = { word, strspn(word, letters) };
	int n;

	/* Not what follows, which may be a code */
	n = re_snprintf(why, size, "no option is called '%r'; give low", &pl);
	for (; n > 0 && *keyv; keyv++)
		n += re_snprintf(why + n, size - (size_t)n, ", %s=", *keyv);
	return EINVAL;
}

static int read_option(struct pin *w, char *word, const char *const *keyv,
		       char *why, size_t size)
{
	char *equals = strchr(word, '=');

	if (!strcmp(word, "low")) {
		w->low = true;
		return 0;
	}

	if (equals)
		*equals = '\0';
	if (!equals || !among(word, keyv))
		return no_option(word, keyv, why, size);
	if (pin_option(w, word)) {
		(void)re_snprintf(why, size, "%s= is given twice; give it once",
				  word);
		return EINVAL;
	}
	if (w->optionc == PIN_OPTIONS)
		return EINVAL;

	w->optionv[w->optionc].key = word;
	w->optionv[w->optionc++].value = equals + 1;
	return 0;
}

int pin_alloc(struct pin **wp, const char *text, const char *const *keyv,
	      char *why, size_t size)
{
	char *wordv[WORDS_MAX];
	struct pin *w;
	int err, n = 0;

	w = mem_zalloc(sizeof(*w), pin_destructor);
	if (!w)
		return ENOMEM;

	w->size = strlen(text);
	err = str_dup(&w->text, text);
	if (err)
		goto out;

	err = words_split(w->text, wordv, &n) ? EINVAL : 0;
	if (err) {
		(void)re_snprintf(why, size,
				  "too many words, or a quote that "
				  "is not closed; give CHIP:LINE "
				  "and options");
		goto out;
	}

	err = read_place(w, n ? wordv[0] : w->text, why, size);
	for (int i = 1; i < n && !err; i++)
		err = read_option(w, wordv[i], keyv, why, size);

out:
	if (err)
		mem_deref(w);
	else
		*wp = w;
	return err;
}

const char *pin_option(const struct pin *w, const char *key)
{
	for (unsigned i = 0; i < w->optionc; i++) {
		if (!strcmp(w->optionv[i].key, key))
			return w->optionv[i].value;
	}

	return NULL;
}

/* ---- What lines have in common ---- */

int pin_time(const struct pin *w, const char *key, uint64_t min, uint64_t max,
	     uint64_t *time, char *why, size_t size)
{
	const struct config_key row = {
		.type = CONFIG_TIME,
		.min = min,
		.max = max,
	};
	const char *text = pin_option(w, key);
	char right[WHY];
	int err;

	if (!text)
		return 0;

	err = config_value(&row, text, time, right, sizeof(right));
	if (err)
		(void)re_snprintf(why, size, "%s= %s", key, right);
	return err;
}

struct gpio_params pin_output(const struct pin *w)
{
	return (struct gpio_params){
		.chip = w->chip,
		.line = w->line,
		.low = w->low,
	};
}

int pin_input(const struct pin *w, struct gpio_params *prm, char *why,
	      size_t size)
{
	static const char *const pullv[] = {
		[GPIO_PULL_UP] = "up",
		[GPIO_PULL_DOWN] = "down",
		[GPIO_PULL_NONE] = "none",
	};
	const char *pull = pin_option(w, "pull");

	*prm = pin_output(w);
	prm->debounce = PIN_DEBOUNCE;
	for (unsigned i = 1; pull && i < ARRAY_SIZE(pullv); i++) {
		if (!strcmp(pull, pullv[i]))
			prm->pull = (enum gpio_pull)i;
	}
	if (pull && prm->pull == GPIO_PULL_BOARD) {
		(void)re_snprintf(why, size,
				  "pull= cannot be so; give up, down or none");
		return EINVAL;
	}

	return pin_time(w, "debounce", 0, DEBOUNCE_MAX, &prm->debounce, why,
			size);
}

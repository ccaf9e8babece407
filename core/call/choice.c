/**
 * @file core/call/choice.c  Choice
 */
#include "core/base/log.h"
#include "core/call/choice.h"

static uint32_t bit_of(const struct choice *c, const struct coder *k)
{
	return 1U << (k - c->coderv);
}

static bool is_meant(const struct coder *k, const char *codec, const char *only)
{
	return k->encoder && !strcmp(k->codec, codec) &&
	       (!strcmp(only, "auto") || !strcmp(only, k->name));
}

bool choice_can(const struct coder *coderv, const char *codec, const char *only)
{
	for (const struct coder *k = coderv; k && k->name; k++) {
		if (is_meant(k, codec, only))
			return true;
	}

	return false;
}

void choice_init(struct choice *c, const struct coder *coderv,
		 const char *codec, const char *only, struct choice_news *news)
{
	str_ncpy(c->only, only, sizeof(c->only));
	c->codec = codec;
	c->coderv = coderv;
	c->news = news;
}

/* In place of those that are unable another one of that codec will do */
static bool allows(const struct choice *c, const struct coder *k)
{
	return is_meant(k, c->codec, c->unable ? "auto" : c->only) &&
	       !((c->skip | c->unable) & bit_of(c, k));
}

static void say_unable(struct choice *c, const struct coder *k)
{
	log_warning("encoding: %s cannot make NAL units that fit into a "
		    "packet, which somebody needs (packetization-mode=0); "
		    "another is taken for it\n",
		    k->name);
	c->unable |= bit_of(c, k);
}

int choice_make(struct choice *c, struct encoder **ep,
		const struct encoder_prefs *prefs, encoder_unit_h *uh,
		encoder_fault_h *fh, void *arg)
{
	int err = ENOTSUP;

	for (const struct coder *k = c->coderv; k->name; k++) {
		if (!allows(c, k))
			continue;

		err = k->encoder(ep, k->device, prefs, uh, fh, arg);
		if (!err) {
			c->coder = k;
			c->made = 0;
			return 0;
		}
		if (err == ENOTSUP)
			say_unable(c, k);
		else if (err != ENODEV)
			log_info("encoding: %s cannot: %m\n", k->name, err);
	}

	c->skip = 0;
	return err;
}

static void tell(struct choice *c, bool lost)
{
	if (!c->news || !c->coder->hardware ||
	    lost == (c->news->lost == c->coder))
		return;

	c->news->lost = lost ? c->coder : NULL;
	event_emit(c->news->events,
		   lost ? EVENT_DEVICE_LOST : EVENT_DEVICE_BACK, NULL, 0,
		   "device:s", c->coder->name);
}

void choice_unit(struct choice *c)
{
	if (++c->made != CHOICE_LONG)
		return;

	c->poor = 0;
	tell(c, false);
}

void choice_fault(struct choice *c, int err)
{
	if (err == ENOTSUP) {
		say_unable(c, c->coder);
		return;
	}

	if (!c->faults++ || !c->made)
		log_warning("encoding: %s fails: %m\n", c->coder->name, err);
	if (!c->made || ++c->poor == CHOICE_POOR) {
		c->skip |= bit_of(c, c->coder);
		c->poor = 0;
	}
	tell(c, true);
}

bool choice_relax(struct choice *c)
{
	const bool any = c->unable != 0;

	c->unable = 0;
	return any;
}

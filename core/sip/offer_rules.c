/**
 * @file core/sip/offer_rules.c  The rules on m-lines
 */
#include "core/base/log.h"
#include "core/sip/offer_rules.h"
#include "core/sip/offer_write.h"

int offer_fail(struct offer_reason *why, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)re_vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return err;
}

/* As many m-lines, of the same types and in the same order (A-6.2a) */
int offer_rules_answer(const struct layout *l, const struct description *d,
		       struct offer_reason *why)
{
	if (d->mediac != l->slotc)
		return offer_fail(
			why, EPROTO,
			"the answer has %zu m-lines, the offer had %u",
			d->mediac, l->slotc);

	for (unsigned i = 0; i < l->slotc; i++) {
		const struct layout_slot *s = l->slotv[i];
		const struct description_media *m = d->mediav[i];
		struct pl type;

		pl_set_str(&type, m->type);
		if (s->type != LAYOUT_NONE &&
		    str_casecmp(m->type, offer_type_name(s->media.type)))
			return offer_fail(
				why, EPROTO,
				"m-line %u of the answer is %H, not %s", i + 1,
				log_text, &type,
				offer_type_name(s->media.type));
		if (*m->mid && s->mid && strcmp(m->mid, s->mid))
			return offer_fail(why, EPROTO,
					  "m-line %u of the answer has the mid "
					  "of another",
					  i + 1);
	}

	return 0;
}

/* What we offered is had, or was refused; never half of it */
int offer_rules_agreed(const struct layout *l,
		       const struct layout_medium *mediumv,
		       struct offer_reason *why)
{
	bool any = false;

	for (unsigned i = 0; i < l->slotc; i++) {
		const struct layout_slot *s = l->slotv[i];

		any |= s->media.active;
		if (s->media.active || !layout_offered(s, mediumv) ||
		    description_refused(s->media.remote))
			continue;
		return offer_fail(why, EPROTO,
				  "m-line %u (%s) of the answer: %s", i + 1,
				  offer_type_name(s->media.type), s->media.why);
	}

	return any ? 0 : offer_fail(why, ENOTSUP, "the peer refused all media");
}

/* Whether their m-line may become our medium of a type */
static bool fits(const struct layout *l, const struct description *d,
		 unsigned i, int type)
{
	const struct description_media *m = d->mediav[i];
	const int now = l->slotv[i]->type;

	return !description_refused(m) && (now == type || now == LAYOUT_NONE) &&
	       !str_casecmp(m->type, offer_type_name((enum offer_type)type));
}

/* Which of their m-lines is our medium: the one it was, else the first */
static void pick(struct layout *l, const struct description *d, int type)
{
	int old = layout_find(l, type);
	struct layout_slot *s;
	unsigned i = 0;

	if (old != LAYOUT_NONE && fits(l, d, (unsigned)old, type))
		return;
	while (i < l->slotc && !fits(l, d, i, type))
		++i;
	if (i == l->slotc)
		return;
	if (old != LAYOUT_NONE)
		l->slotv[old]->type = LAYOUT_NONE;

	s = l->slotv[i];
	s->type = type;
	s->media.ours = true;
	s->media.type = (enum offer_type)type;
	memset(s->ptsetv, 0, sizeof(s->ptsetv));
}

/* Give each m-line of their offer a slot: the one it had, or a new one */
int offer_rules_take(struct layout *l, const struct description *d,
		     const struct layout_medium *mediumv,
		     struct offer_reason *why)
{
	int err = 0;

	if (d->mediac < l->slotc)
		return offer_fail(why, EPROTO, "the offer lost an m-line");

	for (unsigned i = 0; i < d->mediac && !err; i++) {
		const struct description_media *m = d->mediav[i];
		struct layout_slot *s;

		if (i == l->slotc && !layout_add(l, LAYOUT_NONE))
			return ENOMEM;
		s = l->slotv[i];
		if (s->type != LAYOUT_NONE &&
		    str_casecmp(m->type, offer_type_name(s->media.type))) {
			if (!s->stopped)
				return offer_fail(why, EPROTO,
						  "m-line %u changed its type",
						  i + 1);
			s->type = LAYOUT_NONE; /* Used again for another */
			s->media.ours = false;
		}
		err = layout_set_mid(l, i, m->mid);
	}
	for (int type = 0; !err && type < LAYOUT_TYPES; type++) {
		if (mediumv[type].there)
			pick(l, d, type);
	}

	return err;
}

/* Something must be left, unless it is the peer that stopped everything */
int offer_rules_offer(const struct layout *l, bool again,
		      struct offer_reason *why)
{
	const struct layout_slot *first = NULL;

	for (unsigned i = 0; i < l->slotc; i++) {
		const struct layout_slot *s = l->slotv[i];

		if (s->media.active)
			return 0;
		if (!description_refused(s->media.remote) &&
		    (!first || first->type == LAYOUT_NONE))
			first = s;
	}
	if (!first && again)
		return 0;

	return offer_fail(why, ENOTSUP, "nothing in the offer can be had: %s",
			  first ? first->media.why : "all its ports are 0");
}

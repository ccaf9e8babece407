/**
 * @file core/call/senses.c  Senses
 */
#include "core/call/senses.h"

void senses_free(struct senses *s)
{
	s->hearing = mem_deref(s->hearing);
	s->sight = mem_deref(s->sight);
}

int senses_update(struct senses *s, const struct offer *o, bool talk, bool hold,
		  unsigned open, uint64_t now)
{
	int err;

	err = hearing_update(s->hearing, offer_active(o, OFFER_AUDIO), talk,
			     hold, (open & CABLES_SOUND) != 0, now);
	if (!err && s->sight)
		err = sight_update(s->sight, offer_active(o, OFFER_VIDEO),
				   talk && !hold, (open & CABLES_PICTURE) != 0,
				   now);
	return err;
}

void senses_set_open(struct senses *s, unsigned media, bool open, uint64_t now)
{
	if (media & CABLES_SOUND)
		hearing_set_open(s->hearing, open, now);
	if (s->sight && (media & CABLES_PICTURE))
		sight_set_open(s->sight, open, now);
}

void senses_recv(struct senses *s, unsigned media, struct mbuf *mb,
		 uint64_t now)
{
	if (s->sight && (media & CABLES_PICTURE) && sight_owns(s->sight, mb))
		sight_recv(s->sight, mb, now);
	else if (media & CABLES_SOUND)
		hearing_recv(s->hearing, mb, now);
}

void senses_recv_report(struct senses *s, unsigned media, struct mbuf *mb,
			uint64_t now)
{
	int64_t latency;

	if (media & CABLES_SOUND)
		hearing_recv_report(s->hearing, mb, now);
	if (!s->sight)
		return;

	if (media & CABLES_PICTURE)
		sight_recv_report(s->sight, mb, now);
	if (!hearing_latency(s->hearing, &latency))
		sight_set_latency(s->sight, latency);
}

void senses_close(struct senses *s, uint64_t now)
{
	hearing_close(s->hearing, now);
	if (s->sight)
		sight_close(s->sight, now);
}

uint64_t senses_due(const struct senses *s)
{
	return clock_min(hearing_due(s->hearing),
			 s->sight ? sight_due(s->sight) : CLOCK_NEVER);
}

void senses_tick(struct senses *s, uint64_t now)
{
	hearing_tick(s->hearing, now);
	if (s->sight)
		sight_tick(s->sight, now);
}

int senses_print(struct re_printf *pf, const struct senses *s)
{
	int err = re_hprintf(pf, "%H", hearing_print, s->hearing);

	return s->sight ? err | sight_print(pf, s->sight) : err;
}

json_t *senses_json(const struct senses *s, json_t *js)
{
	(void)json_object_set_new(js, "audio", hearing_json(s->hearing));
	(void)json_object_set_new(
		js, "video", s->sight ? sight_json(s->sight) : json_null());
	return js;
}

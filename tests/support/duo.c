/**
 * @file tests/support/duo.c  Duo
 */
#include <assert.h>
#include "tests/support/duo.h"

enum {
	REPORT_EVERY = 10,
	DELAY = 10 * CLOCK_MS, /* One way [us] */
};

static void maybe_free(struct duo_side *s, enum duo_free where)
{
	if (s->free_in != where)
		return;

	loop_timer_cancel(&s->timer);
	if (s->close_too)
		transport_close(s->t, clock_now());
	s->t = mem_deref(s->t);
}

static void gathered_handler(uint64_t now, void *arg)
{
	struct duo_side *s = arg;
	(void)now;

	++s->gathered;
	maybe_free(s, DUO_FREE_GATHERED);
}

static void up_handler(uint64_t now, void *arg)
{
	struct duo_side *s = arg;

	++s->up;
	s->up_at = now;
	maybe_free(s, DUO_FREE_UP);
}

static void packet_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	struct duo_side *s = arg;
	(void)mb;

	if (!s->packets++)
		s->first_at = now;
	maybe_free(s, DUO_FREE_PACKET);
}

static void report_handler(struct mbuf *mb, uint64_t now, void *arg)
{
	struct duo_side *s = arg;
	(void)mb;
	(void)now;

	++s->reports;
	maybe_free(s, DUO_FREE_REPORT);
}

static void down_handler(int err, const char *reason, uint64_t now, void *arg)
{
	struct duo_side *s = arg;
	(void)now;

	++s->down;
	s->err = err;
	str_ncpy(s->reason, reason, sizeof(s->reason));
	maybe_free(s, DUO_FREE_DOWN);
}

static void wake_handler(void *arg)
{
	struct duo_side *s = arg;

	assert(s->t);
	loop_timer_arm(&s->timer, transport_due(s->t));
}

static void on_timer(uint64_t now, void *arg)
{
	struct duo_side *s = arg;

	if (s->t)
		transport_tick(s->t, now);
}

static struct mbuf *make_packet(struct duo_side *s, bool report)
{
	struct mbuf *mb = mbuf_alloc(512);

	assert(mb);
	mb->pos = mb->end = TRANSPORT_HEADROOM;
	mbuf_write_u8(mb, 0x80);
	mbuf_write_u8(mb, report ? 201 : 111);
	mbuf_write_u16(mb, htons(report ? 1 : s->seq++));
	if (!report)
		mbuf_write_u32(mb, htonl(s->seq * 960U));
	mbuf_write_u32(mb, htonl(0x12345678));
	if (!report)
		mbuf_fill(mb, (uint8_t)s->seq, DUO_PACKET);
	mb->pos = TRANSPORT_HEADROOM;
	return mb;
}

static void send_one(struct duo_side *s, bool report)
{
	struct mbuf *mb = make_packet(s, report);
	int err = report ? transport_send_report(s->t, mb)
			 : transport_send_packet(s->t, mb);

	if (!report)
		++*(err ? &s->unsent : &s->sent);
	mem_deref(mb);
}

static void on_media(uint64_t now, void *arg)
{
	struct duo_side *s = arg;

	if (!s->t)
		return;

	send_one(s, false);
	if (s->seq % REPORT_EVERY == 0)
		send_one(s, true);
	loop_timer_arm(&s->media, now + DUO_PERIOD);
}

static void open_side(struct duo *d, unsigned i)
{
	static const struct transport_handlers h = {
		.gathered = gathered_handler,
		.up = up_handler,
		.packet = packet_handler,
		.report = report_handler,
		.down = down_handler,
		.wake = wake_handler,
	};
	struct duo_side *s = &d->v[i];
	struct transport_params prm = {
		.network = &s->host.network,
		.identity = s->id,
		.offerer = i == 0,
		.fixed = s->fixed,
		.keys = true,
	};

	if (transport_alloc(&s->t, &prm, &h, s, clock_now()))
		assert(false);
}

void duo_open(struct duo *d, uint32_t seed)
{
	memset(d, 0, sizeof(*d));
	simnet_init(&d->net, seed);
	d->net.delay = DELAY;
	for (unsigned i = 0; i < 2; i++) {
		struct duo_side *s = &d->v[i];

		simnet_host_init(&s->host, &d->net);
		simnet_host_add(&s->host, i ? "10.0.0.2" : "10.0.0.1");
		loop_timer_init(&s->timer, "duo", on_timer, s);
		loop_timer_init(&s->media, "duo media", on_media, s);
		if (identity_alloc(&s->id))
			assert(false);
		open_side(d, i);
	}
}

void duo_fix(struct duo *d, unsigned side)
{
	struct duo_side *s = &d->v[side];

	s->t = mem_deref(s->t);
	s->fixed = true;
	open_side(d, side);
}

void duo_close(struct duo *d)
{
	for (unsigned i = 0; i < 2; i++) {
		loop_timer_cancel(&d->v[i].timer);
		loop_timer_cancel(&d->v[i].media);
		d->v[i].t = mem_deref(d->v[i].t);
		d->v[i].id = mem_deref(d->v[i].id);
	}

	simnet_close(&d->net);
}

void duo_words(struct duo *d, unsigned from, struct duo_words *w)
{
	const struct transport *t = d->v[from].t;
	const struct transport_local *l = transport_local(t);
	const struct candidate *cv;
	size_t n;

	memset(w, 0, sizeof(*w));
	str_ncpy(w->ufrag, l->ufrag, sizeof(w->ufrag));
	str_ncpy(w->pwd, l->pwd, sizeof(w->pwd));
	re_snprintf(w->print, sizeof(w->print), "%H", fingerprint_print,
		    l->fingerprint);
	w->printv[0] = w->print;
	w->r.ufrag = w->ufrag;
	w->r.pwd = w->pwd;
	w->r.fingerprintv = w->printv;
	w->r.fingerprintc = 1;
	w->r.setup = l->setup;
	w->r.candidatev = w->candidatev;

	cv = transport_candidates(t, &n);
	for (size_t i = 0; i < n && i < DUO_CANDIDATES; i++) {
		re_snprintf(w->textv[i], sizeof(w->textv[i]), "%H",
			    candidate_print, &cv[i]);
		w->candidatev[w->r.candidatec++] = w->textv[i];
	}
}

void duo_plain_words(struct duo *d, unsigned from, struct duo_words *w)
{
	duo_words(d, from, w);
	w->ufrag[0] = w->pwd[0] = '\0';
	w->r.candidatec = 0;
	transport_default(d->v[from].t, &w->r.address);
}

int duo_tell_words(struct duo *d, unsigned to, const struct duo_words *w)
{
	return transport_set_remote(d->v[to].t, &w->r, clock_now());
}

void duo_tell(struct duo *d, unsigned from)
{
	struct duo_words w;

	duo_words(d, from, &w);
	if (duo_tell_words(d, !from, &w))
		assert(false);
}

static void gather(struct duo *d, unsigned i)
{
	if (transport_gather(d->v[i].t, clock_now()))
		assert(false);
}

void duo_call(struct duo *d, uint64_t delay)
{
	gather(d, 0);
	duo_tell(d, 0);
	gather(d, 1);
	duo_run(delay);
	duo_tell(d, 1);
}

void duo_media(struct duo *d, unsigned side)
{
	loop_timer_arm(&d->v[side].media, clock_now());
}

void duo_run(uint64_t us)
{
	simnet_run(us, NULL, NULL);
}

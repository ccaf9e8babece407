/**
 * @file core/media/videoin.c  Video in
 */
#include "core/media/avc_unpack.h"
#include "core/media/lipsync.h"
#include "core/media/plea.h"
#include "core/media/videoin.h"
#include "core/media/vp8unpack.h"

enum {
	BEHIND_MAX = 500 * CLOCK_MS, /* Then the decoder is too slow [us], ours:
					what a long gap held up is through  */
};

/* What a payload format is made of */
struct kind {
	const char *codec;
	struct reorder_format format;
};

static const struct kind kindv[] = {
	{ "H264", { avc_unpack_starts, avc_unpack_key } },
	{ "VP8", { vp8unpack_starts, vp8unpack_key } },
};

struct videoin {
	const struct coder *coderv;
	struct videoin_handlers h;
	void *arg;
	const struct kind *kind; /* NULL: nothing has come yet */
	struct decoder *decoder; /* NULL until a key frame     */
	struct avc_unpack *avc;
	struct vp8unpack *vp8;
	struct reorder *reorder;
	struct gaps *gaps;
	struct lipsync lipsync;
	struct plea plea;
	uint32_t ssrc;
	bool cut;	    /* What comes next does not follow what came last */
	bool broken;	    /* Nothing can be decoded until a key frame       */
	unsigned under_way; /* Units in the decoder                       */
	uint64_t behind;    /* Since when more wait than it takes; 0: none */
	struct videoin_stats st;
};

static void videoin_destructor(void *arg)
{
	struct videoin *v = arg;

	lipsync_clear(&v->lipsync);
	mem_deref(v->decoder);
	mem_deref(v->avc);
	mem_deref(v->vp8);
	mem_deref(v->reorder);
	mem_deref(v->gaps);
}

int videoin_alloc(struct videoin **vp, const struct coder *coderv,
		  const struct videoin_handlers *h, void *arg)
{
	struct videoin *v;
	int err;

	v = mem_zalloc(sizeof(*v), videoin_destructor);
	if (!v)
		return ENOMEM;

	v->coderv = coderv;
	v->h = *h;
	v->arg = arg;
	v->broken = true;
	plea_init(&v->plea);
	err = gaps_alloc(&v->gaps);
	if (err)
		mem_deref(v);
	else
		*vp = v;
	return err;
}

void videoin_set_open(struct videoin *v, bool open, uint64_t now)
{
	if (open == v->plea.up)
		return;

	if (open) {
		plea_start(&v->plea, now);
		return;
	}

	v->cut |= v->lipsync.count > 0;
	lipsync_clear(&v->lipsync);
	plea_stop(&v->plea);
}

void videoin_set_round_trip(struct videoin *v, uint32_t rtt)
{
	gaps_set_round_trip(v->gaps, rtt);
	if (v->reorder)
		reorder_set_round_trip(v->reorder, rtt);
}

/* ---- Decoding ---- */

static void lost(struct videoin *v)
{
	v->cut = true;
	plea_lost(&v->plea);
}

static void broke(struct videoin *v)
{
	v->broken = true;
	plea_lost(&v->plea);
}

static void frame_handler(struct frame *f, int err, uint64_t now, void *arg)
{
	struct videoin *v = arg;

	--v->under_way;
	if (v->behind)
		v->h.wake(v->arg);
	if (err) {
		++v->st.undecodable;
		broke(v);
		v->h.wake(v->arg);
	}
	if (!f)
		return;

	++v->st.decoded;
	v->st.width = f->width;
	v->st.height = f->height;
	plea_picture(&v->plea, now);
	v->h.frame(f, now, v->arg);
}

static int make_decoder(struct videoin *v)
{
	int err = ENOTSUP;

	for (const struct coder *c = v->coderv; c && c->name && err; c++) {
		if (c->decoder && !strcmp(c->codec, v->kind->codec))
			err = c->decoder(&v->decoder, frame_handler, v);
	}

	return err;
}

/* The RTP timestamp takes the place of a time, which no decoder looks at */
static void decode(struct videoin *v, const struct lipsync_picture *p)
{
	const struct payload_unit *u = &p->unit;
	int err = 0;

	v->broken |= p->first;
	if (u->key) {
		v->broken = false;
		++v->st.keys;
	}
	if (v->broken) {
		++v->st.skipped;
		plea_lost(&v->plea);
		return;
	}

	if (!v->decoder)
		err = make_decoder(v);
	if (!err)
		err = decoder_put(v->decoder, u->data, u->size, p->ts);
	if (!err)
		++v->under_way;
	if (err == EAGAIN)
		++v->st.busy;
	if (err)
		broke(v);
}

/* Behind a gap that was filled all come at once: they wait until
 * the decoder can take them, but not for long */
static bool can_take(struct videoin *v, uint64_t now)
{
	if (v->under_way < DECODER_QUEUE)
		return true;

	if (!v->behind)
		v->behind = now;
	return now >= v->behind + BEHIND_MAX;
}

/* @return Whether there was one */
static bool decode_next(struct videoin *v, uint64_t now)
{
	struct lipsync_picture *p = lipsync_get(&v->lipsync, now);

	if (!p)
		return false;

	decode(v, p);
	mem_deref(p);
	return true;
}

static void decode_due(struct videoin *v, uint64_t now)
{
	while (lipsync_due(&v->lipsync) <= now && can_take(v, now))
		(void)decode_next(v, now);
	if (v->lipsync.count && lipsync_due(&v->lipsync) > now)
		v->behind = 0;
}

/* Before its time, rather than not at all */
static void decode_in_time(struct videoin *v, const struct lipsync_picture *p,
			   uint64_t now)
{
	const uint64_t at = v->h.when(p->ts, now, v->arg);
	int err;

	do {
		err = lipsync_put(&v->lipsync, p, at, now);
	} while (err && err != EALREADY && decode_next(v, CLOCK_NEVER));

	if (err)
		decode(v, p);
}

static int unpack_avc(struct videoin *v, const struct reorder_frame *f,
		      struct payload_unit *u)
{
	avc_unpack_begin(v->avc);
	for (unsigned i = 0; i < f->piecec; i++)
		(void)avc_unpack_put(v->avc, (uint16_t)i, f->piecev[i].data,
				     f->piecev[i].size, i + 1 == f->piecec);

	return avc_unpack_end(v->avc, true, u);
}

static int unpack_vp8(struct videoin *v, const struct reorder_frame *f,
		      struct payload_unit *u)
{
	vp8unpack_begin(v->vp8);
	for (unsigned i = 0; i < f->piecec; i++)
		(void)vp8unpack_put(v->vp8, (uint16_t)i, f->piecev[i].data,
				    f->piecev[i].size, i + 1 == f->piecec);

	return vp8unpack_end(v->vp8, true, u);
}

static bool next_frame(struct videoin *v, struct reorder_frame *f, uint64_t now)
{
	if (v->lipsync.count ? lipsync_is_full(&v->lipsync) : !can_take(v, now))
		return false;
	if (!reorder_get(v->reorder, f, now))
		return true;

	if (!v->lipsync.count)
		v->behind = 0;
	return false;
}

static void take_frames(struct videoin *v, uint64_t now)
{
	struct reorder_frame f;

	while (next_frame(v, &f, now)) {
		struct lipsync_picture p = { .ts = f.ts };

		if (v->avc ? unpack_avc(v, &f, &p.unit)
			   : unpack_vp8(v, &f, &p.unit)) {
			++v->st.undecodable;
			lost(v);
			continue;
		}
		p.first = f.first || v->cut;
		v->cut = false;
		decode_in_time(v, &p, now);
	}

	gaps_forget(v->gaps, reorder_next(v->reorder));
	if (reorder_wants_key(v->reorder))
		plea_lost(&v->plea);
}

/* ---- Packets ---- */

static const struct kind *kind_of(const char *codec)
{
	for (size_t i = 0; i < ARRAY_SIZE(kindv); i++) {
		if (!strcmp(kindv[i].codec, codec))
			return &kindv[i];
	}

	return NULL;
}

static bool decodable(const struct videoin *v, const char *codec)
{
	for (const struct coder *c = v->coderv; c && c->name; c++) {
		if (c->decoder && !strcmp(c->codec, codec))
			return true;
	}

	return false;
}

/* Another codec, or the first: everything anew */
static int begin(struct videoin *v, const char *codec)
{
	const struct kind *kind = kind_of(codec);
	int err;

	if (!kind || !decodable(v, codec))
		return ENOTSUP;

	lipsync_clear(&v->lipsync);
	v->avc = mem_deref(v->avc);
	v->vp8 = mem_deref(v->vp8);
	v->decoder = mem_deref(v->decoder);
	v->under_way = 0;
	v->kind = NULL;
	err = kind == &kindv[0] ? avc_unpack_alloc(&v->avc)
				: vp8unpack_alloc(&v->vp8);
	if (!err && !v->reorder)
		err = reorder_alloc(&v->reorder, &kind->format);
	else if (!err)
		reorder_reset(v->reorder, &kind->format);
	if (err)
		return err;

	gaps_reset(v->gaps);
	v->broken = true;
	v->kind = kind;
	return 0;
}

int videoin_put(struct videoin *v, const char *codec, const struct packet *p,
		const uint8_t *payload, size_t size, uint64_t now)
{
	int err = 0;

	if (!v->kind || strcmp(v->kind->codec, codec))
		err = begin(v, codec);
	if (err)
		return err;

	if (p->ssrc != v->ssrc)
		gaps_reset(v->gaps);
	v->ssrc = p->ssrc;

	plea_packet(&v->plea, now);
	if (gaps_put(v->gaps, p->seq, now))
		lost(v);
	err = reorder_put(v->reorder, p, payload, size, now);
	take_frames(v, now);
	return err;
}

/* ---- What to ask for ---- */

unsigned videoin_missing(struct videoin *v, uint16_t *seqv, unsigned max,
			 uint64_t now)
{
	unsigned n = gaps_get(v->gaps, seqv, max, now);

	if (gaps_take_lost(v->gaps))
		plea_lost(&v->plea);
	return n;
}

bool videoin_plea(struct videoin *v, uint64_t now)
{
	if (!plea_take(&v->plea, now))
		return false;

	++v->st.pleas;
	return true;
}

uint64_t videoin_due(const struct videoin *v)
{
	uint64_t due = clock_min(gaps_due(v->gaps), plea_due(&v->plea));

	if (v->behind && v->under_way < DECODER_QUEUE)
		return 0;

	due = clock_min(due, v->behind ? v->behind + BEHIND_MAX
				       : lipsync_due(&v->lipsync));
	return v->reorder ? clock_min(due, reorder_due(v->reorder)) : due;
}

void videoin_tick(struct videoin *v, uint64_t now)
{
	decode_due(v, now);
	if (v->reorder)
		take_frames(v, now);
}

void videoin_stats(const struct videoin *v, struct videoin_stats *stats)
{
	*stats = v->st;
	gaps_stats(v->gaps, &stats->gaps);
	if (v->reorder)
		reorder_stats(v->reorder, &stats->reorder);
}

int videoin_print(struct re_printf *pf, const struct videoin *v)
{
	int err = re_hprintf(pf,
			     "%s %ux%u decoded=%u keys=%u undecodable=%u "
			     "busy=%u skipped=%u pleas=%u gaps %H",
			     v->kind ? v->kind->codec : "nothing", v->st.width,
			     v->st.height, v->st.decoded, v->st.keys,
			     v->st.undecodable, v->st.busy, v->st.skipped,
			     v->st.pleas, gaps_print, v->gaps);

	if (v->reorder)
		err |= re_hprintf(pf, "\n%H", reorder_print, v->reorder);
	if (v->decoder)
		err |= re_hprintf(pf, "\n%H", decoder_print, v->decoder);
	return err;
}

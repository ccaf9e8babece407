/**
 * @file drivers/vpx_encoder.c  VP8 encoder in software
 *
 * The codec is made at the first picture, in the thread, and made anew when
 * the size changes; bit rate and frame rate change while it runs.
 */
#include <vpx/vp8cx.h>
#include <vpx/vpx_encoder.h>
#include "core/base/log.h"
#include "drivers/soft_encoder.h"
#include "drivers/thrift.h"
#include "drivers/vpx_encoder.h"

enum {
	CPU_USED = -12,	   /* Faster ones overshoot, measured              */
	QUANTIZER_MIN = 2, /* Of 0..63, as libwebrtc                     */
	QUANTIZER_MAX = 56,
	OVERSHOOT = 15, /* [%], as libwebrtc                           */
	UNDERSHOOT = 100,
	BUFFER = 1000, /* Of the receiver, as rate control has it [ms] */
	BUFFER_START = 500,
	BUFFER_BEST = 600,
	KEY_BEST = 50, /* A key frame is worth half of that buffer [%] */
	KEY_MIN = 300, /* Its size in mean frames at least [%]         */
	PERCENT = 100,
	STILL = 1500, /* Squared error of a 16x16 block that is left as
			 it was: 40 dB, not seen; a camera's noise
			 (bench_codecs) is below it: 72 kbit/s of it
			 are coded, of 1000 kbit/s at 800 */
	TOKENS = 8,   /* libvpx has at least 12 bytes of tokens a pixel, of
			nothing else half as much */
	KILO = 1000,
	BITS = 8,
	LATE = 2, /* Frames that a picture is seen for at most, ours   */
	MORE = 8, /* Part of a frame more than that, to catch up, ours      */
	CROWDED = 100 * CLOCK_MS, /* Pictures are left out then, soon [us] */
	BANK = CLOCK_S,		  /* Kept of what has passed [us] */
};

struct vp8 {
	vpx_codec_ctx_t ctx;
	bool open;
	vpx_codec_enc_cfg_t cfg;
	struct encoder_prefs prefs; /* What it is set to */
	uint64_t time;		    /* Of the last picture, of its own */
	uint64_t before, gap;	    /* Of the last frame [us]       */
	uint64_t queue;		    /* What was made needs on a line of the
				       bit rate, still [us]         */
	uint64_t bank;		    /* Has passed, libvpx does not know [us] */
	struct thrift thrift;
};

static void close_encoder(struct vp8 *v)
{
	if (v->open)
		(void)vpx_codec_destroy(&v->ctx);
	v->open = false;
}

static void vp8_destructor(void *arg)
{
	close_encoder(arg);
}

static void fill_in(vpx_codec_enc_cfg_t *cfg, const struct encoder_prefs *p)
{
	cfg->g_w = p->width;
	cfg->g_h = p->height;
	cfg->g_threads = 1;
	cfg->g_lag_in_frames = 0;
	cfg->g_error_resilient = 0;
	cfg->g_pass = VPX_RC_ONE_PASS;
	cfg->g_timebase.num = 1;
	cfg->g_timebase.den = CLOCK_S;
	cfg->rc_end_usage = VPX_CBR;
	cfg->rc_target_bitrate = p->bitrate / KILO;
	cfg->rc_min_quantizer = QUANTIZER_MIN;
	cfg->rc_max_quantizer = QUANTIZER_MAX;
	cfg->rc_undershoot_pct = UNDERSHOOT;
	cfg->rc_overshoot_pct = OVERSHOOT;
	cfg->rc_buf_sz = BUFFER;
	cfg->rc_buf_initial_sz = BUFFER_START;
	cfg->rc_buf_optimal_sz = BUFFER_BEST;
	cfg->rc_dropframe_thresh = 0;
	cfg->rc_resize_allowed = 0;
	cfg->kf_mode = VPX_KF_DISABLED;
}

/* A key frame may be as large as drains half of the buffer */
static unsigned key_percent(const struct encoder_prefs *p)
{
	unsigned n = BUFFER_BEST * KEY_BEST / PERCENT * p->fps / KILO * PERCENT;

	return n < KEY_MIN ? KEY_MIN : n;
}

static int control(struct vp8 *v, const struct encoder_prefs *p)
{
	vpx_codec_err_t err = VPX_CODEC_OK;

	err |= vpx_codec_control(&v->ctx, VP8E_SET_CPUUSED, CPU_USED);
	err |= vpx_codec_control(&v->ctx, VP8E_SET_STATIC_THRESHOLD, STILL);
	err |= vpx_codec_control(&v->ctx, VP8E_SET_NOISE_SENSITIVITY, 0);
	err |= vpx_codec_control(&v->ctx, VP8E_SET_TOKEN_PARTITIONS,
				 VP8_ONE_TOKENPARTITION);
	err |= vpx_codec_control(&v->ctx, VP8E_SET_MAX_INTRA_BITRATE_PCT,
				 key_percent(p));
	return err ? EPROTO : 0;
}

static int open_encoder(struct vp8 *v, const struct encoder_prefs *p)
{
	close_encoder(v);
	if (vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &v->cfg, 0))
		return EPROTO;

	fill_in(&v->cfg, p);
	if (vpx_codec_enc_init(&v->ctx, vpx_codec_vp8_cx(), &v->cfg, 0))
		return ENOMEM;

	v->open = true;
	v->prefs = *p;
	v->time = 0;
	return control(v, p);
}

static int change(struct vp8 *v, const struct encoder_prefs *p)
{
	if (p->bitrate == v->prefs.bitrate && p->fps == v->prefs.fps)
		return 0;

	v->prefs = *p;
	v->cfg.rc_target_bitrate = p->bitrate / KILO;
	if (vpx_codec_enc_config_set(&v->ctx, &v->cfg))
		return EPROTO;
	return vpx_codec_control(&v->ctx, VP8E_SET_MAX_INTRA_BITRATE_PCT,
				 key_percent(p))
		       ? EPROTO
		       : 0;
}

/* How much of the time since the frame before is libvpx's. A pause is not made
   up for: were all that was not sent in it put into what comes next, a narrow
   line would need seconds for that. But where pictures were left out since one
   was too large, that one's bits had the time */
static void count_time(struct vp8 *v, uint64_t gap, uint64_t usual)
{
	v->bank += MIN(gap, MAX(v->queue, usual));
	v->bank = MIN(v->bank, (uint64_t)BANK);
	v->queue -= MIN(v->queue, gap);
}

/* How long the picture is seen is not known, and what it may have of the bits
   is in proportion: as long as those before it, and a little longer while there
   is time that was not told yet */
static uint64_t duration(struct vp8 *v, const struct frame *f)
{
	const uint64_t frame = CLOCK_S / v->prefs.fps;
	const bool known = f->time && v->before && f->time > v->before;
	const uint64_t gap = known ? f->time - v->before : frame;
	const uint64_t slow = MIN(MIN(gap, v->gap), LATE * frame);
	const bool crowded = v->queue > CROWDED;
	const uint64_t usual = crowded ? frame : MAX(frame, slow);
	uint64_t took;

	count_time(v, gap, usual);
	v->before = f->time;
	v->gap = gap;
	took = MIN(v->bank, crowded ? frame : usual + frame / MORE);
	v->bank -= took;
	return MAX(took, 1);
}

/* What a picture needs of a line that carries the bit rate */
static void count_bits(struct vp8 *v, size_t size)
{
	v->queue += (uint64_t)size * BITS * CLOCK_S / v->prefs.bitrate;
	v->queue = MIN(v->queue, (uint64_t)BANK);
}

static int take(struct vp8 *v, struct soft_unit *u)
{
	vpx_codec_iter_t iter = NULL;
	const vpx_codec_cx_pkt_t *pkt;

	while ((pkt = vpx_codec_get_cx_data(&v->ctx, &iter))) {
		if (pkt->kind != VPX_CODEC_CX_FRAME_PKT)
			continue;
		u->data = pkt->data.frame.buf;
		u->size = pkt->data.frame.sz;
		u->key = pkt->data.frame.flags & VPX_FRAME_IS_KEY;
		count_bits(v, u->size);
		return 0;
	}
	return 0;
}

static int prepare(struct vp8 *v, const struct encoder_prefs *p)
{
	if (!v->open || p->width != v->prefs.width ||
	    p->height != v->prefs.height)
		return open_encoder(v, p);
	return change(v, p);
}

/* The picture before is the only one that the next is made from: with golden
   pictures nothing looks better here, but takes longer. The key frame stays the
   golden one: were each picture that, libvpx would owe what is large in each to
   all that follow, and seconds of the line would be left unused */
static int encode_frame(struct vp8 *v, const struct frame *f, bool key)
{
	const vpx_enc_frame_flags_t flags =
		key ? VPX_EFLAG_FORCE_KF
		    : VP8_EFLAG_NO_REF_GF | VP8_EFLAG_NO_REF_ARF |
				VP8_EFLAG_NO_UPD_GF | VP8_EFLAG_NO_UPD_ARF;
	const uint64_t took = duration(v, f);
	vpx_image_t img;

	(void)vpx_img_wrap(&img, VPX_IMG_FMT_I420, f->width, f->height, 1,
			   f->planev[0]);
	for (unsigned i = 0; i < FRAME_PLANES; i++) {
		img.planes[i] = f->planev[i];
		img.stride[i] = (int)f->stridev[i];
	}

	v->time += took;
	return vpx_codec_encode(&v->ctx, &img, (vpx_codec_pts_t)v->time,
				(unsigned long)took, flags, VPX_DL_REALTIME)
		       ? EPROTO
		       : 0;
}

static int encode(void *codec, struct soft_unit *u, const struct frame *f,
		  const struct encoder_prefs *prefs, bool key)
{
	struct vp8 *v = codec;
	int err;

	thrift_enter(&v->thrift);
	v->thrift.tokens = (size_t)prefs->width * prefs->height * TOKENS;
	err = prepare(v, prefs);
	if (!err)
		err = encode_frame(v, f, key || !v->time);
	thrift_leave();
	if (!err)
		err = take(v, u);
	thrift_picture(&v->thrift, u->key);
	return err;
}

static const struct soft_codec soft = {
	.name = "vp8",
	.thread = "vpx-enc",
	.encode = encode,
};

int vpx_encoder_alloc(struct encoder **ep, const char *device,
		      const struct encoder_prefs *prefs, encoder_unit_h *uh,
		      encoder_fault_h *fh, void *arg)
{
	struct vp8 *v;

	if (*device)
		return EINVAL;

	v = mem_zalloc(sizeof(*v), vp8_destructor);
	if (!v)
		return ENOMEM;

	return soft_encoder_alloc(ep, &soft, v, prefs, uh, fh, arg);
}

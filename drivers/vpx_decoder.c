/**
 * @file drivers/vpx_decoder.c  VP8 decoder in software
 *
 * After an error nothing is decoded until a key frame, before which the
 * codec begins anew. A frame's size is looked at before the codec makes room
 * for it (RFC 6386 section 9.1).
 */
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include "core/base/log.h"
#include "drivers/soft_decoder.h"
#include "drivers/thrift.h"
#include "drivers/vpx_decoder.h"

enum {
	INTER = 1,	 /* Bit 0 of a frame's tag */
	KEY_HEADER = 10, /* Tag, start code, sizes [bytes] */
	WIDTH_AT = 6,	 /* In it, little-endian */
	HEIGHT_AT = 8,
	SIDE_HIGH = 0x3f, /* The two bits above are a scale */
};

struct vp8 {
	vpx_codec_ctx_t ctx;
	bool open;
	bool lost; /* Until a key frame */
	struct thrift thrift;
};

static void close_decoder(struct vp8 *v)
{
	if (v->open)
		(void)vpx_codec_destroy(&v->ctx);
	v->open = false;
}

static void vp8_destructor(void *arg)
{
	close_decoder(arg);
}

static int open_decoder(struct vp8 *v)
{
	vpx_codec_dec_cfg_t cfg = { .threads = 1 };

	close_decoder(v);
	if (vpx_codec_dec_init(&v->ctx, vpx_codec_vp8_dx(), &cfg, 0))
		return ENOMEM;

	v->open = true;
	return 0;
}

static bool side_ok(const uint8_t *p)
{
	const unsigned n = p[0] | (unsigned)(p[1] & SIDE_HIGH) << 8;

	return n >= FRAME_SIDE_MIN && n <= FRAME_SIDE_MAX;
}

static bool is_key(const uint8_t *data, size_t size)
{
	return size >= KEY_HEADER && !(data[0] & INTER);
}

static int decode_frame(struct vp8 *v, struct soft_picture *pic,
			const uint8_t *data, size_t size)
{
	vpx_codec_iter_t iter = NULL;
	const vpx_image_t *img;
	int corrupted = 0;

	if (vpx_codec_decode(&v->ctx, data, (unsigned)size, NULL, 0))
		return EBADMSG;
	if (vpx_codec_control(&v->ctx, VP8D_GET_FRAME_CORRUPTED, &corrupted) ||
	    corrupted)
		return EBADMSG;

	img = vpx_codec_get_frame(&v->ctx, &iter);
	if (!img)
		return 0; /* One that is not to be shown */

	for (unsigned i = 0; i < FRAME_PLANES; i++) {
		pic->planev[i] = img->planes[i];
		pic->stridev[i] = (size_t)img->stride[i];
	}
	pic->width = img->d_w;
	pic->height = img->d_h;
	return img->fmt == VPX_IMG_FMT_I420 ? 0 : EBADMSG;
}

static int decode(void *codec, struct soft_picture *pic, const uint8_t *data,
		  size_t size)
{
	struct vp8 *v = codec;
	const bool key = is_key(data, size);
	int err = size ? 0 : EBADMSG;

	if (v->lost && !key)
		return EBADMSG;

	if (key && (!side_ok(data + WIDTH_AT) || !side_ok(data + HEIGHT_AT)))
		err = EBADMSG;
	if (!err && (v->lost || !v->open))
		err = open_decoder(v);
	thrift_enter(&v->thrift);
	if (!err)
		err = decode_frame(v, pic, data, size);
	thrift_leave();
	v->lost = err != 0;
	return err ? EBADMSG : 0;
}

static const struct soft_decodec soft = {
	.name = "vp8",
	.thread = "vpx-dec",
	.decode = decode,
};

int vpx_decoder_alloc(struct decoder **dp, decoder_frame_h *h, void *arg)
{
	struct vp8 *v = mem_zalloc(sizeof(*v), vp8_destructor);

	if (!v)
		return ENOMEM;

	v->lost = true;
	return soft_decoder_alloc(dp, &soft, v, h, arg);
}

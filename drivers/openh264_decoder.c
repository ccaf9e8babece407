/**
 * @file drivers/openh264_decoder.c  H.264 decoder in software
 *
 * After an error nothing is decoded until a unit with an IDR, before which
 * the codec begins anew: it would go on from pictures that it does not have.
 */
#include <wels/codec_api.h>
#include "core/base/log.h"
#include "drivers/openh264_decoder.h"
#include "drivers/soft_decoder.h"
#include "drivers/thrift.h"

enum {
	NAL_TYPE = 0x1f, /* RFC 6184 section 1.3 */
	NAL_IDR = 5,	 /* ITU-T H.264 table 7-1 */
	START_CODE = 3,	 /* 00 00 01 [bytes]; annex B */
	ALL_LAYERS = 255,
};

struct avc {
	ISVCDecoder *decoder;
	bool lost; /* Until an IDR */
	struct thrift thrift;
};

static void close_decoder(struct avc *avc)
{
	if (!avc->decoder)
		return;

	(void)(*avc->decoder)->Uninitialize(avc->decoder);
	WelsDestroyDecoder(avc->decoder);
	avc->decoder = NULL;
}

static void avc_destructor(void *arg)
{
	close_decoder(arg);
}

static int open_decoder(struct avc *avc)
{
	SDecodingParam prm = { .eEcActiveIdc = ERROR_CON_DISABLE };
	int quiet = WELS_LOG_QUIET;

	close_decoder(avc);
	if (WelsCreateDecoder(&avc->decoder) || !avc->decoder)
		return ENOMEM;

	(void)(*avc->decoder)
		->SetOption(avc->decoder, DECODER_OPTION_TRACE_LEVEL, &quiet);
	prm.uiTargetDqLayer = ALL_LAYERS;
	prm.sVideoProperty.size = sizeof(prm.sVideoProperty);
	prm.sVideoProperty.eVideoBsType = VIDEO_BITSTREAM_AVC;
	if ((*avc->decoder)->Initialize(avc->decoder, &prm)) {
		close_decoder(avc);
		return ENOMEM;
	}
	return 0;
}

static bool has_idr(const uint8_t *data, size_t size)
{
	for (size_t i = START_CODE; i < size; i++) {
		if (data[i - 1] == 1 && !data[i - 2] && !data[i - START_CODE] &&
		    (data[i] & NAL_TYPE) == NAL_IDR)
			return true;
	}
	return false;
}

static int decode_unit(struct avc *avc, struct soft_picture *pic,
		       const uint8_t *data, size_t size)
{
	unsigned char *planev[FRAME_PLANES] = { NULL };
	SBufferInfo info = { .iBufferStatus = 0 };
	const SSysMEMBuffer *out = &info.UsrData.sSystemBuffer;

	if ((*avc->decoder)
		    ->DecodeFrameNoDelay(avc->decoder, data, (int)size, planev,
					 &info))
		return EBADMSG;
	if (info.iBufferStatus != 1)
		return 0;

	for (unsigned i = 0; i < FRAME_PLANES; i++) {
		pic->planev[i] = planev[i];
		pic->stridev[i] = (size_t)out->iStride[i ? 1 : 0];
	}
	pic->width = (unsigned)out->iWidth;
	pic->height = (unsigned)out->iHeight;
	return planev[0] && planev[1] && planev[2] ? 0 : EBADMSG;
}

static int decode_or_lose(struct avc *avc, struct soft_picture *pic,
			  const uint8_t *data, size_t size, bool idr)
{
	int err = size ? 0 : EBADMSG;

	if (avc->lost && !idr)
		return EBADMSG;

	if (!err && (avc->lost || !avc->decoder))
		err = open_decoder(avc);
	if (!err)
		err = decode_unit(avc, pic, data, size);
	avc->lost = err != 0;
	return err ? EBADMSG : 0;
}

static int decode(void *codec, struct soft_picture *pic, const uint8_t *data,
		  size_t size)
{
	struct avc *avc = codec;
	const bool idr = has_idr(data, size);
	int err;

	thrift_enter(&avc->thrift);
	err = decode_or_lose(avc, pic, data, size, idr);
	thrift_leave();
	thrift_picture(&avc->thrift, idr);
	return err;
}

static const struct soft_decodec soft = {
	.name = "openh264",
	.thread = "openh264-dec",
	.decode = decode,
};

int openh264_decoder_alloc(struct decoder **dp, decoder_frame_h *h, void *arg)
{
	struct avc *avc = mem_zalloc(sizeof(*avc), avc_destructor);

	if (!avc)
		return ENOMEM;

	avc->lost = true;
	return soft_decoder_alloc(dp, &soft, avc, h, arg);
}

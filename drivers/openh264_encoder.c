/**
 * @file drivers/openh264_encoder.c  H.264 encoder in software
 *
 * The codec is made at the first picture, in the thread, and made anew when
 * the size changes; bit rate and frame rate change while it runs. Its time is
 * made from the frame rate's wish only if a frame has none.
 */
#include <wels/codec_api.h>
#include "core/base/log.h"
#include "drivers/openh264_encoder.h"
#include "drivers/soft_encoder.h"

enum {
	MAX_QP = 51, /* ITU-T H.264 table 7-2: all of them */
	MACROBLOCK = 16,
	US_PER_MS = 1000,
};

struct avc {
	ISVCEncoder *encoder;
	struct encoder_prefs prefs; /* What it is set to */
	uint64_t time;		    /* Of the last picture [us] */
};

/* Levels of ITU-T H.264 table A-1: macroblocks a second and a picture, and
   bits a second of the baseline profile. Not below 3.1, which is what is
   negotiated (42e01f) */
static const struct {
	ELevelIdc level;
	uint32_t rate, size, bitrate;
} levelv[] = {
	{ LEVEL_3_1, 108000, 3600, 14000000 },
	{ LEVEL_3_2, 216000, 5120, 20000000 },
	{ LEVEL_4_0, 245760, 8192, 20000000 },
	{ LEVEL_4_2, 522240, 8704, 50000000 },
	{ LEVEL_5_1, 983040, 36864, 240000000 },
};

static ELevelIdc level_of(const struct encoder_prefs *p)
{
	const uint32_t across = (p->width + MACROBLOCK - 1) / MACROBLOCK;
	const uint32_t down = (p->height + MACROBLOCK - 1) / MACROBLOCK;
	const uint32_t size = across * down;
	unsigned i = 0;

	while (i < ARRAY_SIZE(levelv) - 1 &&
	       (size > levelv[i].size || size * p->fps > levelv[i].rate ||
		p->bitrate > levelv[i].bitrate))
		++i;
	return levelv[i].level;
}

static void close_encoder(struct avc *avc)
{
	if (!avc->encoder)
		return;

	(void)(*avc->encoder)->Uninitialize(avc->encoder);
	WelsDestroySVCEncoder(avc->encoder);
	avc->encoder = NULL;
}

static void avc_destructor(void *arg)
{
	close_encoder(arg);
}

/* As in frame.h. Who is not told takes BT.709 for it, as browsers do */
static void say_colours(SSpatialLayerConfig *layer)
{
	layer->bVideoSignalTypePresent = true;
	layer->uiVideoFormat = VF_UNDEF;
	layer->bFullRange = false;
	layer->bColorDescriptionPresent = true;
	layer->uiColorPrimaries = CP_SMPTE170M;
	layer->uiTransferCharacteristics = TRC_SMPTE170M;
	layer->uiColorMatrix = CM_SMPTE170M;
}

/* What costs memory and time without being seen is off: adaptive
   quantisation, denoising, scene changes (an IDR is our affair), frames
   kept for long. Background detection costs 1.2 MB, and lets a wall be a
   wall: of a standing picture with a camera's noise it codes 5 kbit/s in 1.0 s
   a minute, without it 990 kbit/s in 3.2 s (bench_codecs) */
static void fill_in(SEncParamExt *prm, const struct encoder_prefs *p)
{
	SSpatialLayerConfig *layer = &prm->sSpatialLayers[0];

	prm->iUsageType = CAMERA_VIDEO_REAL_TIME;
	prm->iPicWidth = (int)p->width;
	prm->iPicHeight = (int)p->height;
	prm->iTargetBitrate = (int)p->bitrate;
	prm->iMaxBitrate = UNSPECIFIED_BIT_RATE;
	prm->iRCMode = RC_BITRATE_MODE;
	prm->fMaxFrameRate = (float)p->fps;
	prm->iComplexityMode = LOW_COMPLEXITY;
	prm->uiIntraPeriod = 0;
	prm->iNumRefFrame = 1;
	prm->eSpsPpsIdStrategy = CONSTANT_ID;
	prm->iMultipleThreadIdc = 1;
	prm->bEnableFrameSkip = false;
	prm->iMaxQp = MAX_QP;
	prm->bEnableAdaptiveQuant = false;
	prm->bEnableBackgroundDetection = true;
	prm->bEnableSceneChangeDetect = false;
	prm->bEnableLongTermReference = false;

	layer->iVideoWidth = (int)p->width;
	layer->iVideoHeight = (int)p->height;
	layer->fFrameRate = (float)p->fps;
	layer->iSpatialBitrate = (int)p->bitrate;
	layer->iMaxSpatialBitrate = UNSPECIFIED_BIT_RATE;
	layer->uiProfileIdc = PRO_BASELINE;
	layer->uiLevelIdc = level_of(p);
	layer->sSliceArgument.uiSliceMode = SM_SINGLE_SLICE;
	if (p->nal_max) { /* It takes the header's room off itself */
		layer->sSliceArgument.uiSliceMode = SM_SIZELIMITED_SLICE;
		layer->sSliceArgument.uiSliceSizeConstraint = p->nal_max;
		prm->uiMaxNalSize = p->nal_max;
	}
	say_colours(layer);
}

static int open_encoder(struct avc *avc, const struct encoder_prefs *p)
{
	int quiet = WELS_LOG_QUIET;
	SEncParamExt prm;

	close_encoder(avc);
	if (WelsCreateSVCEncoder(&avc->encoder) || !avc->encoder)
		return ENOMEM;

	(void)(*avc->encoder)
		->SetOption(avc->encoder, ENCODER_OPTION_TRACE_LEVEL, &quiet);
	if ((*avc->encoder)->GetDefaultParams(avc->encoder, &prm))
		return EPROTO;

	fill_in(&prm, p);
	if ((*avc->encoder)->InitializeExt(avc->encoder, &prm))
		return EPROTO;

	avc->prefs = *p;
	return 0;
}

static int change(struct avc *avc, const struct encoder_prefs *p)
{
	SBitrateInfo rate = { SPATIAL_LAYER_ALL, (int)p->bitrate };
	float fps = (float)p->fps;
	int err = 0;

	if (p->fps != avc->prefs.fps)
		err |= (*avc->encoder)
			       ->SetOption(avc->encoder,
					   ENCODER_OPTION_FRAME_RATE, &fps);
	if (p->bitrate != avc->prefs.bitrate)
		err |= (*avc->encoder)
			       ->SetOption(avc->encoder, ENCODER_OPTION_BITRATE,
					   &rate);
	avc->prefs = *p;
	return err ? EPROTO : 0;
}

/* A larger level needs new parameter sets, too; slices, a new encoder */
static int prepare(struct avc *avc, const struct encoder_prefs *p)
{
	if (!avc->encoder || p->width != avc->prefs.width ||
	    p->height != avc->prefs.height ||
	    p->nal_max != avc->prefs.nal_max ||
	    level_of(p) != level_of(&avc->prefs))
		return open_encoder(avc, p);
	return change(avc, p);
}

/* Time goes on, whatever the frames say */
static long long time_of(struct avc *avc, const struct frame *f)
{
	const uint64_t least = avc->time + CLOCK_S / avc->prefs.fps / 2;

	avc->time = f->time > least ? f->time : least;
	return (long long)(avc->time / US_PER_MS);
}

/* The layers stand one behind the other: the parameter sets, the slices */
static int gather(const SFrameBSInfo *info, struct soft_unit *u)
{
	u->data = info->sLayerInfo[0].pBsBuf;
	for (int i = 0; i < info->iLayerNum; i++) {
		const SLayerBSInfo *layer = &info->sLayerInfo[i];

		if (layer->pBsBuf != u->data + u->size)
			return EPROTO;
		for (int k = 0; k < layer->iNalCount; k++)
			u->size += (size_t)layer->pNalLengthInByte[k];
	}
	return 0;
}

static int encode(void *codec, struct soft_unit *u, const struct frame *f,
		  const struct encoder_prefs *prefs, bool key)
{
	struct avc *avc = codec;
	SSourcePicture pic = { .iColorFormat = videoFormatI420 };
	SFrameBSInfo info = { .iLayerNum = 0 };
	int err;

	err = prepare(avc, prefs);
	if (err)
		return err;
	if (key && (*avc->encoder)->ForceIntraFrame(avc->encoder, true))
		return EPROTO;

	for (unsigned i = 0; i < FRAME_PLANES; i++) {
		pic.pData[i] = f->planev[i];
		pic.iStride[i] = (int)f->stridev[i];
	}
	pic.iPicWidth = (int)f->width;
	pic.iPicHeight = (int)f->height;
	pic.uiTimeStamp = time_of(avc, f);
	if ((*avc->encoder)->EncodeFrame(avc->encoder, &pic, &info))
		return EPROTO;
	if (info.eFrameType == videoFrameTypeSkip || !info.iLayerNum)
		return 0;

	u->key = info.eFrameType == videoFrameTypeIDR;
	return gather(&info, u);
}

static const struct soft_codec soft = {
	.name = "openh264",
	.thread = "openh264-enc",
	.encode = encode,
};

int openh264_encoder_alloc(struct encoder **ep, const char *device,
			   const struct encoder_prefs *prefs,
			   encoder_unit_h *uh, encoder_fault_h *fh, void *arg)
{
	struct avc *avc;

	if (*device)
		return EINVAL;

	avc = mem_zalloc(sizeof(*avc), avc_destructor);
	if (!avc)
		return ENOMEM;

	return soft_encoder_alloc(ep, &soft, avc, prefs, uh, fh, arg);
}

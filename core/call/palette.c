/**
 * @file core/call/palette.c  Palette
 */
#include "core/call/palette.h"
#include "core/media/avc_format.h"
#include "core/media/extension.h"

enum {
	PT_FIRST = 96, /* First dynamic type (RFC 3551 section 6) */
};

static const char *const fbv[] = {
	"nack", "nack pli", "ccm fir", "goog-remb", "transport-cc",
};

/* Of what the peer says, and what of it we heed */
static const struct {
	const char *text;
	unsigned bit;
} feedbackv[] = {
	{ "nack", VIDEO_NACK },		{ "nack pli", VIDEO_PLI },
	{ "ccm fir", VIDEO_FIR },	{ "goog-remb", VIDEO_REMB },
	{ "transport-cc", VIDEO_TWCC },
};

static struct offer_codec *add(struct palette *p, const char *name,
			       const char *fmtp)
{
	struct offer_codec *c = &p->codecv[p->codecc];

	if (p->codecc + 2 > ARRAY_SIZE(p->codecv))
		return NULL;

	c->name = name;
	c->rate = VIDEO_CLOCK;
	c->channels = 1;
	c->pt = (uint8_t)(PT_FIRST + p->codecc);
	c->fmtp = fmtp;
	memcpy(c->fbv, fbv, sizeof(fbv));

	c[1].name = "rtx";
	c[1].rate = VIDEO_CLOCK;
	c[1].channels = 1;
	c[1].pt = (uint8_t)(c->pt + 1);
	c[1].repairs = (uint8_t)p->codecc;
	p->codecc += 2;
	return c;
}

static bool fits(const struct offer_codec *codec, const char *fmtp)
{
	struct avc_format ours, theirs;

	return !avc_format_decode(&ours, codec->fmtp) &&
	       !avc_format_decode(&theirs, fmtp) &&
	       avc_format_fit(&ours, &theirs) != AVC_FIT_NONE;
}

/* Two payload types, one for each packetization-mode (RFC 6184 8.2.2); mode 1
   is the better one */
static void add_avc(struct palette *p, const char *profile)
{
	for (unsigned mode = 2; mode--;) {
		char *fmtp = p->fmtpv[mode];
		struct offer_codec *c;

		(void)re_snprintf(fmtp, PALETTE_FMTP,
				  "level-asymmetry-allowed=1;packetization-"
				  "mode=%u;profile-level-id=%s",
				  mode, profile);
		c = add(p, "H264", fmtp);
		if (c)
			c->match = fits;
	}
}

static bool decodable(const struct coder *coderv, const char *codec)
{
	for (const struct coder *c = coderv; c && c->name; c++) {
		if (c->decoder && !strcmp(c->codec, codec))
			return true;
	}

	return false;
}

int palette_list(struct palette *p, const struct config *cfg,
		 const struct studio *studio, const struct coder *coderv)
{
	struct pl name;

	memset(p, 0, sizeof(*p));
	for (unsigned i = 0; config_item(cfg, "video", "codecs", i, &name);
	     i++) {
		const bool avc = !pl_strcasecmp(&name, "h264");
		const char *codec = avc ? "H264" : "VP8";

		if (!(studio && studio_can(studio, codec)) &&
		    !decodable(coderv, codec))
			continue;
		if (avc)
			add_avc(p, studio ? studio_profile(studio) : "42e01f");
		else
			(void)add(p, codec, NULL);
	}

	return p->codecc ? 0 : ENOENT;
}

static unsigned feedback_of(const struct offer_agreed *ag)
{
	unsigned set = 0;

	for (size_t i = 0; i < ag->fbc; i++) {
		for (size_t k = 0; k < ARRAY_SIZE(feedbackv); k++) {
			if (!str_casecmp(ag->fbv[i], feedbackv[k].text))
				set |= feedbackv[k].bit;
		}
	}

	return set;
}

static void agree_exts(struct video_exts *exts, const struct offer_media *om)
{
	for (size_t i = 0; i < om->extc; i++) {
		if (!strcmp(om->extv[i].uri, EXTENSION_URI_TIME))
			exts->abs_time = om->extv[i].id;
		if (!strcmp(om->extv[i].uri, EXTENSION_URI_TRANSPORT))
			exts->sequence = om->extv[i].id;
	}
}

int palette_agreed(struct video_media *vm, const struct offer_media *om,
		   const struct config *cfg)
{
	memset(vm, 0, sizeof(*vm));
	vm->bitrate = (uint32_t)config_number(cfg, "video", "bitrate");
	if (om->remote && om->remote->tias)
		vm->bitrate = MIN(vm->bitrate, om->remote->tias);
	vm->bitrate = MAX(vm->bitrate, (uint32_t)VIDEO_RATE_MIN);

	for (size_t i = 0; i < om->agreedc && vm->codecc < VIDEO_CODECS; i++) {
		const struct offer_agreed *ag = &om->agreedv[i];
		struct video_codec *vc = &vm->codecv[vm->codecc++];
		struct avc_format f;

		vc->name = ag->codec->name;
		vc->pt = ag->pt_send;
		vc->pt_recv = ag->pt_recv;
		vc->rtx = ag->rtx_send;
		vc->rtx_recv = ag->rtx_recv;
		vc->feedback = feedback_of(ag);
		vc->single = !strcmp(vc->name, "H264") &&
			     !avc_format_decode(&f, ag->fmtp) && !f.mode;
	}
	agree_exts(&vm->exts, om);
	return vm->codecc ? 0 : ENOENT;
}

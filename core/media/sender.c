/**
 * @file core/media/sender.c  Sender
 */
#include "core/base/entropy.h"
#include "core/media/capture.h"
#include "core/media/sender.h"

enum {
	PTIME_MIN = 10,		/* [ms]                                      */
	PTIME_MAX = 60,		/* [ms], as RFC 6716 2.1.4 without repacking */
	PAUSE = 100 * CLOCK_MS, /* The timestamp follows the clock over a
				   longer pause [us], ours            */
};

struct sender {
	struct sender_format fmt;
	struct capture *capture;
	struct mbuf *mb;   /* The packet that is built */
	struct packet hdr; /* The next one sent        */
	uint64_t due;	   /* When it should be [us]   */
	struct digits digits;
	uint32_t digit_ts; /* Of the digit that is being sent */
	sender_packet_h *h;
	void *arg;
};

static void sender_destructor(void *arg)
{
	struct sender *s = arg;

	mem_deref(s->fmt.codec);
	mem_deref(s->capture);
	mem_deref(s->mb);
}

int sender_alloc(struct sender **sp, uint32_t ssrc, sender_packet_h *h,
		 void *arg)
{
	struct sender *s;

	s = mem_zalloc(sizeof(*s), sender_destructor);
	if (!s)
		return ENOMEM;

	s->hdr.ssrc = ssrc;
	s->hdr.seq = (uint16_t)entropy_u32(); /* RFC 3550 section 5.1 */
	s->hdr.ts = entropy_u32();
	s->hdr.marker = true;
	s->h = h;
	s->arg = arg;
	s->mb = packet_alloc(CODEC_PAYLOAD_MAX);
	if (!s->mb) {
		mem_deref(s);
		return ENOMEM;
	}

	*sp = s;
	return 0;
}

static unsigned ptime_of(unsigned ptime)
{
	if (!ptime)
		ptime = CODEC_PTIME;

	/* Opus has 10, 20, 40 and 60 ms (RFC 6716 section 2.1.4) */
	if (ptime >= PTIME_MAX)
		return PTIME_MAX;
	if (ptime >= 2 * CODEC_PTIME)
		return 2 * CODEC_PTIME;
	return ptime >= CODEC_PTIME ? CODEC_PTIME : PTIME_MIN;
}

/* The header's timestamp is that of now, after whatever pause */
static void follow_clock(struct sender *s, uint32_t clock, uint64_t now)
{
	uint64_t pause = now - s->due;

	if (!s->due || now < s->due + PAUSE)
		return;

	s->hdr.ts += (uint32_t)(pause / CLOCK_S * clock +
				pause % CLOCK_S * clock / CLOCK_S);
	s->hdr.marker = true;
}

static void send_packet(struct sender *s, const struct packet *hdr,
			size_t payload, uint64_t now)
{
	struct mbuf *mb = s->mb;

	++s->hdr.seq;
	mb->pos = PACKET_HEADROOM;
	s->h(mb, hdr, payload, now, s->arg);
}

/* Write the header; the payload follows at mb->pos */
static int begin_packet(struct sender *s, const struct packet *hdr)
{
	s->mb->pos = s->mb->end = PACKET_HEADROOM;
	return packet_encode(s->mb, hdr);
}

static void send_digit(struct sender *s, const struct digits_out *out,
		       uint64_t now)
{
	struct packet hdr = s->hdr;

	/* One for all of it, also when time has jumped meanwhile: another one
	   would be another digit (RFC 4733 section 2.5.1.2) */
	if (out->marker)
		s->digit_ts = s->hdr.ts;

	hdr.pt = s->fmt.digit_pt;
	hdr.marker = out->marker;
	hdr.ts = s->digit_ts;
	if (begin_packet(s, &hdr) ||
	    mbuf_write_mem(s->mb, out->payload, sizeof(out->payload)))
		return;

	s->hdr.marker = true; /* Audio begins again after it */
	send_packet(s, &hdr, sizeof(out->payload), now);
}

static void send_audio(struct sender *s, const int16_t *pcm, unsigned samples,
		       uint64_t now)
{
	struct packet hdr;

	s->hdr.pt = s->fmt.pt;
	hdr = s->hdr;
	if (begin_packet(s, &hdr) ||
	    codec_encode(s->fmt.codec, s->mb, pcm, samples))
		return;

	s->hdr.marker = false;
	send_packet(s, &hdr, s->mb->end - PACKET_HEADROOM - PACKET_HEADER, now);
}

/* A packet time in the clock of telephone-event */
static uint32_t digit_ticks(const struct sender *s, unsigned samples,
			    uint32_t rate)
{
	return (uint32_t)((uint64_t)samples * s->fmt.digit_clock / rate);
}

static void send_frame(const int16_t *pcm, unsigned samples, uint64_t now,
		       void *arg)
{
	struct sender *s = arg;
	const struct codec_type *type = codec_type(s->fmt.codec);
	uint32_t rate = codec_pcm_rate(s->fmt.codec);
	uint32_t ticks = (uint32_t)((uint64_t)samples * type->clock / rate);
	struct digits_out out;

	follow_clock(s, type->clock, now);
	if (digits_get(&s->digits, digit_ticks(s, samples, rate), &out))
		send_digit(s, &out, now);
	else /* Also between two digits, or a receiver conceals a loss */
		send_audio(s, pcm, samples, now);

	s->hdr.ts += ticks;
	s->due = now + (uint64_t)samples * CLOCK_S / rate;
}

int sender_set_format(struct sender *s, const struct sender_format *fmt)
{
	struct capture *c;
	int err;

	err = capture_alloc(&c, &fmt->sound, codec_pcm_rate(fmt->codec),
			    ptime_of(fmt->ptime), send_frame, s);
	if (err)
		return err;

	mem_ref(fmt->codec);
	mem_deref(s->fmt.codec);
	s->fmt = *fmt;
	mem_deref(s->capture);
	s->capture = c;
	if (fmt->digit_clock)
		digits_init(&s->digits, fmt->digit_clock);
	return 0;
}

void sender_put(struct sender *s, const int16_t *pcm, unsigned n, uint64_t now)
{
	if (s->capture)
		capture_put(s->capture, pcm, n, now);
}

void sender_hold(struct sender *s, const int16_t *pcm, unsigned n)
{
	if (s->capture)
		capture_hold(s->capture, pcm, n);
}

void sender_silence(struct sender *s)
{
	if (s->capture)
		capture_silence(s->capture);
}

void sender_reset(struct sender *s)
{
	if (s->capture)
		capture_reset(s->capture);
}

int sender_digits(struct sender *s, const char *text)
{
	if (!s->fmt.digit_pt || !s->fmt.digit_clock)
		return ENOTSUP;

	return digits_put(&s->digits, text);
}

uint32_t sender_digits_sent(const struct sender *s)
{
	return s->digits.sent;
}

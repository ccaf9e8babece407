/**
 * @file core/sip/description_decode.c  SDP text to struct description
 *
 * The text is copied once and cut into strings where it lies. An m-line
 * starts as a copy of what the session level said and overrides it.
 */
#include "core/sip/description_attr.h"

/** Static payload types that a peer may name without rtpmap (RFC 3551 6) */
static const struct {
	uint8_t pt;
	const char *name;
	uint32_t rate;
} staticv[] = {
	{ 0, "PCMU", 8000 },   { 3, "GSM", 8000 },    { 4, "G723", 8000 },
	{ 8, "PCMA", 8000 },   { 9, "G722", 8000 },   { 13, "CN", 8000 },
	{ 15, "G728", 8000 },  { 18, "G729", 8000 },  { 26, "JPEG", 90000 },
	{ 31, "H261", 90000 }, { 34, "H263", 90000 },
};

enum {
	KILO = 1000,	  /* b=AS is in kbit/s (RFC 8866 section 5.8) */
	ORIGIN_WORDS = 6, /* RFC 8866 section 5.2                     */
};

struct decoder {
	struct description *d;
	struct description_place pl;
	struct description_media session; /* Defaults for m-lines */
	bool tias; /* b=TIAS was there, which is better than b=AS */
	const char *why;
};

static bool is_visible(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return false;
	}

	return true;
}

static int origin(struct decoder *dec, char *value)
{
	struct description *d = dec->d;
	char *wordv[ORIGIN_WORDS];
	struct pl pl;

	for (size_t i = 0; i < ARRAY_SIZE(wordv); i++)
		wordv[i] = description_word(&value);

	if (!*wordv[ORIGIN_WORDS - 1]) {
		dec->why = "o= has not six parts";
		return EBADMSG;
	}

	d->user = wordv[0];
	d->id_text = wordv[1];
	pl_set_str(&pl, wordv[1]);
	d->id = pl_u64(&pl);
	pl_set_str(&pl, wordv[2]);
	d->version = pl_u64(&pl);
	d->origin = wordv[ORIGIN_WORDS - 1];
	return 0;
}

static int connection(struct decoder *dec, char *value)
{
	char *net = description_word(&value);
	char *family = description_word(&value);
	char *address = description_word(&value);
	char *slash = strchr(address, '/');

	if (slash)
		*slash = '\0'; /* Multicast: TTL and number */
	if (str_casecmp(net, "IN") || !*address || !is_visible(address) ||
	    (str_casecmp(family, "IP4") && str_casecmp(family, "IP6"))) {
		dec->why = "c= is not IN, IP4 or IP6, and an address";
		return EBADMSG;
	}

	dec->pl.m->address = address;
	dec->pl.m->ip6 = !str_casecmp(family, "IP6");
	return 0;
}

static void bandwidth(struct decoder *dec, char *value)
{
	char *colon = strchr(value, ':');
	uint32_t n;

	if (!colon)
		return;
	*colon++ = '\0';

	if (!strcmp(value, "TIAS") &&
	    description_number(colon, UINT32_MAX, &n)) {
		dec->pl.m->tias = n;
		dec->tias = true;
	} else if (!strcmp(value, "AS") && !dec->tias &&
		   description_number(colon, UINT32_MAX / KILO, &n)) {
		dec->pl.m->tias = n * KILO;
	}
}

static void set_static(struct description_format *f)
{
	f->name = f->fmtp = "";
	f->channels = 1;

	for (size_t i = 0; i < ARRAY_SIZE(staticv); i++) {
		if (staticv[i].pt == f->pt) {
			f->name = staticv[i].name;
			f->rate = staticv[i].rate;
		}
	}
}

static size_t count_words(const char *text)
{
	size_t n = 0;

	for (; *text; n++) {
		text += strcspn(text, " \t");
		text += strspn(text, " \t");
	}

	return MIN(n, (size_t)DESCRIPTION_FORMATS);
}

/* The formats of an m= line: payload types if it is RTP */
static int formats(struct decoder *dec, char *text)
{
	struct description_media *m = dec->pl.m;
	size_t max = count_words(text);
	char *word;

	m->formats = description_text(dec->d, "%s", text);
	if (!m->formats)
		return ENOMEM;

	if (!description_is_rtp(m)) {
		while (*(word = description_word(&text))) {
			if (!description_token(word, "/:")) {
				dec->why = "a format is not a token";
				return EBADMSG;
			}
		}
		return 0;
	}

	m->formatv = description_memory(dec->d, max * sizeof(*m->formatv));
	if (!m->formatv)
		return ENOMEM;

	while (*(word = description_word(&text))) {
		struct description_format *f = &m->formatv[m->formatc];
		uint32_t pt;

		if (!description_number(word, DESCRIPTION_PT_MAX, &pt)) {
			dec->why = "a payload type is not 0 to 127";
			return EBADMSG;
		}
		if (m->formatc == max || description_format(m, pt))
			continue;
		f->pt = (uint8_t)pt;
		set_static(f);
		++m->formatc;
	}
	return 0;
}

/* An m-line with what the session level said as its own */
static struct description_media *media_alloc(struct decoder *dec,
					     const char *type,
					     const char *proto)
{
	struct description_media *m, *s = &dec->session;

	m = description_add(dec->d, type, proto);
	if (!m)
		return NULL;

	*m = *s;
	m->type = type;
	m->proto = proto;
	if (s->extv) {
		size_t size = DESCRIPTION_EXTS * sizeof(*m->extv);

		m->extv = description_memory(dec->d, size);
		if (!m->extv)
			return NULL;
		memcpy(m->extv, s->extv, s->extc * sizeof(*m->extv));
	}

	dec->pl.m = m;
	dec->pl.session = dec->pl.prints = dec->tias = false;
	return m;
}

static int media(struct decoder *dec, char *value)
{
	char *type = description_word(&value);
	char *ports = description_word(&value);
	char *proto = description_word(&value);
	char *slash = strchr(ports, '/');
	uint32_t port;

	if (slash)
		*slash = '\0';
	if (!description_token(type, "") || !description_token(proto, "/") ||
	    !description_number(ports, UINT16_MAX, &port)) {
		dec->why = "m= is not a type, a port, a protocol and formats";
		return EBADMSG;
	}
	value += strspn(value, " \t");
	if (!*value) {
		dec->why = "m= has no format";
		return EBADMSG;
	}
	if (dec->d->mediac == DESCRIPTION_MEDIA) {
		dec->why = "more than 16 m-lines";
		return EOVERFLOW;
	}

	if (!media_alloc(dec, type, proto))
		return ENOMEM;

	dec->pl.m->port = (uint16_t)port;
	return formats(dec, value);
}

static int decode_line(struct decoder *dec, char *line, unsigned number)
{
	char *value = line + 2;

	if (!line[0] || line[1] != '=') {
		dec->why = "not a letter, = and a value";
		return EBADMSG;
	}
	if ((number == 1) != (line[0] == 'v') ||
	    (number == 1 && strcmp(value, "0"))) {
		dec->why = "the first line, and only it, must be v=0";
		return EBADMSG;
	}

	switch (line[0]) {
	case 'o':
		return dec->pl.session ? origin(dec, value) : 0;
	case 's':
		if (dec->pl.session)
			dec->d->name = value;
		return 0;
	case 'c':
		return connection(dec, value);
	case 'b':
		bandwidth(dec, value);
		return 0;
	case 'm':
		return media(dec, value);
	case 'a':
		return description_attr(&dec->pl, value, &dec->why);
	default:
		return 0;
	}
}

static int decode_lines(struct decoder *dec, char *text,
			struct description_fault *fault)
{
	int err = 0;

	for (fault->line = 1; *text && !err; fault->line++) {
		size_t len = strcspn(text, "\n");
		char *line = text;

		text += len;
		if (*text)
			*text++ = '\0';
		if (len > DESCRIPTION_LINE) {
			dec->why = "the line is too long";
			return EOVERFLOW;
		}
		if (len && line[len - 1] == '\r')
			line[--len] = '\0';
		if (strchr(line, '\r')) {
			dec->why = "a carriage return inside the line";
			return EBADMSG;
		}
		if (len)
			err = decode_line(dec, line, fault->line);
		if (err)
			return err;
	}

	fault->line = 0;
	if (!dec->d->mediac) {
		dec->why = "no m-line";
		return EBADMSG;
	}
	return 0;
}

/* Put the m-lines that a group names by mid into it, each into one only */
static void resolve_group(struct description *d, size_t index, char *mids)
{
	struct description_group *g = &d->groupv[index];
	char *word;

	while (*(word = description_word(&mids))) {
		for (size_t i = 0; i < d->mediac; i++) {
			struct description_media *m = d->mediav[i];

			if (m->group < 0 && !strcmp(m->mid, word)) {
				m->group = (int)index;
				g->v[g->c++] = (uint8_t)i;
			}
		}
	}
}

static int resolve(struct decoder *dec)
{
	struct description *d = dec->d;

	for (size_t i = 0; i < d->mediac; i++) {
		for (size_t k = 0; k < i; k++) {
			if (*d->mediav[i]->mid &&
			    !strcmp(d->mediav[i]->mid, d->mediav[k]->mid)) {
				dec->why = "two m-lines have the same mid";
				return EBADMSG;
			}
		}
	}
	for (size_t i = 0; i < d->groupc; i++)
		resolve_group(d, i, (char *)dec->pl.groupv[i]);

	return 0;
}

int description_decode(struct description **dp, const struct mbuf *mb,
		       struct description_fault *fault)
{
	struct description_fault ignored;
	struct decoder dec = { .why = "" };
	size_t len = mbuf_get_left(mb);
	char *text;
	int err;

	if (!fault)
		fault = &ignored;
	*fault = (struct description_fault){ .why = "" };

	if (len > DESCRIPTION_TEXT) {
		fault->why = "the description is too long";
		return EOVERFLOW;
	}
	if (len && memchr(mbuf_buf(mb), '\0', len)) {
		fault->why = "a NUL in the description";
		return EBADMSG;
	}

	err = description_alloc(&dec.d);
	if (err)
		return err;
	text = description_memory(dec.d, len + 1);
	if (!text) {
		err = ENOMEM;
		goto out;
	}
	if (len)
		memcpy(text, mbuf_buf(mb), len);

	description_init(&dec.session);
	dec.pl = (struct description_place){ .d = dec.d,
					     .m = &dec.session,
					     .session = true };

	err = decode_lines(&dec, text, fault);
	if (!err)
		err = resolve(&dec);
	if (err)
		fault->why = dec.why;

out:
	if (err)
		mem_deref(dec.d);
	else
		*dp = dec.d;
	return err;
}

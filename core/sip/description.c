/**
 * @file core/sip/description.c  Session description
 *
 * Memory: one list of pieces, freed with the description, so that a field may
 * point anywhere without saying who owns it. Wiped then, as there may be keys
 * in it.
 */
#include <assert.h>
#include <stdalign.h>
#include "core/sip/description.h"

struct piece {
	struct le le;
	size_t size; /* Of the data */
	alignas(max_align_t) uint8_t data[];
};

static void piece_destructor(void *arg)
{
	struct piece *p = arg;

	list_unlink(&p->le);
	explicit_bzero(p->data, p->size);
}

static void description_destructor(void *arg)
{
	struct description *d = arg;

	list_flush(&d->texts);
}

void *description_memory(struct description *d, size_t size)
{
	struct piece *p;

	p = mem_zalloc(sizeof(*p) + size, piece_destructor);
	if (!p)
		return NULL;

	p->size = size;
	list_append(&d->texts, &p->le, p);
	return p->data;
}

const char *description_text(struct description *d, const char *fmt, ...)
{
	char *tmp = NULL, *text = NULL;
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = re_vsdprintf(&tmp, fmt, ap);
	va_end(ap);
	if (err)
		return NULL;

	text = description_memory(d, strlen(tmp) + 1);
	if (text)
		memcpy(text, tmp, strlen(tmp) + 1);

	explicit_bzero(tmp, strlen(tmp));
	mem_deref(tmp);
	return text;
}

int description_alloc(struct description **dp)
{
	struct description *d;

	d = mem_zalloc(sizeof(*d), description_destructor);
	if (!d)
		return ENOMEM;

	d->user = d->name = "-";
	d->id_text = "0";
	d->origin = "127.0.0.1";
	*dp = d;
	return 0;
}

void description_init(struct description_media *m)
{
	memset(m, 0, sizeof(*m));
	m->type = m->proto = m->formats = m->mid = m->ufrag = m->pwd = "";
	m->ice_options = m->tls_id = m->msid = m->content = "";
	m->address = "0.0.0.0";
	m->port = DESCRIPTION_NOPORT;
	m->dir = SDP_SENDRECV;
	m->group = -1;
}

struct description_media *description_add(struct description *d,
					  const char *type, const char *proto)
{
	struct description_media *m;

	if (d->mediac == DESCRIPTION_MEDIA)
		return NULL;
	m = description_memory(d, sizeof(*m));
	if (!m)
		return NULL;

	d->mediav[d->mediac++] = m;
	description_init(m);
	m->type = type;
	m->proto = proto;
	return m;
}

const struct description_format *description_format(
	const struct description_media *m, unsigned pt)
{
	for (size_t i = 0; i < m->formatc; i++) {
		if (m->formatv[i].pt == pt)
			return &m->formatv[i];
	}

	return NULL;
}

bool description_is_rtp(const struct description_media *m)
{
	static const char *const protov[] = {
		"UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP",   "RTP/SAVPF",
		"RTP/SAVP",	     "RTP/AVPF",	   "RTP/AVP",
		"TCP/DTLS/RTP/SAVP", "TCP/DTLS/RTP/SAVPF",
	};

	for (size_t i = 0; i < ARRAY_SIZE(protov); i++) {
		if (!str_casecmp(m->proto, protov[i]))
			return true;
	}

	return false;
}

bool description_refused(const struct description_media *m)
{
	return !m->port && !m->bundle_only;
}

bool description_param(const char *fmtp, const char *name, struct pl *value)
{
	size_t len = strlen(name);

	while (*fmtp) {
		const char *end, *p;

		fmtp += strspn(fmtp, "; \t");
		end = fmtp + strcspn(fmtp, ";");
		p = fmtp;

		if ((size_t)(end - p) >= len && !strncasecmp(p, name, len)) {
			p += len;
			while (p < end && (*p == ' ' || *p == '\t'))
				++p;
			if (p == end || *p == '=') {
				value->p = p < end ? p + 1 : p;
				value->l = (size_t)(end - value->p);
				return true;
			}
		}
		fmtp = end;
	}

	return false;
}

bool description_content(const struct description_media *m, const char *tag)
{
	const size_t len = strlen(tag);

	for (const char *p = m->content; *p; p += *p == ',') {
		const size_t l = strcspn(p, ",");

		if (l == len && !strncasecmp(p, tag, len))
			return true;
		p += l;
	}

	return false;
}

const char *description_setup_name(enum description_setup setup)
{
	static const char *const namev[] = { "", "actpass", "active", "passive",
					     "holdconn" };

	assert((size_t)setup < ARRAY_SIZE(namev));
	return namev[setup];
}

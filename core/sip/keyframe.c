/**
 * @file core/sip/keyframe.c  Keyframe
 *
 * No XML is read: the one element that matters has no content and needs no
 * attributes, whatever its prefix (RFC 5168 section 7).
 */
#include "core/sip/keyframe.h"

enum {
	BODY_MAX = 4096, /* [bytes], ours; the RFC's example has 240 */
};

static const char type[] = "application/media_control+xml";
static const char element[] = "picture_fast_update";

static bool is_type(const struct pl *ctype)
{
	struct pl t = *ctype;
	const char *semicolon = pl_strchr(&t, ';');

	if (semicolon)
		t.l = (size_t)(semicolon - t.p);
	while (t.l && (t.p[t.l - 1] == ' ' || t.p[t.l - 1] == '\t'))
		--t.l;
	return !pl_strcasecmp(&t, type);
}

/* Whether what stands before p, in b, opens an element: "<" or "<prefix:" */
static bool opens(const struct pl *b, const char *p)
{
	while (p > b->p && p[-1] != '<') {
		if (p[-1] == '>' || p[-1] == ' ' || p[-1] == '/')
			return false;
		--p;
	}

	return p > b->p;
}

/* Whether the name ends where it should */
static bool ends(const struct pl *b, const char *p)
{
	return p < b->p + b->l && strchr(" />\t\r\n", *p) && *p;
}

bool keyframe_decode(const struct pl *ctype, const struct pl *body)
{
	const size_t len = sizeof(element) - 1;
	const char *end;

	if (!ctype->p || !body->p || body->l > BODY_MAX || !is_type(ctype))
		return false;

	end = body->p + body->l;
	for (const char *p = body->p; p && (size_t)(end - p) >= len; ++p) {
		p = memmem(p, (size_t)(end - p), element, len);
		if (!p)
			return false;
		if (opens(body, p) && ends(body, p + len))
			return true;
	}

	return false;
}

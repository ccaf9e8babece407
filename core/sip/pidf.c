/**
 * @file core/sip/pidf.c  PIDF
 *
 * expat calls for each element and text; a stack says where in the document
 * that is, and only two places are looked at: basic and note.
 */
#include <assert.h>
#include <expat.h>
#include "core/base/entropy.h"
#include "core/base/utf8.h"
#include "core/sip/pidf.h"

enum {
	SEPARATOR = '\n',  /* Stands in no namespace that is a URI */
	USUAL = 512,	   /* Size of a document of ours [bytes]   */
	CHARACTER_MAX = 4, /* Of UTF-8 [bytes], RFC 3629 section 3 */
};

static const char name_space[] = "urn:ietf:params:xml:ns:pidf";

/* At both ends of a text, it is the writer's layout */
static const char blank[] = " \t\r\n";

/* Where in the document */
enum place {
	ELSEWHERE,
	PRESENCE,
	TUPLE,
	STATUS,
	BASIC,
	NOTE,
};

struct reader {
	XML_Parser xml;
	struct pidf *p;
	enum place placev[PIDF_DEPTH_MAX];
	unsigned depth;
	char text[PIDF_NOTE_MAX + 1]; /* Of basic or note */
	size_t len;
	int err;
};

/* Which element may stand within which */
static const struct {
	enum place parent;
	const char *name;
	enum place place;
} treev[] = {
	{ PRESENCE, "tuple", TUPLE }, { PRESENCE, "note", NOTE },
	{ TUPLE, "status", STATUS },  { TUPLE, "note", NOTE },
	{ STATUS, "basic", BASIC },
};

static void fail(struct reader *r, int err)
{
	if (!r->err)
		r->err = err;
	(void)XML_StopParser(r->xml, XML_FALSE);
}

/* The name without its namespace, NULL if it is of another */
static const char *own_name(const char *name)
{
	const char *end = strchr(name, SEPARATOR);

	if (!end)
		return name;
	if ((size_t)(end - name) != strlen(name_space) ||
	    memcmp(name, name_space, strlen(name_space)) != 0)
		return NULL;

	return end + 1;
}

static enum place place_of(enum place parent, const char *name)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(treev); i++) {
		if (treev[i].parent == parent && !strcmp(treev[i].name, name))
			return treev[i].place;
	}

	return ELSEWHERE;
}

static void root(struct reader *r, const char *name, const char **attrv)
{
	if (!name || strcmp(name, "presence") != 0) {
		fail(r, EBADMSG);
		return;
	}

	r->placev[0] = PRESENCE;
	for (; attrv[0]; attrv += 2) {
		if (!strcmp(attrv[0], "entity") &&
		    re_snprintf(r->p->entity, sizeof(r->p->entity), "%s",
				attrv[1]) < 0)
			fail(r, EBADMSG);
	}
}

/* Without the blanks at the end */
static size_t length(const char *text, size_t len)
{
	while (len && strchr(blank, text[len - 1]))
		--len;

	return len;
}

static void XMLCALL on_start(void *arg, const XML_Char *name,
			     const XML_Char **attrv)
{
	struct reader *r = arg;

	if (r->depth == PIDF_DEPTH_MAX) {
		fail(r, EBADMSG);
		return;
	}

	if (!r->depth)
		root(r, own_name(name), attrv);
	else
		r->placev[r->depth] = place_of(r->placev[r->depth - 1],
					       own_name(name));
	if (r->placev[r->depth] == BASIC || r->placev[r->depth] == NOTE)
		r->len = 0;
	++r->depth;
}

static void XMLCALL on_end(void *arg, const XML_Char *name)
{
	struct reader *r = arg;
	enum place place;
	(void)name;

	if (!r->depth)
		return;

	place = r->placev[--r->depth];
	if (place == BASIC) {
		enum pidf_basic basic;

		r->text[length(r->text, r->len)] = '\0';
		basic = pidf_basic_find(r->text);
		if (basic > r->p->basic)
			r->p->basic = basic;
	} else if (place == NOTE && !r->p->note[0]) {
		r->text[r->len] = '\0';
		(void)pidf_set_note(r->p, r->text);
	}
}

static void XMLCALL on_text(void *arg, const XML_Char *text, int n)
{
	struct reader *r = arg;
	size_t len = (size_t)n;

	if (!r->depth || (r->placev[r->depth - 1] != BASIC &&
			  r->placev[r->depth - 1] != NOTE))
		return;

	for (; !r->len && len && strchr(blank, *text); len--)
		++text;
	if (len > PIDF_NOTE_MAX - r->len)
		len = PIDF_NOTE_MAX - r->len;
	memcpy(r->text + r->len, text, len);
	r->len += len;
}

static void XMLCALL on_doctype(void *arg, const XML_Char *name,
			       const XML_Char *sysid, const XML_Char *pubid,
			       int internal)
{
	(void)name;
	(void)sysid;
	(void)pubid;
	(void)internal;

	fail(arg, EBADMSG);
}

/* So that a leak would be seen where all others are */
static void *xml_malloc(size_t n)
{
	return mem_alloc(n, NULL);
}

static void *xml_realloc(void *p, size_t n)
{
	return p ? mem_realloc(p, n) : mem_alloc(n, NULL);
}

static void xml_free(void *p)
{
	mem_deref(p);
}

/* Names that meet in one place of its table cannot be foreseen */
static void salt(XML_Parser xml)
{
#if XML_MAJOR_VERSION > 2 || XML_MINOR_VERSION >= 8
	uint8_t bytes[16];

	entropy_bytes(bytes, sizeof(bytes));
	(void)XML_SetHashSalt16Bytes(xml, bytes);
#else
	(void)XML_SetHashSalt(xml, entropy_u32() | 1);
#endif
}

static XML_Parser parser_make(struct reader *r)
{
	static const XML_Memory_Handling_Suite memory = {
		xml_malloc,
		xml_realloc,
		xml_free,
	};
	static const XML_Char separator[] = { SEPARATOR, '\0' };
	XML_Parser xml = XML_ParserCreate_MM("UTF-8", &memory, separator);

	if (!xml)
		return NULL;

	salt(xml);
	XML_SetUserData(xml, r);
	XML_SetElementHandler(xml, on_start, on_end);
	XML_SetCharacterDataHandler(xml, on_text);
	XML_SetStartDoctypeDeclHandler(xml, on_doctype);
	return xml;
}

int pidf_decode(struct pidf *p, const struct pl *body)
{
	struct reader r;
	int err = 0;

	assert(p && body);

	memset(p, 0, sizeof(*p));
	if (!body->l || body->l > PIDF_MAX)
		return EBADMSG;

	memset(&r, 0, sizeof(r));
	r.p = p;
	r.xml = parser_make(&r);
	if (!r.xml)
		return ENOMEM;

	if (XML_Parse(r.xml, body->p, (int)body->l, 1) != XML_STATUS_OK)
		err = XML_GetErrorCode(r.xml) == XML_ERROR_NO_MEMORY ? ENOMEM
								     : EBADMSG;
	XML_ParserFree(r.xml);
	return r.err ? r.err : err;
}

/* Length of the character at str in a note, 0 if it may not stand there
   (XML 1.0 section 2.2) */
static size_t character(const char *str)
{
	size_t n = utf8_length((const uint8_t *)str, strlen(str));
	static const char first[] = "\xef\xbf\xbe"; /* U+FFFE, U+FFFF */

	if (!n || (n == 1 && (uint8_t)*str < ' ' && !strchr("\t\r\n", *str)))
		return 0;
	if (n == strlen(first) && !memcmp(str, first, n - 1) &&
	    (uint8_t)str[n - 1] >= (uint8_t)first[n - 1])
		return 0;

	return n;
}

int pidf_set_note(struct pidf *p, const char *note)
{
	size_t len = 0, all = 0;

	note = note ? note : "";
	note += strspn(note, blank);
	while (note[all]) {
		size_t n = character(note + all);

		/* Amid a character, if the text was cut before */
		if (!n && all + CHARACTER_MAX > PIDF_NOTE_MAX)
			break;
		if (!n)
			return EINVAL;
		all += n;
		if (all <= PIDF_NOTE_MAX)
			len = all;
	}

	len = length(note, len);
	memcpy(p->note, note, len);
	p->note[len] = '\0';
	return 0;
}

/* Text and attributes */
static int print_escaped(struct re_printf *pf, const char *str)
{
	static const struct {
		char c;
		const char *entity;
	} escapev[] = {
		{ '&', "&amp;" },  { '<', "&lt;" },  { '>', "&gt;" },
		{ '"', "&quot;" }, { '\t', "&#9;" }, { '\n', "&#10;" },
		{ '\r', "&#13;" },
	};

	for (; *str; str++) {
		const char *entity = NULL;
		int err;

		for (size_t i = 0; i < ARRAY_SIZE(escapev); i++) {
			if (escapev[i].c == *str)
				entity = escapev[i].entity;
		}
		err = entity ? pf->vph(entity, strlen(entity), pf->arg)
			     : pf->vph(str, 1, pf->arg);
		if (err)
			return err;
	}

	return 0;
}

static bool writable(const char *str)
{
	while (*str) {
		size_t n = character(str);

		if (!n)
			return false;
		str += n;
	}

	return true;
}

int pidf_encode(struct mbuf **mbp, const struct pidf *p)
{
	struct mbuf *mb;
	int err;

	assert(mbp && p && p->basic != PIDF_UNKNOWN);

	if (!writable(p->entity) || !writable(p->note))
		return EINVAL;

	mb = mbuf_alloc(USUAL);
	if (!mb)
		return ENOMEM;

	err = mbuf_printf(mb,
			  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			  "<presence xmlns=\"%s\" entity=\"%H\">\n"
			  "<tuple id=\"board\"><status><basic>%s</basic>"
			  "</status>",
			  name_space, print_escaped, p->entity,
			  pidf_basic_name(p->basic));
	if (!err && p->note[0])
		err = mbuf_printf(mb, "<note>%H</note>", print_escaped,
				  p->note);
	err = err ? err : mbuf_write_str(mb, "</tuple>\n</presence>\n");
	mb->pos = 0;

	if (err)
		mem_deref(mb);
	else
		*mbp = mb;
	return err;
}

const char *pidf_basic_name(enum pidf_basic basic)
{
	static const char *const namev[] = {
		[PIDF_UNKNOWN] = "unknown",
		[PIDF_CLOSED] = "closed",
		[PIDF_OPEN] = "open",
	};

	assert(basic < ARRAY_SIZE(namev));
	return namev[basic];
}

enum pidf_basic pidf_basic_find(const char *name)
{
	if (!strcmp(name, "open"))
		return PIDF_OPEN;

	return strcmp(name, "closed") ? PIDF_UNKNOWN : PIDF_CLOSED;
}

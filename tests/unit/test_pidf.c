/**
 * @file tests/unit/test_pidf.c  Presence documents
 */
#include "tests/unit/test.h"
#include "core/sip/pidf.h"

#define NS "urn:ietf:params:xml:ns:pidf"

static int decode(struct pidf *p, const char *text)
{
	struct pl pl;

	pl_set_str(&pl, text);
	return pidf_decode(p, &pl);
}

static const struct {
	const char *text, *entity, *note;
	enum pidf_basic basic;
} readv[] = {
	/* RFC 3863 section 4.2.1, shortened */
	{ "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	  "<presence xmlns=\"" NS "\"\n"
	  "  xmlns:im=\"urn:ietf:params:xml:ns:pidf:im\"\n"
	  "  entity=\"pres:someone@example.com\">\n"
	  "<tuple id=\"bs35r9\"><status><basic>open</basic>"
	  "<im:im>busy</im:im></status>"
	  "<contact priority=\"0.8\">im:someone@mobile.net</contact>"
	  "<note xml:lang=\"en\">Don't Disturb Please!</note>"
	  "<note xml:lang=\"fr\">Ne d\xc3\xa9rangez pas</note>"
	  "<timestamp>2001-10-27T16:49:29Z</timestamp></tuple>"
	  "<note>I'll be in Tokyo next week</note></presence>",
	  "pres:someone@example.com", "Don't Disturb Please!", PIDF_OPEN },
	/* With a prefix */
	{ "<p:presence xmlns:p=\"" NS "\" entity=\"sip:b@x\">"
	  "<p:tuple id=\"1\"><p:status><p:basic>closed</p:basic>"
	  "</p:status></p:tuple></p:presence>",
	  "sip:b@x", "", PIDF_CLOSED },
	/* Without any namespace */
	{ "<presence entity=\"sip:b@x\"><tuple><status><basic>\n open "
	  "\n</basic></status></tuple></presence>",
	  "sip:b@x", "", PIDF_OPEN },
	/* One device is open */
	{ "<presence xmlns=\"" NS "\"><tuple><status><basic>open"
	  "</basic></status></tuple><tuple><status><basic>closed"
	  "</basic></status></tuple></presence>",
	  "", "", PIDF_OPEN },
	/* RFC 4480 elements, and nobody registered at all */
	{ "<presence xmlns=\"" NS "\" "
	  "xmlns:dm=\"urn:ietf:params:xml:ns:pidf:data-model\" "
	  "entity=\"sip:b@x\"><dm:person id=\"a\"><dm:note>no</dm:note>"
	  "</dm:person></presence>",
	  "sip:b@x", "", PIDF_UNKNOWN },
	/* The right names in the wrong place */
	{ "<presence xmlns=\"" NS "\"><basic>open</basic>"
	  "<tuple><basic>open</basic><status><other xmlns=\"x\">"
	  "<basic>open</basic></other></status></tuple></presence>",
	  "", "", PIDF_UNKNOWN },
	{ "<presence><note>a &lt;b&gt; &#233; <![CDATA[<c>]]><i>no</i>"
	  "</note></presence>",
	  "", "a <b> \xc3\xa9 <c>", PIDF_UNKNOWN },
	{ "<presence><tuple><status><basic>maybe</basic></status>"
	  "</tuple></presence>",
	  "", "", PIDF_UNKNOWN },
};

static void test_pidf_reads_what_peers_write(void **state)
{
	struct pidf p;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(readv); i++) {
		assert_int_equal(decode(&p, readv[i].text), 0);
		assert_string_equal(p.entity, readv[i].entity);
		assert_string_equal(p.note, readv[i].note);
		assert_int_equal(p.basic, readv[i].basic);
	}
}

static void test_pidf_refuses(void **state)
{
	static const char *const badv[] = {
		"",
		"open",
		"<presence>",
		"<other/>",
		"<presence xmlns=\"urn:other\"/>",
		"<p:presence/>",
		"<presence></presence><presence/>",
		"<presence><note>\xff</note></presence>",
		"<presence><note>&laugh;</note></presence>",
		"<!DOCTYPE presence><presence/>",
		"<!DOCTYPE p [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;&a;\">]>"
		"<presence><note>&c;</note></presence>",
		"<!DOCTYPE p SYSTEM \"file:///etc/passwd\"><presence/>",
		/* Elements 17 deep */
		"<presence><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a/>"
		"</a></a></a></a></a></a></a></a></a></a></a></a></a></a></a>"
		"</presence>",
	};
	struct pidf p;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(badv); i++)
		assert_int_equal(decode(&p, badv[i]), EBADMSG);
}

static void test_pidf_has_limits(void **state)
{
	static char text[PIDF_MAX + 2];
	struct pl pl = { text, 0 };
	struct pidf p;
	int n;
	(void)state;

	/* Size: blanks behind the root are allowed, but not that many */
	memset(text, ' ', sizeof(text));
	memcpy(text, "<presence/>", strlen("<presence/>"));
	pl.l = PIDF_MAX;
	assert_int_equal(pidf_decode(&p, &pl), 0);
	++pl.l;
	assert_int_equal(pidf_decode(&p, &pl), EBADMSG);

	/* Whose: too long is refused */
	for (int max = PIDF_ENTITY_MAX; max <= PIDF_ENTITY_MAX + 1; max++) {
		n = re_snprintf(text, sizeof(text), "<presence entity=\"");
		memset(text + n, 'x', (size_t)max);
		memcpy(text + n + max, "\"/>", strlen("\"/>") + 1);
		assert_int_equal(decode(&p, text),
				 max > PIDF_ENTITY_MAX ? EBADMSG : 0);
	}

	/* A note is cut, and not amid a character */
	n = re_snprintf(text, sizeof(text), "<presence><note>x");
	for (int i = 0; i < PIDF_NOTE_MAX; i++)
		n += re_snprintf(text + n, sizeof(text) - (size_t)n,
				 "\xc3\xa9");
	(void)re_snprintf(text + n, sizeof(text) - (size_t)n,
			  "</note></presence>");
	assert_int_equal(decode(&p, text), 0);
	assert_int_equal(strlen(p.note), PIDF_NOTE_MAX - 1);
}

static void test_pidf_writes_what_it_reads(void **state)
{
	static const char *const notev[] = {
		"",
		"Zur\xc3\xbc"
		"ck um 5",
		"a < b & \"c\" > 'd'",
		"two\nlines\tand\ra tab",
		"\xf0\x9f\x9a\xaa",
	};
	struct pidf a, b;
	struct mbuf *mb;
	struct pl pl;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(notev); i++) {
		memset(&a, 0, sizeof(a));
		a.basic = i & 1 ? PIDF_OPEN : PIDF_CLOSED;
		assert_int_equal(pidf_set_note(&a, notev[i]), 0);
		(void)re_snprintf(a.entity, sizeof(a.entity),
				  "sip:d&o\"or@example.org");
		assert_int_equal(pidf_encode(&mb, &a), 0);
		pl_set_mbuf(&pl, mb);
		assert_int_equal(pidf_decode(&b, &pl), 0);
		assert_int_equal(memcmp(&a, &b, sizeof(a)), 0);
		mem_deref(mb);
	}
}

static void test_pidf_writes_no_broken_xml(void **state)
{
	static const char *const badv[] = {
		"\x01",		"a\x1b[0m",	"\xff",		"\xc3",
		"\xed\xa0\x80", "\xef\xbf\xbe", "\xef\xbf\xbf",
	};
	struct pidf p = { .basic = PIDF_OPEN, .entity = "sip:\x02@x" };
	struct mbuf *mb = NULL;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(badv); i++)
		assert_int_equal(pidf_set_note(&p, badv[i]), EINVAL);
	assert_int_equal(pidf_set_note(&p, NULL), 0);
	assert_int_equal(pidf_encode(&mb, &p), EINVAL);
	assert_null(mb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pidf_reads_what_peers_write),
		cmocka_unit_test(test_pidf_refuses),
		cmocka_unit_test(test_pidf_has_limits),
		cmocka_unit_test(test_pidf_writes_what_it_reads),
		cmocka_unit_test(test_pidf_writes_no_broken_xml),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/**
 * @file app/parse.c  Parse
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include "app/parse.h"
#include "core/base/event.h"
#include "core/media/compound.h"
#include "core/net/candidate.h"
#include "core/sip/describe.h"
#include "core/sip/description_decode.h"
#include "core/sip/description_encode.h"

enum {
	FILE_MAX = 131072, /* More than any parser takes [bytes] */
	CHUNK = 4096,
	REASON_MAX = 256,
};

/* Parses mb, appends JSON to out. @return 0, EBADMSG, ENOMEM */
typedef int(parse_h)(struct mbuf *out, struct mbuf *mb);

static int put(struct mbuf *out, json_t *js)
{
	char *text = js ? json_dumps(js, JSON_COMPACT) : NULL;
	int err = text ? mbuf_printf(out, "%s\n", text) : ENOMEM;

	free(text);
	json_decref(js);
	return err;
}

/* Append the error; the verdict stays EBADMSG */
static int refuse(struct mbuf *out, const char *why)
{
	int err = put(out, json_pack("{s:s}", "error", why));

	return err ? err : EBADMSG;
}

static int parse_sdp(struct mbuf *out, struct mbuf *mb)
{
	struct description_fault fault = { .why = "no memory" };
	char why[REASON_MAX];
	struct description *d = NULL;
	int err;

	err = description_decode(&d, mb, &fault);
	if (err) {
		(void)re_snprintf(why, sizeof(why), "line %u: %s", fault.line,
				  fault.why);
		return refuse(out, why);
	}

	err = mbuf_printf(out, "%H\n", description_json, d);
	mem_deref(d);
	return err;
}

static int parse_candidate(struct mbuf *out, struct mbuf *mb)
{
	struct candidate c;
	char addr[REASON_MAX], rel[REASON_MAX] = "";
	struct pl pl;
	int err;

	pl_set_mbuf(&pl, mb);
	while (pl.l && (pl.p[pl.l - 1] == '\n' || pl.p[pl.l - 1] == '\r'))
		--pl.l;

	err = candidate_parse(&c, &pl);
	if (err)
		return refuse(out, err == ENOTSUP ? "well-formed, not used"
						  : "malformed");

	(void)re_snprintf(addr, sizeof(addr), "%J", &c.addr);
	if (sa_isset(&c.rel, SA_ADDR))
		(void)re_snprintf(rel, sizeof(rel), "%J", &c.rel);
	return put(out,
		   json_pack("{s:s, s:s, s:I, s:s, s:s}", "type",
			     candidate_type_name(c.type), "foundation",
			     c.foundation, "priority", (json_int_t)c.priority,
			     "address", addr, "related", rel));
}

static void rtcp_handler(const struct compound_packet *p, void *arg)
{
	json_t *blocks = json_array(), *list = arg;

	for (unsigned i = 0; i < p->blockc; i++) {
		const struct compound_block *b = &p->blockv[i];

		(void)json_array_append_new(
			blocks,
			json_pack("{s:I, s:i, s:i, s:I, s:I}", "ssrc",
				  (json_int_t)b->ssrc, "fraction",
				  (int)b->fraction, "lost", (int)b->lost,
				  "sequence", (json_int_t)b->sequence, "jitter",
				  (json_int_t)b->jitter));
	}

	(void)json_array_append_new(
		list,
		json_pack("{s:i, s:i, s:I, s:o, s:o}", "type", (int)p->type,
			  "count", (int)p->count, "ssrc", (json_int_t)p->ssrc,
			  "text", event_string(&p->text), "blocks", blocks));
}

static int parse_rtcp(struct mbuf *out, struct mbuf *mb)
{
	json_t *list = json_array();
	int err;

	err = compound_decode(mbuf_buf(mb), mbuf_get_left(mb), rtcp_handler,
			      list);
	if (err) {
		json_decref(list);
		return refuse(out, "malformed");
	}

	return put(out, list);
}

static bool stun_attribute(const struct stun_attr *attr, void *arg)
{
	return json_array_append_new(arg,
				     json_string(stun_attr_name(attr->type)));
}

static int parse_stun(struct mbuf *out, struct mbuf *mb)
{
	struct stun_unknown_attr unknown;
	struct stun_msg *msg;
	json_t *attrs;
	int err;

	if (stun_msg_decode(&msg, mb, &unknown))
		return refuse(out, "malformed");

	attrs = json_array();
	(void)stun_msg_attr_apply(msg, stun_attribute, attrs);
	err = put(out,
		  json_pack("{s:s, s:s, s:b, s:i, s:o}", "class",
			    stun_class_name(stun_msg_class(msg)), "method",
			    stun_method_name(stun_msg_method(msg)), "cookie",
			    (int)stun_msg_mcookie(msg), "unknown",
			    (int)unknown.typec, "attributes", attrs));
	mem_deref(msg);
	return err;
}

static const struct {
	const char *kind;
	parse_h *h;
} kindv[] = {
	{ "sip", describe_message },	  { "sdp", parse_sdp },
	{ "candidate", parse_candidate }, { "rtcp", parse_rtcp },
	{ "stun", parse_stun },
};

static int read_file(struct mbuf *mb, const char *path)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "rbe") : stdin;
	uint8_t chunk[CHUNK];
	size_t n;
	int err = 0;

	if (!f)
		return errno;

	while (!err && (n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		err = mb->end > FILE_MAX ? EFBIG : mbuf_write_mem(mb, chunk, n);
	if (!err && ferror(f))
		err = EIO;
	if (f != stdin)
		(void)fclose(f);

	mb->pos = 0;
	return err;
}

static int parse_with(parse_h *h, const char *path)
{
	struct mbuf *mb = mbuf_alloc(CHUNK), *out = mbuf_alloc(CHUNK);
	int err = mb && out ? read_file(mb, path) : ENOMEM;

	if (err) {
		(void)re_fprintf(stderr, "%s: %m\n", path, err);
	} else {
		err = h(out, mb);
		(void)fwrite(out->buf, 1, out->end, stdout);
		if (out->end && out->buf[out->end - 1] != '\n')
			(void)fputc('\n', stdout);
	}

	mem_deref(mb);
	mem_deref(out);
	return err;
}

int parse_file(const char *kind, const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(kindv); i++) {
		if (!strcmp(kindv[i].kind, kind))
			return parse_with(kindv[i].h, path);
	}

	(void)fprintf(stderr, "parse: the kind is sip, sdp, candidate, rtcp "
			      "or stun\n");
	return EINVAL;
}

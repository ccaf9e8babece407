/**
 * @file core/net/website.c  Web site
 *
 * Paths are compared whole and as they are: nothing is decoded, put together
 * or looked up in a file system.
 */
#include "core/net/mbed.h"
#include "core/net/website.h"

enum {
	TAG_BYTES = 8, /* Of the hash, in a tag                    */
	TAG_SIZE = 2 * TAG_BYTES + 1,
};

struct website {
	const struct webfile *filev;
	struct webnames *names;
	bool hsts;
	struct mbuf *json; /* What info.data points to */
	struct webfile info;
	char tag[TAG_SIZE];
};

static void destructor(void *arg)
{
	struct website *s = arg;

	mem_deref(s->names);
	mem_deref(s->json);
}

int website_alloc(struct website **sp, const struct webfile *filev,
		  struct webnames *names, bool hsts)
{
	struct website *s;

	s = mem_zalloc(sizeof(*s), destructor);
	if (!s)
		return ENOMEM;

	s->filev = filev;
	s->names = mem_ref(names);
	s->hsts = hsts;
	*sp = s;
	return 0;
}

int website_set_info(struct website *s, const char *json)
{
	uint8_t md[MBED_SHA256_LEN];
	struct mbuf *mb = NULL;
	int err = 0;

	if (json) {
		mb = mbuf_alloc(strlen(json) + 1);
		err = mb ? mbuf_write_str(mb, json) : ENOMEM;
		if (!err && mbed_sha256(mb->buf, mb->end, md))
			err = ENOMEM;
	}
	if (err) {
		mem_deref(mb);
		return err;
	}

	mem_deref(s->json); /* A reply under way has a reference, too */
	s->json = mb;
	memset(&s->info, 0, sizeof(s->info));
	if (!mb)
		return 0;

	(void)re_snprintf(s->tag, sizeof(s->tag), "%w", md, (size_t)TAG_BYTES);
	s->info.path = WEBSITE_INFO;
	s->info.type = "application/json";
	s->info.etag = s->tag;
	s->info.data = mb->buf;
	s->info.size = mb->end;
	return 0;
}

static const struct webfile *find(const struct website *s, const char *path)
{
	if (s->info.path && !strcmp(s->info.path, path))
		return &s->info;

	for (const struct webfile *f = s->filev; f && f->path; f++) {
		if (!strcmp(f->path, path))
			return f;
	}

	return NULL;
}

int website_refuse(const struct website *s, const struct webrequest *r,
		   enum webrequest_status status, struct webreply *rep)
{
	return webreply_status(rep, r, status, s->hsts);
}

/* A browser says which page asks; a phone has none */
static int answer_upgrade(const struct website *s, const struct webrequest *r,
			  struct webreply *rep)
{
	if (strcmp(r->path, WEBSITE_SOCKET))
		return website_refuse(s, r, WEBREQUEST_NOT_FOUND, rep);
	if (r->foreign && !webnames_is_origin(r->origin, r->host))
		return website_refuse(s, r, WEBREQUEST_FORBIDDEN, rep);

	return webreply_switch(rep, r);
}

int website_answer(const struct website *s, const struct webrequest *r,
		   struct webreply *rep)
{
	const struct webfile *f;

	if (!webnames_has(s->names, r->host))
		return website_refuse(s, r, WEBREQUEST_MISDIRECTED, rep);
	if (r->upgrade)
		return answer_upgrade(s, r, rep);
	if (!strcmp(r->path, WEBSITE_SOCKET))
		return website_refuse(s, r, WEBREQUEST_UPGRADE, rep);

	f = find(s, r->path);
	if (!f)
		return website_refuse(s, r, WEBREQUEST_NOT_FOUND, rep);
	if (f->gzip && !r->gzip)
		return website_refuse(s, r, WEBREQUEST_NOT_ACCEPTABLE, rep);

	return webreply_file(rep, r, f, f == &s->info ? s->json : NULL,
			     s->hsts);
}

int website_answer_plain(const struct website *s, const struct webrequest *r,
			 struct webreply *rep)
{
	if (!webnames_has(s->names, r->host))
		return webreply_status(rep, r, WEBREQUEST_MISDIRECTED, false);

	return webreply_redirect(rep, r);
}

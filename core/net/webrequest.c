/**
 * @file core/net/webrequest.c  Web request
 *
 * The request line and the shape of each header line are checked here, byte
 * by byte; libre's parser then only cuts. It would find a request line in
 * the middle of another one, and take blanks before a colon.
 */
#include "core/net/webrequest.h"

enum {
	CRLF = 2,
	KEY_PADDED = 22,    /* Characters of a key before "==" */
	VISIBLE = '!',	    /* First and last that may stand   */
	VISIBLE_LAST = '~', /* in a target                     */
};

static int refuse(struct webrequest *r, enum webrequest_status status)
{
	r->status = status;
	return EPROTO;
}

/* Copy; false when it does not fit, which libre cuts */
static bool keep(char *str, size_t size, const struct pl *pl)
{
	return pl->l < size && !pl_strcpy(pl, str, size);
}

/* Cut off what is before a character. @return false when it is not there */
static bool cut(struct pl *rest, char at, struct pl *part)
{
	const char *p = rest->l ? memchr(rest->p, at, rest->l) : NULL;

	if (!p)
		return false;

	part->p = rest->p;
	part->l = (size_t)(p - rest->p);
	pl_advance(rest, (ssize_t)part->l + 1);
	return true;
}

static bool is_token(const struct pl *pl)
{
	for (size_t i = 0; i < pl->l; i++) {
		if (!webhead_is_tchar((unsigned char)pl->p[i]))
			return false;
	}

	return pl->l > 0;
}

static int read_version(struct webrequest *r, const struct pl *ver)
{
	if (!pl_strcmp(ver, "HTTP/1.1"))
		r->keep = true;
	else if (pl_strcmp(ver, "HTTP/1.0"))
		return refuse(r, ver->l > strlen("HTTP/") &&
						 !memcmp(ver->p, "HTTP/",
							 strlen("HTTP/"))
					 ? WEBREQUEST_VERSION
					 : WEBREQUEST_BAD);

	return 0;
}

static int read_method(struct webrequest *r, const struct pl *method)
{
	if (!is_token(method))
		return refuse(r, WEBREQUEST_BAD);

	r->head = !pl_strcmp(method, "HEAD");
	if (!r->head && pl_strcmp(method, "GET"))
		return refuse(r, WEBREQUEST_METHOD);

	return 0;
}

/* Origin form only (RFC 9112 section 3.2.1): this is no proxy */
static int read_target(struct webrequest *r, struct pl target)
{
	struct pl path;

	if (target.l > WEBREQUEST_TARGET_MAX)
		return refuse(r, WEBREQUEST_URI_LONG);
	if (!target.l || target.p[0] != '/')
		return refuse(r, WEBREQUEST_BAD);

	for (size_t i = 0; i < target.l; i++) {
		char c = target.p[i];

		if (c < VISIBLE || c > VISIBLE_LAST || c == '#')
			return refuse(r, WEBREQUEST_BAD);
	}

	path = target;
	(void)cut(&target, '?', &path);
	return keep(r->path, sizeof(r->path), &path)
		       ? 0
		       : refuse(r, WEBREQUEST_URI_LONG);
}

static int read_line(struct webrequest *r, struct pl line)
{
	struct pl method, target;
	int err;

	if (!cut(&line, ' ', &method) || !cut(&line, ' ', &target))
		return refuse(r, WEBREQUEST_BAD);

	err = read_version(r, &line);
	if (!err)
		err = read_method(r, &method);
	if (!err)
		err = read_target(r, target);

	return err;
}

/* Each line a name, a colon at once, and not too many of them */
static int check_lines(struct webrequest *r, struct pl lines)
{
	struct pl line, name;
	unsigned n = 0;

	while (cut(&lines, '\r', &line)) {
		pl_advance(&lines, 1); /* LF, the head is clean */
		if (!line.l)
			break;
		if (!cut(&line, ':', &name) || !is_token(&name))
			return refuse(r, WEBREQUEST_BAD);
		if (++n > WEBHEAD_HEADERS_MAX)
			return refuse(r, WEBREQUEST_HEADERS_LARGE);
	}

	return 0;
}

/* No body, however it is announced */
static int check_body(struct webrequest *r, const struct http_msg *msg)
{
	const struct pl *val = webhead_only(msg, "Content-Length");

	if (webhead_count(msg, "Transfer-Encoding"))
		return refuse(r, WEBREQUEST_TOO_LARGE);
	if (!webhead_count(msg, "Content-Length"))
		return 0;
	if (!val)
		return refuse(r, WEBREQUEST_BAD);

	return pl_strcmp(val, "0") ? refuse(r, WEBREQUEST_TOO_LARGE) : 0;
}

static int read_host(struct webrequest *r, const struct http_msg *msg)
{
	const struct pl *val = webhead_only(msg, "Host");

	if (!val || !val->l || !keep(r->host, sizeof(r->host), val))
		return refuse(r, WEBREQUEST_BAD);

	r->foreign = webhead_count(msg, "Origin");
	if (!r->foreign)
		return 0;

	val = webhead_only(msg, "Origin");
	return val && keep(r->origin, sizeof(r->origin), val)
		       ? 0
		       : refuse(r, WEBREQUEST_BAD);
}

/* Whether "gzip;q=0.5", "*", ... are a welcome */
static bool is_welcome(struct pl coding)
{
	struct pl name = coding;

	if (!cut(&coding, ';', &name))
		coding.l = 0;
	name = webhead_trim(name);
	coding = webhead_trim(coding);
	if (pl_strcasecmp(&name, "gzip") && pl_strcasecmp(&name, "x-gzip") &&
	    pl_strcmp(&name, "*"))
		return false;

	/* A weight of 0 is "0" with any number of zeros behind the point */
	for (size_t i = strlen("q="); i < coding.l; i++) {
		if (coding.p[i] != '0' && coding.p[i] != '.')
			return true;
	}

	return !coding.l;
}

/* Whoever says nothing takes anything (RFC 9110 section 12.5.3) */
static bool is_gzip_welcome(const struct http_msg *msg)
{
	struct pl list, coding;
	struct le *le;
	bool said = false;

	for (le = list_head(&msg->hdrl); le; le = le->next) {
		const struct http_hdr *hdr = le->data;

		if (pl_strcasecmp(&hdr->name, "Accept-Encoding"))
			continue;
		said = true;
		list = hdr->val;
		while (webhead_element(&list, &coding)) {
			if (is_welcome(coding))
				return true;
		}
	}

	return !said;
}

/* RFC 4648: 16 bytes are 22 characters and two of padding */
static bool is_key(const struct pl *key)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";

	if (key->l != WEBREQUEST_KEY_SIZE - 1)
		return false;
	for (size_t i = 0; i < KEY_PADDED; i++) {
		if (!strchr(alphabet, key->p[i]))
			return false;
	}

	return !memcmp(key->p + KEY_PADDED, "==", CRLF);
}

static int read_upgrade(struct webrequest *r, const struct http_msg *msg)
{
	const struct pl *val;

	if (!webhead_has(msg, "Upgrade", "websocket"))
		return 0;
	if (r->head || !r->keep)
		return refuse(r, WEBREQUEST_BAD);
	if (!webhead_has(msg, "Connection", "upgrade"))
		return refuse(r, WEBREQUEST_BAD);

	val = webhead_only(msg, "Sec-WebSocket-Version");
	if (!val || pl_strcmp(val, "13"))
		return refuse(r, WEBREQUEST_UPGRADE);

	val = webhead_only(msg, "Sec-WebSocket-Key");
	if (!val || !is_key(val) || !keep(r->key, sizeof(r->key), val))
		return refuse(r, WEBREQUEST_BAD);
	if (!webhead_has(msg, "Sec-WebSocket-Protocol", "sip"))
		return refuse(r, WEBREQUEST_BAD);

	r->upgrade = true;
	return 0;
}

/* libre has cut the list at its commas; a long one is taken for none */
static void read_match(struct webrequest *r, const struct http_msg *msg)
{
	size_t n = 0;
	struct le *le;

	for (le = list_head(&msg->hdrl); le; le = le->next) {
		const struct http_hdr *hdr = le->data;

		if (pl_strcasecmp(&hdr->name, "If-None-Match"))
			continue;
		if (n + hdr->val.l + 2 > sizeof(r->match)) {
			r->match[0] = '\0';
			return;
		}
		if (n)
			r->match[n++] = ',';
		(void)keep(r->match + n, sizeof(r->match) - n, &hdr->val);
		n += hdr->val.l;
	}
}

static int read_headers(struct webrequest *r, const struct http_msg *msg)
{
	int err;

	err = check_body(r, msg);
	if (!err)
		err = read_host(r, msg);
	if (!err)
		err = read_upgrade(r, msg);
	if (err)
		return err;

	if (webhead_has(msg, "Connection", "close"))
		r->keep = false;
	r->gzip = is_gzip_welcome(msg);
	read_match(r, msg);
	return 0;
}

static int parse(struct webrequest *r, const uint8_t *p, size_t size)
{
	struct pl lines = { (const char *)p, size }, line = lines;
	struct http_msg *msg = NULL;
	struct mbuf *mb;
	int err;

	if (!webhead_is_clean(p, size))
		return refuse(r, WEBREQUEST_BAD);

	(void)cut(&lines, '\r', &line);
	pl_advance(&lines, 1);
	err = read_line(r, line);
	if (!err)
		err = check_lines(r, lines);
	if (err)
		return err;

	mb = mbuf_alloc(size);
	if (!mb)
		return ENOMEM;

	(void)mbuf_write_mem(mb, p, size);
	mb->pos = 0;
	err = http_msg_decode(&msg, mb, true);
	if (!err)
		err = read_headers(r, msg);
	else if (err != ENOMEM)
		err = refuse(r, WEBREQUEST_BAD);

	mem_deref(msg);
	mem_deref(mb);
	return err;
}

int webrequest_decode(struct webrequest *r, struct mbuf *mb)
{
	size_t n, left;
	int err;

	/* One empty line may precede it (RFC 9112 section 2.2) */
	if (!r->skipped && !r->scanned && mbuf_get_left(mb) >= CRLF &&
	    !memcmp(mbuf_buf(mb), "\r\n", CRLF)) {
		mb->pos += CRLF;
		r->skipped = true;
	}

	left = mbuf_get_left(mb);
	n = webhead_size(mbuf_buf(mb), left, &r->scanned);
	if (n > WEBHEAD_MAX || (!n && left >= WEBHEAD_MAX))
		return refuse(r, WEBREQUEST_HEADERS_LARGE);
	if (!n)
		return EAGAIN;

	err = parse(r, mbuf_buf(mb), n);
	if (!err)
		mb->pos += n;

	return err;
}

bool webrequest_has(const struct webrequest *r, const char *etag)
{
	struct pl list, tag;

	pl_set_str(&list, r->match);
	while (webhead_element(&list, &tag)) {
		if (!pl_strcmp(&tag, "*"))
			return true;
		if (tag.l > strlen("W/") && !memcmp(tag.p, "W/", strlen("W/")))
			pl_advance(&tag, (ssize_t)strlen("W/"));
		if (tag.l == strlen(etag) + 2 && tag.p[0] == '"' &&
		    tag.p[tag.l - 1] == '"' &&
		    !memcmp(tag.p + 1, etag, tag.l - 2))
			return true;
	}

	return false;
}

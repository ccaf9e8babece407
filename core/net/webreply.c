/**
 * @file core/net/webreply.c  Web reply
 *
 * No Date: a board without a clock has none (RFC 9110 section 6.6.1). A page
 * is asked for again each time, and answered 304 when it is still the same.
 */
#include "core/net/upgrade.h"
#include "core/net/webreply.h"

enum {
	HEAD_SIZE = 1024, /* To begin with [bytes]                       */
};

static const char policy[] =
	"Content-Security-Policy: default-src 'none'; script-src 'self'; "
	"style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
	"connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
	"Permissions-Policy: microphone=(self), autoplay=(self), "
	"fullscreen=(self), screen-wake-lock=(self), camera=(), "
	"display-capture=(), geolocation=(), payment=(), usb=()\r\n"
	"X-Content-Type-Options: nosniff\r\n"
	"Referrer-Policy: no-referrer\r\n"
	"Cross-Origin-Opener-Policy: same-origin\r\n"
	"Cross-Origin-Resource-Policy: same-origin\r\n";

/* One year, RFC 6797 section 6.1: never for a certificate of our own, which
   a browser would no longer let a person accept */
static const char strict[] = "Strict-Transport-Security: max-age=31536000\r\n";

static const struct {
	enum webrequest_status status;
	const char *name; /* RFC 9110 section 15, RFC 6585 */
} statusv[] = {
	{ WEBREQUEST_OK, "OK" },
	{ WEBREQUEST_NOT_MODIFIED, "Not Modified" },
	{ WEBREQUEST_REDIRECT, "Temporary Redirect" },
	{ WEBREQUEST_BAD, "Bad Request" },
	{ WEBREQUEST_FORBIDDEN, "Forbidden" },
	{ WEBREQUEST_NOT_FOUND, "Not Found" },
	{ WEBREQUEST_METHOD, "Method Not Allowed" },
	{ WEBREQUEST_NOT_ACCEPTABLE, "Not Acceptable" },
	{ WEBREQUEST_TOO_LARGE, "Content Too Large" },
	{ WEBREQUEST_URI_LONG, "URI Too Long" },
	{ WEBREQUEST_MISDIRECTED, "Misdirected Request" },
	{ WEBREQUEST_UPGRADE, "Upgrade Required" },
	{ WEBREQUEST_HEADERS_LARGE, "Request Header Fields Too Large" },
	{ WEBREQUEST_UNAVAILABLE, "Service Unavailable" },
	{ WEBREQUEST_VERSION, "HTTP Version Not Supported" },
};

/* What a status wants to be said besides; NULL for nothing */
static const char *extra(enum webrequest_status status)
{
	switch (status) {
	case WEBREQUEST_METHOD:
		return "Allow: GET, HEAD\r\n";
	case WEBREQUEST_UPGRADE:
		return "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
	case WEBREQUEST_UNAVAILABLE:
		return "Retry-After: 5\r\n";
	default:
		return NULL;
	}
}

static const char *status_name(enum webrequest_status status)
{
	for (size_t i = 0; i < ARRAY_SIZE(statusv); i++) {
		if (statusv[i].status == status)
			return statusv[i].name;
	}

	return "Error";
}

void webreply_clear(struct webreply *rep)
{
	mem_deref(rep->head);
	mem_deref(rep->keep);
	memset(rep, 0, sizeof(*rep));
}

/* The lines that every answer has */
static int begin(struct webreply *rep, const struct webrequest *r,
		 enum webrequest_status status, bool hsts)
{
	const char *more = extra(status);
	bool upgrade = status == WEBREQUEST_UPGRADE;
	const char *connection = r->keep ? "keep-alive" : "close";

	webreply_clear(rep);
	rep->status = status;
	rep->close = !r->keep;
	rep->head = mbuf_alloc(HEAD_SIZE);
	if (!rep->head)
		return ENOMEM;

	return mbuf_printf(rep->head,
			   "HTTP/1.1 %u %s\r\n"
			   "Connection: %s%s\r\n"
			   "%s%s%s",
			   (unsigned)status, status_name(status), connection,
			   upgrade ? ", Upgrade" : "", policy,
			   hsts ? strict : "", more ? more : "");
}

/* The end of the head */
static int end(struct webreply *rep, int err)
{
	err |= mbuf_write_str(rep->head, "\r\n");
	if (err)
		webreply_clear(rep);
	else
		rep->head->pos = 0;

	return err ? ENOMEM : 0;
}

int webreply_status(struct webreply *rep, const struct webrequest *r,
		    enum webrequest_status status, bool hsts)
{
	const char *name = status_name(status);
	int err;

	err = begin(rep, r, status, hsts);
	if (!rep->head)
		return err;

	err |= mbuf_printf(rep->head,
			   "Cache-Control: no-store\r\n"
			   "Content-Type: text/plain; charset=utf-8\r\n"
			   "Content-Length: %zu\r\n",
			   strlen(name));
	if (!r->head) {
		rep->body = (const uint8_t *)name;
		rep->size = strlen(name);
	}

	return end(rep, err);
}

int webreply_file(struct webreply *rep, const struct webrequest *r,
		  const struct webfile *f, void *keep, bool hsts)
{
	bool same = webrequest_has(r, f->etag);
	int err;

	err = begin(rep, r, same ? WEBREQUEST_NOT_MODIFIED : WEBREQUEST_OK,
		    hsts);
	if (!rep->head)
		return err;

	err |= mbuf_printf(rep->head,
			   "Cache-Control: no-cache\r\n"
			   "ETag: \"%s\"\r\n"
			   "%s",
			   f->etag, f->gzip ? "Vary: Accept-Encoding\r\n" : "");
	if (same)
		return end(rep, err);

	err |= mbuf_printf(rep->head,
			   "Content-Type: %s\r\n"
			   "%s"
			   "Content-Length: %zu\r\n",
			   f->type, f->gzip ? "Content-Encoding: gzip\r\n" : "",
			   f->size);
	if (!r->head) {
		rep->body = f->data;
		rep->size = f->size;
		rep->keep = mem_ref(keep);
	}

	return end(rep, err);
}

int webreply_redirect(struct webreply *rep, const struct webrequest *r)
{
	int err;

	err = begin(rep, r, WEBREQUEST_REDIRECT, false);
	if (!rep->head)
		return err;

	err |= mbuf_printf(rep->head,
			   "Cache-Control: no-store\r\n"
			   "Location: https://%s/\r\n"
			   "Content-Length: 0\r\n",
			   r->host);
	return end(rep, err);
}

int webreply_switch(struct webreply *rep, const struct webrequest *r)
{
	char accept[UPGRADE_TEXT_SIZE];
	int err;

	err = upgrade_accept(accept, r->key);
	if (err)
		return err;

	webreply_clear(rep);
	rep->status = WEBREQUEST_SWITCHING;
	rep->head = mbuf_alloc(HEAD_SIZE);
	if (!rep->head)
		return ENOMEM;

	err = mbuf_printf(rep->head,
			  "HTTP/1.1 101 Switching Protocols\r\n"
			  "Upgrade: websocket\r\n"
			  "Connection: Upgrade\r\n"
			  "Sec-WebSocket-Accept: %s\r\n"
			  "Sec-WebSocket-Protocol: sip\r\n",
			  accept);
	return end(rep, err);
}

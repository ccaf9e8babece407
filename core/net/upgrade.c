/**
 * @file core/net/upgrade.c  Upgrade
 *
 * libre's HTTP parser takes the response apart, after everything it would
 * let pass is refused here: NUL, bare CR or LF, folded lines, length.
 */
#include <ctype.h>
#include "core/base/entropy.h"
#include "core/base/log.h"
#include "core/net/mbed.h"
#include "core/net/upgrade.h"

enum {
	SWITCHING = 101, /* RFC 9110 section 15.2.2          */
	REDIRECT = 300,	 /* First and last of the redirects,
			    RFC 9110 section 15.4            */
	REDIRECT_LAST = 399,
	END_SIZE = 4,	/* Empty line, CRLF CRLF            */
	TEXT_MAX = 256, /* Key and GUID [bytes]             */
};

/* RFC 6455 section 1.3 */
static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

static int refuse(struct upgrade *up, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)re_vsnprintf(up->reason, sizeof(up->reason), fmt, ap);
	va_end(ap);
	return err;
}

static int encode(char text[UPGRADE_TEXT_SIZE], const uint8_t *p, size_t size)
{
	size_t n = UPGRADE_TEXT_SIZE - 1;
	int err = base64_encode(p, size, text, &n);

	text[err ? 0 : n] = '\0';
	return err;
}

int upgrade_accept(char accept[UPGRADE_TEXT_SIZE], const char *key)
{
	uint8_t md[MBED_SHA1_LEN];
	char text[TEXT_MAX];

	if (re_snprintf(text, sizeof(text), "%s%s", key, guid) < 0)
		return EINVAL;
	if (mbed_sha1((const uint8_t *)text, strlen(text), md))
		return EPROTO;

	return encode(accept, md, sizeof(md));
}

int upgrade_request(struct upgrade *up, struct mbuf *mb,
		    const struct weburl *url, const char *origin)
{
	uint8_t key[UPGRADE_KEY_SIZE];
	int err;

	memset(up, 0, sizeof(*up));
	entropy_bytes(key, sizeof(key));
	err = encode(up->key, key, sizeof(key));
	if (!err)
		err = upgrade_accept(up->accept, up->key);
	if (err)
		return err;

	err = mbuf_printf(mb,
			  "GET %s HTTP/1.1\r\n"
			  "Host: %H\r\n"
			  "Upgrade: websocket\r\n"
			  "Connection: Upgrade\r\n"
			  "Sec-WebSocket-Key: %s\r\n"
			  "Sec-WebSocket-Version: 13\r\n"
			  "Sec-WebSocket-Protocol: sip\r\n"
			  "User-Agent: Boardphone/" BOARDPHONE_VERSION "\r\n",
			  url->path, weburl_print_host, url, up->key);
	if (origin)
		err |= mbuf_printf(mb, "Origin: %s\r\n", origin);

	return err | mbuf_write_str(mb, "\r\n");
}

/* The length of the head with its empty line, 0 if that has not come */
static size_t head_size(struct upgrade *up, const uint8_t *p, size_t size)
{
	size_t i = up->scanned;

	for (; i + END_SIZE <= size; i++) {
		if (!memcmp(p + i, "\r\n\r\n", END_SIZE))
			return i + END_SIZE;
	}

	up->scanned = i;
	return 0;
}

/* Controls within a line, bare CR or LF, folded lines; size ends in CRLF */
static bool is_clean(const uint8_t *p, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t c = p[i];

		if (c == '\r' && i + 1 < size && p[i + 1] == '\n') {
			++i;
			if (i + 1 < size &&
			    (p[i + 1] == ' ' || p[i + 1] == '\t'))
				return false;
		} else if ((c < ' ' && c != '\t') || c == 0x7f) {
			return false;
		}
	}

	return true;
}

/* The only header of that name; NULL when there is none or more than one */
static const struct pl *only(const struct http_msg *msg, enum http_hdrid id,
			     const char *name)
{
	const struct pl *found = NULL;
	struct le *le;

	for (le = list_head(&msg->hdrl); le; le = le->next) {
		const struct http_hdr *hdr = le->data;

		if (hdr->id != id || pl_strcasecmp(&hdr->name, name))
			continue;
		if (found)
			return NULL;
		found = &hdr->val;
	}

	return found;
}

/* Whether a comma list has the token, in any of the headers of that name */
static bool has_token(const struct http_msg *msg, enum http_hdrid id,
		      const char *token)
{
	return http_msg_hdr_has_value(msg, id, token);
}

static void read_retry(struct upgrade *up, const struct http_msg *msg)
{
	const struct pl *val = only(msg, HTTP_HDR_RETRY_AFTER, "Retry-After");
	uint64_t s = val && pl_isset(val) && isdigit((unsigned char)*val->p)
			     ? pl_u64(val)
			     : 0;

	up->retry_after = s > UPGRADE_RETRY_MAX ? UPGRADE_RETRY_MAX
						: (unsigned)s;
}

static int check_status(struct upgrade *up, const struct http_msg *msg)
{
	struct pl reason = msg->reason;

	up->status = msg->scode;
	if (msg->scode == SWITCHING)
		return 0;

	read_retry(up, msg);
	if (msg->scode >= REDIRECT && msg->scode <= REDIRECT_LAST) {
		return refuse(up, ECONNREFUSED,
			      "server redirects (%u), which is not followed",
			      msg->scode);
	}

	return refuse(up, ECONNREFUSED, "server answers %u %H instead of 101",
		      msg->scode, log_text, &reason);
}

static int check_headers(struct upgrade *up, const struct http_msg *msg)
{
	const struct pl *val;

	if (pl_strcmp(&msg->ver, "1.1"))
		return refuse(up, EPROTO, "server does not speak HTTP/1.1");

	val = only(msg, HTTP_HDR_UPGRADE, "Upgrade");
	if (!val || pl_strcasecmp(val, "websocket"))
		return refuse(up, EPROTO, "no Upgrade: websocket");

	if (!has_token(msg, HTTP_HDR_CONNECTION, "upgrade"))
		return refuse(up, EPROTO, "no Connection: Upgrade");

	val = only(msg, HTTP_HDR_SEC_WEBSOCKET_ACCEPT, "Sec-WebSocket-Accept");
	if (!val || pl_strcmp(val, up->accept))
		return refuse(up, EPROTO, "Sec-WebSocket-Accept is wrong");

	val = only(msg, HTTP_HDR_SEC_WEBSOCKET_PROTOCOL,
		   "Sec-WebSocket-Protocol");
	if (!val || pl_strcmp(val, "sip")) {
		return refuse(up, EPROTO,
			      "server does not agree to subprotocol sip");
	}

	if (http_msg_xhdr(msg, "Sec-WebSocket-Extensions")) {
		return refuse(up, EPROTO,
			      "server uses an extension not asked for");
	}

	return 0;
}

static int check_head(struct upgrade *up, struct mbuf *head)
{
	struct http_msg *msg = NULL;
	int err;

	if (!is_clean(mbuf_buf(head), mbuf_get_left(head)))
		return refuse(up, EPROTO, "malformed answer");

	err = http_msg_decode(&msg, head, false);
	if (err == ENOMEM)
		return err;
	if (err)
		return refuse(up, EPROTO, "answer is not HTTP");

	if (list_count(&msg->hdrl) > UPGRADE_HEADERS_MAX)
		err = refuse(up, EPROTO, "answer has too many headers");
	else
		err = check_status(up, msg);
	if (!err)
		err = check_headers(up, msg);

	mem_deref(msg);
	return err;
}

int upgrade_response(struct upgrade *up, struct mbuf *mb)
{
	size_t left = mbuf_get_left(mb);
	struct mbuf *head;
	size_t n;
	int err;

	n = head_size(up, mbuf_buf(mb), left);
	if (n > UPGRADE_HEAD_MAX || (!n && left >= UPGRADE_HEAD_MAX))
		return refuse(up, EOVERFLOW, "answer is over 16 kB");
	if (!n)
		return EAGAIN;

	head = mbuf_alloc(n);
	if (!head)
		return ENOMEM;

	(void)mbuf_write_mem(head, mbuf_buf(mb), n);
	head->pos = 0;
	err = check_head(up, head);
	if (!err)
		mb->pos += n;

	mem_deref(head);
	return err;
}

/**
 * @file core/net/upgrade.c  Upgrade
 *
 * libre's HTTP parser takes the response apart, after webhead.h has refused
 * what it would let pass: NUL, bare CR or LF, folded lines.
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

static void read_retry(struct upgrade *up, const struct http_msg *msg)
{
	const struct pl *val = webhead_only(msg, "Retry-After");
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

	val = webhead_only(msg, "Upgrade");
	if (!val || pl_strcasecmp(val, "websocket"))
		return refuse(up, EPROTO, "no Upgrade: websocket");

	if (!webhead_has(msg, "Connection", "upgrade"))
		return refuse(up, EPROTO, "no Connection: Upgrade");

	val = webhead_only(msg, "Sec-WebSocket-Accept");
	if (!val || pl_strcmp(val, up->accept))
		return refuse(up, EPROTO, "Sec-WebSocket-Accept is wrong");

	val = webhead_only(msg, "Sec-WebSocket-Protocol");
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

	if (!webhead_is_clean(mbuf_buf(head), mbuf_get_left(head)))
		return refuse(up, EPROTO, "malformed answer");

	err = http_msg_decode(&msg, head, false);
	if (err == ENOMEM)
		return err;
	if (err)
		return refuse(up, EPROTO, "answer is not HTTP");

	if (list_count(&msg->hdrl) > WEBHEAD_HEADERS_MAX)
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

	n = webhead_size(mbuf_buf(mb), left, &up->scanned);
	if (n > WEBHEAD_MAX || (!n && left >= WEBHEAD_MAX))
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

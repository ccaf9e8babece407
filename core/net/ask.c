/**
 * @file core/net/ask.c  Ask
 */
#include <assert.h>
#include "core/net/ask.h"
#include "core/net/query.h"

enum {
	TCP_RTO = 625 * CLOCK_MS, /* Times QUERY_LAST: 10 s, ours          */
	STALE_MAX = 3,		  /* Challenges for one request, ours      */
	UDP_PROTOCOL = 17,	  /* RFC 8656 section 18.7                 */
	KEY = 16,		  /* MD5, RFC 8489 section 9.2.2 [bytes]   */
	REQUEST = 512,		  /* First size of a request [bytes]       */
	TEXT_MAX = 763,		  /* Realm, nonce: RFC 8489 section 14.9   */
	ATTRIBUTES = 8,		  /* In encode()                           */

	/* RFC 8489 section 14.8, RFC 8656 section 19 */
	CODE_UNAUTHENTICATED = 401,
	CODE_FORBIDDEN = 403,
	CODE_MISMATCH = 437,
	CODE_STALE_NONCE = 438,
	CODE_FAMILY = 440,
	CODE_CREDENTIALS = 441,
	CODE_QUOTA = 486,
	CODE_CAPACITY = 508,
};

struct ask {
	struct le le;
	struct query q;
	struct ask_about about;
	unsigned challenges; /* So far */
	bool authenticated;  /* Sent with credentials */
};

struct asks {
	struct list askl; /* struct ask, oldest first */
	char *user, *password, *realm, *nonce;
	uint8_t key[KEY];
	bool stream;
	ask_send_h *sh;
	ask_answer_h *ah;
	void *arg;
};

static void ask_destructor(void *arg)
{
	struct ask *ask = arg;

	list_unlink(&ask->le);
	query_stop(&ask->q);
}

static void asks_destructor(void *arg)
{
	struct asks *a = arg;

	list_flush(&a->askl);
	mem_deref(a->nonce);
	mem_deref(a->realm);
	mem_deref(a->user);
	if (a->password)
		explicit_bzero(a->password, strlen(a->password));
	mem_deref(a->password);
	explicit_bzero(a->key, sizeof(a->key));
}

int asks_alloc(struct asks **ap, const char *user, const char *password,
	       bool stream, ask_send_h *sh, ask_answer_h *ah, void *arg)
{
	struct asks *a;
	int err;

	assert(sh && ah);

	a = mem_zalloc(sizeof(*a), asks_destructor);
	if (!a)
		return ENOMEM;

	a->stream = stream;
	a->sh = sh;
	a->ah = ah;
	a->arg = arg;
	err = str_dup(&a->user, user ? user : "");
	if (!err)
		err = str_dup(&a->password, password ? password : "");
	if (err)
		mem_deref(a);
	else
		*ap = a;
	return err;
}

static int encode(const struct asks *a, const struct ask_about *about,
		  const uint8_t *tid, struct mbuf *mb)
{
	static const uint32_t zero;
	const uint8_t udp = UDP_PROTOCOL, v6 = STUN_AF_IPv6;
	const bool alloc = about->method == STUN_METHOD_ALLOCATE;
	const bool auth = a->realm && a->nonce;
	int err;

	err = stun_msg_encode(
		mb, about->method, STUN_CLASS_REQUEST, tid, NULL,
		auth ? a->key : NULL, auth ? sizeof(a->key) : 0, true, 0,
		ATTRIBUTES, /* Each attribute follows with its value */
		STUN_ATTR_REQ_TRANSPORT, alloc ? &udp : NULL,
		STUN_ATTR_REQ_ADDR_FAMILY,
		alloc && about->af == AF_INET6 ? &v6 : NULL,
		STUN_ATTR_CHANNEL_NUMBER,
		about->channel ? &about->channel : NULL,
		STUN_ATTR_XOR_PEER_ADDR,
		sa_isset(&about->peer, SA_ADDR) ? &about->peer : NULL,
		STUN_ATTR_LIFETIME, about->release ? &zero : NULL,
		STUN_ATTR_USERNAME, auth ? a->user : NULL, STUN_ATTR_REALM,
		auth ? a->realm : NULL, STUN_ATTR_NONCE,
		auth ? a->nonce : NULL);
	mb->pos = 0;
	return err;
}

/* Send, with a new transaction id */
static int ask_transmit(struct asks *a, struct ask *ask, uint64_t now)
{
	struct mbuf *mb = mbuf_alloc(REQUEST);
	int err;

	if (!mb)
		return ENOMEM;

	query_set_tid(&ask->q);
	err = encode(a, &ask->about, ask->q.tid, mb);
	if (err) {
		mem_deref(mb);
		return err;
	}

	ask->authenticated = a->realm && a->nonce;
	query_start(&ask->q, mb, a->stream ? TCP_RTO : QUERY_RTO,
		    a->stream ? 1 : QUERY_SENDS, now);
	if (query_step(&ask->q, now) == QUERY_SEND)
		err = a->sh(mb, a->arg);

	/* A datagram that the kernel refuses now is sent again later */
	return a->stream ? err : 0;
}

int asks_send(struct asks *a, const struct ask_about *about, uint64_t now)
{
	struct ask *ask;
	int err;

	if (list_count(&a->askl) >= ASK_MAX)
		return ENOBUFS;

	ask = mem_zalloc(sizeof(*ask), ask_destructor);
	if (!ask)
		return ENOMEM;

	ask->about = *about;
	list_append(&a->askl, &ask->le, ask);
	err = ask_transmit(a, ask, now);
	if (err)
		mem_deref(ask);
	return err;
}

void asks_tell(struct asks *a, const struct ask_about *about)
{
	struct mbuf *mb = mbuf_alloc(REQUEST);
	struct query q;

	query_set_tid(&q);
	if (mb && !encode(a, about, q.tid, mb))
		(void)a->sh(mb, a->arg);

	mem_deref(mb);
}

static void conclude(struct asks *a, struct ask *ask, int err, uint16_t code,
		     const struct stun_msg *msg, uint64_t now)
{
	struct ask_about about = ask->about;

	mem_deref(ask);
	a->ah(&about, err, code, msg, now, a->arg);
}

static int errno_of(uint16_t code)
{
	switch (code) {
	case CODE_UNAUTHENTICATED:
	case CODE_CREDENTIALS:
		return EACCES;

	case CODE_FORBIDDEN:
		return EPERM;

	case CODE_FAMILY:
		return EAFNOSUPPORT;

	case CODE_QUOTA:
	case CODE_CAPACITY:
		return ENOSPC;

	case CODE_MISMATCH:
		return EPROTO;

	default:
		return ECONNREFUSED;
	}
}

static int take(char **dst, const struct stun_attr *attr)
{
	if (!attr)
		return 0;
	if (strlen(attr->v.str) > TEXT_MAX)
		return EBADMSG;

	*dst = mem_deref(*dst);
	return str_dup(dst, attr->v.str);
}

/* Take realm and nonce. @return false: the request is not to be repeated */
static bool challenged(struct asks *a, struct ask *ask, uint16_t code,
		       const struct stun_msg *msg)
{
	struct stun_attr *realm = stun_msg_attr(msg, STUN_ATTR_REALM);
	struct stun_attr *nonce = stun_msg_attr(msg, STUN_ATTR_NONCE);

	if (code != CODE_UNAUTHENTICATED && code != CODE_STALE_NONCE)
		return false;
	if (!nonce || !*a->user || ask->challenges++ == STALE_MAX)
		return false;

	/* With credentials, 401 says that they are wrong */
	if (code == CODE_UNAUTHENTICATED && (ask->authenticated || !realm))
		return false;

	if (take(&a->realm, realm) || take(&a->nonce, nonce) || !a->realm)
		return false;

	return !md5_printf(a->key, "%s:%s:%s", a->user, a->realm, a->password);
}

static struct ask *find(const struct asks *a, const struct stun_msg *msg)
{
	for (struct le *le = list_head(&a->askl); le; le = le->next) {
		struct ask *ask = le->data;

		if (query_matches(&ask->q, msg) &&
		    ask->about.method == stun_msg_method(msg))
			return ask;
	}

	return NULL;
}

int asks_recv(struct asks *a, const struct stun_msg *msg, uint64_t now)
{
	struct ask *ask = find(a, msg);
	struct stun_attr *attr;
	uint16_t code;

	if (!ask)
		return ENOENT;

	if (stun_msg_class(msg) == STUN_CLASS_SUCCESS_RESP) {
		if (ask->authenticated &&
		    stun_msg_chk_mi(msg, a->key, sizeof(a->key)))
			return EBADMSG;

		conclude(a, ask, 0, 0, msg, now);
		return 0;
	}

	attr = stun_msg_attr(msg, STUN_ATTR_ERR_CODE);
	code = attr ? attr->v.err_code.code : 0;
	if (challenged(a, ask, code, msg) && !ask_transmit(a, ask, now))
		return 0;

	conclude(a, ask, errno_of(code), code, msg, now);
	return 0;
}

void asks_flush(struct asks *a)
{
	list_flush(&a->askl);
}

void asks_forget(struct asks *a)
{
	a->realm = mem_deref(a->realm);
	a->nonce = mem_deref(a->nonce);
}

uint64_t asks_due(const struct asks *a)
{
	uint64_t due = CLOCK_NEVER;

	for (struct le *le = list_head(&a->askl); le; le = le->next) {
		const struct ask *ask = le->data;

		due = clock_min(due, query_due(&ask->q));
	}

	return due;
}

void asks_tick(struct asks *a, uint64_t now)
{
	for (struct le *le = list_head(&a->askl); le;) {
		struct ask *ask = le->data;

		le = le->next;
		switch (query_step(&ask->q, now)) {
		case QUERY_WAIT:
			break;

		case QUERY_SEND:
			(void)a->sh(ask->q.mb, a->arg);
			break;

		case QUERY_EXPIRED:
			/* query_step() said so once: others wait a tick */
			conclude(a, ask, ETIMEDOUT, 0, NULL, now);
			return;
		}
	}
}

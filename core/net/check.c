/**
 * @file core/net/check.c  Check
 */
#include "core/net/check.h"

enum {
	REQUEST = 192,	/* First size of a message [bytes] */
	ATTRIBUTES = 4, /* In check_request()              */
	USERNAME = 2 * CHECK_TEXT,
	TEXT_MIN = 4, /* RFC 8839 section 5.4 */
};

static const uint8_t *key_of(const char *pwd)
{
	return (const uint8_t *)pwd;
}

bool check_is_text(const char *s)
{
	size_t n = strlen(s);

	if (n < TEXT_MIN || n >= CHECK_TEXT)
		return false;

	for (; *s; s++) {
		if (*s <= ' ' || *s > '~' || *s == ':')
			return false;
	}

	return true;
}

static int finish(struct mbuf **mbp, struct mbuf *mb, int err)
{
	if (err) {
		mem_deref(mb);
		return ENOMEM;
	}

	mb->pos = 0;
	*mbp = mb;
	return 0;
}

int check_request(struct mbuf **mbp, const struct query *q,
		  const struct check_keys *k, uint32_t priority, bool use)
{
	const uint16_t role = k->controlling ? STUN_ATTR_CONTROLLING
					     : STUN_ATTR_CONTROLLED;
	struct mbuf *mb = mbuf_alloc(REQUEST);
	char username[USERNAME];
	int err;

	if (!mb)
		return ENOMEM;

	(void)re_snprintf(username, sizeof(username), "%s:%s", k->rufrag,
			  k->lufrag);
	err = stun_msg_encode(
		mb, STUN_METHOD_BINDING, STUN_CLASS_REQUEST, q->tid, NULL,
		key_of(k->rpwd), strlen(k->rpwd), true, 0, ATTRIBUTES,
		STUN_ATTR_USERNAME, username, STUN_ATTR_PRIORITY, &priority,
		role, &k->tiebreaker, STUN_ATTR_USE_CAND, use ? &use : NULL);
	return finish(mbp, mb, err);
}

int check_response(struct mbuf **mbp, const struct stun_msg *req,
		   const char *lpwd, const struct sa *src)
{
	struct mbuf *mb = mbuf_alloc(REQUEST);
	int err;

	if (!mb)
		return ENOMEM;

	err = stun_msg_encode(mb, STUN_METHOD_BINDING, STUN_CLASS_SUCCESS_RESP,
			      stun_msg_tid(req), NULL, key_of(lpwd),
			      strlen(lpwd), true, 0, 1,
			      STUN_ATTR_XOR_MAPPED_ADDR, src);
	return finish(mbp, mb, err);
}

int check_error(struct mbuf **mbp, const struct stun_msg *req, const char *lpwd,
		uint16_t code, const struct stun_unknown_attr *ua)
{
	char reason[] = ""; /* Short: the answer is to be no longer */
	const struct stun_errcode ec = { .code = code, .reason = reason };
	struct mbuf *mb = mbuf_alloc(REQUEST);
	int err;

	if (!mb)
		return ENOMEM;

	err = stun_msg_encode(mb, STUN_METHOD_BINDING, STUN_CLASS_ERROR_RESP,
			      stun_msg_tid(req), &ec, key_of(lpwd),
			      strlen(lpwd), true, 0, 1, STUN_ATTR_UNKNOWN_ATTR,
			      ua);
	return finish(mbp, mb, err);
}

static int split(struct check_in *in, const char *username)
{
	const char *colon = strchr(username, ':');
	size_t n;

	if (!colon)
		return EBADMSG;

	n = (size_t)(colon - username);
	if (n >= sizeof(in->lufrag) || strlen(colon + 1) >= sizeof(in->rufrag))
		return EBADMSG;

	memcpy(in->lufrag, username, n);
	in->lufrag[n] = '\0';
	(void)str_ncpy(in->rufrag, colon + 1, sizeof(in->rufrag));
	return 0;
}

int check_read(struct check_in *in, const struct stun_msg *req)
{
	struct stun_attr *attr = stun_msg_attr(req, STUN_ATTR_USERNAME);

	memset(in, 0, sizeof(*in));
	if (!attr || split(in, attr->v.username))
		return EBADMSG;

	attr = stun_msg_attr(req, STUN_ATTR_PRIORITY);
	if (!attr)
		return EBADMSG;

	in->priority = attr->v.priority;
	in->use = stun_msg_attr(req, STUN_ATTR_USE_CAND) != NULL;
	attr = stun_msg_attr(req, STUN_ATTR_CONTROLLING);
	if (attr) {
		in->controlling = true;
		in->tiebreaker = attr->v.controlling;
		return 0;
	}

	attr = stun_msg_attr(req, STUN_ATTR_CONTROLLED);
	if (attr) {
		in->controlled = true;
		in->tiebreaker = attr->v.controlled;
	}

	return 0;
}

bool check_authentic(const struct stun_msg *msg, const char *pwd)
{
	return *pwd && !stun_msg_chk_mi(msg, key_of(pwd), strlen(pwd));
}

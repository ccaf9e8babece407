/**
 * @file core/net/webpeer.c  Web peer
 *
 *     READING -> WRITING -> READING ...
 *         |          `--> OVER
 *         `-> UPGRADING
 */
#include <assert.h>
#include "core/net/webpeer.h"

enum state {
	READING = 0,
	WRITING,
	UPGRADING,
	OVER,
};

struct webpeer {
	const struct website *site;
	enum state state;
	bool plain;
	struct mbuf *in;       /* Not yet dealt with, NULL when nothing is  */
	struct webrequest req; /* The one that is read or answered          */
	struct webreply rep;   /* To it                                     */
	size_t sent;	       /* Of the reply [bytes]                      */
	uint64_t due;	       /* Time of the state is over [us]            */
	unsigned requests;     /* Counters */
	unsigned refused;
	enum webrequest_status last; /* Of the last reply */
};

static void destructor(void *arg)
{
	struct webpeer *p = arg;

	mem_deref((void *)(uintptr_t)p->site);
	mem_deref(p->in);
	webreply_clear(&p->rep);
}

int webpeer_alloc(struct webpeer **pp, const struct website *site, uint64_t now)
{
	struct webpeer *p;

	p = mem_zalloc(sizeof(*p), destructor);
	if (!p)
		return ENOMEM;

	p->site = mem_ref((void *)(uintptr_t)site);
	p->due = now + WEBPEER_REQUEST_MAX;
	*pp = p;
	return 0;
}

void webpeer_set_plain(struct webpeer *p)
{
	p->plain = true;
}

static void end(struct webpeer *p)
{
	p->state = OVER;
	p->due = CLOCK_NEVER;
}

/* Begin to write the reply */
static void reply(struct webpeer *p, int err, uint64_t now)
{
	if (err) {
		end(p);
		return;
	}

	p->last = p->rep.status;
	p->sent = 0;
	p->state = p->last == WEBREQUEST_SWITCHING ? UPGRADING : WRITING;
	p->due = now + WEBPEER_REPLY_MAX;
}

static void refuse(struct webpeer *p, enum webrequest_status status,
		   uint64_t now)
{
	++p->refused;
	p->req.keep = false;
	reply(p, website_refuse(p->site, &p->req, status, &p->rep), now);
}

static int answer(struct webpeer *p)
{
	if (!p->plain)
		return website_answer(p->site, &p->req, &p->rep);

	p->req.keep = false;
	return website_answer_plain(p->site, &p->req, &p->rep);
}

/* Look whether a request is whole */
static void look(struct webpeer *p, uint64_t now)
{
	int err;

	err = webrequest_decode(&p->req, p->in);
	if (err == EAGAIN)
		return;

	if (!err) {
		++p->requests;
		reply(p, answer(p), now);
	} else if (err == EPROTO) {
		refuse(p, p->req.status, now);
	} else {
		end(p);
	}
}

static int append(struct webpeer *p, const uint8_t *data, size_t size)
{
	size_t pos;
	int err;

	if (!p->in)
		p->in = mbuf_alloc(size);
	if (!p->in)
		return ENOMEM;

	pos = p->in->pos;
	p->in->pos = p->in->end;
	err = mbuf_write_mem(p->in, data, size);
	p->in->pos = pos;
	return err;
}

void webpeer_recv(struct webpeer *p, const uint8_t *data, size_t size,
		  uint64_t now)
{
	bool begins = p->state == READING && !p->in;

	if (p->state == OVER)
		return;

	/* Whoever sends more than a request while he is being answered */
	if (p->state != READING && p->in &&
	    mbuf_get_left(p->in) + size > WEBHEAD_MAX) {
		end(p);
		return;
	}
	if (append(p, data, size)) {
		end(p);
		return;
	}

	if (begins && p->requests)
		p->due = now + WEBPEER_REQUEST_MAX;
	if (p->state == READING)
		look(p, now);
}

enum webpeer_next webpeer_next(const struct webpeer *p)
{
	switch (p->state) {
	case WRITING:
		return WEBPEER_WRITE;
	case UPGRADING:
		return WEBPEER_UPGRADE;
	case OVER:
		return WEBPEER_CLOSE;
	default:
		return WEBPEER_READ;
	}
}

const uint8_t *webpeer_output(const struct webpeer *p, size_t *size)
{
	size_t head = p->rep.head ? p->rep.head->end : 0;

	if (p->sent < head) {
		*size = head - p->sent;
		return p->rep.head->buf + p->sent;
	}

	*size = head + p->rep.size - p->sent;
	return p->rep.body + (p->sent - head);
}

/* Forget what was dealt with; what is left is the next request's */
static void tidy(struct webpeer *p)
{
	size_t left = mbuf_get_left(p->in);

	if (left) {
		memmove(p->in->buf, mbuf_buf(p->in), left);
		p->in->pos = 0;
		p->in->end = left;
	} else {
		p->in = mem_deref(p->in);
	}
	webreply_clear(&p->rep);
	memset(&p->req, 0, sizeof(p->req));
}

void webpeer_sent(struct webpeer *p, size_t size, uint64_t now)
{
	size_t total = p->rep.head->end + p->rep.size;

	assert(p->state == WRITING && p->sent + size <= total);

	p->sent += size;
	if (p->sent < total)
		return;

	if (p->rep.close) {
		end(p);
		return;
	}

	tidy(p);
	p->state = READING;
	p->due = now + (p->in ? WEBPEER_REQUEST_MAX : WEBPEER_IDLE_MAX);
	if (p->in)
		look(p, now);
}

void webpeer_upgrade(struct webpeer *p, struct mbuf **replyp,
		     struct mbuf **restp)
{
	assert(p->state == UPGRADING);

	*replyp = p->rep.head;
	*restp = p->in;
	p->rep.head = NULL;
	p->in = NULL;
	end(p);
}

void webpeer_refuse(struct webpeer *p, enum webrequest_status status,
		    uint64_t now)
{
	assert(p->state == UPGRADING);

	refuse(p, status, now);
}

bool webpeer_is_idle(const struct webpeer *p)
{
	return p->state == READING && p->requests && !p->in;
}

const char *webpeer_stranger(const struct webpeer *p)
{
	return p->state == WRITING && p->last == WEBREQUEST_MISDIRECTED
		       ? p->req.host
		       : NULL;
}

uint64_t webpeer_yields(const struct webpeer *p)
{
	if (p->state == OVER || webpeer_is_idle(p))
		return 0;
	if (p->state == READING)
		return p->due - WEBPEER_REQUEST_MAX + WEBPEER_SLOW_READ;

	return p->due - WEBPEER_REPLY_MAX + WEBPEER_SLOW_WRITE;
}

uint64_t webpeer_due(const struct webpeer *p)
{
	return p->due;
}

void webpeer_tick(struct webpeer *p, uint64_t now)
{
	if (now >= p->due)
		end(p);
}

int webpeer_print(struct re_printf *pf, const struct webpeer *p)
{
	static const char *const namev[] = { "reading", "writing", "upgrading",
					     "over" };

	return re_hprintf(pf, "%s requests=%u refused=%u last=%u",
			  namev[p->state], p->requests, p->refused,
			  (unsigned)p->last);
}

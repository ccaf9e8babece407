/**
 * @file core/net/path.c  Path
 */
#include "core/base/entropy.h"
#include "core/net/path.h"

static void plan(struct path *path, uint64_t now)
{
	path->next = now + entropy_between(PATH_INTERVAL * 8ULL / 10,
					   PATH_INTERVAL * 12ULL / 10);
}

void path_use(struct path *path, const struct pair *p,
	      const struct check_keys *keys, bool nominated, uint64_t now)
{
	bool same = path->base == p->base &&
		    sa_cmp(&path->remote, &p->remote.addr, SA_ALL) &&
		    !strcmp(path->keys.rufrag, keys->rufrag);

	path->keys = *keys;
	path->remote_type = p->remote.type;
	path->nominated = nominated;
	path->rtt = p->rtt;
	if (same)
		return;

	mem_deref(path->base);
	path->base = mem_ref(p->base);
	path->remote = p->remote.addr;
	path->expires = now + PATH_EXPIRY;
	memset(path->checkv, 0, sizeof(path->checkv));
	plan(path, now);
	if (p->base->relay)
		(void)relay_bind(p->base->relay, &path->remote, now);
}

void path_fix(struct path *path, struct base *base, const struct sa *remote,
	      const struct check_keys *keys, uint64_t now)
{
	struct base *old = path->base;

	if (keys != &path->keys)
		path->keys = *keys;
	path->base = mem_ref(base);
	path->remote = *remote;
	path->remote_type = CANDIDATE_HOST;
	path->nominated = true;
	path->rtt = 0;
	path->expires = path->next = CLOCK_NEVER;
	memset(path->checkv, 0, sizeof(path->checkv));
	mem_deref(old);
	if (base->relay)
		(void)relay_bind(base->relay, remote, now);
}

void path_drop(struct path *path)
{
	mem_deref(path->base);
	explicit_bzero(path, sizeof(*path));
}

int path_send(struct path *path, struct mbuf *mb)
{
	return path->base ? base_send(path->base, &path->remote, mb) : ENOTCONN;
}

bool path_recv(struct path *path, const struct base *base, const struct sa *src,
	       const struct stun_msg *msg, uint64_t now)
{
	if (!path->base || path->base != base ||
	    !sa_cmp(&path->remote, src, SA_ALL))
		return false;

	for (size_t i = 0; i < ARRAY_SIZE(path->checkv); i++) {
		if (!path->checkv[i].sent ||
		    memcmp(path->checkv[i].q.tid, stun_msg_tid(msg),
			   STUN_TID_SIZE))
			continue;

		if (stun_msg_class(msg) != STUN_CLASS_SUCCESS_RESP ||
		    !check_authentic(msg, path->keys.rpwd))
			return false;

		path->rtt = now - path->checkv[i].sent;
		path->expires = now + PATH_EXPIRY;
		path->checkv[i].sent = 0;
		return true;
	}

	return false;
}

int path_print(struct re_printf *pf, const struct path *path)
{
	if (!path->base)
		return 0;

	return re_hprintf(pf, " %s %J -> %s %J rtt=%.1fms",
			  candidate_type_name(path->base->type),
			  &path->base->addr,
			  candidate_type_name(path->remote_type), &path->remote,
			  (double)path->rtt / CLOCK_MS);
}

uint64_t path_due(const struct path *path)
{
	return path->base ? clock_min(path->next, path->expires) : CLOCK_NEVER;
}

bool path_tick(struct path *path, uint64_t now)
{
	struct query *q;
	struct mbuf *mb;

	if (!path->base)
		return true;
	if (now >= path->expires)
		return false;
	if (now < path->next)
		return true;

	/* Never repeated: each is a transaction of its own, RFC 7675 5.1 */
	plan(path, now);
	path->index = (path->index + 1) % PATH_CHECKS;
	q = &path->checkv[path->index].q;
	query_set_tid(q);
	path->checkv[path->index].sent = now;
	if (!check_request(
		    &mb, q, &path->keys,
		    candidate_priority(CANDIDATE_PRFLX, path->base->preference),
		    false)) {
		(void)base_send(path->base, &path->remote, mb);
		mem_deref(mb);
	}

	return true;
}

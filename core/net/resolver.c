/**
 * @file core/net/resolver.c  Resolver
 *
 * Each query has a DNS client of its own: a new source port, and the name
 * servers as they are now, after a change of network too. Both families are
 * asked at once; when one has come the other may take RESOLVER_DELAY more.
 */
#include <assert.h>
#include <ctype.h>
#include <fcntl.h>
#include <unistd.h>
#include "core/base/loop.h"
#include "core/net/addresses.h"
#include "core/net/resolver.h"

enum {
	FAMILIES = 2, /* A and AAAA */
};

/* A name in the cache */
struct entry {
	struct le le;
	char name[RESOLVER_NAME_MAX + 1];
	struct sa addrv[ADDRESSES_MAX];
	unsigned n;
	uint64_t expires; /* [us] */
};

struct resolver {
	struct list cache; /* struct entry, last used first */
	const char *hosts;
	struct sa srvv[RESOLVER_SERVERS_MAX];
	unsigned srvc;
	uint64_t asked, hits, stale, failed; /* Counters [queries] */
};

struct resolver_query {
	struct resolver *r;
	char host[RESOLVER_NAME_MAX + 1];
	uint16_t port;
	resolver_h *h;
	void *arg;
	struct loop_timer timer; /* Answers, or gives up */
	struct dnsc *dnsc;
	struct dns_query *qv[FAMILIES];
	unsigned pending; /* Of qv                 */
	struct sa addrv[ADDRESSES_MAX];
	unsigned n;
	uint64_t ttl; /* Least of the answers [us] */
	int err;
};

static void resolver_destructor(void *arg)
{
	struct resolver *r = arg;

	list_flush(&r->cache);
}

static void entry_destructor(void *arg)
{
	struct entry *e = arg;

	list_unlink(&e->le);
}

static void stop_dns(struct resolver_query *q)
{
	for (unsigned i = 0; i < FAMILIES; i++)
		q->qv[i] = mem_deref(q->qv[i]);
	q->dnsc = mem_deref(q->dnsc);
	q->pending = 0;
}

static void query_destructor(void *arg)
{
	struct resolver_query *q = arg;

	loop_timer_cancel(&q->timer);
	stop_dns(q);
	mem_deref(q->r);
}

int resolver_alloc(struct resolver **rp)
{
	struct resolver *r = mem_zalloc(sizeof(*r), resolver_destructor);

	if (!r)
		return ENOMEM;

	r->hosts = "/etc/hosts";
	*rp = r;
	return 0;
}

void resolver_set_servers(struct resolver *r, const struct sa *srvv, unsigned n)
{
	assert(n <= RESOLVER_SERVERS_MAX);

	for (unsigned i = 0; i < n; i++)
		r->srvv[i] = srvv[i];
	r->srvc = n;
}

void resolver_set_hosts_file(struct resolver *r, const char *path)
{
	r->hosts = path;
}

static void ask_hosts(struct resolver_query *q)
{
	struct mbuf *mb = mbuf_alloc(RESOLVER_HOSTS_MAX);
	int fd = open(q->r->hosts, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	if (mb && fd >= 0)
		n = read(fd, mb->buf, mb->size);
	if (n > 0) {
		q->n = addresses_hosts((const char *)mb->buf, (size_t)n,
				       q->host, q->addrv, ADDRESSES_MAX);
	}

	if (fd >= 0)
		(void)close(fd);
	mem_deref(mb);

	/* RFC 6761 section 6.3 */
	if (!q->n && !str_casecmp(q->host, "localhost")) {
		(void)sa_set_str(&q->addrv[q->n++], "::1", 0);
		(void)sa_set_str(&q->addrv[q->n++], "127.0.0.1", 0);
	}
}

static struct entry *find(const struct resolver *r, const char *name)
{
	for (struct le *le = list_head(&r->cache); le; le = le->next) {
		struct entry *e = le->data;

		if (!str_casecmp(e->name, name))
			return e;
	}

	return NULL;
}

static void store(struct resolver_query *q, uint64_t now)
{
	struct resolver *r = q->r;
	struct entry *e = find(r, q->host);
	uint64_t ttl = q->ttl;

	if (!e && list_count(&r->cache) >= RESOLVER_NAMES_MAX)
		e = list_ledata(list_tail(&r->cache));
	if (!e)
		e = mem_zalloc(sizeof(*e), entry_destructor);
	if (!e)
		return;

	if (ttl < RESOLVER_TTL_MIN)
		ttl = RESOLVER_TTL_MIN;
	if (ttl > RESOLVER_TTL_MAX)
		ttl = RESOLVER_TTL_MAX;

	str_ncpy(e->name, q->host, sizeof(e->name));
	memcpy(e->addrv, q->addrv, sizeof(e->addrv));
	e->n = q->n;
	e->expires = now + ttl;
	list_unlink(&e->le);
	list_prepend(&r->cache, &e->le, e);
}

static bool use(struct resolver_query *q, struct entry *e)
{
	if (!e)
		return false;

	memcpy(q->addrv, e->addrv, sizeof(q->addrv));
	q->n = e->n;
	list_unlink(&e->le);
	list_prepend(&q->r->cache, &e->le, e);
	return true;
}

/* Call this last: the handler may free q, or q is freed here */
static void answer(struct resolver_query *q, uint64_t now)
{
	loop_timer_cancel(&q->timer);
	stop_dns(q);
	if (q->n) {
		addresses_sort(q->addrv, q->n, NULL);
		for (unsigned i = 0; i < q->n; i++)
			sa_set_port(&q->addrv[i], q->port);
		q->err = 0;
	} else {
		++q->r->failed;
	}

	q->h(q->err, q->addrv, q->n, now, q->arg);
}

/* DNS has said, or not said, all it will */
static void conclude(struct resolver_query *q, uint64_t now)
{
	if (q->n)
		store(q, now);
	else if (use(q, find(q->r, q->host)))
		++q->r->stale;

	answer(q, now);
}

static bool on_record(struct dnsrr *rr, void *arg)
{
	struct resolver_query *q = arg;
	struct sa addr;

	if (q->n == ADDRESSES_MAX)
		return true;

	/* Aliases on the way are shown too */
	if (rr->type == DNS_TYPE_A)
		sa_set_in(&addr, rr->rdata.a.addr, 0);
	else if (rr->type == DNS_TYPE_AAAA)
		sa_set_in6(&addr, rr->rdata.aaaa.addr, 0);
	else
		return false;

	if (!addresses_has(q->addrv, q->n, &addr))
		q->addrv[q->n++] = addr;

	return false;
}

static void read_answer(struct resolver_query *q, uint16_t type,
			struct list *ansl)
{
	for (struct le *le = list_head(ansl); le; le = le->next) {
		const struct dnsrr *rr = le->data;
		uint64_t ttl = rr->ttl > 0 ? (uint64_t)rr->ttl * CLOCK_S : 0;

		q->ttl = clock_min(q->ttl, ttl);
	}

	(void)dns_rrlist_apply(ansl, q->host, type, DNS_CLASS_IN, true,
			       on_record, q);
}

static void on_dns(struct resolver_query *q, uint16_t type, int err,
		   const struct dnshdr *hdr, struct list *ansl)
{
	uint64_t now = clock_now();
	unsigned had = q->n;

	--q->pending;
	if (!err && hdr->rcode == DNS_RCODE_OK)
		read_answer(q, type, ansl);
	else if (!q->err || q->err == ENOENT)
		q->err = err				    ? err
			 : hdr->rcode == DNS_RCODE_NAME_ERR ? ENOENT
							    : EPROTO;

	if (!q->pending)
		loop_timer_arm(&q->timer, now);
	else if (q->n > had)
		loop_timer_arm(&q->timer, now + RESOLVER_DELAY);
}

static void on_a(int err, const struct dnshdr *hdr, struct list *ansl,
		 struct list *authl, struct list *addl, void *arg)
{
	(void)authl;
	(void)addl;
	on_dns(arg, DNS_TYPE_A, err, hdr, ansl);
}

static void on_aaaa(int err, const struct dnshdr *hdr, struct list *ansl,
		    struct list *authl, struct list *addl, void *arg)
{
	(void)authl;
	(void)addl;
	on_dns(arg, DNS_TYPE_AAAA, err, hdr, ansl);
}

static int ask_dns(struct resolver_query *q)
{
	struct sa srvv[RESOLVER_SERVERS_MAX];
	uint32_t srvc = q->r->srvc;
	int err4, err6, err;

	memcpy(srvv, q->r->srvv, sizeof(srvv));
	if (!srvc) {
		srvc = RESOLVER_SERVERS_MAX;
		err = dns_srv_get(NULL, 0, srvv, &srvc);
		if (err || !srvc)
			return ENONET;
	}

	err = dnsc_alloc(&q->dnsc, NULL, srvv, srvc);
	if (err)
		return err;

	q->ttl = RESOLVER_TTL_MAX;
	err4 = dnsc_query(&q->qv[0], q->dnsc, q->host, DNS_TYPE_A, DNS_CLASS_IN,
			  true, on_a, q);
	err6 = dnsc_query(&q->qv[1], q->dnsc, q->host, DNS_TYPE_AAAA,
			  DNS_CLASS_IN, true, on_aaaa, q);
	q->pending = (err4 ? 0U : 1U) + (err6 ? 0U : 1U);
	return q->pending ? 0 : err4;
}

/* First time: begin. Then: DNS is over, or has had its time */
static void on_timer(uint64_t now, void *arg)
{
	struct resolver_query *q = arg;
	struct entry *e;

	if (q->n || q->dnsc) {
		if (!q->n && !q->err)
			q->err = q->pending ? ETIMEDOUT : ENOENT;
		if (q->pending)
			q->ttl = 0; /* Half an answer is not kept long */
		if (q->dnsc)
			conclude(q, now);
		else
			answer(q, now);
		return;
	}

	ask_hosts(q);
	e = find(q->r, q->host);
	if (!q->n && e && now < e->expires && use(q, e))
		++q->r->hits;
	if (q->n) {
		answer(q, now);
		return;
	}

	++q->r->asked;
	q->err = ask_dns(q);
	if (q->err)
		conclude(q, now);
	else
		loop_timer_arm(&q->timer, now + RESOLVER_TIMEOUT);
}

static bool is_name(const char *host)
{
	size_t n = strlen(host);

	if (!n || n > RESOLVER_NAME_MAX || strstr(host, ".."))
		return false;

	for (; *host; host++) {
		if (!isalnum((unsigned char)*host) && !strchr("-_.", *host))
			return false;
	}

	return true;
}

int resolver_query(struct resolver_query **qp, struct resolver *r,
		   const char *host, uint16_t port, resolver_h *h, void *arg)
{
	struct resolver_query *q;
	struct sa addr;
	bool literal = !sa_set_str(&addr, host, port);
	size_t n = strlen(host);

	if (!literal && !is_name(host))
		return EINVAL;

	q = mem_zalloc(sizeof(*q), query_destructor);
	if (!q)
		return ENOMEM;

	q->r = mem_ref(r);
	q->port = port;
	q->h = h;
	q->arg = arg;
	memcpy(q->host, host, n + 1);
	if (q->host[n - 1] == '.')
		q->host[n - 1] = '\0';
	if (literal)
		q->addrv[q->n++] = addr;

	loop_timer_init(&q->timer, "resolver", on_timer, q);
	loop_timer_arm(&q->timer, clock_now());
	*qp = q;
	return 0;
}

int resolver_print(struct re_printf *pf, const struct resolver *r)
{
	int err;

	err = re_hprintf(
		pf, "asked=%llu hits=%llu stale=%llu failed=%llu\n",
		(unsigned long long)r->asked, (unsigned long long)r->hits,
		(unsigned long long)r->stale, (unsigned long long)r->failed);
	for (struct le *le = list_head(&r->cache); le; le = le->next) {
		const struct entry *e = le->data;

		err |= re_hprintf(pf, "%s:", e->name);
		for (unsigned i = 0; i < e->n; i++)
			err |= re_hprintf(pf, " %j", &e->addrv[i]);
		err |= re_hprintf(pf, "\n");
	}

	return err;
}

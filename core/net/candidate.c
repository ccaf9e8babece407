/**
 * @file core/net/candidate.c  Candidate
 */
#include <assert.h>
#include "core/net/candidate.h"

enum {
	TYPE_SHIFT = 24,      /* RFC 8445 section 5.1.2.1          */
	LOCAL_SHIFT = 8,      /* RFC 8445 section 5.1.2.1          */
	COMPONENTS = 256,     /* RFC 8445 section 5.1.2.1          */
	DIGITS_PORT = 5,      /* RFC 8839 section 5.1              */
	DIGITS_PRIORITY = 10, /* RFC 8839 section 5.1             */
	DIGITS_COMPONENT = 3, /* RFC 8839 section 5.1             */
	PORT_MAX = 65535,
	PAIR_SHIFT = 32,   /* RFC 8445 section 6.1.2.3          */
	HASH_START = 5381, /* Bernstein's hash, well known      */
	HASH_FACTOR = 33,
	V6_BYTES = 16,
	V6_V4_AT = 12,	/* IPv4 in the last four bytes of IPv6     */
	V6_6TO4_AT = 2, /* RFC 3056 section 2                     */
};

/* A block of IPv4 addresses */
struct block {
	uint32_t net;
	unsigned bits;
};

static const struct {
	const char *name;
	enum candidate_type type;
	uint32_t preference; /* RFC 8445 section 5.1.2.2 */
} typev[] = {
	{ "host", CANDIDATE_HOST, 126 },
	{ "prflx", CANDIDATE_PRFLX, 110 },
	{ "srflx", CANDIDATE_SRFLX, 100 },
	{ "relay", CANDIDATE_RELAY, 0 },
};

/* Never tried: RFC 6890, and the metadata service of clouds */
static const struct block refusedv[] = {
	{ 0x00000000, 8 },  /* This network      */
	{ 0xa9fea9fe, 32 }, /* 169.254.169.254   */
	{ 0xe0000000, 4 },  /* Multicast         */
	{ 0xf0000000, 4 },  /* Class E, broadcast */
};

/* RFC 1918, RFC 3927, RFC 6598 */
static const struct block privatev[] = {
	{ 0x0a000000, 8 },  { 0xac100000, 12 }, { 0xc0a80000, 16 },
	{ 0xa9fe0000, 16 }, { 0x64400000, 10 },
};

static bool in_blocks(uint32_t addr, const struct block *v, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t mask = UINT32_MAX << (32 - v[i].bits);

		if ((addr & mask) == v[i].net)
			return true;
	}

	return false;
}

static bool v4_is_loopback(uint32_t addr)
{
	return addr >> 24 == 127;
}

static bool v4_allowed(uint32_t addr, const struct candidate_filter *f)
{
	if (v4_is_loopback(addr))
		return f->loopback;
	if (in_blocks(addr, refusedv, ARRAY_SIZE(refusedv)))
		return false;

	return !f->no_private ||
	       !in_blocks(addr, privatev, ARRAY_SIZE(privatev));
}

static uint32_t v4_at(const uint8_t *a)
{
	return (uint32_t)a[0] << 24 | (uint32_t)a[1] << 16 |
	       (uint32_t)a[2] << 8 | a[3];
}

static bool v6_allowed(const uint8_t *a, const struct candidate_filter *f)
{
	static const uint8_t zero[V6_BYTES];
	static const uint8_t nat64[V6_V4_AT] = { 0, 0x64, 0xff, 0x9b };

	/* ::/64 holds unspecified, loopback, compatible, mapped and
	   translated IPv4 (RFC 4291 section 2.5.5, RFC 2765) */
	if (!memcmp(a, zero, 8)) {
		if (memcmp(a, zero, V6_BYTES - 1) || a[V6_BYTES - 1] != 1)
			return false;
		return f->loopback;
	}

	if (!memcmp(a, nat64, sizeof(nat64)))
		return v4_allowed(v4_at(a + V6_V4_AT), f);
	if (a[0] == 0x20 && a[1] == 0x02)
		return v4_allowed(v4_at(a + V6_6TO4_AT), f);
	if (a[0] == 0x20 && a[1] == 0x01 && !a[2] && !a[3])
		return false; /* Teredo, RFC 4380 */
	if (a[0] == 0xff)
		return false; /* Multicast */
	if (a[0] == 0xfe && (a[1] & 0x80))
		return false; /* Link-local, site-local */

	return !f->no_private || (a[0] & 0xfe) != 0xfc;
}

bool candidate_allowed(const struct sa *addr,
		       const struct candidate_filter *filter)
{
	uint8_t a[V6_BYTES];

	if (!sa_isset(addr, SA_ADDR) || !sa_port(addr))
		return false;

	switch (sa_af(addr)) {
	case AF_INET:
		return v4_allowed(sa_in(addr), filter);

	case AF_INET6:
		sa_in6(addr, a);
		return v6_allowed(a, filter);

	default:
		return false;
	}
}

bool candidate_is_loopback(const struct sa *addr)
{
	static const uint8_t mapped[V6_V4_AT] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t one[V6_BYTES] = { [15] = 1 };
	uint8_t a[V6_BYTES];

	if (sa_af(addr) == AF_INET)
		return v4_is_loopback(sa_in(addr));
	if (sa_af(addr) != AF_INET6)
		return false;

	sa_in6(addr, a);
	if (!memcmp(a, mapped, sizeof(mapped)))
		return v4_is_loopback(v4_at(a + V6_V4_AT));

	return !memcmp(a, one, sizeof(one));
}

/* The next word; the line is then what follows it */
static bool next_word(struct pl *line, struct pl *word)
{
	while (line->l && *line->p == ' ')
		pl_advance(line, 1);

	word->p = line->p;
	word->l = 0;
	while (word->l < line->l && line->p[word->l] != ' ')
		++word->l;

	pl_advance(line, (ssize_t)word->l);
	return word->l > 0;
}

static bool next_number(struct pl *line, size_t digits, uint64_t max,
			uint32_t *v)
{
	struct pl word;
	uint64_t sum = 0;

	if (!next_word(line, &word) || word.l > digits)
		return false;

	for (size_t i = 0; i < word.l; i++) {
		if (word.p[i] < '0' || word.p[i] > '9')
			return false;
		sum = sum * 10 + (uint64_t)(word.p[i] - '0');
	}

	*v = (uint32_t)sum;
	return sum <= max;
}

static bool is_ice_chars(const struct pl *pl)
{
	for (size_t i = 0; i < pl->l; i++) {
		char c = pl->p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '+' || c == '/'))
			return false;
	}

	return true;
}

static bool is_name(const struct pl *pl)
{
	for (size_t i = 0; i < pl->l; i++) {
		char c = pl->p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '.' || c == '-' ||
		      c == '_'))
			return false;
	}

	return pl->l > 0;
}

static int parse_type(struct candidate *c, struct pl *line)
{
	struct pl word;

	if (!next_word(line, &word) || pl_strcasecmp(&word, "typ"))
		return EBADMSG;
	if (!next_word(line, &word))
		return EBADMSG;

	for (size_t i = 0; i < ARRAY_SIZE(typev); i++) {
		if (!pl_strcasecmp(&word, typev[i].name)) {
			c->type = typev[i].type;
			return 0;
		}
	}

	return ENOTSUP;
}

/* raddr and rport; all other extensions are skipped, in pairs */
static int parse_extensions(struct candidate *c, struct pl *line)
{
	struct pl name, value, raddr = PL_INIT;
	uint32_t rport = 0;

	while (next_word(line, &name)) {
		if (!pl_strcasecmp(&name, "rport")) {
			if (!next_number(line, DIGITS_PORT, PORT_MAX, &rport))
				return EBADMSG;
			continue;
		}
		if (!next_word(line, &value))
			return EBADMSG;
		if (!pl_strcasecmp(&name, "raddr"))
			raddr = value;
	}

	/* Informative only: a name here is not an error */
	if (raddr.l && sa_set(&c->rel, &raddr, (uint16_t)rport))
		sa_init(&c->rel, AF_UNSPEC);

	return 0;
}

static int parse_address(struct candidate *c, struct pl *line)
{
	struct pl host;
	uint32_t port;

	if (!next_word(line, &host) ||
	    !next_number(line, DIGITS_PORT, PORT_MAX, &port))
		return EBADMSG;
	if (!sa_set(&c->addr, &host, (uint16_t)port))
		return 0;

	return is_name(&host) ? ENOTSUP : EBADMSG;
}

static int parse_line(struct candidate *c, struct pl *line)
{
	struct pl foundation, transport;
	uint32_t component;
	int err, unsup = 0;

	if (!next_word(line, &foundation) ||
	    foundation.l > CANDIDATE_FOUNDATION || !is_ice_chars(&foundation))
		return EBADMSG;

	(void)pl_strcpy(&foundation, c->foundation, sizeof(c->foundation));
	if (!next_number(line, DIGITS_COMPONENT, COMPONENTS, &component) ||
	    !component || !next_word(line, &transport) ||
	    !next_number(line, DIGITS_PRIORITY, INT32_MAX, &c->priority) ||
	    !c->priority)
		return EBADMSG;

	if (component != CANDIDATE_COMPONENT ||
	    pl_strcasecmp(&transport, "udp"))
		unsup = ENOTSUP;

	err = parse_address(c, line);
	if (err == EBADMSG)
		return err;

	unsup = unsup ? unsup : err;
	err = parse_type(c, line);
	if (!err)
		err = parse_extensions(c, line);

	return err ? err : unsup;
}

int candidate_parse(struct candidate *c, const struct pl *pl)
{
	static const char prefix[] = "candidate:";
	struct pl line = *pl;

	memset(c, 0, sizeof(*c));
	sa_init(&c->addr, AF_UNSPEC);
	sa_init(&c->rel, AF_UNSPEC);

	if (line.l > CANDIDATE_LINE || memchr(line.p, '\0', line.l))
		return EBADMSG;
	if (line.l >= sizeof(prefix) - 1 &&
	    !memcmp(line.p, prefix, sizeof(prefix) - 1))
		pl_advance(&line, sizeof(prefix) - 1);

	return parse_line(c, &line);
}

int candidate_print(struct re_printf *pf, const struct candidate *c)
{
	int err;

	if (!c)
		return 0;

	err = re_hprintf(pf, "%s %u udp %u %j %u typ %s", c->foundation,
			 CANDIDATE_COMPONENT, c->priority, &c->addr,
			 sa_port(&c->addr), candidate_type_name(c->type));
	if (!err && sa_af(&c->rel) != AF_UNSPEC)
		err = re_hprintf(pf, " raddr %j rport %u", &c->rel,
				 sa_port(&c->rel));
	return err;
}

const char *candidate_type_name(enum candidate_type type)
{
	for (size_t i = 0; i < ARRAY_SIZE(typev); i++) {
		if (typev[i].type == type)
			return typev[i].name;
	}

	return "?";
}

uint32_t candidate_priority(enum candidate_type type, uint16_t local)
{
	assert((size_t)type < ARRAY_SIZE(typev));

	return typev[type].preference << TYPE_SHIFT |
	       (uint32_t)local << LOCAL_SHIFT |
	       (COMPONENTS - CANDIDATE_COMPONENT);
}

uint64_t candidate_pair_priority(uint32_t controlling, uint32_t controlled)
{
	uint64_t g = controlling, d = controlled;

	return ((g < d ? g : d) << PAIR_SHIFT) + 2 * (g > d ? g : d) +
	       (g > d ? 1 : 0);
}

static uint32_t hash_addr(uint32_t hash, const struct sa *sa)
{
	char text[64];

	if (!sa || sa_ntop(sa, text, sizeof(text)))
		return hash * HASH_FACTOR;

	for (const char *p = text; *p; p++)
		hash = hash * HASH_FACTOR + (uint8_t)*p;

	return hash;
}

void candidate_set_foundation(struct candidate *c, const struct sa *base,
			      const struct sa *server)
{
	uint32_t hash = HASH_START * HASH_FACTOR + (uint32_t)c->type;

	hash = hash_addr(hash, base);
	hash = hash_addr(hash, server);
	(void)re_snprintf(c->foundation, sizeof(c->foundation), "%u", hash);
}

void candidate_default(const struct candidate *cv, size_t count,
		       struct sa *addr)
{
	const struct candidate *best = NULL;

	sa_init(addr, AF_UNSPEC);
	for (size_t i = 0; i < count; i++) {
		if (!best || cv[i].type > best->type ||
		    (cv[i].type == best->type &&
		     sa_af(&cv[i].addr) == AF_INET &&
		     sa_af(&best->addr) == AF_INET6))
			best = &cv[i];
	}

	if (best)
		*addr = best->addr;
}

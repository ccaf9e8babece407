/**
 * @file tests/fuzz/fuzz_webpeer.c  Fuzz target: a connection of the page
 *
 * The first byte: bit 0 whether an upgrade may happen, bit 1 whether there
 * is no TLS, the rest the size of the pieces. Between pieces a second passes;
 * replies are taken in pieces of 100 bytes.
 */
#include "core/base/log.h"
#include "core/net/webpeer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	STEP = 100,
};

static const struct webfile filev[] = {
	{ "/", "text/html", "a-1", true, (const uint8_t *)"page", 4 },
	{ "/main.js", "text/javascript", "a-2", false,
	  (const uint8_t *)"script", 6 },
	{ NULL, NULL, NULL, false, NULL, 0 },
};

static struct website *make_site(void)
{
	static const char *const namev[] = { "door", NULL };
	struct webnames *names = NULL;
	struct website *site = NULL;

	if (!webnames_alloc(&names, "pi.lan", namev) &&
	    !website_alloc(&site, filev, names, true))
		(void)website_set_info(site, "{}");
	mem_deref(names);
	return site;
}

/* Do what it wants done. @return false when it is over */
static bool serve(struct webpeer *p, bool upgrade, uint64_t now)
{
	struct mbuf *rep, *rest;
	size_t n;

	for (;;) {
		switch (webpeer_next(p)) {
		case WEBPEER_WRITE:
			if (!webpeer_output(p, &n) || !n)
				__builtin_trap();
			webpeer_sent(p, n > STEP ? STEP : n, now);
			break;
		case WEBPEER_UPGRADE:
			if (!upgrade) {
				webpeer_refuse(p, WEBREQUEST_UNAVAILABLE, now);
				break;
			}
			webpeer_upgrade(p, &rep, &rest);
			if (!rep || memcmp(rep->buf, "HTTP/1.1 101 ", 13))
				__builtin_trap();
			mem_deref(rep);
			mem_deref(rest);
			return false;
		case WEBPEER_READ:
			return true;
		default:
			return false;
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct website *site;
	struct webpeer *p = NULL;
	uint64_t now = CLOCK_S;
	size_t step;
	bool upgrade;

	if (!size)
		return 0;

	log_set_level(LOG_LEVEL_WARNING + 1);
	upgrade = data[0] & 1;
	step = data[0] >> 2 ? data[0] >> 2 : size;
	site = make_site();
	if (site && !webpeer_alloc(&p, site, now)) {
		if (data[0] & 2)
			webpeer_set_plain(p);
		for (size_t i = 1; i < size; i += step) {
			webpeer_recv(p, data + i,
				     size - i < step ? size - i : step, now);
			if (!serve(p, upgrade, now))
				break;
			now += CLOCK_S;
			if (webpeer_due(p) <= now)
				webpeer_tick(p, now);
		}
	}

	mem_deref(p);
	mem_deref(site);
	return 0;
}

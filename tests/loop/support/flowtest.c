/**
 * @file tests/loop/support/flowtest.c  A flow with what it told, for tests
 */
#include <stdlib.h>
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/base/loop.h"
#include "tests/loop/support/flowtest.h"

enum {
	URLS_SIZE = 512,
};

static bool (*condition)(const struct flowtest *t);
static bool late, met;

static void check(const struct flowtest *t)
{
	if (!condition || !condition(t))
		return;

	met = true; /* It may be otherwise when the loop has stopped */
	loop_stop();
}

static void on_recv(struct mbuf *mb, uint64_t now, void *arg)
{
	struct flowtest *t = arg;
	size_t n = mbuf_get_left(mb);
	(void)now;

	assert_true(n < sizeof(t->text));
	(void)mbuf_read_mem(mb, (uint8_t *)t->text, n);
	t->text[n] = '\0';
	++t->messages;
	if (t->free_on_recv)
		t->f = mem_deref(t->f);
	check(t);
}

static void on_state(enum flow_state state, int err, const char *reason,
		     uint64_t now, void *arg)
{
	struct flowtest *t = arg;
	(void)now;

	t->state = state;
	++t->told[state];
	if (state == FLOW_DOWN || state == FLOW_FAILED)
		t->due = flow_retry_due(t->f);
	if (err) {
		t->err = err;
		str_ncpy(t->reason, reason, sizeof(t->reason));
	}
	if (t->free_at && t->free_at == state)
		t->f = mem_deref(t->f);
	check(t);
}

static void on_late(uint64_t now, void *arg)
{
	(void)now;
	(void)arg;

	late = true;
	loop_stop();
}

void flowtest_init(struct flowtest *t, const char *hosts, const struct pki *ca)
{
	int fd;

	memset(t, 0, sizeof(*t));
	assert_int_equal(resolver_alloc(&t->resolver), 0);
	str_ncpy(t->hosts, "/tmp/boardphone-test-XXXXXX", sizeof(t->hosts));
	fd = mkstemp(t->hosts);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, hosts, strlen(hosts)), strlen(hosts));
	(void)close(fd);
	resolver_set_hosts_file(t->resolver, t->hosts);
	if (ca)
		pki_write(t->ca, sizeof(t->ca), ca, NULL);
}

void flowtest_start(struct flowtest *t, const char *urls, uint16_t port)
{
	char text[URLS_SIZE], reason[FLOW_REASON_MAX], *p, *save;
	const char *urlv[FLOW_URLS_MAX];
	struct flow_params prm = {
		.resolver = t->resolver,
		.urlv = urlv,
		.ca_file = t->ca[0] ? t->ca : NULL,
		.insecure = true,
	};

	(void)re_snprintf(text, sizeof(text), urls, port, port, port);
	for (p = strtok_r(text, " ", &save); p; p = strtok_r(NULL, " ", &save))
		urlv[prm.urlc++] = p;

	assert_int_equal(flow_alloc(&t->f, &prm, on_recv, on_state, t, reason),
			 0);
	flow_start(t->f, clock_now());
}

void flowtest_run(struct flowtest *t, bool (*done)(const struct flowtest *t))
{
	struct loop_timer timer;

	if (done(t))
		return;

	condition = done;
	late = false;
	met = false;
	loop_timer_init(&timer, "late", on_late, NULL);
	loop_timer_arm(&timer, clock_now() + FLOWTEST_WAIT);
	while (!late && !met)
		assert_int_equal(loop_run(NULL, NULL), 0);
	loop_timer_cancel(&timer);
	condition = NULL;
	if (late)
		fail_msg("too late: %s, %s", flow_state_name(t->state),
			 t->reason);
}

static bool is_settled(const struct flowtest *t)
{
	return t->state != FLOW_IDLE && t->state != FLOW_CONNECTING;
}

void flowtest_settle(struct flowtest *t)
{
	flowtest_run(t, is_settled);
}

static enum flow_state wanted;

static bool is_wanted(const struct flowtest *t)
{
	return t->state == wanted;
}

void flowtest_until(struct flowtest *t, enum flow_state state)
{
	wanted = state;
	flowtest_run(t, is_wanted);
}

static unsigned count;

static bool has_messages(const struct flowtest *t)
{
	return t->messages >= count;
}

void flowtest_say(struct flowtest *t, const char *text, unsigned messages)
{
	struct mbuf *mb = mbuf_alloc(1);

	(void)mbuf_write_str(mb, text);
	mb->pos = 0;
	assert_int_equal(flow_send(t->f, mb), 0);
	mem_deref(mb);
	count = messages;
	flowtest_run(t, has_messages);
}

void flowtest_free(struct flowtest *t)
{
	t->f = mem_deref(t->f);
	t->resolver = mem_deref(t->resolver);
	(void)unlink(t->hosts);
	if (t->ca[0])
		(void)unlink(t->ca);
}

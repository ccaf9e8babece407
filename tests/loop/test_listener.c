/**
 * @file tests/loop/test_listener.c  The listener, over the kernel's loopback
 */
#include <unistd.h>
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/net/waitroom.h"
#include "tests/loop/support/host.h"

static void test_listener_lets_in_so_many_a_second(void **state)
{
	unsigned burst, n;
	int fdv[30];
	(void)state;

	host_begin("127.0.0.1");
	host.turns_away = true;
	for (size_t i = 0; i < ARRAY_SIZE(fdv); i++)
		fdv[i] = host_knock();
	(void)host_run_for(host_never, WAITROOM_EVERY / 4);
	burst = host.visitors;
	assert_true(burst >= WAITROOM_BURST && burst <= WAITROOM_BURST + 1);
	(void)host_run_for(host_never, 5 * WAITROOM_EVERY);
	n = host.visitors - burst;
	assert_true(n >= 4 && n <= 6);

	/* Full: those who come wait, and are let in after that */
	listener_set_full(host.lis, true, clock_now());
	n = host.visitors;
	(void)host_run_for(host_never, 3 * WAITROOM_EVERY);
	assert_int_equal(host.visitors, n);
	listener_set_full(host.lis, false, clock_now());
	(void)host_run_for(host_never, WAITROOM_EVERY);
	assert_true(host.visitors > n);
	for (size_t i = 0; i < ARRAY_SIZE(fdv); i++)
		(void)close(fdv[i]);
	host_end();
}

static void nobody(int fd, const struct sa *peer, uint64_t now, void *arg)
{
	(void)peer;
	(void)now;
	(void)arg;

	(void)close(fd);
}

static void test_listener_tells_what_is_wrong(void **state)
{
	char reason[LISTENER_REASON_MAX], text[256];
	struct listener *l = NULL;
	struct sa sav[2];
	(void)state;

	host_begin("127.0.0.1");
	sav[0] = *listener_local(host.lis, 0);
	assert_int_equal(listener_alloc(&l, sav, 1, nobody, NULL, reason),
			 EADDRINUSE);
	assert_non_null(strstr(reason, "another program has that port"));
	assert_int_equal(listener_alloc(&l, sav, 0, nobody, NULL, reason),
			 EINVAL);

	/* An address that comes later, and both families on one port */
	assert_int_equal(sa_set_str(&sav[0], "192.0.2.77", 0), 0);
	assert_int_equal(listener_alloc(&l, sav, 1, nobody, NULL, reason), 0);
	l = mem_deref(l);
	assert_int_equal(sa_set_str(&sav[0], "0.0.0.0", 0), 0);
	assert_int_equal(listener_alloc(&l, sav, 1, nobody, NULL, reason), 0);
	assert_int_equal(
		sa_set_str(&sav[1], "::", sa_port(listener_local(l, 0))), 0);
	sav[0] = *listener_local(l, 0);
	l = mem_deref(l);
	assert_int_equal(listener_alloc(&l, sav, 2, nobody, NULL, reason), 0);
	assert_null(listener_local(l, 2));
	(void)re_snprintf(text, sizeof(text), "%H", listener_print, l);
	assert_non_null(strstr(text, "accepted=0 refused=0 failed=0"));
	mem_deref(l);
	host_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listener_lets_in_so_many_a_second),
		cmocka_unit_test(test_listener_tells_what_is_wrong),
	};
	int n;

	if (loop_init() || host_open())
		return 1;
	log_set_level(LOG_LEVEL_WARNING + 1);
	n = cmocka_run_group_tests(tests, NULL, NULL);
	host_close();
	loop_close();
	return n;
}

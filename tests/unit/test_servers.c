/**
 * @file tests/unit/test_servers.c  Tests of servers: [ice] servers as a list
 */
#include "tests/unit/test.h"
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/call/servers.h"

static int make(struct servers **sp, const char *list)
{
	struct config *cfg;
	char why[CONFIG_TEXT_MAX];
	int err;

	assert_int_equal(config_alloc(&cfg), 0);
	err = config_set(cfg, "ice", "servers", list, why, sizeof(why));
	if (!err)
		err = servers_alloc(sp, cfg, CLOCK_S);
	mem_deref(cfg);
	return err;
}

static void test_servers_reads_literals_at_once(void **state)
{
	const struct icehost *v;
	struct servers *s;
	char text[512];
	size_t n;
	(void)state;

	assert_int_equal(make(&s,
			      "stun:192.0.2.1, turn:bob:secret@[2001:db8::1]"
			      ":5349?transport=tcp"),
			 0);
	v = servers_get(s, &n);
	assert_int_equal(n, 2);
	assert_int_equal(v[0].kind, ICEHOST_STUN);
	assert_int_equal(sa_port(&v[0].addr), ICEHOST_PORT);
	assert_int_equal(v[1].kind, ICEHOST_TURN_TCP);
	assert_int_equal(sa_port(&v[1].addr), 5349);
	assert_string_equal(v[1].password, "secret");
	(void)re_snprintf(text, sizeof(text), "%H", servers_print, s);
	assert_non_null(strstr(text, "192.0.2.1"));
	assert_null(strstr(text, "secret"));
	mem_deref(s);
}

static void test_servers_may_be_none(void **state)
{
	struct servers *s;
	size_t n;
	(void)state;

	assert_int_equal(make(&s, "none"), 0);
	(void)servers_get(s, &n);
	assert_int_equal(n, 0);
	mem_deref(s);
}

static void test_servers_refuses_what_it_does_not_know(void **state)
{
	struct servers *s;
	(void)state;

	log_set_level(LOG_LEVEL_WARNING + 1);
	assert_int_equal(make(&s, "stuns:192.0.2.1"), EINVAL);
	assert_int_equal(make(&s, "stun:192.0.2.1, what"), EINVAL);
	assert_int_equal(make(&s, "stun:a1,stun:a2,stun:a3,stun:a4,stun:a5,"
				  "stun:a6,stun:a7,stun:a8,stun:a9"),
			 EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_servers_reads_literals_at_once),
		cmocka_unit_test(test_servers_may_be_none),
		cmocka_unit_test(test_servers_refuses_what_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/**
 * @file tests/unit/test_pair.c  Tests of pair, early and throttle: limits
 */
#include "tests/unit/test.h"
#include "core/net/early.h"
#include "core/net/pair.h"
#include "core/net/throttle.h"
#include "tests/support/simnet.h"

struct rig {
	struct simnet net;
	struct simnet_host host;
	struct base *base;
	struct pairs pairs;
};

static void on_recv(struct base *b, const struct sa *src, struct mbuf *mb,
		    uint64_t now, void *arg)
{
	(void)b;
	(void)src;
	(void)mb;
	(void)now;
	(void)arg;
}

static void rig_open(struct rig *rig)
{
	memset(rig, 0, sizeof(*rig));
	simnet_init(&rig->net, 1);
	simnet_host_init(&rig->host, &rig->net);
	simnet_host_add(&rig->host, "10.0.0.1");
	assert_int_equal(base_open(&rig->base, &rig->host.network,
				   &rig->host.addrv[0], UINT16_MAX, on_recv,
				   NULL),
			 0);
}

static void rig_close(struct rig *rig)
{
	pairs_flush(&rig->pairs);
	mem_deref(rig->base);
	simnet_close(&rig->net);
}

static struct pair *add(struct rig *rig, uint16_t port, uint32_t priority,
			const char *foundation)
{
	struct candidate c = { .type = CANDIDATE_HOST, .priority = priority };
	struct pair *p = NULL;

	(void)str_ncpy(c.foundation, foundation, sizeof(c.foundation));
	sa_set_str(&c.addr, "10.0.0.2", port);
	(void)pairs_add(&rig->pairs, &p, rig->base, &c, true);
	return p;
}

static void test_pair_list_is_sorted_and_holds_each_once(void **state)
{
	struct rig rig;
	(void)state;

	rig_open(&rig);
	for (uint16_t i = 1; i <= 20; i++)
		add(&rig, i, i * 7919u % 31 + 1, "a");
	assert_ptr_equal(add(&rig, 1, 1, "a"),
			 pairs_find(&rig.pairs, rig.base,
				    &add(&rig, 1, 1, "a")->remote.addr));
	assert_int_equal(rig.pairs.count, 20);
	for (size_t i = 1; i < rig.pairs.count; i++)
		assert_true(rig.pairs.v[i - 1]->priority >=
			    rig.pairs.v[i]->priority);
	rig_close(&rig);
}

static void test_pair_list_keeps_the_best_hundred(void **state)
{
	struct rig rig;
	(void)state;

	rig_open(&rig);
	for (uint16_t i = 1; i <= PAIR_MAX; i++)
		assert_non_null(add(&rig, i, 100u + i, "a"));

	/* A worse one is refused, a better one displaces the worst */
	assert_null(add(&rig, 1000, 50, "a"));
	assert_non_null(add(&rig, 1001, 5000, "a"));
	assert_int_equal(rig.pairs.count, PAIR_MAX);
	assert_int_equal(rig.pairs.v[0]->remote.priority, 5000);
	assert_int_equal(rig.pairs.v[PAIR_MAX - 1]->remote.priority, 102);
	assert_int_equal(rig.pairs.refused, 2);

	/* Unless all have been heard of */
	for (size_t i = 0; i < rig.pairs.count; i++)
		rig.pairs.v[i]->heard = true;
	assert_null(add(&rig, 1002, 6000, "a"));
	rig_close(&rig);
}

static void test_pair_foundations_freeze_and_thaw(void **state)
{
	struct pair *a1, *a2, *b1;
	struct rig rig;
	(void)state;

	rig_open(&rig);
	a1 = add(&rig, 1, 30, "a");
	a2 = add(&rig, 2, 20, "a");
	b1 = add(&rig, 3, 10, "b");
	pairs_thaw(&rig.pairs);
	assert_int_equal(a1->state, PAIR_WAITING);
	assert_int_equal(a2->state, PAIR_FROZEN);
	assert_int_equal(b1->state, PAIR_WAITING);
	assert_ptr_equal(pairs_next(&rig.pairs, 0), a1);
	a1->state = b1->state = PAIR_PROGRESS;
	assert_ptr_equal(pairs_next(&rig.pairs, 0), a2);
	pairs_thaw_like(&rig.pairs, b1);
	assert_int_equal(a2->state, PAIR_FROZEN);
	pairs_thaw_like(&rig.pairs, a1);
	assert_int_equal(a2->state, PAIR_WAITING);
	rig_close(&rig);
}

static void test_pair_triggered_queue_is_first_in_first_out(void **state)
{
	struct pair *a, *b;
	struct rig rig;
	(void)state;

	rig_open(&rig);
	a = add(&rig, 1, 30, "a");
	b = add(&rig, 2, 20, "b");
	a->triggered = 2;
	b->triggered = 1;
	assert_ptr_equal(pairs_next_triggered(&rig.pairs, 0), b);
	b->triggered = 0;
	assert_ptr_equal(pairs_next_triggered(&rig.pairs, 0), a);
	rig_close(&rig);
}

static void test_pair_priorities_follow_the_role(void **state)
{
	struct pair *p;
	struct rig rig;
	(void)state;

	rig_open(&rig);
	p = add(&rig, 1, 30, "a");
	assert_true(p->priority == candidate_pair_priority(2130706431, 30));
	pairs_sort(&rig.pairs, false);
	assert_true(p->priority == candidate_pair_priority(30, 2130706431));
	rig_close(&rig);
}

static void test_early_is_bounded(void **state)
{
	const struct check_in in = { .rufrag = "them" };
	struct early e = { .count = 0 };
	struct early_check *c;
	struct rig rig;
	struct sa src;
	(void)state;

	rig_open(&rig);
	sa_set_str(&src, "10.0.0.2", 1);
	for (uint16_t i = 1; i <= EARLY_MAX; i++) {
		sa_set_port(&src, i);
		assert_false(early_proven(&e, rig.base, &src));
		assert_int_equal(early_put(&e, rig.base, &src, &in), 0);
		assert_int_equal(early_put(&e, rig.base, &src, &in), 0);
		assert_true(early_proven(&e, rig.base, &src));
	}
	sa_set_port(&src, EARLY_MAX + 1);
	assert_int_equal(early_put(&e, rig.base, &src, &in), ENOBUFS);
	c = early_take(&e);
	assert_int_equal(sa_port(&c->src), 1);
	mem_deref(c);
	early_flush(&e);
	assert_null(early_take(&e));
	rig_close(&rig);
}

static void test_throttle_counts_each_source(void **state)
{
	struct throttle t = { .refused = 0 };
	uint64_t now = CLOCK_S;
	struct sa a, b;
	(void)state;

	sa_set_str(&a, "10.0.0.2", 1);
	sa_set_str(&b, "10.0.0.2", 2);
	for (unsigned s = 0; s < 3; s++, now += CLOCK_S) {
		for (unsigned i = 0; i < THROTTLE_RATE; i++)
			assert_true(throttle_pass(&t, &a, now + i));
		assert_false(throttle_pass(&t, &a, now + CLOCK_S - 1));
		assert_true(throttle_pass(&t, &b, now));
	}
	assert_int_equal(t.refused, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pair_list_is_sorted_and_holds_each_once),
		cmocka_unit_test(test_pair_list_keeps_the_best_hundred),
		cmocka_unit_test(test_pair_foundations_freeze_and_thaw),
		cmocka_unit_test(
			test_pair_triggered_queue_is_first_in_first_out),
		cmocka_unit_test(test_pair_priorities_follow_the_role),
		cmocka_unit_test(test_early_is_bounded),
		cmocka_unit_test(test_throttle_counts_each_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

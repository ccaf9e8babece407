/**
 * @file tests/unit/test_offer_walk.c  Two sides wander, and agree all the way
 *
 * Random wishes and exchanges over many seeds. After each exchange both sides
 * believe the same, and nothing that was agreed on has moved.
 */
#include "tests/unit/test.h"
#include "tests/unit/support/side.h"

enum {
	SEEDS = 200,
	STEPS = 40,
};

struct walker {
	struct offer *o;
	unsigned ufrag; /* Of its next transport */
	char midv[DESCRIPTION_MEDIA][16];
	bool carriesv[DESCRIPTION_MEDIA];
};

static uint32_t seed;

/* xorshift32: the same walk for the same seed, everywhere */
static uint32_t dice(uint32_t sides)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % sides;
}

static void fresh_transport(struct walker *w, unsigned index)
{
	char ufrag[16];

	re_snprintf(ufrag, sizeof(ufrag), "u%07u", ++w->ufrag);
	side_transport(w->o, index, ufrag);
}

static void wish(struct walker *w)
{
	struct offer_medium v = side_medium(OFFER_VIDEO);
	int index = offer_index(w->o, OFFER_VIDEO);

	switch (dice(6)) {
	case 0:
		offer_set_dir(w->o, OFFER_AUDIO, (enum sdp_dir)dice(4));
		return;
	case 1:
		if (index >= 0 || dice(2))
			assert_int_equal(offer_add(w->o, &v), 0);
		return;
	case 2:
		(void)offer_set_enabled(w->o, OFFER_VIDEO, dice(2));
		return;
	case 3:
		(void)offer_set_enabled(w->o, OFFER_AUDIO, dice(4) != 0);
		return;
	case 4: /* ICE restart */
		if (offer_active(w->o, OFFER_AUDIO))
			fresh_transport(
				w, offer_active(w->o, OFFER_AUDIO)->transport);
		return;
	default:
		return;
	}
}

/* Each m-line in use that should carry itself has a transport */
static void give_transports(struct walker *w, bool all)
{
	for (unsigned i = 0; i < offer_count(w->o); i++) {
		const struct offer_media *m = offer_media(w->o, i);

		if (m->ours && m->transport == i && !m->active && all)
			fresh_transport(w, i);
		else if (m->active && m->transport == i && !w->carriesv[i])
			fresh_transport(w, i);
	}
}

static void check_line(struct walker *a, struct walker *b, unsigned i)
{
	const struct offer_media *m = offer_media(a->o, i);
	const struct offer_media *n = offer_media(b->o, i);

	assert_int_equal(m->active, n->active);
	assert_string_equal(m->mid, n->mid);
	if (a->midv[i][0])
		assert_string_equal(m->mid, a->midv[i]);
	re_snprintf(a->midv[i], sizeof(a->midv[i]), "%s", m->mid);
	a->carriesv[i] = m->active && m->transport == i;
	if (!m->active)
		return;

	assert_int_equal(m->type, n->type);
	assert_int_equal(m->transport, n->transport);
	assert_int_equal(m->dir & SDP_SENDONLY ? 1 : 0,
			 n->dir & SDP_RECVONLY ? 1 : 0);
	assert_int_equal(m->dir & SDP_RECVONLY ? 1 : 0,
			 n->dir & SDP_SENDONLY ? 1 : 0);
	assert_int_not_equal(m->setup, n->setup);
	assert_int_equal(m->agreedc, n->agreedc);
	for (size_t k = 0; k < m->agreedc; k++) {
		assert_string_equal(m->agreedv[k].codec->name,
				    n->agreedv[k].codec->name);
		assert_int_equal(m->agreedv[k].pt_send, n->agreedv[k].pt_recv);
		assert_int_equal(m->agreedv[k].pt_recv, n->agreedv[k].pt_send);
	}
	assert_int_equal(m->extc, n->extc);
	assert_true(*offer_media(a->o, m->transport)->remote->ufrag);
}

static void step(struct walker *from, struct walker *to)
{
	unsigned before = offer_count(from->o);
	struct mbuf *mb;
	int err;

	give_transports(from, true);
	err = offer_create(from->o, &mb);
	if (err == EINVAL)
		return; /* All is stopped */
	assert_int_equal(err, 0);

	err = offer_take_offer(to->o, mb);
	mem_deref(mb);
	if (err || !dice(10)) {
		assert_true(!err || err == ENOTSUP);
		offer_rollback(from->o);
		offer_rollback(to->o);
		return;
	}
	give_transports(to, false);
	assert_int_equal(offer_answer(to->o, &mb), 0);
	err = offer_take_answer(from->o, mb);
	mem_deref(mb);
	if (err == ENOTSUP) { /* It stopped the last one: the call would end */
		offer_rollback(from->o);
		return;
	}
	if (err)
		print_error("%s\n", offer_why(from->o));
	assert_int_equal(err, 0);
	assert_int_equal(offer_count(from->o), offer_count(to->o));
	assert_true(offer_count(from->o) >= MIN(before, 2u));
	for (unsigned i = 0; i < offer_count(from->o); i++) {
		check_line(from, to, i);
		check_line(to, from, i);
	}
}

static void walk(uint32_t start)
{
	struct walker v[2] = { { .o = side_phone(start % 2) },
			       { .o = side_phone(start % 3) } };

	seed = start * 2654435761u + 1;
	for (unsigned i = 0; i < STEPS; i++) {
		unsigned who = dice(2);

		wish(&v[dice(2)]);
		step(&v[who], &v[!who]);
		if (offer_count(v[0].o) != offer_count(v[1].o))
			break; /* One side did not hear of the end */
	}
	mem_deref(v[0].o);
	mem_deref(v[1].o);
}

static void test_offer_walk_keeps_both_sides_of_one_mind(void **state)
{
	(void)state;

	for (uint32_t i = 1; i <= SEEDS; i++) {
		walk(i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offer_walk_keeps_both_sides_of_one_mind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

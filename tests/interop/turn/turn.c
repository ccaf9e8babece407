/**
 * @file tests/interop/turn/turn.c  Two ICE agents and a real STUN/TURN server
 *
 *     agent -> kernel -> coturn -> kernel -> agent
 *
 *   turn URI all|relay URI all|relay TYPE TYPE
 *
 * For each side its server ("none" for none) and policy; then the types of
 * candidate that are to be selected, "none" when nothing may be. Prints one
 * line; exit status 0 when it came as expected.
 */
#include <stdio.h>
#include <stdlib.h>
#include "core/base/log.h"
#include "core/base/loop.h"
#include "core/net/agent.h"

enum {
	ARGUMENTS = 7,
	PACKETS = 100,		 /* Each way                   */
	PACKET = 200,		 /* [bytes]                    */
	PERIOD = 5 * CLOCK_MS,	 /* Of packets [us]            */
	LIMIT = 4 * CLOCK_S,	 /* For all [us]               */
	SETTLE = 300 * CLOCK_MS, /* For packets under way [us] */
	TEXT = 128,
};

struct side {
	struct agent *agent;
	struct loop_timer timer;
	struct icehost server;
	uint64_t gathered; /* [us] */
	unsigned sent, received;
};

static struct {
	struct side v[2];
	struct loop_timer media, end;
	uint64_t start, connected; /* [us] */
	bool told;
} test;

static void tell(unsigned from)
{
	struct agent *a = test.v[from].agent;
	const struct candidate *cv;
	size_t count;

	cv = agent_candidates(a, &count);
	(void)agent_set_remote(test.v[!from].agent, agent_ufrag(a),
			       agent_pwd(a), false, cv, count, clock_now());
}

static bool both(enum agent_state state)
{
	return agent_state(test.v[0].agent) >= state &&
	       agent_state(test.v[1].agent) >= state;
}

static void on_state(enum agent_state state, uint64_t now, void *arg)
{
	struct side *s = arg;

	if (state == AGENT_READY) {
		s->gathered = now;
		loop_timer_arm(&test.media, now);
	}
	if (state == AGENT_SELECTED && both(AGENT_SELECTED)) {
		test.connected = now;
		loop_timer_arm(&test.media, now);
	}
}

static void on_recv(struct mbuf *mb, uint64_t now, void *arg)
{
	struct side *s = arg;
	(void)now;

	if (mbuf_get_left(mb) == PACKET)
		++s->received;
}

static void on_wake(void *arg)
{
	struct side *s = arg;

	if (s->agent)
		loop_timer_arm(&s->timer, agent_due(s->agent));
}

static void on_timer(uint64_t now, void *arg)
{
	struct side *s = arg;

	agent_tick(s->agent, now);
}

static void send_one(struct side *s)
{
	struct mbuf *mb = mbuf_alloc(NETWORK_HEADROOM + PACKET);

	if (!mb)
		return;

	mb->pos = mb->end = NETWORK_HEADROOM;
	(void)mbuf_fill(mb, 0x80, PACKET);
	mb->pos = NETWORK_HEADROOM;
	if (!agent_send_media(s->agent, mb))
		++s->sent;

	mem_deref(mb);
}

static void on_media(uint64_t now, void *arg)
{
	(void)arg;

	if (!both(AGENT_READY))
		return;
	if (!test.told) {
		test.told = true;
		tell(0);
		tell(1);
		return;
	}
	if (!test.connected)
		return;
	if (test.v[0].sent == PACKETS) {
		loop_timer_arm(&test.end, now + SETTLE);
		return;
	}

	send_one(&test.v[0]);
	send_one(&test.v[1]);
	loop_timer_arm(&test.media, now + PERIOD);
}

static void on_end(uint64_t now, void *arg)
{
	(void)now;
	(void)arg;
	loop_stop();
}

static void on_signal(int sig, void *arg)
{
	(void)sig;
	(void)arg;
	loop_stop();
}

static int side_start(struct side *s, enum agent_role role, const char *uri,
		      const char *policy)
{
	struct agent_params prm = {
		.network = network_kernel(),
		.role = role,
		.policy = strcmp(policy, "relay") ? AGENT_ALL : AGENT_RELAY,
		.loopback = true,
		.serverv = &s->server,
		.stateh = on_state,
		.recvh = on_recv,
		.wakeh = on_wake,
		.arg = s,
	};
	struct pl pl;
	int err = 0;

	loop_timer_init(&s->timer, "turn: agent", on_timer, s);
	if (strcmp(uri, "none")) {
		pl_set_str(&pl, uri);
		err = icehost_parse(&s->server, &pl);
		prm.serverc = 1;
	}
	if (!err)
		err = agent_alloc(&s->agent, &prm);
	if (!err)
		err = agent_gather(s->agent, clock_now());
	return err;
}

static const char *type_of(const struct side *s)
{
	struct agent_selected sel;

	if (agent_state(s->agent) != AGENT_SELECTED ||
	    agent_selected(s->agent, &sel))
		return "none";

	return candidate_type_name(sel.local_type);
}

static int report(char **argv)
{
	bool ok = true;

	for (unsigned i = 0; i < 2; i++) {
		struct side *s = &test.v[i];
		const char *type = type_of(s), *want = argv[5 + i];

		ok = ok && !strcmp(type, want);
		if (strcmp(want, "none"))
			ok = ok && s->received == PACKETS;

		printf("%s%s, gathered %u ms, received %u", i ? "; " : "", type,
		       (unsigned)((s->gathered - test.start) / CLOCK_MS),
		       s->received);
	}

	printf("; connected after %u ms\n",
	       test.connected
		       ? (unsigned)((test.connected - test.start) / CLOCK_MS)
		       : 0);
	for (unsigned i = 0; i < 2 && !ok; i++)
		(void)re_printf("%H\n", agent_print, test.v[i].agent);

	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	int status = 1;

	if (argc != ARGUMENTS || loop_init())
		return 1;

	test.start = clock_now();
	loop_timer_init(&test.media, "turn: media", on_media, NULL);
	loop_timer_init(&test.end, "turn: end", on_end, NULL);
	loop_timer_arm(&test.end, test.start + LIMIT);
	if (!side_start(&test.v[0], AGENT_CONTROLLING, argv[1], argv[2]) &&
	    !side_start(&test.v[1], AGENT_CONTROLLED, argv[3], argv[4])) {
		(void)loop_run(on_signal, NULL);
		status = report(argv);
	}

	for (unsigned i = 0; i < 2; i++) {
		loop_timer_cancel(&test.v[i].timer);
		test.v[i].agent = mem_deref(test.v[i].agent);
	}

	loop_timer_cancel(&test.media);
	loop_timer_cancel(&test.end);
	loop_close();
	return status;
}

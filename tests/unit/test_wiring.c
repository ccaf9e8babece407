/**
 * @file tests/unit/test_wiring.c  Tests of what [buttons] and [relays] mean
 */
#include "tests/unit/test.h"
#include "app/wiring.h"
#include "core/base/log.h"
#include "drivers/sim_gpio.h"
#include "tests/support/memory.h"

enum {
	TEXT_SIZE = 2048,
};

static char told[TEXT_SIZE];
static unsigned faults;

static void on_fault(bool fatal, const char *text, void *arg)
{
	(void)arg;

	faults += fatal;
	str_ncpy(told, text, sizeof(told));
}

static struct config *config(const char *text)
{
	struct config *cfg = NULL;

	faults = 0;
	told[0] = '\0';
	assert_int_equal(
		config_parse(&cfg, "f", text, strlen(text), on_fault, NULL), 0);
	return cfg;
}

static const char page[] = "[page]\nlisten=127.0.0.1:8443\n";
static const char account[] = "[account]\nrealm=example.org\nuser=a\n"
			      "[transport]\nurl=wss://example.org/\n";

static const struct {
	const char *before; /* Sections that are right */
	const char *line;   /* The last of the file    */
	const char *says;   /* NULL: it is right       */
} casev[] = {
	{ page, "[buttons]\nb = sim:1 press=ring:browsers/20s", NULL },
	{ page, "[buttons]\nb = sim:1 press=ring", NULL },
	{ page, "[buttons]\nb = sim:1 low press=hangup", NULL },
	{ page, "[buttons]\nb = sim:1 press=door:front", NULL },
	{ page, "[buttons]\nb = sim:1 \"press=msg:page Come in\"", NULL },
	{ account, "[buttons]\nb = sim:1 press=ring:anna|sip:b@c/9s", NULL },
	{ account, "[buttons]\nb = sim:1 press=call:sip:b@c", NULL },
	{ page, "[buttons]\nb = sim:1 press=ring:anna",
	  "f:4: [buttons] b: it rings somebody at a server" },
	{ account, "[buttons]\nb = sim:1 press=ring:browsers", "[page]" },
	{ page, "[buttons]\nb = sim:1 press=ring:browsers/1m", NULL },
	{ page, "[buttons]\nb = sim:1 press=ring:browsers/61s",
	  "longer than [call] no_answer" },
	{ page, "[buttons]\nb = sim:1", "no command" },
	{ page, "[buttons]\nb = gpio:gpiochip0/1 press=hangup", NULL },
	{ page, "[buttons]\nb = gpiochip0:BELL pull=up long=hangup", NULL },
	{ page, "[buttons]\nb = sim:1 press=ring pull=left", "up, down" },
	{ page, "[buttons]\nb = sim:1 press=ring debounce=9s", "debounce= " },
	{ page, "[buttons]\nb = sim:1 press=ring long=jump",
	  "no such command" },
	{ account, "[buttons]\nb = sim:1 press=hangup long=ring:browsers",
	  "[page]" },
	{ page,
	  "[buttons]\na = gpio:gpiochip0/1 press=ring\n"
	  "b = gpiochip0:1 press=ring",
	  "f:5: [buttons] b: gpiochip0:1 is used already" },
	{ page, "[buttons]\nb = sim:1 press=", "no command" },
	{ page, "[buttons]\nb = sim:1 press=jump", "no such command" },
	{ page, "[buttons]\nb = sim:1 press=call", "other arguments" },
	{ page, "[buttons]\nb = sim:1 press=ring:a,,b", "cannot be rung" },
	{ page, "[buttons]\nb = sim:1 press=ring press=ring", "twice" },
	{ page, "[buttons]\nb = sim:1 code=1234 press=ring",
	  "'code'; give low, press=" },
	{ page, "[buttons]\nb = sim:1 \"press=ring", "quote" },
	{ page, "[buttons]\nb = chip:1 press=ring", "no chip 'chip'" },
	{ page, "[buttons]\na = sim:1 press=ring\nb = sim:1 press=ring",
	  "f:5: [buttons] b: sim:1 is used already" },
	{ page, "[buttons]\na = sim:1 press=ring\n[relays]\nb = sim:1",
	  "f:6: [relays] b: sim:1 is used already" },
	{ page, "[lamps]\nl = sim:1 on=ringing", NULL },
	{ page,
	  "[lamps]\nl = sim:1 low slow=registering off=call on=registered",
	  NULL },
	{ page, "[buttons]\nb = evdev:event0/KEY_1 press=ring", NULL },
	{ page, "[lamps]\nl = evdev:event0/KEY_1 on=call", "cannot be lit" },
	{ page, "[relays]\nd = evdev:event0/KEY_1", "cannot be lit" },
	{ page, "[lamps]\nl = sim:1", "never lit" },
	{ page, "[lamps]\nl = sim:1 on=sunday", "on= cannot be so" },
	{ page, "[lamps]\nl = sim:1 on=call slow=ringing,call", "once" },
	{ page, "[lamps]\nl = sim:1 glow=call", "'glow'; give low, off=" },
	{ page, "[inputs]\ni = sim:1 pull=up too_long=2m", NULL },
	{ page, "[inputs]\ni = sim:1 too_long=2d", "too_long= " },
	{ page, "[inputs]\ni = sim:1 press=ring", "'press'; give low" },
	{ page, "[inputs]\ni = sim:1\n[lamps]\nl = sim:1 on=call",
	  "f:6: [lamps] l: sim:1 is used already" },
	{ page, "[relays]\nd = sim:1", NULL },
	{ page, "[relays]\nd = sim:1 low time=500ms code=1234 page=no", NULL },
	{ page, "[relays]\nd = sim:1 time=0", "100ms to 1m" },
	{ page, "[relays]\nd = sim:1 time=2m", "100ms to 1m" },
	{ page, "[relays]\nd = sim:1 page=never", "yes or no" },
	{ page, "[relays]\nd = sim:1 code=123", "4 to 16 digits" },
	{ page, "[relays]\nd = sim:1 code:4711", "'code'; give low, time=" },
	{ page, "[relays]\nd = sim:1 code=1234\ne = sim:2 code=123456",
	  "f:5: [relays] e: code=" },
};

static void test_wiring_is_checked(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++) {
		char text[TEXT_SIZE];
		struct config *cfg;
		int err;

		(void)re_snprintf(text, sizeof(text), "%s%s\n", casev[i].before,
				  casev[i].line);
		cfg = config(text);
		err = wiring_check(cfg, &board_sim, "f", on_fault, NULL);
		assert_int_equal(err, casev[i].says ? EINVAL : 0);
		assert_int_equal(faults, casev[i].says ? 1 : 0);
		if (casev[i].says && !strstr(told, casev[i].says))
			fail_msg("%s\n%s", casev[i].line, told);

		/* Nothing of a code is told */
		assert_null(strstr(told, "4711"));
		assert_null(strstr(told, "123456"));
		mem_deref(cfg);
	}
}

static void test_wiring_puts_relays_on_a_door(void **state)
{
	struct config *cfg = config("[page]\nlisten=127.0.0.1:8443\n[relays]\n"
				    "door = sim:2 time=1s code=1234\n"
				    "gate = sim:3 page=no\n");
	struct door *d, *second;
	(void)state;

	log_set_level(LOG_LEVEL_WARNING);
	loop_virtual_run(0, NULL, NULL);
	assert_int_equal(door_alloc(&d, NULL), 0);
	assert_int_equal(wiring_door(d, cfg, &board_sim, NULL), 0);
	assert_int_equal(door_relays(d), 2);
	assert_int_equal(door_open(d, "gate", DOOR_BY_PAGE, clock_now()),
			 EPERM);
	assert_int_equal(door_open(d, "door", DOOR_BY_PAGE, clock_now()), 0);
	assert_true(sim_gpio_on(2));

	/* The lines are in use */
	log_set_level(LOG_LEVEL_WARNING + 1);
	assert_int_equal(door_alloc(&second, NULL), 0);
	assert_int_equal(wiring_door(second, cfg, &board_sim, NULL), EBUSY);
	mem_deref(second);
	mem_deref(d);
	assert_false(sim_gpio_on(2));
	mem_deref(cfg);
	loop_virtual_end();
}

static bool lives_without(const struct config *cfg, long n, bool once)
{
	size_t before = memory_blocks();
	struct door *d = NULL;
	bool failed;

	memory_fail_after(n, once);
	(void)wiring_check(cfg, &board_sim, "f", NULL, NULL);
	if (!door_alloc(&d, NULL))
		(void)wiring_door(d, cfg, &board_sim, NULL);
	mem_deref(d);
	failed = memory_failed();
	memory_fail_after(-1, false);
	assert_int_equal(memory_blocks(), before);
	return failed;
}

static void test_wiring_lives_without_memory(void **state)
{
	struct config *cfg = config("[page]\nlisten=127.0.0.1:8443\n[buttons]\n"
				    "b = sim:1 press=ring:browsers|browser\n"
				    "[relays]\ndoor = sim:2 code=1234\n");
	bool some = true, one = true;
	(void)state;

	log_set_level(LOG_LEVEL_WARNING + 1);
	for (long n = 0; some || one; n++) {
		some = lives_without(cfg, n, false);
		one = lives_without(cfg, n, true);
		assert_true(n < 10000);
	}
	mem_deref(cfg);
}

static void test_wiring_reads_a_command(void **state)
{
	const struct wiring_command *cmd;
	char why[WIRING_WHY];
	struct wiring_button *b;
	(void)state;

	assert_int_equal(
		wiring_button(&b,
			      "sim:7 'press=call:sip:a@b recvonly' low pull=up "
			      "debounce=5ms double=hangup",
			      why, sizeof(why)),
		0);
	assert_string_equal(b->line.chip, "sim");
	assert_string_equal(b->line.line, "7");
	assert_true(b->line.low);
	assert_int_equal(b->line.pull, GPIO_PULL_UP);
	assert_int_equal(b->line.debounce, 5 * CLOCK_MS);
	cmd = &b->cmdv[PRESS_SHORT];
	assert_int_equal(cmd->n, 3);
	assert_string_equal(cmd->wordv[0], "call");
	assert_string_equal(cmd->wordv[1], "sip:a@b");
	assert_string_equal(cmd->wordv[2], "recvonly");
	assert_int_equal(b->cmdv[PRESS_LONG].n, 0);
	assert_int_equal(b->cmdv[PRESS_DOUBLE].n, 1);
	mem_deref(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wiring_is_checked),
		cmocka_unit_test(test_wiring_puts_relays_on_a_door),
		cmocka_unit_test(test_wiring_lives_without_memory),
		cmocka_unit_test(test_wiring_reads_a_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

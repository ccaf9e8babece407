/**
 * @file tests/unit/test_quill.c  Tests of the editor that is kept for good
 */
#include <malloc.h>
#include <stdlib.h>
#include "app/prompt.h"
#include "app/quill.h"
#include "tests/unit/support/tty.h"
#include "tests/unit/test.h"

enum {
	TIMES = 300, /* That an adapter is unplugged */
	SOME = 20,   /* ... until all is as it stays */
	GROWTH = 2048,
};

static struct tty tty;

static void on_keys(const uint8_t *p, size_t n, uint64_t now, void *arg)
{
	(void)p;
	(void)n;
	(void)now;
	(void)arg;
}

static void on_low(uint64_t now, void *arg)
{
	(void)now;
	(void)arg;
}

static void on_end(void *arg)
{
	(void)arg;
}

static void on_new(EditLine *el)
{
	(void)el;
}

static void on_choices(struct mbuf *mb, void *arg)
{
	(void)mb;
	(void)arg;
}

static char *type(struct prompt *p, const char *text)
{
	struct keys keys = { .pos = 0 };
	char *line = NULL;

	keys_put(&keys, (const uint8_t *)text, strlen(text));
	while (!line && keys_ready(&keys))
		line = prompt_key(p, &keys);
	return line;
}

static void begin(struct terminal **tp, struct prompt **pp)
{
	assert_int_equal(terminal_alloc(tp, tty.name, TERMINAL_BAUD, on_keys,
					on_low, NULL),
			 0);
	assert_int_equal(prompt_alloc(pp, *tp, true, on_end, on_choices, NULL),
			 0);
	prompt_begin(*pp);
}

/* A terminal with a prompt, in which a line is typed, and then it is gone */
static void visit(const char *typed, const char *expected)
{
	struct terminal *t;
	struct prompt *p;
	char *line;

	begin(&t, &p);
	line = type(p, typed);
	assert_string_equal(line, expected);
	free(line);
	mem_deref(p);
	mem_deref(t);
}

static int setup(void **state)
{
	(void)state;

	assert_int_equal(loop_init(), 0);
	tty_open(&tty, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;

	tty_close(&tty);
	loop_close();
	return 0;
}

static void test_quill_takes_no_memory_for_each_terminal(void **state)
{
	size_t before = 0;
	(void)state;

	for (unsigned i = 0; i < TIMES; i++) {
		if (i == SOME)
			before = mallinfo2().uordblks;
		visit("dtmf 12\r", "dtmf 12");
	}
	assert_in_range(mallinfo2().uordblks, 0, before + GROWTH);
}

static void test_quill_forgets_what_was_typed(void **state)
{
	(void)state;

	visit("door 4711\r", "door 4711");
	visit("\033[Acalls\r", "calls");
}

/* Half a line is no beginning of the next one's */
static void test_quill_begins_with_an_empty_line(void **state)
{
	struct terminal *t;
	struct prompt *p;
	(void)state;

	begin(&t, &p);
	assert_null(type(p, "hang"));
	mem_deref(p);
	mem_deref(t);
	visit("up\r", "up");
}

/* Two at once have one each */
static void test_quill_is_of_one_terminal(void **state)
{
	struct terminal *t;
	struct quill *a, *b, *c;
	(void)state;

	assert_int_equal(terminal_alloc(&t, tty.name, TERMINAL_BAUD, on_keys,
					on_low, NULL),
			 0);
	assert_int_equal(quill_take(&a, t, true, on_new, NULL), 0);
	assert_int_equal(quill_take(&b, t, true, on_new, NULL), 0);
	assert_ptr_not_equal(quill_editor(a), quill_editor(b));
	quill_lay(a);
	assert_int_equal(quill_take(&c, t, false, on_new, NULL), 0);
	assert_ptr_not_equal(c, a);
	quill_lay(b);
	quill_lay(c);
	mem_deref(t);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_quill_takes_no_memory_for_each_terminal),
		TEST(test_quill_forgets_what_was_typed),
		TEST(test_quill_begins_with_an_empty_line),
		TEST(test_quill_is_of_one_terminal),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}

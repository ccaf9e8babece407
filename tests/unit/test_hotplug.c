/**
 * @file tests/unit/test_hotplug.c  Tests of what the kernel says is plugged
 */
#include "tests/unit/test.h"
#include "core/base/loop.h"
#include "drivers/hotplug.h"

static void test_hotplug_knows_its_subsystem(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		bool is;
	} casev[] = {
#define MESSAGE(s) s, sizeof(s)
		{ MESSAGE("change@/devices/x/drm/card0\0ACTION=change\0"
			  "SUBSYSTEM=drm\0HOTPLUG=1"),
		  true },
		{ MESSAGE("SUBSYSTEM=drm"), true },
		{ MESSAGE("add@/x\0SUBSYSTEM=drmx\0"), false },
		{ MESSAGE("add@/x\0SUBSYSTEM=dr\0"), false },
		{ MESSAGE("add@/x\0XSUBSYSTEM=drm\0"), false },
		{ MESSAGE(""), false },
		{ "SUBSYSTEM=drm", 12, false }, /* Cut off */
		{ "SUBSYSTEM=drm", 13, true },	/* Its end is not there */
		{ NULL, 0, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(casev); i++)
		assert_int_equal(
			hotplug_is(casev[i].text, casev[i].size, "drm"),
			casev[i].is);
}

static void on_hotplug(uint64_t now, void *arg)
{
	(void)now;
	(void)arg;
}

static void test_hotplug_listens_where_it_may(void **state)
{
	struct hotplug *p = NULL;
	int err;
	(void)state;

	assert_int_equal(loop_init(), 0);
	err = hotplug_alloc(&p, "drm", on_hotplug, NULL);
	assert_int_equal(err == 0, p != NULL);
	mem_deref(p);
	loop_close();
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(test_hotplug_knows_its_subsystem),
		cmocka_unit_test(test_hotplug_listens_where_it_may),
	};

	return cmocka_run_group_tests(testv, NULL, NULL);
}

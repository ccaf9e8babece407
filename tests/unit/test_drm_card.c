/**
 * @file tests/unit/test_drm_card.c  Tests of whether it is another screen
 */
#include "tests/unit/test.h"
#include "drivers/drm_card.h"

static drmModeConnector *shown; /* NULL: the kernel does not know it */
static int lent;

static drmModeConnector *get_connector(int fd, uint32_t id)
{
	(void)fd;
	assert_int_equal(id, 1);
	lent += shown != NULL;
	return shown;
}

static void free_connector(drmModeConnector *c)
{
	assert_ptr_equal(c, shown);
	--lent;
}

static void test_drm_card_knows_another_screen_by_its_mode(void **state)
{
	drmModeModeInfo modev[] = {
		{ .hdisplay = 1920, .vdisplay = 1080, .clock = 148500 },
		{ .hdisplay = 1280, .vdisplay = 720, .clock = 74250 },
	};
	drmModeConnector conn = {
		.connector_id = 1,
		.connection = DRM_MODE_CONNECTED,
		.modes = modev,
		.count_modes = ARRAY_SIZE(modev),
	};
	struct drm_card c = { .fd = -1, .connector = 1, .mode = modev[1] };
	(void)state;

	shown = &conn;
	assert_true(drm_card_changed(&c)); /* Its first one, if none is best */
	modev[1].type = DRM_MODE_TYPE_PREFERRED;
	assert_false(drm_card_changed(&c));
	modev[1].clock /= 2;
	assert_true(drm_card_changed(&c));
	modev[1].clock *= 2;
	modev[1].vdisplay = 800;
	assert_true(drm_card_changed(&c));
	modev[1].vdisplay = 720;
	conn.connection = DRM_MODE_DISCONNECTED;
	assert_true(drm_card_changed(&c));
	conn.connection = DRM_MODE_CONNECTED;
	conn.count_modes = 0;
	assert_true(drm_card_changed(&c));
	shown = NULL;
	assert_true(drm_card_changed(&c));
	assert_int_equal(lent, 0);
}

int main(void)
{
	const struct CMUnitTest testv[] = {
		cmocka_unit_test(
			test_drm_card_knows_another_screen_by_its_mode),
	};

	drm.ModeGetConnector = get_connector;
	drm.ModeFreeConnector = free_connector;
	return cmocka_run_group_tests(testv, NULL, NULL);
}

# page/page.cmake  The page as a library: page.c, made by page/build.mjs
#
# BOARDPHONE_PAGE: ON wants it, and stops where it cannot be made; AUTO builds
# without it where node, npm or npm's packages are missing, and says so; OFF
# leaves it out. Without it the board serves no page, but takes SIP over
# WebSocket all the same.
set(BOARDPHONE_PAGE AUTO CACHE STRING "The board's page: AUTO, ON or OFF")
set_property(CACHE BOARDPHONE_PAGE PROPERTY STRINGS AUTO ON OFF)

set(page_dir ${CMAKE_SOURCE_DIR}/page)
set(page_c ${CMAKE_BINARY_DIR}/page/page.c)
set(page_missing "")
find_program(NODE NAMES node nodejs)
find_program(NPM npm)

if(BOARDPHONE_PAGE STREQUAL "OFF")
  set(page_missing "BOARDPHONE_PAGE=OFF")
elseif(NOT NODE OR NOT NPM)
  set(page_missing "no node and npm here (Debian: nodejs, npm)")
else()
  execute_process(COMMAND ${page_dir}/modules RESULT_VARIABLE page_result
    OUTPUT_QUIET ERROR_VARIABLE page_error)
  if(NOT page_result EQUAL 0)
    set(page_missing "npm ci failed: ${page_error}")
  endif()
endif()

if(page_missing)
  if(BOARDPHONE_PAGE STREQUAL "ON")
    message(FATAL_ERROR "BOARDPHONE_PAGE=ON, but ${page_missing}")
  endif()
  message(STATUS "Without the board's page: ${page_missing}")
  set(page_c ${CMAKE_BINARY_DIR}/page/none.c)
  file(CONFIGURE OUTPUT ${page_c} CONTENT [=[
/* Made by page/page.cmake */
#include "app/page.h"

static const uint8_t text[] = "This program was built without its page.\n";

const struct webfile page_filev[] = {
	{"/", "text/plain; charset=utf-8", "none", false, text,
	 sizeof(text) - 1},
	{0},
};
]=])
else()
  file(GLOB page_sources CONFIGURE_DEPENDS ${page_dir}/*.js ${page_dir}/*.mjs
    ${page_dir}/*.html ${page_dir}/*.css ${page_dir}/*.svg
    ${page_dir}/*.webmanifest ${page_dir}/words/*.js)
  add_custom_command(OUTPUT ${page_c}
    COMMAND ${page_dir}/modules
    COMMAND ${NODE} ${page_dir}/build.mjs ${CMAKE_BINARY_DIR}/page
      ${PROJECT_VERSION}
    DEPENDS ${page_sources} ${page_dir}/package-lock.json
      ${CMAKE_SOURCE_DIR}/LICENSE
    COMMENT "The board's page" VERBATIM)
endif()

add_library(page STATIC ${page_c})
target_link_libraries(page PUBLIC libraries)

if(BOARDPHONE_TESTS AND NOT page_missing)
  file(GLOB page_tests CONFIGURE_DEPENDS ${page_dir}/test/*.test.mjs)
  add_test(NAME page_scripts COMMAND ${NODE} --test ${page_tests})
  set_tests_properties(page_scripts PROPERTIES LABELS unit TIMEOUT 120)
endif()

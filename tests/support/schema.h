/**
 * @file tests/support/schema.h  Schema: what the phone says is as written
 *
 *     rig, commands -> [schema] <- docs/schema/{events,commands}.json
 *
 * Knows the part of JSON Schema (draft 2020-12) that these two files use, and
 * fails on any other keyword. The interop laboratory has a whole validator.
 */
#ifndef TESTS_SUPPORT_SCHEMA_H
#define TESTS_SUPPORT_SCHEMA_H

#include <jansson.h>
#include "core/base/re.h"

/** The file's whole object, "events" or "commands"; borrowed. Fails if it
    cannot be read */
const json_t *schema_file(const char *name);

/** Whether a value is as $defs/NAME of a file says. @return NULL, or what is
    wrong, until the next call */
const char *schema_fault(const char *file, const char *name,
			 const json_t *value);

/** Fail unless an event is one of events.json */
void schema_event(const json_t *ev);

/**
 * Fail unless a command's answer in JSON is one of commands.json.
 *
 * @param err     What the command returned
 * @param answer  What it answered, "" for nothing
 */
void schema_answer(const char *command, int err, const char *answer);

#endif

/**
 * @file app/client.c  Client
 *
 * A program of its own that may block; it never runs inside the phone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <jansson.h>
#include "app/client.h"
#include "core/base/re.h"

static FILE *connect_to(const char *path, int *errp)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	FILE *f = NULL;

	if (fd < 0) {
		*errp = errno;
		return NULL;
	}

	str_ncpy(un.sun_path, path, sizeof(un.sun_path));
	if (!connect(fd, (const struct sockaddr *)&un, sizeof(un)))
		f = fdopen(fd, "r+");
	if (!f) {
		*errp = errno;
		(void)close(fd);
	}

	return f;
}

static int ask(FILE *f, bool json, int argc, char *argv[])
{
	json_t *words = json_array();
	json_t *rq = json_pack("{s:o, s:b}", "command", words, "json", json);
	int err = rq ? 0 : ENOMEM;

	for (int i = 0; i < argc && !err; i++)
		err = json_array_append_new(words, json_string(argv[i]))
			      ? EINVAL
			      : 0;

	if (!err && (json_dumpf(rq, f, JSON_COMPACT) || fputc('\n', f) < 0 ||
		     fflush(f)))
		err = EPIPE;

	json_decref(rq);
	return err;
}

/* One line of the answer. @return whether it was the last */
static bool answer(const char *line, int *errp)
{
	json_t *js = json_loads(line, 0, NULL);
	const json_t *end = json_object_get(js, "exit");
	const char *out = json_string_value(json_object_get(js, "out"));
	bool last = end != NULL;

	if (out) {
		(void)fputs(out, stdout);
		(void)fflush(stdout);
	}
	if (end)
		*errp = (int)json_integer_value(end);

	json_decref(js);
	return last;
}

int client_run(const char *path, bool json, int argc, char *argv[])
{
	char *line = NULL;
	size_t size = 0;
	bool done = false;
	int err = 0;
	FILE *f;

	f = connect_to(path, &err);
	if (!f)
		return err;

	err = ask(f, json, argc, argv);
	while (!err && !done && getline(&line, &size, f) > 0)
		done = answer(line, &err);
	if (!done && !err)
		err = ECONNRESET; /* The phone ended before it answered */

	free(line);
	(void)fclose(f);
	return err;
}

/**
 * @file app/control.c  Control socket, the phone's side
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "app/control.h"
#include "app/words.h"
#include "core/base/log.h"

enum {
	LISTEN_BACKLOG = 4,
	CHUNK = 2048, /* Read at once [bytes] */
};

struct control {
	const struct commands_context *ctx;
	struct event_bus *events;
	struct loop_watch *watch;
	struct list clients;
	char *path;
	int fd;
};

struct client {
	struct le le;
	struct control *control;
	struct loop_watch *watch;
	struct event_listener *listener; /* While it streams events */
	struct answer *answer;		 /* Of a command that goes on */
	struct mbuf *in;		 /* A request as far as it has come */
	struct mbuf *out; /* Answers that the socket did not take yet */
	int fd;
	bool broken;
};

static void client_destructor(void *arg)
{
	struct client *c = arg;

	list_unlink(&c->le);
	answer_stop(c->answer);
	mem_deref(c->answer);
	mem_deref(c->listener);
	mem_deref(c->watch);
	mem_deref(c->in);
	mem_deref(c->out);
	if (c->fd >= 0)
		(void)close(c->fd);
}

static void control_destructor(void *arg)
{
	struct control *ct = arg;

	list_flush(&ct->clients);
	mem_deref(ct->watch);
	if (ct->fd >= 0) {
		(void)close(ct->fd);
		(void)unlink(ct->path);
	}
	mem_deref(ct->path);
}

static int rearm(struct client *c)
{
	return loop_watch_set(
		c->watch, LOOP_READ | (mbuf_get_left(c->out) ? LOOP_WRITE : 0));
}

/* What is no use any more: the loop hears the end of it and frees it */
static void client_break(struct client *c)
{
	c->broken = true;
	(void)shutdown(c->fd, SHUT_RDWR);
}

/* Move what is left to the front: a slow reader must not make it grow */
static void compact(struct mbuf *mb)
{
	size_t left = mbuf_get_left(mb);

	memmove(mb->buf, mbuf_buf(mb), left);
	mb->pos = 0;
	mb->end = left;
}

/* Write what the socket takes; the rest waits for LOOP_WRITE */
static void client_flush(struct client *c)
{
	while (mbuf_get_left(c->out)) {
		ssize_t n = send(c->fd, mbuf_buf(c->out), mbuf_get_left(c->out),
				 MSG_NOSIGNAL);

		if (n < 0) {
			if (errno != EAGAIN && errno != EINTR)
				client_break(c);
			break;
		}
		mbuf_advance(c->out, n);
	}

	if (c->out->pos >= mbuf_get_left(c->out))
		compact(c->out);
}

static void client_put(struct client *c, json_t *js)
{
	char *text = js ? json_dumps(js, JSON_COMPACT) : NULL;
	size_t pos = c->out->pos;

	json_decref(js);
	if (!text || mbuf_get_left(c->out) > CONTROL_BACKLOG) {
		free(text);
		client_break(c);
		return;
	}

	mbuf_skip_to_end(c->out);
	if (mbuf_printf(c->out, "%s\n", text))
		client_break(c);
	c->out->pos = pos;
	free(text);
	client_flush(c);
}

static void event_handler(const struct event *ev, void *arg)
{
	struct client *c = arg;

	/* Not freed here: this may be deep inside one of its own commands */
	if (c->broken)
		return;

	client_put(c, json_pack("{s:s+}", "out", ev->line, "\n"));
	(void)rearm(c);
}

static void later_handler(const char *p, size_t n, void *arg)
{
	struct client *c = arg;
	const struct pl text = { p, n };

	if (c->broken)
		return;

	client_put(c, json_pack("{s:o}", "out", event_string(&text)));
	(void)rearm(c);
}

static void end_handler(int err, void *arg)
{
	struct client *c = arg;

	client_put(c, json_pack("{s:i}", "exit", err));
	(void)rearm(c);
}

static bool room_handler(void *arg)
{
	const struct client *c = arg;

	return !mbuf_get_left(c->out);
}

static int new_answer(struct client *c)
{
	const struct answer_handlers h = {
		.texth = later_handler,
		.endh = end_handler,
		.roomh = room_handler,
		.arg = c,
	};

	if (answer_running(c->answer))
		return EBUSY; /* One after the other */

	c->answer = mem_deref(c->answer);
	return answer_alloc(&c->answer, &h);
}

static void run(struct client *c, int argc, char *argv[], bool json,
		uint64_t now)
{
	struct mbuf *out;
	struct pl text;
	int err;

	if (argc == 1 && !strcmp(argv[0], "events")) {
		err = c->listener
			      ? EALREADY
			      : event_listen(&c->listener, c->control->events,
					     event_handler, c);
		if (err)
			client_put(c, json_pack("{s:i}", "exit", err));
		return;
	}

	out = mbuf_alloc(CHUNK);
	if (!out) {
		c->broken = true;
		return;
	}

	err = new_answer(c);
	if (!err)
		err = commands_begin(c->control->ctx, argc, argv, json, out,
				     c->answer, now);
	text.p = (const char *)out->buf;
	text.l = out->end;
	if (out->end)
		client_put(c, json_pack("{s:o}", "out", event_string(&text)));
	if (err != EINPROGRESS)
		client_put(c, json_pack("{s:i}", "exit", err));
	mem_deref(out);
}

static void request(struct client *c, const char *line, size_t len,
		    uint64_t now)
{
	json_t *js = json_loadb(line, len, 0, NULL);
	json_t *words = json_object_get(js, "command");
	size_t n = json_array_size(words);
	char *argv[WORDS_MAX];
	int argc = 0;

	for (size_t i = 0; i < n && i < WORDS_MAX; i++) {
		const char *s = json_string_value(json_array_get(words, i));

		if (s)
			argv[argc++] = (char *)(uintptr_t)s;
	}

	if (!argc || (size_t)argc != n)
		client_put(c, json_pack("{s:i}", "exit", EINVAL));
	else
		run(c, argc, argv, json_is_true(json_object_get(js, "json")),
		    now);

	json_decref(js);
}

/* Run the requests that are complete; keep the rest of a line */
static void requests(struct client *c, uint64_t now)
{
	const char *nl;

	while (!c->broken && mbuf_get_left(c->in)) {
		const char *p = (const char *)mbuf_buf(c->in);

		nl = memchr(p, '\n', mbuf_get_left(c->in));
		if (!nl)
			break;
		mbuf_advance(c->in, nl + 1 - p);
		request(c, p, (size_t)(nl - p), now);
	}

	compact(c->in);
	if (c->in->end > CONTROL_REQUEST)
		c->broken = true;
}

static bool client_read(struct client *c)
{
	uint8_t chunk[CHUNK];
	ssize_t n = recv(c->fd, chunk, sizeof(chunk), 0);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (!n)
		return false;

	c->in->pos = c->in->end;
	if (mbuf_write_mem(c->in, chunk, (size_t)n))
		return false;
	c->in->pos = 0;
	return true;
}

static void client_handler(int flags, uint64_t now, void *arg)
{
	struct client *c = mem_ref(arg);
	bool alive = true;

	if (flags & LOOP_WRITE)
		client_flush(c);
	if (flags & (LOOP_READ | LOOP_EXCEPT))
		alive = client_read(c);
	if (alive)
		requests(c, now);

	/* `quit` may have freed the control socket and this client with it */
	if (mem_nrefs(c) > 1 && (!alive || c->broken || rearm(c)))
		mem_deref(c);
	mem_deref(c);
}

static void accept_handler(int flags, uint64_t now, void *arg)
{
	struct control *ct = arg;
	struct client *c;
	int fd = accept4(ct->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	(void)flags;
	(void)now;

	if (fd < 0)
		return;
	if (list_count(&ct->clients) >= CONTROL_CLIENTS) {
		(void)close(fd);
		return;
	}

	c = mem_zalloc(sizeof(*c), client_destructor);
	if (!c) {
		(void)close(fd);
		return;
	}

	c->fd = fd;
	c->control = ct;
	c->in = mbuf_alloc(CHUNK);
	c->out = mbuf_alloc(CHUNK);
	list_append(&ct->clients, &c->le, c);
	if (!c->in || !c->out ||
	    loop_watch_alloc(&c->watch, "control client", fd, LOOP_READ,
			     client_handler, c))
		mem_deref(c);
}

/* Whether somebody answers at the address */
static bool answered(const struct sockaddr_un *un)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes;

	if (fd < 0)
		return false;

	yes = !connect(fd, (const struct sockaddr *)un, sizeof(*un));
	(void)close(fd);
	return yes;
}

static int listen_at(int fd, const char *path, unsigned mode)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	mode_t mask;
	int err = 0;

	if (str_len(path) >= sizeof(un.sun_path))
		return ENAMETOOLONG;
	str_ncpy(un.sun_path, path, sizeof(un.sun_path));

	if (answered(&un))
		return EADDRINUSE;
	(void)unlink(path); /* Left behind by a phone that died */

	mask = umask(S_IRWXG | S_IRWXO);
	if (bind(fd, (const struct sockaddr *)&un, sizeof(un)) ||
	    chmod(path, (mode_t)mode) || listen(fd, LISTEN_BACKLOG))
		err = errno;
	(void)umask(mask);
	return err;
}

int control_alloc(struct control **cp, const char *path, unsigned mode,
		  const struct commands_context *ctx, struct event_bus *events)
{
	struct control *ct;
	int fd, err;

	ct = mem_zalloc(sizeof(*ct), control_destructor);
	if (!ct)
		return ENOMEM;

	ct->fd = -1;
	ct->ctx = ctx;
	ct->events = events;
	err = str_dup(&ct->path, path);
	if (err)
		goto out;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		err = errno;
		goto out;
	}

	err = listen_at(fd, path, mode);
	if (err) {
		(void)close(fd);
		goto out;
	}

	ct->fd = fd;
	err = loop_watch_alloc(&ct->watch, "control", fd, LOOP_READ,
			       accept_handler, ct);
out:
	if (err)
		mem_deref(ct);
	else
		*cp = ct;
	return err;
}

/**
 * @file core/call/gate.c  Gate made of the web server: HTTPS and WebSocket
 */
#include <time.h>
#include "core/base/log.h"
#include "core/call/gate.h"
#include "core/net/announce.h"
#include "core/net/pagecert.h"
#include "core/net/webserver.h"

enum {
	/* [page] name, what it is announced as otherwise, names, NULL */
	NAMES_MAX = ANNOUNCE_NAMES + CONFIG_ITEMS_MAX + 1,
	HASH_TEXT_MAX = 256, /* Room for AA:BB:...       */
};

struct gate {
	const struct config *cfg;
	struct pagecert *cert;
	struct webserver *server;
	struct announce *announce; /* NULL when only this machine may come */
	gate_open_h *openh;
	void *arg;
	char hash[HASH_TEXT_MAX];
};

static void gate_destructor(void *arg)
{
	struct gate *g = arg;

	mem_deref(g->announce);
	mem_deref(g->server);
	mem_deref(g->cert);
}

static void open_handler(struct webconn *c, uint64_t now, void *arg)
{
	struct gate *g = arg;

	g->openh(c, now, g->arg);
}

/* What the board is called, each a string of its own */
static int make_names(char *namev[NAMES_MAX], const struct config *cfg)
{
	const char *name = config_text(cfg, "page", "name");
	char other[ANNOUNCE_NAME_MAX];
	unsigned n = 0;
	struct pl item;
	int err;

	err = str_dup(&namev[n++], name);
	for (unsigned i = 1; !err && i < ANNOUNCE_NAMES; i++) {
		err = announce_print_name(other, name, i);
		if (!err)
			err = str_dup(&namev[n++], other);
	}
	for (unsigned i = 0; !err && i < CONFIG_ITEMS_MAX &&
			     config_item(cfg, "page", "names", i, &item);
	     i++)
		err = pl_strdup(&namev[n++], &item);

	return err;
}

static int make_cert(struct gate *g, const char *const *namev)
{
	const struct pagecert_params prm = {
		.cert = config_text(g->cfg, "page", "cert"),
		.key = config_text(g->cfg, "page", "key"),
		.state = config_text(g->cfg, "page", "state"),
		.namev = namev,
		.wall = (uint64_t)time(NULL),
	};
	char reason[PAGECERT_REASON_MAX] = "";
	int err;

	err = pagecert_alloc(&g->cert, &prm, reason);
	if (err)
		log_warning("page: %s\n", *reason ? reason : strerror(err));
	else
		(void)re_snprintf(g->hash, sizeof(g->hash), "%H",
				  pagecert_print_hash, g->cert);
	return err;
}

/* Without it the page is there all the same */
static void announce(struct gate *g, const struct sa *listenv, size_t listenc)
{
	bool alone = true;

	for (size_t i = 0; i < listenc; i++)
		alone = alone && sa_is_loopback(&listenv[i]);
	if (!alone) {
		(void)announce_alloc(&g->announce,
				     config_text(g->cfg, "page", "name"),
				     webserver_port(g->server));
	}
}

static int make_server(struct gate *g, const struct gate_params *prm,
		       const char *const *namev)
{
	struct sa listenv[WEBSERVER_LISTEN_MAX];
	struct webserver_params wp = {
		.listenv = listenv,
		.cert = g->cert,
		.namev = namev,
		.filev = prm->filev,
		.openh = open_handler,
		.arg = g,
	};
	char reason[WEBSERVER_REASON_MAX] = "";
	struct pl item;
	int err = 0;

	while (!err && wp.listenc < ARRAY_SIZE(listenv) &&
	       config_item(g->cfg, "page", "listen", (unsigned)wp.listenc,
			   &item)) {
		err = sa_decode(&listenv[wp.listenc], item.p, item.l);
		wp.listenc += !err;
	}
	if (!err)
		err = webserver_alloc(&g->server, &wp, reason);
	if (err)
		log_warning("page: [page] listen = %s: %s\n",
			    config_text(g->cfg, "page", "listen"),
			    *reason ? reason : strerror(err));
	else
		announce(g, listenv, wp.listenc);
	return err;
}

static int gate_alloc(void **gp, const struct gate_params *prm)
{
	char *namev[NAMES_MAX] = { NULL };
	const char *const *cv = (const char *const *)(uintptr_t)namev;
	struct gate *g;
	int err;

	g = mem_zalloc(sizeof(*g), gate_destructor);
	if (!g)
		return ENOMEM;

	g->cfg = prm->cfg;
	g->openh = prm->openh;
	g->arg = prm->arg;
	err = make_names(namev, prm->cfg);
	if (!err)
		err = make_cert(g, cv);
	if (!err)
		err = make_server(g, prm, cv);
	for (unsigned i = 0; i < NAMES_MAX; i++)
		mem_deref(namev[i]);
	if (err)
		mem_deref(g);
	else
		*gp = g;
	return err;
}

static int gate_set_info(void *arg, const char *json)
{
	struct gate *g = arg;

	return webserver_set_info(g->server, json);
}

static const char *gate_fingerprint(const void *arg)
{
	const struct gate *g = arg;

	return g->hash;
}

static int gate_print(struct re_printf *pf, const void *arg)
{
	const struct gate *g = arg;
	int err;

	err = re_hprintf(pf,
			 "page at port %u, certificate %H\n"
			 "fingerprint of the certificate %s\n",
			 webserver_port(g->server), pagecert_print, g->cert,
			 g->hash);
	if (g->announce)
		err |= re_hprintf(pf, "%H\n", announce_print, g->announce);

	return err | re_hprintf(pf, "%H\n", webserver_print, g->server);
}

static void gate_set_handlers(void *conn, gate_recv_h *recvh,
			      gate_close_h *closeh, void *arg)
{
	webconn_set_handlers(conn, recvh, closeh, arg);
}

static int gate_send(void *conn, struct mbuf *mb)
{
	return webconn_send(conn, mb);
}

static void gate_close(void *conn, enum gate_code code, const char *reason,
		       uint64_t now)
{
	webconn_close(conn, (enum frames_code)code, reason, now);
}

static void gate_trust(void *conn)
{
	webconn_trust(conn);
}

static const struct sa *gate_peer(const void *conn)
{
	return webconn_peer(conn);
}

const struct gate_driver *gate_web(void)
{
	static const struct gate_driver driver = {
		.alloc = gate_alloc,
		.set_info = gate_set_info,
		.fingerprint = gate_fingerprint,
		.print = gate_print,
		.set_handlers = gate_set_handlers,
		.send = gate_send,
		.close = gate_close,
		.trust = gate_trust,
		.peer = gate_peer,
	};

	return &driver;
}

/**
 * @file core/call/reception.c  Reception
 */
#include "core/base/log.h"
#include "core/call/reception.h"

struct reception {
	struct reception_params prm;
};

int reception_alloc(struct reception **rp, const struct reception_params *prm)
{
	(void)rp;
	(void)prm;
	log_warning("page: not in this version\n");
	return ENOSYS;
}

int reception_start(struct reception *r, uint64_t now)
{
	(void)r;
	(void)now;
	return ENOSYS;
}

void reception_stop(struct reception *r, reception_stopped_h *h, void *arg,
		    uint64_t now)
{
	(void)r;
	h(now, arg);
}

bool reception_get(const struct reception *r, unsigned i,
		   struct reception_guest *g)
{
	(void)r;
	(void)i;
	(void)g;
	return false;
}

unsigned reception_registered(const struct reception *r)
{
	(void)r;
	return 0;
}

int reception_send(struct reception *r, const struct line *line,
		   const char *ctype, const char *body, uint64_t now)
{
	(void)r;
	(void)line;
	(void)ctype;
	(void)body;
	(void)now;
	return ENOENT;
}

int reception_publish(struct reception *r, const char *key, json_t *value)
{
	(void)r;
	(void)key;
	json_decref(value);
	return 0;
}

int reception_new_password(struct reception *r, const char **passwordp)
{
	(void)r;
	(void)passwordp;
	return EPERM;
}

int reception_print(struct re_printf *pf, const struct reception *r)
{
	(void)pf;
	(void)r;
	return 0;
}

json_t *reception_json(const struct reception *r)
{
	(void)r;
	return json_object();
}

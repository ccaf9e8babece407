/**
 * @file core/net/webhead.c  Web head
 *
 * libre knows headers by a hash of their names, and another name may have
 * the same one: here the name itself is compared.
 */
#include <ctype.h>
#include "core/net/webhead.h"

enum {
	END_SIZE = 4, /* Empty line, CRLF CRLF */
	DELETE = 0x7f,
};

size_t webhead_size(const uint8_t *p, size_t size, size_t *scanned)
{
	size_t i = *scanned;

	for (; i + END_SIZE <= size; i++) {
		if (!memcmp(p + i, "\r\n\r\n", END_SIZE))
			return i + END_SIZE;
	}

	*scanned = i;
	return 0;
}

bool webhead_is_clean(const uint8_t *p, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t c = p[i];

		if (c == '\r' && i + 1 < size && p[i + 1] == '\n') {
			++i;
			if (i + 1 < size &&
			    (p[i + 1] == ' ' || p[i + 1] == '\t'))
				return false;
		} else if ((c < ' ' && c != '\t') || c == DELETE) {
			return false;
		}
	}

	return true;
}

const struct pl *webhead_only(const struct http_msg *msg, const char *name)
{
	const struct pl *found = NULL;
	struct le *le;

	for (le = list_head(&msg->hdrl); le; le = le->next) {
		const struct http_hdr *hdr = le->data;

		if (pl_strcasecmp(&hdr->name, name))
			continue;
		if (found)
			return NULL;
		found = &hdr->val;
	}

	return found;
}

unsigned webhead_count(const struct http_msg *msg, const char *name)
{
	unsigned n = 0;
	struct le *le;

	for (le = list_head(&msg->hdrl); le; le = le->next) {
		const struct http_hdr *hdr = le->data;

		n += !pl_strcasecmp(&hdr->name, name);
	}

	return n;
}

bool webhead_has(const struct http_msg *msg, const char *name,
		 const char *token)
{
	struct pl list, element;
	struct le *le;

	for (le = list_head(&msg->hdrl); le; le = le->next) {
		const struct http_hdr *hdr = le->data;

		if (pl_strcasecmp(&hdr->name, name))
			continue;
		list = hdr->val;
		while (webhead_element(&list, &element)) {
			if (!pl_strcasecmp(&element, token))
				return true;
		}
	}

	return false;
}

bool webhead_is_tchar(int c)
{
	return c > ' ' && c < DELETE &&
	       (isalnum(c) || strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct pl webhead_trim(struct pl pl)
{
	while (pl.l && is_blank(pl.p[0]))
		pl_advance(&pl, 1);
	while (pl.l && is_blank(pl.p[pl.l - 1]))
		--pl.l;

	return pl;
}

bool webhead_element(struct pl *list, struct pl *element)
{
	while (list->l) {
		const char *comma = memchr(list->p, ',', list->l);
		struct pl part = *list;

		if (comma)
			part.l = (size_t)(comma - list->p);
		pl_advance(list, (ssize_t)(part.l + (comma ? 1 : 0)));
		part = webhead_trim(part);
		if (part.l) {
			*element = part;
			return true;
		}
	}

	return false;
}

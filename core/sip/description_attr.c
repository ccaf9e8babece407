/**
 * @file core/sip/description_attr.c  The a= lines of SDP
 *
 * Whatever is wrong with an attribute that decides where media goes, or under
 * which key, refuses the description; whatever is wrong with another, or is
 * more than its limit, is passed over.
 */
#include <ctype.h>
#include "core/sip/description_attr.h"

typedef int(attr_h)(struct description_place *pl, char *value,
		    const char **whyp);

char *description_word(char **textp)
{
	char *word = *textp + strspn(*textp, " \t");
	char *end = word + strcspn(word, " \t");

	*textp = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

bool description_number(const char *text, uint32_t max, uint32_t *value)
{
	uint64_t n = 0;

	if (!*text)
		return false;

	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		n = n * 10 + (uint64_t)(*text - '0');
		if (n > max)
			return false;
	}

	*value = (uint32_t)n;
	return true;
}

bool description_token(const char *text, const char *extra)
{
	if (!*text)
		return false;

	for (; *text; text++) {
		if (!isalnum((unsigned char)*text) &&
		    !strchr("!#$%&'*+-.^_`{|}~", *text) &&
		    !strchr(extra, *text))
			return false;
	}

	return true;
}

static bool is_ice(const char *text, size_t min)
{
	size_t len = strlen(text);

	return len >= min && len <= DESCRIPTION_ICE &&
	       len == strspn(text, "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789+/");
}

static int ufrag(struct description_place *pl, char *value, const char **whyp)
{
	if (!is_ice(value, DESCRIPTION_UFRAG_MIN)) {
		*whyp = "ice-ufrag is not 4 to 256 letters, digits, + and /";
		return EBADMSG;
	}

	pl->m->ufrag = value;
	return 0;
}

static int pwd(struct description_place *pl, char *value, const char **whyp)
{
	if (!is_ice(value, DESCRIPTION_PWD_MIN)) {
		*whyp = "ice-pwd is not 22 to 256 letters, digits, + and /";
		return EBADMSG;
	}

	pl->m->pwd = value;
	return 0;
}

static int options(struct description_place *pl, char *value, const char **whyp)
{
	(void)whyp;

	pl->m->ice_options = value;
	return 0;
}

static int candidate(struct description_place *pl, char *value,
		     const char **whyp)
{
	struct description_media *m = pl->m;
	const size_t size = DESCRIPTION_CANDIDATES * sizeof(*m->candidatev);
	(void)whyp;

	if (pl->session || pl->candidates == DESCRIPTION_CANDIDATES)
		return 0;
	if (!m->candidatev)
		m->candidatev = description_memory(pl->d, size);
	if (!m->candidatev)
		return ENOMEM;

	m->candidatev[m->candidatec++] = value;
	++pl->candidates;
	return 0;
}

/* Pairs of hexadecimal digits with colons between them (RFC 8122 5) */
static bool is_print(const char *text)
{
	for (;; text += 3) {
		if (!isxdigit((unsigned char)text[0]) ||
		    !isxdigit((unsigned char)text[1]))
			return false;
		if (!text[2])
			return true;
		if (text[2] != ':')
			return false;
	}
}

static int fingerprint(struct description_place *pl, char *value,
		       const char **whyp)
{
	struct description_media *m = pl->m;
	char *hash = description_word(&value);
	char *hex = description_word(&value);

	if (!description_token(hash, "") || !is_print(hex)) {
		*whyp = "fingerprint is not a hash name and pairs of digits";
		return EBADMSG;
	}
	if (!pl->session && !pl->prints) {
		pl->prints = true; /* Its own ones replace the session's */
		m->printc = 0;
	}
	if (m->printc == DESCRIPTION_PRINTS) {
		*whyp = "too many fingerprints";
		return EOVERFLOW;
	}

	m->printv[m->printc].hash = hash;
	m->printv[m->printc++].value = hex;
	return 0;
}

/* Of an m-line only (RFC 4568 section 5); sdes.h reads it */
static int crypto(struct description_place *pl, char *value, const char **whyp)
{
	struct description_media *m = pl->m;
	(void)whyp;

	if (!pl->session && m->cryptoc < DESCRIPTION_CRYPTOS)
		m->cryptov[m->cryptoc++] = value;
	return 0;
}

static int setup(struct description_place *pl, char *value, const char **whyp)
{
	for (enum description_setup s = DESCRIPTION_SETUP_ACTPASS;
	     s <= DESCRIPTION_SETUP_HOLDCONN; s++) {
		if (!str_casecmp(value, description_setup_name(s))) {
			pl->m->setup = s;
			return 0;
		}
	}

	*whyp = "setup is none of actpass, active, passive, holdconn";
	return EBADMSG;
}

static int tls_id(struct description_place *pl, char *value, const char **whyp)
{
	(void)whyp;

	pl->m->tls_id = value;
	return 0;
}

static int mid(struct description_place *pl, char *value, const char **whyp)
{
	if (pl->session)
		return 0;
	if (!description_token(value, "")) {
		*whyp = "mid is not a token";
		return EBADMSG;
	}

	pl->m->mid = value;
	return 0;
}

static int group(struct description_place *pl, char *value, const char **whyp)
{
	char *semantics = description_word(&value);

	if (!pl->session || str_casecmp(semantics, "BUNDLE"))
		return 0;
	if (pl->d->groupc == DESCRIPTION_GROUPS) {
		*whyp = "too many groups";
		return EOVERFLOW;
	}

	pl->groupv[pl->d->groupc++] = value;
	return 0;
}

/* The format that the first word of the value names; "*" gives NULL */
static struct description_format *format(struct description_place *pl,
					 char **valuep)
{
	char *word = description_word(valuep);
	uint32_t pt;

	if (!description_number(word, DESCRIPTION_PT_MAX, &pt))
		return NULL;
	return (struct description_format *)description_format(pl->m, pt);
}

static int rtpmap(struct description_place *pl, char *value, const char **whyp)
{
	struct description_format *f = format(pl, &value);
	uint32_t channels = 1;
	char *rate, *ch;

	if (!f)
		return 0; /* Not on the m= line: none of its formats */

	value += strspn(value, " \t");
	rate = strchr(value, '/');
	if (!rate)
		goto bad;
	*rate++ = '\0';
	ch = strchr(rate, '/');
	if (ch)
		*ch++ = '\0';
	if (!description_token(value, "") ||
	    !description_number(description_word(&rate), UINT32_MAX,
				&f->rate) ||
	    !f->rate)
		goto bad;
	if (ch && *ch &&
	    !description_number(description_word(&ch), UINT8_MAX, &channels))
		goto bad;

	f->name = value;
	f->channels = channels ? (uint8_t)channels : 1;
	return 0;

bad:
	*whyp = "rtpmap is not NAME/RATE or NAME/RATE/CHANNELS";
	return EBADMSG;
}

static int fmtp(struct description_place *pl, char *value, const char **whyp)
{
	struct description_format *f = format(pl, &value);
	(void)whyp;

	if (f && !*f->fmtp)
		f->fmtp = value + strspn(value, " \t");
	return 0;
}

static void add_fb(struct description_format *f, const char *value)
{
	if (f->fbc < DESCRIPTION_FBS)
		f->fbv[f->fbc++] = value;
}

static int rtcp_fb(struct description_place *pl, char *value, const char **whyp)
{
	bool all = value[0] == '*';
	struct description_format *f = format(pl, &value);
	(void)whyp;

	value += strspn(value, " \t");
	if (f)
		add_fb(f, value);
	for (size_t i = 0; all && i < pl->m->formatc; i++)
		add_fb(&pl->m->formatv[i], value);
	return 0;
}

static int ssrc(struct description_place *pl, char *value, const char **whyp)
{
	const size_t size = DESCRIPTION_SSRCS * sizeof(*pl->m->ssrcv);
	struct description_media *m = pl->m;
	struct description_ssrc *s;
	uint32_t id;
	(void)whyp;

	if (pl->session ||
	    !description_number(description_word(&value), UINT32_MAX, &id))
		return 0;
	if (!m->ssrcv)
		m->ssrcv = description_memory(pl->d, size);
	if (!m->ssrcv)
		return ENOMEM;

	for (s = m->ssrcv; s < m->ssrcv + m->ssrcc && s->ssrc != id; s++)
		;
	if (s == m->ssrcv + m->ssrcc) {
		if (m->ssrcc == DESCRIPTION_SSRCS)
			return 0;
		++m->ssrcc;
		s->ssrc = id;
		s->cname = "";
	}
	if (!strncmp(value, "cname:", strlen("cname:")))
		s->cname = value + strlen("cname:");
	return 0;
}

static int msid(struct description_place *pl, char *value, const char **whyp)
{
	(void)whyp;

	if (!pl->session && !*pl->m->msid)
		pl->m->msid = value;
	return 0;
}

/* Says what a picture is of, no more: one that cannot be read is left out */
static int content(struct description_place *pl, char *value, const char **whyp)
{
	(void)whyp;

	if (!pl->session && !*pl->m->content && description_token(value, ","))
		pl->m->content = value;
	return 0;
}

static const struct {
	const char *name;
	enum sdp_dir dir;
} dirv[] = {
	{ "sendrecv", SDP_SENDRECV },
	{ "sendonly", SDP_SENDONLY },
	{ "recvonly", SDP_RECVONLY },
	{ "inactive", SDP_INACTIVE },
};

static int extmap(struct description_place *pl, char *value, const char **whyp)
{
	const size_t size = DESCRIPTION_EXTS * sizeof(*pl->m->extv);
	struct description_media *m = pl->m;
	char *id = description_word(&value);
	char *uri = description_word(&value);
	char *dir = strchr(id, '/');
	struct description_ext *e;
	uint32_t n;
	(void)whyp;

	if (dir)
		*dir++ = '\0';
	if (!description_number(id, DESCRIPTION_EXT_MAX, &n) || !n || !*uri ||
	    m->extc == DESCRIPTION_EXTS)
		return 0;
	if (!m->extv)
		m->extv = description_memory(pl->d, size);
	if (!m->extv)
		return ENOMEM;

	e = &m->extv[m->extc++];
	e->id = (uint16_t)n;
	e->uri = uri;
	e->dir = SDP_SENDRECV;
	for (size_t i = 0; dir && i < ARRAY_SIZE(dirv); i++) {
		if (!strcmp(dir, dirv[i].name))
			e->dir = dirv[i].dir;
	}
	return 0;
}

static int rtcp(struct description_place *pl, char *value, const char **whyp)
{
	uint32_t port;
	(void)whyp;

	if (description_number(description_word(&value), UINT16_MAX, &port))
		pl->m->rtcp_port = (uint16_t)port;
	return 0;
}

static int ptime(struct description_place *pl, char *value, const char **whyp)
{
	(void)whyp;

	(void)description_number(value, UINT16_MAX, &pl->m->ptime);
	return 0;
}

static int maxptime(struct description_place *pl, char *value,
		    const char **whyp)
{
	(void)whyp;

	(void)description_number(value, UINT16_MAX, &pl->m->maxptime);
	return 0;
}

static const struct {
	const char *name;
	attr_h *h;
} attrv[] = {
	{ "ice-ufrag", ufrag },
	{ "ice-pwd", pwd },
	{ "ice-options", options },
	{ "candidate", candidate },
	{ "fingerprint", fingerprint },
	{ "crypto", crypto },
	{ "setup", setup },
	{ "tls-id", tls_id },
	{ "mid", mid },
	{ "group", group },
	{ "rtpmap", rtpmap },
	{ "fmtp", fmtp },
	{ "rtcp-fb", rtcp_fb },
	{ "ssrc", ssrc },
	{ "msid", msid },
	{ "content", content },
	{ "extmap", extmap },
	{ "rtcp", rtcp },
	{ "ptime", ptime },
	{ "maxptime", maxptime },
};

static const struct {
	const char *name;
	size_t offset;
} flagv[] = {
	{ "rtcp-mux", offsetof(struct description_media, rtcp_mux) },
	{ "rtcp-mux-only", offsetof(struct description_media, rtcp_mux_only) },
	{ "rtcp-rsize", offsetof(struct description_media, rtcp_rsize) },
	{ "bundle-only", offsetof(struct description_media, bundle_only) },
	{ "end-of-candidates",
	  offsetof(struct description_media, end_of_candidates) },
};

/* Attributes of no value. Those of the session are set on the description */
static void flag(struct description_place *pl, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(dirv); i++) {
		if (!strcmp(name, dirv[i].name))
			pl->m->dir = dirv[i].dir;
	}
	for (size_t i = 0; !pl->session && i < ARRAY_SIZE(flagv); i++) {
		if (!strcmp(name, flagv[i].name))
			*((bool *)pl->m + flagv[i].offset) = true;
	}
	if (pl->session && !strcmp(name, "ice-lite"))
		pl->d->ice_lite = true;
	if (pl->session && !strcmp(name, "extmap-allow-mixed"))
		pl->d->extmap_mixed = true;
}

int description_attr(struct description_place *pl, char *line,
		     const char **whyp)
{
	char *value = strchr(line, ':');

	if (!value) {
		flag(pl, line);
		return 0;
	}

	*value++ = '\0';
	value += strspn(value, " \t");
	for (size_t i = 0; i < ARRAY_SIZE(attrv); i++) {
		if (!strcmp(line, attrv[i].name))
			return attrv[i].h(pl, value, whyp);
	}

	return 0;
}

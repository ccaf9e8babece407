/**
 * @file core/base/config_check.c  Checks of values with a form of their own
 *
 * Form only, except for files: what a name means is found out by who uses it.
 */
#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>
#include "core/base/config_check.h"

enum {
	HA1_MD5 = 32,	  /* Hex digits (RFC 7616 section 3.4.2) */
	HA1_SHA256 = 64,  /* Same                                */
	UUID_LENGTH = 36, /* RFC 9562 section 4                  */
	MODE_DIGITS = 4,  /* 0600                                */
	PORT_MAX = 65535, /* RFC 6335 section 6                  */
	PORT_DIGITS = 5,  /* Of the largest                      */
	LABEL_MAX = 63,	  /* RFC 1035 section 2.3.4              */
	PASSWORD_MIN = 8, /* Characters, ours                    */
	ACCOUNT_MAX = 31, /* Same                                */
};

static bool is_host_char(char c)
{
	return isalnum((unsigned char)c) || strchr(".-_", c);
}

static bool is_port(const char *p, size_t len)
{
	char text[PORT_DIGITS + 1] = "";

	if (!len || len > PORT_DIGITS || strspn(p, "0123456789") < len)
		return false;

	memcpy(text, p, len);
	return atoi(text) > 0 && atoi(text) <= PORT_MAX;
}

/* host, host:port, [v6], [v6]:port; *endp is set behind it */
static bool is_host(const char *p, const char **endp)
{
	const char *start = p;

	if (*p == '[') {
		p += 1 + strspn(p + 1, "0123456789abcdefABCDEF:.");
		if (*p++ != ']' || p - start < 4)
			return false;
	} else {
		while (*p && is_host_char(*p))
			++p;
		if (p == start)
			return false;
	}
	if (*p == ':') {
		size_t len = strspn(p + 1, "0123456789");

		if (!is_port(p + 1, len))
			return false;
		p += 1 + len;
	}

	*endp = p;
	return true;
}

const char *config_check_domain(const char *v)
{
	const char *end;

	return is_host(v, &end) && !*end ? NULL
					 : "a domain, such as example.org";
}

static bool is_sip_uri(const char *v, size_t len)
{
	struct pl pl = { v, len };
	struct uri uri;

	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)v[i] <= ' ' || strchr("<>\"", v[i]))
			return false;
	}

	return !uri_decode(&uri, &pl) && pl_isset(&uri.host) &&
	       (!pl_strcasecmp(&uri.scheme, "sip") ||
		!pl_strcasecmp(&uri.scheme, "sips"));
}

const char *config_check_uri(const char *v)
{
	return is_sip_uri(v, strlen(v)) ? NULL
					: "a SIP URI, such as sip:host:5060";
}

const char *config_check_user(const char *v)
{
	struct uri uri;
	struct pl pl;

	pl_set_str(&pl, v);
	if (!strncasecmp(v, "sip:", 4) || !strncasecmp(v, "sips:", 5)) {
		if (is_sip_uri(v, pl.l) && !uri_decode(&uri, &pl) &&
		    pl_isset(&uri.user))
			return NULL;
	} else if (!strpbrk(v, " \t@:<>\"/;?,") && *v) {
		return NULL;
	}

	return "a user, such as alice, or sip:alice@example.org";
}

const char *config_check_ha1(const char *v)
{
	size_t len = strlen(v);

	if ((len == HA1_MD5 || len == HA1_SHA256) &&
	    strspn(v, "0123456789abcdef") == len)
		return NULL;

	return "32 (MD5) or 64 (SHA-256) small hexadecimal digits";
}

const char *config_check_uuid(const char *v)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	bool good = strlen(v) == UUID_LENGTH;

	for (size_t i = 0; good && form[i]; i++)
		good = form[i] == 'x' ? isxdigit((unsigned char)v[i]) != 0
				      : v[i] == form[i];

	return good ? NULL : "a UUID, as `uuidgen` prints it";
}

const char *config_check_url(const char *v)
{
	const char *p = v, *end;

	if (!strncmp(p, "wss://", 6))
		p += 6;
	else if (!strncmp(p, "ws://", 5))
		p += 5;
	else
		goto bad;
	if (!is_host(p, &end) || (*end && *end != '/' && *end != '?'))
		goto bad;
	for (p = end; *p; p++) {
		if (*p <= ' ' || *p >= 0x7f || *p == '#')
			goto bad;
	}
	return NULL;

bad:
	return "wss://host, wss://host:port/path";
}

const char *config_check_ice(const char *v)
{
	const char *p, *at, *end;

	if (!strcmp(v, "none"))
		return NULL;
	if (!strncmp(v, "stun:", 5) && is_host(v + 5, &end) && !*end)
		return NULL;
	if (strncmp(v, "turn:", 5))
		goto bad;

	p = v + 5;
	at = strrchr(p, '@'); /* A password may have one */
	if (!at || !memchr(p, ':', (size_t)(at - p)) || *p == ':' ||
	    at[-1] == ':' || strpbrk(p, " \t"))
		goto bad;
	if (is_host(at + 1, &end) && (!*end || !strcmp(end, "?transport=udp") ||
				      !strcmp(end, "?transport=tcp")))
		return NULL;

bad:
	return "none, stun:host, turn:user:password@host or "
	       "turn:user:password@host?transport=tcp, with :port if needed";
}

const char *config_check_file(const char *v)
{
	return access(v, R_OK) ? "a file that exists and may be read" : NULL;
}

const char *config_check_path(const char *v)
{
	return v[0] == '/' && v[1] ? NULL : "an absolute path";
}

/* The form; what the names mean is the driver's to judge, at start */
const char *config_check_sound(const char *v)
{
	const char *comma;

	if (!strcmp(v, "none") || !strcmp(v, "sim:silence") ||
	    !strcmp(v, "sim:tone") || !strncmp(v, "sim:tone=", 9))
		return NULL;
	if (!strncmp(v, "alsa:", 5) && v[5])
		return NULL;
	if (!strncmp(v, "sim:file=", 9)) {
		comma = strchr(v + 9, ',');
		if (comma && comma > v + 9 && comma[1])
			return NULL;
	}

	return "alsa:NAME, sim:tone[=HZ[,DBFS]], sim:file=IN.wav,OUT.wav or "
	       "none (`boardphone devices` lists names)";
}

const char *config_check_music(const char *v)
{
	if (!strcmp(v, "none") || !strcmp(v, "sim:tone") ||
	    !strncmp(v, "sim:tone=", 9))
		return NULL;

	return config_check_file(v)
		       ? "none, sim:tone[=HZ] or a WAV file that may be read"
		       : NULL;
}

const char *config_check_camera(const char *v)
{
	if (!strcmp(v, "none") || !strcmp(v, "v4l2") ||
	    !strcmp(v, "sim:pattern") || !strcmp(v, "sim:pattern=still"))
		return NULL;
	if (!strncmp(v, "v4l2:", 5) && v[5])
		return NULL;
	if (!strncmp(v, "sim:file=", 9) && v[9])
		return NULL;

	return "v4l2[:/dev/videoN], sim:pattern[=still], sim:file=FILE or none "
	       "(`boardphone devices` lists names)";
}

const char *config_check_display(const char *v)
{
	if (!strcmp(v, "none") || !strcmp(v, "drm"))
		return NULL;
	if (!strncmp(v, "drm=/", 5) && v[5])
		return NULL;
	if (!strncmp(v, "file=", 5) && v[5])
		return NULL;

	return "drm[=/dev/dri/cardN], file=DIRECTORY or none (`boardphone "
	       "devices` lists names)";
}

const char *config_check_screen(const char *v)
{
	if (!strcmp(v, "none") || !strcmp(v, "sim:slides") || !strcmp(v, "drm"))
		return NULL;
	if (!strncmp(v, "drm:/", 5) && v[5])
		return NULL;

	return "drm[:/dev/dri/cardN], sim:slides or none (`boardphone devices` "
	       "lists names)";
}

const char *config_check_auto(const char *v)
{
	if (!strcmp(v, "no") || !strcmp(v, "yes") || !strcmp(v, "all"))
		return NULL;

	return is_sip_uri(v, strlen(v))
		       ? NULL
		       : "no, yes, or the sip: URIs that are let in";
}

const char *config_check_mode(const char *v)
{
	return strlen(v) == MODE_DIGITS && v[0] == '0' &&
			       strspn(v, "01234567") == MODE_DIGITS
		       ? NULL
		       : "an octal mode, such as 0600";
}

const char *config_check_gpio(const char *v)
{
	const char *colon = strchr(v, ':');
	const char *blank = v + strcspn(v, " \t");

	if (!colon || colon == v || colon + 1 >= blank)
		return "CHIP:LINE and options, such as gpiochip0:17 low";
	for (const char *p = v; p < colon; p++) {
		if (!is_host_char(*p) && *p != '/')
			return "a chip, such as gpiochip0 or sim";
	}

	return NULL;
}

const char *config_check_name(const char *v)
{
	for (const char *p = v; *p; p++) {
		if (!isalnum((unsigned char)*p) && !strchr("_-", *p))
			return "letters, digits, _ and -";
	}

	return NULL;
}

/** Headers that the stack writes itself: twice would be wrong, or unsafe */
static const char *const ownv[] = {
	"Via",
	"From",
	"To",
	"Call-ID",
	"CSeq",
	"Contact",
	"Max-Forwards",
	"Content-Length",
	"Content-Type",
	"Route",
	"Record-Route",
	"Authorization",
	"Require",
	"Proxy-Require",
	"Proxy-Authorization",
	"Expires",
	"Supported",
	"Allow",
	"Event",
	"Accept",
	"Content-Encoding",
	"v",
	"f",
	"t",
	"i",
	"m",
	"l",
	"c",
	"k",
	"o",
	"e",
};

const char *config_check_header(const char *v)
{
	for (const char *p = v; *p; p++) {
		if (!isalnum((unsigned char)*p) && !strchr("-.!%*_+`'~", *p))
			return "a header name (RFC 3261 token)";
	}
	for (size_t i = 0; i < ARRAY_SIZE(ownv); i++) {
		if (!str_casecmp(v, ownv[i]))
			return "a header that the phone does not write itself";
	}

	return NULL;
}

/* Feature tags (RFC 3840 section 9), but what the phone says itself */
const char *config_check_cap(const char *v)
{
	static const char *const writtenv[] = {
		"audio",    "mobility",	 "expires",	   "q",
		"reg-id",   "ob",	 "+sip.instance",  "methods",
		"pub-gruu", "temp-gruu", "rtcweb-breaker", "click2call",
	};
	static const char token[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-.!%*_+`'~";
	const size_t len = strspn(v, token);
	const char *value = v[len] == '=' ? v + len + 1 : NULL;
	const char *end;

	for (size_t i = 0; i < ARRAY_SIZE(writtenv); i++) {
		if (strlen(writtenv[i]) == len &&
		    !strncasecmp(v, writtenv[i], len))
			return "a feature tag that the phone does not write "
			       "itself";
	}

	end = v + len;
	if (value && *value == '"') {
		end = strchr(value + 1, '"');
		end = end ? end + 1 : v;
	} else if (value) {
		end = value + strspn(value, token);
	}

	return len && !*end && end[-1] != '=' && !strpbrk(v, "\\\r\n")
		       ? NULL
		       : "a feature tag, such as video or +sip.ice";
}

const char *config_check_account(const char *v)
{
	/* "account" is the one without a name; the others stand where a name
	   may in commands and plans */
	static const char *const takenv[] = { CONFIG_ACCOUNT, "page",
					      "browsers",     "sip",
					      "sips",	      "tel" };

	for (size_t i = 0; i < ARRAY_SIZE(takenv); i++) {
		if (!strcmp(v, takenv[i]))
			return "another name, as the phone uses that one "
			       "itself";
	}

	return isalnum((unsigned char)*v) && strlen(v) <= ACCOUNT_MAX &&
			       strspn(v, "abcdefghijklmnopqrstuvwxyz"
					 "0123456789-_") == strlen(v)
		       ? NULL
		       : "small letters, digits, - and _, such as home";
}

const char *config_check_listen(const char *v)
{
	const char *colon = strrchr(v, ':');
	struct sa sa;

	/* Port 0 is any that is free */
	return !colon || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
			       !colon[1] || sa_decode(&sa, v, strlen(v))
		       ? "ADDRESS:PORT, such as 0.0.0.0:443 or [::]:443"
		       : NULL;
}

const char *config_check_label(const char *v)
{
	size_t len = strlen(v);

	for (const char *p = v; *p; p++) {
		if (!isalnum((unsigned char)*p) && *p != '-')
			len = 0;
	}

	return len && len <= LABEL_MAX && v[0] != '-' && v[len - 1] != '-'
		       ? NULL
		       : "letters, digits and -, at most 63";
}

const char *config_check_password(const char *v)
{
	return strlen(v) >= PASSWORD_MIN ? NULL : "at least 8 characters";
}

const char *config_check_hash(const char *v)
{
	return *v == '$' && !strpbrk(v, " :*!") && strlen(v) > 2 &&
			       strchr(v + 2, '$')
		       ? NULL
		       : "give what `boardphone hash` prints, as $y$...";
}

/**
 * @file core/base/config_machine.c  Keys of [board]
 */
#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>
#include "core/base/config_machine.h"

enum {
	ZONE_MAX = 64,	   /* [bytes], ours                           */
	HOST_MAX = 253,	   /* RFC 1035 section 2.3.4, without the root */
	SSID_MAX = 32,	   /* IEEE 802.11-2020 section 9.4.2.2        */
	PSK_MIN = 8,	   /* IEEE 802.11-2020 annex J.4.1            */
	PSK_MAX = 63,	   /* Same                                    */
	PSK_DIGITS = 64,   /* Same, the key itself                    */
	COUNTRY_LEN = 2,   /* ISO 3166-1                              */
	PREFIX_DIGITS = 3, /* Of the longest, 128                     */
	KEY_MIN = 40,	   /* Of ed25519 there are 68; [base64 digits] */
};

static const char digits[] = "0123456789";
static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
static const char base64[] = "abcdefghijklmnopqrstuvwxyz"
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/";

static bool is_graph(const char *v)
{
	while (*v >= ' ' && *v < 0x7f)
		++v;

	return !*v;
}

const char *config_check_zone(const char *v)
{
	static const char dir[] = "/usr/share/zoneinfo";
	char path[sizeof(dir) + 1 + ZONE_MAX];
	bool good = isalpha((unsigned char)*v) && strlen(v) < ZONE_MAX;

	for (const char *p = v; *p; p++)
		good = good &&
		       (isalnum((unsigned char)*p) || strchr("_-+/", *p));
	if (good && !access(dir, X_OK)) {
		(void)re_snprintf(path, sizeof(path), "%s/%s", dir, v);
		good = !access(path, R_OK);
	}

	return good ? NULL : "a time zone, such as Europe/Berlin";
}

const char *config_check_network(const char *v)
{
	const char *slash = strchr(v, '/');
	char address[64];
	struct sa sa;
	int bits;

	if (!strcmp(v, "dhcp"))
		return NULL;
	if (!slash || (size_t)(slash - v) >= sizeof(address) || !slash[1] ||
	    strlen(slash + 1) > PREFIX_DIGITS ||
	    slash[1 + strspn(slash + 1, digits)])
		goto bad;

	str_ncpy(address, v, (size_t)(slash - v) + 1);
	if (config_check_address(address) || sa_set_str(&sa, address, 0))
		goto bad;

	bits = atoi(slash + 1);
	if (bits >= 1 && bits <= (sa_af(&sa) == AF_INET ? 32 : 128))
		return NULL;

bad:
	return "dhcp, or an address and its network's bits, such as "
	       "192.168.1.5/24";
}

const char *config_check_address(const char *v)
{
	struct sa sa;

	return v[strspn(v, "0123456789abcdefABCDEF.:")] ||
			       sa_set_str(&sa, v, 0) || sa_is_any(&sa)
		       ? "an address, such as 192.168.1.1"
		       : NULL;
}

const char *config_check_host(const char *v)
{
	const bool name = isalnum((unsigned char)*v) &&
			  !v[strspn(v, letters)] && strlen(v) <= HOST_MAX;

	return name || !config_check_address(v)
		       ? NULL
		       : "a name or an address, such as ntp.example.org";
}

const char *config_check_ssid(const char *v)
{
	return strlen(v) <= SSID_MAX ? NULL : "at most 32 bytes";
}

const char *config_check_psk(const char *v)
{
	const size_t len = strlen(v);

	if (len == PSK_DIGITS && !v[strspn(v, "0123456789abcdefABCDEF")])
		return NULL;

	return len >= PSK_MIN && len <= PSK_MAX && is_graph(v)
		       ? NULL
		       : "8 to 63 characters of ASCII";
}

const char *config_check_country(const char *v)
{
	return strlen(v) == COUNTRY_LEN && v[0] >= 'A' && v[0] <= 'Z' &&
			       v[1] >= 'A' && v[1] <= 'Z'
		       ? NULL
		       : "two capitals, such as DE";
}

/* No options: what stands before the type could name a command */
const char *config_check_ssh_key(const char *v)
{
	static const char *const typev[] = {
		"ssh-ed25519 ",
		"ssh-rsa ",
		"ecdsa-sha2-nistp256 ",
		"ecdsa-sha2-nistp384 ",
		"ecdsa-sha2-nistp521 ",
		"sk-ssh-ed25519@openssh.com ",
		"sk-ecdsa-sha2-nistp256@openssh.com ",
	};

	for (size_t i = 0; i < ARRAY_SIZE(typev); i++) {
		const char *key = v + strlen(typev[i]);
		size_t len;

		if (strncmp(v, typev[i], strlen(typev[i])))
			continue;
		len = strspn(key, base64);
		key += len + strspn(key + len, "=");
		if (len >= KEY_MIN && (!*key || *key == ' ') && is_graph(key))
			return NULL;
	}

	return "a public key, as id_ed25519.pub has it";
}

void config_machine_check(const struct config *c, config_rule_h *fault,
			  void *arg)
{
	bool dhcp = false;
	unsigned n = 0;
	struct pl item;

	for (; config_item(c, "board", "address", n, &item); n++)
		dhcp |= !pl_strcmp(&item, "dhcp");

	if (dhcp && n > 1)
		fault(c, "board", "address",
		      "dhcp beside an address; give either", arg);
	if (dhcp && *config_text(c, "board", "gateway"))
		fault(c, "board", "gateway",
		      "dhcp finds it; give an address, too", arg);
	if (*config_text(c, "board", "wifi_password") &&
	    !*config_text(c, "board", "wifi_ssid"))
		fault(c, "board", "wifi_password",
		      "of no network; give wifi_ssid", arg);
}

int config_machine_print(struct re_printf *pf, const struct config *c)
{
	const struct {
		const char *name, *value;
	} linev[] = {
		{ "hostname", config_text(c, "board", "hostname") },
		{ "time_zone", config_text(c, "board", "time_zone") },
		{ "address", config_text(c, "board", "address") },
		{ "gateway", config_text(c, "board", "gateway") },
		{ "dns", config_text(c, "board", "dns") },
		{ "ntp", config_text(c, "board", "ntp") },
		{ "wifi_ssid", config_text(c, "board", "wifi_ssid") },
		{ "wifi_password", config_text(c, "board", "wifi_password") },
		{ "wifi_country", config_text(c, "board", "wifi_country") },
		{ "ssh_key", config_text(c, "board", "ssh_key") },
	};
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(linev) && !err; i++)
		err = re_hprintf(pf, "%s=%s\n", linev[i].name, linev[i].value);

	return err;
}

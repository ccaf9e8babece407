/**
 * @file core/sip/names.c  Names
 *
 * The table has libre's identifiers, whose values are hashes: names_find()
 * looks for the hash first and compares one name.
 */
#include "core/sip/names.h"

enum {
	KEY_MASK = 0xfff, /* libre's: 12 bits of the hash */
};

static const struct names_entry tablev[] = {
	{ "Accept", SIP_HDR_ACCEPT, NAMES_LIST, 0 },
	{ "Accept-Contact", SIP_HDR_ACCEPT_CONTACT, NAMES_LIST, 'a' },
	{ "Accept-Encoding", SIP_HDR_ACCEPT_ENCODING, NAMES_LIST, 0 },
	{ "Accept-Language", SIP_HDR_ACCEPT_LANGUAGE, NAMES_LIST, 0 },
	{ "Accept-Resource-Priority", SIP_HDR_ACCEPT_RESOURCE_PRIORITY,
	  NAMES_LIST, 0 },
	{ "Alert-Info", SIP_HDR_ALERT_INFO, NAMES_LIST, 0 },
	{ "Allow", SIP_HDR_ALLOW, NAMES_LIST, 0 },
	{ "Allow-Events", SIP_HDR_ALLOW_EVENTS, NAMES_LIST, 'u' },
	{ "Answer-Mode", SIP_HDR_ANSWER_MODE, NAMES_ANY, 0 },
	{ "Authentication-Info", SIP_HDR_AUTHENTICATION_INFO, NAMES_LIST, 0 },
	{ "Authorization", SIP_HDR_AUTHORIZATION, NAMES_ANY, 0 },
	{ "Call-ID", SIP_HDR_CALL_ID, NAMES_ONCE, 'i' },
	{ "Call-Info", SIP_HDR_CALL_INFO, NAMES_LIST, 0 },
	{ "Contact", SIP_HDR_CONTACT, NAMES_LIST, 'm' },
	{ "Content-Disposition", SIP_HDR_CONTENT_DISPOSITION, NAMES_ONCE, 0 },
	{ "Content-Encoding", SIP_HDR_CONTENT_ENCODING, NAMES_LIST, 'e' },
	{ "Content-Language", SIP_HDR_CONTENT_LANGUAGE, NAMES_LIST, 0 },
	{ "Content-Length", SIP_HDR_CONTENT_LENGTH, NAMES_ONCE, 'l' },
	{ "Content-Type", SIP_HDR_CONTENT_TYPE, NAMES_ONCE, 'c' },
	{ "CSeq", SIP_HDR_CSEQ, NAMES_ONCE, 0 },
	{ "Date", SIP_HDR_DATE, NAMES_ONCE, 0 },
	{ "Encryption", SIP_HDR_ENCRYPTION, NAMES_ANY, 0 },
	{ "Error-Info", SIP_HDR_ERROR_INFO, NAMES_LIST, 0 },
	{ "Event", SIP_HDR_EVENT, NAMES_ONCE, 'o' },
	{ "Expires", SIP_HDR_EXPIRES, NAMES_ONCE, 0 },
	{ "Flow-Timer", SIP_HDR_FLOW_TIMER, NAMES_ANY, 0 },
	{ "From", SIP_HDR_FROM, NAMES_ONCE, 'f' },
	{ "Hide", SIP_HDR_HIDE, NAMES_ANY, 0 },
	{ "History-Info", SIP_HDR_HISTORY_INFO, NAMES_LIST, 0 },
	{ "Identity", SIP_HDR_IDENTITY, NAMES_ANY, 'y' },
	{ "Identity-Info", SIP_HDR_IDENTITY_INFO, NAMES_ANY, 'n' },
	{ "In-Reply-To", SIP_HDR_IN_REPLY_TO, NAMES_LIST, 0 },
	{ "Join", SIP_HDR_JOIN, NAMES_ONCE, 0 },
	{ "Max-Breadth", SIP_HDR_MAX_BREADTH, NAMES_ANY, 0 },
	{ "Max-Forwards", SIP_HDR_MAX_FORWARDS, NAMES_ONCE, 0 },
	{ "MIME-Version", SIP_HDR_MIME_VERSION, NAMES_ONCE, 0 },
	{ "Min-Expires", SIP_HDR_MIN_EXPIRES, NAMES_ONCE, 0 },
	{ "Min-SE", SIP_HDR_MIN_SE, NAMES_ONCE, 0 },
	{ "Organization", SIP_HDR_ORGANIZATION, NAMES_ANY, 0 },
	{ "P-Access-Network-Info", SIP_HDR_P_ACCESS_NETWORK_INFO, NAMES_ANY,
	  0 },
	{ "P-Answer-State", SIP_HDR_P_ANSWER_STATE, NAMES_ANY, 0 },
	{ "P-Asserted-Identity", SIP_HDR_P_ASSERTED_IDENTITY, NAMES_LIST, 0 },
	{ "P-Associated-URI", SIP_HDR_P_ASSOCIATED_URI, NAMES_LIST, 0 },
	{ "P-Called-Party-ID", SIP_HDR_P_CALLED_PARTY_ID, NAMES_ANY, 0 },
	{ "P-Charging-Function-Addresses",
	  SIP_HDR_P_CHARGING_FUNCTION_ADDRESSES, NAMES_ANY, 0 },
	{ "P-Charging-Vector", SIP_HDR_P_CHARGING_VECTOR, NAMES_ANY, 0 },
	{ "P-DCS-Trace-Party-ID", SIP_HDR_P_DCS_TRACE_PARTY_ID, NAMES_ANY, 0 },
	{ "P-DCS-OSPS", SIP_HDR_P_DCS_OSPS, NAMES_ANY, 0 },
	{ "P-DCS-Billing-Info", SIP_HDR_P_DCS_BILLING_INFO, NAMES_ANY, 0 },
	{ "P-DCS-LAES", SIP_HDR_P_DCS_LAES, NAMES_ANY, 0 },
	{ "P-DCS-Redirect", SIP_HDR_P_DCS_REDIRECT, NAMES_ANY, 0 },
	{ "P-Early-Media", SIP_HDR_P_EARLY_MEDIA, NAMES_LIST, 0 },
	{ "P-Media-Authorization", SIP_HDR_P_MEDIA_AUTHORIZATION, NAMES_LIST,
	  0 },
	{ "P-Preferred-Identity", SIP_HDR_P_PREFERRED_IDENTITY, NAMES_LIST, 0 },
	{ "P-Profile-Key", SIP_HDR_P_PROFILE_KEY, NAMES_ANY, 0 },
	{ "P-Refused-URI-List", SIP_HDR_P_REFUSED_URI_LIST, NAMES_LIST, 0 },
	{ "P-Served-User", SIP_HDR_P_SERVED_USER, NAMES_ANY, 0 },
	{ "P-User-Database", SIP_HDR_P_USER_DATABASE, NAMES_ANY, 0 },
	{ "P-Visited-Network-ID", SIP_HDR_P_VISITED_NETWORK_ID, NAMES_LIST, 0 },
	{ "Path", SIP_HDR_PATH, NAMES_LIST, 0 },
	{ "Permission-Missing", SIP_HDR_PERMISSION_MISSING, NAMES_LIST, 0 },
	{ "Priority", SIP_HDR_PRIORITY, NAMES_ANY, 0 },
	{ "Priv-Answer-Mode", SIP_HDR_PRIV_ANSWER_MODE, NAMES_ANY, 0 },
	{ "Privacy", SIP_HDR_PRIVACY, NAMES_ANY, 0 },
	{ "Proxy-Authenticate", SIP_HDR_PROXY_AUTHENTICATE, NAMES_ANY, 0 },
	{ "Proxy-Authorization", SIP_HDR_PROXY_AUTHORIZATION, NAMES_ANY, 0 },
	{ "Proxy-Require", SIP_HDR_PROXY_REQUIRE, NAMES_LIST, 0 },
	{ "RAck", SIP_HDR_RACK, NAMES_ONCE, 0 },
	{ "Reason", SIP_HDR_REASON, NAMES_LIST, 0 },
	{ "Record-Route", SIP_HDR_RECORD_ROUTE, NAMES_LIST, 0 },
	{ "Refer-Sub", SIP_HDR_REFER_SUB, NAMES_ANY, 0 },
	{ "Refer-To", SIP_HDR_REFER_TO, NAMES_ONCE, 'r' },
	{ "Referred-By", SIP_HDR_REFERRED_BY, NAMES_ONCE, 'b' },
	{ "Reject-Contact", SIP_HDR_REJECT_CONTACT, NAMES_LIST, 'j' },
	{ "Replaces", SIP_HDR_REPLACES, NAMES_ONCE, 0 },
	{ "Reply-To", SIP_HDR_REPLY_TO, NAMES_ANY, 0 },
	{ "Request-Disposition", SIP_HDR_REQUEST_DISPOSITION, NAMES_LIST, 'd' },
	{ "Require", SIP_HDR_REQUIRE, NAMES_LIST, 0 },
	{ "Resource-Priority", SIP_HDR_RESOURCE_PRIORITY, NAMES_LIST, 0 },
	{ "Response-Key", SIP_HDR_RESPONSE_KEY, NAMES_ANY, 0 },
	{ "Retry-After", SIP_HDR_RETRY_AFTER, NAMES_ONCE, 0 },
	{ "Route", SIP_HDR_ROUTE, NAMES_LIST, 0 },
	{ "RSeq", SIP_HDR_RSEQ, NAMES_ONCE, 0 },
	{ "Security-Client", SIP_HDR_SECURITY_CLIENT, NAMES_LIST, 0 },
	{ "Security-Server", SIP_HDR_SECURITY_SERVER, NAMES_LIST, 0 },
	{ "Security-Verify", SIP_HDR_SECURITY_VERIFY, NAMES_LIST, 0 },
	{ "Server", SIP_HDR_SERVER, NAMES_ANY, 0 },
	{ "Service-Route", SIP_HDR_SERVICE_ROUTE, NAMES_LIST, 0 },
	{ "Session-Expires", SIP_HDR_SESSION_EXPIRES, NAMES_ONCE, 'x' },
	{ "SIP-ETag", SIP_HDR_SIP_ETAG, NAMES_ONCE, 0 },
	{ "SIP-If-Match", SIP_HDR_SIP_IF_MATCH, NAMES_ONCE, 0 },
	{ "Subject", SIP_HDR_SUBJECT, NAMES_ANY, 's' },
	{ "Subscription-State", SIP_HDR_SUBSCRIPTION_STATE, NAMES_ONCE, 0 },
	{ "Supported", SIP_HDR_SUPPORTED, NAMES_LIST, 'k' },
	{ "Target-Dialog", SIP_HDR_TARGET_DIALOG, NAMES_ONCE, 0 },
	{ "Timestamp", SIP_HDR_TIMESTAMP, NAMES_ONCE, 0 },
	{ "To", SIP_HDR_TO, NAMES_ONCE, 't' },
	{ "Trigger-Consent", SIP_HDR_TRIGGER_CONSENT, NAMES_LIST, 0 },
	{ "Unsupported", SIP_HDR_UNSUPPORTED, NAMES_LIST, 0 },
	{ "User-Agent", SIP_HDR_USER_AGENT, NAMES_ANY, 0 },
	{ "Via", SIP_HDR_VIA, NAMES_LIST, 'v' },
	{ "Warning", SIP_HDR_WARNING, NAMES_LIST, 0 },
	{ "WWW-Authenticate", SIP_HDR_WWW_AUTHENTICATE, NAMES_ANY, 0 },
};

static const struct names_entry *by_compact(char c)
{
	c = (char)(c | ' '); /* To lower case */

	for (size_t i = 0; i < ARRAY_SIZE(tablev); i++) {
		if (tablev[i].compact && tablev[i].compact == c)
			return &tablev[i];
	}

	return NULL;
}

const struct names_entry *names_find(const struct pl *name)
{
	uint32_t hash;

	if (!name->l)
		return NULL;
	if (name->l == 1)
		return by_compact(name->p[0]);

	hash = hash_joaat_ci(name->p, name->l) & KEY_MASK;
	for (size_t i = 0; i < ARRAY_SIZE(tablev); i++) {
		if ((uint32_t)tablev[i].id == hash)
			return pl_strcasecmp(name, tablev[i].name) ? NULL
								   : &tablev[i];
	}

	return NULL;
}

uint32_t names_key(const struct pl *name)
{
	const struct names_entry *e = names_find(name);

	if (e)
		return (uint32_t)e->id;
	if (name->l < 2 || (name->p[0] | ' ') == 'x')
		return (uint32_t)SIP_HDR_NONE;

	return hash_joaat_ci(name->p, name->l) & KEY_MASK;
}

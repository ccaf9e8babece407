/**
 * @file core/base/config_table.c  The one table of configuration keys
 *
 * Sections, keys, defaults.
 */
#include "core/base/clock.h"
#include "core/base/config_board.h"
#include "core/base/config_check.h"
#include "core/base/config_machine.h"
#include "core/base/config_table.h"

#define MS(n)	   ((uint64_t)(n)*CLOCK_MS)
#define SECONDS(n) ((uint64_t)(n)*CLOCK_S)
#define HOURS(n)   ((uint64_t)(n)*3600 * CLOCK_S)

#define TEXT(s, k, d, c, h)                                                    \
	{                                                                      \
		.section = s, .key = k, .type = CONFIG_TEXT, .def = d,         \
		.check = c, .help = h                                          \
	}
#define NEEDED(s, k, t, c, e, h)                                               \
	{                                                                      \
		.section = s, .key = k, .type = t, .def = "", .check = c,      \
		.example = e, .help = h                                        \
	}
#define SECRET(s, k, t, d, c, h)                                               \
	{                                                                      \
		.section = s, .key = k, .type = t, .def = d, .check = c,       \
		.help = h, .secret = true                                      \
	}
#define BOOL(s, k, d, h)                                                       \
	{                                                                      \
		.section = s, .key = k, .type = CONFIG_BOOL, .def = d,         \
		.help = h                                                      \
	}
#define RANGE(s, k, t, d, w, lo, hi, h)                                        \
	{                                                                      \
		.section = s, .key = k, .type = t, .def = d, .choices = w,     \
		.min = lo, .max = hi, .help = h                                \
	}
#define WORDS(s, k, t, d, w, h)                                                \
	{                                                                      \
		.section = s, .key = k, .type = t, .def = d, .choices = w,     \
		.help = h                                                      \
	}
#define ITEMS(s, k, d, c, h)                                                   \
	{                                                                      \
		.section = s, .key = k, .type = CONFIG_ITEMS, .def = d,        \
		.check = c, .help = h                                          \
	}

/* clang-format off: one key, one row */
const struct config_key config_keyv[] = {
	NEEDED("account", "realm", CONFIG_TEXT, config_check_domain,
	       "example.org",
	       "Domain of the account, and realm of its password"),
	NEEDED("account", "user", CONFIG_TEXT, config_check_user, "doorphone",
	       "User of the account, or its whole address sip:USER@DOMAIN"),
	TEXT("account", "auth_user", "", NULL,
	     "User for the password, if it is another"),
	SECRET("account", "password", CONFIG_TEXT, "", NULL,
	       "Password; keep this file readable by its owner only"),
	SECRET("account", "ha1", CONFIG_TEXT, "", config_check_ha1,
	       "Instead of the password: hash of USER:REALM:PASSWORD"),
	TEXT("account", "display_name", "", NULL,
	     "Name that is shown to the other side"),
	RANGE("account", "expires", CONFIG_TIME, "600", NULL, SECONDS(60),
	      HOURS(24), "Time that a registration is asked for"),
	BOOL("account", "register", "yes", "Register at start"),
	WORDS("account", "auth_min", CONFIG_CHOICE, "md5", "md5|sha256",
	      "Weakest hash that the password is used with"),
	BOOL("account", "auth_in_call", "no",
	     "Let the password answer within a call that we made too: for "
	     "servers that challenge BYE; the other side could ask then"),
	TEXT("account", "instance", "", config_check_uuid,
	     "UUID of this phone in its registration; the machine's if not "
	     "given"),
	RANGE("account", "reg_id", CONFIG_NUMBER, "1", NULL, 1, 99,
	      "Number of this way to the server; another one in a second "
	      "account of the same address"),
	ITEMS("account", "caps", "", config_check_cap,
	      "Feature tags (RFC 3840) that the address of the phone has "
	      "besides, such as video"),
	WORDS("account", "gruu", CONFIG_CHOICE, "yes", "yes|temp|no",
	      "Take an address of this very phone from a server that gives "
	      "them (GRUU); temp: one that does not tell who we are"),
	BOOL("account", "early_ims", "yes",
	     "Name us to the registrar only when it asks (3GPP TR 33.978); no: "
	     "in each REGISTER, by an Authorization without response, as IMS "
	     "servers want it (3GPP TS 24.229 section 5.1.1.2)"),
	TEXT("account", "state", "", NULL,
	     "File to keep the time in, for boards without a clock chip; "
	     "written every 6 hours; none if not given"),
	NEEDED("transport", "url", CONFIG_ITEMS, config_check_url,
	       "wss://sip.example.org:443/ws",
	       "WebSocket servers; further ones are used when those before "
	       "fail"),
	TEXT("transport", "outbound_proxy", "", config_check_uri,
	     "SIP URI that all requests go by"),
	TEXT("transport", "ca_file", "", config_check_file,
	     "Certificates that are trusted (PEM), instead of the system's"),
	BOOL("transport", "insecure", "no",
	     "Allow ws:// servers: no encryption, anybody may listen and call"),
	RANGE("transport", "keepalive", CONFIG_TIME, "95s", NULL, SECONDS(5),
	      SECONDS(600),
	      "Time between pings; each waits up to a quarter longer"),
	TEXT("transport", "user_agent", "", NULL,
	     "User-Agent to send; name and version of the phone if not given"),

	BOOL("compat", "rtcweb_breaker", "no",
	     "Ask a webrtc2sip gateway to translate media for our calls, by "
	     "rtcweb-breaker=yes in our address; no GRUU is taken then"),
	BOOL("compat", "click2call", "no",
	     "Say to such a gateway that our calls are by click-to-call, by "
	     "click2call=yes in our address"),
	BOOL("compat", "contact_ha1", "no",
	     "Send auth_user and the MD5 hash of the password in our INVITEs, "
	     "for a gateway that calls on in our name: whoever reads one can "
	     "use the account; needs rtcweb_breaker"),

	SECRET("ice", "servers", CONFIG_ITEMS, "none", config_check_ice,
	       "stun:HOST, turn:USER:PASSWORD@HOST?transport=udp|tcp, or none"),
	WORDS("ice", "policy", CONFIG_CHOICE, "all", "all|relay",
	      "Paths that are tried: all, or only those through TURN servers"),
	BOOL("ice", "loopback", "no",
	     "Use loopback addresses too, for tests on one machine"),
	TEXT("audio", "device", "alsa:default", config_check_sound,
	     "alsa:NAME, sim:tone, sim:file=IN.wav,OUT.wav or none"),
	WORDS("audio", "codecs", CONFIG_LIST, "opus,g722,pcmu,pcma",
	      "opus|g722|pcmu|pcma", "Codecs, the best first"),
	RANGE("audio", "rate", CONFIG_NUMBER, "auto", "auto", 8000, 48000,
	      "Sample rate of the device [Hz]"),
	RANGE("audio", "channels", CONFIG_NUMBER, "auto", "auto", 1, 2,
	      "Channels of the device"),
	RANGE("audio", "period", CONFIG_TIME, "10ms", NULL, MS(2), MS(60),
	      "Time between two interrupts of the device"),
	RANGE("audio", "speaker_volume", CONFIG_NUMBER, "keep", "keep", 0, 100,
	      "Volume of the loudspeaker by the card's mixer, as alsamixer "
	      "shows it [%]; also unmutes; keep: it is left as it is"),
	RANGE("audio", "microphone_volume", CONFIG_NUMBER, "keep", "keep", 0,
	      100, "The same of the microphone"),
	TEXT("audio", "speaker_control", "", NULL,
	     "Control of the mixer for that, as `boardphone devices` lists "
	     "them, such as PCM; the usual one if not given"),
	TEXT("audio", "microphone_control", "", NULL,
	     "The same of the microphone, such as Capture"),
	BOOL("audio", "echo", "yes",
	     "Take the loudspeaker out of the microphone; from a later "
	     "version"),
	RANGE("audio", "bitrate", CONFIG_RATE, "auto", "auto", 6000, 510000,
	      "Bit rate of Opus, and limit asked of the other side"),
	RANGE("audio", "ptime", CONFIG_TIME, "20ms", NULL, MS(10), MS(60),
	      "Speech in one packet"),
	BOOL("audio", "fec", "yes",
	     "Send Opus so that single lost packets can be replaced"),
	WORDS("audio", "dtmf", CONFIG_CHOICE, "rfc4733", "rfc4733|info",
	      "How digits are sent: in the sound's stream, or as INFO "
	      "requests"),

	TEXT("video", "camera", "none", config_check_camera,
	     "v4l2, v4l2:/dev/videoN, v4l2:NAME, each also ,CONTROL=VALUE,... "
	     "(`"
	     "boardphone devices` names them), sim:pattern, "
	     "sim:pattern=still, sim:file=FILE or none"),
	RANGE("video", "size", CONFIG_SIZE, "640x480", NULL, 64, 1920,
	      "Width and height of the picture"),
	RANGE("video", "fps", CONFIG_NUMBER, "30", NULL, 1, 60,
	      "Pictures in a second"),
	RANGE("video", "bitrate", CONFIG_RATE, "1000k", NULL, 30000, 8000000,
	      "Highest bit rate, both ways"),
	RANGE("video", "iframe_interval", CONFIG_INTERVAL, "2s", NULL, MS(500),
	      SECONDS(60),
	      "Time or frames between two whole pictures; 0: only when they "
	      "are asked for"),
	WORDS("video", "encoder", CONFIG_CHOICE, "auto",
	      "auto|v4l2m2m|openh264|vp8",
	      "Who encodes: only that one, or auto, hardware first; for who "
	      "takes H.264 in short units only, one that can"),
	WORDS("video", "codecs", CONFIG_LIST, "h264,vp8", "h264|vp8",
	      "Codecs, the best first"),
	TEXT("video", "display", "none", config_check_display,
	     "drm, drm=/dev/dri/cardN, file=DIRECTORY or none"),
	BOOL("video", "self_view", "yes",
	     "Our own picture, small, in a corner of the display"),
	BOOL("video", "titles", "yes",
	     "Who calls and how the call stands, above the picture there"),

	TEXT("screen", "source", "none", config_check_screen,
	     "What is shown in place of the camera when asked for: drm or "
	     "drm:/dev/dri/cardN (the board's display), sim:slides or none"),
	RANGE("screen", "size", CONFIG_SIZE, "1280x720", NULL, 64, 1920,
	      "Width and height of its picture, at most"),
	RANGE("screen", "fps", CONFIG_NUMBER, "5", NULL, 1, 60,
	      "Pictures in a second"),

	WORDS("call", "media", CONFIG_CHOICE, "av", "audio|video|av|screen",
	      "What a call has when the command does not say; screen: sound "
	      "and what [screen] source is"),
	WORDS("call", "direction", CONFIG_CHOICE, "sendrecv",
	      "sendrecv|recvonly|sendonly",
	      "Which way media go when the command does not say"),
	ITEMS("call", "auto_answer", "no", config_check_auto,
	      "no, all (or yes), or the sip: URIs whose calls are answered by "
	      "themselves, unless another one is talked in"),
	WORDS("call", "auto_when", CONFIG_CHOICE, "always", "always|asked",
	      "asked: of those, only calls that ask for it (Answer-Mode, "
	      "Alert-Info, Call-Info)"),
	RANGE("call", "auto_delay", CONFIG_TIME, "0s", NULL, 0, SECONDS(60),
	      "Time that it rings before"),
	WORDS("call", "auto_media", CONFIG_CHOICE, "av", "av|audio|none",
	      "What of us is in such a call; none is muted, and black"),
	RANGE("call", "max", CONFIG_NUMBER, "4", NULL, 1, 4,
	      "Calls at once over the account; one more is busy"),
	RANGE("call", "no_answer", CONFIG_TIME, "60s", NULL, SECONDS(5),
	      SECONDS(600), "Time to ring, either way"),
	RANGE("call", "ring_time", CONFIG_TIME, "auto", "auto", SECONDS(5),
	      SECONDS(600), "Time to ring here; auto is no_answer"),
	RANGE("call", "time_limit", CONFIG_TIME, "no", "no", SECONDS(60),
	      HOURS(24), "A call that lasts so long is ended"),
	RANGE("call", "warning_time", CONFIG_TIME, "30s", NULL, SECONDS(5),
	      SECONDS(60), "A tone to both sides so long before"),
	TEXT("call", "hold_music", "none", config_check_music,
	     "What the other side hears while we hold it: none is silence, a "
	     "WAV file (16 bit, the first minute) or sim:tone is played again "
	     "and again, no louder than speech"),
	WORDS("call", "redirect", CONFIG_CHOICE, "yes", "no|ask|yes",
	      "Whether a call goes on to where the other side says it is, "
	      "once, and by our own server; ask waits for the command xfer"),
	WORDS("call", "transfer", CONFIG_CHOICE, "no", "no|ask|yes",
	      "Whether who talks to us may have us call somebody else; ask "
	      "waits for the command xfer"),
	WORDS("call", "replace", CONFIG_CHOICE, "no", "no|referred|yes",
	      "Whether a call may take the place of one that is answered: "
	      "referred needs the word of who talks to us, yes only knowledge "
	      "of the call"),
	BOOL("call", "symmetric", "yes",
	     "Send to where authentic packets come from when the peer does "
	     "no ICE; no: only to the address in its SDP"),
	BOOL("call", "insecure_media", "no",
	     "Take calls that are not encrypted (RTP), or whose keys stand in "
	     "the SDP (SDES), when the peer has no DTLS; each such call warns"),
	WORDS("call", "offer", CONFIG_CHOICE, "dtls", "dtls|sdes|rtp",
	      "Encryption that our calls ask for, and insist on; all but dtls "
	      "need insecure_media = yes"),
	RANGE("call", "session_timer", CONFIG_TIME, "1800s", "no", SECONDS(90),
	      HOURS(24), "A call whose other side is silent so long is over"),
	WORDS("call", "reliable", CONFIG_CHOICE, "no", "no|yes|media",
	      "That it rings here is confirmed by callers who can, not only by "
	      "those who ask for it; media: they get our answer with it, so "
	      "that sound and picture are ready when the call is answered"),

	TEXT("board", "name", "", config_check_board,
	     "Board whose lines and devices are wired as its file has it: auto "
	     "(what this machine is), a name such as rpi-4, or the path of a "
	     "file; what is given here counts more. None if not given"),
	ITEMS("board", "without", "", NULL,
	      "Names of buttons, inputs, lamps and relays of the board's file "
	      "that are not wired"),
	TEXT("board", "hostname", "", config_check_label,
	     "Name of the machine"),
	TEXT("board", "time_zone", "", config_check_zone,
	     "Its time zone, such as Europe/Berlin"),
	ITEMS("board", "address", "dhcp", config_check_network,
	      "dhcp, or its addresses with their network's bits, such as "
	      "192.168.1.5/24"),
	TEXT("board", "gateway", "", config_check_address,
	     "Router, where addresses are given"),
	ITEMS("board", "dns", "", config_check_address,
	      "Name servers, besides those that dhcp finds"),
	ITEMS("board", "ntp", "", config_check_host,
	      "Time servers, before those that dhcp finds. A board without a "
	      "clock that reaches none, nor the Internet's, refuses the "
	      "certificates that are younger than its card"),
	TEXT("board", "wifi_ssid", "", config_check_ssid,
	     "Name of a Wi-Fi network; none if not given"),
	SECRET("board", "wifi_password", CONFIG_TEXT, "", config_check_psk,
	       "Its password; an open network if not given"),
	TEXT("board", "wifi_country", "", config_check_country,
	     "Whose rules for radio are kept, such as DE"),
	TEXT("board", "ssh_key", "", config_check_ssh_key,
	     "Public key that may log in by ssh; nobody if not given"),

	TEXT("console", "device", "", config_check_path,
	     "Serial port with a prompt for commands, such as /dev/ttyS0; "
	     "none if not given"),
	WORDS("console", "baud", CONFIG_CHOICE, "115200",
	      "9600|19200|38400|57600|115200|230400|460800|921600",
	      "Its rate, 8 bits, no parity"),
	SECRET("console", "password_hash", CONFIG_TEXT, "", config_check_hash,
	       "What `boardphone hash` prints of a password that is asked for"),
	BOOL("console", "paging", "yes", "Stop after each page"),

	TEXT("supervision", "watchdog", "", config_check_path,
	     "Hardware watchdog, such as /dev/watchdog; none if not given"),
	TEXT("supervision", "crash_report", "/var/lib/boardphone/crash",
	     config_check_path, "What the phone says when it dies"),

	TEXT("control", "socket", "/run/boardphone/control", config_check_path,
	     "Socket for `boardphone ctl`"),
	TEXT("control", "mode", "0600", config_check_mode,
	     "Who may use it, as a file mode"),

	ITEMS("page", "listen", "", config_check_listen,
	      "Addresses that browsers may come to, such as 0.0.0.0:443; none "
	      "if not given. Without [account] the page is all there is"),
	TEXT("page", "name", "boardphone", config_check_label,
	     "Name in the network, https://NAME.local where mDNS is there"),
	ITEMS("page", "names", "", config_check_domain,
	      "Further host names that browsers may use"),
	TEXT("page", "cert", "", config_check_file,
	     "Certificate and what it was signed with (PEM); one of its own "
	     "is made if not given"),
	TEXT("page", "key", "", config_check_file,
	     "Private key of the certificate (PEM)"),
	TEXT("page", "state", "/var/lib/boardphone", config_check_path,
	     "Directory for certificate and password that are made here"),
	SECRET("page", "password", CONFIG_TEXT, "", config_check_password,
	       "Password of the page; one is made at the first start if not "
	       "given"),
	BOOL("page", "answer", "yes",
	     "Answer at once who calls from the page, having the password"),

	WORDS("presence", "publish", CONFIG_CHOICE, "no", "no|open|closed",
	      "What the server tells those who watch us, from the start"),
	TEXT("presence", "note", "", NULL, "A sentence that goes with it"),
	ITEMS("presence", "watch", "", config_check_user,
	      "Whose presence is watched from the start"),
	BOOL("presence", "messages", "no",
	     "Be told of the messages that wait for us at the server"),
};
/* clang-format on */
const size_t config_keyc = ARRAY_SIZE(config_keyv);

const struct config_free config_freev[] = {
	{ "buttons", config_check_name, config_check_gpio,
	  "Buttons: NAME = CHIP:LINE [low] [pull=up|down|none] "
	  "[debounce=20ms] press=COMMAND [long=COMMAND] [double=COMMAND]; "
	  "WORD:REST is the command WORD REST; CHIP:LINE is gpiochip0:17, "
	  "gpio:LABEL/LINE, evdev:event0/KEY_1 (a keypad or touch panel), or "
	  "sim:1, which the command button presses",
	  "bell = sim:1 press=ring:browsers/20s,sip:home@example.org/40s",
	  NULL },
	{ "inputs", config_check_name, config_check_gpio,
	  "Contacts, as events: NAME = CHIP:LINE [low] [pull=up|down|none] "
	  "[debounce=20ms] [too_long=TIME]; CHIP:LINE as in [buttons]; open "
	  "is high, or low where it says so, and too long after that time",
	  "gate = gpiochip0:24 pull=up too_long=2m", NULL },
	{ "lamps", config_check_name, config_check_gpio,
	  "Lamps: NAME = CHIP:LINE [low] and PATTERN=SIGN[,SIGN]...; patterns "
	  "are on, slow, fast, flash and off; signs, the most important "
	  "first, ringing, call, error, registering and registered; error is "
	  "also a configuration that was refused",
	  "status = gpiochip0:22 slow=registering on=registered,call "
	  "fast=ringing flash=error",
	  NULL },
	{ "relays", config_check_name, config_check_gpio,
	  "Relays: NAME = CHIP:LINE [low] [time=3s] [code=DIGITS] "
	  "[page=yes|no]; CHIP:LINE as in [buttons]; off after its time even "
	  "if the phone ends or hangs; those of sim the log shows",
	  "door = sim:2 time=3s code=1234", "code=" },
	{ "headers", config_check_header, NULL,
	  "Headers of ours in every request of the account: NAME = VALUE",
	  "Organization = Example", NULL },
};
const size_t config_freec = ARRAY_SIZE(config_freev);

/** All sections in the order of the file */
static const struct {
	const char *name, *help;
	bool named; /* Of one account each, and may have its name */
} sectionv[] = {
	{ "account", "Who we are", true },
	{ "transport", "How the server is reached", true },
	{ "compat", "Habits of gateways", true },
	{ "ice", "How media find their way", false },
	{ "audio", "Sound", false },
	{ "video", "Picture", false },
	{ "screen", "A screen that is shown to the other side", false },
	{ "call", "Calls", false },
	{ "board", "The machine, and what is wired to it", false },
	{ "buttons", NULL, false },
	{ "inputs", NULL, false },
	{ "lamps", NULL, false },
	{ "relays", NULL, false },
	{ "console", "Prompts for commands", false },
	{ "supervision", "When it hangs, or dies", false },
	{ "control", "Commands from this machine", false },
	{ "page", "Page for browsers, and calls with them, without any server",
	  false },
	{ "metrics", "Numbers for a monitoring system; from a later version",
	  false },
	{ "headers", NULL, true },
	{ "presence", "Being there, and watching who is, by way of the server",
	  true },
};

const char *config_section(unsigned n)
{
	return n < ARRAY_SIZE(sectionv) ? sectionv[n].name : NULL;
}

bool config_section_named(const char *section)
{
	for (size_t i = 0; i < ARRAY_SIZE(sectionv); i++) {
		if (!strcmp(sectionv[i].name, section))
			return sectionv[i].named;
	}

	return false;
}

const char *config_section_help(const char *section)
{
	for (size_t i = 0; i < config_freec; i++) {
		if (!strcmp(config_freev[i].section, section))
			return config_freev[i].help;
	}
	for (size_t i = 0; i < ARRAY_SIZE(sectionv); i++) {
		if (!strcmp(sectionv[i].name, section))
			return sectionv[i].help;
	}

	return NULL;
}

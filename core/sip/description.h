/**
 * @file core/sip/description.h  Session description (SDP), as plain structs
 *
 *     text -> description_decode -> [struct description] -> offer
 *     offer -> [struct description] -> description_encode -> text
 *
 * RFC 8866 with the attributes of RFC 8829 (JSEP). What an offer and an answer
 * mean to each other is in offer.h. Candidates are left as text, for
 * core/net/candidate.
 */
#ifndef CORE_SIP_DESCRIPTION_H
#define CORE_SIP_DESCRIPTION_H

#include "core/base/re.h"

enum {
	DESCRIPTION_TEXT = 65536,     /**< Text [bytes] (SECURITY, SIP limit) */
	DESCRIPTION_LINE = 8192,      /**< A line [bytes] (SECURITY row 12)   */
	DESCRIPTION_MEDIA = 16,	      /**< m-lines (SECURITY row 13)          */
	DESCRIPTION_FORMATS = 64,     /**< Formats of one m-line (row 13)     */
	DESCRIPTION_CANDIDATES = 100, /**< In all m-lines together (row 13)  */
	DESCRIPTION_ICE = 256,	      /**< ufrag, pwd (RFC 8839 section 5.4)  */
	DESCRIPTION_UFRAG_MIN = 4,    /**< RFC 8839 section 5.4               */
	DESCRIPTION_PWD_MIN = 21,     /**< RFC 8839 says 22; a known gateway
					  sends 21                           */
	DESCRIPTION_PRINTS = 8,	      /**< Fingerprints of one m-line, ours   */
	DESCRIPTION_CRYPTOS = 8,      /**< a=crypto of one m-line, ours       */
	DESCRIPTION_FBS = 16,	      /**< rtcp-fb of one format, ours        */
	DESCRIPTION_SSRCS = 32,	      /**< SSRCs of one m-line, ours          */
	DESCRIPTION_EXTS = 32,	      /**< Header extensions, ours            */
	DESCRIPTION_GROUPS = 16,      /**< BUNDLE groups, one per m-line      */
	DESCRIPTION_PT_MAX = 127,     /**< RFC 3550 section 5.1               */
	DESCRIPTION_EXT_MAX = 255,    /**< RFC 8285 section 4.3               */
	DESCRIPTION_NOPORT = 9,	      /**< "discard", when there is no default
					  candidate (RFC 8839 4.2.1)         */
};

/** a=setup (RFC 8842 section 5) */
enum description_setup {
	DESCRIPTION_SETUP_NONE = 0,
	DESCRIPTION_SETUP_ACTPASS,
	DESCRIPTION_SETUP_ACTIVE,
	DESCRIPTION_SETUP_PASSIVE,
	DESCRIPTION_SETUP_HOLDCONN,
};

/** One format of an RTP m-line: a codec and its payload type */
struct description_format {
	uint8_t pt;
	const char *name; /**< "opus"; static types are filled in           */
	uint32_t rate;	  /**< RTP clock [Hz]; 0 when there is no rtpmap    */
	uint8_t channels; /**< As in rtpmap, at least 1                     */
	const char *fmtp; /**< Parameters, "" if none                       */
	const char *fbv[DESCRIPTION_FBS]; /**< rtcp-fb: "nack pli"          */
	uint8_t fbc;
};

/** a=fingerprint */
struct description_print {
	const char *hash;  /**< "sha-256"; compare without case             */
	const char *value; /**< "AB:CD:..."                                  */
};

/** a=ssrc */
struct description_ssrc {
	uint32_t ssrc;
	const char *cname; /**< "" if not given                             */
};

/** a=extmap */
struct description_ext {
	uint16_t id;
	enum sdp_dir dir;
	const char *uri;
};

/**
 * One m-line and all that belongs to it. Strings are never NULL, "" is
 * absent; they belong to the description.
 */
struct description_media {
	const char *type;    /**< "audio", "video", "application", ...      */
	const char *proto;   /**< "UDP/TLS/RTP/SAVPF"                       */
	const char *formats; /**< The formats as written, "111 0 8"         */
	uint16_t port;	     /**< 0: refused, unless bundle_only            */
	const char *address; /**< Of c=, "0.0.0.0" if none; may be a name   */
	bool ip6;
	uint16_t rtcp_port; /**< Of a=rtcp, 0 if none                      */
	uint32_t tias;	    /**< Of b=TIAS or b=AS [bit/s], 0 if none      */

	struct description_format *formatv; /**< Empty if proto is not RTP  */
	size_t formatc;

	const char *mid;
	enum sdp_dir dir;
	uint32_t ptime, maxptime; /**< [ms], 0 if none                      */
	bool rtcp_mux, rtcp_mux_only, rtcp_rsize, bundle_only;
	int group; /**< Index of its BUNDLE group, or -1     */

	const char *ufrag, *pwd, *ice_options;
	bool end_of_candidates;
	const char **candidatev; /**< Without "candidate:", as written      */
	size_t candidatec;

	const char
		*cryptov[DESCRIPTION_CRYPTOS]; /**< Values of a=crypto: keys */
	size_t cryptoc;
	struct description_print printv[DESCRIPTION_PRINTS];
	size_t printc;
	enum description_setup setup;
	const char *tls_id;

	struct description_ssrc *ssrcv;
	size_t ssrcc;
	bool fid; /**< The second repeats the first; is written, not read    */
	const char *msid; /**< "stream track", the first one                */
	const char *content; /**< "slides", maybe a list (RFC 4796)         */
	struct description_ext *extv;
	size_t extc;
};

/** a=group:BUNDLE, as indexes of m-lines in its order */
struct description_group {
	uint8_t v[DESCRIPTION_MEDIA];
	size_t c;
};

/** A whole description; allocate it, free with mem_deref() */
struct description {
	const char *user;    /**< Of o=                                     */
	uint64_t id;	     /**< Session of o=                             */
	const char *id_text; /**< As written: it may exceed 64 bits         */
	uint64_t version;    /**< Version of o=, cut to 64 bits             */
	const char *origin;  /**< Address of o=, "127.0.0.1"                */
	const char *name;    /**< Of s=                                     */
	bool ice_lite;
	bool extmap_mixed; /**< a=extmap-allow-mixed                      */
	struct description_group groupv[DESCRIPTION_GROUPS];
	size_t groupc;
	struct description_media *mediav[DESCRIPTION_MEDIA];
	size_t mediac;
	struct list texts; /**< Strings and arrays, freed with it           */
};

/** An empty description. @return 0, ENOMEM */
int description_alloc(struct description **dp);

/** Copy a formatted text (re_printf) into a description. NULL: no memory */
const char *description_text(struct description *d, const char *fmt, ...);

/** Memory that lives as long as a description, zeroed. NULL: no memory */
void *description_memory(struct description *d, size_t size);

/** Set the defaults of an m-line: sendrecv, port 9, no group, all absent */
void description_init(struct description_media *m);

/**
 * Append an m-line with its defaults: sendrecv, port 9, no group.
 *
 * @return The m-line; NULL: there are DESCRIPTION_MEDIA, or no memory
 */
struct description_media *description_add(struct description *d,
					  const char *type, const char *proto);

/** The format with a payload type, NULL if none */
const struct description_format *description_format(
	const struct description_media *m, unsigned pt);

/** Whether proto is one that JSEP section 5.1.2 accepts */
bool description_is_rtp(const struct description_media *m);

/** Whether the m-line is refused: port 0 and not bundle-only */
bool description_refused(const struct description_media *m);

/**
 * Value of a parameter in a format's fmtp, case-insensitive.
 *
 * @return false when it is not there
 */
bool description_param(const char *fmtp, const char *name, struct pl *value);

/** Whether a=content has a tag, such as "slides" (RFC 4796 section 5) */
bool description_content(const struct description_media *m, const char *tag);

/** Name of a setup role, "" for none */
const char *description_setup_name(enum description_setup setup);

#endif

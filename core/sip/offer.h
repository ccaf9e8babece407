/**
 * @file core/sip/offer.h  Offer and answer: what two sides agree on
 *
 *     call/session -> [offer] -> SDP text -> INVITE, 200, ACK, UPDATE
 *     SDP text -> [offer] -> agreed codecs, directions, transports -> session
 *
 * One object for the life of one dialog, so that m-lines, mids, payload types
 * and header extensions keep their places in every further exchange. JSEP
 * (RFC 8829) over SIP (RFC 3264, RFC 9143). Holds no socket: the session puts
 * in what its transports gathered, and takes out what the peer's are.
 *
 *     stable -- offer_create ------> local offer --- offer_take_answer --+
 *       ^    -- offer_take_offer --> remote offer -- offer_answer -------+
 *       +---- offer_rollback (488, 491, CANCEL) <-- either               |
 *       +----------------------------------------------------------------+
 *
 * As caller:  offer_alloc, offer_add for each medium, offer_set_transport,
 *             offer_create; then offer_take_answer, offer_media.
 * As callee:  offer_alloc, offer_add for each medium that we can do,
 *             offer_take_offer, offer_media (remote transport), gather,
 *             offer_set_transport, offer_answer, offer_media (agreed).
 */
#ifndef CORE_SIP_OFFER_H
#define CORE_SIP_OFFER_H

#include "core/net/sdes.h"
#include "core/sip/description.h"

enum {
	OFFER_CODECS = 16,     /**< Codecs of one medium, ours              */
	OFFER_EXTS = 8,	       /**< Header extensions of one medium, ours   */
	OFFER_FBS = 8,	       /**< rtcp-fb of one codec, ours              */
	OFFER_WHY = 160,       /**< A reason is cut here [bytes]            */
	OFFER_PT_DYNAMIC = 96, /**< RFC 3551 section 6                      */
};

/** What an m-line of ours is */
enum offer_type {
	OFFER_AUDIO = 0,
	OFFER_VIDEO,
};

/** Where the keys of media come from; a call keeps what it began with */
enum offer_keying {
	OFFER_DTLS = 0,
	OFFER_SDES, /**< Out of the SDP: RTP/SAVP with a=crypto, RFC 4568   */
	OFFER_BARE, /**< Nowhere: RTP/AVP, which is not encrypted           */
};

enum offer_state {
	OFFER_STABLE = 0,
	OFFER_LOCAL,  /**< Our offer is out, no answer yet                  */
	OFFER_REMOTE, /**< Their offer is in, no answer yet                 */
};

/** A codec that we can do. Strings are static, or live as long as the offer */
struct offer_codec {
	const char *name; /**< "opus", "PCMU", "telephone-event", "CN"     */
	uint32_t rate;	  /**< RTP clock [Hz]                              */
	uint8_t channels; /**< As in rtpmap: 2 for opus                    */
	uint8_t pt;	  /**< Static type, or the wish for a dynamic one;
				it yields if another codec has it           */
	const char *fmtp; /**< What we want to receive; NULL if nothing    */
	const char *fbv[OFFER_FBS]; /**< rtcp-fb, NULL-terminated if short  */
	uint8_t repairs; /**< Of "rtx" (RFC 4588), whose fmtp is written by
			      itself: the place in the list of the codec
			      that it repeats, before its own            */

	/**
	 * Whether the peer's fmtp of the same name, rate and channels is the
	 * same codec (H264 profile, packetization). NULL: always.
	 */
	bool (*match)(const struct offer_codec *codec, const char *fmtp);
};

/** A medium that we can do */
struct offer_medium {
	enum offer_type type;
	enum sdp_dir dir;		  /**< What we want                 */
	const struct offer_codec *codecv; /**< In order of preference       */
	size_t codecc;
	const char *extv[OFFER_EXTS]; /**< URIs of header extensions, NULL-
					   terminated if short              */
	uint32_t ptime, maxptime;     /**< [ms], 0: not said                */
	uint32_t tias;		      /**< Limit for the peer [bit/s], 0: no */
	uint32_t ssrc;
	uint32_t rtx_ssrc;   /**< What is repeated (RFC 5576 4.2), 0: nothing */
	const char *cname;   /**< The same for all media of a phone          */
	const char *stream;  /**< msid: stream, NULL for "-"                 */
	const char *track;   /**< msid: track, NULL for none                 */
	const char *content; /**< What is sent (RFC 4796), NULL: not said   */
};

/** Our end of one transport; copied when set */
struct offer_transport {
	const char *ufrag, *pwd;
	const char *fingerprint; /**< "sha-256 AB:CD:..."                   */
	const char *tls_id;	 /**< RFC 8842 section 5.3, NULL: not said  */
	const char *const *candidatev; /**< Without "candidate:"            */
	size_t candidatec;
	struct sa address;  /**< Default candidate; unset: 0.0.0.0 port 9    */
	uint16_t rtcp_port; /**< Of RTCP, if it has its own; else 0         */
	/**
	 * Our DTLS role in answers: ACTIVE or PASSIVE; NONE decides by the
	 * offer (active when it may be). Offers say actpass, and the agreed
	 * role again when the transport goes on.
	 */
	enum description_setup setup;
	/** Our keys, one a suite by its number; NULL without OFFER_SDES     */
	const struct sdes *keyv;
};

/** A codec that both can do */
struct offer_agreed {
	const struct offer_codec *codec; /**< Ours                          */
	uint8_t pt_send;		 /**< They want to get it so        */
	uint8_t pt_recv;		 /**< We said so                    */
	uint8_t rtx_send, rtx_recv;	 /**< Its "rtx" likewise; 0: none   */
	const char *fmtp;		 /**< Theirs, never NULL            */
	const char *const *fbv;		 /**< rtcp-fb both said             */
	size_t fbc;
};

/** A header extension that both can do */
struct offer_ext {
	const char *uri;
	uint8_t id;
};

/**
 * One m-line, as it stands after the last exchange, or, of a remote offer not
 * answered yet, as it would be accepted now. Strings live until the next
 * exchange begins.
 */
struct offer_media {
	enum offer_type type; /**< Meaningless if `ours` is false           */
	bool ours;	      /**< We can do this type of medium            */
	bool active;	      /**< Not refused by either side               */
	const char *why;      /**< Why it is not active, "" otherwise       */
	const char *mid;
	enum sdp_dir dir;	 /**< Agreed, as seen from here             */
	enum sdp_dir remote_dir; /**< What the peer said, as seen from it:
				      SENDONLY or INACTIVE is hold          */

	struct offer_agreed agreedv[OFFER_CODECS]; /**< [0] is sent with    */
	size_t agreedc; /**< Without telephone-event, CN, rtx */
	struct offer_agreed eventv[OFFER_CODECS];
	size_t eventc;

	struct offer_ext extv[OFFER_EXTS];
	size_t extc;

	/**
	 * Index of the m-line whose transport carries this one: itself, or
	 * the first of its BUNDLE group.
	 */
	unsigned transport;
	enum description_setup setup; /**< Our agreed role: ACTIVE, PASSIVE */
	enum offer_keying keying;
	struct sdes tx, rx; /**< Of OFFER_SDES: our key, theirs   */
	bool restart;	    /**< The peer's ufrag and pwd are new */
	bool new_keys; /**< The peer's fingerprint or tls-id is new: new DTLS */
	/**
	 * The peer's m-line with its ufrag, pwd, fingerprints, candidates,
	 * port, ssrc, rtcp-mux; NULL before there is one
	 */
	const struct description_media *remote;
};

struct offer;

/**
 * Allocate. Free with mem_deref().
 *
 * @param user  For o=; "-" when NULL
 *
 * @return 0, ENOMEM
 */
int offer_alloc(struct offer **op, const char *user);

/**
 * Copy an offer that waits for its answer, for a forked INVITE: each early
 * dialog then takes its own answer.
 *
 * @return 0, ENOMEM
 */
int offer_fork(struct offer **op, const struct offer *from);

/**
 * Add a medium. While a description of the dialog is there already (upgrade
 * from audio to video), the next offer will have it, in the place of a
 * refused m-line of the same type if there is one. `codecv` is borrowed and
 * must live as long as the offer.
 *
 * @return 0, ENOSPC the m-lines are used up, EINPROGRESS not stable, ENOMEM
 */
int offer_add(struct offer *o, const struct offer_medium *m);

/**
 * Change what we want: hold (SENDONLY, INACTIVE), resume, one-way. Counts
 * for the next offer or answer.
 */
void offer_set_dir(struct offer *o, enum offer_type type, enum sdp_dir dir);

/**
 * Change what is sent, for people: "slides" (RFC 4796), or NULL. Counts for
 * the next offer or answer; static.
 */
void offer_set_content(struct offer *o, enum offer_type type,
		       const char *content);

/**
 * Stop a medium, or start it again: port 0, or not, in the next offer or
 * answer. One that the peer refused, or left out of its first offer, is
 * offered again after this.
 *
 * @return 0, ENOENT it was never added, ENOSPC, ENOMEM
 */
int offer_set_enabled(struct offer *o, enum offer_type type, bool enabled);

/**
 * Set our end of the transport of an m-line, and of those that it carries.
 * One without a transport of its own is offered bundle-only, on that of the
 * first. Counts for the next offer or answer.
 *
 * @param index  Of the m-line, see offer_media() and offer_index()
 *
 * @return 0, ENOENT no such m-line, ENOMEM
 */
int offer_set_transport(struct offer *o, unsigned index,
			const struct offer_transport *t);

/**
 * What there may be instead of DTLS; before the first offer or answer.
 *
 * @param insecure  Offers of the peer without DTLS are taken: with keys in
 *                  the SDP, else bare. DTLS goes before both
 * @param offered   What our offers want, and nothing else
 */
void offer_set_keying(struct offer *o, bool insecure,
		      enum offer_keying offered);

/** "dtls", "sdes", "rtp" */
const char *offer_keying_name(enum offer_keying keying);

/** The m-line of our medium of a type, -1 if none */
int offer_index(const struct offer *o, enum offer_type type);

/**
 * Make an offer. Then it waits for an answer.
 *
 * @param mbp  Set to the text, at position 0
 *
 * @return 0, EINPROGRESS not stable, EINVAL nothing to offer or no transport,
 *         ENOMEM
 */
int offer_create(struct offer *o, struct mbuf **mbp);

/**
 * Take the answer to our offer, from mb->pos on. After an error the offer
 * still waits: take a later answer, or roll back (and end the call).
 *
 * @return 0; EBADMSG not SDP; EPROTO it does not fit the offer: another number
 *         or type of m-lines, no fingerprint, ...; ENOTSUP all was refused, or
 *         no common codec; EALREADY no offer is waiting; ENOMEM.
 *         offer_why() says it in words
 */
int offer_take_answer(struct offer *o, struct mbuf *mb);

/**
 * Take an offer of the peer, from mb->pos on. Then it waits for
 * offer_answer().
 *
 * @return 0; EBADMSG not SDP (400, 488); ENOTSUP nothing that we can do in it
 *         (488); EPROTO m-lines moved or vanished (488); EINPROGRESS not
 *         stable (491, or 500); ENOMEM. offer_why() says it in words. After
 *         an error the state is as before
 */
int offer_take_offer(struct offer *o, struct mbuf *mb);

/**
 * Answer the peer's offer.
 *
 * @return 0, EALREADY there is none, EINVAL a needed transport was not set,
 *         ENOMEM
 */
int offer_answer(struct offer *o, struct mbuf **mbp);

/** Back to what was agreed before; harmless when stable */
void offer_rollback(struct offer *o);

enum offer_state offer_state(const struct offer *o);

/** Number of m-lines */
unsigned offer_count(const struct offer *o);

/** One m-line, NULL when there is no such */
const struct offer_media *offer_media(const struct offer *o, unsigned index);

/** The m-line of our medium of a type, if it is active; else NULL */
const struct offer_media *offer_active(const struct offer *o,
				       enum offer_type type);

/**
 * Whether our next offer would have two media, and the peer is one that does
 * not BUNDLE: then each needs a transport. One that was refused counts, as
 * long as it is wanted here.
 */
bool offer_apart(const struct offer *o);

/** Why the last call failed, one clear sentence, safe on a terminal */
const char *offer_why(const struct offer *o);

/** The remote description last taken, for dumps; NULL if none */
const struct description *offer_remote(const struct offer *o);

/** Print state and m-lines, a line each, for the console */
int offer_print(struct re_printf *pf, const struct offer *o);

#endif

/**
 * @file core/call/endpoint.h  Endpoint: between what SDP says and the transport
 *
 *     transport -> [endpoint] -> offer:  ufrag, candidates, fingerprint of ours
 *     offer -> [endpoint] -> transport:  the same of the peer
 */
#ifndef CORE_CALL_ENDPOINT_H
#define CORE_CALL_ENDPOINT_H

#include "core/base/config.h"
#include "core/base/event.h"
#include "core/net/transport.h"
#include "core/sip/offer.h"

/**
 * Put our end of a transport into the offer object, for one m-line.
 *
 * @param rtcp  That of its RTCP, or NULL
 *
 * @return 0, ENOMEM, or errno of offer_set_transport()
 */
int endpoint_describe(struct offer *o, unsigned index,
		      const struct transport *tp, const struct transport *rtcp);

/**
 * Hand the peer's end of an m-line that is active and carries itself to the
 * transport, which begins to connect.
 *
 * @param rtp  That of its RTP, when tp is that of its RTCP, which never does
 *             ICE; else NULL
 *
 * @return as transport_set_remote()
 */
int endpoint_connect(const struct offer *o, const struct offer_media *om,
		     struct transport *tp, const struct transport *rtp,
		     uint64_t now);

/**
 * Begin by the configuration: allocate an offer object that takes, and
 * offers, what `[call] insecure_media` and `offer` say.
 *
 * @param prm  Gets what else the configuration says of transports
 *
 * @return 0, ENOMEM
 */
int endpoint_begin(struct offer **op, struct transport_params *prm,
		   const struct config *cfg);

/** Where the keys come from: "dtls", "sdes", "rtp"; NULL: not agreed yet */
const char *endpoint_keying(const struct offer *o);

/** Whether there is a way, and the keying. @return new reference */
json_t *endpoint_json(const struct offer *o, bool up);

/** An m-line that is active, sound before picture; NULL if none */
const struct offer_media *endpoint_media(const struct offer *o);

/** Whether the peer restarts ICE in what it said last */
bool endpoint_restarts(const struct offer *o);

#endif

/**
 * @file core/call/endpoint.h  Endpoint: between what SDP says and the transport
 *
 *     transport -> [endpoint] -> offer:  ufrag, candidates, fingerprint of ours
 *     offer -> [endpoint] -> transport:  the same of the peer
 */
#ifndef CORE_CALL_ENDPOINT_H
#define CORE_CALL_ENDPOINT_H

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
 * @param rtcp  It is the end of its RTCP, which never does ICE
 *
 * @return as transport_set_remote()
 */
int endpoint_connect(const struct offer *o, const struct offer_media *om,
		     struct transport *tp, bool rtcp, uint64_t now);

/** An m-line that is active, sound before picture; NULL if none */
const struct offer_media *endpoint_media(const struct offer *o);

#endif

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
 * Put our end of the transport into the offer object.
 *
 * @return 0, ENOMEM, or errno of offer_set_transport()
 */
int endpoint_describe(struct offer *o, const struct transport *tp);

/**
 * Hand the peer's end to the transport, which begins to connect.
 *
 * @return 0, ENOENT no active medium, or errno of transport_set_remote()
 */
int endpoint_connect(const struct offer *o, struct transport *tp, uint64_t now);

/** An m-line that is active, sound before picture; NULL if none */
const struct offer_media *endpoint_media(const struct offer *o);

#endif

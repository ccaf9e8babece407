/**
 * @file tests/unit/support/side.h  Two sides that offer and answer
 */
#ifndef TESTS_UNIT_SUPPORT_SIDE_H
#define TESTS_UNIT_SUPPORT_SIDE_H

#include "core/sip/description_decode.h"
#include "core/sip/offer.h"

#define SIDE_PRINT                                                             \
	"7A:F8:03:6F:26:2A:5D:2F:7F:F5:CF:76:DC:8E:FA:9C:"                     \
	"DD:B6:8B:05:80:78:88:6C:0F:4D:FC:B0:C0:DA:73:48"
#define SIDE_HEAD "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
#define SIDE_TRANSPORT                                                         \
	"a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n"             \
	"a=fingerprint:sha-256 " SIDE_PRINT "\r\na=rtcp-mux\r\n"
#define SIDE_AUDIO "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" SIDE_TRANSPORT

/** Our medium: Opus, PCMU, PCMA and events, or VP8 */
struct offer_medium side_medium(enum offer_type type);

/** Give an m-line a transport with one candidate */
void side_transport(struct offer *o, unsigned index, const char *ufrag);

/** A side that can do audio, and video too */
struct offer *side_phone(bool video);

/** A text as a body */
struct mbuf *side_text(const char *s);

/** A file of tests/vectors/sdp, without .sdp */
struct mbuf *side_file(const char *name);

int side_take_offer(struct offer *o, const char *s);
int side_take_answer(struct offer *o, const char *s);

/** Answer with a transport on each m-line that carries, and read it back */
struct description *side_answer(struct offer *o);

/** Both sides exchange, `to` answering */
void side_exchange(struct offer *from, struct offer *to);

#endif

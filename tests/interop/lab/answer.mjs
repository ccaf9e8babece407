/**
 * @file tests/interop/lab/answer.mjs  Session descriptions of nobody
 *
 *     offer of the phone -> [answer] -> what a peer could have said
 *
 * In order as a description; where its media are, nobody is.
 */
const PRINT = Array(32).fill('AB').join(':');

const session = (mids) => 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0' +
	`\r\na=group:BUNDLE ${mids.join(' ')}\r\n`;

/** One m-line of a browser's kind; `more` are further lines */
export const line = (kind, mid, { port = 9, formats = '0', setup = 'actpass',
				  proto = 'UDP/TLS/RTP/SAVPF',
				  direction = 'sendrecv', more = [] } = {}) =>
	[`m=${kind} ${port} ${proto} ${formats}`, 'c=IN IP4 127.0.0.1',
		`a=mid:${mid}`, 'a=ice-ufrag:nobd', 'a=rtcp-mux',
		'a=ice-pwd:nobodynobodynobodynobody',
		`a=fingerprint:sha-256 ${PRINT}`, `a=setup:${setup}`,
		'a=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host',
		`a=${direction}`, ...more].join('\r\n') + '\r\n';

/** A whole one, of lines and the mids that are bundled */
export const description = (mids, ...lines) => session(mids) + lines.join('');

/** The m-lines of one: "audio 9 UDP/TLS/RTP/SAVPF 0", in order */
export const lines_of = (sdp) => [...sdp.matchAll(/^m=(.*?)\r?$/mg)]
	.map(([, text]) => text);

/** What a willing peer answers to an offer: PCMU, and no picture */
export function answer_to(offer)
{
	const parts = offer.split(/^(?=m=)/m).slice(1);
	const mid_of = (part) => part.match(/^a=mid:(\S+)/m)?.[1];

	return description([mid_of(parts[0])], ...parts.map((part) => {
		const [, kind, proto, format] =
			part.match(/^m=(\S+) \S+ (\S+) (\S+)/);
		return kind === 'audio' ?
			line(kind, mid_of(part), { proto, setup: 'active' }) :
			line(kind, mid_of(part), { proto, port: 0,
				formats: format, setup: 'active' });
	}));
}

/**
 * @file tests/interop/lab/publisher.mjs  Somebody who publishes by UDP
 *
 *     test -> [publisher] -> UDP -> kamailio
 *
 * What no phone of ours would say: documents of other makers, and the
 * messages that wait, which a voice mail server publishes.
 */
import { createSocket } from 'node:dgram';
import { randomUUID } from 'node:crypto';
import { header } from './scripted.mjs';
import { within } from './wait.mjs';

const LIMIT = 5000; /* To be answered [ms] */

/** PUBLISH of an event package for a URI; the answer's SIP-ETag */
export async function publish(port, uri, event, type, body,
			      { expires = 60, etag } = {})
{
	const socket = createSocket('udp4');

	await new Promise((done) => socket.bind(0, '127.0.0.1', done));
	const answer = new Promise((done) => socket.on('message', (data) => {
		const text = data.toString('utf8');
		if (!text.startsWith('SIP/2.0 1'))
			done(text);
	}));
	const near = `127.0.0.1:${socket.address().port}`;
	socket.send([
		`PUBLISH ${uri} SIP/2.0`,
		`Via: SIP/2.0/UDP ${near};branch=z9hG4bK${randomUUID()};rport`,
		`From: <${uri}>;tag=${randomUUID()}`, `To: <${uri}>`,
		`Call-ID: ${randomUUID()}`, 'CSeq: 1 PUBLISH',
		'Max-Forwards: 70', `Event: ${event}`, `Expires: ${expires}`,
		...etag ? [`SIP-If-Match: ${etag}`] : [],
		`Contact: <sip:${near}>`, `Content-Type: ${type}`,
		`Content-Length: ${Buffer.byteLength(body)}`, '', body,
	].join('\r\n'), port, '127.0.0.1');

	try {
		const text = await within(`PUBLISH for ${uri}`, answer, LIMIT);
		if (!text.startsWith('SIP/2.0 200'))
			throw new Error(text.split('\r\n')[0]);
		return header(text, 'SIP-ETag');
	} finally {
		socket.close();
	}
}

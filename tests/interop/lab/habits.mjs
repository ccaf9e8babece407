/**
 * @file tests/interop/lab/habits.mjs  What gateways do to SIP on its way
 *
 *     trace -> [habits] -> phone
 *
 * Each makes a message unlike what a browser's registrar sends, and means the
 * same: RFC 3261 sections 7.3.1 and 7.3.3, and proxies between.
 */
const COMPACT = { 'call-id': 'i', contact: 'm', 'content-encoding': 'e',
	'content-length': 'l', 'content-type': 'c', from: 'f', subject: 's',
	supported: 'k', to: 't', via: 'v', event: 'o', 'refer-to': 'r',
	'referred-by': 'b', 'session-expires': 'x' };

const PROXY = 'sip:gateway.test;transport=ws;lr';
const BRANCH = 'z9hG4bK-gateway';

/* Each line of the head passes a function, which may make several of it */
function headers(text, change)
{
	const at = text.indexOf('\r\n\r\n');
	const [first, ...lines] = text.slice(0, at).split('\r\n');

	return [first, ...lines.flatMap((line) => {
		const colon = line.indexOf(':');
		return change(line.slice(0, colon).trim(),
			      line.slice(colon + 1).trim(), line);
	})].join('\r\n') + text.slice(at);
}

/** Short names */
export const compact = (text) => headers(text, (name, value) =>
	`${COMPACT[name.toLowerCase()] ?? name}: ${value}`);

/** Long lines are folded, and blanks stand where they may */
export const folded = (text) => headers(text, (name, value) =>
	`${name.toUpperCase()} :\r\n\t${value.replace(/>;/g, '>\r\n ;')}`);

/** Nothing said where a request came from */
export const no_rport = (text) => headers(text, (name, value) =>
	name === 'Via' ? `Via: ${value.replace(/;(rport|received)=[^;,]*/g,
					       '')}` : `${name}: ${value}`);

/** More parameters in Contact than anybody knows */
export const odd_contact = (text) => headers(text, (name, value) =>
	name === 'Contact' && value.startsWith('<') ?
		`Contact: "A, \\"B\\"" ${value};+sip.ice;q=0.7;odd` :
		`${name}: ${value}`);

/** Nobody says that it rings, nor that it tries */
export const silent = (text) => /^SIP\/2\.0 1\d\d/.test(text) ? '' : text;

/** One more proxy: it wants to stay in the path of each dialog */
export class Proxy {
	seen = 0; /* Requests of the phone that came by way of it */

	to_phone(text)
	{
		return /^SIP\/2\.0/.test(text) ? this.reply(text) :
			this.request(text);
	}

	/* A request is recorded first, and is what the answer comes by */
	request(text)
	{
		const at = text.indexOf('\r\n') + 2;
		const record = /^INVITE/.test(text) && !/^To:.*;tag=/m
			.test(text) ? `Record-Route: <${PROXY}>\r\n` : '';

		return `${text.slice(0, at)}Via: SIP/2.0/WSS gateway.test;` +
			`branch=${BRANCH}\r\n${record}${text.slice(at)}`;
	}

	/* To the phone's own request it is the nearest: the last one */
	reply(text)
	{
		const at = text.lastIndexOf('\r\nRecord-Route:');

		if (at < 0)
			return text;
		const end = text.indexOf('\r\n', at + 2);
		return `${text.slice(0, end)}\r\nRecord-Route: <${PROXY}>` +
			text.slice(end);
	}

	/* What comes back by way of it */
	to_server(text)
	{
		const route = `Route: <${PROXY}>`;

		const mine = (name) => new RegExp(
			`^${name}: .*gateway\\.test.*\r\n`, 'm');
		if (mine('Via').test(text))
			return text.replace(mine('Via'), '')
				.replace(mine('Record-Route'), '');
		const first = text.match(/^Route: (.*)\r$/m)?.[0].trim();
		if (first === route) {
			this.seen++;
			return text.replace(`${route}\r\n`, '');
		}
		return text;
	}
}

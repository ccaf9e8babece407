/**
 * @file tests/interop/lab/reroute.mjs  Another address into an SDP
 *
 *     SDP of one side -> [reroute] -> the same with the relay's address
 *
 * Both functions stand alone, so that they can be put into a page, too.
 */

/**
 * Let all media of a session description go to one address: a candidate in
 * each m= line that is not refused, no other, and the same in m= and c=.
 */
export function reroute(sdp, { address, port })
{
	const at = `IN IP4 ${address}`;
	const candidate = `a=candidate:1 1 udp 2130706431 ${address} ${port} ` +
		'typ host';
	let wanted = false, refused = false;

	return sdp.split(/\r?\n/).flatMap((line) => {
		const [, kind, old, rest] =
			line.match(/^m=(\S+) (\d+)( .*)$/) ?? [];

		if (kind) {
			refused = old === '0';
			wanted = !refused;
			return refused ? line : `m=${kind} ${port}${rest}`;
		}
		if (refused)
			return line;
		if (line.startsWith('c='))
			return `c=${at}`;
		const now = line.startsWith('a=') && wanted ? [candidate] : [];
		if (now.length)
			wanted = false;
		if (line.startsWith('a=rtcp:'))
			return [...now, `a=rtcp:${port} ${at}`];
		return line.startsWith('a=candidate:') ? now : [...now, line];
	}).join('\r\n');
}

/**
 * Where a session description wants its media: the candidate of loopback, or
 * else the first of IPv4 and UDP; null if there is none but of names.
 */
export function address_in(sdp)
{
	const one = /^a=candidate:\S+ 1 udp \d+ (\S+) (\d+)/gim;
	const list = [...sdp.matchAll(one)]
		.map(([, address, port]) => ({ address, port: Number(port) }))
		.filter(({ address }) => /^[\d.]+$/.test(address));

	return list.find(({ address }) => address.startsWith('127.')) ??
		list[0] ?? null;
}

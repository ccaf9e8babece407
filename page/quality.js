/**
 * @file page/quality.js  How good a connection is: figures, bars and a word
 *
 *     RTCPeerConnection.getStats() -> [quality] -> screen
 *
 * measure() takes figures since the last time; bars() is pure.
 */
const LIMITS = [ /* Bars, and what they allow: loss [%], jitter, way [ms] */
	{ bars: 4, loss: 1, jitter: 20, way: 150 },
	{ bars: 3, loss: 3, jitter: 40, way: 300 },
	{ bars: 2, loss: 8, jitter: 80, way: 600 },
];

/** 4 excellent .. 1 poor, 0 when nothing comes */
export function bars({ packets, loss, jitter, way })
{
	if (!packets)
		return 0;
	return LIMITS.find((limit) => loss <= limit.loss &&
		jitter <= limit.jitter && way <= limit.way)?.bars ?? 1;
}

function difference(now, before, field)
{
	return (now?.[field] ?? 0) - (before?.[field] ?? 0);
}

export class Quality {
	#before = null;

	/** Figures since the last time; null if there is nothing to measure */
	async measure(connection)
	{
		const report = [...(await connection.getStats()).values()];
		const sound = report.find((one) => one.type === 'inbound-rtp' &&
			one.kind === 'audio');
		const pair = report.find((one) => one.nominated &&
			one.type === 'candidate-pair' &&
			one.state === 'succeeded');
		const codec = report.find((one) => one.id === sound?.codecId);
		const before = this.#before;

		this.#before = sound ?? null;
		if (!sound || !before)
			return null;
		const packets = difference(sound, before, 'packetsReceived');
		const lost = Math.max(0,
			difference(sound, before, 'packetsLost'));
		const time = difference(sound, before, 'timestamp') / 1000;
		const played = difference(sound, before,
			'jitterBufferEmittedCount');

		return {
			packets,
			loss: packets + lost ? lost * 100 / (packets + lost) :
				0,
			jitter: (sound.jitter ?? 0) * 1000,
			way: (pair?.currentRoundTripTime ?? 0) * 1000,
			delay: played ? difference(sound, before,
				'jitterBufferDelay') * 1000 / played : 0,
			rate: time ? difference(sound, before,
				'bytesReceived') * 8 / 1000 / time : 0,
			codec: codec?.mimeType?.split('/')[1] ?? '',
		};
	}
}

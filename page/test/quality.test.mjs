/**
 * @file page/test/quality.test.mjs  Figures of a connection, and their bars
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration } from '../duration.js';
import { Quality, bars } from '../quality.js';

const GOOD = { packets: 50, loss: 0, jitter: 2, way: 10 };

test('the worst figure decides on the bars', () => {
	assert.equal(bars(GOOD), 4);
	for (const [figure, values] of [['loss', [2, 5, 20]],
					['jitter', [30, 60, 200]],
					['way', [200, 500, 900]]])
		assert.deepEqual(values.map((value) =>
			bars({ ...GOOD, [figure]: value })), [3, 2, 1]);
	assert.equal(bars({ ...GOOD, packets: 0 }), 0);
});

/* A connection whose reports are given */
function connection(...reports)
{
	return { getStats: async () => new Map([
		[1, { type: 'inbound-rtp', kind: 'audio', codecId: 'c',
			...reports.shift() }],
		[2, { id: 'c', mimeType: 'audio/opus' }],
		[3, { type: 'candidate-pair', nominated: true,
			state: 'succeeded', currentRoundTripTime: .02 }]]) };
}

test('figures are those since the last time', async () => {
	const quality = new Quality();
	const one = connection(
		{ packetsReceived: 100, packetsLost: 7, timestamp: 1000,
			bytesReceived: 1000, jitter: .005,
			jitterBufferDelay: 4, jitterBufferEmittedCount: 100 },
		{ packetsReceived: 190, packetsLost: 17, timestamp: 3000,
			bytesReceived: 9000, jitter: .004,
			jitterBufferDelay: 10,
			jitterBufferEmittedCount: 200 });

	assert.equal(await quality.measure(one), null);
	assert.deepEqual(await quality.measure(one), { packets: 90, loss: 10,
		jitter: 4, way: 20, delay: 60, rate: 32, codec: 'opus' });
});

test('a loss that is taken back is no loss', async () => {
	const quality = new Quality();
	const one = connection({ packetsReceived: 10, packetsLost: 5 },
		{ packetsReceived: 20, packetsLost: 3 });

	await quality.measure(one);
	assert.equal((await quality.measure(one)).loss, 0);
});

test('time is told as one reads it', () => {
	for (const [seconds, text] of [[0, '0:00'], [7, '0:07'],
				       [754, '12:34'], [3723, '1:02:03']])
		assert.equal(duration(seconds * 1000 + 999), text);
});

/**
 * @file tests/interop/lab/wire.mjs  A line between page and board, to be cut
 *
 *     Chromium -> [wire] -> board
 *
 * Carries TCP, so HTTPS and the WebSocket; sound goes its own way.
 */
import { connect, createServer } from 'node:net';

export class Wire {
	pairs = new Set();
	whole = true;

	/** @param to Port of loopback */
	async start(to)
	{
		this.server = createServer((near) => {
			if (!this.whole) {
				near.destroy();
				return;
			}
			const far = connect(to, '127.0.0.1');
			const pair = [near, far];
			this.pairs.add(pair);
			near.pipe(far).pipe(near);
			for (const end of pair) {
				end.on('error', () => {});
				end.on('close', () => this.drop(pair));
			}
		});
		await new Promise((done) =>
			this.server.listen(0, '127.0.0.1', done));
		this.url = `https://127.0.0.1:${this.server.address().port}/`;
	}

	drop(pair)
	{
		pair.forEach((end) => end.destroy());
		this.pairs.delete(pair);
	}

	/** All connections end, and no new one is made */
	cut()
	{
		this.whole = false;
		[...this.pairs].forEach((pair) => this.drop(pair));
	}

	mend()
	{
		this.whole = true;
	}

	stop()
	{
		this.cut();
		this.server.close();
	}
}

/**
 * @file tests/interop/lab/stall.mjs  How long the machine lets one wait
 *
 *     idle thread -> [stall] -> scenario that judges gaps of sound
 *
 * A thread that wants next to nothing, every few milliseconds: for as long
 * as it is not let run, nobody else can be blamed for being late.
 */
import { Worker, isMainThread, parentPort } from 'node:worker_threads';

const TICK = 5; /* [ms] */

/** Starts with the constructor; stop() gives the longest wait [ms] */
export class Stall {
	constructor()
	{
		this.worker = new Worker(new URL(import.meta.url));
		this.worker.unref();
	}

	stop()
	{
		return new Promise((done) => {
			this.worker.once('message', (most) => {
				this.worker.terminate();
				done(most);
			});
			this.worker.postMessage('stop');
		});
	}
}

if (!isMainThread) {
	let last = performance.now(), most = 0;
	const timer = setInterval(() => {
		const now = performance.now();

		most = Math.max(most, now - last - TICK);
		last = now;
	}, TICK);

	parentPort.once('message', () => {
		clearInterval(timer);
		parentPort.postMessage(most);
	});
}

/**
 * @file tests/interop/lab/stall.mjs  How long the machine lets one wait
 *
 *     idle thread -> [stall] -> scenario that judges gaps of sound
 *
 * A thread that wants next to nothing, every few milliseconds: for as long
 * as it is not let run, nobody else can be blamed for being late.
 */
import { Worker, isMainThread, parentPort, workerData }
	from 'node:worker_threads';

const TICK = 5;     /* [ms] */
const SECONDS = 64; /* That are remembered */

const second = () => Math.floor(Date.now() / 1000);

/** Starts with the constructor; stop() gives the longest wait [ms] */
export class Stall {
	/* Of each second: which it is, and its longest wait [ms] */
	waits = new Float64Array(new SharedArrayBuffer(2 * SECONDS * 8));

	constructor()
	{
		this.worker = new Worker(new URL(import.meta.url),
					 { workerData: this.waits });
		this.worker.unref();
	}

	/** The longest wait of the last so many seconds [ms] */
	longest(seconds)
	{
		const from = second() - Math.ceil(seconds);
		let most = 0;

		for (let i = 0; i < 2 * SECONDS; i += 2) {
			if (this.waits[i] >= from)
				most = Math.max(most, this.waits[i + 1]);
		}
		return most;
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
		const now = performance.now(), wait = now - last - TICK;
		const at = second(), i = at % SECONDS * 2;

		if (workerData[i] !== at)
			workerData.set([at, 0], i);
		workerData[i + 1] = Math.max(workerData[i + 1], wait);
		most = Math.max(most, wait);
		last = now;
	}, TICK);

	parentPort.once('message', () => {
		clearInterval(timer);
		parentPort.postMessage(most);
	});
}

/* tests/interop/page/tap.js  What is heard, in pieces of 10 ms, to the page */
const PIECE = 0.01; /* [s] */

registerProcessor('tap', class extends AudioWorkletProcessor {
	constructor()
	{
		super();
		this.piece = new Float32Array(Math.round(sampleRate * PIECE));
		this.filled = 0;
	}

	process([input])
	{
		const samples = input[0] ?? new Float32Array(128);

		for (const sample of samples) {
			this.piece[this.filled++] = sample;
			if (this.filled < this.piece.length)
				continue;
			this.port.postMessage(this.piece);
			this.filled = 0;
		}
		return true;
	}
});

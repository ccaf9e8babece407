/**
 * @file tests/interop/lab/wait.mjs  Waiting, always for something
 *
 * No test sleeps: each names what it waits for and until when.
 */
const POLL = 10; /* [ms] */
/* Unless the test knows better [ms]; more where all is emulated */
const LIMIT = Number(process.env.PATIENCE ?? 10000);

export const now = () => performance.now();

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Poll until test() gives something true; its value, or an error */
export async function until(what, test, limit = LIMIT)
{
	const end = now() + limit;

	for (;;) {
		const value = await test();
		if (value)
			return value;
		if (now() > end)
			throw new Error(`${what}: not within ${limit} ms`);
		await pause(POLL);
	}
}

/** The value of a promise, or an error after the limit [ms] */
export function within(what, promise, limit = LIMIT)
{
	let timer;
	const late = new Promise((_, fail) => {
		timer = setTimeout(() => fail(new Error(
			`${what}: not within ${limit} ms`)), limit);
	});

	return Promise.race([promise, late])
		.finally(() => clearTimeout(timer));
}

/** Watch that test() stays false for a time [ms] */
export async function never(what, test, time)
{
	const end = now() + time;

	while (now() < end) {
		if (await test())
			throw new Error(`${what}: it happened`);
		await pause(POLL);
	}
}

/** Something happened: a list that can be awaited */
export class Events {
	list = [];

	constructor(owner)
	{
		this.owner = owner;
	}

	put(event)
	{
		this.list.push({ at: now(), ...event });
	}

	/** Where the list ends now: pass it as `from` to see later ones */
	mark()
	{
		return this.list.length;
	}

	find(match, from = 0)
	{
		return this.list.slice(from).find(match);
	}

	/** Await an event by name (and a match), from a mark on */
	async wait(name, { from = 0, limit = LIMIT, match = () => true } = {})
	{
		try {
			return await until(`${this.owner}: event ${name}`,
				() => this.find((e) => e.event === name &&
						match(e), from), limit);
		} catch (error) {
			const seen = this.list.slice(from).slice(-12)
				.map((e) => e.event).join(' ');
			error.message += ` (seen: ${seen || 'nothing'})`;
			throw error;
		}
	}
}

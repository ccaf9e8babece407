/**
 * @file tests/interop/lab/serial.mjs  A serial line with somebody at its end
 *
 *     test <-> [serial] <-> interop_tty, at 115200 baud <-> phone
 *
 * Events and log lines come in between at any time; they are told from an
 * answer by that the phone says them elsewhere, too.
 */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { until } from './wait.mjs';

const BAUD = 115200;
const BITS = 10; /* Of an octet: start, 8, stop */
const PROMPT = 'boardphone> ';

/* What a screen shows of a line: \r and the sequences that are used */
function shown(line)
{
	let text = '', at = 0;

	for (let i = 0; i < line.length; i++) {
		const [sequence, n, what] =
			line.slice(i).match(/^\x1b\[(\d*)([A-Za-z])/) ?? [];

		if (sequence) {
			if (what === 'K' || what === 'J')
				text = text.slice(0, at);
			if (what === 'C')
				at += Number(n || 1);
			i += sequence.length - 1;
		} else if (line[i] === '\r') {
			at = 0;
		} else if (line[i] === '\b') {
			at = Math.max(at - 1, 0);
		} else {
			text = text.slice(0, at).padEnd(at) + line[i] +
				text.slice(at + 1);
			at++;
		}
	}
	return text;
}

export class Serial {
	/** @param program The phone's binary, which the line's lies beside */
	constructor(program)
	{
		this.raw = '';
		this.child = spawn(`${dirname(program)}/interop_tty`,
				   [String(BAUD)],
				   { stdio: ['pipe', 'pipe', 'inherit'] });
		this.child.on('error', (error) => { this.error = error; });
		this.child.stdout.setEncoding('utf8');
		this.child.stdout.on('data', (data) => { this.raw += data; });
	}

	/** The name of the terminal, for [console] device */
	async open()
	{
		await until('serial line: its name', () => {
			if (this.error)
				throw this.error;
			return this.raw.includes('\n');
		});
		[this.device] = this.raw.split('\n', 1);
		this.raw = this.raw.slice(this.device.length + 1);
		return this.device;
	}

	type(text)
	{
		this.child.stdin.write(text);
	}

	/** Nobody reads any more, or somebody does again */
	stick(on)
	{
		this.child.kill(on ? 'SIGUSR1' : 'SIGUSR2');
	}

	/** Lines as a screen shows them, from that of a mark on, which may be
	    in the middle of one that is logged; the last is not ended */
	lines(from = 0)
	{
		const start = this.raw.slice(0, from).lastIndexOf('\n') + 1;

		return this.raw.slice(start).split('\n').map(shown);
	}

	/** Await a prompt with nothing behind it, the n-th from a mark on */
	async prompts(count, from = 0, limit = 30000)
	{
		await until(`serial line: ${count} answers`, () => {
			const lines = this.lines(from);

			return lines.filter((l) => l.startsWith(PROMPT))
				.length > count &&
				lines.at(-1).trimEnd() === PROMPT.trim();
		}, limit).catch((error) => {
			error.message += `; the last that came: ` +
				JSON.stringify(this.raw.slice(-300));
			throw error;
		});
	}

	/** Octets that came since, and what the line can carry in a second */
	static rate = BAUD / BITS;

	/** Type commands at once; what each said, log and events left out:
	    { command: [lines] } */
	async ask(commands, others, limit)
	{
		const from = this.raw.length;

		this.type(commands.map((c) => `${c}\r`).join(''));
		await this.prompts(commands.length, from, limit);
		return this.answers(commands, from, others());
	}

	answers(commands, from, others)
	{
		const left = commands.map((command) =>
			({ command, lines: [] }));
		const answers = [];

		for (const line of this.lines(from)) {
			if (others.has(line) || line.startsWith('{"event":'))
				continue;
			if (line === PROMPT + left[0]?.command)
				answers.push(left.shift());
			else if (!line.startsWith(PROMPT))
				answers.at(-1)?.lines.push(line);
		}
		if (left.length)
			throw new Error('serial line: no answer to ' +
				left.map((a) => a.command).join(', '));
		return answers;
	}

	close()
	{
		this.child.stdin.end();
		this.child.kill('SIGKILL');
	}
}

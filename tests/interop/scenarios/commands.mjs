/**
 * @file tests/interop/scenarios/commands.mjs  Every command answers as written
 *
 *     boardphone ctl --json -> board -> docs/schema/commands.json
 *
 * The laboratory checks each answer; here it is made sure that each is asked
 * for, on a board that has a page, a button and a relay.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

const LEFT = ['events', 'quit']; /* They do not answer, or end it */

/* Arguments with which a command works that would not without */
const ARGUMENTS = { log: ['debug'], msg: ['page', 'hello'], ring: ['stop'] };

async function all_commands(lab)
{
	const board = await lab.board();
	const commands = await board.must('help');
	let worked = 0;

	for (const { name } of commands.filter((c) => !LEFT.includes(c.name))) {
		const { code, json } = await board.ctl(name,
			...ARGUMENTS[name] ?? []);
		worked += code === 0;
		assert(code === 0 || json?.error,
		       `${name}: status ${code}, and no word of why`);
	}
	return `${worked} of ${commands.length} worked, all answered`;
}

/* What the manual page says is what the running phone can do */
async function manual(lab)
{
	const board = await lab.board();
	const page = execFileSync(lab.program, ['manual'],
				  { encoding: 'utf8' });
	const commands = await board.must('help');
	const said = page.match(/^\.It Ic \S+/gm).map((l) => l.slice(7).trim());

	assert.deepEqual(said, commands.map((c) => c.name));
	return `${said.length} commands`;
}

/* A contact of the board's, moved by hand */
async function contacts(lab)
{
	const board = await lab.board({ inputs: {
		gate: 'sim:5 too_long=1s' } });
	const heard = (what) => board.wait('input', { match: (e) =>
		e.name === 'gate' && e.what === what });

	await board.must('button', 'gate', 'press');
	await heard('opened');
	await heard('open_too_long');
	await board.must('button', 'gate', 'release');
	await heard('closed');
}

export default [
	['commands: all answer as docs/schema says', all_commands],
	['commands: all are in the manual page', manual],
	['commands: a contact opens, too long, and closes', contacts],
];

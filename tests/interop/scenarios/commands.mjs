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
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { assert_tone, PHONE_TONE, told } from '../lab/laboratory.mjs';
import { until } from '../lab/wait.mjs';

const LEFT = ['events', 'quit', 'restart']; /* They do not answer, or end it */

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

/* A file that is wrong: the lamp shows it until a right one comes; that of the
   card, which stands beside it, from the start */
async function refused(lab)
{
	const board = await lab.board({ lamps: {
		status: 'sim:5 flash=error' } });
	const file = `${board.dir}/conf`, card = `${file}.refused`;
	const right = readFileSync(file, 'utf8');
	const sign = async () => (await board.must('status')).lamps[0].sign;
	const why = 'boardphone.conf:4: [audio] devise: no such key';

	assert.equal(await sign(), '');
	assert.deepEqual((await board.must('status')).refused, []);
	writeFileSync(file, `${right}[call]\nmax = many\n`);
	board.child.kill('SIGHUP');
	const { reason } = await board.wait('config_refused',
		{ match: (e) => e.source === 'reload' });
	assert.match(reason, /conf:\d+: \[call\] max: /);
	assert.equal(await sign(), 'error');
	writeFileSync(file, right);
	await board.must('config', 'reload');
	await board.wait('config_accepted');
	assert.equal(await sign(), '');

	await board.stop();
	writeFileSync(card, `${why}\n`);
	await board.start();
	await board.ready();
	assert.equal(await sign(), 'error');
	assert.deepEqual((await board.must('status')).refused,
			 [{ source: 'card', reason: why }]);
	assert(board.log().includes(why));
	rmSync(card);
	await board.must('config', 'reload');
	await board.wait('config_accepted');
	assert.equal(await sign(), '');
}

const codec_of = async (phone) => (await phone.must('stats'))
	.map(({ media }) => media?.audio?.codec?.toLowerCase()).join();

async function two_talk(phone, other)
{
	const from = phone.events.mark(), theirs = other.events.mark();

	await phone.must('call', 'other');
	await phone.call_event('connected', { from });
	await other.call_event('connected', { from: theirs });
}

/* A value is set in a call, which goes on; the next one has it. A file that
   is wrong changes nothing */
async function reloads(lab)
{
	const call = { media: 'audio' };
	const phone = await lab.phone({ call });
	const other = await lab.phone({ user: 'other',
		call: { ...call, auto_answer: 'yes' } });
	const file = `${phone.dir}/conf`;

	await two_talk(phone, other);
	const before = await codec_of(phone);
	const [heard, { text }] = await Promise.all([other.listen_for(3),
		phone.must('config', 'set', 'audio.codecs', 'pcmu')]);
	assert.match(text, /^\[audio\] codecs = pcmu: for the next call$/m);
	const figures = told(assert_tone('other', heard, PHONE_TONE));
	assert.match(readFileSync(file, 'utf8'), /^codecs = pcmu$/m);
	assert.equal(statSync(file).mode & 0o777, 0o600);
	assert.equal(await codec_of(phone), before);
	writeFileSync(file, readFileSync(file, 'utf8')
		.replace('codecs = pcmu', 'codecs = pcma') +
		'[call]\nmax = 9\n');
	const wrong = await phone.ctl('config', 'reload');
	assert.notEqual(wrong.code, 0);
	assert.match(wrong.json.error, /conf:\d+: \[call\] max/);
	await phone.must('hangup');
	await until('no call left', async () => await phone.calls() === 0);
	await two_talk(phone, other);
	assert.equal(await codec_of(phone), 'pcmu');
	writeFileSync(file, readFileSync(file, 'utf8')
		.replace('[call]\nmax = 9\n', ''));
	phone.child.kill('SIGHUP');
	await until('it says so', () =>
		/reload: \[audio\] codecs = pcma/.test(phone.log()));
	await phone.must('hangup');
	await until('no call left', async () => await phone.calls() === 0);
	await two_talk(phone, other);
	assert.equal(await codec_of(phone), 'pcma');
	return `${figures}; ${before}, then pcmu, then pcma`;
}

/* Who talks goes on; after that there is another configuration */
async function idle(lab)
{
	const call = { media: 'audio' };
	const phone = await lab.phone({ call });
	const other = await lab.phone({ user: 'other',
		call: { ...call, auto_answer: 'yes' } });

	await two_talk(phone, other);
	await phone.must('config', 'set', 'call.max', '1');
	assert.doesNotMatch((await phone.must('config', 'show')).text,
			    /^max = 1$/m);
	await phone.must('restart', 'idle');
	assert_tone('other', await other.listen_for(2), PHONE_TONE);
	await other.must('hangup');
	await until('it is registered again', () => phone.log()
		.match(/is registered for/g)?.length === 2);
	assert(phone.alive());
	await phone.ready();
	assert.match((await phone.must('config', 'show')).text, /^max = 1$/m);
}

/* The other side is told, the server too, and it is there again */
async function restarts(lab)
{
	const call = { media: 'audio' };
	const phone = await lab.phone({ call });
	const other = await lab.phone({ user: 'other',
		call: { ...call, auto_answer: 'yes' } });

	await two_talk(phone, other);
	const { pid } = phone.child;
	await phone.must('restart');
	await other.call_event('terminated');
	const registered = () => phone.log()
		.match(/is registered for/g)?.length ?? 0;
	await until('it is registered again', () => registered() === 2);
	assert.match(phone.log(), /is unregistered/);
	assert(phone.alive());
	assert.equal(phone.child.pid, pid);
	await phone.ready();
	const no = await phone.ctl('reboot', 'now');
	assert.match(no.json.error, /service of systemd/);
}

export default [
	['commands: a reload in a call, and the next ones', reloads],
	['commands: a wrong configuration is on the lamp', refused],
	['commands: restart ends calls in order', restarts],
	['commands: restart waits for the end of a call', idle],
	['commands: all answer as docs/schema says', all_commands],
	['commands: all are in the manual page', manual],
	['commands: a contact opens, too long, and closes', contacts],
];

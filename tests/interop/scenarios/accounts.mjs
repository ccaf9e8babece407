/**
 * @file tests/interop/scenarios/accounts.mjs  At two servers at once
 *
 *     phone -- wss --> kamailio of phone.test
 *           -- wss --> kamailio of home.test, another process
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { Kamailio, password_of } from '../lab/kamailio.mjs';
import { assert_tone, PHONE_TONE, told } from '../lab/laboratory.mjs';
import { until } from '../lab/wait.mjs';

const HOME = 'home.test';

/* Account and way of `home`, for user `name` at the other server */
const at_home = (lab, home, name) => ({
	'account home': { realm: HOME, user: name,
			  password: password_of(name) },
	'transport home': { url: home.url(),
			    ca_file: `${lab.certs}/authority.pem` },
});

async function two_servers(lab)
{
	const home = new Kamailio(`${lab.dir}/home`, lab.certs);

	await home.start({ realm: HOME });
	try {
		await over_both(lab, home);
	} finally {
		await home.kill();
	}
}

async function accounts_of(phone)
{
	const { accounts } = await phone.must('status');

	return Object.fromEntries(accounts.map((a) =>
		[a.name, a.registered]));
}

async function over_both(lab, home)
{
	const board = await lab.phone({ user: 'two1',
		...at_home(lab, home, 'two1') });
	const house = await lab.phone({ user: 'two2',
		...at_home(lab, home, 'two2') });
	const line = async () => (await house.must('calls'))[0]?.line;

	assert.deepEqual(await accounts_of(board),
			 { account: true, home: true });

	for (const [words, name] of [
		[[`two2@${HOME}`], 'home'],
		[['two2'], 'account'],
		[['two2', 'via=home', 'header=X-Pin:7'], 'home'],
	]) {
		await board.must('call', ...words);
		await until(`ringing over ${name}`, async () =>
			await line() === name);
		await board.must('hangup');
		await until('hung up', async () => !await line());
	}

	await board.must('call', `two2@${HOME}`);
	await until('rings', async () => await line() === 'home');
	await house.must('answer');
	await until('up', async () =>
		(await board.must('calls'))[0]?.state === 'up');

	/* The death of one is nothing to the calls of the other */
	await lab.kamailio.kill();
	await until('the death is seen', async () =>
		!(await accounts_of(board)).account);
	assert.equal((await accounts_of(board)).home, true);
	assert.equal((await board.must('calls'))[0].state, 'up');
	await board.must('hangup');
	await until('hung up', async () => !await line());
	await board.must('call', 'two2');
	await until('the other one serves', async () =>
		await line() === 'home');
	await board.must('hangup');

	await lab.kamailio.start();
	await until('both again', async () =>
		(await accounts_of(board)).account, 60000);
}

/* Give it another account: user and password in its file, and a reload */
async function become(phone, was, user, password = password_of(user))
{
	const file = `${phone.dir}/conf`;
	const from = phone.events.mark();

	writeFileSync(file, readFileSync(file, 'utf8')
		.replace(`user = ${was}\n`, `user = ${user}\n`)
		.replace(/^password = .*$/m, `password = ${password}`));
	const { text } = await phone.must('config', 'reload');
	assert.match(text, /^\[account\] password: at once/m);
	return from;
}

const of_register = (match) => ({ match: (e) =>
	e.session === 'register' && match(e) });

/* Who calls an address has it ring here, or is told that nobody is there */
async function rings(caller, to, board)
{
	const from = caller.events.mark(), here = board?.events.mark();

	await caller.must('call', to);
	if (!board) {
		const { code } = await caller.call_event('terminated',
							 { from });
		assert.equal(code, 480, to); /* tests/interop/kamailio.cfg */
		return;
	}
	await board.wait('i_new_call', { from: here });
	await board.must('reject');
	await caller.call_event('terminated', { from });
}

/* The account is changed in a call, which goes on over the old one's
   connection; the server knows the new one only */
async function changed_in_a_call(lab)
{
	const call = { media: 'audio' };
	const board = await lab.phone({ user: 'first', call });
	const house = await lab.phone({ user: 'house',
		call: { ...call, auto_answer: 'yes' } });
	const caller = await lab.phone({ user: 'caller', call });

	await board.must('call', 'house');
	await board.call_event('connected');
	await house.hears();
	const heard = house.listen_for(3);
	const from = await become(board, 'first', 'second');
	await board.wait('terminated', { from, ...of_register((e) =>
		e.aor.startsWith('sip:first@')) });
	await board.wait('connected', { from, ...of_register((e) =>
		e.aor.startsWith('sip:second@')) });
	const figures = told(assert_tone('house', await heard, PHONE_TONE));
	await rings(caller, 'second', board);
	await rings(caller, 'first', null);
	assert.deepEqual((await board.must('calls')).map((c) => c.state),
			 ['up']);
	await board.must('hold');
	await board.wait('m_local_hold_ok', { from });
	await board.must('resume');
	await board.wait('m_local_resume_ok', { from });
	assert.doesNotMatch(board.log(), /the old \[account\] has ended/);
	const end = board.events.mark();
	await house.must('hangup');
	await board.call_event('terminated', { from: end });
	await until('its old connection ends', () =>
		/the old \[account\] has ended/.test(board.log()));
	assert.deepEqual(await accounts_of(board), { account: true });
	assert.equal(board.events.list.filter((e) =>
		e.event === 'stopped').length, 0);
	return figures;
}

/* Nobody is registered then, and it is said where people look */
async function changed_to_a_wrong_one(lab)
{
	const board = await lab.phone({ user: 'first',
		lamps: { status: 'sim:5 flash=error on=registered' } });
	const caller = await lab.phone({ user: 'caller' });
	const sign = async () => (await board.must('status')).lamps[0].sign;
	let from = await become(board, 'first', 'second', 'wrong');
	const { code, reason } = await board.wait('terminated', { from,
		...of_register((e) => e.aor.startsWith('sip:second@')) });

	assert.equal(code, 401);
	assert.match(board.log(), /sip:second@\S+ is not registered: 401 /);
	assert.match(await board.status_text(), /"reason":"401 /);
	assert.equal(await sign(), 'error');
	await rings(caller, 'first', null);

	from = await become(board, 'second', 'third');
	await board.wait('connected', { from, ...of_register((e) =>
		e.aor.startsWith('sip:third@')) });
	assert.equal(await sign(), 'registered');
	await rings(caller, 'third', board);
	return `401 ${reason}`;
}

export default [
	['accounts: another one by a reload, in a call', changed_in_a_call],
	['accounts: a wrong password by a reload', changed_to_a_wrong_one],
	['two servers at once, one of which dies', two_servers],
];

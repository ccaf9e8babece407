/**
 * @file tests/interop/scenarios/accounts.mjs  At two servers at once
 *
 *     phone -- wss --> kamailio of phone.test
 *           -- wss --> kamailio of home.test, another process
 */
import assert from 'node:assert/strict';
import { Kamailio, password_of } from '../lab/kamailio.mjs';
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

export default [
	['two servers at once, one of which dies', two_servers],
];

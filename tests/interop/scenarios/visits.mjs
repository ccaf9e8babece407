/**
 * @file tests/interop/scenarios/visits.mjs  What browsers do by themselves
 *
 *     page in Chromium -> board: calls, listens first, is too many, leaves
 */
import assert from 'node:assert/strict';
import { told } from '../lab/laboratory.mjs';
import { never, until } from '../lab/wait.mjs';
import { answered, both_hear, hangs_up, hears, no_call, over,
	 rung, talks, watching } from './page.mjs';

const SANITIZED = { sanitized: true };
const MEMORY = 256;    /* That malloc may keep for later [kB] */
const CONNECTIONS = 8; /* That a board takes, SECURITY row 43 */

async function page_talks(lab)
{
	const board = await lab.board();
	const visitor = await lab.member(board);
	const from = visitor.events.mark();

	await visitor.click('talk');
	await visitor.shows('call');
	await visitor.wait('heard', { from });
	await board.hears();
	const figures = await both_hear(visitor, board);
	await board.must('hangup');
	await over(visitor, 'remote');
	await visitor.shot('board-hung-up');
	await no_call(board);
	return figures;
}

/* Where the password is not the permission, somebody answers at the board */
async function board_answers(lab)
{
	const board = await lab.board({ page: { answer: 'no' } });
	const visitor = await lab.member(board);

	await visitor.click('talk');
	await board.call_event('i_new_call');
	await visitor.shows('calling');
	await visitor.shot('calling');
	await board.must('answer');
	await visitor.shows('call');
	await hangs_up(visitor);
	await no_call(board);

	await visitor.click('talk');
	await until('it rings', async () => await board.calls() === 1);
	await board.must('reject');
	await over(visitor, 'refused');
	await visitor.shot('rejected');
	await no_call(board);
}

async function listens_first(lab)
{
	const board = await lab.board();
	const visitor = await lab.member(board);
	const from = visitor.events.mark();

	await rung(board, visitor);
	await visitor.click('answer-watch');
	await visitor.shows('call');
	await visitor.wait('heard', { from });
	await visitor.says('talk', 'off');
	assert.equal(await visitor.asked(), 0);
	await visitor.shot('listening');
	const first = await board.listen_for(1);
	assert(first.samples.every((x) => Math.abs(x) < 0.001),
	       'the board hears somebody who only listens');
	await talks(visitor);
	await board.hears();
	const figures = await both_hear(visitor, board);
	await hangs_up(visitor);
	await no_call(board);
	return figures;
}

async function denied(lab)
{
	const board = await lab.board();
	const visitor = await lab.member(board, { deny: true });

	await rung(board, visitor);
	await answered(visitor);
	await visitor.says('talk', 'denied');
	await visitor.shot('microphone-denied');
	const heard = await hears(visitor, 1);
	await hangs_up(visitor);
	await no_call(board);
	return told(heard);
}

/* The bell is taken back before anybody answers */
async function taken_back(lab)
{
	const board = await lab.board();
	const visitors = [await lab.member(board, { name: 'anna' }),
			  await lab.member(board, { name: 'bert' })];

	await rung(board, ...visitors);
	await board.must('ring', 'stop');
	for (const visitor of visitors)
		await over(visitor, 'missed');
	await no_call(board);
}

/* One declines, the other one is still rung; the second press is nothing new */
async function one_declines(lab)
{
	const board = await lab.board();
	const anna = await lab.member(board, { name: 'anna' });
	const bert = await lab.member(board, { name: 'bert' });

	await rung(board, anna, bert);
	await anna.click('decline');
	await over(anna, 'declined');
	await board.press();
	assert.equal(await bert.state(), 'ringing');
	await answered(bert);
	await both_hear(bert, board, 1);
	await hangs_up(bert);
	await no_call(board);
}

async function one_too_many(lab)
{
	const board = await lab.board();
	const members = [];

	for (let i = 0; i < CONNECTIONS; i++)
		members.push(await lab.member(board, { name: `guest ${i}` }));
	const late = await lab.visitor(board, { fragment: true });
	await late.shows(['offline', 'connecting']);
	await never('one too many is let in', async () =>
		await late.state() === 'ready', 1500);
	await late.shows('offline');
	await late.shot('too-many');

	await rung(board, ...members);
	await answered(members[0]);
	for (const member of members.slice(1))
		await over(member, 'elsewhere');
	await hangs_up(members[0]);
	await members[1].page.goto('about:blank');
	await late.shows('ready', 30000);
	await no_call(board);
}

async function logs_out(lab)
{
	const board = await lab.board();
	const visitor = await lab.member(board);

	await visitor.click('settings-open');
	await visitor.click('logout');
	await visitor.shows('login');
	await until('nobody is registered', async () =>
		(await board.must('status')).page.registered === 0);
	await visitor.page.reload();
	await visitor.shows('login');
}

/* Five wrong codes, and the right one has to wait, too */
async function wrong_codes(lab)
{
	const board = await lab.board();
	const visitor = await lab.member(board);
	const locked = () => board.events.find((e) => e.event === 'door' &&
		e.locked);

	await watching(visitor);
	await talks(visitor);
	await board.hears();
	for (let i = 0; i < 8 && !locked(); i++) {
		await visitor.keys('9999');
		await never('the door opens', () => board.events.find((e) =>
			e.event === 'door' && e.open), 1200);
	}
	assert(locked(), 'not locked');
	await until('the page says so', async () => /wrong codes/.test(
		await visitor.$('door-note').textContent()));
	await visitor.keys('1234');
	await never('the door opens', () => board.events.find((e) =>
		e.event === 'door' && e.open), 2000);
	await visitor.shot('locked-door');
	await hangs_up(visitor);
	await no_call(board);
}

async function forty_calls(lab)
{
	const board = await lab.board();
	const visitor = await lab.member(board);
	const call = async () => {
		await rung(board, visitor);
		await answered(visitor);
		await hangs_up(visitor);
		await no_call(board);
	};

	for (let i = 0; i < 10; i++)
		await call();
	const before = board.figures();
	for (let i = 0; i < 40; i++)
		await call();
	const after = board.figures();
	assert(after.fds <= before.fds,
	       `${before.fds} descriptors became ${after.fds}`);
	assert(after.dirty - before.dirty < MEMORY,
	       `${before.dirty} kB became ${after.dirty} kB`);
	await watching(visitor);
	await hears(visitor, 1);
	return `${before.dirty} kB, then ${after.dirty} kB`;
}

export default [
	['page: calls the board', page_talks],
	['page: somebody answers at the board', board_answers, SANITIZED],
	['page: listens first, then talks', listens_first],
	['page: no microphone, no harm', denied, SANITIZED],
	['page: the bell is taken back', taken_back, SANITIZED],
	['page: one declines, the other answers', one_declines],
	['page: one browser too many', one_too_many],
	['page: logs out', logs_out, SANITIZED],
	['page: wrong codes lock the door', wrong_codes, SANITIZED],
	['page: forty calls leave nothing behind', forty_calls],
];

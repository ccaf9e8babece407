/**
 * @file tests/interop/scenarios/page.mjs  Calls on the board's own page
 *
 *     button, relay <- board <-> its page in Chromium
 *
 * As people use it: what is clicked is what they see. A picture of each
 * state is kept (lab/visitor.mjs).
 */
import assert from 'node:assert/strict';
import { BROWSER_TONE, PHONE_TONE, assert_tone, told }
	from '../lab/laboratory.mjs';
import { DOOR_CODE } from '../lab/board.mjs';
import { power_at } from '../lab/sound.mjs';
import { never, now, until } from '../lab/wait.mjs';
import { Wire } from '../lab/wire.mjs';

const SANITIZED = { sanitized: true };
const LISTEN = 3; /* To each side of a call [s] */
const LONG = 15;

/** The button is pressed and the page rings */
export async function rung(board, ...visitors)
{
	await board.press();
	for (const visitor of visitors)
		await visitor.shows('ringing');
}

/** It answers, and hears the board */
export async function answered(visitor)
{
	const from = visitor.events.mark();

	await visitor.click('answer');
	await visitor.shows('call');
	await visitor.wait('heard', { from });
}

/** It watches, and hears the board */
export async function watching(visitor)
{
	const from = visitor.events.mark();

	await visitor.click('watch');
	await visitor.shows('call');
	await visitor.says('talk', 'off');
	await visitor.wait('heard', { from });
}

/** One who watches talks, too */
export async function talks(visitor)
{
	await visitor.click('mic');
	await visitor.says('talk', 'on');
}

/** It hangs up, and the page says so */
export async function hangs_up(visitor)
{
	await visitor.click('hangup');
	await visitor.shows('ended');
	assert.equal(await visitor.says('reason', 'hangup'), 'hangup');
}

/** It is over for a reason */
export async function over(visitor, reason)
{
	await visitor.shows('ended');
	await visitor.says('reason', reason);
}

/** The page hears the board; its figures */
export const hears = async (visitor, seconds = LISTEN) =>
	assert_tone(visitor.name, await visitor.listen(seconds), PHONE_TONE);

/** Both listen; figures of both */
export async function both_hear(visitor, board, seconds = LISTEN,
				tone = BROWSER_TONE)
{
	const [v, b] = await Promise.all([visitor.listen(seconds),
					  board.listen_for(seconds)]);

	return `page ${told(assert_tone(visitor.name, v, PHONE_TONE))}; ` +
		`board ${told(assert_tone('board', b, tone))}`;
}

export const no_call = (board) => until('no call left', async () =>
	await board.calls() === 0);

async function logs_in(lab)
{
	const board = await lab.board();
	const visitor = await lab.visitor(board);

	await visitor.shows('login');
	await visitor.shot('login');
	assert.equal(await visitor.asked(), 0);
	await visitor.log_in();
	await visitor.shows('ready');
	await visitor.shot('ready');
	const { page } = await board.must('status');
	assert.equal(page.guests.filter((g) => g.registered).length, 1);

	await visitor.page.reload();
	await visitor.shows('ready');
	assert.equal(await visitor.asked(), 0, 'it asks for the microphone');
}

const refused = (visitor, reason) => visitor.says('reason', reason,
						 { at: '#login-error' });

async function wrong_password(lab)
{
	const board = await lab.board();
	const visitor = await lab.visitor(board);

	await visitor.log_in('k7mq-x3rt-xxxx');
	await refused(visitor, 'wrong');
	await visitor.shot('wrong-password');
	assert.equal(await visitor.$('login-error').isVisible(), true);
	await visitor.log_in();
	await visitor.shows('ready');
}

/* Five failures from one address, and even the right one has to wait */
async function locked_out(lab)
{
	const board = await lab.board();
	const visitor = await lab.visitor(board);

	for (let i = 1; i <= 5; i++) {
		const from = visitor.events.mark();
		await visitor.log_in(`wrong-${i}`);
		await visitor.wait('state', { from, match: (e) =>
			e.state === 'login' });
		await refused(visitor, i < 5 ? 'wrong' : 'locked');
	}
	assert(await visitor.$('login-go').isDisabled());
	await visitor.shot('locked-out');
	return (await visitor.text('#login-error')).trim();
}

async function button_to_end(lab)
{
	const board = await lab.board();
	const visitor = await lab.member(board);
	const from = board.events.mark();

	await rung(board, visitor);
	await visitor.shot('ringing');
	assert.equal(await visitor.asked(), 0, 'microphone before the answer');
	await answered(visitor);
	const figures = await both_hear(visitor, board, LONG);
	await visitor.shot('call');

	await opens(board, visitor);
	await hangs_up(visitor);
	await board.call_event('terminated', { from });
	await visitor.shot('ended');
	await no_call(board);
	return figures;
}

/* The door button: confirmed, and the relay falls back */
async function opens(board, visitor)
{
	const mark = board.events.mark();
	const start = now();

	await visitor.open_door();
	await board.wait('door', { from: mark, match: (e) => e.open });
	await visitor.door('open');
	const confirmed = now() - start;
	await visitor.shot('door-open');
	await board.wait('door', { from: mark, match: (e) => !e.open });
	await visitor.door('idle');
	return confirmed;
}

async function declines(lab)
{
	const board = await lab.board();
	const visitor = await lab.member(board);
	const from = board.events.mark();

	await rung(board, visitor);
	await visitor.click('decline');
	const { code } = await board.call_event('terminated', { from });
	await over(visitor, 'declined');
	await visitor.shot('declined');
	await no_call(board);
	assert([480, 486, 603].includes(code), `code ${code}`);
	return `code ${code}`;
}

async function one_of_two(lab)
{
	const board = await lab.board();
	const anna = await lab.member(board, { name: 'anna' });
	const bert = await lab.member(board, { name: 'bert' });

	await rung(board, anna, bert);
	await answered(anna);
	await over(bert, 'elsewhere');
	const time_of = (visitor, match) => visitor.events.find(match).time;
	const ms = time_of(bert, (e) => e.state === 'ended') -
		time_of(anna, (e) => e.id === 'answer');
	await bert.shot('answered-elsewhere');
	const figures = await both_hear(anna, board);
	await hangs_up(anna);
	await no_call(board);
	return `${figures}; the other one silent after ${ms.toFixed(0)} ms`;
}

async function three_watch(lab)
{
	const board = await lab.board();
	const watchers = [];

	for (const name of ['anna', 'bert', 'cora'])
		watchers.push(await lab.member(board, { name }));
	for (const watcher of watchers)
		await watching(watcher);
	await Promise.all(watchers.map((w) => hears(w)));
	for (const watcher of watchers)
		assert.equal(await watcher.asked(), 0,
			     'a watcher is asked for the microphone');
	await watchers[0].shot('watching');
	assert.equal(await board.calls(), 3);

	/* One of them talks: the board hears that one, the others go on */
	await talks(watchers[1]);
	await board.hears();
	const figures = await both_hear(watchers[1], board);
	await watchers[1].shot('talking');
	for (const watcher of watchers)
		await hangs_up(watcher);
	await no_call(board);
	return figures;
}

/* Level of a tone among others: its power in short pieces, whole periods of
   all of them [dB] */
function level_of(frequency, samples, rate)
{
	const size = rate / 50;
	let sum = 0, count = 0;

	for (let at = 0; at + size <= samples.length; at += size, count++)
		sum += power_at(samples, rate, frequency, at, at + size);
	return 10 * Math.log10(sum / count + 1e-12);
}

async function both_talk(lab)
{
	const board = await lab.board();
	const anna = await lab.member(board, { name: 'anna', tone: 400 });
	const bert = await lab.member(board, { name: 'bert', tone: 900 });

	for (const visitor of [anna, bert]) {
		await watching(visitor);
		await talks(visitor);
	}
	await anna.listen(1);
	const { samples, rate } = await board.listen_for(LISTEN);
	const levels = [400, 900].map((hz) => level_of(hz, samples, rate));
	levels.forEach((db) => assert(Math.abs(db + 15) < 3,
		`the sum has ${levels.map((l) => l.toFixed(1))} dB`));
	await anna.click('mic');
	await anna.says('talk', 'muted');
	const only = await until('anna is muted', async () => {
		const more = await board.listen_for(1);
		const db = level_of(400, more.samples, rate);
		return db < -45 && db;
	});
	await anna.shot('muted');
	await hangs_up(anna);
	await hangs_up(bert);
	await no_call(board);
	return `${levels.map((l) => l.toFixed(1)).join(' and ')} dB, muted ` +
		`${only.toFixed(0)} dB`;
}

async function reload_in_call(lab)
{
	const board = await lab.board();
	const visitor = await lab.member(board);
	const mark = board.events.mark();

	await rung(board, visitor);
	await answered(visitor);
	await both_hear(visitor, board, 1);
	const from = visitor.events.mark();
	const start = now();
	await visitor.page.reload();
	await board.call_event('terminated', { from: mark });
	await visitor.shows('call');
	await visitor.wait('heard', { from });
	const ms = now() - start;
	await until('one call', async () => await board.calls() === 1);
	await visitor.shot('after-reload');
	const heard = await hears(visitor);
	await hangs_up(visitor);
	await no_call(board);
	return `heard again after ${ms.toFixed(0)} ms; ${told(heard)}`;
}

async function digits_open(lab)
{
	const board = await lab.board();
	const visitor = await lab.member(board);

	await rung(board, visitor);
	await answered(visitor);
	const mark = board.events.mark();
	await visitor.keys(DOOR_CODE);
	await visitor.shot('keypad');
	await board.wait('door', { from: mark, match: (e) => e.open });
	await hangs_up(visitor);
	await no_call(board);
}

/* No call, no door */
async function no_door(lab)
{
	const board = await lab.board();
	const visitor = await lab.member(board);

	await never('the door opens', async () =>
		await visitor.page.locator('[data-relay]').first()
			.isVisible() ||
		board.events.find((e) => e.event === 'door'), 500);
}

async function messages(lab)
{
	const board = await lab.board();
	const visitor = await lab.member(board);
	const text = 'Pêche à la moule — <b>"ça va?"</b> ☎';

	await board.must('msg', 'page', text);
	await visitor.reads(text);
	const mark = board.events.mark();
	await visitor.writes('Ich komme gleich 🙂');
	const event = await board.wait('i_new_message', { from: mark });
	assert.equal(event.content, 'Ich komme gleich 🙂');
	await visitor.shot('messages');
}

async function board_goes(lab)
{
	const board = await lab.board();
	const visitor = await lab.member(board);

	await board.stop();
	await visitor.shows(['offline', 'connecting']);
	await visitor.shot('offline');
	const start = now();
	await board.start();
	await visitor.shows('ready', 30000);
	return `back after ${((now() - start) / 1000).toFixed(1)} s`;
}

async function nobody_answers(lab)
{
	const board = await lab.board({ buttons: {
		bell: 'sim:1 press=ring:browsers/2s' } });
	const visitor = await lab.member(board);

	await rung(board, visitor);
	await over(visitor, 'missed');
	await visitor.shot('missed');
	await no_call(board);
}

/* Nobody answers: the next step, here of the same, rings */
async function next_step(lab)
{
	const board = await lab.board({ buttons: {
		bell: 'sim:1 press=ring:browsers/2s,browsers/20s' } });
	const visitor = await lab.member(board);

	await rung(board, visitor);
	await board.wait('ringing', { match: (e) => e.step === 2 });
	await until('one call rings', async () =>
		await board.calls() === 1);
	await visitor.shows('ringing');
	await answered(visitor);
	await hangs_up(visitor);
	await no_call(board);
}

/* Browsers first, then the account's user at a server */
async function to_account(lab)
{
	const { kamailio } = lab;
	const { REALM, password_of } = await import('../lab/kamailio.mjs');
	const anna = await lab.anna();
	const from = anna.events.mark();
	const board = await lab.board({
		account: { realm: REALM, user: 'board',
			   password: password_of('board') },
		transport: { url: kamailio.url(),
			     ca_file: `${lab.certs}/authority.pem` },
		buttons: { bell: 'sim:1 press=ring:browsers/2s,' +
			`sip:anna@${REALM}/20s` } });
	const visitor = await lab.member(board);

	await until('the account is registered', () => board.registered());
	await rung(board, visitor);
	await anna.wait('incoming', { from });
	await over(visitor, 'missed');
	await anna.lab('answer');
	await anna.wait('heard', { from });
	await anna.idle();
	await no_call(board);
}

/* The WebSocket is lost in a call: sound goes on, and the call's next
   request finds the page by its new connection */
async function line_cut(lab)
{
	const board = await lab.board();
	const wire = new Wire();
	await wire.start(board.port);

	try {
		const visitor = await lab.member(board, { url: wire.url });
		await rung(board, visitor);
		await answered(visitor);
		wire.cut();
		await visitor.says('registered', 'false');
		const figures = await both_hear(visitor, board);
		assert.equal(await visitor.state(), 'call');
		await visitor.shot('line-cut');
		wire.mend();
		const start = now();
		await visitor.says('registered', 'true');
		const ms = now() - start;
		assert.equal(await board.calls(), 1);
		await board.must('hangup');
		await over(visitor, 'remote');
		await no_call(board);
		return `${figures}; registered ${ms.toFixed(0)} ms after`;
	} finally {
		wire.stop();
	}
}

async function stops_in_call(lab)
{
	const board = await lab.board();
	const visitor = await lab.member(board);

	await rung(board, visitor);
	await answered(visitor);
	const { code, ms } = await board.stop();
	assert.equal(code, 0);
	assert(ms < 3000, `end took ${ms.toFixed(0)} ms`);
	await visitor.shows(['ended', 'offline']);
	await visitor.shot('taken-down');
	return `ended in ${ms.toFixed(0)} ms`;
}

export default [
	['page: logs in, and stays so over a reload', logs_in],
	['page: wrong password', wrong_password, SANITIZED],
	['page: too many wrong passwords', locked_out, SANITIZED],
	['page: button, answer, door, hang-up', button_to_end],
	['page: declines', declines, SANITIZED],
	['page: two are rung, one answers', one_of_two],
	['page: three watch, one of them talks', three_watch],
	['page: two talk at once, one mutes', both_talk],
	['page: reload in a call', reload_in_call],
	['page: digits open the door', digits_open, SANITIZED],
	['page: no door without a call', no_door, SANITIZED],
	['page: messages both ways', messages, SANITIZED],
	['page: the board goes and comes', board_goes],
	['page: nobody answers', nobody_answers, SANITIZED],
	['page: nobody answers, the next step rings', next_step,
	 SANITIZED],
	['page: browsers, then the user of a server', to_account],
	['page: its connection is cut in a call', line_cut, SANITIZED],
	['page: SIGTERM in a call', stops_in_call],
];

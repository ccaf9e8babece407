#!/usr/bin/env node
/**
 * @file tests/image/trial.mjs  Updates of the card, good and bad, and cut
 *
 *     node trial.mjs DIRECTORY LOG
 *
 *     updates.img -> boardphone-update -> slot B -> U-Boot -> kept, or back
 *
 * DIRECTORY has what tests/image/trial makes: card.img, updates.img. SEED and
 * CUTS come from the environment. A board that starts itself again stays in one
 * QEMU; a power cut ends it, and the next one has the card as it was left.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { chance } from '../interop/lab/impair.mjs';
import { never, now } from '../interop/lab/wait.mjs';
import { LIMIT, Machine } from './machine.mjs';

const [dir, file] = process.argv.slice(2);
const SEED = Number(process.env.SEED), CUTS = Number(process.env.CUTS || 5);
const START = '4M';      /* Where the FAT begins, board/image/make */
const PATIENCE = 900000; /* For an update, emulated, on a busy machine [ms] */
const TRIES = 3;         /* boardphone-update */
const HEALTH = 20;       /* How long a phone on trial is waited for that will
			    never do; 600 on a board [s] */
const BEYOND = 1.1;      /* Up to when it is cut; 1 is its end */
const LINES = 4000;      /* Of a configuration; 64 KiB are its limit */
const LIB = '/usr/lib/boardphone';
const KEPT = '/data/config/boardphone.conf';
const log = createWriteStream(file);
let machine, installing = 0, passed = 0, failed = 0;

const seconds = (from, to = now()) => `${((to - from) / 1000).toFixed(1)} s`;

/** Run a case; what it throws is a failure, what it returns are figures */
async function judge(what, test)
{
	const from = now();

	try {
		const said = await test();
		console.log(`  pass  trial: ${what}: ${said} ` +
			    `[${seconds(from)}]`);
		passed++;
		return true;
	} catch (error) {
		console.log(`  FAIL  trial: ${what}: ${error.message} ` +
			    `[${seconds(from)}]`);
		console.log(machine.serial.text.slice(-1500)
			.replace(/^/gm, '        '));
		failed++;
		return false;
	}
}

/* ---- The board ---- */

/** Power on; settings are environment variables of the system's services */
async function power_on(...settings)
{
	machine = new Machine('', `${dir}/card.img`, log, {
		options: ['-k'],
		more: ['-action', 'reboot=reset', '-drive',
		       'if=none,id=updates,format=raw,readonly=on,' +
		       `file=${dir}/updates.img`,
		       '-device', 'virtio-blk-pci,drive=updates'],
		args: ['modprobe.blacklist=vivid,snd_aloop',
		       ...settings.map((s) => `systemd.setenv=BOARDPHONE_${s}`)]
			.join(' '),
	});
	await comes_up();
}

/** From wherever the start is, to the prompt */
async function comes_up()
{
	await machine.serial.expect(/boardphone> /, LIMIT);
	await machine.open_shell();
	await must('mount -o ro /dev/vdb /mnt');
}

/** A command inside that must succeed: what it says, on one line */
async function must(command, limit)
{
	const { status, out } = await machine.inside(command, limit);

	assert.equal(status, 0, `${command}: ${out}`);
	return out.trim().replace(/\s+/g, ' ');
}

const slots = () => must(`${LIB}/slots show | tail -n +2`);
const runs = () => must('grep -o "boardphone.slot=[AB]" /proc/cmdline');
const update = (name) =>
	machine.inside(`boardphone-update /mnt/${name}.update`, PATIENCE);

/** Until commit has said so; asked rarely, as all takes long there */
const commit_says = (words) => must('until journalctl -q -o cat -u ' +
	`boardphone-commit | grep "${words}"; do sleep 2; done`, LIMIT);

/** Install it, and start it as somebody at the prompt does */
async function begins(name, slot, other)
{
	const from = now();
	const { status, out } = await update(name);

	assert.equal(status, 0, out);
	installing = now() - from;
	assert.equal(await slots(),
		     `slot=${slot} trial=${other} tries=${TRIES}`);
	machine.serial.send('reboot now\r');
	await machine.serial.expect(/U-Boot 20/, LIMIT);
}

/** U-Boot takes the slot, with so many tries left after this one */
const takes = (slot, left) => machine.serial.expect(new RegExp(
	`slots: ${slot} is booted .*, ${left} more tries`), LIMIT);

/* ---- What is refused ---- */

async function refuses(name, words)
{
	const id = await must('cat /proc/sys/kernel/random/boot_id');
	const { status, out } = await update(name);

	assert(status !== 0 && out.includes(words), `${status}: ${out}`);
	assert.equal(await slots(), 'slot=A trial=no tries=0');
	assert.equal(await runs(), 'boardphone.slot=A');
	assert.equal(await must('cat /proc/sys/kernel/random/boot_id'), id);
	machine.serial.send('status\r');
	await machine.serial.expect(/page/);
	return /refused: (.*)/.exec(out)[1].trim();
}

/* ---- What does not start, and the way back ---- */

async function kernel_fails()
{
	await begins('kernel', 'A', 'B');
	const from = now();
	await takes('B', TRIES - 1);
	await machine.serial.expect(/slot B, on trial: yes/);
	await machine.serial.expect(/slot A, on trial: no/);
	await comes_up();
	const back = seconds(from);
	assert.equal(await runs(), 'boardphone.slot=A');
	assert.equal(await slots(), `slot=A trial=B tries=${TRIES - 1}`);
	return `prompt of slot A ${back} after the start`;
}

/** Each try, and then slot A; what is seen in between */
async function fails(name, ...seen)
{
	await begins(name, 'A', 'B');
	const from = now();
	for (let left = TRIES - 1; left >= 0; left--) {
		await takes('B', left);
		await machine.serial.expect(/slot B, on trial: yes/);
		for (const pattern of seen)
			await machine.serial.expect(pattern, LIMIT);
	}
	await takes('A', 0);
	await comes_up();
	const back = seconds(from);

	assert.equal(await runs(), 'boardphone.slot=A');
	await commit_says('slot B failed on trial; back in A');
	await must(`until ${LIB}/slots show | grep trial=no; do sleep 2; done`);
	assert.equal(await slots(), 'slot=A trial=no tries=0');
	await must('cmp /data/update/trial /data/update/failed');
	return `prompt of slot A ${back} after the first of ${TRIES} tries`;
}

/* ---- What is good ---- */

async function is_kept()
{
	await begins('good', 'A', 'B');
	const from = now();
	await takes('B', TRIES - 1);
	await comes_up();
	const prompt = seconds(from);
	assert.equal(await runs(), 'boardphone.slot=B');
	assert.equal(await slots(), `slot=A trial=B tries=${TRIES - 1}`);
	await commit_says('slot B is good, and kept');
	const kept = seconds(from);
	assert.equal(await slots(), 'slot=B trial=no tries=0');
	return `installed in ${(installing / 1000).toFixed(1)} s, prompt of ` +
		`slot B after ${prompt}, kept after ${kept}`;
}

async function starts_again()
{
	machine.serial.send('reboot now\r');
	await takes('B', 0);
	await comes_up();
	assert.equal(await runs(), 'boardphone.slot=B');
	const { status, out } = await update('phone');
	assert(status !== 0 && /is not newer than/.test(out), out);
	return 'in slot B; an update older than it is refused';
}

/* ---- The power goes ---- */

/* Nothing is found good, nor bad [s] */
const DRAWN_OUT = ['HOLD=86400', 'LIMIT=86400'];
const tally = { old: 0, new: 0, own: 0, other: 0 };
let own, other; /* Slots: what runs before, and what is updated */

/* Two configurations of some length */
async function prepare()
{
	await must('mkdir -p /run/next && for name in old new; do ' +
		   '{ printf "[page]\\nlisten = 0.0.0.0:443\\n"; ' +
		   'printf "[board]\\nhostname = $name\\n"; ' +
		   `seq -f "# %.0f" ${LINES}; } >/run/$name.conf; done`);
}
/* One comes to be in force after the other, as at a start; and is written as
   then, over and over, as that alone is where a cut could hurt */
const KEEPS = `{ bash -c '. ${LIB}/card.sh; while :; do ` +
	'for name in old new; do ' +
	'cp /run/$name.conf /run/next/boardphone.conf; ' +
	`BOARDPHONE_CARD=/run/next ${LIB}/import; ` +
	`for again in old new old new; do keep ${KEPT} 600 ` +
	"</run/$again.conf; done; done; done' >/dev/null 2>&1 & }";

/** An update, and configurations kept meanwhile: how long that takes [ms] */
async function runs_through()
{
	await must('cp /run/old.conf /run/next/boardphone.conf; ' +
		   `BOARDPHONE_CARD=/run/next ${LIB}/import`);
	const from = now();
	await must(KEEPS);
	const { status, out } = await update('next');
	installing = now() - from;

	assert.equal(status, 0, out);
	assert.equal(await slots(),
		     `slot=${own} trial=${other} tries=${TRIES}`);
	await must(`kill %1; ${LIB}/slots set trial=no tries=0`);
	return 'an update, while configurations are kept';
}

/* What runs is the slot that the variables name, either of two; and what is
   kept is either of two files, and in force */
async function is_whole()
{
	const slot = (await runs()).slice(-1);
	const vars = await slots();

	assert(!/neither copy is whole/.test(machine.serial.text));
	assert.equal(vars, slot === own ? `slot=${own} trial=no tries=0` :
		     `slot=${own} trial=${other} tries=${TRIES - 1}`);
	machine.serial.send('status\r');
	await machine.serial.expect(/page/);
	await prepare();
	const name = await must(`for name in old new; do ! cmp -s ${KEPT} ` +
				'/run/$name.conf || echo $name; done');
	assert.match(name, /^(old|new)$/, 'the configuration is neither');
	assert.equal(await must('cat /proc/sys/kernel/hostname'), name);
	tally[slot === own ? 'own' : 'other']++;
	tally[name]++;
	return { slot, name };
}

/** At this moment of an update [ms]: what the next start finds */
async function power_goes(moment)
{
	machine.shell.send(`${KEEPS}; boardphone-update /mnt/next.update\n`);
	await never('QEMU ends', () => machine.child.exitCode !== null, moment);
	await machine.cut();
	await power_on(...DRAWN_OUT);
	const { slot, name } = await is_whole();
	console.log(`        after ${(moment / 1000).toFixed(1)} s: ` +
		    `slot ${slot}, the ${name} configuration, prompt ` +
		    `${seconds(machine.begun)} after power`);
	if (slot === other) { /* As it was, for the next time */
		await must(`${LIB}/slots set trial=no tries=0`);
		await machine.cut();
		await power_on(...DRAWN_OUT);
		await prepare();
	}
}

async function power_goes_often()
{
	const random = chance(SEED);

	for (let n = 1; n <= CUTS; n++) {
		const share = n < CUTS ? random() * BEYOND : BEYOND;
		const moment = share * installing;
		await power_goes(moment).catch((error) => {
			throw new Error(`cut ${n}, after ` +
				`${moment.toFixed(0)} ms: ${error.message}`);
		});
	}
	return `${CUTS} of ${CUTS} times, up to ` +
		`${(installing * BEYOND / 1000).toFixed(0)} s after its ` +
		`begin: ${tally.own} times the slot before it, ` +
		`${tally.other} times its own; ${tally.old} times the one ` +
		`configuration, ${tally.new} times the other, whole`;
}

async function cuts()
{
	console.log(`        seed ${SEED}`);
	own = (await runs()).slice(-1);
	other = own === 'A' ? 'B' : 'A';
	await machine.cut();
	execFileSync('mdel', ['-i', `${dir}/card.img@@${START}`,
			      '::boardphone.conf']);
	await power_on(...DRAWN_OUT);
	await prepare();
	if (await judge('both at a time', runs_through))
		await judge('the power goes', power_goes_often);
}

try {
	await power_on(`LIMIT=${HEALTH}`);
	await judge('unsigned', () => refuses('unsigned',
					      'the signature is wrong'));
	await judge('signed by a foreign key', () =>
		refuses('foreign', 'the signature is wrong'));
	await judge('older', () => refuses('older', 'is not newer than'));
	await judge('truncated', () => refuses('truncated', 'too early'));
	await judge('a damaged kernel', kernel_fails);
	await judge('Linux panics', () => fails('panic', /Kernel panic/));
	await judge('the phone is never healthy', () =>
		fails('phone', /Starting kernel/));
	await machine.cut();
	await power_on();
	if (await judge('a good update', is_kept)) {
		await judge('the next start', starts_again);
		await cuts();
	}
} catch (error) {
	console.log(`  FAIL  trial: ${error.message}`);
	failed++;
}
machine.stop();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

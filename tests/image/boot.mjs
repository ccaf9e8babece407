#!/usr/bin/env node
/**
 * @file tests/image/boot.mjs  Boots the card's image, and looks around in it
 *
 *     node boot.mjs IMAGE LOG
 *
 *     card -> board/qemu -> serial port: the phone's prompt
 *                        -> virtual console: a shell, only for this test
 */
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { now } from '../interop/lab/wait.mjs';
import { LIMIT, Machine } from './machine.mjs';

const EXPOSURE = 2.0; /* What systemd-analyze security may say */
const [image, file] = process.argv.slice(2);
const dir = mkdtempSync(`${tmpdir()}/boardphone-image-`);
const log = createWriteStream(file);
let passed = 0, failed = 0;

function show(what, good, said = '')
{
	if (good)
		passed++;
	else
		failed++;
	console.log(`  ${good ? 'pass' : 'FAIL'}  image: ${what}`);
	if (!good && said)
		console.log(`${said}`.replace(/^/gm, '        '));
}

const seconds = (from) => ((now() - from) / 1000).toFixed(1);

const machine = new Machine(image, `${dir}/card.img`, log);
const { begun, serial } = machine;

/** One line of verdict: the command succeeds, and says what it should */
async function check(what, command, said = /^/)
{
	const { status, out } = await machine.inside(command);

	show(what, status === 0 && said.test(out), out);
	return out;
}

async function look()
{
	await check('slot A was started', 'cat /proc/cmdline',
		    /boardphone\.slot=A\b/);
	await check('the root is read-only', 'findmnt -no OPTIONS /',
		    /^ro,/m);
	await check('nothing is written to it', '! touch /usr/x');
	await check('what is written to /etc and /var is forgotten',
		    'findmnt -no FSTYPE /etc && findmnt -no FSTYPE /var',
		    /overlay\s+overlay/);
	await check('data has the rest of the card',
		    'findmnt -bno SIZE /data | ' +
		    '(read n; [ $n -gt 700000000 ] || echo $n)', /^$/);
	await check('what the phone keeps is on it',
		    'findmnt -no SOURCE /var/lib/boardphone',
		    /\[\/boardphone\]/);
	await check('the card\'s settings are read-only',
		    'findmnt -no OPTIONS /boot/card', /^ro,/m);
	await check('the service is active',
		    'systemctl is-active boardphone', /^active/m);
	await check('no unit failed', 'systemctl --no-pager --plain ' +
		    '--no-legend --failed', /^$/);
	await check('nothing waits to be started',
		    'systemctl --no-legend list-jobs', /^(No jobs.*)?\n?$/);
	const score = await check('the sandbox holds',
		'systemd-analyze --no-pager security boardphone | tail -n 1',
		/exposure level/);
	show(`exposure of the service is at most ${EXPOSURE.toFixed(1)}`,
	     Number(/: ([0-9.]+)/.exec(score)?.[1] ?? 10) <= EXPOSURE, score);
	await check('nobody logs in by a password',
		    'cut -d: -f2 /etc/shadow | sort -u | grep -v "^[!*]"; true',
		    /^$/);
	await check('no SSH without a key on the card',
		    'systemctl is-active boardphone-ssh; true', /^inactive/m);
	await check('only the page listens, and names in the house',
		    'ss -Hlntup | grep -vE "boardphone|avahi|systemd-n"; ' +
		    'true', /^$/);
	await check('`config set` says that the card\'s file counts',
		    'boardphone ctl config set call.max 3 2>&1; true',
		    /cannot be written: Read-only file system/);
	await check('what all is made of says whose it is',
		    'cd /usr/share/doc && for p in boardphone ' +
		    'linux-image-$(uname -r) firmware-brcm80211; do ' +
		    'wc -c $p/copyright; done && ls /boot/card/licences',
		    /^firmware\.txt\s+linux\.txt\s+u-boot\.txt/m);
	await check('the watchdog is fed', 'cat ' +
		    '/sys/class/watchdog/watchdog0/state', /^active/m);
	await check('the network is there', 'ip -4 addr show eth0',
		    /10\.0\.2\./);
}

async function times()
{
	const { out } = await machine.inside(
		'systemd-analyze time | head -n 1; ' +
		'for s in ActiveEnter ExecMainStart; do systemctl show ' +
		'-P ${s}TimestampMonotonic boardphone; done');
	const [ready, run] = /(\d+)\n(\d+)/.exec(out).slice(1).map(Number);

	console.log(`        ${out.split('\n')[0]}`);
	console.log("        the phone's own start " +
		    `${((ready - run) / 1e6).toFixed(1)} s, ready ` +
		    `${(ready / 1e6).toFixed(1)} s after the kernel's`);
}

try {
	await serial.expect(/U-Boot 20/, LIMIT);
	const uboot = now();
	await serial.expect(/Starting kernel/, LIMIT);
	const kernel = now();
	await serial.expect(/boardphone> /, LIMIT);
	show(`the phone's prompt is there after ${seconds(begun)} s ` +
	     `(U-Boot ${((kernel - uboot) / 1000).toFixed(1)} s, the rest ` +
	     `${seconds(kernel)} s)`, true);
	serial.send('status\r');
	const status = await serial.expect(/boardphone> $/);
	show('status answers', /page/.test(status), status);

	await machine.open_shell();
	await machine.inside('systemctl is-system-running --wait');
	await look();
	await times();
} catch (error) {
	show(error.message, false, serial.text.slice(-1500));
} finally {
	machine.stop();
	rmSync(dir, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

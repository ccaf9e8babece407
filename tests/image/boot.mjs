#!/usr/bin/env node
/**
 * @file tests/image/boot.mjs  Boots the card's image, and looks around in it
 *
 *     node boot.mjs IMAGE LOG
 *
 *     card -> board/qemu -> serial port: the phone's prompt
 *                        -> virtual console: a shell, only for this test
 */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { now, until } from '../interop/lab/wait.mjs';

const LIMIT = 600000;  /* For a start, emulated, on a busy machine [ms] */
const ANSWER = 120000; /* For a command inside [ms] */
const EXPOSURE = 2.0;  /* What systemd-analyze security may say */
const [image, file] = process.argv.slice(2);
const dir = mkdtempSync(`${tmpdir()}/boardphone-image-`);
const log = createWriteStream(file);
let passed = 0, failed = 0;

/** Text that comes in; a mark is where one has read to */
class Line {
	text = '';
	mark = 0;

	constructor(name, input, output)
	{
		this.name = name;
		this.output = output;
		input.on('data', (data) => {
			this.text += data.toString();
			log.write(data);
		});
	}

	/** What came up to the pattern, whose match is the last of it */
	async expect(pattern, limit = ANSWER)
	{
		const found = await until(`${this.name}: ${pattern}`, () => {
			if (machine.exitCode !== null)
				throw new Error('QEMU has ended');
			return pattern.exec(this.text.slice(this.mark));
		}, limit);
		const from = this.mark;

		this.mark += found.index + found[0].length;
		return this.text.slice(from, this.mark);
	}

	send(text)
	{
		this.output.write(text);
	}
}

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

const begun = now();
const machine = spawn('board/qemu', ['-c', `${dir}/card.img`, '-a',
	'systemd.debug_shell=hvc0', image, 'virt',
	'--', '-device', 'virtio-serial-pci',
	'-chardev', `socket,id=shell,path=${dir}/shell,server=on,wait=off`,
	'-device', 'virtconsole,chardev=shell'],
	{ stdio: ['pipe', 'pipe', 'inherit'] });
const serial = new Line('serial', machine.stdout, machine.stdin);
let shell;

/** A command in the shell: its output, and whether it succeeded */
async function inside(command)
{
	shell.send(`${command} 2>&1; echo "=""=$?="\n`);
	const out = await shell.expect(/==(\d+)=\r?\n/);
	const status = Number(/==(\d+)=/.exec(out)[1]);

	return { status, out: out.replace(/\r/g, '').replace(/==\d+=\n$/, '') };
}

/** One line of verdict: the command succeeds, and says what it should */
async function check(what, command, said = /^/)
{
	const { status, out } = await inside(command);

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
	await check('the watchdog is fed', 'cat ' +
		    '/sys/class/watchdog/watchdog0/state', /^active/m);
	await check('the network is there', 'ip -4 addr show eth0',
		    /10\.0\.2\./);
}

async function times()
{
	const { out } = await inside('systemd-analyze time | head -n 1; ' +
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

	const socket = connect(`${dir}/shell`);
	shell = new Line('shell', socket, socket);
	shell.send('\nexec sh\n');
	await shell.expect(/exec sh/);
	shell.send('stty -echo; PS1=; cd /; export SYSTEMD_COLORS=0; ' +
		   'echo be""gin\n');
	await shell.expect(/begin\r?\n/);
	await inside('systemctl is-system-running --wait');
	await look();
	await times();
} catch (error) {
	show(error.message, false, serial.text.slice(-1500));
} finally {
	machine.kill('SIGTERM');
	rmSync(dir, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

/**
 * @file tests/image/machine.mjs  An emulated board, as a script sees it
 *
 *     card -> board/qemu -> serial port: the phone's prompt
 *                        -> virtual console: a shell, only for tests
 */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { now, until } from '../interop/lab/wait.mjs';

/** For a start, emulated, on a busy machine [ms] */
export const LIMIT = 600000;
const ANSWER = 120000; /* For a command inside [ms] */
const NUDGE = 2000;    /* [ms] */

/** Text that comes in; a mark is where one has read to */
class Line {
	text = '';
	mark = 0;
	nudged = Infinity;

	constructor(name, child, input, output, log)
	{
		this.name = name;
		this.child = child;
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
			if (this.child.exitCode !== null)
				throw new Error('QEMU has ended');
			if (now() - this.nudged > NUDGE)
				this.send('\n');
			return pattern.exec(this.text.slice(this.mark));
		}, limit);
		const from = this.mark;

		this.mark += found.index + found[0].length;
		return this.text.slice(from, this.mark);
	}

	/** From now on an empty line follows where nothing comes: QEMU's USB
	    serial port keeps back what just fills its last packet */
	nudge()
	{
		this.nudged = now();
	}

	send(text)
	{
		this.output.write(text);
		if (this.nudged < Infinity)
			this.nudged = now();
	}
}

/* Where a shell comes out that only tests have, by machine */
const SHELLS = {
	virt: { args: 'systemd.debug_shell=hvc0',
		devices: ['-device', 'virtio-serial-pci', '-device',
			  'virtconsole,chardev=shell'] },
	raspi3b: { args: 'systemd.wants=shell.service',
		   devices: ['-device',
			     'usb-serial,always-plugged=on,chardev=shell'] },
};

export class Machine {
	/**
	 * Switch it on.
	 *
	 * @param image Of the card
	 * @param card  The copy that is started, beside which the shell is
	 * @param log   Stream for all that it says
	 * @param kind  Of machine: 'virt', 'raspi3b'
	 * @param options More of board/qemu's
	 * @param more  Options of QEMU's
	 * @param args  For Linux
	 */
	constructor(image, card, log, { kind = 'virt', options = [], more = [],
					args = '' } = {})
	{
		const shell = SHELLS[kind];

		this.log = log;
		this.path = `${card}.shell`;
		this.begun = now();
		this.child = spawn('board/qemu', ['-c', card, '-a',
			`${shell.args} ${args}`, ...options, image,
			kind, '--', '-chardev',
			`socket,id=shell,path=${this.path},` +
			'server=on,wait=off', ...shell.devices, ...more],
			{ stdio: ['pipe', 'pipe', 'inherit'] });
		this.serial = new Line('serial', this.child, this.child.stdout,
				       this.child.stdin, log);
	}

	/** Once after each start of the board */
	async open_shell()
	{
		if (!this.shell) {
			const socket = connect(this.path);

			socket.on('error', () => {}); /* It is cut off */
			this.shell = new Line('shell', this.child, socket,
					      socket, this.log);
			this.shell.nudge();
		}
		this.shell.send('\nexec sh\n');
		await this.shell.expect(/exec sh/);
		this.shell.send('stty -echo; PS1=; cd /; ' +
				'export SYSTEMD_COLORS=0; echo be""gin\n');
		await this.shell.expect(/begin\r?\n/);
	}

	/** A command in the shell: its output, and whether it succeeded */
	async inside(command, limit = ANSWER)
	{
		this.shell.send(`${command} 2>&1; echo "=""=$?="\n`);
		const out = await this.shell.expect(/==(\d+)=\r?\n/, limit);
		const status = Number(/==(\d+)=/.exec(out)[1]);

		return { status, out: out.replace(/\r/g, '')
			.replace(/==\d+=\n$/, '') };
	}

	stop()
	{
		this.child.kill('SIGTERM');
	}

	/** The power goes, whatever it does */
	async cut()
	{
		this.child.kill('SIGKILL');
		await until('QEMU ends', () => this.child.signalCode ||
			    this.child.exitCode !== null);
		this.shell?.output.destroy();
	}
}

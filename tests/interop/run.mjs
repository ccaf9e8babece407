/**
 * @file tests/interop/run.mjs  Runs the scenarios, prints a table
 *
 *     node run.mjs [--soak] [WORD...]   only scenarios with a WORD in the name
 *     node run.mjs --table WORD...      with the table of criteria all the same
 *
 * What waits more than it works goes on beside the rest, in a process with a
 * laboratory of its own, which tells this one what it found.
 *
 * BOARDPHONE names the phone's binary, BOARDPHONE_ASAN one with sanitizers,
 * which then takes what is meant to break it. Each line is 'pass', 'FAIL' or
 * 'skip', the name, and the figures measured; the last is
 * 'N passed, N failed'. After a run of all there is a table of what it must
 * show (criteria.mjs), whose rows count like scenarios.
 */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { CRITERIA, tell } from './criteria.mjs';
import { Laboratory } from './lab/laboratory.mjs';
import { now, within } from './lab/wait.mjs';

const LIMIT = 120000; /* Of one scenario [ms] */
const SETS = ['first', 'served', 'page', 'bell', 'visits', 'picture', 'looks',
	'commands', 'browsers', 'calls', 'media', 'transfer',
	'trouble', 'early', 'flows', 'kinds', 'slides', 'serial', 'sipjs',
	'flood', 'soak'];
const PATIENT = ['registration', 'accounts', 'presence', 'wire', 'farend',
	'refusals', 'relations', 'faults', 'compat', 'habits', 'variants',
	'plain', 'direct', 'simplest', 'latch', 'incall', 'abuse'];

const program = process.env.BOARDPHONE ?? '';
const sanitizer = process.env.BOARDPHONE_ASAN ?? '';
const words = process.argv.slice(2).filter((a) => !a.startsWith('--'));
const soak = process.argv.includes('--soak');
const beside = process.argv.includes('--beside');
const table = process.argv.includes('--table') || !words.length && !soak;

/* The scenarios that are wanted: { ours, patient } */
async function load()
{
	const found = { ours: [], patient: [] };

	for (const set of soak ? ['soak', 'lasting'] : [...SETS, ...PATIENT]) {
		const { default: scenarios } =
			await import(`./scenarios/${set}.mjs`);
		for (const scenario of scenarios) {
			const [name, , { patient } = {}] = scenario;

			if (words.length &&
			    !words.some((word) => name.includes(word)))
				continue;
			found[patient || PATIENT.includes(set) ? 'patient' :
				'ours'].push(scenario);
		}
	}
	return found;
}

const sums = { pass: 0, FAIL: 0, skip: 0 };
const results = [];

function line(verdict, name, text)
{
	sums[verdict]++;
	results.push({ name, verdict, text });
	console.log(`  ${verdict}  ${name}${text ? `: ${text}` : ''}`);
	process.send?.({ verdict, name, text });
}

/* The patient ones in a process of their own; resolves when it has ended */
function run_beside()
{
	const child = fork(fileURLToPath(import.meta.url),
		[...process.argv.slice(2), '--beside'],
		{ stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
	let said = '';

	child.on('message', ({ verdict, name, text }) => {
		sums[verdict]++;
		results.push({ name, verdict, text });
	});
	/* Whole lines, or two would be one */
	child.stdout.on('data', (data) => {
		const lines = `${said}${data}`.split('\n');
		said = lines.pop();
		for (const one of lines)
			console.log(one);
	});
	return new Promise((done) => child.on('close', (code) => {
		if (code !== 0 && code !== 1)
			line('FAIL', 'the laboratory beside', `ended: ${code}`);
		done();
	}));
}

/* What the phones and the browser of a failed scenario said last */
function tell_logs(lab)
{
	const seen = lab._anna?.events.list.slice(-8).map((e) =>
		`${e.event}${e.cause ? ` (${e.cause})` : ''}`).join(' ');

	console.log(`        browser: ${seen ?? 'nobody'}`);
	for (const phone of lab.phones.filter((p) => p.log()))
		console.log(phone.log().trimEnd().split('\n').slice(-15)
			.map((l) => `        ${l}`).join('\n'));
}

/* Options of a scenario: `phone`: there has to be one; `sanitized`: it takes
 * the one with sanitizers; `library`: anna's, see Laboratory.use(); `patient`:
 * it waits, so that others may run beside it */
async function one(lab, [name, run, { phone = true, sanitized = false,
				      limit = LIMIT, library = 'jssip' } = {}])
{
	const start = now();

	lab.program = sanitized && existsSync(sanitizer) ? sanitizer : program;
	if (phone && !existsSync(lab.program)) {
		line('skip', name, `no phone at '${lab.program}'`);
		return;
	}
	try {
		await lab.use(library);
		const figures = await within(name, run(lab), limit);
		await lab.tidy();
		const seconds = ((now() - start) / 1000).toFixed(1);
		line('pass', name, `${figures ? `${figures} ` : ''}` +
		     `(${seconds} s)`);
	} catch (error) {
		line('FAIL', name, error.message.split('\n')
			.slice(0, 12).join('\n        '));
		if (process.env.VERBOSE)
			console.log(error.stack);
		tell_logs(lab);
		await lab.clear();
	}
}

const { ours, patient } = await load();
const both = !beside && ours.length && patient.length;
const other = both ? run_beside() : null;
const lab = new Laboratory(`${process.env.LABORATORY ??
	`${tmpdir()}/boardphone-${process.pid}`}${beside ? '-beside' : ''}`,
	program);
try {
	await lab.start();
	for (const scenario of beside || !ours.length ? patient : ours)
		await one(lab, scenario);
} catch (error) {
	line('FAIL', 'the laboratory itself', error.stack);
} finally {
	await lab.stop();
}
await other;
if (beside)
	process.exit(sums.FAIL ? 1 : 0);
if (table) {
	const open = tell(results);
	sums.FAIL += open;
	sums.pass += CRITERIA.length - open;
}
console.log(`\n${sums.skip} skipped`);
console.log(`${sums.pass} passed, ${sums.FAIL} failed`);
process.exit(sums.FAIL ? 1 : 0);

/**
 * @file tests/interop/scenarios/served.mjs  What the board's server gives
 *
 *     test -> HTTPS, WebSocket -> board
 *
 * Files with the right headers, nothing else; strangers are refused.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { until } from '../lab/wait.mjs';

const SANITIZED = { sanitized: true };

const TYPES = [
	['/', /^text\/html/],
	['/manifest.webmanifest', /^application\/manifest\+json/],
	['/board.json', /^application\/json/],
];

/* Directives that must stand in the policy; nothing inline is allowed */
const POLICY = ["default-src 'none'", "script-src 'self'", "style-src 'self'",
	"connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"];

const upgrade = (more = {}) => ({ Connection: 'Upgrade', Upgrade: 'websocket',
	'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Protocol': 'sip',
	'Sec-WebSocket-Key': randomBytes(16).toString('base64'), ...more });

function check_headers({ headers })
{
	const policy = headers['content-security-policy'] ?? '';

	for (const directive of POLICY)
		assert(policy.includes(directive), `policy: ${policy}`);
	assert(!/unsafe|\*/.test(policy), policy);
	assert.equal(headers['x-content-type-options'], 'nosniff');
	assert.equal(headers['referrer-policy'], 'no-referrer');
	assert(headers['permissions-policy'], 'no Permissions-Policy');
}

async function files(lab)
{
	const board = await lab.board();
	let octets = 0;

	for (const [path, type] of TYPES) {
		const reply = await board.get(path);
		assert.equal(reply.status, 200, path);
		assert.match(reply.headers['content-type'], type, path);
		check_headers(reply);
	}

	const page = await board.get('/');
	const parts = new Set([...page.text.matchAll(
		/(?:src|href)="([^":#]+)"/g)]
		.map(([, name]) => new URL(name, board.url()).pathname));
	assert(parts.size >= 3, `parts of the page: ${[...parts]}`);
	for (const path of parts) {
		const reply = await board.get(path);
		assert.equal(reply.status, 200, path);
		octets += Number(reply.headers['content-length']);
	}

	const { etag } = page.headers;
	assert(etag, 'no ETag');
	const again = await board.get('/', { headers:
		{ 'If-None-Match': etag } });
	assert.equal(again.status, 304);
	assert.equal(again.text, '');
	const head = await board.get('/', { method: 'HEAD' });
	assert.equal(head.status, 200);
	assert.equal(head.text, '');
	return `${parts.size} parts, ${(octets / 1024).toFixed(0)} kB`;
}

/* What is refused: request, status */
const REFUSED = [
	['/no-such-thing', {}, 404],
	['/../../etc/passwd', {}, [400, 404]],
	['/%2e%2e/etc/passwd', {}, [400, 404]],
	['/', { method: 'POST' }, [405, 501]],
	['/', { method: 'DELETE' }, [405, 501]],
	['/', { headers: { Host: 'evil.example' } }, 421],
	['/sip', {}, [400, 404, 426]],
	['/', { headers: upgrade() }, [200, 400, 404]],
	['/sip', { headers: upgrade({ Host: 'evil.example' }) }, 421],
	['/sip', { headers: upgrade({ Origin: 'https://evil.example' }) },
		403],
	['/sip', { headers: upgrade({ Origin: 'null' }) }, 403],
	['/sip', { headers: upgrade({ 'Sec-WebSocket-Protocol': 'chat' }) },
		400],
	['/sip', { headers: upgrade({ 'Sec-WebSocket-Version': '8' }) },
		[400, 426]],
];

async function refused(lab)
{
	const board = await lab.board();

	for (const [path, options, status] of REFUSED) {
		const reply = await board.get(path, options);
		assert([status].flat().includes(reply.status),
		       `${options.method ?? 'GET'} ${path} ` +
		       `${JSON.stringify(options.headers ?? {})}: ` +
		       `${reply.status}, should be ${status}`);
	}

	const port = `127.0.0.1:${board.port}`;
	for (const headers of [{}, { Origin: `https://${port}` }]) {
		const { status } = await board.get('/sip',
			{ headers: upgrade(headers) });
		assert.equal(status, 101, JSON.stringify(headers));
	}
	return `${REFUSED.length} requests`;
}

/* A page of somebody else's, in a real browser, tries the board's socket */
async function foreign_origin(lab)
{
	const board = await lab.board();
	const server = createServer((request, response) => response.end(
		'<!doctype html><title>elsewhere</title>'));
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	const context = await lab.browser.chromium.newContext();

	try {
		const page = await context.newPage();
		await page.goto(`http://127.0.0.1:${server.address().port}/`);
		const result = await page.evaluate((url) => new Promise(
			(done) => {
			const socket = new WebSocket(url, 'sip');
			socket.onopen = () => done('open');
			socket.onerror = () => done('refused');
		}), board.flow());
		assert.equal(result, 'refused');
	} finally {
		await context.close();
		server.close();
	}
}

/* The board makes a certificate and a password, once */
async function first_start(lab)
{
	const made = { cert: undefined, key: undefined,
		       page: { password: undefined } };
	const board = await lab.board(made);
	const { page } = await board.must('status');
	const { fingerprint } = await board.certificate();

	assert.match(page.password, /^[a-z2-9]{4}(-[a-z2-9]{4}){2}$/);
	assert.equal(page.board.fingerprint, fingerprint);
	assert((await board.status_text()).includes(page.password));

	const visitor = await lab.visitor(board, { ignoreHTTPSErrors: true,
		fragment: page.password });
	await visitor.shows('ready');
	assert.equal(new URL(visitor.page.url()).hash, '',
		     'the password stays in the address bar');
	await until('the password is told no more', async () =>
		!(await board.status_text()).includes(page.password));

	await board.stop();
	await board.start();
	await board.ready();
	assert.equal((await board.certificate()).fingerprint, fingerprint);
	await visitor.shows('ready', 20000);
	return fingerprint.slice(0, 11) + '...';
}

/* With a certificate that Chromium does not trust there is no worker, which
   is no fault of the page's; with no answer there is none either, which is */
async function no_worker(lab)
{
	const board = await lab.board({ cert: undefined, key: undefined });
	const visitor = await lab.visitor(board, { ignoreHTTPSErrors: true });
	const says = (what, from) => visitor.wait('console', { from,
		match: ({ text }) => text.includes(what) });
	const register = async () => {
		const from = visitor.events.mark();
		await visitor.page.evaluate(() => navigator.serviceWorker
			.register('worker.js').catch(() => {}));
		await says('fetching the script', from);
	};

	await visitor.shows('login');
	await says('fetching the script');
	await board.stop();
	await board.start();
	await board.ready();
	await register();
	assert.deepEqual(await visitor.faults(), []);

	await board.stop();
	await register();
	assert.deepEqual((await visitor.faults()).map((text) =>
		text.match(/net::\w+/)?.[0]), ['net::ERR_CONNECTION_REFUSED']);
	await visitor.close();
	lab.visitors = [];
}

export default [
	['page: its files are served', files],
	['page: nothing else is served', refused, SANITIZED],
	['page: a foreign origin gets no socket', foreign_origin, SANITIZED],
	['page: certificate and password of the first start', first_start],
	['page: no worker, and why', no_worker],
];

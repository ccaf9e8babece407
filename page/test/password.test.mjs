/**
 * @file page/test/password.test.mjs  Where the password goes, and where not
 */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

class Storage {
	#all = new Map();

	getItem(name) { return this.#all.get(name) ?? null; }
	setItem(name, value) { this.#all.set(name, value); }
	removeItem(name) { this.#all.delete(name); }
	get text() { return [...this.#all].join(); }
}

beforeEach(() => {
	globalThis.localStorage = new Storage();
	globalThis.sessionStorage = new Storage();
});
const { forget, from_address, ha1, keep, kept, remembered, tidy } =
	await import('../password.js');

test('a password with blanks is the one with lines', () => {
	assert.equal(tidy(' K7mq x3rt  9pwd '), 'k7mq-x3rt-9pwd');
	assert.equal(tidy('k7mq-x3rt-9pwd'), 'k7mq-x3rt-9pwd');
	assert.equal(tidy('My own Password'), 'My own Password');
});

test('for the tab, or for longer, never both, never itself', () => {
	const pair = keep(ha1('geheim'), false);
	assert.equal(kept(), pair);
	assert.ok(!remembered());
	keep(pair, true);
	assert.ok(remembered());
	assert.equal(sessionStorage.text, '');
	assert.ok(!localStorage.text.includes('geheim'));
	forget();
	assert.equal(kept(), null);
});

test('what somebody else left there is not taken', () => {
	localStorage.setItem('boardphone.ha1', 'nonsense');
	assert.equal(kept(), null);
});

test('the address loses the password that it brought', () => {
	for (const [hash, text] of [['#k7mq-x3rt-9pwd', 'k7mq-x3rt-9pwd'],
				    ['#a%20b', 'a b'], ['#%', null],
				    ['', null]]) {
		let address = `/${hash}`;
		globalThis.location = { hash, pathname: '/' };
		globalThis.history = { replaceState: (state, title, url) =>
			address = url };
		assert.equal(from_address(), text);
		assert.equal(address, '/');
	}
});

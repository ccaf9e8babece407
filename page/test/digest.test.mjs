/**
 * @file page/test/digest.test.mjs  Answers to challenges, by published vectors
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Digest, ha1_pair } from '../digest.js';
import { sha256 } from '../sha256.js';

/* RFC 7616 section 3.9.1 */
const RFC = {
	user: 'Mufasa', realm: 'http-auth@example.org',
	password: 'Circle of Life', ruri: '/dir/index.html', method: 'GET',
	nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
	opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
	cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
	response: {
		'MD5': '8ca523f5e9506fed4657c9700eebdbec',
		'SHA-256': '753927fa0e85d155564e2e272a28d180' +
			'2ca10daf4496794697cf8db5856cb6c1',
	},
};

function digest(user = RFC.user, realm = RFC.realm, password = RFC.password)
{
	return new Digest({ username: user, realm,
		ha1: ha1_pair(user, realm, password) });
}

function field(text, name)
{
	return text.match(new RegExp(`\\b${name}="?([^",]*)"?`))?.[1];
}

test('the answers of RFC 7616 section 3.9.1', () => {
	for (const [algorithm, response] of Object.entries(RFC.response)) {
		const d = digest();
		assert.ok(d.authenticate(RFC, { realm: RFC.realm, algorithm,
			nonce: RFC.nonce, opaque: RFC.opaque,
			qop: ['auth', 'auth-int'] }, RFC.cnonce));
		assert.equal(field(d.toString(), 'response'), response);
		assert.equal(field(d.toString(), 'algorithm'), algorithm);
		assert.equal(field(d.toString(), 'opaque'), RFC.opaque);
	}
});

test('SHA-256 is that of the machine, for every length of a block', () => {
	for (let n = 0; n < 200; n++) {
		const text = 'ä'.repeat(n % 7) + 'x'.repeat(n);
		assert.equal(sha256(text),
			createHash('sha256').update(text).digest('hex'));
	}
});

test('what is kept says nothing of the password', () => {
	assert.ok(!ha1_pair('home', 'boardphone', 'secret').includes('secret'));
	assert.match(ha1_pair('home', 'boardphone', 'geheim'),
		/^[0-9a-f]{32}:[0-9a-f]{64}$/);
});

test('a nonce that comes again is counted, a new one begins at 1', () => {
	const ask = (nonce) => {
		const d = digest(); /* As JsSIP: one for each request */

		assert.ok(d.authenticate(RFC, { realm: RFC.realm, nonce,
			algorithm: 'SHA-256', qop: ['auth'] }));
		return field(d.toString(), 'nc');
	};

	assert.equal(ask('a'), '00000001');
	assert.equal(ask('a'), '00000002');
	assert.equal(ask('b'), '00000001');
});

test('no algorithm means MD5, as RFC 7616 section 3.3 has it', () => {
	const d = digest();

	assert.ok(d.authenticate(RFC, { realm: RFC.realm, nonce: 'n',
		qop: ['auth'] }));
	assert.equal(field(d.toString(), 'algorithm'), 'MD5');
});

test('no answer to another realm, algorithm or quality', () => {
	const good = { realm: RFC.realm, nonce: 'n', algorithm: 'MD5',
		qop: ['auth'] };

	assert.ok(digest().authenticate(RFC, good));
	for (const bad of [{ realm: 'elsewhere' }, { algorithm: 'MD5-SESS' },
			   { algorithm: 'SHA-512-256' }, { nonce: null },
			   { qop: ['auth-int'] }, { qop: undefined }])
		assert.ok(!digest().authenticate(RFC, { ...good, ...bad }));
});

test('of several challenges the first that has an answer', () => {
	const choose = (...algorithms) => Digest.choose({
		headers: { 'WWW-Authenticate': algorithms },
		parseHeader: (name, i) => ({ algorithm: algorithms[i] }),
	})?.algorithm;

	assert.equal(choose('SHA-256', 'MD5'), 'SHA-256');
	assert.equal(choose('MD5', 'SHA-256'), 'MD5');
	assert.equal(choose('SHA-512-256', 'SHA-256'), 'SHA-256');
	assert.equal(choose(undefined), undefined);
	assert.equal(choose(), undefined);
});

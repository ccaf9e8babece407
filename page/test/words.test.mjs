/**
 * @file page/test/words.test.mjs  Every language has every word
 */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { REASONS } from '../call.js';

const HERE = new URL('..', import.meta.url).pathname;
const tables = new Map(await Promise.all(readdirSync(`${HERE}/words`)
	.map(async (file) => {
		const name = file.replace('.js', '');
		return [name, (await import(`../words/${file}`))[name]];
	})));
const en = tables.get('en');

function fields(text)
{
	return (text.match(/\{\w+\}/g) ?? []).sort().join();
}

test('no language lacks a word, or has one too many', () => {
	for (const [name, words] of tables)
		assert.deepEqual(Object.keys(words).sort(),
			Object.keys(en).sort(), name);
});

test('what is filled in is the same in every language', () => {
	for (const [name, words] of tables)
		for (const [key, text] of Object.entries(words))
			assert.equal(fields(text), fields(en[key]),
				     `${name}: ${key}`);
});

test('every end of a call has words', () => {
	for (const reason of REASONS)
		assert.ok(`end.${reason}` in en, reason);
});

test('elements name words that there are', () => {
	const html = readFileSync(`${HERE}/index.html`, 'utf8');
	const names = [...html.matchAll(/data-t(?:-label|-hint)?="([^"]+)"/g)]
		.map(([, name]) => name);

	assert.ok(names.length > 20);
	for (const name of names)
		assert.ok(name in en, name);
});

test('the page has nothing that its policy forbids', () => {
	const html = readFileSync(`${HERE}/index.html`, 'utf8');

	assert.doesNotMatch(html, /\sstyle=|\son[a-z]+=|<style|javascript:/);
	assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)/);
	assert.doesNotMatch(html, /(?:src|href)="(?:https?:)?\/\//);
});

/**
 * @file tests/interop/lab/bundle.mjs  JsSIP as one script for a page
 *
 * The package is CommonJS in many files: follow its require()s and put each
 * file into a function of a table.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

const REQUIRE = /\brequire\((['"])([^'"]+)\1\)/g;

/* The file for a name, or, for a package with one, its file for browsers */
function find(name, from)
{
	const file = createRequire(from).resolve(
		name === 'events' ? 'events/events.js' : name);
	const browser = file.replace(/\/src\/index\.js$/, '/src/browser.js');

	return existsSync(browser) ? browser : file;
}

/** The script; it defines `name` as what the package exports */
export function bundle(package_name, name, from = import.meta.url)
{
	const files = new Map();

	const add = (file) => {
		if (files.has(file))
			return;
		const needs = {};
		files.set(file, null);
		const text = readFileSync(file, 'utf8');
		for (const [, , wanted] of text.matchAll(REQUIRE)) {
			needs[wanted] = find(wanted, file);
			add(needs[wanted]);
		}
		files.set(file, file.endsWith('.json') ?
			{ needs, text: `module.exports = ${text}` } :
			{ needs, text });
	};
	const main = find(package_name, from);
	add(main);

	const ids = new Map([...files.keys()].map((file, i) => [file, i]));
	const table = [...files].map(([file, { needs, text }]) => {
		const map = Object.fromEntries(Object.entries(needs)
			.map(([wanted, to]) => [wanted, ids.get(to)]));
		return `/* ${dirname(file).split('/').pop()} */ ` +
			`[function (module, exports, require) {${text}\n},` +
			`${JSON.stringify(map)}]`;
	});

	return `globalThis.process ??= { env: {} };
globalThis.${name} = (function (table) {
	const loaded = {};
	function load(id) {
		if (loaded[id])
			return loaded[id].exports;
		const module = loaded[id] = { exports: {} };
		table[id][0].call(module.exports, module, module.exports,
			(wanted) => load(table[id][1][wanted]));
		return module.exports;
	}
	return load(${ids.get(main)});
})([${table.join(',\n')}]);
`;
}

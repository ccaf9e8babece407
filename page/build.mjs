/**
 * @file page/build.mjs  The page as one C file
 *
 *     *.js, JsSIP -> esbuild -> main.js ┐
 *     index.html, style.css, icons ─────┴-> gzip, ETag -> page.c -> program
 *
 *     node build.mjs FOLDER [VERSION]
 *
 * FOLDER gets the files as a browser gets them, and page.c with the table
 * `page_filev` (core/net/webfile.h). The same sources make the same octets.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { icons } from './icons.mjs';
import { licences } from './licences.mjs';

const HERE = new URL('.', import.meta.url).pathname;
const [, , OUT = join(HERE, '../build/page'), VERSION = '0'] = process.argv;
const TYPES = {
	html: 'text/html; charset=utf-8',
	css: 'text/css; charset=utf-8',
	js: 'text/javascript; charset=utf-8',
	txt: 'text/plain; charset=utf-8',
	svg: 'image/svg+xml',
	png: 'image/png',
	webmanifest: 'application/manifest+json',
};
const PER_LINE = 16; /* Octets of a line of C */

/* Words of JsSIP's that are others here: of several challenges it knows the
   last one only; ours takes the first that it can answer (RFC 8760) */
const WORDS = [
	['Parser.js', "setHeader('www-authenticate'",
		"addHeader('www-authenticate'"],
	['RequestSender.js', "response.parseHeader('www-authenticate')",
		'DigestAuthentication.choose(response)'],
];

function change([name, from, to])
{
	const text = readFileSync(join(HERE, 'node_modules/jssip/lib', name),
				  'utf8');

	if (text.split(from).length !== 2)
		throw new Error(`jssip/lib/${name} is another: no ${from}`);
	return { contents: text.replace(from, to) };
}

/* JsSIP's parts that are replaced: its digest, which knows MD5 only, and its
   log, which the page does not keep */
const replace = {
	name: 'replace',
	setup({ onLoad })
	{
		const file = (name) => JSON.stringify(join(HERE, name));

		onLoad({ filter: /jssip\/lib\/DigestAuthentication\.js$/ },
			() => ({ resolveDir: HERE, contents:
			`module.exports = require(${file('digest.js')}).Digest;`
			}));
		onLoad({ filter: /node_modules\/debug\/src\/browser\.js$/ },
			() => ({ contents: 'const log = () => () => {};' +
				'log.default = log; module.exports = log;' }));
		for (const words of WORDS)
			onLoad({ filter: RegExp(`jssip/lib/${words[0]}$`) },
				() => change(words));
	},
};

/** What a browser gets: name -> octets */
async function files()
{
	const all = new Map();
	const { outputFiles, metafile } = await build({
		absWorkingDir: HERE,
		entryPoints: ['main.js', 'worker.js'],
		bundle: true, minify: true, write: false, metafile: true,
		outdir: OUT, format: 'iife', target: 'es2020',
		legalComments: 'none', charset: 'utf8', plugins: [replace],
		banner: { js: '/* Licences: licences.txt */' },
		define: { VERSION: JSON.stringify(VERSION),
			'process.env.NODE_DEBUG': 'undefined' },
		logLevel: 'warning',
	});

	for (const { path, contents } of outputFiles)
		all.set(path.split('/').pop(), Buffer.from(contents));
	for (const name of ['index.html', 'style.css', 'manifest.webmanifest',
			    'icon.svg'])
		all.set(name, readFileSync(join(HERE, name)));
	for (const [name, octets] of icons())
		all.set(name, octets);
	all.set('licences.txt', Buffer.from(licences(HERE, metafile)));
	return all;
}

/* A name of a version: the shell that worker.js keeps is made anew with it */
function fill(all)
{
	const hash = createHash('sha256');

	for (const [name, octets] of [...all].sort())
		hash.update(`${name} ${octets.length}\n`).update(octets);
	const id = hash.digest('hex').slice(0, 16);
	const worker = all.get('worker.js').toString();
	all.set('worker.js', Buffer.from(worker.replaceAll('@BUILD@', id)));
}

function c_array(name, octets)
{
	const lines = [];

	for (let i = 0; i < octets.length; i += PER_LINE)
		lines.push('\t' + [...octets.subarray(i, i + PER_LINE)]
			.join(',') + ',');
	return `static const uint8_t ${name}[] = {\n${lines.join('\n')}\n};\n`;
}

/* The table of core/net/webfile.h. No time in gzip's header: it is 0 */
function c_file(all)
{
	const arrays = [];
	const rows = [];

	for (const [name, octets] of [...all].sort()) {
		const packed = gzipSync(octets, { level: 9 });
		packed[9] = 255; /* Made on no system in particular */
		const gzip = packed.length < octets.length;
		const data = gzip ? packed : octets;
		const etag = createHash('sha256').update(data).digest('hex')
			.slice(0, 16);
		const path = name === 'index.html' ? '/' : `/${name}`;
		const id = `file_${arrays.length}`;

		arrays.push(c_array(id, data));
		rows.push(`\t{"${path}", "${TYPES[name.split('.').pop()]}",` +
			` "${etag}", ${gzip}, ${id}, sizeof(${id})},`);
	}
	return `/* Made by page/build.mjs */
#include "app/page.h"

${arrays.join('\n')}
const struct webfile page_filev[] = {
${rows.join('\n')}
	{0},
};
`;
}

const all = await files();
fill(all);
mkdirSync(join(OUT, 'files'), { recursive: true });
for (const [name, octets] of all)
	writeFileSync(join(OUT, 'files', name), octets);
writeFileSync(join(OUT, 'page.c'), c_file(all));
const stale = readdirSync(join(OUT, 'files')).filter((n) => !all.has(n));
if (stale.length)
	console.log(`page: not of this build: ${stale.join(' ')}`);

/**
 * @file page/licences.mjs  Licences of what stands in the page's script
 *
 * Goes by what esbuild really took, so that no package is forgotten.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** One text: the page's own licence, then that of each package */
export function licences(here, metafile)
{
	const packages = new Set();

	for (const file of Object.keys(metafile.inputs)) {
		const found = file.match(/node_modules\/((@[^/]+\/)?[^/]+)/);
		if (found)
			packages.add(found[1]);
	}
	const parts = [...packages].sort().map((name) => {
		const folder = join(here, 'node_modules', name);
		const { version, license } = JSON.parse(readFileSync(
			join(folder, 'package.json')));
		const file = readdirSync(folder)
			.find((entry) => /^licen[cs]e/i.test(entry));

		if (!file)
			throw new Error(`no licence in ${name}`);
		return `${name} ${version} (${license})\n\n` +
			readFileSync(join(folder, file), 'utf8').trim();
	});
	return ['Boardphone (ISC)\n\n' +
		readFileSync(join(here, '../LICENSE'), 'utf8').trim(), ...parts]
		.join(`\n\n${'-'.repeat(72)}\n\n`) + '\n';
}

/**
 * @file tests/bench/table.mjs  Figures beside their limits and the peer's
 *
 *     figures -> [table] -> standard output
 *
 * A ratio below 1 is better than the limit, or than the peer.
 */
const NAME = 50, FIGURE = 26, LIMIT = 26, PEER = 26; /* Columns */

const middle = (list) =>
	[...list].sort((a, b) => a - b)[list.length >> 1];

function beside(what, value, other, unit)
{
	return other === undefined ? '' :
		`${what} ${other} ${unit}: x${(value / other).toFixed(2)}`;
}

/** A heading */
export function section(name)
{
	console.log(`  ${name}`);
}

/** A figure, or many of them: their median is compared, worst is told */
export function row(name, value, { unit = '', limit, peer, browser,
	digits = 0 } = {})
{
	const many = Array.isArray(value);
	const figure = many ? middle(value) : value;
	const fix = (x) => x.toFixed(digits);
	const range = many ? ` (${fix(Math.min(...value))}, ` +
		`${fix(Math.max(...value))})` : '';

	console.log((`    ${name.padEnd(NAME)}` +
		`${`${fix(figure)} ${unit}${range}`.padEnd(FIGURE)}` +
		`${beside('limit', figure, limit, unit).padEnd(LIMIT)}` +
		beside('baresip', figure, peer, unit).padEnd(PEER) +
		beside('Chromium', figure, browser, unit)).trimEnd());
}

/**
 * @file tests/interop/scenarios/bell.mjs  Who comes while the bell rings
 *
 *     button -> board -> pages in Chromium, also those that come later
 */
import { answered, hangs_up, no_call, over, rung } from './page.mjs';
import { now } from '../lab/wait.mjs';

/* The only page is loaded anew, and another one opened: it rings there */
async function comes_while_ringing(lab)
{
	const board = await lab.board();
	const anna = await lab.member(board, { name: 'anna' });

	await rung(board, anna);
	const start = now();
	await anna.page.reload();
	await anna.shows('ringing');
	const ms = now() - start;
	const bert = await lab.visitor(board, { name: 'bert',
						fragment: true });
	await bert.shows('ringing');
	await answered(bert);
	await over(anna, 'elsewhere');
	await hangs_up(bert);
	await no_call(board);
	return `rings again after ${ms.toFixed(0)} ms`;
}

export default [
	['page: loaded anew, and opened, while it rings', comes_while_ringing],
];

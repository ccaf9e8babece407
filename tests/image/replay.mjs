// tests/image/replay.mjs  The power goes: what may be on the card then
//
//     strace -f -y -xx -o TRACE COMMAND
//     node replay.mjs TRACE BEFORE AFTER COUNT SEED CHECK
//
// BEFORE is a copy of the folder AFTER as it was, before COMMAND worked in it.
// The writes of the trace are done again up to a moment, COUNT times with the
// moment by chance: what was synced is there; of what was not, each sector is
// there or not, and of the last write one may be neither. Names follow their
// order, up to one by chance, and at least to the last sync of a folder. Then
// CHECK looks at AFTER; its output is printed when it fails.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const SECTOR = 512;
const [trace, before, after, count, seed, check] = process.argv.slice(2);

let state = Number(seed);
function random(n) {
	state = (state * 1664525 + 1013904223) >>> 0; // Numerical Recipes
	return Math.floor((state / 0x100000000) * n);
}

function bytes(hex) {
	return Buffer.from(hex.replaceAll("\\x", ""), "hex");
}

// "\x2f\x74" -> /t
function text(hex) {
	return bytes(hex).toString();
}

// What lies on the card; the rest of the board is memory, or never written
function inside(name) {
	return ["card/", "data/", "a", "b"].some((part) => {
		const full = path.join(after, part);

		return name === full || part.endsWith("/") &&
			name.startsWith(full);
	});
}

// --- The trace: one operation each, in order of their ends
function* calls(lines) {
	const waiting = new Map();

	for (const line of lines) {
		const [, pid, rest] = /^(\d+) +(.*)$/.exec(line) ?? [];
		let m;

		if (!pid)
			continue;
		if ((m = /^(.*) <unfinished \.\.\.>$/.exec(rest))) {
			waiting.set(pid, m[1]);
		} else if ((m = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest))) {
			yield (waiting.get(pid) ?? "") + m[1];
			waiting.delete(pid);
		} else {
			yield rest;
		}
	}
}

const STRING = String.raw`"((?:\\x[0-9a-f]{2})*)"`;
const FORMS = [
	[new RegExp(String.raw`^openat\([^,]*, ${STRING}, ([A-Z_|]+).* = \d+`),
		(m, at) => {
			const file = text(m[1]);

			at.set(file, 0);
			return /O_CREAT|O_TRUNC/.test(m[2]) && {
				kind: "open", file,
				empty: m[2].includes("O_TRUNC"),
			};
		}],
	[/^lseek\(\d+<((?:\\x..|[^>])*)>, .* = (\d+)$/, (m, at) => {
		at.set(text(m[1]), Number(m[2]));
	}],
	[new RegExp(String.raw`^write\(\d+<([^>]*)>, ${STRING}(\.{3})?, `
		+ String.raw`\d+\) += (\d+)$`), (m, at) => {
		const file = text(m[1]);
		const from = at.get(file) ?? 0;
		const data = bytes(m[2]).subarray(0, Number(m[4]));

		if (inside(file) && (m[3] || data.length !== Number(m[4])))
			throw new Error(`strace cut a write to ${file}`);
		at.set(file, from + data.length);
		return { kind: "write", file, from, data };
	}],
	[/^(?:fsync|fdatasync)\(\d+<([^>]*)>\) += 0$/, (m) => {
		return { kind: "sync", file: text(m[1]) };
	}],
	[new RegExp(String.raw`^rename(?:at2?)?\((?:AT_FDCWD[^,]*, )?`
		+ String.raw`${STRING}, (?:AT_FDCWD[^,]*, )?${STRING}.* = 0$`),
	(m) => ({ kind: "rename", file: text(m[1]), to: text(m[2]) })],
	[new RegExp(String.raw`^unlink(?:at)?\((?:AT_FDCWD[^,]*, )?${STRING}`
		+ String.raw`.* = 0$`),
	(m) => ({ kind: "unlink", file: text(m[1]) })],
	// Data that is not in the trace, into a file of the card
	[new RegExp(String.raw`^(?:copy_file_range\(.*, |(?:sendfile|writev|`
		+ String.raw`pwrite64|f?truncate)\()(?:\d+<|")([^>"]*)[>"]`),
	(m) => {
		if (inside(text(m[1])))
			throw new Error(`not understood: ${m[0]}`);
	}],
];

function operations() {
	const at = new Map();
	const found = [];

	const lines = fs.readFileSync(trace, "latin1").split("\n");
	for (const call of calls(lines)) {
		for (const [form, make] of FORMS) {
			const m = form.exec(call);
			const op = m && make(m, at);

			if (op && inside(op.file))
				found.push(op);
			if (m)
				break;
		}
	}
	return found;
}

// --- The card: files by number, names that point to them
function load() {
	const names = new Map();
	const files = [];

	for (const e of fs.readdirSync(before,
		{ recursive: true, withFileTypes: true })) {
		const full = path.join(e.parentPath ?? e.path, e.name);
		const name = path.join(after, path.relative(before, full));

		if (e.isFile() && inside(name)) {
			names.set(name, files.length);
			files.push(fs.readFileSync(full));
		}
	}
	return { names, files };
}

// Of a write that was not synced: sectors that arrived, and one that is noise
function arrive(data, from, write, last) {
	const end = write.from + write.data.length;
	const sectors = Math.ceil((end - from) / SECTOR);
	const torn = last ? random(sectors) : -1;

	for (let i = 0; i < sectors; i++) {
		const start = i * SECTOR;
		const part = write.data.subarray(start, start + SECTOR);

		if (i === torn)
			data.fill(random(256), write.from + start,
				write.from + start + part.length);
		else if (random(2))
			part.copy(data, write.from + start);
	}
	return data;
}

function grown(data, size) {
	return data.length >= size ? data
		: Buffer.concat([data, Buffer.alloc(size - data.length)]);
}

// What is there after the first n operations: all of them are known to the
// running system (live), the card has fewer names and fewer sectors
function cut(ops, n) {
	const { names, files } = load();
	const live = new Map(names);
	const pending = files.map(() => []);
	const moves = [];
	let sure = 0;

	function apply(id, writes, whole) {
		for (const w of writes) {
			const size = w.from + w.data.length;

			files[id] = grown(w.empty ? Buffer.alloc(0)
				: files[id], size);
			if (whole)
				w.data.copy(files[id], w.from);
			else
				arrive(files[id], w.from, w, w === last);
		}
	}

	let last = null;
	for (const op of ops.slice(0, n)) {
		last = null;
		if (op.kind === "open" && !live.has(op.file)) {
			live.set(op.file, files.length);
			moves.push([op.file, files.length]);
			files.push(Buffer.alloc(0));
			pending.push([]);
		} else if (op.kind === "open" && op.empty) {
			pending[live.get(op.file)].push({ from: 0,
				data: Buffer.alloc(0), empty: true });
		} else if (op.kind === "write" && live.has(op.file)) {
			last = { from: op.from, data: op.data };
			pending[live.get(op.file)].push(last);
		} else if (op.kind === "rename") {
			moves.push([op.file, null, op.to]);
			live.set(op.to, live.get(op.file));
			live.delete(op.file);
		} else if (op.kind === "unlink") {
			moves.push([op.file, null]);
			live.delete(op.file);
		} else if (op.kind === "sync" && live.has(op.file)) {
			const id = live.get(op.file);

			apply(id, pending[id], true);
			pending[id] = [];
		} else if (op.kind === "sync") {
			sure = moves.length; // A folder
		}
	}
	pending.forEach((writes, id) => apply(id, writes, false));

	const done = sure + random(moves.length - sure + 1);
	for (const [file, id, to] of moves.slice(0, done)) {
		if (id !== null)
			names.set(file, id);
		else if (to)
			names.set(to, names.get(file));
		if (id === null)
			names.delete(file);
	}
	return { names, files };
}

function store({ names, files }) {
	for (const e of fs.readdirSync(after,
		{ recursive: true, withFileTypes: true })) {
		const full = path.join(e.parentPath ?? e.path, e.name);

		if (e.isFile() && inside(full))
			fs.rmSync(full);
	}
	for (const [name, id] of names) {
		fs.mkdirSync(path.dirname(name), { recursive: true });
		fs.writeFileSync(name, files[id]);
	}
}

const ops = operations();
let good = 0;
for (let i = 0; i < Number(count); i++) {
	const n = i ? random(ops.length + 1) : ops.length;

	store(cut(ops, n));
	const said = spawnSync("bash", ["-c", check], { encoding: "utf8" });
	if (said.status === 0)
		good++;
	else
		console.log(`after ${n} of ${ops.length}: ${said.stdout}`
			+ said.stderr);
}
console.log(`${good} of ${count} cuts within ${ops.length} writes and syncs`);
process.exit(good === Number(count) && ops.length > 5 ? 0 : 1);

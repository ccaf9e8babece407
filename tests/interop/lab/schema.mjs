/**
 * @file tests/interop/lab/schema.mjs  What the phone says is as written
 *
 *     phone: events, answers -> [schema] <- docs/schema/*.json
 *
 * Faults are kept, and fail the scenario in which they came. What is meant
 * is to be written into the schema: see the text of a fault.
 */
import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';

const DIR = new URL('../../../docs/schema/', import.meta.url);
const FILES = ['events.json', 'commands.json'];

const ajv = new Ajv({ strict: true, allErrors: true });
for (const file of FILES)
	ajv.addSchema(JSON.parse(readFileSync(new URL(file, DIR))), file);

/* What is wrong with a value that should be as $defs/name, or '' */
function fault(file, name, value)
{
	const validate = ajv.getSchema(`${file}#/$defs/${name}`);

	if (!validate)
		return `there is no $defs/${name}`;
	if (validate(value))
		return '';
	return validate.errors.map((e) => `${e.instancePath || 'it'} ` +
		`${e.message} ${JSON.stringify(e.params)}`).join('; ');
}

const told = (what, file, why, value) => !why ? null :
	`${what}: ${why}; if it is meant, write it into ` +
	`docs/schema/${file}: ${JSON.stringify(value)}`;

/** What is wrong with an event, a line of `events`; or null */
export function event_fault(event)
{
	const name = event.session ? `${event.event}.${event.session}` :
		event.event;

	return told(`event ${name}`, 'events.json',
		    fault('events.json', name, event), event);
}

/** What is wrong with the answer of a command, as of Phone.ctl(); or null */
export function answer_fault(command, { code, json, text })
{
	const name = code ? '_error' : command;

	if (json === null) /* Nothing, or what ctl itself said */
		return text.trim() && !code ?
			`answer to ${command}: no JSON: ${text}` : null;
	return told(`answer to ${command}`, 'commands.json',
		    fault('commands.json', name, json), json);
}

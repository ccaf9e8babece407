/**
 * @file page/conversation.js  Calls, one at a time, with their microphone
 *
 *     buttons -> [conversation] -> phone.js, call.js
 *                      └-> changed(), over(kind): what to show
 *
 * `call` is what one hears; `ring` is one that came and waits, perhaps beside
 * a call in which one only listens. The microphone is asked for when one
 * wants to talk, and given back when the call is over.
 */
import * as attention from './attention.js';
import { get } from './settings.js';
import * as sound from './sound.js';

const BUSY = 486, DECLINE = 603;
const AWAY = 480; /* A page that goes has not refused: it may come back */

async function microphone()
{
	const on = get('clean');

	try {
		const stream = await navigator.mediaDevices.getUserMedia({
			audio: { echoCancellation: on, noiseSuppression: on,
				autoGainControl: on, channelCount: 1 } });
		return stream.getAudioTracks()[0];
	} catch {
		return null; /* Refused, or there is none: one can listen */
	}
}

export class Conversation {
	phone = null;
	call = null;
	ring = null;
	talk = 'off';   /* off, asking, on, muted, denied */
	link = 'ok';    /* ok, broken */
	ended = null;   /* Of the last call: { reason, phrase, ms, at } */
	#asking = null; /* What the microphone is asked for, to be given up */
	#report;

	/** @param report  { changed, stream(call), over(kind), tell(call) } */
	constructor(report)
	{
		this.#report = report;
	}

	/** Whether a call is on its way or there */
	get busy()
	{
		return Boolean(this.call || this.#asking?.what === 'dial');
	}

	/** Somebody rings */
	come(call)
	{
		if (this.ring || this.call && this.talk !== 'off' &&
		    this.talk !== 'denied') {
			call.on = () => {};
			call.end('busy', BUSY);
			return;
		}
		this.ring = call;
		call.on = (event, detail) => event === 'end' ?
			this.#gone(call, detail) : this.#hear(call, event,
							      detail);
		sound.bell();
		attention.ring(call.from, () => {});
		this.#report.changed();
		this.#report.tell(call);
	}

	/** Answer it, to talk or to listen first */
	async answer(talk)
	{
		const call = this.ring;

		if (!call || this.#asking?.what === call)
			return;
		this.#quiet();
		this.#give_up();
		const track = talk ? await this.#ask(call) : null;
		if (track === undefined || this.ring !== call)
			return;
		this.ring = null;
		this.#take(call);
		this.#begin(track, talk);
		call.answer(track);
		this.#report.over('answered');
		this.#report.changed();
	}

	decline()
	{
		this.ring?.end('declined', DECLINE);
	}

	/** Call the board, to talk or to listen */
	async dial(talk)
	{
		if (this.busy)
			return;
		const track = talk ? await this.#ask('dial') : null;
		if (track === undefined)
			return;
		this.#begin(track, talk);
		this.#take(this.phone.call(track));
		this.#report.over('called');
		sound.calling();
		this.#report.changed();
	}

	hangup()
	{
		this.#give_up();
		if (this.call)
			this.call.end(this.call.since ? 'hangup' : 'cancelled');
		this.#report.changed();
	}

	/** The microphone's button */
	async mic()
	{
		const { call } = this;

		if (!call || this.talk === 'asking')
			return;
		if (call.track) {
			this.talk = this.talk === 'on' ? 'muted' : 'on';
			call.mute(this.talk === 'muted');
			this.#report.changed();
			return;
		}
		const track = await this.#ask('mic');
		if (track === undefined)
			return;
		this.#begin(track, true);
		if (track && !await call.talk(track)) {
			track.stop();
			this.talk = 'off';
		}
		this.#report.stream(call);
		this.#report.changed();
	}

	/** The board is there again: is the call, too? */
	revive()
	{
		if (this.link === 'broken')
			this.call?.again();
	}

	/** Silence, and no calls: the page goes */
	stop()
	{
		this.#give_up();
		this.ring?.end('declined', AWAY);
		this.call?.end('hangup');
		this.#quiet();
	}

	/* The microphone's track, null without one, undefined if it is not
	   wanted any more */
	async #ask(what)
	{
		const asking = { what };

		this.#asking = asking;
		this.talk = 'asking';
		this.#report.changed();
		const track = await microphone();
		if (this.#asking === asking) {
			this.#asking = null;
			return track;
		}
		track?.stop();
		return undefined;
	}

	#give_up()
	{
		if (this.#asking)
			this.talk = 'off';
		this.#asking = null;
	}

	#begin(track, wanted)
	{
		this.talk = track ? 'on' : wanted ? 'denied' : 'off';
		this.ended = null;
	}

	#quiet()
	{
		sound.silence();
		attention.rest();
	}

	/* A call becomes the one that is heard; another one ends */
	#take(call)
	{
		const before = this.call;

		this.call = call;
		this.link = 'ok';
		call.on = (event, detail) => event === 'end' ?
			this.#over(call, detail) :
			this.#hear(call, event, detail);
		if (before) {
			before.on = () => {};
			before.end('hangup');
			before.track?.stop();
		}
	}

	#hear(call, event, { ok } = {})
	{
		if (event === 'up') {
			this.#quiet();
			sound.note(true);
		}
		if (event === 'link' && call === this.call)
			this.link = ok ? 'ok' : 'broken';
		if (event === 'stream')
			this.#report.stream(call);
		this.#report.changed();
	}

	/* The ringing is over, unanswered by us */
	#gone(call, { reason, phrase })
	{
		this.ring = null;
		if (this.#asking?.what === call)
			this.#give_up();
		this.#quiet();
		this.#report.over(['elsewhere', 'declined'].includes(reason) ?
			reason : 'missed');
		if (!this.call)
			this.#end(call, reason, phrase);
		this.#report.changed();
	}

	#over(call, { reason, phrase })
	{
		if (call !== this.call)
			return;
		this.#quiet();
		if (call.since)
			sound.note(false);
		call.track?.stop();
		if (this.#asking?.what === 'mic')
			this.#give_up();
		this.call = null;
		this.talk = this.#asking ? 'asking' : 'off';
		this.link = 'ok';
		this.#report.stream(null);
		this.#end(call, reason, phrase);
		this.#report.changed();
	}

	#end(call, reason, phrase)
	{
		this.ended = { reason, phrase, at: Date.now(),
			ms: call.since ? Date.now() - call.since : 0 };
	}
}

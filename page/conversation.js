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
	#asking = null; /* For the microphone; another one: not wanted */
	#report;

	/** @param report  { changed, stream(call), over(kind), tell(call) } */
	constructor(report)
	{
		this.#report = report;
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
	answer(talk)
	{
		const call = this.ring;

		if (!call)
			return;
		this.#give_up();
		this.#quiet();
		this.ring = null;
		this.#begin(call, 'answered');
		call.answer(talk ? sound.nothing() : null);
		this.#voice(talk);
	}

	decline()
	{
		this.ring?.end('declined', DECLINE);
	}

	/** Call the board, to talk or to listen */
	dial(talk)
	{
		if (this.call)
			return;
		this.#begin(this.phone.call(talk ? sound.nothing() : null),
			'called');
		sound.calling();
		this.#voice(talk);
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
		await this.#voice(true, (track) => call.talk(track));
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

	/* A call begins, in silence */
	#begin(call, kind)
	{
		this.ended = null;
		this.#take(call);
		this.#report.over(kind);
	}

	/* The microphone, if one wants to talk: it is asked for while the call
	   is under way already, which nobody has to wait for */
	async #voice(wanted, give = (track) => this.call.voice(track))
	{
		const { call } = this;
		const asking = {};

		this.talk = wanted ? 'asking' : 'off';
		this.#asking = wanted ? asking : null;
		this.#report.changed();
		const track = wanted ? await microphone() : null;
		if (this.#asking !== asking) {
			track?.stop();
			return;
		}
		this.#asking = null;
		this.talk = track ? 'on' : 'denied';
		const given = track && await give(track) !== false;
		if (this.call !== call) {
			track?.stop();
			return;
		}
		if (track && !given) {
			track.stop();
			this.talk = 'off';
		}
		this.#report.stream(call);
		this.#report.changed();
	}

	#give_up()
	{
		if (this.#asking)
			this.talk = 'off';
		this.#asking = null;
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
		this.#give_up();
		this.call = null;
		this.talk = 'off';
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

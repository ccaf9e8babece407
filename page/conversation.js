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
		return Boolean(this.call || this.#asking === 'dial');
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

		if (!call || this.#asking)
			return;
		this.#quiet();
		const track = talk ? await this.#ask('answer') : null;
		if (this.ring !== call || talk && !this.#asked('answer'))
			return track?.stop();
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
		if (talk && !this.#asked('dial'))
			return track?.stop();
		this.#begin(track, talk);
		this.#take(this.phone.call(track));
		this.#report.over('called');
		sound.calling();
		this.#report.changed();
	}

	hangup()
	{
		if (this.#asking === 'dial')
			this.talk = 'off';
		this.#asking = null;
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
		if (this.call !== call || !this.#asked('mic'))
			return track?.stop();
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
		this.#asking = null;
		this.ring?.end('declined', DECLINE);
		this.call?.end('hangup');
		this.#quiet();
	}

	async #ask(what)
	{
		this.#asking = what;
		this.talk = 'asking';
		this.#report.changed();
		return microphone();
	}

	/* Whether it is still wanted */
	#asked(what)
	{
		const still = this.#asking === what;

		this.#asking = null;
		if (!still)
			this.talk = 'off';
		return still;
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
		if (this.#asking === 'answer')
			this.#asked(null);
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

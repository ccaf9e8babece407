/**
 * @file page/call.js  One call between this browser and the board
 *
 *     phone.js -> [call] -> RTCSession of JsSIP -> RTCPeerConnection
 *
 * Sound and picture come; the microphone goes only while one talks: a call
 * begins with silence in its place, so that nobody waits for it (voice()), or
 * without (recvonly) and gets it later by a re-INVITE (talk()). Tells by `on`:
 * on(event, detail):
 *
 *   stream, detail.stream   something to hear or see
 *   up                      answered
 *   end, detail.reason      over; why is one of REASONS
 *   link, detail.ok         the media are interrupted, or back
 */

/** Why a call ended, as the page tells it */
export const REASONS = ['hangup', 'remote', 'declined', 'cancelled', 'missed',
	'elsewhere', 'busy', 'refused', 'unreachable', 'media', 'lost',
	'offline', 'failed'];

const GATHER = 5;       /* Candidates come together, after the first [ms] */
const INTERRUPTED = 3000; /* Until an ICE restart [ms] */
const LOST = 25000;     /* Until an interrupted call is over [ms] */
const TONE = 120, GAP = 80; /* Of a digit [ms] */
const PLAIN = { iceServers: [], bundlePolicy: 'max-bundle' };
const NO_MEDIA = { audio: false, video: false }; /* JsSIP opens nothing */

const CODES = { 486: 'busy', 600: 'busy', 403: 'refused', 603: 'refused',
	480: 'unreachable', 408: 'unreachable', 404: 'unreachable',
	503: 'busy', 488: 'media', 606: 'media' };

/** Why, from what JsSIP says of the end of a call that never was */
export function failure({ originator, message, cause }, incoming)
{
	const text = message?.getHeader?.('reason') ?? '';

	if (/cause=200|elsewhere/i.test(text))
		return 'elsewhere';
	if (originator === 'local')
		return incoming ? 'declined' : 'cancelled';
	if (incoming && cause === 'Canceled')
		return 'missed';
	if (CODES[message?.status_code])
		return CODES[message.status_code];
	if (/connection|timeout/i.test(cause))
		return 'offline';
	return /webrtc|sdp/i.test(cause) ? 'media' : 'failed';
}

export class Call {
	on = () => {};
	track = null;   /* The microphone's */
	since = 0;      /* When it was answered [ms], 0: not yet */
	stream = new MediaStream();
	ended = false;
	#session;
	#why = null;    /* Our own reason for its end */
	#restart = null;
	#lost = null;

	/** @param session  One that came in; none: dial() comes next */
	constructor(session)
	{
		if (session)
			this.#adopt(session);
	}

	/** Who calls, as the board names it; may be empty */
	get from()
	{
		return this.#session.remote_identity?.display_name ?? '';
	}

	get incoming()
	{
		return this.#session.direction === 'incoming';
	}

	get connection()
	{
		return this.#session?.connection ?? null;
	}

	/** Call; `silence` is a track to begin with, null to listen only */
	dial(ua, target, silence)
	{
		this.#adopt(ua.call(target, { mediaConstraints: { ...NO_MEDIA },
			pcConfig: PLAIN, eventHandlers: { peerconnection:
				(e) => this.#offer(e.peerconnection, silence)
			} }));
	}

	/** Answer; `silence` as for dial() */
	answer(silence)
	{
		this.#session.on('peerconnection', ({ peerconnection }) => {
			if (silence)
				peerconnection.addTrack(silence);
			this.#watch(peerconnection);
		});
		this.#session.answer({ mediaConstraints: { ...NO_MEDIA },
			pcConfig: PLAIN });
	}

	/** Hang up, cancel, or decline (with a code) */
	end(why, code)
	{
		this.#why = why ?? null;
		if (this.#session.isEnded())
			return;
		this.#session.terminate(code ? { status_code: code } : {});
	}

	/** The microphone takes the place of silence */
	async voice(track)
	{
		this.track = track;
		await this.connection?.getSenders().find((one) =>
			one.track?.kind === 'audio')?.replaceTrack(track);
	}

	/**
	 * Give the microphone to a call that began without
	 *
	 * @return whether it is on its way; if not, the call cannot take it now
	 */
	async talk(track)
	{
		const audio = this.connection?.getTransceivers().find((one) =>
			one.receiver.track.kind === 'audio' && !one.stopped);

		if (!audio || !this.#session.isEstablished() ||
		    !this.#session.isReadyToReOffer())
			return false;
		await audio.sender.replaceTrack(track);
		audio.direction = 'sendrecv';
		this.track = track;
		return this.#session.renegotiate();
	}

	/** Silence for the far end, without giving the microphone back */
	mute(on)
	{
		if (on)
			this.#session.mute({ audio: true });
		else
			this.#session.unmute({ audio: true });
	}

	/** Digits: as sound's events if sound is sent, else by INFO */
	digits(tones)
	{
		this.#session.sendDTMF(tones, { duration: TONE,
			interToneGap: GAP,
			transportType: this.track ? 'RFC2833' : 'INFO' });
	}

	#adopt(session)
	{
		this.#session = session;
		session.on('icecandidate', ({ ready }) =>
			setTimeout(ready, GATHER));
		session.on('accepted', () => {
			this.since = Date.now();
			this.on('up');
		});
		/* What ends here, and not because we said so, is JsSIP's doing:
		   no media, no answer within the call */
		session.on('ended', (e) => this.#over(this.#why ??
			(e.originator === 'remote' ? 'remote' : 'lost')));
		session.on('failed', (e) => this.#over(this.#why ??
			failure(e, session.direction === 'incoming'),
			e.message?.reason_phrase));
	}

	/* What a call of ours offers: sound, and a picture if there is one */
	#offer(connection, silence)
	{
		connection.addTransceiver(silence ?? 'audio', { direction:
			silence ? 'sendrecv' : 'recvonly' });
		connection.addTransceiver('video', { direction: 'recvonly' });
		this.#watch(connection);
	}

	#watch(connection)
	{
		connection.addEventListener('track', ({ track }) => {
			this.stream.addTrack(track);
			this.on('stream', { stream: this.stream });
			track.addEventListener('mute', () =>
				this.on('stream', { stream: this.stream }));
			track.addEventListener('unmute', () =>
				this.on('stream', { stream: this.stream }));
		});
		connection.addEventListener('connectionstatechange', () =>
			this.#state(connection.connectionState));
	}

	#state(state)
	{
		if (state === 'connected') {
			clearTimeout(this.#restart);
			clearTimeout(this.#lost);
			this.#restart = this.#lost = null;
			this.on('link', { ok: true });
		} else if (state === 'disconnected' && !this.ended) {
			this.#lost ??= setTimeout(() => this.end('lost'), LOST);
			this.#restart ??= setTimeout(() => this.again(),
				INTERRUPTED);
			this.on('link', { ok: false });
		}
	}

	/**
	 * Other networks, other candidates: an ICE restart. A board that does
	 * not know the call any more says so, and that ends it
	 */
	again()
	{
		if (this.#session.isEstablished() &&
		    this.#session.isReadyToReOffer())
			this.#session.renegotiate({ rtcOfferConstraints:
				{ iceRestart: true } });
	}

	#over(reason, phrase = '')
	{
		if (this.ended)
			return;
		this.ended = true;
		clearTimeout(this.#restart);
		clearTimeout(this.#lost);
		this.on('end', { reason, phrase });
	}
}

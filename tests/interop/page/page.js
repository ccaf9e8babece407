/*
 * tests/interop/page/page.js  The browser's side: JsSIP, an ear and an eye
 *
 *     test -> lab.* -> JsSIP -> kamailio;  far end -> tap -> lab.heard()
 *                                          far end -> <video> -> eye.js
 *
 * Everything that happens goes to window.report(), which the test provides.
 */
'use strict';

const LOUD = 0.003; /* RMS of a piece that is heard, about -50 dB */

const lab = {
	ua: null,
	session: null,
	context: null,
	pieces: null, /* What is being recorded, or null */
	loud_since: 0,
	video: null, /* Of the call, as media() was given it */
	rewrite: null, /* A test's: (sdp, originator, type) to another sdp */

	tell(event, more = {})
	{
		window.report({ event, time: performance.timeOrigin +
				performance.now(), ...more });
	},

	async start({ url, uri, password, user_agent = {} })
	{
		this.context = new AudioContext({ sampleRate: 48000 });
		await this.context.audioWorklet.addModule('tap.js');
		const socket = new JsSIP.WebSocketInterface(url);
		this.ua = new JsSIP.UA({ sockets: [socket], uri, password,
			register_expires: 120, session_timers: false,
			connection_recovery_min_interval: 1,
			connection_recovery_max_interval: 2, ...user_agent });
		for (const name of ['connected', 'disconnected', 'registered',
				    'unregistered', 'registrationFailed'])
			this.ua.on(name, (e) => this.tell(name,
				{ cause: e?.cause, code: e?.response
					?.status_code }));
		this.ua.on('newRTCSession', (e) => this.adopt(e));
		this.ua.on('newMessage', ({ originator, message, request }) => {
			if (originator !== 'remote')
				return;
			this.tell('message', { text: request.body,
				type: request.getHeader('Content-Type') });
			message.accept();
		});
		this.ua.start();
	},

	registered()
	{
		return this.ua.isRegistered();
	},

	/* End the call, if there is one */
	idle()
	{
		if (this.session && !this.session.isEnded())
			this.session.terminate();
	},

	/* A session of JsSIP, of our making or come in */
	adopt({ session, originator })
	{
		if (originator === 'remote' && this.session &&
		    !this.session.isEnded()) {
			session.terminate({ status_code: 486 });
			return;
		}
		this.before = this.session;
		this.session = session;
		session.on('refer', (e) => this.follow(e));
		const tell = (name) => session.on(name, (e) => this.tell(name,
			{ originator: e?.originator, cause: e?.cause,
			  code: e?.message?.status_code ??
				e?.response?.status_code }));
		['sending', 'progress', 'accepted', 'confirmed', 'ended',
		 'failed', 'hold', 'unhold', 'reinvite'].forEach(tell);
		session.on('newDTMF', (e) => this.tell('dtmf',
			{ originator: e.originator, tone: e.dtmf.tone }));
		session.on('sdp', (e) => {
			this.tell('sdp', { originator: e.originator,
				type: e.type, sdp: e.sdp });
			if (this.rewrite)
				e.sdp = this.rewrite(e.sdp, e.originator,
						     e.type);
		});
		session.on('icecandidate', (e) => {
			/* Host candidates will do: waiting is not measured */
			if (this.quick && / host /.test(e.candidate.candidate))
				e.ready();
		});
		if (session.connection)
			this.attend(session.connection);
		session.on('peerconnection', (e) =>
			this.attend(e.peerconnection));
		if (originator === 'remote')
			this.tell('incoming', { from: session.remote_identity
				.uri.user, sdp: session._request?.body });
	},

	/* Listen to what comes over a connection */
	attend(connection)
	{
		this.connection = connection;
		connection.addEventListener('connectionstatechange', () =>
			this.tell('connection',
				  { state: connection.connectionState }));
		connection.addEventListener('track', ({ track, receiver }) => {
			if (track.kind === 'audio')
				this.listen(new MediaStream([track]));
			else
				this.look(new MediaStream([track]));
			if (track.kind === 'video' && this.video?.beg)
				receiver.transform = new RTCRtpScriptTransform(
					new Worker('beg.js'),
					{ period: this.video.beg });
		});
		for (const name of ['createOffer', 'createAnswer']) {
			const create = connection[name];
			connection[name] = (...args) => {
				this.prefer(connection);
				return create.apply(connection, args);
			};
		}
	},

	/* Direction and codec of the video, just before it is described */
	prefer(connection)
	{
		if (!this.video)
			return;
		const { direction, codec } = this.video;
		const of_video = () => connection.getTransceivers()
			.filter((t) => t.receiver.track.kind === 'video' &&
				!t.stopped);
		if (!of_video().length && !connection.remoteDescription)
			connection.addTransceiver('video',
				{ direction: 'recvonly' });
		const { codecs } = RTCRtpReceiver.getCapabilities('video');
		for (const one of of_video()) {
			if (direction)
				one.direction = direction;
			if (codec)
				one.setCodecPreferences(codecs.filter((c) =>
					this.wanted(c.mimeType, codec)));
		}
	},

	/* What repairs losses goes with every codec */
	wanted(type, codec)
	{
		const name = type.split('/')[1].toUpperCase();

		return [codec, 'RTX', 'RED', 'ULPFEC'].includes(name);
	},

	/* The far side's picture */
	look(stream)
	{
		this.screen?.remove();
		this.screen = document.createElement('video');
		Object.assign(this.screen, { id: 'far', muted: true,
			autoplay: true, playsInline: true, srcObject: stream });
		document.body.append(this.screen);
		window.eye.watch(this.screen);
	},

	listen(stream)
	{
		/* Chromium feeds a remote stream to nodes only if something
		   plays it */
		this.player = new Audio();
		this.player.srcObject = stream;
		this.player.muted = true;
		this.player.play().catch(() => {});

		this.deaf();
		const tap = new AudioWorkletNode(this.context, 'tap');
		const silence = this.context.createGain();
		silence.gain.value = 0;
		this.source = this.context.createMediaStreamSource(stream);
		this.source.connect(tap).connect(silence)
			.connect(this.context.destination);
		this.loud_since = 0;
		this.tap = tap;
		tap.port.onmessage = ({ data }) => this.take(data);
	},

	/* Stop listening to the last call's stream */
	deaf()
	{
		if (!this.tap)
			return;
		this.source.disconnect();
		this.tap.port.onmessage = null;
		this.tap.disconnect();
		this.tap = null;
	},

	take(piece)
	{
		const rms = Math.sqrt(piece.reduce((sum, x) => sum + x * x, 0) /
				      piece.length);
		if (rms > LOUD && !this.loud_since) {
			this.loud_since = performance.now();
			this.tell('heard', { rms });
		}
		this.pieces?.push(piece);
	},

	/* A tone of this page's own instead of the microphone */
	tone({ frequency, level = -15 })
	{
		const tone = this.context.createOscillator();
		const gain = this.context.createGain();
		const out = this.context.createMediaStreamDestination();

		tone.frequency.value = frequency;
		gain.gain.value = 10 ** (level / 20) * Math.SQRT2;
		tone.connect(gain).connect(out);
		out.channelCount = 1;
		tone.start();
		return out.stream.getAudioTracks();
	},

	/**
	 * Options of a call or an answer: the microphone as it is, or a tone.
	 * Video is none, or true, or { source: 'camera' (Chromium's), 'pattern'
	 * (pattern.js) or null (nothing is sent); width, height, fps;
	 * direction; codec: 'H264' or 'VP8', and no other; beg: for a key frame
	 * each so many ms }
	 */
	async media(tone, video)
	{
		this.asked?.getTracks().forEach((track) => track.stop());
		this.drawn?.stop();
		this.asked = this.drawn = null;
		this.video = video && { source: 'camera', width: 640,
			height: 480, fps: 30, ...video === true ? {} : video };
		const { source, width, height, fps } = this.video || {};
		const constraints = { audio: {
			echoCancellation: false, noiseSuppression: false,
			autoGainControl: false, channelCount: 1 },
			video: source === 'camera' &&
				{ width, height, frameRate: fps } };
		if (!tone?.frequency && source !== 'pattern')
			return { mediaConstraints: constraints };

		/* Asking for the microphone makes host candidates real
		   addresses, also when it is not used */
		this.asked = await navigator.mediaDevices
			.getUserMedia(constraints);
		const tracks = tone?.frequency ? this.tone(tone) :
			this.asked.getAudioTracks();
		if (source === 'pattern')
			this.drawn = window.pattern_track(this.video);
		return { mediaStream: new MediaStream([...tracks,
			...this.asked.getVideoTracks(),
			...this.drawn ? [this.drawn] : []]) };
	},

	async call(target, { tone, video, quick = true, ...more } = {})
	{
		this.quick = quick;
		const media = await this.media(tone, video);
		this.tell('calling');
		this.ua.call(target, { pcConfig: { iceServers: [] },
			...media, ...more });
	},

	async answer({ tone, video, quick = true, ...more } = {})
	{
		this.quick = quick;
		const media = await this.media(tone, video);
		this.tell('answering');
		this.session.answer({ pcConfig: { iceServers: [] },
			...media, ...more });
	},

	hangup(options)
	{
		this.session.terminate(options);
	},

	hold()
	{
		return this.session.hold();
	},

	unhold()
	{
		return this.session.unhold();
	},

	/* The far side wants us to call somebody else */
	async follow({ request, accept })
	{
		this.tell('refer', { to: String(request.refer_to.uri) });
		accept(null, { pcConfig: { iceServers: [] },
			...await this.media() });
	},

	/** Let the far side call somebody else; or, with two calls, let that of
	    the first one take the place of the second */
	refer(target, replaces)
	{
		const session = replaces ? this.before : this.session;
		const eventHandlers = {};

		for (const name of ['requestSucceeded', 'requestFailed',
				    'trying', 'progress', 'accepted', 'failed'])
			eventHandlers[name] = (e) => this.tell(`refer ${name}`,
				{ code: e?.response?.status_code });
		session.refer(target, { eventHandlers,
			replaces: replaces ? this.session : undefined });
		if (replaces)
			this.session = session;
	},

	dtmf(tones, transportType)
	{
		this.session.sendDTMF(tones, { transportType, duration: 100,
			interToneGap: 100 });
	},

	/** A text to somebody */
	message(target, text, contentType = 'text/plain;charset=utf-8')
	{
		const eventHandlers = {};

		for (const [name, said] of [['succeeded', 'message sent'],
					    ['failed', 'message failed']])
			eventHandlers[name] = (e) => this.tell(said,
				{ code: e.response?.status_code });
		this.ua.sendMessage(target, text,
				    { contentType, eventHandlers });
	},

	record()
	{
		this.pieces = [];
	},

	/** Seconds recorded so far */
	recorded()
	{
		return (this.pieces?.length ?? 0) / 100;
	},

	/** End of recording: samples of 16 bit as base64 */
	heard()
	{
		const all = new Int16Array(this.pieces.length * 480);
		let at = 0;
		for (const piece of this.pieces)
			for (const x of piece)
				all[at++] = Math.max(-1, Math.min(1, x)) *
					32767;
		this.pieces = null;
		const octets = new Uint8Array(all.buffer);
		let text = '';
		for (let i = 0; i < octets.length; i += 0x8000)
			text += String.fromCharCode(
				...octets.subarray(i, i + 0x8000));
		return btoa(text);
	},

	/** Figures of getStats(), merged by type; those of video are apart, as
	    'video TYPE', with the codec's name */
	async stats()
	{
		const all = {};
		const report = await this.connection.getStats();
		report.forEach((one) => {
			if (one.type === 'candidate-pair' && !one.nominated)
				return;
			if (one.kind === 'video')
				all[`video ${one.type}`] = { ...one, codec:
					report.get(one.codecId)?.mimeType };
			else
				all[one.type] = { ...one };
		});
		return all;
	},
};

window.lab = lab;

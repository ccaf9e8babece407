/*
 * tests/interop/page/page.js  The browser's side: JsSIP and an ear
 *
 *     test -> lab.* -> JsSIP -> kamailio;  far end -> tap -> lab.heard()
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
		this.ua.start();
	},

	/* A session of JsSIP, of our making or come in */
	adopt({ session, originator })
	{
		if (originator === 'remote' && this.session &&
		    !this.session.isEnded()) {
			session.terminate({ status_code: 486 });
			return;
		}
		this.session = session;
		const tell = (name) => session.on(name, (e) => this.tell(name,
			{ originator: e?.originator, cause: e?.cause,
			  code: e?.message?.status_code ??
				e?.response?.status_code }));
		['sending', 'progress', 'accepted', 'confirmed', 'ended',
		 'failed', 'hold', 'unhold', 'reinvite'].forEach(tell);
		session.on('newDTMF', (e) => this.tell('dtmf',
			{ originator: e.originator, tone: e.dtmf.tone }));
		session.on('sdp', (e) => this.tell('sdp',
			{ originator: e.originator, type: e.type,
			  sdp: e.sdp }));
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
		connection.addEventListener('track', ({ track }) => {
			if (track.kind === 'audio')
				this.listen(new MediaStream([track]));
		});
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

	/** Options of a call or an answer: the microphone as it is */
	async media({ frequency, level = -15 } = {})
	{
		const constraints = { video: false, audio: {
			echoCancellation: false, noiseSuppression: false,
			autoGainControl: false, channelCount: 1 } };
		if (!frequency)
			return { mediaConstraints: constraints };

		/* A tone of this page's own instead of the microphone; asking
		   for that first makes host candidates real addresses */
		const asked = await navigator.mediaDevices
			.getUserMedia(constraints);
		this.asked = asked;
		const tone = this.context.createOscillator();
		const gain = this.context.createGain();
		const out = this.context.createMediaStreamDestination();
		tone.frequency.value = frequency;
		gain.gain.value = 10 ** (level / 20) * Math.SQRT2;
		tone.connect(gain).connect(out);
		out.channelCount = 1;
		tone.start();
		return { mediaStream: out.stream };
	},

	async call(target, { tone, quick = true, ...more } = {})
	{
		this.quick = quick;
		const media = await this.media(tone);
		this.tell('calling');
		this.ua.call(target, { pcConfig: { iceServers: [] },
			...media, ...more });
	},

	async answer({ tone, quick = true, ...more } = {})
	{
		this.quick = quick;
		const media = await this.media(tone);
		this.tell('answering');
		this.session.answer({ pcConfig: { iceServers: [] },
			...media, ...more });
	},

	hangup(options)
	{
		this.session.terminate(options);
	},

	dtmf(tones, transportType)
	{
		this.session.sendDTMF(tones, { transportType, duration: 100,
			interToneGap: 100 });
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

	/** Figures of getStats(), merged by type */
	async stats()
	{
		const all = {};
		(await this.connection.getStats()).forEach((one) => {
			if (one.type === 'candidate-pair' && !one.nominated)
				return;
			if (one.kind === 'video')
				return;
			all[one.type] = { ...one };
		});
		return all;
	},
};

window.lab = lab;

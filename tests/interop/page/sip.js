/*
 * tests/interop/page/sip.js  SIP.js in the place of JsSIP
 *
 *     test -> lab.* -> SIP.js -> kamailio;  ears and eyes are page.js
 *
 * Puts other functions under the names that page.js gives them, with the
 * same events, so that a scenario need not know whom it calls.
 */
import { Inviter, Messager, Registerer, RegistererState, SessionState,
	 UserAgent, Web } from '/sip.js/lib/index.js';

const { lab } = window;
const GATHER = 500; /* For candidates, without a server [ms] */
const SUPPORTED = 'Supported';

const direction_of = (sdp) => sdp.split(/^m=/m)[1]
	?.match(/^a=(sendrecv|sendonly|recvonly|inactive)/m)?.[1] ?? 'sendrecv';

/* What a session says and is told, as JsSIP's event */
function overhear(session, sdh)
{
	const { setDescription, getDescription } = sdh;
	let held = false;

	lab.attend(sdh.peerConnection);
	sdh.setDescription = (sdp, ...more) => {
		const type = sdh.peerConnection.signalingState ===
			'have-local-offer' ? 'answer' : 'offer';
		const holds = /sendonly|inactive/.test(direction_of(sdp));
		lab.tell('sdp', { originator: 'remote', type, sdp });
		if (type === 'offer' && holds !== held)
			lab.tell(holds ? 'hold' : 'unhold',
				 { originator: 'remote' });
		held = type === 'offer' ? holds : held;
		return setDescription.call(sdh, lab.rewrite?.(sdp, 'remote',
			type) ?? sdp, ...more);
	};
	sdh.getDescription = async (...args) => {
		const type = sdh.peerConnection.signalingState ===
			'have-remote-offer' ? 'answer' : 'offer';
		const made = await getDescription.apply(sdh, args);
		lab.tell('sdp', { originator: 'local', type, sdp: made.body });
		made.body = lab.rewrite?.(made.body, 'local', type) ??
			made.body;
		return made;
	};
}

/* What ended a call before it was one */
const reason = new WeakMap();

function follow_state(session)
{
	let up = false;

	session.stateChange.addListener((state) => {
		if (state === SessionState.Established) {
			up = true;
			lab.tell('accepted');
			lab.tell('confirmed');
		} else if (state === SessionState.Terminated) {
			/* Its reason is known only after this */
			setTimeout(() => lab.tell(up ? 'ended' : 'failed',
				{ cause: up ? 'Terminated' : 'Failed',
				  ...reason.get(session) }));
		}
	});
}

Object.assign(lab, {
	async start({ url, uri, password })
	{
		this.context = new AudioContext({ sampleRate: 48000 });
		await this.context.audioWorklet.addModule('tap.js');
		const name = UserAgent.makeURI(uri);
		this.ua = new UserAgent({ uri: name, logLevel: 'error',
			transportOptions: { server: url },
			authorizationUsername: name.user,
			authorizationPassword: password,
			sipExtensionReplaces: SUPPORTED,
			sipExtension100rel: SUPPORTED,
			reconnectionAttempts: 100, reconnectionDelay: 1,
			sessionDescriptionHandlerFactory:
				Web.defaultSessionDescriptionHandlerFactory(
					() => this.stream()),
			sessionDescriptionHandlerFactoryOptions: {
				iceGatheringTimeout: GATHER,
				peerConnectionConfiguration:
					{ iceServers: [] } },
			delegate: {
				onInvite: (invitation) => this.come(invitation),
				onMessage: (message) => this.read(message),
				onConnect: () => this.enlist(),
			} });
		await this.ua.start();
	},

	/* Register, anew after each connection */
	enlist()
	{
		this.registerer ??= new Registerer(this.ua, { expires: 120 });
		this.registerer.stateChange.addListener((state) => {
			if (state === RegistererState.Registered)
				this.tell('registered');
		});
		this.registerer.register();
	},

	registered()
	{
		return this.registerer?.state === RegistererState.Registered;
	},

	/* What the microphone and the camera are in the next call */
	async stream()
	{
		const media = this.ready ?? await this.media();

		this.ready = null;
		return media.mediaStream ?? navigator.mediaDevices
			.getUserMedia(media.mediaConstraints);
	},

	take_up(session)
	{
		this.before = this.session;
		this.session = session;
		follow_state(session);
		session.delegate = {
			onSessionDescriptionHandler: (sdh) =>
				overhear(session, sdh),
			onRefer: (referral) => this.follow(referral),
			onInvite: () => this.tell('reinvite'),
			onInfo: (info) => this.hear_digit(info),
			onCancel: () => reason.set(session,
						   { cause: 'Canceled' }),
		};
	},

	/* Somebody calls */
	come(invitation)
	{
		if (this.session && !this.ended() && !invitation.replacee) {
			invitation.reject({ statusCode: 486 });
			return;
		}
		this.take_up(invitation);
		this.tell('incoming', { from: invitation.remoteIdentity.uri
			.user, sdp: invitation.body });
	},

	async invite(session, { tone, video } = {})
	{
		this.take_up(session);
		this.ready = await this.media(tone, video);
		session.sessionDescriptionHandlerOptions = {
			constraints: { audio: true, video: Boolean(video) } };
		this.tell('calling');
		await session.invite({ requestDelegate: {
			onProgress: () => this.tell('progress',
						    { originator: 'remote' }),
			onReject: ({ message }) => reason.set(session,
				{ ...reason.get(session),
				  code: message.statusCode }) } });
	},

	call(target, options)
	{
		return this.invite(new Inviter(this.ua,
			UserAgent.makeURI(target)), options);
	},

	async answer({ tone, video } = {})
	{
		this.ready = await this.media(tone, video);
		this.tell('answering');
		const constraints = { audio: true, video: Boolean(video) };
		await this.session.accept({
			sessionDescriptionHandlerOptions: { constraints } });
	},

	ended()
	{
		return [SessionState.Terminating, SessionState.Terminated]
			.includes(this.session.state);
	},

	hangup({ status_code } = {})
	{
		const { session } = this;

		if (session.state === SessionState.Established)
			return session.bye();
		if (session instanceof Inviter) {
			reason.set(session, { cause: 'Canceled' });
			return session.cancel();
		}
		return session.reject({ statusCode: status_code });
	},

	async idle()
	{
		if (this.session && !this.ended())
			await this.hangup();
	},

	/* A re-INVITE; whether there was an answer that can be used */
	again(hold)
	{
		this.session.sessionDescriptionHandlerOptionsReInvite =
			{ hold };
		return new Promise((done) => {
			this.session.invite({ requestDelegate: {
				onAccept: () => done(true),
				onReject: () => done(false),
			} }).catch(() => done(false));
		});
	},

	hold()
	{
		return this.again(true);
	},

	unhold()
	{
		return this.again(false);
	},

	async dtmf(tones, transport)
	{
		if (transport !== 'INFO')
			return this.session.sessionDescriptionHandler.sendDtmf(
				tones, { duration: 100, interToneGap: 100 });
		for (const tone of tones)
			await new Promise((done) => this.session.info({
				requestOptions: { body: {
					contentDisposition: 'render',
					contentType: 'application/dtmf-relay',
					content: `Signal=${tone}\r\n` +
						'Duration=100' } },
				requestDelegate: { onAccept: done,
						   onReject: done } }));
		return true;
	},

	hear_digit(info)
	{
		const tone = info.request.body.match(/Signal= *(\S)/)?.[1];

		info.accept();
		if (tone)
			this.tell('dtmf', { originator: 'remote', tone });
	},

	read(message)
	{
		const { request } = message;

		this.tell('message', { text: request.body,
			type: request.getHeader('Content-Type') });
		message.accept();
	},

	message(target, text, type = 'text/plain;charset=utf-8')
	{
		const said = (event) => ({ message }) =>
			this.tell(event, { code: message.statusCode });

		return new Messager(this.ua, UserAgent.makeURI(target), text,
				    type).message({ requestDelegate: {
			onAccept: said('message sent'),
			onReject: said('message failed') } });
	},

	/* The far side wants us to call somebody else */
	async follow(referral)
	{
		this.tell('refer', { to: String(referral.referTo.uri) });
		await referral.accept();
		await this.invite(referral.makeInviter());
	},

	refer(target, replaces)
	{
		const session = replaces ? this.before : this.session;
		const other = this.session;
		const code_of = ({ message }) => ({ code: message.statusCode });

		if (replaces)
			this.session = session;
		return session.refer(replaces ? other :
				     UserAgent.makeURI(target), {
			requestDelegate: {
				onAccept: (e) => this.tell(
					'refer requestSucceeded', code_of(e)),
				onReject: (e) => this.tell(
					'refer requestFailed', code_of(e)),
			},
			onNotify: (notification) => {
				const code = Number(notification.request.body
					.match(/^SIP\/2\.0 (\d+)/)?.[1]);
				notification.accept();
				this.tell(code < 200 ? 'refer progress' :
					  code < 300 ? 'refer accepted' :
					  'refer failed', { code });
			} });
	},
});

lab.loaded = true;

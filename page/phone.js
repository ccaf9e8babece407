/**
 * @file page/phone.js  The browser as a telephone of the board
 *
 *     main.js -> [phone] -> JsSIP -> WebSocket /sip -> board
 *                   └-> call.js, one for each call
 *
 * Registers, notices a connection that is dead, and tells what happens by one
 * handler: tell(event, detail). Knows nothing of what is on the screen.
 *
 *   connecting           trying; detail.again from the second time on
 *   ready                registered: may call and be called
 *   offline              no connection; tries again by itself
 *   refused              the board does not let us in: detail.reason is
 *                        'wrong' (password), 'locked' (detail.seconds)
 *   ring, detail.call    somebody calls
 *   text, detail.text    a message for people
 *   news, detail.data    a message for the page: an object
 */
import JsSIP from 'jssip';
import { Call } from './call.js';
import { REALM, USER } from './password.js';

const BOARD = `sip:board@${REALM}`;
const MACHINE = 'application/vnd.boardphone+json';
const TEXT = 'text/plain;charset=UTF-8';
const RECOVERY_MIN = 1, RECOVERY_MAX = 5;  /* [s] */
const REGISTER = 600;   /* Registration [s] */
const ALIVE = 20000;    /* Between questions whether the board is there [ms] */
const PATIENCE = 6000;  /* With an answer to that [ms] */
const CONNECT = 10000;  /* Patience with a connection, until registered [ms] */
const AGAIN = 1000;     /* From the end of patience to the next try [ms] */
const LOCKED = 60;      /* If the board does not say [s] */
const NO_ANSWER = 300;  /* The board ends the ringing, not the page [s] */
const RETRY = 5000;     /* After a refusal that may pass [ms] */

/* Without the quotation that a browser may not show in full */
function phrase(message)
{
	return message?.reason_phrase ?? '';
}

export class Phone {
	#ua;
	#tell;
	#alive = null;
	#retry = null;
	#patience = null;
	#dead = null;
	#attempts = 0;

	/** @param ha1 of password.js */
	constructor(ha1, tell)
	{
		const socket = new JsSIP.WebSocketInterface(
			`wss://${location.host}/sip`);

		this.#tell = tell;
		this.#ua = new JsSIP.UA({
			sockets: [socket], uri: `sip:${USER}@${REALM}`,
			realm: REALM, ha1, register_expires: REGISTER,
			session_timers: false, no_answer_timeout: NO_ANSWER,
			instance_id: crypto.randomUUID(),
			user_agent: `Boardphone page ${VERSION}`,
			connection_recovery_min_interval: RECOVERY_MIN,
			connection_recovery_max_interval: RECOVERY_MAX,
		});
		this.#listen();
	}

	#listen()
	{
		const ua = this.#ua;

		ua.on('connecting', () => {
			clearTimeout(this.#patience);
			this.#patience = setTimeout(() => this.#anew(),
				CONNECT);
			this.#tell('connecting',
				{ again: this.#attempts++ > 0 });
		});
		ua.on('disconnected', ({ code }) => this.#offline(code));
		ua.on('registered', () => this.#registered());
		ua.on('registrationFailed', (e) => this.#refused(e.response));
		ua.on('newRTCSession', ({ originator, session }) => {
			if (originator === 'remote')
				this.#tell('ring', { call: new Call(session) });
		});
		ua.on('newMessage', ({ originator, request }) => {
			if (originator === 'remote')
				this.#message(request);
		});
	}

	start()
	{
		this.#ua.start();
	}

	/** For good: BYE, un-REGISTER, close */
	stop()
	{
		this.#rest();
		this.#tell = () => {};
		this.#ua.stop();
	}

	/** Now, not when the next attempt is due: the network is back */
	hurry()
	{
		if (!this.#ua.isConnected())
			this.#ua.transport.connect();
		else if (!this.#ua.isRegistered())
			this.#ua.register();
		else
			this.#ask();
	}

	/** Call the board; `silence` as in call.js */
	call(silence)
	{
		const call = new Call();

		call.dial(this.#ua, BOARD, silence);
		return call;
	}

	/** Send a text. Resolves to { ok, reason } */
	say(text)
	{
		return this.#send(text, TEXT);
	}

	/** Send an object. Resolves to { ok, code, reason } */
	order(object)
	{
		return this.#send(JSON.stringify(object), MACHINE);
	}

	#send(body, contentType)
	{
		return new Promise((done) => {
			const failed = ({ response }) => done({ ok: false,
				code: response?.status_code ?? 0,
				reason: phrase(response) });

			this.#ua.sendMessage(BOARD, body, { contentType,
				eventHandlers: { failed, succeeded:
				() => done({ ok: true, code: 200 }) } });
		});
	}

	#message(request)
	{
		const type = request.getHeader('content-type') ?? '';

		if (type.startsWith('text/plain')) {
			this.#tell('text', { text: request.body ?? '' });
			return;
		}
		try {
			if (type.startsWith(MACHINE))
				this.#tell('news', { data:
					JSON.parse(request.body) ?? {} });
		} catch {
			/* Not what a board of ours says */
		}
	}

	#rest()
	{
		clearInterval(this.#alive);
		clearTimeout(this.#retry);
		clearTimeout(this.#patience);
		clearTimeout(this.#dead);
	}

	/* A connection that leads nowhere: another one */
	#anew()
	{
		this.#ua.transport.disconnect();
		this.#retry = setTimeout(() => this.hurry(), AGAIN);
	}

	#registered()
	{
		this.#rest();
		this.#alive = setInterval(() => this.#ask(), ALIVE);
		this.#tell('ready');
	}

	#offline(code)
	{
		this.#rest();
		this.#tell('offline', { code });
	}

	#refused(response)
	{
		const code = response?.status_code;

		if (code === 401 || code === 407) {
			this.#tell('refused', { reason: 'wrong' });
		} else if (code === 403) {
			const seconds = Number.parseInt(
				response.getHeader('retry-after'), 10);
			this.#tell('refused', { reason: 'locked',
				seconds: seconds || LOCKED });
		} else if (this.#ua.isConnected()) {
			this.#rest();
			this.#retry = setTimeout(() => this.hurry(), RETRY);
			this.#tell('offline', { code });
		}
	}

	/* A network that went away without a word: any answer will do */
	#ask()
	{
		const answered = () => clearTimeout(this.#dead);

		answered();
		this.#dead = setTimeout(() => this.#anew(), PATIENCE);

		this.#ua.sendOptions(BOARD, null, { eventHandlers: {
			succeeded: answered, failed: answered } });
	}
}

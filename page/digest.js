/**
 * @file page/digest.js  Answers to challenges: SHA-256, else MD5
 *
 *     password -> ha1_pair() -> storage -> JsSIP -> [Digest] -> Authorization
 *
 * Stands in JsSIP's place for its DigestAuthentication, which knows MD5 only
 * (RFC 8760 section 2.4: the first challenge that one can answer). What is
 * kept is never the password: HA1 of both algorithms as one string, which
 * JsSIP carries as its `ha1`.
 */
import Utils from 'jssip/lib/Utils.js';
import { sha256 } from './sha256.js';

const HASHES = {
	'MD5': (text) => Utils.calculateMD5(text),
	'SHA-256': sha256,
};
const HEADER = 'WWW-Authenticate';
const CNONCE = 24; /* Characters: 128 bit and more */
const NONCES = 8;  /* Remembered with how often they were used */

/* JsSIP makes a new Digest for each request; a nonce may come again */
const used = new Map();

function use(key)
{
	const count = (used.get(key) ?? 0) + 1;

	used.delete(key);
	used.set(key, count);
	if (used.size > NONCES)
		used.delete(used.keys().next().value);
	return count;
}

/** HA1 (RFC 7616 section 3.4.2) of both: "MD5:SHA-256" */
export function ha1_pair(user, realm, password)
{
	const a1 = `${user}:${realm}:${password}`;

	return `${HASHES['MD5'](a1)}:${HASHES['SHA-256'](a1)}`;
}

function ha1_of(pair, algorithm)
{
	return pair.split(':')[algorithm === 'MD5' ? 0 : 1];
}

/* RFC 7616 section 3.3: none means MD5 */
function algorithm_of(challenge)
{
	return (challenge.algorithm || 'MD5').toUpperCase();
}

function hash_of(challenge)
{
	return HASHES[algorithm_of(challenge)];
}

function quoted(text)
{
	return `"${String(text).replace(/["\\]/g, '\\$&')}"`;
}

export class Digest {
	#credentials;
	#realm = null;
	#header = null;

	/** @param credentials username, realm and ha1 (of ha1_pair()) */
	constructor(credentials)
	{
		this.#credentials = credentials;
	}

	/** The first challenge of a response that there is an answer to */
	static choose(response)
	{
		const { length } = response.headers[HEADER] ?? [];
		const all = Array.from({ length }, (_, i) =>
			response.parseHeader(HEADER, i));

		return all.find((one) => one && hash_of(one)) ?? all[0];
	}

	/** As JsSIP asks: what it keeps for the next request */
	get(name)
	{
		return name === 'realm' ? this.#realm : this.#credentials.ha1;
	}

	/**
	 * Answer a challenge
	 *
	 * @return whether there is an answer, then in toString()
	 */
	authenticate({ method, ruri }, challenge, cnonce)
	{
		const { username, realm, ha1 } = this.#credentials;
		const algorithm = algorithm_of(challenge);
		const hash = hash_of(challenge);

		if (!hash || !ha1 || !challenge.nonce ||
		    challenge.realm !== realm ||
		    ![].concat(challenge.qop ?? []).includes('auth'))
			return false;
		this.#realm = realm;
		cnonce ??= Utils.createRandomToken(CNONCE);
		const { nonce } = challenge;
		const nc = use(`${algorithm} ${nonce}`).toString(16)
			.padStart(8, '0');
		const response = hash([ha1_of(ha1, algorithm), nonce, nc,
			cnonce, 'auth', hash(`${method}:${ruri}`)].join(':'));
		this.#header = `Digest username=${quoted(username)}, ` +
			`realm=${quoted(realm)}, ` +
			`nonce=${quoted(nonce)}, ` +
			`uri=${quoted(ruri)}, response="${response}", ` +
			`algorithm=${algorithm}, qop=auth, nc=${nc}, ` +
			`cnonce="${cnonce}"` + (challenge.opaque ?
			`, opaque=${quoted(challenge.opaque)}` : '');
		return true;
	}

	toString()
	{
		return this.#header;
	}
}

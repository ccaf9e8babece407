/**
 * @file tests/interop/lab/certificates.mjs  An authority made for one run
 *
 *     openssl -> [certificates] -> kamailio, phone (ca_file), chromium
 *
 * One good certificate, and one for each way to be refused.
 */
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const DAY = 24 * 3600 * 1000;
/* Since when they are good: a board without a clock, and without the network's
   time, takes the time its card was made for the present */
const BEFORE = -30; /* [days] */

/* What is wrong with each; the good one comes first */
export const KINDS = {
	good: { san: 'DNS:localhost,DNS:*.phone.test,IP:127.0.0.1' },
	expired: { san: 'DNS:localhost', from: -30, to: -1 },
	future: { san: 'DNS:localhost', from: 400, to: 800 },
	name: { san: 'DNS:elsewhere.test' },
	unknown: { san: 'DNS:localhost', authority: 'stranger' },
	nosan: { cn: 'localhost' },
};

const when = (days) => new Date(Date.now() + days * DAY).toISOString()
	.replace(/[-:T]/g, '').replace(/\.\d+/, '');

function openssl(...args)
{
	return execFileSync('openssl', args,
			    { stdio: ['ignore', 'pipe', 'pipe'] });
}

/* A key of one's own, and the wish to have it signed */
function wish(dir, name, cn)
{
	openssl('req', '-new', '-newkey', 'ec', '-pkeyopt',
		'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${cn}`,
		'-keyout', `${dir}/${name}.key`, '-out', `${dir}/${name}.csr`);
}

function authority_config(dir, name, extensions)
{
	return `[ca]\ndefault_ca = d\n[d]\ndatabase = ${dir}/${name}.index\n` +
		`serial = ${dir}/${name}.serial\n` +
		`new_certs_dir = ${dir}/${name}.issued\n` +
		`certificate = ${dir}/${name}.pem\n` +
		`private_key = ${dir}/${name}.key\n` +
		'default_md = sha256\nunique_subject = no\npolicy = p\n' +
		`[p]\ncommonName = supplied\n[x]\n${extensions}`;
}

function sign(dir, wished, config, from, to, ...more)
{
	writeFileSync(`${dir}/${wished}.cnf`, config);
	openssl('ca', '-batch', '-notext', '-config', `${dir}/${wished}.cnf`,
		'-extensions', 'x', '-startdate', when(from), '-enddate',
		when(to), '-in', `${dir}/${wished}.csr`,
		'-out', `${dir}/${wished}.pem`, ...more);
}

function authority(dir, name)
{
	wish(dir, name, `Boardphone ${name}`);
	writeFileSync(`${dir}/${name}.index`, '');
	writeFileSync(`${dir}/${name}.serial`, '1000\n');
	mkdirSync(`${dir}/${name}.issued`, { recursive: true });
	sign(dir, name, authority_config(dir, name,
		'basicConstraints = critical,CA:TRUE\n' +
		'subjectKeyIdentifier = hash\n' +
		'keyUsage = critical,keyCertSign,cRLSign\n'), BEFORE, 3650,
	     '-selfsign', '-keyfile', `${dir}/${name}.key`);
}

function leaf(dir, kind, { san, cn = kind, authority: name = 'authority',
			   from = BEFORE, to = 365 })
{
	wish(dir, kind, cn);
	sign(dir, kind, authority_config(dir, name,
		'basicConstraints = CA:FALSE\n' +
		'keyUsage = digitalSignature\n' +
		'extendedKeyUsage = serverAuth\n' +
		(san ? `subjectAltName = ${san}\n` : '')), from, to);
}

/** Make them all in a directory; the good one is of this address, too */
export function make_certificates(dir, address)
{
	mkdirSync(dir, { recursive: true });
	authority(dir, 'authority');
	authority(dir, 'stranger');
	for (const [kind, what] of Object.entries(KINDS))
		leaf(dir, kind, kind === 'good' && address ?
			{ san: `${what.san},IP:${address}` } : what);
}

/** What Chromium wants to know a key by: base64 of its SHA-256 */
export function key_pin(file)
{
	const { publicKey } = new X509Certificate(readFileSync(file));
	const der = publicKey.export({ type: 'spki', format: 'der' });

	return createHash('sha256').update(der).digest('base64');
}

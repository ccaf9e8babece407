/**
 * @file page/main.js  The page: joins password, telephone and screen
 */
import { forget, from_address, keep, kept } from './password.js';
import { Phone } from './phone.js';

const $ = (id) => document.getElementById(id);
let phone = null, call = null;

function state(name)
{
	document.body.dataset.state = name;
	$('status').textContent = name;
}

function take(one)
{
	call = one;
	call.on = (event, detail) => {
		if (event === 'stream')
			$('picture').srcObject = detail.stream;
		if (event === 'up')
			state('call');
		if (event === 'end') {
			document.body.dataset.reason = detail.reason;
			call = null;
			state('ended');
		}
	};
}

function tell(event, detail)
{
	if (event === 'refused') {
		phone.stop();
		forget();
		$('login-error').dataset.reason = detail.reason;
		state('login');
	} else if (event === 'ring') {
		take(detail.call);
		state('ringing');
	} else if (['connecting', 'ready', 'offline'].includes(event) &&
		   !call) {
		state(event);
	}
}

function start(ha1)
{
	phone = new Phone(ha1, tell);
	phone.start();
}

async function microphone()
{
	const stream = await navigator.mediaDevices
		.getUserMedia({ audio: true });

	return stream.getAudioTracks()[0];
}

$('login').addEventListener('submit', (event) => {
	event.preventDefault();
	start(keep($('password').value, false));
});
$('talk').onclick = async () => {
	take(phone.call(await microphone()));
	state('calling');
};
$('watch').onclick = () => {
	take(phone.call(null));
	state('calling');
};
$('answer').onclick = async () => call.answer(await microphone());
$('decline').onclick = () => call.end('declined', 603);
$('hangup').onclick = () => call.end();

const typed = from_address();
const ha1 = typed ? keep(typed, false) : kept();
if (ha1)
	start(ha1);
else
	state('login');

/**
 * @file tests/interop/lab/farmedia.mjs  A far end's media: Chromium's, no SIP
 *
 *     test <- SDP -> [far media] -> RTCPeerConnection <- RTP -> phone
 *
 * The page's ear hears it, and its tone is the browser's microphone.
 */

/* Runs in the page: what is to be said of a connection, its candidates in it */
async function describe({ type, sdp })
{
	const { lab } = window;

	if (!lab.by_hand) {
		lab.by_hand = new RTCPeerConnection();
		lab.attend(lab.by_hand);
		lab.asked = await navigator.mediaDevices.getUserMedia(
			{ audio: { echoCancellation: false,
				   noiseSuppression: false,
				   autoGainControl: false, channelCount: 1 } });
		for (const track of lab.asked.getTracks())
			lab.by_hand.addTrack(track, lab.asked);
	}
	const pc = lab.by_hand;
	if (sdp)
		await pc.setRemoteDescription({ type, sdp });
	if (sdp && type === 'answer')
		return '';
	await pc.setLocalDescription();
	if (pc.iceGatheringState !== 'complete')
		await new Promise((done) => pc.addEventListener(
			'icecandidate', (e) =>
				(!e.candidate || / host /.test(
					e.candidate.candidate)) && done()));
	return pc.localDescription.sdp;
}

export class FarMedia {
	/** @param user Of the browser; in no call of its own */
	constructor(user)
	{
		this.user = user;
		this.from = user.events.mark();
	}

	/** Make an offer */
	offer()
	{
		return this.user.page.evaluate(describe, {});
	}

	/** Answer an offer */
	answer(sdp)
	{
		return this.user.page.evaluate(describe,
					       { type: 'offer', sdp });
	}

	/** Take the answer to ours */
	take(sdp)
	{
		return this.user.page.evaluate(describe,
					       { type: 'answer', sdp });
	}

	/** Await that it is connected, encrypted */
	connected()
	{
		return this.user.wait('connection', { from: this.from,
			match: (e) => e.state === 'connected' });
	}

	/** Await, or find, that something was heard */
	heard(options)
	{
		return this.user.wait('heard', { from: this.from, ...options });
	}

	silent()
	{
		return !this.user.events.find((e) => e.event === 'heard',
					      this.from);
	}

	close()
	{
		return this.user.page.evaluate(() => {
			window.lab.by_hand?.close();
			window.lab.asked?.getTracks().forEach((t) => t.stop());
			window.lab.by_hand = null;
		});
	}
}

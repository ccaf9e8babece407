/*
 * tests/interop/page/beg.js  A worker that asks for key frames all the time
 *
 *     frames that came -> [beg] -> decoder;  PLI -> far end
 *
 * Frames pass unchanged. Each request of a transform's is a PLI, at once.
 */
'use strict';

onrtctransform = ({ transformer }) => {
	const { readable, writable, options } = transformer;

	readable.pipeTo(writable).catch(() => {});
	setInterval(() => transformer.sendKeyFrameRequest().catch(() => {}),
		    options.period);
};

/**
 * @file page/worker.js  Keeps the page's shell, so that it opens at once
 *
 * The board is asked first; only when it does not answer soon the kept files
 * are shown, which then say that there is no connection. Nothing but the
 * page's own files is kept: no board.json, no passwords, no calls.
 */
const CACHE = 'boardphone-@BUILD@';
const SHELL = ['/', '/main.js', '/style.css', '/icon.svg', '/icon-192.png',
	'/manifest.webmanifest'];
const PATIENCE = 4000; /* [ms] */

self.addEventListener('install', (event) => {
	self.skipWaiting();
	event.waitUntil(caches.open(CACHE).then((cache) =>
		cache.addAll(SHELL)));
});

self.addEventListener('activate', (event) => {
	event.waitUntil(caches.keys().then((names) => Promise.all(names
		.filter((name) => name !== CACHE)
		.map((name) => caches.delete(name))))
		.then(() => self.clients.claim()));
});

async function from_board(request)
{
	const kept = await caches.match(request, { ignoreSearch: true });
	const options = kept ? { signal: AbortSignal.timeout(PATIENCE) } : {};

	try {
		return await fetch(request, options);
	} catch (error) {
		if (kept)
			return kept;
		throw error;
	}
}

self.addEventListener('fetch', (event) => {
	const { pathname, origin } = new URL(event.request.url);

	if (event.request.method === 'GET' && SHELL.includes(pathname) &&
	    origin === self.location.origin)
		event.respondWith(from_board(event.request));
});

self.addEventListener('notificationclick', (event) => {
	event.notification.close();
	event.waitUntil(self.clients.matchAll({ type: 'window' })
		.then(([one]) => one ? one.focus() :
			self.clients.openWindow('/')));
});

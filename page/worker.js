const CACHE = '@BUILD@'; self.addEventListener('fetch', () => CACHE);

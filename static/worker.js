/** Keeps what the drawing page needs, for when there is no line, and takes pictures that other programs share. */

const SHELL = "shell";
const SHARED = "shared";
const root = new URL("./", self.location);
const within = (address, path) => new URL(address).pathname.startsWith(new URL(path, root).pathname);

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(fill());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "POST" && within(request.url, "share")) event.respondWith(take(request));
  if (request.method !== "GET" || new URL(request.url).origin !== root.origin) return;
  if (request.url === root.href || within(request.url, "static/")) event.respondWith(load(request));
});

/** Keep the drawing page and the parts that it names. */
async function fill() {
  const shell = await caches.open(SHELL);
  const page = await fetch(root);
  const text = await page.clone().text();
  const parts = [...text.matchAll(/(?:src|href)="([^"]*static\/[^"]+)"/g)].map(([, address]) => new URL(address, root).href);
  await Promise.all([shell.put(root, page), shell.addAll(new Set(parts))]);
}

/** From the site, or as it was the last time where that cannot be reached. */
async function load(request) {
  const shell = await caches.open(SHELL);
  try {
    const response = await fetch(request);
    if (response.ok) await shell.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await shell.match(request, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

/** Lay a shared picture where the upload page looks for it. */
async function take(request) {
  const file = (await request.formData()).get("image");
  const shared = await caches.open(SHARED);
  if (file) await shared.put("picture", new Response(file, { headers: { "Content-Type": file.type } }));
  return Response.redirect(new URL("upload#shared", root), 303);
}

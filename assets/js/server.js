// Talking to our own server: the only file that turns text into a document, and only text from our own origin.
const policy = window.trustedTypes?.createPolicy("turnstone", { createHTML: (text) => text });

// Text as an inert document: nothing in it runs or loads until it is taken over.
export const inert = (text) => new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, "text/html");

// Text that the editor has made of its own model, for the browser's command that can be undone.
export const trusted = (text) => (policy ? policy.createHTML(text) : text);

const token = () => document.body.dataset.csrf ?? "";

// Fetches a page of ours and returns it as an inert document; null when signed out or unreachable.
export async function page(address) {
  const url = new URL(address, location.href);
  if (url.origin !== location.origin) return null;
  const answer = await fetch(url, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || new URL(answer.url).pathname !== url.pathname) return null;
  const text = await answer.text();
  return inert(text);
}

// Sends a change. `body` may be form data or a plain object (sent as JSON). Returns the response, or null offline.
export function send(method, address, body) {
  const headers = { "X-CSRF-Token": token(), Accept: "application/json" };
  if (body && !(body instanceof FormData)) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(body);
  }
  // Whoever looks through another agent's eyes tells the server nothing; it would not listen.
  if (document.body.hasAttribute("data-looks")) return Promise.resolve(null);
  return fetch(address, { method, headers, body, keepalive: method !== "POST" }).catch(() => null);
}

// Reads JSON of ours; null where there is none.
export async function read(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
  return answer?.ok ? answer.json().catch(() => null) : null;
}

// Sends one file and reports how far it got, from 0 to 100. Resolves to the parsed answer; without one the connection
// broke, or `cancel` was called. With `inline` the file is an image that stands in the text.
export function upload(address, file, progress, inline) {
  const request = new XMLHttpRequest();
  const sent = new Promise((done) => {
    const form = new FormData();
    if (inline) form.append("inline", "1");
    form.append("file", file, file.name || "image.png");
    request.open("POST", address);
    request.setRequestHeader("X-CSRF-Token", token());
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.onprogress = (e) => e.lengthComputable && progress((e.loaded / e.total) * 100);
    request.onload = () => done({ ok: request.status < 300, answer: request.response });
    request.onerror = () => done({ ok: false, answer: null, broken: true });
    request.onabort = () => done({ ok: false, answer: null, cancelled: true });
    request.send(form);
  });
  return { sent, cancel: () => request.abort() };
}

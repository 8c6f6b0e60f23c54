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

// Sends a change. `body` may be form data, fields or a plain object (sent as JSON). Returns the response, or null offline.
export function send(method, address, body) {
  const headers = { "X-CSRF-Token": token(), Accept: "application/json" };
  if (body && !(body instanceof FormData || body instanceof URLSearchParams)) {
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

const piece = 1_000_000;
const pause = (ms) => new Promise((over) => setTimeout(over, ms));

// Sends a large file piece by piece. What has arrived stays there: after a broken connection it asks how far the file is
// and goes on, three times by itself, and at the next try with the same `begun`. Resolves as `upload` does.
export function uploadInPieces(address, file, progress, inline, begun) {
  let running = null;
  let cancelled = false;
  const one = (from) => new Promise((done) => {
    const request = new XMLHttpRequest();
    running = request;
    request.open("PATCH", `${address}/${begun.id}`);
    const headers = { "X-CSRF-Token": token(), Accept: "application/json", "Upload-Offset": from, "Content-Type": "application/offset+octet-stream" };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.onprogress = (e) => progress(((from + e.loaded) / file.size) * 100);
    request.onload = () => done({ status: request.status, answer: request.response });
    request.onerror = request.onabort = () => done({ status: 0 });
    request.send(file.slice(from, from + piece));
  });
  // Where to go on: null where nobody answers.
  const place = async () => {
    const known = begun.id && (await send("HEAD", `${address}/${begun.id}`));
    if (known?.ok) return { from: Number(known.headers.get("Upload-Offset")) };
    // Only where it is gone for certain it begins anew: anything else would send the file twice.
    if (begun.id && known?.status !== 404) return null;
    const made = await send("POST", address, { name: file.name || "image.png", content_type: file.type, inline, size: file.size });
    if (!made) return null;
    const answer = await made.json().catch(() => null);
    if (!made.ok) return { answer };
    begun.id = answer.id;
    return { from: 0 };
  };
  const all = async () => {
    for (let tries = 0; tries < 4; tries += 1) {
      if (tries) await pause(1_000 * tries);
      const at = cancelled ? null : await place();
      if (at && at.from === undefined) return { ok: false, answer: at.answer };
      for (let from = at?.from ?? null; from !== null && !cancelled;) {
        const { status, answer } = await one(from);
        if (status === 201) return { ok: true, answer };
        if (status === 204) [from, tries] = [from + piece, 0];
        else if (status === 0 || status === 409 || status >= 500) from = null;
        else {
          // Refused for good: what has arrived is in nobody's way.
          send("DELETE", `${address}/${begun.id}`);
          begun.id = undefined;
          return { ok: false, answer };
        }
      }
      if (cancelled) {
        if (begun.id) send("DELETE", `${address}/${begun.id}`);
        return { ok: false, answer: null, cancelled: true };
      }
    }
    return { ok: false, answer: null, broken: true };
  };
  return { sent: all(), cancel: () => { cancelled = true; running?.abort(); } };
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

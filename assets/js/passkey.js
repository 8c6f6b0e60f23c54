// Passkeys. A form with `data-passkey` asks the server what has to be signed, the browser for a passkey that signs it, and is
// then sent with the answer: what follows is a page like after any other form.
import { send } from "./server.js";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const written = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const listed = (all) => all.map((one) => ({ ...one, id: bytes(one.id) }));

// What is shown depends on whether this browser can do it at all.
const known = Boolean(window.PublicKeyCredential && navigator.credentials);
for (const part of document.querySelectorAll("[data-passkey-if]")) part.hidden = (part.dataset.passkeyIf === "known") !== known;

// What is still asked when the page is left is over with it.
let leaving = new AbortController();
addEventListener("pagehide", () => {
  leaving.abort();
  leaving = new AbortController();
});

async function made(asked) {
  const publicKey = {
    ...asked,
    challenge: bytes(asked.challenge),
    user: { ...asked.user, id: bytes(asked.user.id) },
    excludeCredentials: listed(asked.excludeCredentials),
  };
  const { response } = await navigator.credentials.create({ publicKey, signal: leaving.signal });
  return { clientDataJSON: written(response.clientDataJSON), attestationObject: written(response.attestationObject) };
}

async function shown(asked) {
  const publicKey = { ...asked, challenge: bytes(asked.challenge), allowCredentials: listed(asked.allowCredentials) };
  const { rawId, response } = await navigator.credentials.get({ publicKey, signal: leaving.signal });
  return {
    id: written(rawId),
    clientDataJSON: written(response.clientDataJSON),
    authenticatorData: written(response.authenticatorData),
    signature: written(response.signature),
    userHandle: response.userHandle?.byteLength ? written(response.userHandle) : null,
  };
}

// Browsers do not say whether somebody said no, waited or has none: nobody learns from a page what a device holds.
const reasons = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "there", SecurityError: "address", OperationError: "cancelled" };

async function ask(form) {
  const told = form.querySelector("[data-passkey-error]");
  told.textContent = "";
  const answer = await send("POST", new URL(`${form.action}/challenge`).pathname);
  if (!answer) {
    told.textContent = told.dataset.offline;
    return;
  }
  if (answer.redirected) {
    location.assign(form.dataset.raise ?? location.href);
    return;
  }
  const asked = await answer.json().catch(() => null);
  if (!answer.ok || !asked) {
    told.textContent = asked?.message ?? told.dataset.failed;
    return;
  }
  try {
    form.elements.answer.value = JSON.stringify(await (form.dataset.passkey === "create" ? made(asked) : shown(asked)));
    form.submit();
  } catch (error) {
    told.textContent = told.dataset[reasons[error.name] ?? "failed"];
  }
  // Whoever comes back to this page asks anew.
  form.elements.answer.value = "";
}

const busy = new WeakSet();

document.addEventListener("submit", async (e) => {
  const form = e.target.closest("form[data-passkey]");
  if (!form) return;
  e.preventDefault();
  if (busy.has(form)) return;
  busy.add(form);
  const [button, waiting] = [form.querySelector("button"), form.querySelector("[data-passkey-waiting]")];
  button.setAttribute("aria-busy", "true");
  waiting.textContent = waiting.dataset.passkeyWaiting;
  await ask(form);
  button.removeAttribute("aria-busy");
  waiting.textContent = "";
  busy.delete(form);
});

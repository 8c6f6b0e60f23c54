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

async function shown(asked, how = { signal: leaving.signal }) {
  const publicKey = { ...asked, challenge: bytes(asked.challenge), allowCredentials: listed(asked.allowCredentials) };
  const { rawId, response } = await navigator.credentials.get({ publicKey, ...how });
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
  // Where the password was not given not long ago the form asks for it; the challenge is given for it.
  const { current } = form.elements;
  current?.removeAttribute("aria-invalid");
  const said = current && !current.disabled ? new URLSearchParams({ current: current.value }) : undefined;
  const answer = await send("POST", new URL(`${form.action}/challenge`).pathname, said);
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
    if (current && asked?.field === "current") {
      current.setAttribute("aria-invalid", "true");
      current.focus();
    }
    return;
  }
  // It is known by now, and goes nowhere else.
  if (current) current.disabled = true;
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
let offering = new AbortController();

document.addEventListener("submit", async (e) => {
  const form = e.target.closest("form[data-passkey]");
  if (!form) return;
  e.preventDefault();
  if (busy.has(form)) return;
  busy.add(form);
  // A browser asks for one thing at a time.
  offering.abort();
  const [button, waiting] = [form.querySelector("button"), form.querySelector("[data-passkey-waiting]")];
  button.setAttribute("aria-busy", "true");
  waiting.textContent = waiting.dataset.passkeyWaiting;
  await ask(form);
  button.removeAttribute("aria-busy");
  waiting.textContent = "";
  busy.delete(form);
});

// Passkeys among what the browser offers for the name at the sign-in: nothing is shown until somebody goes there, and nothing
// moves. What has to be signed is not waited for much longer than four minutes; then it is asked for anew, for an hour.
const field = document.querySelector("input[autocomplete~='webauthn']");
const alone = document.querySelector("form[data-passkey='get']");

async function offer(times) {
  const mine = new AbortController();
  offering = mine;
  const over = () => mine.abort();
  leaving.signal.addEventListener("abort", over);
  // Said by the way: where many wait, those who press the button come first.
  const answer = await send("POST", `${new URL(`${alone.action}/challenge`).pathname}?offered=1`);
  const asked = answer?.ok ? await answer.json().catch(() => null) : null;
  if (!asked || mine.signal.aborted) return;
  const again = setTimeout(() => {
    mine.abort();
    if (times > 0) offer(times - 1);
  }, asked.timeout);
  try {
    alone.elements.answer.value = JSON.stringify(await shown(asked, { mediation: "conditional", signal: mine.signal }));
    alone.submit();
  } catch {
    // Another way was taken, or the browser would rather not.
  }
  clearTimeout(again);
  leaving.signal.removeEventListener("abort", over);
}

if (known && field && alone && (await PublicKeyCredential.isConditionalMediationAvailable?.().catch(() => false))) offer(14);

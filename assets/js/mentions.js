// @ in a note offers the colleagues who may read the ticket. Without this a login is typed.
import { offer } from "./suggest.js";
import { write } from "./field.js";

offer("@", {
  label: "mentionsLabel",
  address: (form) => form.querySelector("[name=kind]:checked")?.value === "note" && form.dataset.mentions,
  words: ({ login, name }) => [name, `@${login}`],
  take: (text, { login }, length) => write(text, `@${login} `, length),
});

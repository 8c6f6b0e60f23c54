//! From the wire to a parsed, classified message. No ticket, no database.
//!
//! - [`wire`]: SMTP and LMTP listeners that hand a raw mail and its envelope to an [`wire::Intake`];
//! - [`parse()`]: raw bytes to a [`Mail`], whatever the bytes;
//! - [`classify()`]: person, automatic reply, bounce, list or our own echo, with the reason;
//! - [`authentication`]: whether a mail comes from whom it says (SPF, DKIM, DMARC);
//! - [`fetch`]: clients of IMAP, POP3 and Maildir;
//! - [`html`]: hostile HTML made safe to show, or made text;
//! - [`fuzz`]: entry points that take any bytes and assert what must hold;
//! - [`calendar`]: invitations, for people to read;
//! - [`quote`]: what of a text is new, quoted, signature;
//! - [`language`]: in which language a text is written;
//! - [`address`]: addresses of headers and of typed lists.

pub mod address;
pub mod authentication;
pub mod calendar;
pub mod classify;
pub mod fetch;
pub mod fuzz;
pub mod html;
pub mod language;
pub mod limits;
mod mail;
mod parse;
pub mod quote;
pub mod wire;

pub use address::Mailbox;
pub use authentication::{Authentication, Verdict};
pub use classify::{Bounced, Classification, Kind, classify};
pub use mail::{Mail, Part};
pub use parse::{guess_text, parse};

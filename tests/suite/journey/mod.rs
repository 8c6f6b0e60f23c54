//! What people do with the whole: real mail server, real binary, real browser.

mod abroad;
mod acts;
mod beside;
mod certificate;
mod choices;
mod conversation;
mod counted;
mod factor;
mod formatting;
mod matching;
mod notices;
mod pages;
mod passing;
mod passkeys;
mod people;
mod salutation;
mod setup;
mod sign_in;
mod writing;

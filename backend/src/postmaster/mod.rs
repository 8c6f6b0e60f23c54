//! A raw mail becomes a ticket, a follow-up or a quarantined mail, and the recorder says why.
//!
//! [`accept`] keeps the raw mail; its source hears "accepted" only after that. [`run`] does everything else, one
//! transaction per mail.

mod accept;
mod auto_response;
mod intake;
mod matching;
mod origin;
mod prepare;
mod process;
mod record;
mod view;

pub use self::{
    accept::{Accepted, accept},
    intake::Intake,
    process::{process_waiting, run},
    record::Step,
    view::{Inbound, InboundFilter, count_quarantined, detail, page, raw, raw_of_article, retry},
};

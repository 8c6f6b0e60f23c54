//! A raw mail becomes a ticket, a follow-up or a quarantined mail, and the recorder says why.
//!
//! [`accept`] keeps the raw mail; its source hears "accepted" only after that. [`run`] does everything else, one
//! transaction per mail.

mod accept;
mod auto_response;
pub mod balance;
mod bounce;
mod brake;
mod caps;
mod clues;
mod decide;
pub mod dry_run;
mod filing;
mod filtering;
mod intake;
mod joins;
mod matching;
mod opens;
mod origin;
mod prepare;
mod preview;
mod process;
mod reasons;
mod record;
pub mod retention;
mod round_trip;
mod view;
mod way;
mod world;

pub use self::{
    accept::{Accepted, accept, accept_with},
    dry_run::{DryRun, Predicted, Report, dry_run},
    filtering::let_in,
    intake::Intake,
    preview::{Fate, Preview, preview},
    process::{process_waiting, run},
    record::Step,
    round_trip::HEADER as TEST_HEADER,
    view::{
        Inbound, InboundFilter, Pulse, count_quarantined, detail, page, pulse, raw, raw_of_article, retry,
        sources,
    },
};

//! `turnstone queue add` and `turnstone queue set`.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::office::{Office, operator};
use super::output::{print, print_json};
use crate::config::Loaded;
use crate::db::{FollowUpPolicy, LetterLanguage, Tx};
use crate::error::{Error, Result, say};
use crate::queues::{self, Change, NewQueue, Queue};
use crate::search::views;
use crate::tickets::{Moment, clear_out};

#[derive(Debug, Subcommand)]
pub(super) enum QueueCommand {
    /// Add a queue; mail to its addresses is accepted from then on
    Add(Add),
    /// Change a queue; what is not named stays as it is
    Set(Box<Set>),
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  turnstone queue add --name Billing --address billing@example.org")]
pub(super) struct Add {
    /// The queue's name
    #[arg(long)]
    name: String,
    /// A mail address of the queue; the first is the one it answers from
    #[arg(long = "address", value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// The queue above it
    #[arg(long, value_name = "QUEUE")]
    parent: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Switch {
    On,
    Off,
}

impl Switch {
    fn is_on(self) -> bool {
        matches!(self, Self::On)
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  turnstone queue set --name Billing --follow-up new_ticket\n  \
    turnstone queue set --name Billing --closed-days 30 --reply-token on\n  \
    turnstone queue set --name Billing --retire --move-to Support")]
pub(super) struct Set {
    /// The queue's name
    #[arg(long)]
    name: String,
    /// A new name
    #[arg(long, value_name = "NAME")]
    rename: Option<String>,
    /// The queue above it; an empty word puts it at the top
    #[arg(long, value_name = "QUEUE")]
    parent: Option<String>,
    /// Its mail addresses, in place of those it has; the first is the one it answers from
    #[arg(long = "address", value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// What its mails call themselves; an empty word: the queue's name
    #[arg(long, value_name = "NAME")]
    sender_name: Option<String>,
    /// The lines above each reply, such as “Hello {{customer.name}},”; an empty word: none
    #[arg(long, value_name = "TEXT")]
    salutation: Option<String>,
    /// The same where a name in it is not known, such as “Hello,”; an empty word: none
    #[arg(long, value_name = "TEXT")]
    salutation_unnamed: Option<String>,
    /// The lines below each reply
    #[arg(long, value_name = "TEXT")]
    signature: Option<String>,
    /// Whether a new ticket is answered automatically
    #[arg(long, value_name = "on|off")]
    auto_response: Option<Switch>,
    /// What a mail to a closed ticket does
    #[arg(long, value_name = "reopen|reject|new_ticket")]
    follow_up: Option<FollowUpPolicy>,
    /// Days after which a mail to a closed ticket opens a new one; “never” for no limit
    #[arg(long, value_name = "DAYS", value_parser = days)]
    closed_days: Option<Days>,
    /// Whether a stranger who names a known mail gets a ticket of his own
    #[arg(long, value_name = "on|off")]
    strict: Option<Switch>,
    /// Whether subjects carry the ticket's number
    #[arg(long, value_name = "on|off")]
    subject_tag: Option<Switch>,
    /// Whether mails ask for answers at a signed address (name+token@…); turn it on once your mail server delivers
    /// what stands behind a +
    #[arg(long, value_name = "on|off")]
    reply_token: Option<Switch>,
    /// Whether rights in the queues above do not hold in it
    #[arg(long, value_name = "on|off")]
    own_rights: Option<Switch>,
    /// Working minutes until a lock is released; 0 is never
    #[arg(long, value_name = "MINUTES")]
    unlock_minutes: Option<i32>,
    /// For how long a reply can be taken back
    #[arg(long, value_name = "SECONDS")]
    hold_seconds: Option<i32>,
    /// By which calendar its working time counts; an empty word: the installation's
    #[arg(long, value_name = "NAME")]
    calendar: Option<String>,
    /// The language of its automatic answers where neither the customer nor his mail tells
    #[arg(long, value_name = "en|de|fr")]
    language: Option<LetterLanguage>,
    /// What agents should know about it
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Mail that belongs nowhere else goes here
    #[arg(long)]
    default: bool,
    /// Take it out of use; its name stays on its tickets
    #[arg(long, conflicts_with = "restore")]
    retire: bool,
    /// The queue into which the active tickets of a retired one go
    #[arg(long, value_name = "QUEUE", requires = "retire")]
    move_to: Option<String>,
    /// Bring it back into use
    #[arg(long)]
    restore: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// A number of days, or none.
#[derive(Clone, Copy, Debug)]
struct Days(Option<i32>);

fn days(text: &str) -> Result<Days, String> {
    if text == "never" {
        return Ok(Days(None));
    }
    text.parse().map(|days| Days(Some(days))).map_err(|_| "say a number of days, or “never”".to_owned())
}

impl QueueCommand {
    pub(super) fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        match self {
            Self::Add(add) => add.run(loaded),
            Self::Set(set) => set.run(loaded),
        }
    }
}

impl Add {
    fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let new = NewQueue { name: self.name, parent: self.parent, addresses: self.addresses };
        let queue =
            Office::open(&loaded.config)?.write(move |tx, now| queues::insert(tx, &operator(), &new, now))?;
        if self.json {
            return print_json(&json!({ "id": queue.id, "name": queue.name }));
        }
        print(&format!("Added the queue {}.", queue.name))
    }
}

impl Set {
    fn run(self, loaded: &Loaded) -> anyhow::Result<()> {
        let as_json = self.json;
        let zone = loaded.config.time_zone.clone();
        let (queue, moved) = Office::open(&loaded.config)?
            .write(move |tx, now| self.apply(tx, &Moment { now: now.0, zone: zone.clone() }))?;
        if as_json {
            return print_json(&json!({
                "id": queue.id, "name": queue.name, "retired": queue.retired_at.is_some(), "moved": moved,
            }));
        }
        match moved {
            Some(moved) => print(&format!("Changed the queue {}; {moved} tickets were moved.", queue.name)),
            None => print(&format!("Changed the queue {}.", queue.name)),
        }
    }

    fn apply(&self, tx: &mut Tx<'_>, at: &Moment) -> Result<(Queue, Option<usize>)> {
        let on = |switch: &Option<Switch>| switch.map(Switch::is_on);
        let named = |tx: &mut Tx<'_>, field: &str, name: &str| match queues::by_name(tx, name) {
            Err(Error::NotFound) => Err(Error::invalid(field, say!("refused-queue-unknown", name = name))),
            other => other,
        };
        let queue = named(tx, "name", &self.name)?;
        let change = Change {
            name: self.rename.clone(),
            parent: self.parent.clone().map(|name| Some(name).filter(|name| !name.is_empty())),
            addresses: Some(self.addresses.clone()).filter(|addresses| !addresses.is_empty()),
            sender_name: self.sender_name.clone(),
            salutation: self.salutation.clone(),
            salutation_unnamed: self.salutation_unnamed.clone(),
            signature: self.signature.clone(),
            auto_response: on(&self.auto_response),
            follow_up_policy: self.follow_up,
            closed_days: self.closed_days.map(|days| days.0),
            strict_matching: on(&self.strict),
            subject_tag: on(&self.subject_tag),
            reply_token: on(&self.reply_token),
            own_rights: on(&self.own_rights),
            unlock_minutes: self.unlock_minutes,
            hold_seconds: self.hold_seconds,
            note: self.note.clone(),
            calendar: self.calendar.clone().map(|name| Some(name).filter(|name| !name.is_empty())),
            language: self.language,
            default: self.default.then_some(true),
        };
        let renamed = queues::apply(tx, &operator(), queue.id, &change, at)?;
        views::queue_renamed(tx, &queue.name, &renamed.name)?;
        let mut moved = None;
        if let Some(name) = &self.move_to {
            let to = named(tx, "move-to", name)?;
            moved = Some(clear_out::for_operator(tx, queue.id, to.id, at)?);
        }
        if self.retire {
            queues::retire_for_operator(tx, &operator(), queue.id, at.ts())?;
        }
        if self.restore {
            queues::restore_for_operator(tx, &operator(), queue.id, at.ts())?;
        }
        Ok((queues::get(tx, queue.id)?, moved))
    }
}

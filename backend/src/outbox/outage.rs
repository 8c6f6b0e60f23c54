//! A relay that is away: the mails that wait say so, the pages say so, and those who can repair it are told once.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    NewMail, Outgoing,
    outcome::{End, Outcome, Word, patience},
};
use crate::{
    access::keepers_of,
    clock::public_id,
    db::{
        AgentId, Conn, Delivery, InstallationRight, OutboxKind, Ts, Tx, backend,
        schema::{agents, outbox, settings},
    },
    desk::Desk,
    error::Result,
    i18n::Language,
    notify::letters,
    queues,
    tickets::Person,
};

/// Where the outage is kept, for the pages of any process.
const KEY: &str = "relay_outage";
/// What a notice about it is filed under.
pub(super) const EVENT: &str = "relay_outage";
/// A restart of the relay is no news.
const NEWS: SignedDuration = SignedDuration::from_mins(2);
/// From then on its keepers are written to.
const LONG: SignedDuration = SignedDuration::from_mins(30);
/// So many mails that waited too long are given up at once.
const GIVEN_UP: i64 = 200;

/// Since when the relay cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// Since when.
    pub since: Timestamp,
    /// What it said last, or why it says nothing.
    pub why: String,
    /// Whether its keepers were written to.
    #[serde(default)]
    told: bool,
}

/// The outage that lasts, if it is long enough to be mentioned.
///
/// # Errors
/// Those of the database.
pub fn away(conn: &mut Conn, now: Timestamp) -> Result<Option<Away>> {
    Ok(load(conn)?.filter(|away| now.duration_since(away.since) >= NEWS))
}

fn load(conn: &mut Conn) -> Result<Option<Away>> {
    let kept: Option<String> = settings::table.find(KEY).select(settings::value).first(conn).optional()?;
    // Only we write this value; one that cannot be read is begun anew.
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()))
}

/// What this process knows of the outage.
#[derive(Debug)]
pub(super) struct Outage {
    /// The pages may still speak of one.
    noted: bool,
}

impl Default for Outage {
    /// An earlier process may have noted one.
    fn default() -> Self {
        Self { noted: true }
    }
}

impl Outage {
    /// The relay answers.
    pub(super) async fn over(&mut self, desk: &Desk) {
        if !self.noted {
            return;
        }
        let forget = desk.db.write(|tx| {
            diesel::delete(settings::table.find(KEY)).execute(&mut **tx)?;
            Ok(())
        });
        match forget.await {
            Ok(()) => self.noted = false,
            Err(error) => tracing::warn!(%error, "could not note that the relay is back"),
        }
    }

    /// The relay cannot be reached, or still not: whatever waits says why, and what waited too long is given up.
    pub(super) async fn goes_on(&mut self, desk: &Desk, why: &str) {
        tracing::warn!(why, "the relay cannot be reached; mail waits");
        self.noted = true;
        let (state, why) = (desk.clone(), why.to_owned());
        let written = desk.db.write(move |tx| note(tx, &state, &why)).await;
        if let Err(error) = written {
            tracing::warn!(%error, "could not note that the relay is away");
        }
    }
}

fn note(tx: &mut Tx<'_>, desk: &Desk, why: &str) -> Result<()> {
    let now = desk.clock.now();
    diesel::update(outbox::table.filter(outbox::state.eq(Delivery::Due).and(outbox::try_at.le(Ts(now)))))
        .set((outbox::state.eq(Delivery::Deferred), outbox::error.eq(why)))
        .execute(&mut **tx)?;
    give_up(tx, desk, why)?;
    let mut away = load(tx)?.unwrap_or_else(|| Away { since: now, why: String::new(), told: false });
    let long = now.duration_since(away.since) >= LONG && !away.told;
    if long {
        tell(tx, desk, &away, now)?;
    }
    away.told |= long;
    why.clone_into(&mut away.why);
    backend::put_setting(tx, KEY, &serde_json::to_string(&away)?)
}

/// Nobody asks the relay about them any more, so nothing else would end their wait.
fn give_up(tx: &mut Tx<'_>, desk: &Desk, why: &str) -> Result<()> {
    let now = desk.clock.now();
    let oldest = Ts(now.checked_sub(patience(desk)).unwrap_or(now));
    // What waited for want of a relay has as long as any other from then on.
    let since = crate::settings::relay::in_force(tx, &desk.config)?.since;
    if since.is_some_and(|since| since >= oldest) {
        return Ok(());
    }
    let late: Vec<Outgoing> = outbox::table
        .filter(outbox::state.eq_any([Delivery::Due, Delivery::Deferred, Delivery::Uncertain]))
        .filter(outbox::created_at.lt(oldest))
        .order(outbox::id)
        .limit(GIVEN_UP)
        .select(Outgoing::as_select())
        .load(&mut **tx)?;
    for mail in late {
        let words = mail.left().into_iter().map(|address| (address, Word::Later(why.to_owned())));
        Outcome::of(desk, &mail, End::Tried(words.collect()), since).write(tx, &mail)?;
    }
    Ok(())
}

/// As whom Turnstone writes about itself.
pub(crate) fn sender(conn: &mut Conn) -> Result<Person> {
    let queue = queues::default_queue(conn)?;
    let queue = queues::get(conn, queue)?;
    queues::sender(conn, &queue)
}

/// One mail to each of the relay's keepers. It waits like all others, and leaves first of what is written from now on.
fn tell(tx: &mut Tx<'_>, desk: &Desk, away: &Away, now: Timestamp) -> Result<()> {
    let from = sender(tx)?;
    let said = crate::settings::relay::in_force(tx, &desk.config)?.relay;
    let relay = said.map(|relay| format!("{}:{}", relay.host, relay.port));
    for (id, email, language) in keepers(tx, Ts(now))? {
        let language = Language::named(&language);
        let letter = letters::relay_away(
            &language,
            relay.as_deref().unwrap_or_default(),
            &away.since.to_zoned(desk.config.time_zone.clone()).strftime("%F %R %Z").to_string(),
            &away.why,
            &desk.config.public_url,
        );
        let domain = crate::tickets::reply::domain_of(&from.address).to_owned();
        super::enqueue(
            tx,
            &NewMail {
                kind: OutboxKind::Notification,
                state: Delivery::Due,
                ticket: None,
                article: None,
                agent: Some(id),
                event: EVENT.to_owned(),
                envelope_from: String::new(),
                envelope_to: vec![email],
                message_id: format!("{}.notice@{domain}", public_id(now).simple()),
                subject: letter.subject,
                body_text: letter.body,
                try_at: Ts(now),
            },
            Ts(now),
        )?;
    }
    Ok(())
}

/// Who looks after queues and mail.
fn keepers(conn: &mut Conn, now: Ts) -> Result<Vec<(AgentId, String, String)>> {
    let ids = keepers_of(conn, InstallationRight::QueuesAndMail, now)?;
    Ok(agents::table
        .filter(agents::id.eq_any(ids))
        .order(agents::id)
        .select((agents::id, agents::email, agents::language))
        .load(conn)?)
}

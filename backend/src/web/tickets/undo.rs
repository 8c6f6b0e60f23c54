//! Undoing what was done to a ticket: at once where nothing changed since, else after a look at what did.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Serialize;

use super::acts::ticket_page;
use super::{history, list};
use crate::access::{self, Read};
use crate::db::{ActId, ActKind, AgentId, Conn, Priority, Status, UndoField};
use crate::error::{Error, Result};
use crate::queues::{self, Queue};
use crate::tickets::acts::{self, Change, Snapshot};
use crate::tickets::undo::{self, Outcome, Preview, Standing};
use crate::tickets::view;
use crate::web::failure::{Answer, Failure};
use crate::web::fields::Fields;
use crate::web::forms::Posted;
use crate::web::gate::{Asker, Signed, wants_json};
use crate::web::page::{Page, see_other, show};
use crate::web::state::Web;

/// What was done just now, to be undone with one click or key.
#[derive(Clone, Debug, Serialize)]
pub struct Offer {
    id: i64,
    words: String,
    url: String,
}

impl Offer {
    /// Words, and the page of what was done.
    pub fn new(id: i64, words: String, url: String) -> Self {
        Self { id, words, url }
    }
}

/// What the agent did just now, to one ticket or to many.
pub fn offers(conn: &mut Conn, asker: &Asker) -> Result<Vec<Offer>> {
    let language = &asker.reader.language;
    let offer = |(act, ticket): (acts::Act, crate::tickets::Ticket)| Offer {
        id: act.id.0,
        words: language.tr_with(&format!("did-{}", act.kind), &[("ticket", &ticket.number)]),
        url: address(&ticket.number, act.id),
    };
    let mut offers = super::bulk::offers(conn, asker)?;
    offers.extend(acts::recent(conn, &asker.actor, asker.reader.now)?.into_iter().map(offer));
    Ok(offers)
}

/// The page of an act.
pub fn address(number: &str, id: ActId) -> String {
    format!("/tickets/{number}/acts/{id}")
}

#[derive(Serialize)]
struct UndoView {
    number: String,
    url: String,
    subject: String,
    act_url: String,
    what: String,
    who: String,
    at: jiff::Timestamp,
    rows: Vec<Row>,
    /// Something is neither as it was left nor as it was before.
    asks: bool,
    /// There is nothing that would be set back unless it is chosen.
    idle: bool,
    since: Vec<history::Line>,
}

#[derive(Serialize)]
struct Row {
    field: &'static str,
    label: String,
    before: String,
    after: String,
    now: String,
    /// `left`, `before` or `changed`.
    standing: &'static str,
}

/// `GET /tickets/{number}/acts/{id}`: what was done, what changed since, and the way back.
pub async fn page(web: Data<Web>, signed: Signed, path: Path<(String, i64)>) -> Answer {
    let (number, id) = path.into_inner();
    show(&web, &signed, "tickets/undo.html", move |conn, asker| {
        let access = access::readable(conn, &asker.actor, &number)?;
        let preview = undo::preview(conn, &access, ActId(id))?;
        let mut people = vec![preview.act.agent_id];
        let snapshots = [&preview.change.before, &preview.change.after, &preview.now];
        people.extend(snapshots.iter().filter_map(|snapshot| snapshot.owner));
        let mut names = view::agents_in(conn, &preview.since)?;
        names.extend(view::agents(conn, &people)?);
        let words = Words { asker, names: &names, queues: &queues::all(conn)? };
        let rows: Vec<Row> = preview.fields.iter().map(|field| words.row(*field, &preview)).collect();
        let ticket = access.ticket();
        let what = asker.reader.language.tr(&format!("act-{}", preview.act.kind));
        let view = UndoView {
            number: ticket.number.clone(),
            url: ticket_page(&ticket.number),
            subject: list::subject(ticket, &asker.reader),
            act_url: address(&ticket.number, preview.act.id),
            what,
            who: words.agent(Some(preview.act.agent_id)),
            at: preview.act.created_at.0,
            asks: rows.iter().any(|row| row.standing == "changed"),
            idle: rows.iter().all(|row| row.standing != "left"),
            rows,
            since: history::lines(&preview.since, &names, asker, &[]),
        };
        Ok(Page::new(format!("q{}", ticket.queue_id), view))
    })
    .await
}

/// Names for what a snapshot holds as keys.
struct Words<'a> {
    asker: &'a Asker,
    names: &'a std::collections::HashMap<AgentId, (String, String)>,
    queues: &'a [Queue],
}

impl Words<'_> {
    fn row(&self, (field, standing): (UndoField, Standing), preview: &Preview) -> Row {
        let Change { before, after, tag } = &preview.change;
        let language = &self.asker.reader.language;
        let tagged = |on: bool| match tag {
            Some(tag) if on => tag.tag.clone(),
            _ => String::new(),
        };
        let added = tag.as_ref().is_some_and(|tag| tag.added);
        let (before, after, now) = match field {
            UndoField::Tag => {
                let now = if standing == Standing::AsLeft { added } else { !added };
                (tagged(!added), tagged(added), tagged(now))
            }
            field => (self.value(field, before), self.value(field, after), self.value(field, &preview.now)),
        };
        Row {
            field: field.as_str(),
            label: language.tr(&format!("undo-field-{field}")),
            before,
            after,
            now,
            standing: match standing {
                Standing::AsLeft => "left",
                Standing::AsBefore => "before",
                Standing::ChangedSince => "changed",
            },
        }
    }

    fn value(&self, field: UndoField, snapshot: &Snapshot) -> String {
        let language = &self.asker.reader.language;
        match field {
            UndoField::Queue => self
                .queues
                .iter()
                .find(|queue| queue.id == snapshot.queue)
                .map_or_else(String::new, |queue| queue.name.clone()),
            UndoField::State => self.state(snapshot.state, snapshot.until),
            UndoField::Owner => self.owner(snapshot.owner),
            UndoField::Priority => Priority::all()
                .find(|priority| priority.level() == snapshot.priority)
                .map_or_else(String::new, |priority| self.asker.reader.terms.priority(priority, language)),
            UndoField::Customer => snapshot.customer.address.clone(),
            UndoField::Tag => String::new(),
        }
    }

    fn state(&self, state: Status, until: Option<jiff::Timestamp>) -> String {
        let reader = &self.asker.reader;
        let word = reader.terms.state(state, &reader.language);
        match until {
            Some(until) => {
                let until = reader.language.tr_with("pending-until", &[("date", &reader.stamp(until))]);
                format!("{word}, {until}")
            }
            None => word,
        }
    }

    fn owner(&self, id: Option<AgentId>) -> String {
        let name = id.and_then(|id| self.names.get(&id)).map(|(_, name)| name.as_str());
        match (id, name) {
            (Some(id), Some(name)) if id == self.asker.actor.agent.id => {
                self.asker.reader.language.tr_with("owner-you", &[("name", name)])
            }
            (Some(_), name) => name.unwrap_or("?").to_owned(),
            (None, _) => self.asker.reader.language.tr("nobody"),
        }
    }

    fn agent(&self, id: Option<AgentId>) -> String {
        let language = &self.asker.reader.language;
        match id {
            None => language.tr("nobody"),
            Some(id) if id == self.asker.actor.agent.id => language.tr("actor-you"),
            Some(id) => self.names.get(&id).map_or_else(|| "?".to_owned(), |(_, name)| name.clone()),
        }
    }
}

/// `POST /tickets/{number}/acts/{id}/undo`. From a toast or the history nobody was asked yet: then whatever changed
/// since leads to the page that asks. That page says which fields it showed as changed (`asked`) and which of them are
/// set back anyway (`field`).
pub async fn create(
    web: Data<Web>,
    signed: Signed,
    path: Path<(String, i64)>,
    request: actix_web::HttpRequest,
    form: Posted<Fields>,
) -> Answer {
    form.0.only(&["asked", "field", "seen"])?;
    let (number, id) = path.into_inner();
    let id = ActId(id);
    let fields = |name: &str| -> Vec<UndoField> {
        form.0.all(name).iter().filter_map(|word| word.parse().ok()).collect()
    };
    let (asked, chosen) = (fields("asked"), fields("field"));
    let was_asked = !form.0.all("seen").is_empty();
    let (asker, at, own) = (signed.clone(), web.moment(), number.clone());
    let (outcome, visible) = web
        .db
        .write(move |tx| {
            let mut access = access::for_change::<Read>(tx, &asker.actor, &own)?;
            let preview = undo::preview(tx, &access, id)?;
            let news = |(field, standing): &(UndoField, Standing)| {
                *standing == Standing::ChangedSince && !asked.contains(field)
            };
            let anyway = (was_asked && !preview.fields.iter().any(news)).then_some(chosen.as_slice());
            let outcome = undo::undo(tx, &mut access, &asker.actor, id, anyway, &at)?;
            Ok((outcome, sees(tx, &asker, &own)?))
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&ticket_page(&number)))?;
    let place = match outcome {
        Outcome::Ask => address(&number, id),
        Outcome::Done if visible => ticket_page(&number),
        Outcome::Done => "/tickets".to_owned(),
    };
    Ok(if wants_json(&request) { HttpResponse::NoContent().finish() } else { see_other(&place) })
}

/// Whether he still sees the ticket: what he did may have taken it out of his sight.
pub(super) fn sees(conn: &mut Conn, signed: &Asker, number: &str) -> Result<bool> {
    match access::readable(conn, &signed.actor, number) {
        Ok(_) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether history offers to undo this one there: a lock is given back by its own button.
pub(super) fn is_offered(kind: ActKind) -> bool {
    kind != ActKind::Locked
}

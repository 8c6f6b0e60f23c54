//! What is done to a ticket in one or two clicks. Each act is one verb of the domain, and leads back to the page.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use jiff::Timestamp;
use serde::Deserialize;

use super::{beside, next};
use crate::access::{self, Move, Owner, Priority as PriorityLevel, Read, Reply};
use crate::db::{AgentId, ArticleId, Priority, QueueId, Right, State, Status, Tx};
use crate::error::{Error, Result};
use crate::tickets::{self as verbs, Moment};
use crate::web::failure::{Answer, Failure};
use crate::web::forms::{Nothing, Posted};
use crate::web::gate::{Signed, wants_json};
use crate::web::page::see_other;
use crate::web::state::Web;

/// Runs a verb and leads on; a script gets an answer without a body.
pub(super) async fn act<F>(
    web: &Data<Web>,
    signed: &Signed,
    request: &actix_web::HttpRequest,
    back: &str,
    verb: F,
) -> Answer
where
    F: FnMut(&mut Tx<'_>, &Signed, &Moment) -> Result<()> + Send + 'static,
{
    let (asker, at) = (signed.clone(), web.moment());
    let mut verb = verb;
    web.db
        .write(move |tx| verb(tx, &asker, &at))
        .await
        .map_err(|error| Failure::from(error).back_to(back))?;
    Ok(if wants_json(request) { HttpResponse::NoContent().finish() } else { see_other(back) })
}

pub(super) fn ticket_page(number: &str) -> String {
    format!("/tickets/{number}")
}

/// `POST /tickets/{number}/lock`.
pub async fn lock(
    web: Data<Web>,
    signed: Signed,
    number: Path<String>,
    request: actix_web::HttpRequest,
    _form: Posted<Nothing>,
) -> Answer {
    let number = number.into_inner();
    act(&web, &signed, &request, &ticket_page(&number.clone()), move |tx, signed, at| {
        let mut access = access::for_change::<Reply>(tx, &signed.actor, &number)?;
        verbs::lock::lock(tx, &mut access, &signed.actor, at)
    })
    .await
}

/// `POST /tickets/{number}/lock/takeover`.
pub async fn take_over(
    web: Data<Web>,
    signed: Signed,
    number: Path<String>,
    request: actix_web::HttpRequest,
    _form: Posted<Nothing>,
) -> Answer {
    let number = number.into_inner();
    act(&web, &signed, &request, &ticket_page(&number.clone()), move |tx, signed, at| {
        let mut access = access::for_change::<Reply>(tx, &signed.actor, &number)?;
        verbs::lock::take_over(tx, &mut access, &signed.actor, at)
    })
    .await
}

/// `POST /tickets/{number}/lock/release`.
pub async fn unlock(
    web: Data<Web>,
    signed: Signed,
    number: Path<String>,
    request: actix_web::HttpRequest,
    _form: Posted<Nothing>,
) -> Answer {
    let number = number.into_inner();
    act(&web, &signed, &request, &ticket_page(&number.clone()), move |tx, signed, at| {
        let mut access = access::for_change::<Reply>(tx, &signed.actor, &number)?;
        verbs::lock::unlock(tx, &mut access, at)
    })
    .await
}

/// `POST /tickets/{number}/closure`.
pub async fn close(
    web: Data<Web>,
    signed: Signed,
    number: Path<String>,
    request: actix_web::HttpRequest,
    _form: Posted<Nothing>,
) -> Answer {
    let number = number.into_inner();
    let within = beside::of(&request);
    // Whoever works through a list goes on in it, as after a reply that closes.
    let before = match within {
        Some(_) => next::place(&web, &signed, &number, within.as_deref()).await?,
        None => None,
    };
    let answer =
        set_state(web.clone(), signed.clone(), number.clone(), request.clone(), State::Closed).await?;
    match before.filter(next::Place::in_list) {
        Some(before) if !wants_json(&request) => {
            Ok(see_other(&next::after_sending(&web, &signed, &number, None, Some(before)).await?))
        }
        _ => Ok(answer),
    }
}

/// `POST /tickets/{number}/closure/end`.
pub async fn reopen(
    web: Data<Web>,
    signed: Signed,
    number: Path<String>,
    request: actix_web::HttpRequest,
    _form: Posted<Nothing>,
) -> Answer {
    set_state(web, signed, number.into_inner(), request, State::Open).await
}

async fn set_state(
    web: Data<Web>,
    signed: Signed,
    number: String,
    request: actix_web::HttpRequest,
    to: State,
) -> Answer {
    act(&web, &signed, &request, &ticket_page(&number.clone()), move |tx, signed, at| {
        let mut access = access::for_change::<Reply>(tx, &signed.actor, &number)?;
        verbs::state::set_state(tx, &mut access, to, None, at)
    })
    .await
}

/// One value to be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Value {
    value: i64,
}

/// `POST /tickets/{number}/queue`. Whoever loses sight of the ticket by moving it is led to the list.
pub async fn move_to(web: Data<Web>, signed: Signed, number: Path<String>, form: Posted<Value>) -> Answer {
    let (number, target, at) = (number.into_inner(), QueueId(form.0.value), web.moment());
    let asker = signed.clone();
    let moved = number.clone();
    let visible = web
        .db
        .write(move |tx| {
            move_ticket(tx, &asker, &moved, target, &at)?;
            match access::readable(tx, &asker.actor, &moved) {
                Ok(_) => Ok(true),
                Err(Error::NotFound) => Ok(false),
                Err(error) => Err(error),
            }
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&ticket_page(&number)))?;
    Ok(see_other(&if visible { ticket_page(&number) } else { "/tickets".to_owned() }))
}

/// Moves a ticket on an agent's word.
pub(super) fn move_ticket(
    tx: &mut Tx<'_>,
    signed: &Signed,
    number: &str,
    to: QueueId,
    at: &Moment,
) -> Result<()> {
    let mut access = access::for_change::<Move>(tx, &signed.actor, number)?;
    let target = access::for_queue(tx, &signed.actor, to, Right::MoveInto)?;
    verbs::move_to::move_to(tx, &mut access, &target, at)
}

/// The details panel: what differs from the ticket is changed, all of it or nothing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Details {
    queue: Option<i64>,
    state: Option<String>,
    #[serde(default)]
    until: String,
    owner: Option<String>,
    priority: Option<i32>,
}

/// `POST /tickets/{number}/details`.
pub async fn details(web: Data<Web>, signed: Signed, number: Path<String>, form: Posted<Details>) -> Answer {
    let (number, form, at) = (number.into_inner(), form.0, web.moment());
    let asker = signed.clone();
    let changed = number.clone();
    let visible = web
        .db
        .write(move |tx| {
            apply(tx, &asker, &changed, &form, &at)?;
            match access::readable(tx, &asker.actor, &changed) {
                Ok(_) => Ok(true),
                Err(Error::NotFound) => Ok(false),
                Err(error) => Err(error),
            }
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&ticket_page(&number)))?;
    Ok(see_other(&if visible { ticket_page(&number) } else { "/tickets".to_owned() }))
}

// Priority and state before owner and queue: the move may take the right to do the others away.
fn apply(tx: &mut Tx<'_>, signed: &Signed, number: &str, form: &Details, at: &Moment) -> Result<()> {
    let now = access::readable(tx, &signed.actor, number)?;
    let ticket = now.ticket().clone();
    if let Some(level) = form.priority.filter(|level| *level != ticket.priority.level()) {
        let priority: Priority = level.to_string().parse().map_err(|_| Error::NotFound)?;
        let mut access = access::for_change::<PriorityLevel>(tx, &signed.actor, number)?;
        verbs::priority::set_priority(tx, &mut access, priority, at)?;
    }
    if let Some(word) = &form.state {
        let state: Status = word.parse().map_err(|message: String| Error::invalid("state", message))?;
        let until = moment(&form.until, signed)?;
        let until_changed =
            state.is_pending() && until.is_some() && until != ticket.pending_until.map(|ts| ts.0);
        if state != ticket.status() || until_changed {
            let mut access = access::for_change::<Reply>(tx, &signed.actor, number)?;
            verbs::state::set_state(tx, &mut access, state, until, at)?;
        }
    }
    if let Some(owner) = &form.owner {
        let owner: Option<AgentId> =
            if owner.is_empty() { None } else { Some(owner.parse().map_err(|_| Error::NotFound)?) };
        if owner != ticket.owner_id {
            let mut access = access::for_change::<Owner>(tx, &signed.actor, number)?;
            verbs::assign::assign(tx, &mut access, owner, at)?;
        }
    }
    match form.queue.map(QueueId) {
        Some(queue) if queue != ticket.queue_id => move_ticket(tx, signed, number, queue, at),
        _ => Ok(()),
    }
}

/// A date and time that was typed; nothing typed is `None`.
pub(super) fn moment(text: &str, signed: &Signed) -> Result<Option<Timestamp>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let wrong = || Error::invalid("until", signed.reader.language.tr("composer-until"));
    signed.reader.read_field(text).map(Some).ok_or_else(wrong)
}

/// A person to be taken into the conversation, or out of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    address: String,
}

/// `POST /tickets/{number}/participants`: somebody new in the conversation is accepted, or a person is added by hand.
pub async fn accept(
    web: Data<Web>,
    signed: Signed,
    number: Path<String>,
    request: actix_web::HttpRequest,
    form: Posted<Person>,
) -> Answer {
    let (number, person) = (number.into_inner(), super::new::customer(&form.0.address));
    act(&web, &signed, &request, &ticket_page(&number.clone()), move |tx, signed, at| {
        let mut access = access::for_change::<Reply>(tx, &signed.actor, &number)?;
        verbs::participants::add(tx, &mut access, &person, at)
    })
    .await
}

/// `POST /tickets/{number}/participants/end`: somebody is taken out of the conversation.
pub async fn remove(
    web: Data<Web>,
    signed: Signed,
    number: Path<String>,
    request: actix_web::HttpRequest,
    form: Posted<Person>,
) -> Answer {
    let (number, address) = (number.into_inner(), form.0.address);
    act(&web, &signed, &request, &ticket_page(&number.clone()), move |tx, signed, at| {
        let mut access = access::for_change::<Reply>(tx, &signed.actor, &number)?;
        verbs::participants::remove(tx, &mut access, &address, at)
    })
    .await
}

/// `POST /tickets/{number}/told`: by script, when something without an article was told of the ticket that is on the screen.
pub async fn told(
    web: Data<Web>,
    signed: Signed,
    number: Path<String>,
    request: actix_web::HttpRequest,
    _form: Posted<Nothing>,
) -> Answer {
    let number = number.into_inner();
    act(&web, &signed, &request, &ticket_page(&number.clone()), move |tx, signed, at| {
        let access = access::for_change::<Read>(tx, &signed.actor, &number)?;
        verbs::read::heard(tx, &access, &signed.actor, at.ts())
    })
    .await
}

/// `POST /tickets/{number}/seen`: by script, when the page has been on the screen.
pub async fn seen(
    web: Data<Web>,
    signed: Signed,
    number: Path<String>,
    request: actix_web::HttpRequest,
    _form: Posted<Nothing>,
) -> Answer {
    let number = number.into_inner();
    act(&web, &signed, &request, &ticket_page(&number.clone()), move |tx, signed, at| {
        let access = access::for_change::<Read>(tx, &signed.actor, &number)?;
        let last = ArticleId(access.ticket().last_article_id);
        verbs::read::seen(tx, &access, &signed.actor, last, at.ts())
    })
    .await
}

//! One queue, and a new one.

use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};

use super::form::{Errors, Form, Near};
use super::shown::{self, ReplyView, RoleRow};
use super::{address, require};
use crate::db::{Conn, FollowUpPolicy, InstallationRight, LetterLanguage, QueueId, Right};
use crate::error::{Error, Result, say};
use crate::queues::calendars::{self, Named, OWN};
use crate::queues::{self, NewQueue, Queue, listing, placeholders};
use crate::search::views;
use crate::tickets::list;
use crate::web::failure::{Answer, problems};
use crate::web::forms::Posted;
use crate::web::gate::{Asker, Signed};
use crate::web::page::{Page, see_other, show, show_as};
use crate::web::reply_templates::Name;
use crate::web::stale;
use crate::web::state::Web;
use crate::web::view::Choice;

#[derive(Serialize)]
struct QueueView {
    /// Nothing for a queue that is to be made.
    url: String,
    title: String,
    below: String,
    open: i64,
    list_url: String,
    answers_url: String,
    retired: bool,
    is_default: bool,
    form: Form,
    parents: Vec<Choice>,
    calendars: Vec<Choice>,
    languages: Vec<Choice>,
    policies: Vec<Choice>,
    /// Where the active tickets of this queue can go.
    targets: Vec<Choice>,
    /// What roles give here; nothing for a queue that is to be made.
    roles: Vec<RoleRow>,
    reply: Option<ReplyView>,
    /// What a salutation looks like, for a name that is known and for one that is not.
    salutation_like: [String; 2],
    /// What can stand in it.
    names: Vec<Name>,
    errors: Errors,
    refused: bool,
    saved: String,
}

/// Loads the page of a queue; `typed` is what a refused form held.
fn load(
    conn: &mut Conn,
    asker: &Asker,
    id: Option<QueueId>,
    typed: Option<Form>,
    errors: Errors,
    saved: bool,
) -> Result<Page<QueueView>> {
    require(&asker.actor)?;
    let language = &asker.reader.language;
    let (all, calendars) = (queues::all(conn)?, calendars::names(conn)?);
    let queue = match id {
        Some(id) => Some(all.iter().find(|queue| queue.id == id).ok_or(Error::NotFound)?),
        None => None,
    };
    let (stored, is_default) = match id {
        Some(id) => stored(conn, id)?,
        None => (Form::usual(), false),
    };
    // What is there by now: whoever was told of it, and saves again, means it.
    let (shown, mark) = (stored.shown.clone(), stale::mark(&stored));
    let mut form = typed.unwrap_or(stored);
    (form.shown, form.mark) = (shown, mark);
    let usable = |other: &&Queue| other.retired_at.is_none() && Some(other.id) != id;
    // Another place gives rights to others: who manages no people leaves a queue where it is.
    let moves = id.is_none() || asker.actor.scope.may(InstallationRight::People);
    let top = Choice::new("", language.tr("queue-top"), form.parent.is_empty());
    let mut parents: Vec<Choice> = Some(top).filter(|top| moves || top.current).into_iter().collect();
    parents.extend(
        all.iter()
            .filter(|other| (moves && usable(other)) || other.name == form.parent)
            .map(|other| Choice::new(other.name.clone(), other.name.clone(), other.name == form.parent)),
    );
    let policies = FollowUpPolicy::ALL
        .iter()
        .map(|policy| {
            let label = language.tr(&format!("policy-{policy}"));
            Choice::new(policy.as_str(), label, policy.as_str() == form.follow_up_policy)
        })
        .collect();
    let languages = LetterLanguage::ALL.iter().map(|of| {
        let label = language.tr(&format!("answers-language-{of}"));
        Choice::new(of.as_str(), label, of.as_str() == form.language)
    });
    let targets = all
        .iter()
        .filter(usable)
        .filter(|other| asker.actor.scope.in_queue(other.id).has(Right::MoveInto))
        .map(|other| Choice::new(other.id.to_string(), other.name.clone(), false))
        .collect();
    let roles = queue.map(|queue| shown::roles(conn, asker, queue, &all)).transpose()?.unwrap_or_default();
    let reply = queue.map(|queue| shown::reply_view(conn, asker, queue)).transpose()?;
    let counts = list::counts(conn, &asker.actor.scope)?;
    let view = QueueView {
        url: id.map_or_else(String::new, address),
        title: queue.map_or_else(|| language.tr("queue-new"), |queue| queue.name.clone()),
        below: queue
            .and_then(|queue| all.iter().find(|above| Some(above.id) == queue.parent_id))
            .map_or_else(String::new, |above| above.name.clone()),
        open: queue.and_then(|queue| counts.get(&queue.id)).map_or(0, |count| count.active),
        list_url: crate::web::tickets::list::address(id, crate::web::tickets::list::place::View::All),
        answers_url: queue.map_or_else(String::new, |queue| format!("/admin/auto-responses/{}", queue.id)),
        retired: queue.is_some_and(|queue| queue.retired_at.is_some()),
        is_default,
        calendars: calendar_choices(&calendars, &form.calendar),
        languages: languages.collect(),
        form,
        parents,
        policies,
        targets,
        roles,
        reply,
        salutation_like: [
            language.tr_with("queue-salutation-like", &[("name", &placeholders::shown("customer.name"))]),
            language.tr("queue-salutation-unnamed-like"),
        ],
        names: Name::all(language),
        refused: errors != Errors::default(),
        errors,
        saved: if saved { language.tr("queue-saved") } else { String::new() },
    };
    Ok(Page::new("queues", view))
}

/// A queue as its form shows it, and whether it is the default.
fn stored(conn: &mut Conn, id: QueueId) -> Result<(Form, bool)> {
    let (all, calendars) = (queues::all(conn)?, calendars::names(conn)?);
    let queue = all.iter().find(|queue| queue.id == id).ok_or(Error::NotFound)?;
    let is_default = queues::default_queue(conn).is_ok_and(|default| default == id);
    let addresses = listing::addresses(conn)?.remove(&id).unwrap_or_default();
    let near = Near { queues: &all, calendars: &calendars };
    Ok((Form::of(queue, &near, &addresses, is_default), is_default))
}

/// The installation's own first; one that is retired only where it is in use.
fn calendar_choices(all: &[Named], named: &str) -> Vec<Choice> {
    let offered = all.iter().filter(|calendar| !calendar.is_retired() || calendar.name == named);
    offered
        .map(|calendar| {
            let own = calendar.id == OWN;
            let value = if own { String::new() } else { calendar.name.clone() };
            let current = value == named || (own && calendar.name == named);
            Choice::new(value, calendar.name.clone(), current)
        })
        .collect()
}

/// What the address says besides.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    saved: String,
}

/// `GET /admin/queues/{id}`.
pub async fn page(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    wish: actix_web::web::Query<Wish>,
) -> Answer {
    let (id, saved) = (QueueId(id.into_inner()), !wish.saved.is_empty());
    show(&web, &signed, "queues/page.html", move |conn, asker| {
        load(conn, asker, Some(id), None, Errors::default(), saved)
    })
    .await
}

/// `GET /admin/queues/new`.
pub async fn new(web: Data<Web>, signed: Signed) -> Answer {
    show(&web, &signed, "queues/page.html", |conn, asker| {
        load(conn, asker, None, None, Errors::default(), false)
    })
    .await
}

/// `POST /admin/queues`.
pub async fn create(web: Data<Web>, signed: Signed, form: Posted<Form>) -> Answer {
    let (form, at, asker) = (form.0, web.moment(), signed.clone());
    let typed = form.clone();
    let made = web
        .db
        .write(move |tx| {
            let new = NewQueue {
                name: typed.name.clone(),
                parent: Some(typed.parent.clone()),
                addresses: typed.addresses(),
            };
            let queue = queues::create(tx, &asker.actor, &new, at.ts())?;
            queues::change(tx, &asker.actor, queue.id, &typed.change()?, &at)?;
            Ok(queue.id)
        })
        .await;
    answer(&web, &signed, None, form, made).await
}

/// `POST /admin/queues/{id}`.
pub async fn update(web: Data<Web>, signed: Signed, id: Path<i64>, form: Posted<Form>) -> Answer {
    let (id, form, asker) = (QueueId(id.into_inner()), form.0, signed.clone());
    let (typed, at) = (form.clone(), web.moment());
    let changed = web
        .db
        .write(move |tx| {
            stale::alone(tx, "queues")?;
            require(&asker.actor)?;
            // The list is sent whole: what somebody else has added meanwhile would be thrown away unseen.
            let there = listing::addresses(tx)?.remove(&id).unwrap_or_default();
            if typed.shown.as_ref().is_some_and(|shown| *shown != there.join(" "))
                && typed.addresses() != there
            {
                let addresses = there.join(", ");
                return Err(Error::invalid(
                    "addresses",
                    say!("refused-addresses-meanwhile", addresses = addresses),
                ));
            }
            stale::must_be_fresh(&typed.mark, &stored(tx, id)?.0)?;
            let was = queues::get(tx, id)?.name;
            let queue = queues::change(tx, &asker.actor, id, &typed.change()?, &at)?;
            views::queue_renamed(tx, &was, &queue.name)?;
            Ok(queue.id)
        })
        .await;
    answer(&web, &signed, Some(id), form, changed).await
}

// Back to the page that can be reloaded, or the form with what was typed and what is wrong about it.
async fn answer(
    web: &Data<Web>,
    signed: &Signed,
    id: Option<QueueId>,
    form: Form,
    done: Result<QueueId>,
) -> Answer {
    let error = match done {
        Ok(id) => return Ok(see_other(&format!("{}?saved=1", address(id)))),
        Err(error) => error,
    };
    let (status, fields) = problems(error).map_err(|failure| failure.back_to("/admin/queues"))?;
    let errors = Errors::of(&fields, &signed.reader.language);
    show_as(web, signed, status, "queues/page.html", move |conn, asker| {
        load(conn, asker, id, Some(form), errors, false)
    })
    .await
}

//! The administration's pages of queues: the list, one queue with all that can be set about it, a new one, retirement.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};

use super::failure::{Answer, Failure};
use super::forms::Posted;
use super::gate::{Asker, Signed};
use super::page::{Page, see_other, show, show_as};
use super::state::Web;
use super::view::Choice;
use crate::access::Actor;
use crate::db::{Conn, FollowUpPolicy, InstallationRight, QueueId, Right};
use crate::error::{Error, Result, say};
use crate::queues::{self, Change, NewQueue, Queue, listing};
use crate::search::views;
use crate::tickets::{clear_out, list};

#[derive(Serialize)]
struct ListView {
    queues: Vec<Row>,
    retired: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    url: String,
    name: String,
    depth: usize,
    addresses: String,
    note: String,
    policy: String,
    open: i64,
    default: bool,
}

/// `GET /admin/queues`.
pub async fn list_page(web: Data<Web>, signed: Signed) -> Answer {
    show(&web, &signed, "queues/list.html", |conn, asker| {
        let all = queues::all(conn)?;
        let mut addresses = listing::addresses(conn)?;
        let counts = list::counts(conn, &asker.actor.scope)?;
        let default = queues::default_queue(conn).ok();
        let mut row = |queue: &Queue, depth: usize| Row {
            url: address(queue.id),
            name: queue.name.clone(),
            depth,
            addresses: addresses.remove(&queue.id).unwrap_or_default().join(", "),
            note: queue.note.clone(),
            policy: asker.reader.language.tr(&format!("policy-{}", queue.follow_up_policy)),
            open: counts.get(&queue.id).map_or(0, |count| count.active),
            default: default == Some(queue.id),
        };
        let in_order = tree(&all);
        let view = ListView {
            queues: in_order
                .iter()
                .filter(|(queue, _)| queue.retired_at.is_none())
                .map(|(queue, depth)| row(queue, *depth))
                .collect(),
            retired: all
                .iter()
                .filter(|queue| queue.retired_at.is_some())
                .map(|queue| row(queue, 0))
                .collect(),
        };
        Ok(Page::new("queues", view))
    })
    .await
}

/// Each queue below the one that it belongs to.
fn tree(all: &[Queue]) -> Vec<(&Queue, usize)> {
    fn below<'a>(
        all: &'a [Queue],
        parent: Option<QueueId>,
        depth: usize,
        rows: &mut Vec<(&'a Queue, usize)>,
    ) {
        for queue in all.iter().filter(|queue| queue.parent_id == parent) {
            rows.push((queue, depth));
            // A circle of parents, which nothing should make, ends here.
            if depth < 8 {
                below(all, Some(queue.id), depth + 1, rows);
            }
        }
    }
    let mut rows = Vec::new();
    below(all, None, 0, &mut rows);
    rows
}

fn address(id: QueueId) -> String {
    format!("/admin/queues/{id}")
}

/// The form, as it is sent and as it is shown.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    name: String,
    parent: String,
    addresses: String,
    sender_name: String,
    signature: String,
    auto_response: String,
    follow_up_policy: String,
    closed_days: String,
    strict_matching: String,
    subject_tag: String,
    reply_token: String,
    unlock_minutes: String,
    hold_seconds: String,
    note: String,
    default: String,
}

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
    policies: Vec<Choice>,
    /// Where the active tickets of this queue can go.
    targets: Vec<Choice>,
    errors: Errors,
    refused: bool,
    saved: String,
}

/// What is wrong with each field.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Errors {
    name: String,
    parent: String,
    addresses: String,
    sender_name: String,
    signature: String,
    follow_up_policy: String,
    closed_days: String,
    unlock_minutes: String,
    hold_seconds: String,
    note: String,
    default: String,
}

impl Errors {
    fn add(&mut self, field: &str, message: &str) {
        let text = match field {
            "parent" => &mut self.parent,
            "addresses" => &mut self.addresses,
            "sender_name" => &mut self.sender_name,
            "signature" => &mut self.signature,
            "follow_up_policy" => &mut self.follow_up_policy,
            "closed_days" => &mut self.closed_days,
            "unlock_minutes" => &mut self.unlock_minutes,
            "hold_seconds" => &mut self.hold_seconds,
            "note" => &mut self.note,
            "default" => &mut self.default,
            _ => &mut self.name,
        };
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(message);
    }
}

impl Form {
    fn of(queue: &Queue, all: &[Queue], addresses: &[String], default: bool) -> Self {
        let on = |is: bool| if is { "on".to_owned() } else { String::new() };
        let parent = all.iter().find(|above| Some(above.id) == queue.parent_id);
        Self {
            name: queue.name.clone(),
            parent: parent.map_or_else(String::new, |above| above.name.clone()),
            addresses: addresses.join("\n"),
            sender_name: queue.sender_name.clone(),
            signature: queue.signature.clone(),
            auto_response: on(queue.auto_response),
            follow_up_policy: queue.follow_up_policy.to_string(),
            closed_days: queue.closed_days.map_or_else(String::new, |days| days.to_string()),
            strict_matching: on(queue.strict_matching),
            subject_tag: on(queue.subject_tag),
            reply_token: on(queue.reply_token),
            unlock_minutes: queue.unlock_minutes.to_string(),
            hold_seconds: queue.hold_seconds.to_string(),
            note: queue.note.clone(),
            default: on(default),
        }
    }

    /// What a new queue is like.
    fn usual() -> Self {
        Self {
            auto_response: "on".into(),
            follow_up_policy: FollowUpPolicy::Reopen.to_string(),
            unlock_minutes: "480".into(),
            hold_seconds: "10".into(),
            ..Self::default()
        }
    }

    fn addresses(&self) -> Vec<String> {
        self.addresses
            .split(['\n', '\r', ',', ';'])
            .map(str::trim)
            .filter(|address| !address.is_empty())
            .map(str::to_owned)
            .collect()
    }

    fn change(&self) -> Result<Change> {
        let on = |text: &str| Some(!text.is_empty());
        let number = |field: &str, text: &str| -> Result<i32> {
            text.trim().parse().map_err(|_| Error::invalid(field, say!("refused-whole-number")))
        };
        let policy = self.follow_up_policy.parse::<FollowUpPolicy>();
        let days = self.closed_days.trim();
        Ok(Change {
            name: Some(self.name.clone()),
            parent: Some(Some(self.parent.clone())),
            addresses: Some(self.addresses()),
            sender_name: Some(self.sender_name.clone()),
            signature: Some(self.signature.replace("\r\n", "\n")),
            auto_response: on(&self.auto_response),
            follow_up_policy: Some(policy.map_err(|text| Error::invalid("follow_up_policy", text))?),
            closed_days: Some(if days.is_empty() { None } else { Some(number("closed_days", days)?) }),
            strict_matching: on(&self.strict_matching),
            subject_tag: on(&self.subject_tag),
            reply_token: on(&self.reply_token),
            unlock_minutes: Some(number("unlock_minutes", &self.unlock_minutes)?),
            hold_seconds: Some(number("hold_seconds", &self.hold_seconds)?),
            note: Some(self.note.replace("\r\n", "\n")),
            default: (!self.default.is_empty()).then_some(true),
        })
    }
}

fn require(actor: &Actor) -> Result<()> {
    actor.require(InstallationRight::QueuesAndMail)
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
    let all = queues::all(conn)?;
    let queue = match id {
        Some(id) => Some(all.iter().find(|queue| queue.id == id).ok_or(Error::NotFound)?),
        None => None,
    };
    let is_default =
        queue.is_some_and(|queue| queues::default_queue(conn).is_ok_and(|default| default == queue.id));
    let stored = match queue {
        Some(queue) => {
            let addresses = listing::addresses(conn)?.remove(&queue.id).unwrap_or_default();
            Form::of(queue, &all, &addresses, is_default)
        }
        None => Form::usual(),
    };
    let form = typed.unwrap_or(stored);
    let usable = |other: &&Queue| other.retired_at.is_none() && Some(other.id) != id;
    let mut parents = vec![Choice::new("", language.tr("queue-top"), form.parent.is_empty())];
    parents.extend(
        all.iter()
            .filter(|other| usable(other) || other.name == form.parent)
            .map(|other| Choice::new(other.name.clone(), other.name.clone(), other.name == form.parent)),
    );
    let policies = FollowUpPolicy::ALL
        .iter()
        .map(|policy| {
            let label = language.tr(&format!("policy-{policy}"));
            Choice::new(policy.as_str(), label, policy.as_str() == form.follow_up_policy)
        })
        .collect();
    let targets = all
        .iter()
        .filter(usable)
        .filter(|other| asker.actor.scope.in_queue(other.id).has(Right::MoveInto))
        .map(|other| Choice::new(other.id.to_string(), other.name.clone(), false))
        .collect();
    let counts = list::counts(conn, &asker.actor.scope)?;
    let view = QueueView {
        url: id.map_or_else(String::new, address),
        title: queue.map_or_else(|| language.tr("queue-new"), |queue| queue.name.clone()),
        below: queue
            .and_then(|queue| all.iter().find(|above| Some(above.id) == queue.parent_id))
            .map_or_else(String::new, |above| above.name.clone()),
        open: queue.and_then(|queue| counts.get(&queue.id)).map_or(0, |count| count.active),
        list_url: super::tickets::list::address(id, super::tickets::list::place::View::All),
        answers_url: queue.map_or_else(String::new, |queue| format!("/admin/auto-responses/{}", queue.id)),
        retired: queue.is_some_and(|queue| queue.retired_at.is_some()),
        is_default,
        form,
        parents,
        policies,
        targets,
        refused: errors != Errors::default(),
        errors,
        saved: if saved { language.tr("queue-saved") } else { String::new() },
    };
    Ok(Page::new("queues", view))
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
            queues::change(tx, &asker.actor, queue.id, &typed.change()?, at.ts())?;
            Ok(queue.id)
        })
        .await;
    answer(&web, &signed, None, form, made).await
}

/// `POST /admin/queues/{id}`.
pub async fn update(web: Data<Web>, signed: Signed, id: Path<i64>, form: Posted<Form>) -> Answer {
    let (id, form, asker) = (QueueId(id.into_inner()), form.0, signed.clone());
    let (typed, now) = (form.clone(), web.moment().ts());
    let changed = web
        .db
        .write(move |tx| {
            require(&asker.actor)?;
            let was = queues::get(tx, id)?.name;
            let queue = queues::change(tx, &asker.actor, id, &typed.change()?, now)?;
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
    let fields = match done {
        Ok(id) => return Ok(see_other(&format!("{}?saved=1", address(id)))),
        Err(Error::Invalid(fields)) => fields,
        Err(error) => return Err(Failure::from(error).back_to("/admin/queues")),
    };
    let mut errors = Errors::default();
    for field in &fields {
        errors.add(&field.field, &field.message.in_language(&signed.reader.language));
    }
    show_as(web, signed, StatusCode::UNPROCESSABLE_ENTITY, "queues/page.html", move |conn, asker| {
        load(conn, asker, id, Some(form), errors, false)
    })
    .await
}

/// Where the tickets go that are still to be done.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retirement {
    to: String,
}

/// `POST /admin/queues/{id}/retirement`.
pub async fn retire(web: Data<Web>, signed: Signed, id: Path<i64>, form: Posted<Retirement>) -> Answer {
    let (id, to, at, asker) = (QueueId(id.into_inner()), form.0.to, web.moment(), signed.clone());
    web.db
        .write(move |tx| {
            if !to.is_empty() {
                let to: QueueId = to.parse().map_err(|_| Error::NotFound)?;
                require(&asker.actor)?;
                clear_out::clear_out(tx, &asker.actor, id, to, &at)?;
            }
            queues::retire(tx, &asker.actor, id, at.ts())
        })
        .await
        .map_err(|error| Failure::from(error).back_to(&address(id)))?;
    Ok(see_other("/admin/queues"))
}

/// `POST /admin/queues/{id}/retirement/end`.
pub async fn restore(
    web: Data<Web>,
    signed: Signed,
    id: Path<i64>,
    _form: Posted<super::tickets::acts::Nothing>,
) -> Result<HttpResponse, Failure> {
    let (id, asker, now) = (QueueId(id.into_inner()), signed.clone(), web.moment().ts());
    web.db
        .write(move |tx| queues::restore(tx, &asker.actor, id, now))
        .await
        .map_err(|error| Failure::from(error).back_to(&address(id)))?;
    Ok(see_other(&address(id)))
}

//! Queues.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json, present},
    gate::Caller,
    page::{self, List},
    problem::Answer,
};
use crate::{
    access::{Actor, Rights},
    db::{Conn, FollowUpPolicy, InstallationRight, QueueId, Tx},
    desk::Desk,
    error::{Error, Result},
    queues::{self, Change, NewQueue, calendars, listing},
    tickets::{Moment, clear_out},
};

/// A queue.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Queue)]
pub struct QueueView {
    /// Its key.
    pub id: String,
    /// Its name, unique.
    pub name: String,
    /// The name of the queue above it.
    pub parent: Option<String>,
    /// Its addresses; the first is the one that it writes from.
    pub addresses: Vec<String>,
    /// Whether it takes no new tickets.
    pub retired: bool,
    /// Whether mail that belongs nowhere else goes here.
    pub default: bool,
    /// What mails from it call themselves; empty: its name.
    pub sender_name: String,
    /// Put above each reply, with names like {{customer.name}}; empty: nothing is.
    pub salutation: String,
    /// The same where a name in it is not known, or is that of a customer to whom the reply does not go.
    pub salutation_unnamed: String,
    /// Put below each reply.
    pub signature: String,
    /// Whether a new ticket is answered automatically.
    pub auto_response: bool,
    /// What a mail to a closed ticket does: reopen, reject, new_ticket.
    pub follow_up_policy: String,
    /// Days after which it opens a new ticket all the same; null is never.
    pub closed_days: Option<i32>,
    /// Whether an id alone, from a stranger, makes a new ticket instead of a follow-up.
    pub strict_matching: bool,
    /// Whether outgoing subjects carry the ticket's number.
    pub subject_tag: bool,
    /// Whether mails ask for answers at an address that names their ticket, signed.
    pub reply_token: bool,
    /// Whether what roles give in the queues above does not hold in it.
    pub own_rights: bool,
    /// Working minutes until a lock is released; 0 is never.
    pub unlock_minutes: i32,
    /// For how long a person's mail can be taken back, in seconds.
    pub hold_seconds: i32,
    /// The name of the calendar by which its working time counts; null: the installation's own.
    pub calendar: Option<String>,
    /// The language of automatic answers where neither the customer nor his mail tells: en, de, fr.
    pub language: String,
    /// What agents should know about it.
    pub note: String,
}

fn views(conn: &mut Conn, actor: &Actor) -> Result<Vec<QueueView>> {
    let scope = &actor.scope;
    let all = queues::all(conn)?;
    let default = queues::default_queue(conn).ok();
    let calendars = calendars::names(conn)?;
    let mut addresses = listing::addresses(conn)?;
    let manages = scope.may(InstallationRight::QueuesAndMail);
    let shown = |queue: &&queues::Queue| manages || scope.in_queue(queue.id) != Rights::NONE;
    let view = |queue: &queues::Queue| QueueView {
        id: queue.id.to_string(),
        name: queue.name.clone(),
        parent: all
            .iter()
            .filter(shown)
            .find(|above| Some(above.id) == queue.parent_id)
            .map(|above| above.name.clone()),
        addresses: addresses.remove(&queue.id).unwrap_or_default(),
        retired: queue.retired_at.is_some(),
        default: default == Some(queue.id),
        sender_name: queue.sender_name.clone(),
        salutation: queue.salutation.clone(),
        salutation_unnamed: queue.salutation_unnamed.clone(),
        signature: queue.signature.clone(),
        auto_response: queue.auto_response,
        follow_up_policy: queue.follow_up_policy.to_string(),
        closed_days: queue.closed_days,
        strict_matching: queue.strict_matching,
        subject_tag: queue.subject_tag,
        reply_token: queue.reply_token,
        own_rights: queue.own_rights,
        unlock_minutes: queue.unlock_minutes,
        hold_seconds: queue.hold_seconds,
        calendar: calendars
            .iter()
            .find(|calendar| Some(calendar.id) == queue.calendar_id)
            .map(|calendar| calendar.name.clone()),
        language: queue.language.to_string(),
        note: queue.note.clone(),
    };
    Ok(all.iter().filter(shown).map(view).collect())
}

fn view(conn: &mut Conn, actor: &Actor, id: QueueId) -> Result<QueueView> {
    views(conn, actor)?.into_iter().find(|view| view.id == id.to_string()).ok_or(Error::NotFound)
}

/// The queues of which the agent may know, by name.
#[utoipa::path(get, path = "/queues", tag = "administration", responses((status = 200, body = List<QueueView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller) -> Answer {
    let list = desk.db.read(move |conn| Ok(List::whole(views(conn, &caller.actor)?))).await?;
    Ok(HttpResponse::Ok().json(list))
}

/// One queue.
#[utoipa::path(get, path = "/queues/{id}", tag = "administration", params(("id" = String, Path)),
    responses((status = 200, body = QueueView)))]
pub async fn get(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id: QueueId = page::key(&id)?;
    let found = desk.db.read(move |conn| view(conn, &caller.actor, id)).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// What a queue shall be like. Where a field is missing: on POST and PUT the usual value, on PATCH the one it has; language
/// and calendar stay also on PUT.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SetQueue {
    /// Its name, unique; needed on POST and PUT.
    name: Option<String>,
    /// The name of the queue above it; null: none.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    parent: Option<Option<String>>,
    /// Its addresses; the first is the one that it writes from.
    addresses: Option<Vec<String>>,
    /// What mails from it call themselves; empty: its name.
    sender_name: Option<String>,
    /// Put above each reply, with names like {{customer.name}}; empty: nothing is.
    salutation: Option<String>,
    /// The same where a name in it is not known, or is that of a customer to whom the reply does not go.
    salutation_unnamed: Option<String>,
    /// Put below each reply.
    signature: Option<String>,
    /// Whether a new ticket is answered automatically.
    auto_response: Option<bool>,
    /// What a mail to a closed ticket does: reopen, reject, new_ticket.
    follow_up_policy: Option<String>,
    /// Days after which it opens a new ticket all the same; null is never.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<i32>)]
    closed_days: Option<Option<i32>>,
    /// Whether an id alone, from a stranger, makes a new ticket instead of a follow-up.
    strict_matching: Option<bool>,
    /// Whether outgoing subjects carry the ticket's number.
    subject_tag: Option<bool>,
    /// Whether mails ask for answers at an address that names their ticket, signed.
    reply_token: Option<bool>,
    /// Whether what roles give in the queues above does not hold in it. Needs the right to manage people besides.
    own_rights: Option<bool>,
    /// Working minutes until a lock is released; 0 is never.
    unlock_minutes: Option<i32>,
    /// For how long a person's mail can be taken back, in seconds.
    hold_seconds: Option<i32>,
    /// The name of the calendar by which its working time counts; null: the installation's own.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    calendar: Option<Option<String>>,
    /// The language of automatic answers where neither the customer nor his mail tells: en, de, fr.
    language: Option<String>,
    /// What agents should know about it.
    note: Option<String>,
    /// `true`: mail that belongs nowhere else goes here.
    default: Option<bool>,
    /// Whether it is out of use: it takes no new tickets and is offered nowhere.
    retired: Option<bool>,
    /// With `retired`: the name of the queue into which its active tickets go.
    move_tickets_to: Option<String>,
}

impl Input for SetQueue {}

impl SetQueue {
    fn change(&self) -> Result<Change> {
        let policy: Option<FollowUpPolicy> =
            self.follow_up_policy.as_deref().map(|word| page::word("follow_up_policy", word)).transpose()?;
        let language = self.language.as_deref().map(|word| page::word("language", word)).transpose()?;
        Ok(Change {
            name: self.name.clone(),
            parent: self.parent.clone(),
            addresses: self.addresses.clone(),
            sender_name: self.sender_name.clone(),
            salutation: self.salutation.clone(),
            salutation_unnamed: self.salutation_unnamed.clone(),
            signature: self.signature.clone(),
            auto_response: self.auto_response,
            follow_up_policy: policy,
            closed_days: self.closed_days,
            strict_matching: self.strict_matching,
            subject_tag: self.subject_tag,
            reply_token: self.reply_token,
            own_rights: self.own_rights,
            unlock_minutes: self.unlock_minutes,
            hold_seconds: self.hold_seconds,
            calendar: self.calendar.clone(),
            language,
            note: self.note.clone(),
            default: self.default,
        })
    }

    /// With the usual value for all that is missing.
    fn whole(self) -> Self {
        Self {
            parent: self.parent.or(Some(None)),
            addresses: self.addresses.or(Some(Vec::new())),
            sender_name: self.sender_name.or(Some(String::new())),
            salutation: self.salutation.or(Some(String::new())),
            salutation_unnamed: self.salutation_unnamed.or(Some(String::new())),
            signature: self.signature.or(Some(String::new())),
            auto_response: self.auto_response.or(Some(true)),
            follow_up_policy: self.follow_up_policy.or(Some(FollowUpPolicy::Reopen.to_string())),
            closed_days: self.closed_days.or(Some(None)),
            strict_matching: self.strict_matching.or(Some(false)),
            subject_tag: self.subject_tag.or(Some(false)),
            reply_token: self.reply_token.or(Some(false)),
            // Whoever does not know of it opens nothing by saying nothing.
            own_rights: self.own_rights,
            unlock_minutes: self.unlock_minutes.or(Some(480)),
            hold_seconds: self.hold_seconds.or(Some(10)),
            note: self.note.or(Some(String::new())),
            retired: self.retired.or(Some(false)),
            ..self
        }
    }

    fn apply(&self, tx: &mut Tx<'_>, actor: &Actor, id: QueueId, at: &Moment) -> Result<QueueView> {
        let was = queues::get(tx, id)?.name;
        let queue = queues::change(tx, actor, id, &self.change()?, at)?;
        crate::search::views::queue_renamed(tx, &was, &queue.name)?;
        if let Some(name) = &self.move_tickets_to {
            if self.retired != Some(true) {
                return Err(Error::invalid(
                    "move_tickets_to",
                    "Tickets move only out of a queue that is retired.",
                ));
            }
            let to = super::tickets::target_queue(tx, actor, "move_tickets_to", name)?;
            clear_out::clear_out(tx, actor, id, to, at)
                .map_err(|error| super::tickets::renamed(error, "move_to", "move_tickets_to"))?;
        }
        match self.retired {
            Some(true) => queues::retire(tx, actor, id, at.ts())?,
            Some(false) => queues::restore(tx, actor, id, at.ts())?,
            None => {}
        }
        view(tx, actor, id)
    }
}

/// Makes a queue. Needs the right to manage queues and mail.
#[utoipa::path(post, path = "/queues", tag = "administration", request_body = SetQueue,
    responses((status = 201, body = QueueView)))]
pub async fn create(desk: Data<Desk>, caller: Caller, Json { value, request }: Json<SetQueue>) -> Answer {
    let (at, asker) = (desk.moment(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let new = NewQueue {
                name: value.name.clone().unwrap_or_default(),
                parent: value.parent.clone().flatten(),
                addresses: value.addresses.clone().unwrap_or_default(),
            };
            let queue = queues::create(tx, &asker.actor, &new, at.ts())?;
            value.apply(tx, &asker.actor, queue.id, &at)
        })
        .await
}

/// Sets all of a queue: what is missing gets its usual value. Needs the right to manage queues and mail.
#[utoipa::path(put, path = "/queues/{id}", tag = "administration", params(("id" = String, Path)),
    request_body = SetQueue, responses((status = 200, body = QueueView)))]
pub async fn put(desk: Data<Desk>, caller: Caller, id: Path<String>, body: Json<SetQueue>) -> Answer {
    if body.value.name.is_none() {
        return Err(super::problem::Problem::field("name", "This field is needed."));
    }
    set(&desk, caller, &id, body.value.whole()).await
}

/// Changes a queue: what is missing stays. Needs the right to manage queues and mail.
#[utoipa::path(patch, path = "/queues/{id}", tag = "administration", params(("id" = String, Path)),
    request_body = SetQueue, responses((status = 200, body = QueueView)))]
pub async fn patch(desk: Data<Desk>, caller: Caller, id: Path<String>, body: Json<SetQueue>) -> Answer {
    set(&desk, caller, &id, body.value).await
}

async fn set(desk: &Data<Desk>, caller: Caller, id: &str, value: SetQueue) -> Answer {
    let id: QueueId = page::key(id)?;
    let at = desk.moment();
    let changed = desk.db.write(move |tx| value.apply(tx, &caller.actor, id, &at)).await?;
    Ok(HttpResponse::Ok().json(changed))
}

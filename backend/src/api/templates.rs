//! Texts that agents insert, and macros. Reading them needs a token; keeping them the right to manage queues and mail.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    body::{Input, Json, Request},
    gate::Caller,
    page::{self, List},
    problem::Answer,
    tickets::PriorityInput,
};
use crate::{
    access::{self, Actor},
    db::{Conn, InstallationRight, LetterLanguage, QueueId, TemplateId},
    desk::Desk,
    error::{Error, Result, say},
    people::role_change,
    queues::{
        self,
        templates::{self as store, Change, Effects, Template},
    },
    terms::Terms,
    tickets::templates,
};

/// What happens to the ticket when the text is sent.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EffectsView {
    /// The name of a state, or open, pending reminder, pending auto close, closed; null: nothing.
    state: Option<String>,
    /// For how many days a pending state waits.
    wait_days: Option<i32>,
    /// The name of the queue to which the ticket goes.
    queue: Option<String>,
    /// The name of a priority, or 1 to 5.
    priority: Option<PriorityInput>,
    /// Words that are put on the ticket.
    tags: Vec<String>,
}

/// A text that agents insert.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Template)]
pub struct TemplateView {
    /// Its id.
    pub id: String,
    /// How agents find it.
    pub name: String,
    /// en, de, fr; null: in no language in particular.
    pub language: Option<String>,
    /// What it says, with names like {{customer.name}} that are filled in.
    pub body_text: String,
    /// What happens besides.
    pub effects: EffectsView,
    /// For whom it is: everybody, queues, roles, personal.
    pub scope: String,
    /// The names of the queues in which it is offered, of those that its reader sees; empty: everywhere, or in none of them,
    /// which the scope tells.
    pub queues: Vec<String>,
    /// The names of the roles to whose holders it is offered; empty also without the right to manage people, which tells.
    pub roles: Vec<String>,
    /// Whether it is offered no more.
    pub retired: bool,
}

pub(super) fn view(conn: &mut Conn, actor: &Actor, template: &Template) -> Result<TemplateView> {
    let mut queues = Vec::with_capacity(template.queues.len());
    for id in template.queues.iter().filter(|id| store::is_named_to(**id, actor)) {
        queues.push(queues::get(conn, *id)?.name);
    }
    let roles = if template.roles.is_empty() || !actor.scope.may(InstallationRight::People) {
        Vec::new()
    } else {
        let all = role_change::all(conn)?.into_iter();
        all.filter(|(role, _)| template.roles.contains(&role.id)).map(|(role, _)| role.name).collect()
    };
    let effects = template.effects.clone().known_to(actor, template.owner.is_some());
    let terms = Terms::load(conn)?;
    Ok(TemplateView {
        id: template.id.to_string(),
        name: template.name.clone(),
        language: template.language.map(|of| of.to_string()),
        body_text: template.body.clone(),
        effects: EffectsView {
            state: effects.state.map(|state| terms.state_word(state)),
            wait_days: effects.wait_days,
            queue: effects.queue.map(|id| queues::get(conn, id)).transpose()?.map(|queue| queue.name),
            priority: effects.priority.map(|level| PriorityInput::Word(terms.priority_word(level))),
            tags: effects.tags.clone(),
        },
        scope: template.scope().as_str().to_owned(),
        queues,
        roles,
        retired: template.retired,
    })
}

/// A text to be kept.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetTemplate {
    /// How agents find it.
    name: String,
    /// en, de, fr; without it, in no language in particular.
    language: Option<String>,
    /// What it says.
    #[serde(default)]
    body_text: String,
    /// What happens besides: then it is a macro.
    #[serde(default)]
    effects: EffectsView,
    /// The names of the queues in which it is offered; without any, everywhere.
    #[serde(default)]
    queues: Vec<String>,
    /// The names of the roles to whose holders it is offered, in place of queues; an empty list: to everybody. Left out
    /// together with queues, a change leaves it to those who have it. Choosing them takes the right to manage people.
    roles: Option<Vec<String>>,
}

impl Input for SetTemplate {}

impl SetTemplate {
    fn change(&self, conn: &mut Conn, actor: &Actor, before: Option<&Template>) -> Result<Change> {
        let chosen = self.roles.as_deref().unwrap_or_default();
        if !chosen.is_empty() {
            actor.require(InstallationRight::People)?;
        }
        let language = language(self.language.as_deref())?;
        let effects = self.effects.understood(conn, |conn, name| named(conn, "queue", name))?;
        let all = role_change::all(conn)?;
        let role = |name: &String| {
            let found = all.iter().find(|(role, _)| role.name == *name).map(|(role, _)| role.id);
            found.ok_or_else(|| Error::invalid("roles", say!("refused-template-role-unknown", name = name)))
        };
        Ok(Change {
            name: self.name.clone(),
            language,
            body: self.body_text.clone(),
            effects,
            roles: match (&self.roles, before) {
                (None, Some(before)) if self.queues.is_empty() => before.roles.clone(),
                _ => chosen.iter().map(role).collect::<Result<_>>()?,
            },
            queues: self.queues.iter().map(|name| named(conn, "queues", name)).collect::<Result<_>>()?,
        })
    }
}

impl EffectsView {
    /// The same for the verbs; `queue` finds the queue of a name.
    pub(super) fn understood(
        &self,
        conn: &mut Conn,
        queue: impl FnOnce(&mut Conn, &str) -> Result<QueueId>,
    ) -> Result<Effects> {
        let terms = Terms::load(conn)?;
        let wanted = self.priority.as_ref();
        Ok(Effects {
            state: self.state.as_deref().map(|word| terms.wanted_state("state", word)).transpose()?,
            wait_days: self.wait_days,
            queue: self.queue.as_deref().map(|name| queue(conn, name)).transpose()?,
            priority: wanted.map(|level| level.priority(conn, "priority")).transpose()?,
            tags: self.tags.clone(),
        })
    }
}

pub(super) fn language(word: Option<&str>) -> Result<Option<LetterLanguage>> {
    word.map(|word| page::word::<LetterLanguage>("language", word)).transpose()
}

fn named(conn: &mut Conn, field: &str, name: &str) -> Result<QueueId> {
    match queues::by_name(conn, name) {
        Ok(queue) => Ok(queue.id),
        Err(Error::NotFound) => Err(Error::invalid(field, say!("refused-queue-unknown", name = name))),
        Err(error) => Err(error),
    }
}

/// The texts, by name; retired ones too. Without the right to keep them, those of the queues that one may read.
#[utoipa::path(get, path = "/templates", tag = "templates", responses((status = 200, body = List<TemplateView>)))]
pub async fn list(desk: Data<Desk>, caller: Caller) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            let mut found = store::all(conn)?;
            found.retain(|template| template.is_seen_by(&caller.actor));
            let views = found.iter().map(|one| view(conn, &caller.actor, one));
            Ok(List::whole(views.collect::<Result<Vec<_>>>()?))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

/// Keeps a new text.
#[utoipa::path(post, path = "/templates", tag = "templates", request_body = SetTemplate,
    responses((status = 201, body = TemplateView)))]
pub async fn create(desk: Data<Desk>, caller: Caller, Json { value, request }: Json<SetTemplate>) -> Answer {
    let (now, asker) = (desk.moment().ts(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let change = value.change(tx, &asker.actor, None)?;
            let made = store::create(tx, &asker.actor, &change, now)?;
            view(tx, &asker.actor, &made)
        })
        .await
}

/// One text.
#[utoipa::path(get, path = "/templates/{id}", tag = "templates", params(("id" = String, Path)),
    responses((status = 200, body = TemplateView)))]
pub async fn get(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let id: TemplateId = page::key(&id)?;
    let found = desk
        .db
        .read(move |conn| {
            let template = store::get(conn, id)?;
            if template.is_seen_by(&caller.actor) {
                view(conn, &caller.actor, &template)
            } else {
                Err(Error::NotFound)
            }
        })
        .await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Keeps a text in place of what it was.
#[utoipa::path(put, path = "/templates/{id}", tag = "templates", params(("id" = String, Path)),
    request_body = SetTemplate, responses((status = 200, body = TemplateView)))]
pub async fn put(
    desk: Data<Desk>,
    caller: Caller,
    id: Path<String>,
    Json { value, .. }: Json<SetTemplate>,
) -> Answer {
    let (id, now): (TemplateId, _) = (page::key(&id)?, desk.moment().ts());
    let kept = desk
        .db
        .write(move |tx| {
            let before = store::get(tx, id)?;
            let change = value.change(tx, &caller.actor, Some(&before))?;
            let kept = store::change(tx, &caller.actor, id, &change, now)?;
            view(tx, &caller.actor, &kept)
        })
        .await?;
    Ok(HttpResponse::Ok().json(kept))
}

/// Offers a text no more. `POST /templates/{id}/restore` offers it again.
#[utoipa::path(delete, path = "/templates/{id}", tag = "templates", params(("id" = String, Path)),
    responses((status = 204)))]
pub async fn delete(desk: Data<Desk>, caller: Caller, id: Path<String>) -> Answer {
    let (id, now): (TemplateId, _) = (page::key(&id)?, desk.moment().ts());
    desk.db.write(move |tx| store::retire(tx, &caller.actor, id, false, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Offers a text again.
#[utoipa::path(post, path = "/templates/{id}/restore", tag = "templates", params(("id" = String, Path)),
    responses((status = 201, body = TemplateView)))]
pub async fn restore(desk: Data<Desk>, caller: Caller, id: Path<String>, request: Request) -> Answer {
    let (id, now, asker): (TemplateId, _, _) = (page::key(&id)?, desk.moment().ts(), caller.clone());
    request
        .create(&desk, &caller, move |tx| {
            let kept = store::retire(tx, &asker.actor, id, true, now)?;
            view(tx, &asker.actor, &kept)
        })
        .await
}

/// A text, filled in for a ticket.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FilledView {
    /// Its id.
    id: String,
    /// How agents find it.
    name: String,
    /// The text, ready to be sent unless something is missing.
    body_text: String,
    /// Names without a value; they still stand in the text, and stop it from being sent.
    missing: Vec<String>,
    /// What happens when a reply names this text as its `template`.
    effects: EffectsView,
    /// Whether it is the caller's own.
    personal: bool,
}

/// The texts that are offered in a ticket, filled in for it.
#[utoipa::path(get, path = "/tickets/{number}/templates", tag = "templates", params(("number" = String, Path)),
    responses((status = 200, body = List<FilledView>)))]
pub async fn of_ticket(desk: Data<Desk>, caller: Caller, number: Path<String>) -> Answer {
    let list = desk
        .db
        .read(move |conn| {
            let access = access::readable(conn, &caller.actor, &number)?;
            let mut items = Vec::new();
            for template in templates::offered(conn, &access, &caller.actor)? {
                let filled = templates::fill(conn, &access, &caller.actor, &template)?;
                let shown = view(conn, &caller.actor, &template)?;
                items.push(FilledView {
                    id: shown.id,
                    name: shown.name,
                    body_text: filled.text,
                    missing: filled.missing.into_iter().map(str::to_owned).collect(),
                    effects: shown.effects,
                    personal: template.owner.is_some(),
                });
            }
            Ok(List::whole(items))
        })
        .await?;
    Ok(HttpResponse::Ok().json(list))
}

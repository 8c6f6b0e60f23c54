//! From the tables to the file.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use serde_json::Value;

use super::document::{
    AnswerText, CalendarText, Document, GrantText, LookText, MailboxText, PriorityText, QueueText, RoleText,
    StateText, TemplateText,
};
use crate::{
    access::Actor,
    config::sign_in::Entry,
    db::{
        AgentId, AnswerKind, Conn, InstallationRight, MailboxKind, QueueId, Right, RoleId,
        schema::roles as role_rows,
    },
    error::Result,
    filters,
    mailboxes::{self, Wish},
    notify::answers,
    people::{agents, domains, role_change, roles, setup},
    queues::{
        self,
        calendars::{self, Calendar},
        templates,
    },
    settings::{self, look},
    sign_in::ways,
    terms::{self, Terms, priorities::Rank},
};

/// What names stand for.
pub(super) struct Names {
    pub queues: HashMap<QueueId, String>,
    pub agents: HashMap<AgentId, String>,
    pub terms: Terms,
}

impl Names {
    pub(super) fn load(conn: &mut Conn) -> Result<Self> {
        let queues = queues::all(conn)?.into_iter().map(|queue| (queue.id, queue.name)).collect();
        let agents = agents::all(conn)?.into_iter().map(|agent| (agent.id, agent.login)).collect();
        Ok(Self { queues, agents, terms: Terms::load(conn)? })
    }

    pub(super) fn queue(&self, id: QueueId) -> String {
        self.queues.get(&id).cloned().unwrap_or_default()
    }
}

/// The configuration in force.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the rights to manage people, and queues and mail.
pub fn export(conn: &mut Conn, actor: &Actor) -> Result<Document> {
    actor.require(InstallationRight::People)?;
    actor.require(InstallationRight::QueuesAndMail)?;
    let names = Names::load(conn)?;
    let settings: BTreeMap<String, String> =
        settings::kept(conn)?.into_iter().map(|(key, kept)| (key, kept.value)).collect();
    Ok(Document {
        organisation: Some(setup::organisation(conn)?),
        look: Some(look_of(conn)?),
        agent_domains: Some(domains::allowed(conn)?),
        settings,
        states: states_of(&names.terms),
        priorities: priorities_of(&names.terms),
        calendars: calendars_of(conn)?,
        sign_in: Some(ways_of(conn)?),
        queues: queues_of(conn, actor, &names)?,
        roles: roles_of(conn, &names)?,
        templates: templates_of(conn, &names)?,
        auto_responses: answers_of(conn, actor, &names)?,
        mailboxes: mailboxes_of(conn, actor)?,
        filters: Some(filters_of(conn, actor, &names)?),
    })
}

fn ways_of(conn: &mut Conn) -> Result<Vec<Value>> {
    ways::said(conn)?.iter().map(Entry::written).collect()
}

fn look_of(conn: &mut Conn) -> Result<LookText> {
    let look = look::load(conn)?;
    let logo = if look.logo.is_empty() { None } else { look::logo_text(conn)? };
    Ok(LookText {
        colour: Some(look.colour),
        theme: Some(if look.theme.is_empty() { "system".to_owned() } else { look.theme }),
        logo: Some(logo.unwrap_or_default()),
    })
}

fn states_of(terms: &Terms) -> Vec<StateText> {
    let mut all: Vec<StateText> = Vec::new();
    for kind in terms::KINDS {
        let of_kind = terms.states.iter().filter(|state| state.kind == kind);
        // Whatever gaps there are: the same order is the same text.
        all.extend((1..).zip(of_kind).map(|(place, state)| StateText {
            name: state.name.clone(),
            kind,
            place,
            retired: state.is_retired(),
        }));
    }
    all
}

fn priorities_of(terms: &Terms) -> Vec<PriorityText> {
    let text = |rank: &Rank| PriorityText {
        name: rank.level.as_str().to_owned(),
        called: rank.name.clone().unwrap_or_default(),
        usual: rank.usual,
        retired: rank.is_retired(),
    };
    terms.ranks.iter().map(text).collect()
}

fn calendars_of(conn: &mut Conn) -> Result<Vec<CalendarText>> {
    let text = |calendar: &Calendar| {
        let written = calendars::Change::of(calendar);
        let hours = calendars::DAYS.iter().zip(written.hours).filter(|(_, text)| !text.is_empty());
        CalendarText {
            name: written.name,
            own: calendar.id == calendars::OWN,
            retired: calendar.retired,
            time_zone: calendar.time_zone.clone(),
            hours: hours.map(|(day, text)| ((*day).to_owned(), text)).collect(),
            holidays: written.holidays.lines().map(str::to_owned).collect(),
        }
    };
    Ok(calendars::all(conn)?.iter().map(text).collect())
}

fn queues_of(conn: &mut Conn, actor: &Actor, names: &Names) -> Result<Vec<QueueText>> {
    let switches = answers::switches(conn, actor)?;
    let mut addresses = queues::listing::addresses(conn)?;
    let default = queues::default_queue(conn)?;
    let calendars = calendars::names(conn)?;
    let mut all = Vec::new();
    for queue in queues::all(conn)? {
        let on = |kind: &&AnswerKind| answers::is_on(&switches, &queue, **kind);
        let answers = AnswerKind::ALL.iter().filter(on).copied().collect();
        all.push(QueueText {
            parent: queue.parent_id.map(|parent| names.queue(parent)),
            addresses: addresses.remove(&queue.id).unwrap_or_default(),
            answers,
            default: default == queue.id,
            retired: queue.retired_at.is_some(),
            calendar: calendars
                .iter()
                .find(|calendar| Some(calendar.id) == queue.calendar_id)
                .map(|calendar| calendar.name.clone()),
            name: queue.name,
            sender_name: queue.sender_name,
            salutation: queue.salutation,
            salutation_unnamed: queue.salutation_unnamed,
            signature: queue.signature,
            language: queue.language,
            follow_up_policy: queue.follow_up_policy,
            closed_days: queue.closed_days,
            strict_matching: queue.strict_matching,
            subject_tag: queue.subject_tag,
            reply_token: queue.reply_token,
            own_rights: Some(queue.own_rights),
            unlock_minutes: queue.unlock_minutes,
            hold_seconds: queue.hold_seconds,
            note: queue.note,
        });
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}

fn roles_of(conn: &mut Conn, names: &Names) -> Result<Vec<RoleText>> {
    let asks: HashMap<crate::db::RoleId, bool> = role_rows::table
        .select((role_rows::id, role_rows::needs_factor))
        .load::<(crate::db::RoleId, bool)>(conn)?
        .into_iter()
        .collect();
    let mut all = Vec::new();
    for (role, retired) in role_change::all(conn)? {
        let mut by_queue: BTreeMap<String, Vec<Right>> = BTreeMap::new();
        for (queue, right) in roles::grants(conn, role.id)? {
            by_queue
                .entry(queue.map_or_else(|| "*".to_owned(), |id| names.queue(id)))
                .or_default()
                .push(right);
        }
        let grants = by_queue.into_iter().map(|(queue, mut rights)| {
            rights.sort_unstable();
            GrantText { queue, rights }
        });
        let mut installation = roles::rights(&role.installation);
        installation.sort_unstable();
        all.push(RoleText {
            grants: grants.collect(),
            installation,
            second_factor: asks.get(&role.id).copied().unwrap_or(false),
            retired,
            name: role.name,
            description: role.description,
        });
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}

fn templates_of(conn: &mut Conn, names: &Names) -> Result<Vec<TemplateText>> {
    let held: HashMap<RoleId, String> =
        role_change::all(conn)?.into_iter().map(|(role, _)| (role.id, role.name)).collect();
    let offered = templates::all(conn)?.into_iter().filter(|template| !template.retired);
    let mut all: Vec<TemplateText> = offered
        .map(|template| {
            let does = template.effects;
            let mut queues: Vec<String> = template.queues.iter().map(|id| names.queue(*id)).collect();
            queues.sort();
            let mut roles: Vec<String> =
                template.roles.iter().filter_map(|id| held.get(id)).cloned().collect();
            roles.sort();
            TemplateText {
                name: template.name,
                language: template.language,
                body: template.body,
                queues,
                roles: Some(roles),
                state: does.state.map(|state| names.terms.state_word(state)),
                wait_days: does.wait_days,
                move_to: does.queue.map(|id| names.queue(id)),
                // The word that stays what it is: one file gives a rank another name, and macros go on meaning it.
                priority: does.priority.map(|priority| priority.as_str().to_owned()),
                tags: does.tags,
            }
        })
        .collect();
    all.sort_by(|one, other| (&one.name, one.language).cmp(&(&other.name, other.language)));
    Ok(all)
}

fn answers_of(conn: &mut Conn, actor: &Actor, names: &Names) -> Result<Vec<AnswerText>> {
    let mut all: Vec<AnswerText> = answers::all(conn, actor)?
        .into_iter()
        .map(|own| AnswerText {
            queue: own.queue_id.map(|id| names.queue(id)),
            kind: own.kind,
            language: own.language,
            subject: own.subject,
            body: own.body,
        })
        .collect();
    all.sort_by(|one, other| {
        (&one.queue, one.kind, one.language).cmp(&(&other.queue, other.kind, other.language))
    });
    Ok(all)
}

fn mailboxes_of(conn: &mut Conn, actor: &Actor) -> Result<Vec<MailboxText>> {
    let mut all = Vec::new();
    for listed in mailboxes::all(conn, actor)? {
        let it = Wish::of(conn, &listed.mailbox)?;
        let rests = it.kind == MailboxKind::Maildir && listed.mailbox.disabled_at.is_some();
        all.push(MailboxText {
            name: it.name,
            kind: it.kind,
            address: it.address,
            host: it.host,
            port: it.port,
            security: it.security,
            ca: it.ca,
            login: it.login,
            auth: it.auth,
            token_url: it.token_url,
            client_id: it.client_id,
            scope: it.scope,
            directory: it.directory,
            folders: it.folders,
            after: it.after,
            move_to: it.move_to,
            existing: it.existing,
            queue: it.queue,
            trusted: it.trusted,
            max_bytes: it.max_bytes,
            poll_seconds: it.poll_seconds,
            rests,
        });
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}

/// Rules name queues and owners by their keys; here by their names.
fn filters_of(conn: &mut Conn, actor: &Actor, names: &Names) -> Result<Vec<Value>> {
    let mut rules = Vec::new();
    for rule in filters::store::current(conn, actor)?.rules {
        let (queue, owner) = (rule.actions.queue, rule.actions.owner);
        let mut told = serde_json::to_value(&rule)?;
        if let Some(actions) = told.get_mut("actions").and_then(Value::as_object_mut) {
            if let Some(id) = queue {
                actions.insert("queue".to_owned(), Value::String(names.queue(id)));
            }
            if let Some(state) = rule.actions.state {
                actions.insert("state".to_owned(), Value::String(names.terms.state_word(state)));
            }
            if let Some(id) = owner {
                let login = names.agents.get(&id).cloned().unwrap_or_default();
                actions.insert("owner".to_owned(), Value::String(login));
            }
        }
        rules.push(told);
    }
    Ok(rules)
}

//! From the file to the tables: by the verbs that the pages use, in one transaction. Afterwards everything is as the file
//! says, or nothing was changed.

use std::collections::{BTreeSet, HashSet};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{
    Difference, apply_terms,
    document::{CalendarText, Document, LookText, MailboxText, QueueText, RoleText, TemplateText},
    export::{Names, export},
    render::differences,
};
use crate::{
    access::{Actor, PeopleAccess, for_people},
    config::{Config, Secret},
    db::{AnswerKind, CalendarId, InstallationRight, MailboxAuth, MailboxKind, QueueId, Right, Ts, Tx},
    error::{Error, Result, say},
    filters::{self, Rule},
    mailboxes::{self, Wish},
    notify::answers::{self, Text},
    people::{domains, factor, role_change, roles, setup},
    queues::{self, NewQueue, calendars, templates},
    settings::{self, look},
    terms::Terms,
    tickets::Moment,
};

/// Brings everything to what the document says; what was different before.
///
/// # Errors
/// Those of the verbs, with the field named; [`Error::Conflict`] for what could not be brought to it.
pub fn apply(
    tx: &mut Tx<'_>,
    actor: &Actor,
    config: &Config,
    wanted: &Document,
    now: Ts,
) -> Result<Vec<Difference>> {
    let is = export(tx, actor)?;
    let changes = differences(&is, wanted)?;
    if changes.is_empty() {
        return Ok(changes);
    }
    let people = for_people(tx, actor)?;
    if let Some(name) = &wanted.organisation {
        setup::set_organisation(tx, &people, name, now)?;
    }
    if let Some(look) = &wanted.look {
        look_to(tx, actor, look, now)?;
    }
    if let Some(list) = &wanted.agent_domains {
        domains::set(tx, &people, list, now)?;
    }
    // What is so already is no change, also where the file of this place says it by now.
    for (key, value) in wanted.settings.iter().filter(|(key, value)| is.settings.get(*key) != Some(*value)) {
        settings::change(tx, actor, config, key, Some(value), now)?;
    }
    let at = Moment { now: now.0, zone: config.time_zone.clone() };
    apply_terms::begin(tx, actor, &is, wanted, now)?;
    let calendars: Vec<&CalendarText> =
        wanted.calendars.iter().filter(|calendar| !is.calendars.contains(calendar)).collect();
    for calendar in &calendars {
        calendar_to(tx, actor, calendar, &at)?;
    }
    // A queue may count by a calendar that is offered no more: for as long as it is chosen, it is.
    let mut asleep: BTreeSet<CalendarId> = BTreeSet::new();
    for queue in wanted.queues.iter().filter(|queue| !is.queues.contains(queue)) {
        let named = |calendar: &calendars::Named| Some(&calendar.name) == queue.calendar.as_ref();
        if let Some(calendar) =
            calendars::names(tx)?.into_iter().find(named).filter(calendars::Named::is_retired)
        {
            calendars::retire(tx, actor, calendar.id, false, now)?;
            asleep.insert(calendar.id);
        }
    }
    queues_to(tx, actor, &is.queues, &wanted.queues, &at)?;
    for calendar in calendars.iter().filter(|calendar| calendar.retired) {
        asleep.extend(calendar_named(tx, &calendar.name)?);
    }
    for id in asleep {
        calendars::retire(tx, actor, id, true, now)?;
    }
    for role in wanted.roles.iter().filter(|role| !is.roles.contains(role)) {
        role_to(tx, &people, role, now)?;
    }
    for template in wanted.templates.iter().filter(|template| !is.templates.contains(template)) {
        template_to(tx, actor, template, now)?;
    }
    for answer in wanted.auto_responses.iter().filter(|answer| !is.auto_responses.contains(answer)) {
        let queue = answer.queue.as_deref().map(|name| queue_named(tx, name)).transpose()?;
        let text = Text { subject: answer.subject.clone(), body: answer.body.clone() };
        let change = answers::Change { queue, kind: answer.kind, language: answer.language, text };
        answers::save(tx, actor, &change, now)?;
    }
    for mailbox in wanted.mailboxes.iter().filter(|mailbox| !is.mailboxes.contains(mailbox)) {
        mailbox_to(tx, actor, config, mailbox, now)?;
    }
    if let Some(rules) = wanted.filters.as_ref().filter(|rules| is.filters.as_ref() != Some(rules)) {
        let names = Names::load(tx)?;
        let rules = rules.iter().map(|rule| rule_of(rule, &names)).collect::<Result<Vec<_>>>()?;
        filters::store::save(tx, actor, rules, None, now)?;
    }
    apply_terms::end(tx, actor, wanted, now)?;
    // What a verb trims, orders or leaves out is not what the file says: better nothing than nearly that.
    let left = differences(&export(tx, actor)?, wanted)?;
    match left.first() {
        None => Ok(changes),
        Some(difference) => Err(Error::Conflict(say!("refused-apply", what = difference))),
    }
}

fn look_to(tx: &mut Tx<'_>, actor: &Actor, text: &LookText, now: Ts) -> Result<()> {
    let decoded = |logo: &String| {
        STANDARD.decode(logo.trim()).map_err(|_| Error::invalid("logo", say!("refused-logo")))
    };
    let change = look::Change {
        colour: text.colour.clone(),
        theme: text.theme.clone(),
        logo: text.logo.as_ref().map(decoded).transpose()?,
    };
    look::change(tx, actor, &change, now)
}

fn queue_named(tx: &mut Tx<'_>, name: &str) -> Result<QueueId> {
    match queues::by_name(tx, name) {
        Ok(queue) => Ok(queue.id),
        Err(Error::NotFound) => Err(Error::invalid("queue", say!("refused-queue-unknown", name = name))),
        Err(error) => Err(error),
    }
}

fn calendar_named(tx: &mut Tx<'_>, name: &str) -> Result<Option<CalendarId>> {
    let same = |calendar: &calendars::Named| calendar.name == name;
    Ok(calendars::names(tx)?.into_iter().find(same).map(|calendar| calendar.id))
}

fn calendar_to(tx: &mut Tx<'_>, actor: &Actor, text: &CalendarText, at: &Moment) -> Result<()> {
    let mut change = calendars::Change {
        name: text.name.clone(),
        time_zone: text.time_zone.clone().unwrap_or_default(),
        holidays: text.holidays.join("\n"),
        ..calendars::Change::default()
    };
    for (day, written) in &text.hours {
        let place = calendars::DAYS.iter().position(|known| known == day);
        let place = place.and_then(|at| change.hours.get_mut(at));
        *place.ok_or_else(|| Error::invalid("hours", say!("refused-weekday", name = day)))? = written.clone();
    }
    // The installation's own stays itself under whatever name.
    let id = if text.own { Some(calendars::OWN) } else { calendar_named(tx, &text.name)? };
    let calendar = match id {
        Some(id) => calendars::change(tx, actor, id, &change, at)?,
        None => calendars::create(tx, actor, &change, at)?,
    };
    if calendar.retired && !text.retired {
        calendars::retire(tx, actor, calendar.id, false, at.ts())?;
    }
    Ok(())
}

fn queues_to(
    tx: &mut Tx<'_>,
    actor: &Actor,
    is: &[QueueText],
    wanted: &[QueueText],
    at: &Moment,
) -> Result<()> {
    let now = at.ts();
    let there: HashSet<&str> = is.iter().map(|queue| queue.name.as_str()).collect();
    for queue in wanted.iter().filter(|queue| !there.contains(queue.name.as_str())) {
        let new = NewQueue { name: queue.name.clone(), parent: None, addresses: Vec::new() };
        queues::create(tx, actor, &new, now)?;
    }
    let changed: Vec<&QueueText> = wanted.iter().filter(|queue| !is.contains(queue)).collect();
    // An address that goes from one queue to another leaves the first before it comes to the second.
    for queue in &changed {
        let id = queue_named(tx, &queue.name)?;
        let mine: Vec<String> = queues::listing::addresses(tx)?.remove(&id).unwrap_or_default();
        let kept: Vec<String> = mine.iter().filter(|one| queue.addresses.contains(one)).cloned().collect();
        if kept != mine {
            let change = queues::Change { addresses: Some(kept), ..queues::Change::default() };
            queues::change(tx, actor, id, &change, at)?;
        }
    }
    for queue in &changed {
        queue_to(tx, actor, queue, at)?;
    }
    for queue in &changed {
        let id = queue_named(tx, &queue.name)?;
        let retired = queues::get(tx, id)?.retired_at.is_some();
        match (retired, queue.retired) {
            (false, true) => queues::retire(tx, actor, id, now)?,
            (true, false) => queues::restore(tx, actor, id, now)?,
            _ => {}
        }
    }
    Ok(())
}

fn queue_to(tx: &mut Tx<'_>, actor: &Actor, queue: &QueueText, at: &Moment) -> Result<()> {
    let id = queue_named(tx, &queue.name)?;
    let change = queues::Change {
        name: None,
        parent: Some(queue.parent.clone()),
        addresses: Some(queue.addresses.clone()),
        sender_name: Some(queue.sender_name.clone()),
        signature: Some(queue.signature.clone()),
        auto_response: Some(queue.answers.contains(&AnswerKind::Received)),
        follow_up_policy: Some(queue.follow_up_policy),
        closed_days: Some(queue.closed_days),
        strict_matching: Some(queue.strict_matching),
        subject_tag: Some(queue.subject_tag),
        reply_token: Some(queue.reply_token),
        unlock_minutes: Some(queue.unlock_minutes),
        hold_seconds: Some(queue.hold_seconds),
        calendar: Some(queue.calendar.clone()),
        language: Some(queue.language),
        note: Some(queue.note.clone()),
        default: queue.default.then_some(true),
    };
    queues::change(tx, actor, id, &change, at)?;
    for kind in AnswerKind::ALL.iter().filter(|kind| **kind != AnswerKind::Received) {
        answers::set_switch(tx, actor, id, *kind, queue.answers.contains(kind), at.ts())?;
    }
    Ok(())
}

fn role_to(tx: &mut Tx<'_>, people: &PeopleAccess, role: &RoleText, now: Ts) -> Result<()> {
    let mut grants: BTreeSet<(Option<QueueId>, Right)> = BTreeSet::new();
    for grant in &role.grants {
        let queue = if grant.queue == "*" { None } else { Some(queue_named(tx, &grant.queue)?) };
        grants.extend(grant.rights.iter().map(|right| (queue, *right)));
    }
    let same = |one: &(roles::Role, bool)| one.0.name == role.name;
    let (id, retired) = match role_change::all(tx)?.into_iter().find(same) {
        Some((found, retired)) => (found.id, retired),
        None => {
            let new =
                roles::NewRole { name: role.name.clone(), grants: Vec::new(), installation: Vec::new() };
            (roles::create(tx, people, &new, now)?.id, false)
        }
    };
    let change = role_change::Change {
        name: None,
        description: Some(role.description.clone()),
        grants: Some(grants),
        installation: Some(role.installation.iter().copied().collect::<BTreeSet<InstallationRight>>()),
    };
    if retired && !role.retired {
        role_change::restore(tx, people, id, now)?;
    }
    role_change::change(tx, people, id, &change, now)?;
    factor::need_for_role(tx, people, id, role.second_factor, now)?;
    if !retired && role.retired {
        role_change::retire(tx, people, id, now)?;
    }
    Ok(())
}

fn template_to(tx: &mut Tx<'_>, actor: &Actor, text: &TemplateText, now: Ts) -> Result<()> {
    let queues = text.queues.iter().map(|name| queue_named(tx, name)).collect::<Result<Vec<_>>>()?;
    let terms = Terms::load(tx)?;
    let effects = templates::Effects {
        state: text.state.as_deref().map(|word| terms.wanted_state("state", word)).transpose()?,
        wait_days: text.wait_days,
        queue: text.move_to.as_deref().map(|name| queue_named(tx, name)).transpose()?,
        priority: text.priority.as_deref().map(|word| terms.wanted_priority("priority", word)).transpose()?,
        tags: text.tags.clone(),
    };
    let change = templates::Change {
        name: text.name.clone(),
        language: text.language,
        body: text.body.clone(),
        effects,
        queues,
    };
    let same =
        |one: &templates::Template| !one.retired && one.name == text.name && one.language == text.language;
    match templates::all(tx)?.into_iter().find(same) {
        Some(template) => templates::change(tx, actor, template.id, &change, now)?,
        None => templates::create(tx, actor, &change, now)?,
    };
    Ok(())
}

fn mailbox_to(tx: &mut Tx<'_>, actor: &Actor, config: &Config, text: &MailboxText, now: Ts) -> Result<()> {
    let it = text.clone();
    let mut wish = Wish {
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
        ..Wish::default()
    };
    let same = |listed: &mailboxes::Listed| listed.mailbox.name == text.name;
    if let Some(listed) = mailboxes::all(tx, actor)?.into_iter().find(same) {
        mailboxes::update(tx, actor, config, listed.mailbox.id, &wish, now)?;
        return Ok(());
    }
    // The file knows no secret: until somebody sets one, the mailbox rests.
    if text.kind != MailboxKind::Maildir {
        let unknown = || Secret::new(crate::clock::random_token());
        match text.auth {
            MailboxAuth::Password => wish.password = unknown(),
            MailboxAuth::OAuth2 => (wish.client_secret, wish.refresh_token) = (unknown(), unknown()),
        }
    }
    let made = mailboxes::create(tx, actor, config, &wish, now)?;
    if text.kind != MailboxKind::Maildir {
        mailboxes::enable(tx, actor, made.id, false, now)?;
    }
    Ok(())
}

/// A rule whose queue and owner are named.
fn rule_of(rule: &Value, names: &Names) -> Result<Rule> {
    let mut rule = rule.clone();
    if let Some(actions) = rule.get_mut("actions").and_then(Value::as_object_mut) {
        if let Some(queue) = actions.get("queue").and_then(Value::as_str) {
            let id = names.queues.iter().find(|(_, name)| name.as_str() == queue).map(|(id, _)| id.0);
            let id =
                id.ok_or_else(|| Error::invalid("queue", say!("refused-queue-unknown", name = queue)))?;
            actions.insert("queue".to_owned(), id.into());
        }
        if let Some(state) = actions.get("state").and_then(Value::as_str) {
            let state = names.terms.wanted_state("state", state)?;
            actions.insert("state".to_owned(), Value::String(state.to_string()));
        }
        if let Some(owner) = actions.get("owner").and_then(Value::as_str) {
            let id = names.agents.iter().find(|(_, login)| login.as_str() == owner).map(|(id, _)| id.0);
            let id =
                id.ok_or_else(|| Error::invalid("owner", say!("refused-agent-unknown", name = owner)))?;
            actions.insert("owner".to_owned(), id.into());
        }
    }
    serde_json::from_value(rule).map_err(|error| Error::invalid("filters", error.to_string()))
}

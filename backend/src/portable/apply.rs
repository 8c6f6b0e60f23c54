//! From the file to the tables: by the verbs that the pages use, in one transaction. Afterwards everything is as the file
//! says, or nothing was changed.

use std::collections::{BTreeSet, HashMap};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::{
    Difference, apply_terms,
    document::{AnswerText, Document, LookText, MailboxText, QueueText, RoleText, TemplateText},
    export::{Names, export},
    hours,
    places::{self, of},
    render::differences,
};
use crate::{
    access::{Actor, PeopleAccess, for_people},
    config::{Config, Secret, sign_in::Entry},
    db::{
        AnswerKind, Conn, InstallationRight, MailboxAuth, MailboxKind, QueueId, Right, RoleId, Ts, Tx,
        backend,
    },
    error::{Error, Result, say},
    filters::{self, Rule},
    mailboxes::{self, Wish},
    notify::answers::{self, Text},
    people::{domains, factor, role_change, roles, setup},
    picture,
    queues::{self, NewQueue, calendars, templates},
    settings::{self, look},
    sign_in::ways,
    terms::Terms,
    tickets::Moment,
};

/// What ways to sign in are opened with, or where that stands: no part of the file.
const SECRETS: [&str; 4] = ["bind_password", "bind_password_file", "client_secret", "client_secret_file"];

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
    hold(tx)?;
    let is = export(tx, actor)?;
    let wanted = &with_whole_ways(with_roles_kept(with_bare_logo(wanted, &is), &is), &is)?;
    let changes = differences(&is, wanted)?;
    if changes.is_empty() {
        return Ok(changes);
    }
    let people = for_people(tx, actor)?;
    if let Some(name) = &wanted.organisation {
        setup::set_organisation(tx, &people, name, now)?;
    }
    if let Some(look) = &wanted.look {
        look_to(tx, actor, look, now).map_err(places::of_part("look"))?;
    }
    if let Some(list) = &wanted.agent_domains {
        domains::set(tx, &people, list, now).map_err(places::of_part("agent_domains"))?;
    }
    // What is so already is no change, also where the file of this place says it by now.
    for (key, value) in wanted.settings.iter().filter(|(key, value)| is.settings.get(*key) != Some(*value)) {
        settings::change(tx, actor, config, key, Some(value), now).map_err(places::of_setting(key))?;
    }
    let at = Moment { now: now.0, zone: config.time_zone.clone() };
    apply_terms::begin(tx, actor, &is, wanted, now)?;
    let mut counts = BTreeSet::new();
    let asleep = hours::all_to(tx, actor, (&is, wanted), &mut counts, &at)?;
    queues_to(tx, actor, &is.queues, &wanted.queues, &mut counts, now)?;
    for id in asleep {
        calendars::retire(tx, actor, id, true, now)?;
    }
    let mut roles: Vec<&RoleText> = wanted.roles.iter().filter(|role| !is.roles.contains(role)).collect();
    // Who manages people from now on comes before who no longer does: somebody always can.
    roles.sort_by_key(|role| (role.retired, !role.installation.contains(&InstallationRight::People)));
    for role in roles {
        role_to(tx, &people, role, now).map_err(of("roles", role))?;
    }
    if let Some(all) = wanted.sign_in.as_ref().filter(|all| is.sign_in.as_ref() != Some(*all)) {
        let all = all.iter().map(entry_of).collect::<Result<Vec<_>>>()?;
        ways::put_all(tx, actor, config, &all, now).map_err(places::of_part("sign_in"))?;
    }
    for template in wanted.templates.iter().filter(|template| !is.templates.contains(template)) {
        template_to(tx, actor, template, now).map_err(of("templates", template))?;
    }
    for answer in wanted.auto_responses.iter().filter(|answer| !is.auto_responses.contains(answer)) {
        answer_to(tx, actor, answer, now).map_err(of("auto_responses", answer))?;
    }
    for mailbox in wanted.mailboxes.iter().filter(|mailbox| !is.mailboxes.contains(mailbox)) {
        mailbox_to(tx, actor, config, mailbox, now).map_err(of("mailboxes", mailbox))?;
    }
    if let Some(rules) = wanted.filters.as_ref().filter(|rules| is.filters.as_ref() != Some(rules)) {
        let names = Names::load(tx)?;
        let read = |(at, rule)| rule_of(rule, &names).map_err(places::of_rule(at));
        let rules = rules.iter().enumerate().map(read).collect::<Result<Vec<_>>>()?;
        filters::store::save(tx, actor, rules, None, now).map_err(places::of_part("filters"))?;
    }
    apply_terms::end(tx, actor, wanted, now)?;
    // Once for each queue, whatever of its hours became otherwise, and as late as can be: nobody takes a lock meanwhile.
    calendars::recount(tx, &counts.into_iter().collect::<Vec<_>>(), &at)?;
    // What a verb trims, orders or leaves out is not what the file says: better nothing than nearly that.
    let left = differences(&export(tx, actor)?, wanted)?;
    match left.first() {
        None => Ok(changes),
        Some(difference) => Err(Error::Conflict(say!("refused-apply", what = difference))),
    }
}

/// What the verbs below would hold one after the other, before the first of them holds the audit log: who saves one thing
/// meanwhile holds its own and then waits for the log, and neither would ever get on.
fn hold(tx: &mut Tx<'_>) -> Result<()> {
    ["admins", "sign-in methods", "calendars", "queues", "states", "priorities", "filters"]
        .into_iter()
        .try_for_each(|what| backend::one_at_a_time(tx, what))
}

/// The document with the roles of texts of which it says nothing as they are.
fn with_roles_kept(mut wanted: Document, is: &Document) -> Document {
    for text in wanted.templates.iter_mut().filter(|text| text.roles.is_none()) {
        let same = |one: &&TemplateText| one.name == text.name && one.language == text.language;
        let before = is.templates.iter().find(same).and_then(|one| one.roles.clone());
        text.roles = Some(before.filter(|_| text.queues.is_empty()).unwrap_or_default());
    }
    wanted
}

/// The document with all that ways to sign in say when they say nothing, and with passwords that are kept here as they are,
/// first, where it says nothing of them.
fn with_whole_ways(mut wanted: Document, is: &Document) -> Result<Document> {
    let Some(all) = &mut wanted.sign_in else { return Ok(wanted) };
    for way in all.iter_mut() {
        *way = entry_of(way)?.written()?;
    }
    let is_local = |way: &&Value| way["kind"] == "local";
    let local = is.sign_in.iter().flatten().find(is_local);
    if let Some(local) = local.filter(|_| !all.iter().any(|way| is_local(&way))) {
        all.insert(0, local.clone());
    }
    Ok(wanted)
}

/// A way to sign in, which makes sense whatever its secret will be.
fn entry_of(way: &Value) -> Result<Entry> {
    let settings = way.as_object().cloned().unwrap_or_default();
    let of_way = of("sign_in", way);
    if let Some(field) = SECRETS.into_iter().find(|field| settings.contains_key(*field)) {
        return Err(of_way(Error::invalid(field, say!("refused-way-secret"))));
    }
    Entry::read(settings).and_then(ways::checked).map_err(of_way)
}

/// The document with its logo as it will be kept: the pixels alone. One that is there as it is stays: it may be from before
/// there was more to ask of it.
fn with_bare_logo(wanted: &Document, is: &Document) -> Document {
    let mut wanted = wanted.clone();
    if let Some(look) = &mut wanted.look
        && look.logo == is.look.as_ref().and_then(|look| look.logo.clone())
    {
        look.logo = None;
    }
    if let Some(logo) = wanted.look.as_mut().and_then(|look| look.logo.as_mut())
        && let Some(bare) = STANDARD.decode(logo.trim()).ok().and_then(|bytes| picture::bare(&bytes))
    {
        *logo = STANDARD.encode(bare);
    }
    wanted
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

fn queues_to(
    tx: &mut Tx<'_>,
    actor: &Actor,
    is: &[QueueText],
    wanted: &[QueueText],
    counts: &mut BTreeSet<QueueId>,
    now: Ts,
) -> Result<()> {
    let there: HashMap<&str, &QueueText> = is.iter().map(|queue| (queue.name.as_str(), queue)).collect();
    for queue in wanted.iter().filter(|queue| !there.contains_key(queue.name.as_str())) {
        let new = NewQueue { name: queue.name.clone(), parent: None, addresses: Vec::new() };
        queues::create(tx, actor, &new, now).map_err(of("queues", queue))?;
    }
    let mut changed: Vec<&QueueText> = wanted.iter().filter(|queue| !is.contains(queue)).collect();
    // From the top: whatever a queue comes under stands in its own place already, so that two can change places.
    changed.sort_by_cached_key(|queue| depth(&queue.name, &there, wanted));
    let mut asleep: Vec<&QueueText> = Vec::new();
    for queue in &changed {
        let id = queue_named(tx, &queue.name)?;
        // What is out of use takes nothing new; it goes out of use again at the end.
        let above = wanted.iter().find(|above| Some(&above.name) == queue.parent.as_ref());
        let moves = there.get(queue.name.as_str()).is_none_or(|was| was.parent != queue.parent);
        for one in above.filter(|above| moves && above.retired).into_iter().chain([*queue]) {
            let id = if one.name == queue.name { id } else { queue_named(tx, &one.name)? };
            if queues::get(tx, id)?.retired_at.is_some() && !(one.name == queue.name && queue.retired) {
                queues::restore(tx, actor, id, now)?;
            }
            asleep.extend(Some(one).filter(|one| one.retired));
        }
        // An address that goes from one queue to another leaves the first before it comes to the second.
        let mine: Vec<String> = queues::listing::addresses(tx)?.remove(&id).unwrap_or_default();
        let kept: Vec<String> = mine.iter().filter(|one| queue.addresses.contains(one)).cloned().collect();
        if kept != mine {
            let change = queues::Change { addresses: Some(kept), ..queues::Change::default() };
            queues::change_uncounted(tx, actor, id, &change, now)?;
        }
    }
    for queue in &changed {
        let (id, otherwise) = queue_to(tx, actor, queue, now).map_err(of("queues", queue))?;
        counts.extend(Some(id).filter(|_| otherwise));
    }
    for queue in asleep {
        let id = queue_named(tx, &queue.name)?;
        queues::retire(tx, actor, id, now).map_err(of("queues", queue))?;
    }
    Ok(())
}

/// How many queues are to stand above this one; those of a circle have so many that the verb refuses it.
fn depth(name: &str, there: &HashMap<&str, &QueueText>, wanted: &[QueueText]) -> usize {
    let all = there.len() + wanted.len();
    let above = |name: &str| {
        let said = wanted.iter().find(|queue| queue.name == name).or_else(|| there.get(name).copied());
        said.and_then(|queue| queue.parent.clone()).filter(|parent| !parent.is_empty())
    };
    std::iter::successors(above(name), |name| above(name)).take(all).count()
}

fn queue_to(tx: &mut Tx<'_>, actor: &Actor, queue: &QueueText, now: Ts) -> Result<(QueueId, bool)> {
    let id = queue_named(tx, &queue.name)?;
    let change = queues::Change {
        name: None,
        parent: Some(queue.parent.clone()),
        addresses: Some(queue.addresses.clone()),
        sender_name: Some(queue.sender_name.clone()),
        salutation: Some(queue.salutation.clone()),
        salutation_unnamed: Some(queue.salutation_unnamed.clone()),
        signature: Some(queue.signature.clone()),
        auto_response: Some(queue.answers.contains(&AnswerKind::Received)),
        follow_up_policy: Some(queue.follow_up_policy),
        closed_days: Some(queue.closed_days),
        strict_matching: Some(queue.strict_matching),
        subject_tag: Some(queue.subject_tag),
        reply_token: Some(queue.reply_token),
        own_rights: queue.own_rights,
        unlock_minutes: Some(queue.unlock_minutes),
        hold_seconds: Some(queue.hold_seconds),
        calendar: Some(queue.calendar.clone()),
        language: Some(queue.language),
        note: Some(queue.note.clone()),
        default: queue.default.then_some(true),
    };
    let (_, otherwise) = queues::change_uncounted(tx, actor, id, &change, now)?;
    for kind in AnswerKind::ALL.iter().filter(|kind| **kind != AnswerKind::Received) {
        answers::set_switch(tx, actor, id, *kind, queue.answers.contains(kind), now)?;
    }
    Ok((id, otherwise))
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

fn answer_to(tx: &mut Tx<'_>, actor: &Actor, answer: &AnswerText, now: Ts) -> Result<()> {
    let queue = answer.queue.as_deref().map(|name| queue_named(tx, name)).transpose()?;
    let text = Text { subject: answer.subject.clone(), body: answer.body.clone() };
    let change = answers::Change { queue, kind: answer.kind, language: answer.language, text };
    answers::save(tx, actor, &change, now)
}

fn role_named(conn: &mut Conn, name: &str) -> Result<RoleId> {
    let found = role_change::all(conn)?.into_iter().find(|(role, _)| role.name == name);
    found
        .map(|(role, _)| role.id)
        .ok_or_else(|| Error::invalid("roles", say!("refused-template-role-unknown", name = name)))
}

fn template_to(tx: &mut Tx<'_>, actor: &Actor, text: &TemplateText, now: Ts) -> Result<()> {
    let queues = text.queues.iter().map(|name| queue_named(tx, name)).collect::<Result<Vec<_>>>()?;
    let roles = text.roles.iter().flatten().map(|name| role_named(tx, name)).collect::<Result<Vec<_>>>()?;
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
        roles,
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
        any_queue: true,
        ..Wish::default()
    };
    let served = text.kind != MailboxKind::Maildir;
    // The file knows no secret. One that is kept goes on for the same server and user; else, until somebody sets one, the
    // mailbox rests.
    let unknown = |wish: &mut Wish| {
        let secret = || Secret::new(crate::clock::random_token());
        match text.auth {
            MailboxAuth::Password => wish.password = secret(),
            MailboxAuth::OAuth2 => (wish.client_secret, wish.refresh_token) = (secret(), secret()),
        }
    };
    let same = |listed: &mailboxes::Listed| listed.mailbox.name == text.name;
    let (id, is_on, on) = match mailboxes::all(tx, actor)?.into_iter().find(same).map(|it| it.mailbox) {
        Some(before) => {
            let is_on = before.disabled_at.is_none();
            let known = mailboxes::opens_like(tx, &before, &wish)?;
            if served && !known {
                unknown(&mut wish);
            }
            let after = mailboxes::update(tx, actor, config, before.id, &wish, now)?;
            (after.id, is_on, if served { is_on && known } else { !text.rests })
        }
        None => {
            if served {
                unknown(&mut wish);
            }
            let made = mailboxes::create(tx, actor, config, &wish, now)?;
            (made.id, true, !served && !text.rests)
        }
    };
    if is_on != on {
        mailboxes::enable(tx, actor, id, on, now)?;
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
    serde_json::from_value(rule).map_err(|error| Error::invalid("", error.to_string()))
}

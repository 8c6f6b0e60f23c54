//! All that is known of an agent, for him: who he is here, how he signs in, what he chose, what he wrote to whom, what the
//! audit log says of him. Never a secret: no hash, no key, no code. What only he is shown (the text of his drafts) stays his.

use diesel::{dsl::sql, prelude::*, sql_types::BigInt};
use serde_json::{Value, json};

use super::{
    AT_ONCE, everywhere,
    export::{Content, Part},
};
use crate::{
    access::{Actor, PeopleAccess},
    audit,
    db::{
        AgentId, ArticleId, AuditId, Audited, Cause, Channel, Conn, DraftKind, InstallationRight, Right,
        SessionStage, Ts, Tx,
        schema::{
            agents, articles, attachments, audit_events, drafts, factors, identities, passkeys,
            password_links, password_requests, queue_mutes, queues, sessions, sign_in_failures, tickets,
            tokens, views, watchers,
        },
    },
    error::Result,
    people::{Agent, agents as people_of, factor, habits, ways},
};

/// What the archive is called.
pub fn file_name(id: AgentId) -> String {
    format!("agent-{id}.zip")
}

/// Writes down that it is taken out.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without the right to export, and to read every queue: a part would pass for the whole.
pub fn begin(tx: &mut Tx<'_>, actor: &Actor, people: &PeopleAccess, id: AgentId, now: Ts) -> Result<()> {
    may(actor)?;
    let login = people_of::login(tx, id)?;
    audit::noted(tx, people.who(), Audited::PersonalData, &login, "taken out", now)
}

fn may(actor: &Actor) -> Result<()> {
    actor.require(InstallationRight::Export)?;
    everywhere(actor, Right::Read)
}

/// The files of the archive. What he wrote and what the log says is only named here, and read when it is sent.
///
/// # Errors
/// Those of [`begin`]; [`crate::error::Error::NotFound`].
pub fn parts(
    conn: &mut Conn,
    actor: &Actor,
    _people: &PeopleAccess,
    id: AgentId,
    now: Ts,
) -> Result<Vec<Part>> {
    may(actor)?;
    let agent = people_of::get(conn, id)?;
    let written = written_by(conn, id)?;
    let logged = lines_about(conn, &agent)?;
    let about = json!({
        "agent": himself(conn, &agent)?,
        "sign_in": sign_in(conn, &agent)?,
        "preferences": preferences(conn, &agent)?,
        "tickets": his_tickets(conn, id)?,
        "written": written.len(), "audit_lines": logged.len(),
        "taken_out_at": now.0.to_string(),
    });
    let mut parts = vec![Part::text("agent.json".to_owned(), now, serde_json::to_string_pretty(&about)?)];
    parts.extend(written.chunks(AT_ONCE).enumerate().map(|(at, some)| Part {
        name: format!("written-{}.json", at + 1),
        at: now,
        size: some.iter().map(|(_, size)| *size).sum(),
        content: Content::Written(some.iter().map(|(id, _)| *id).collect()),
    }));
    parts.extend(logged.chunks(AT_ONCE).enumerate().map(|(at, some)| Part {
        name: format!("audit-{}.json", at + 1),
        at: now,
        size: 0,
        content: Content::Logged(agent.login.clone(), some.to_vec()),
    }));
    Ok(parts)
}

fn moment(at: Ts) -> String {
    at.0.to_string()
}

fn maybe(at: Option<Ts>) -> Option<String> {
    at.map(moment)
}

fn himself(conn: &mut Conn, agent: &Agent) -> Result<Value> {
    let created_at: Ts = agents::table.find(agent.id).select(agents::created_at).first(conn)?;
    let stand_in = agent.stand_in_id.map(|id| people_of::login(conn, id)).transpose()?;
    let stands_in_for: Vec<String> = agents::table
        .filter(agents::stand_in_id.eq(agent.id))
        .order(agents::login)
        .select(agents::login)
        .load(conn)?;
    Ok(json!({
        "id": agent.id.to_string(), "login": agent.login, "name": agent.name, "email": agent.email,
        "roles": people_of::role_names(conn, agent.id)?, "created_at": moment(created_at),
        "expires_at": maybe(agent.expires_at), "retired_at": maybe(agent.disabled_at),
        "away_until": maybe(agent.away_until), "stand_in": stand_in, "stands_in_for": stands_in_for,
    }))
}

fn sign_in(conn: &mut Conn, agent: &Agent) -> Result<Value> {
    let id = agent.id;
    let keys: Vec<(String, Ts, Option<Ts>)> = passkeys::table
        .filter(passkeys::agent_id.eq(id))
        .order(passkeys::id)
        .select((passkeys::name, passkeys::created_at, passkeys::used_at))
        .load(conn)?;
    let app: Option<Option<Ts>> =
        factors::table.find(id).select(factors::confirmed_at).first(conn).optional()?;
    let links: Vec<(String, Ts, Ts)> = password_links::table
        .filter(password_links::agent_id.eq(id))
        .order(password_links::id)
        .select((password_links::kind, password_links::created_at, password_links::expires_at))
        .load(conn)?;
    let asked: Vec<Ts> = password_requests::table
        .filter(password_requests::agent_id.eq(id))
        .order(password_requests::id)
        .select(password_requests::at)
        .load(conn)?;
    let failed: Vec<(Ts, String)> = sign_in_failures::table
        .filter(sign_in_failures::login.eq(&agent.login))
        .order(sign_in_failures::id)
        .select((sign_in_failures::at, sign_in_failures::address))
        .load(conn)?;
    let row = |(at, address): (Ts, String)| json!({ "at": moment(at), "address": address });
    let key = |(name, added, used): (String, Ts, Option<Ts>)| json!({ "name": name, "added_at": moment(added), "used_at": maybe(used) });
    let link = |(kind, made, ends): (String, Ts, Ts)| json!({ "kind": kind, "made_at": moment(made), "expires_at": moment(ends) });
    Ok(json!({
        "last_at": maybe(agent.last_sign_in_at),
        "password_kept_here": people_of::is_password_kept(conn, id)?,
        "must_change_password": agent.must_change_password,
        "app_since": maybe(app.flatten()), "recovery_codes_left": factor::codes_left(conn, id)?,
        "passkeys": keys.into_iter().map(key).collect::<Vec<_>>(),
        "ties": ties(conn, id)?, "sessions": his_sessions(conn, id)?, "tokens": his_tokens(conn, id)?,
        "links": links.into_iter().map(link).collect::<Vec<_>>(),
        "links_asked_for": asked.into_iter().map(moment).collect::<Vec<_>>(),
        "failures": failed.into_iter().map(row).collect::<Vec<_>>(),
    }))
}

fn ties(conn: &mut Conn, id: AgentId) -> Result<Vec<Value>> {
    let rows: Vec<(String, String, String, Ts)> = identities::table
        .filter(identities::agent_id.eq(id))
        .order((identities::method, identities::subject))
        .select((identities::method, identities::subject, identities::login, identities::created_at))
        .load(conn)?;
    let tie = |(method, subject, login, since): (String, String, String, Ts)| json!({ "method": method, "subject": subject, "login": login, "since": moment(since) });
    Ok(rows.into_iter().map(tie).collect())
}

fn his_sessions(conn: &mut Conn, id: AgentId) -> Result<Vec<Value>> {
    let rows: Vec<(Ts, Ts, String, String, String, SessionStage)> = sessions::table
        .filter(sessions::agent_id.eq(id))
        .order(sessions::created_at)
        .select((
            sessions::created_at,
            sessions::seen_at,
            sessions::address,
            sessions::user_agent,
            sessions::method,
            sessions::stage,
        ))
        .load(conn)?;
    let session =
        |(begun, seen, address, browser, method, stage): (Ts, Ts, String, String, String, SessionStage)| {
            json!({
                "begun_at": moment(begun), "seen_at": moment(seen), "address": address, "browser": browser,
                "by": if method.is_empty() { "password" } else { method.as_str() }, "stage": stage.as_str(),
            })
        };
    Ok(rows.into_iter().map(session).collect())
}

fn his_tokens(conn: &mut Conn, id: AgentId) -> Result<Vec<Value>> {
    type Row = (String, Ts, Option<Ts>, Option<Ts>, Option<Ts>, bool);
    let rows: Vec<Row> = tokens::table
        .filter(tokens::agent_id.eq(id))
        .order(tokens::id)
        .select((
            tokens::name,
            tokens::created_at,
            tokens::last_used_at,
            tokens::expires_at,
            tokens::revoked_at,
            tokens::own,
        ))
        .load(conn)?;
    let token = |(name, made, used, ends, revoked, own): Row| {
        json!({
            "name": name, "made_at": moment(made), "used_at": maybe(used), "expires_at": maybe(ends),
            "revoked_at": maybe(revoked), "made_by_himself": own,
        })
    };
    Ok(rows.into_iter().map(token).collect())
}

fn preferences(conn: &mut Conn, agent: &Agent) -> Result<Value> {
    let id = agent.id;
    let habits = habits::of(conn, id)?;
    let heard = ways::of(conn, id)?.into_iter().map(|(notice, way)| {
        json!({ "event": notice.as_str(), "mail": way.mail.as_str(), "browser": way.browser })
    });
    let heard: Vec<Value> = heard.collect();
    let muted: Vec<(String, String)> = queue_mutes::table
        .inner_join(queues::table.on(queues::id.eq(queue_mutes::queue_id)))
        .filter(queue_mutes::agent_id.eq(id))
        .order((queues::name, queue_mutes::event))
        .select((queues::name, queue_mutes::event))
        .load(conn)?;
    let mute = |(queue, event): (String, String)| json!({ "queue": queue, "event": event });
    let saved: Vec<(String, String, String, bool, Ts)> = views::table
        .filter(views::agent_id.eq(id))
        .order(views::id)
        .select((views::name, views::typed, views::sort, views::team, views::created_at))
        .load(conn)?;
    let view = |(name, typed, sort, team, made): (String, String, String, bool, Ts)| json!({ "name": name, "search": typed, "sort": sort, "for_the_team": team, "made_at": moment(made) });
    Ok(json!({
        "language": agent.language, "time_zone": agent.time_zone, "theme": agent.theme,
        "page_size": agent.page_size, "keys_enabled": agent.keys_enabled, "dense_rows": agent.dense_rows,
        "signature": agent.signature, "after_sending": habits.after_sending.as_str(),
        "list_beside": habits.list_beside, "rich_text": habits.rich_text, "start_at": habits.start_at,
        "keys": habits.keys, "notices": heard,
        "muted": muted.into_iter().map(mute).collect::<Vec<_>>(),
        "saved_searches": saved.into_iter().map(view).collect::<Vec<_>>(),
    }))
}

fn his_tickets(conn: &mut Conn, id: AgentId) -> Result<Value> {
    let owns: Vec<String> = tickets::table
        .filter(tickets::owner_id.eq(id))
        .order(tickets::id)
        .select(tickets::number)
        .load(conn)?;
    let watches: Vec<String> = watchers::table
        .inner_join(tickets::table.on(tickets::id.eq(watchers::ticket_id)))
        .filter(watchers::agent_id.eq(id))
        .order(tickets::id)
        .select(tickets::number)
        .load(conn)?;
    // One of a ticket that is still to be opened belongs to none.
    let begun: Vec<(Option<String>, DraftKind, Ts)> = drafts::table
        .left_join(tickets::table.on(tickets::id.eq(drafts::ticket_id)))
        .filter(drafts::agent_id.eq(id))
        .order(drafts::id)
        .select((tickets::number.nullable(), drafts::kind, drafts::updated_at))
        .load(conn)?;
    let draft = |(number, kind, at): (Option<String>, DraftKind, Ts)| json!({ "ticket": number, "kind": kind.as_str(), "changed_at": moment(at) });
    Ok(json!({
        "owns": owns, "watches": watches, "drafts_without_text": begun.into_iter().map(draft).collect::<Vec<_>>(),
    }))
}

/// What he wrote: which articles, and how long each is.
fn written_by(conn: &mut Conn, id: AgentId) -> Result<Vec<(ArticleId, i64)>> {
    Ok(articles::table
        .filter(articles::agent_id.eq(id))
        .order(articles::id)
        .select((articles::id, sql::<BigInt>("CAST(length(articles.body_text) AS BIGINT)")))
        .load(conn)?)
}

/// What he wrote, of so much as one file holds.
///
/// # Errors
/// Those of the database.
pub fn written(conn: &mut Conn, ids: &[ArticleId]) -> Result<String> {
    type Row = (ArticleId, String, Channel, bool, Ts, String, String, String);
    let rows: Vec<Row> = articles::table
        .inner_join(tickets::table)
        .filter(articles::id.eq_any(ids.to_vec()))
        .order(articles::id)
        .select((
            articles::id,
            tickets::number,
            articles::channel,
            articles::visible,
            articles::created_at,
            articles::recipients,
            articles::subject,
            articles::body_text,
        ))
        .load(conn)?;
    let files: Vec<(Option<ArticleId>, String, i64)> = attachments::table
        .filter(attachments::article_id.eq_any(ids.to_vec()))
        .order(attachments::id)
        .select((attachments::article_id, attachments::name, attachments::size))
        .load(conn)?;
    let told = rows.into_iter().map(|(id, number, channel, visible, at, to, subject, text)| {
        let of_it = files.iter().filter(|(article, ..)| *article == Some(id));
        let files: Vec<Value> = of_it.map(|(_, name, size)| json!({ "name": name, "bytes": size })).collect();
        json!({
            "ticket": number, "at": moment(at), "by": channel.as_str(), "internal": !visible,
            // Only we write this column.
            "to": serde_json::from_str::<Value>(&to).unwrap_or_default(),
            "subject": subject, "text": text, "files": files,
        })
    });
    Ok(serde_json::to_string_pretty(&told.collect::<Vec<_>>())?)
}

/// What is written down about an agent by his login. A queue or a role may be called like him, and is not him.
const OF_PEOPLE: [Audited; 10] = [
    Audited::Agent,
    Audited::Factor,
    Audited::Password,
    Audited::PersonalData,
    Audited::SignIn,
    Audited::SignInFailed,
    Audited::SignInThrottled,
    Audited::SignOut,
    Audited::Token,
    Audited::Viewing,
];

/// Which lines of the audit log are about him: what he did, and what was done to him.
fn lines_about(conn: &mut Conn, agent: &Agent) -> Result<Vec<AuditId>> {
    let to_him = audit_events::subject.eq(&agent.login).and(audit_events::kind.eq_any(OF_PEOPLE));
    Ok(audit_events::table
        .filter(audit_events::agent_id.eq(agent.id).or(to_him))
        .order(audit_events::id)
        .select(audit_events::id)
        .load(conn)?)
}

/// These lines of the audit log, as they are for him: of what he did to somebody else, not what that person was like; of who
/// did something to him, not the name.
///
/// # Errors
/// Those of the database.
pub fn logged(conn: &mut Conn, login: &str, ids: &[AuditId]) -> Result<String> {
    type Row = (Ts, Option<AgentId>, Cause, Audited, String, String, String, String);
    let rows: Vec<Row> = audit_events::table
        .filter(audit_events::id.eq_any(ids.to_vec()))
        .order(audit_events::id)
        .select((
            audit_events::at,
            audit_events::agent_id,
            audit_events::cause,
            audit_events::kind,
            audit_events::subject,
            audit_events::detail,
            audit_events::was,
            audit_events::becomes,
        ))
        .load(conn)?;
    let own = people_of::by_login(conn, login)?.id;
    let values = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let told = rows.into_iter().map(|(at, by, cause, kind, subject, detail, was, becomes)| {
        let about_him = (subject == login && OF_PEOPLE.contains(&kind)) || subject.is_empty();
        json!({
            "at": moment(at), "by_himself": by == Some(own), "way": cause.as_str(), "kind": kind.as_str(),
            "about": subject, "detail": detail,
            "was": about_him.then(|| values(&was)), "becomes": about_him.then(|| values(&becomes)),
        })
    });
    Ok(serde_json::to_string_pretty(&told.collect::<Vec<_>>())?)
}

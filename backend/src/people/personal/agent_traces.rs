//! Where an agent stands besides what he wrote: how he was called, the history, searches of others, notices in his place, and what
//! was his alone.

use std::collections::BTreeSet;

use diesel::{dsl::sql, prelude::*, sql_types::Text};
use regex::Regex;
use serde_json::Value;

use super::{
    AT_ONCE, Called,
    scrub::{Scrub, Where},
    traces,
};
use crate::{
    db::{
        AgentId, Audited, Conn, DraftId, EventId, EventKind, TemplateId, Ts, Tx, ViewId,
        schema::{
            agent_habits, agent_roles, agents, attachments, audit_events, customer_addresses, customers,
            digests, drafts, events, factors, gathered, idempotency_keys, identities, notices,
            notification_ways, passkeys, password_links, password_requests, queue_mutes, reads,
            recovery_codes, relay_trials, reply_template_queues, reply_template_roles, reply_templates,
            sessions, sign_in_failures, tokens, uploads, viewings, views, watchers,
        },
    },
    error::{Error, Result},
    people::{Agent, agent_words},
    queues::OwnAddresses,
};

/// How an agent was ever called.
pub(super) struct Was {
    /// Names that are nobody else's.
    pub(super) names: BTreeSet<String>,
    /// All of them, the longest first.
    pub(super) signed: Vec<String>,
    /// Addresses that are nobody else's.
    pub(super) addresses: Vec<String>,
}

/// Names and addresses of an agent, former ones too.
pub(super) fn was_called(conn: &mut Conn, agent: &Agent) -> Result<Was> {
    let mut names = BTreeSet::from([agent.name.clone()]);
    let mut addresses = BTreeSet::from([agent.email.to_lowercase()]);
    let changes: Vec<String> = audit_events::table
        .filter(audit_events::kind.eq(Audited::Agent).and(audit_events::subject.eq(&agent.login)))
        .select(audit_events::was)
        .load(conn)?;
    for was in changes {
        let Ok(was) = serde_json::from_str::<Value>(&was) else { continue };
        names.extend(was.get("name").and_then(Value::as_str).map(str::to_owned));
        addresses.extend(was.get("email").and_then(Value::as_str).map(str::to_lowercase));
    }
    let mut signed: Vec<String> = names.iter().filter(|name| !name.is_empty()).cloned().collect();
    signed.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let mut own = BTreeSet::new();
    for name in names {
        if !has_namesake(conn, agent.id, &name)? {
            own.insert(name);
        }
    }
    let queues = OwnAddresses::load(conn)?;
    let mut his = Vec::new();
    for address in addresses.into_iter().filter(|address| !queues.contains(address)) {
        if !belongs_to_another(conn, agent.id, &address)? {
            his.push(address);
        }
    }
    Ok(Was { names: own, signed, addresses: his })
}

/// Nobody loses his name because another is called the same.
fn has_namesake(conn: &mut Conn, id: AgentId, name: &str) -> Result<bool> {
    let name = name.to_lowercase();
    let colleagues: i64 = agents::table
        .filter(agents::id.ne(id).and(sql::<Text>("lower(agents.name)").eq(&name)))
        .count()
        .get_result(conn)?;
    let people: i64 =
        customers::table.filter(sql::<Text>("lower(customers.name)").eq(&name)).count().get_result(conn)?;
    Ok(colleagues + people > 0)
}

/// Who is a customer as well is erased as one too: then his address goes.
fn belongs_to_another(conn: &mut Conn, id: AgentId, address: &str) -> Result<bool> {
    let colleagues: i64 = agents::table
        .filter(agents::id.ne(id).and(sql::<Text>("lower(agents.email)").eq(address)))
        .count()
        .get_result(conn)?;
    let people: i64 =
        customer_addresses::table.filter(customer_addresses::address.eq(address)).count().get_result(conn)?;
    Ok(colleagues + people > 0)
}

/// A login that nobody has.
pub(super) fn free_login(conn: &mut Conn, id: AgentId) -> Result<String> {
    let mut login = format!("former-agent-{id}");
    while agents::table.filter(agents::login.eq(&login)).count().get_result::<i64>(conn)? > 0 {
        login.push('x');
    }
    Ok(login)
}

/// The history names agents by their logins.
pub(super) fn history(tx: &mut Tx<'_>, was: &str, becomes: &str) -> Result<()> {
    let naming: Vec<EventKind> = EventKind::ALL.iter().copied().filter(|kind| kind.names_agents()).collect();
    let rows: Vec<(EventId, Option<String>, Option<String>)> = events::table
        .filter(events::kind.eq_any(naming))
        .filter(events::old_value.eq(was).or(events::new_value.eq(was)))
        .select((events::id, events::old_value, events::new_value))
        .load(&mut **tx)?;
    let other = |value: Option<String>| value.map(|one| if one == was { becomes.to_owned() } else { one });
    for (id, old, new) in rows {
        diesel::update(events::table.find(id))
            .set((events::old_value.eq(other(old)), events::new_value.eq(other(new))))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Saved searches that ask for what is his by his login (`owner:dana`) ask for the same from now on, and for nobody else's who
/// has the login after him.
pub(super) fn searches(tx: &mut Tx<'_>, was: &str, becomes: &str) -> Result<()> {
    let asks = Regex::new(&format!(r"(?i)([a-z]+:){}\b", regex::escape(was)))
        .map_err(|error| Error::Unexpected(error.into()))?;
    let saved: Vec<(ViewId, String)> = views::table.select((views::id, views::typed)).load(&mut **tx)?;
    for (id, typed) in saved.into_iter().filter(|(_, typed)| asks.is_match(typed)) {
        let typed = asks.replace_all(&typed, |found: &regex::Captures<'_>| format!("{}{becomes}", &found[1]));
        diesel::update(views::table.find(id)).set(views::typed.eq(&*typed)).execute(&mut **tx)?;
    }
    Ok(())
}

/// Mails that belong to no ticket: to him about his account, and many news at once, also to who stood in for him.
pub(super) fn mails_about_nothing(tx: &mut Tx<'_>, agent: &Agent, scrub: &Scrub) -> Result<Vec<String>> {
    // His address is taken out of mails to himself whoever else has it.
    let own = Called { addresses: vec![agent.email.to_lowercase()], ..Called::default() };
    let mut gone = traces::about_nothing(tx, &Scrub::new(&own, Where::Elsewhere)?, |mail, own| {
        mail.agent_id == Some(agent.id) || mail.is_to(own)
    })?;
    gone.extend(traces::about_nothing(tx, scrub, |mail, scrub| mail.names(scrub))?);
    Ok(gone)
}

/// Notices of who stood in for him call him as he is called by now.
pub(super) fn absent(tx: &mut Tx<'_>, was: &[String], becomes: &str) -> Result<()> {
    diesel::update(notices::table.filter(notices::absent.eq_any(was)))
        .set(notices::absent.eq(becomes))
        .execute(&mut **tx)?;
    diesel::update(gathered::table.filter(gathered::absent.eq_any(was)))
        .set(gathered::absent.eq(becomes))
        .execute(&mut **tx)?;
    Ok(())
}

/// What was his alone; which bytes went with it. What he pinned for the team stays the team's.
pub(super) fn belongings(tx: &mut Tx<'_>, agent: &Agent) -> Result<Vec<String>> {
    let id = agent.id;
    let begun: Vec<DraftId> =
        drafts::table.filter(drafts::agent_id.eq(id)).select(drafts::id).load(&mut **tx)?;
    let mut gone: Vec<String> = Vec::new();
    diesel::delete(uploads::table.filter(uploads::agent_id.eq(id))).execute(&mut **tx)?;
    for part in begun.chunks(AT_ONCE) {
        let files = attachments::table.filter(attachments::draft_id.eq_any(part.to_vec()));
        gone.extend(files.select(attachments::digest).load::<String>(&mut **tx)?);
        diesel::delete(attachments::table.filter(attachments::draft_id.eq_any(part.to_vec())))
            .execute(&mut **tx)?;
    }
    let own = reply_templates::table.filter(reply_templates::owner_id.eq(id)).select(reply_templates::id);
    let texts: Vec<TemplateId> = own.load(&mut **tx)?;
    diesel::delete(reply_template_queues::table.filter(reply_template_queues::template_id.eq_any(&texts)))
        .execute(&mut **tx)?;
    diesel::delete(reply_template_roles::table.filter(reply_template_roles::template_id.eq_any(&texts)))
        .execute(&mut **tx)?;
    diesel::delete(reply_templates::table.filter(reply_templates::owner_id.eq(id))).execute(&mut **tx)?;
    diesel::delete(views::table.filter(views::agent_id.eq(id).and(views::team.eq(false))))
        .execute(&mut **tx)?;
    macro_rules! without {
        ($($rows:ident),+ $(,)?) => {
            $(diesel::delete($rows::table.filter($rows::agent_id.eq(id))).execute(&mut **tx)?;)+
        };
    }
    without!(
        drafts,
        sessions,
        tokens,
        factors,
        passkeys,
        recovery_codes,
        password_links,
        password_requests,
        identities,
        viewings,
        agent_roles,
        agent_habits,
        notification_ways,
        queue_mutes,
        notices,
        gathered,
        digests,
        reads,
        watchers,
        idempotency_keys,
        relay_trials,
    );
    diesel::delete(viewings::table.filter(viewings::viewer_id.eq(id))).execute(&mut **tx)?;
    let tried = sign_in_failures::login.eq(&agent.login).or(sign_in_failures::login.eq(&agent.email));
    diesel::delete(sign_in_failures::table.filter(tried)).execute(&mut **tx)?;
    diesel::update(agents::table.filter(agents::stand_in_id.eq(id)))
        .set(agents::stand_in_id.eq(None::<AgentId>))
        .execute(&mut **tx)?;
    Ok(gone)
}

/// What is left of him is a row by which others know that somebody did it.
pub(super) fn himself(tx: &mut Tx<'_>, id: AgentId, login: &str, name: &str) -> Result<()> {
    diesel::update(agents::table.find(id))
        .set((
            agents::login.eq(login),
            agents::name.eq(name),
            // RFC 2606: no mail ever gets there.
            agents::email.eq(format!("{login}@erased.invalid")),
            agents::password_hash.eq(None::<String>),
            agents::signature.eq(""),
            agents::time_zone.eq(None::<String>),
            agents::away_until.eq(None::<Ts>),
            agents::stand_in_id.eq(None::<AgentId>),
            agents::expires_at.eq(None::<Ts>),
            agents::last_sign_in_at.eq(None::<Ts>),
            agents::must_change_password.eq(false),
        ))
        .execute(&mut **tx)?;
    agent_words::say(tx, id)
}

//! An agent who is gone is erased: who he was, how he signed in, what he chose, and his name wherever it stands beside what he
//! did. What was written to customers stays, because it is theirs as well; it was written by “a former agent”. The audit log
//! keeps his login: it proves who did what, and ends by its own time.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::{
    Called, agent_traces,
    erase::{Store, below_greeting, files, originals, unsent},
    everywhere, from_where, is_whole, named,
    scrub::{Scrub, Where},
    traces,
};
use crate::{
    access::{Actor, PeopleAccess},
    audit,
    db::{
        AgentId, ArticleId, Audited, Conn, InboundId, InboundStatus, Released, Right, TicketId, Ts, Tx,
        backend,
        schema::{articles, inbound_mails, participants, tickets},
        ticket_text,
    },
    error::{Error, Result, say},
    notify::gathering,
    people::{Agent, agents as people_of},
    tickets::preview_of,
};

/// What goes.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What he wrote, or is written down as his.
    pub articles: usize,
    /// Tickets in which he stands.
    pub tickets: usize,
}

/// An agent who is gone, and where he stands.
struct Gone {
    agent: Agent,
    called: Called,
    /// All names that he ever had, also short ones and those that others have as well: what he wrote says it was him.
    signed: Vec<String>,
    written: BTreeSet<ArticleId>,
    tickets: BTreeSet<TicketId>,
}

/// What would go.
///
/// # Errors
/// [`Error::Forbidden`] for whoever has not the right `full` in every queue: a part would pass for the whole;
/// [`Error::NotFound`]; [`Error::Conflict`] for an agent who is not retired.
pub fn preview(
    conn: &mut Conn,
    actor: &Actor,
    _people: &PeopleAccess,
    id: AgentId,
) -> Result<(Agent, Preview)> {
    let gone = find(conn, actor, id)?;
    let what = Preview { articles: gone.written.len(), tickets: gone.tickets.len() };
    Ok((gone.agent, what))
}

/// Erases an agent, who is called `name` from then on; which files are to be removed once this is committed. Who he is and
/// where he stands is looked for in here, behind the locks: what comes meanwhile is not missed.
///
/// # Errors
/// Those of [`preview`]; [`Error::Conflict`] while mails from him, or that name him, are under way.
pub fn erase(
    tx: &mut Tx<'_>,
    actor: &Actor,
    people: &PeopleAccess,
    id: AgentId,
    name: &str,
    store: &Store,
    now: Ts,
) -> Result<Vec<Released>> {
    backend::one_at_a_time(tx, "customer_addresses")?;
    backend::one_at_a_time(tx, gathering::LOCK)?;
    backend::hold_agent(tx, id)?;
    let them = find(tx, actor, id)?;
    none_waits(tx, &them)?;
    // A first name alone may be a customer's.
    let scrub = Scrub::new(&them.called, Where::Others)?;
    let login = agent_traces::free_login(tx, id)?;
    agent_traces::history(tx, &them.agent.login, &login)?;
    let mut gone = Vec::new();
    let mut mails = Mails::default();
    for ticket in &them.tickets {
        backend::hold_ticket(tx, *ticket)?;
        let mut changed = BTreeSet::new();
        for article in articles_of(tx, *ticket)? {
            let key = article.id;
            if written(tx, &them, &scrub, (article, name), store, (&mut mails, &mut gone))? {
                changed.insert(key);
            }
        }
        gone.extend(unsent(tx, &scrub, *ticket, false)?);
        // What an article says went out with it, and was told of it.
        let meant = |mail: &traces::Mail| {
            let about =
                |articles: &BTreeSet<ArticleId>| mail.article_id.is_some_and(|id| articles.contains(&id));
            let his = mail.agent_id == Some(id) || about(&them.written) || about(&changed);
            his || mail.names(&scrub) || mail.is_written_news()
        };
        gone.extend(traces::outgoing(tx, &scrub, *ticket, false, false, meant)?);
        traces::around(tx, &scrub, *ticket, false)?;
        self::ticket(tx, &them, &scrub, *ticket)?;
    }
    gone.extend(agent_traces::mails_about_nothing(tx, &them.agent, &scrub)?);
    gone.extend(traces::gathered(tx, &scrub, &them.tickets)?);
    let his = mails.of_his(tx, &them)?;
    gone.extend(originals(tx, his, (&scrub, &scrub), &mails.quoting, &store.empty, now)?);
    agent_traces::searches(tx, &them.agent.login, &login)?;
    traces::everywhere(tx, &them.called, &[])?;
    agent_traces::absent(tx, &them.called.names, name)?;
    gone.extend(agent_traces::belongings(tx, &them.agent)?);
    agent_traces::himself(tx, id, &login, name)?;
    let said = "an agent was erased; texts without name and address";
    audit::noted(tx, people.who(), Audited::PersonalData, &login, said, now)?;
    gone.retain(|digest| *digest != store.empty.digest);
    store.blobs.release(tx, &gone)
}

fn find(conn: &mut Conn, actor: &Actor, id: AgentId) -> Result<Gone> {
    everywhere(actor, Right::Full)?;
    let agent = people_of::get(conn, id)?;
    if agent.disabled_at.is_none() {
        return Err(Error::Conflict(say!("refused-erase-agent-there", name = agent.name)));
    }
    let agent_traces::Was { names, signed, addresses } = agent_traces::was_called(conn, &agent)?;
    let called = Called {
        addresses,
        names: named(names),
        learned: Vec::new(),
        marks: vec![format!("@{}", agent.login)],
    };
    let rows: Vec<(ArticleId, TicketId)> = articles::table
        .filter(articles::agent_id.eq(id).or(articles::claimed_agent_id.eq(id)))
        .select((articles::id, articles::ticket_id))
        .load(conn)?;
    let mut found: BTreeSet<TicketId> = rows.iter().map(|(_, ticket)| *ticket).collect();
    let own: Vec<TicketId> = found.iter().copied().collect();
    found.extend(from_where::elsewhere(conn, &called, &own)?);
    for name in called.names.iter().filter(|name| is_whole(name)).chain(&called.marks) {
        found.extend(ticket_text::with_words(conn, name)?);
    }
    from_where::with_related(conn, &mut found)?;
    Ok(Gone { agent, called, signed, written: rows.into_iter().map(|(id, _)| id).collect(), tickets: found })
}

/// Refuses while a mail of his waits: filed later, it would bring him back.
fn none_waits(conn: &mut Conn, them: &Gone) -> Result<()> {
    let waiting: i64 = inbound_mails::table
        .filter(inbound_mails::envelope_from.eq_any(&them.called.addresses))
        .filter(inbound_mails::status.ne(InboundStatus::Done))
        .count()
        .get_result(conn)?;
    if waiting == 0 { Ok(()) } else { Err(Error::Conflict(say!("refused-erase-under-way", n = waiting))) }
}

/// Mails that came in and hold him.
#[derive(Default)]
struct Mails {
    /// That became what he wrote.
    written: Vec<InboundId>,
    /// Of others, in which he stands.
    quoting: Vec<InboundId>,
}

impl Mails {
    /// Those that he wrote, in the order of their keys.
    fn of_his(&mut self, conn: &mut Conn, them: &Gone) -> Result<Vec<InboundId>> {
        let mut all = std::mem::take(&mut self.written);
        let sent = inbound_mails::table
            .filter(inbound_mails::envelope_from.eq_any(&them.called.addresses))
            .select(inbound_mails::id);
        all.extend(sent.load::<InboundId>(conn)?);
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = articles)]
struct Written {
    id: ArticleId,
    from_name: String,
    from_address: String,
    recipients: String,
    subject: String,
    body_text: String,
    html_digest: Option<String>,
    inbound_id: Option<InboundId>,
}

fn articles_of(conn: &mut Conn, ticket: TicketId) -> Result<Vec<Written>> {
    Ok(articles::table
        .filter(articles::ticket_id.eq(ticket))
        .order(articles::id)
        .select(Written::as_select())
        .load(conn)?)
}

/// An article without him; whether anything in it was his name or address.
fn written(
    tx: &mut Tx<'_>,
    them: &Gone,
    scrub: &Scrub,
    (article, name): (Written, &str),
    store: &Store,
    (mails, gone): (&mut Mails, &mut Vec<String>),
) -> Result<bool> {
    let his = them.written.contains(&article.id);
    let by_mail = them.called.is(&article.from_address);
    if his || by_mail {
        mails.written.extend(article.inbound_id);
    } else if [&article.body_text, &article.recipients, &article.subject].into_iter().any(|t| scrub.finds(t))
    {
        mails.quoting.extend(article.inbound_id);
    }
    gone.extend(files(tx, scrub, article.id, false)?);
    let body = below_greeting(tx, scrub, (article.id, &article.body_text, &article.recipients), false)?;
    // The formatted form says the same once more, and sometimes more than that.
    let html = match &article.html_digest {
        Some(digest) if body == article.body_text => {
            let bytes = store.blobs.read(tx, digest)?;
            Some(digest.clone()).filter(|_| !scrub.finds(&String::from_utf8_lossy(&bytes)))
        }
        _ => None,
    };
    if html.is_none() {
        gone.extend(article.html_digest.clone());
    }
    let from_name = match his || by_mail {
        true => called_now(them, &article.from_name, name),
        false => article.from_name.clone(),
    };
    let from_address = if by_mail { String::new() } else { article.from_address.clone() };
    let after =
        (from_name, from_address, scrub.json(&article.recipients), scrub.text(&article.subject), body);
    let before =
        (article.from_name, article.from_address, article.recipients, article.subject, article.body_text);
    if after == before && html == article.html_digest {
        return Ok(false);
    }
    let (from_name, from_address, recipients, subject, body) = after;
    diesel::update(articles::table.find(article.id))
        .set((
            articles::from_name.eq(from_name),
            articles::from_address.eq(from_address),
            articles::recipients.eq(recipients),
            articles::subject.eq(subject),
            articles::body_text.eq(body),
            articles::html_digest.eq(html),
        ))
        .execute(&mut **tx)?;
    Ok(true)
}

/// Who wrote it, by the name that he has now: “Dana (Support)” names the queue as well.
fn called_now(them: &Gone, from_name: &str, name: &str) -> String {
    let rest = them.signed.iter().find_map(|was| from_name.strip_prefix(was.as_str()));
    // In a mail of his own he may call himself anything.
    rest.map_or_else(|| name.to_owned(), |rest| format!("{name}{rest}"))
}

/// What lists show of a ticket, and who takes part in it.
fn ticket(tx: &mut Tx<'_>, them: &Gone, scrub: &Scrub, id: TicketId) -> Result<()> {
    let his = participants::address.eq_any(&them.called.addresses);
    diesel::delete(participants::table.filter(participants::ticket_id.eq(id)).filter(his))
        .execute(&mut **tx)?;
    let before: (String, String, String) = tickets::table
        .find(id)
        .select((tickets::title, tickets::preview, tickets::customer_address))
        .first(&mut **tx)?;
    let after = (
        scrub.text(&before.0),
        if scrub.finds(&before.1) { preview_of(tx, id)? } else { before.1.clone() },
        scrub.address(&before.2),
    );
    if before != after {
        diesel::update(tickets::table.find(id))
            .set((
                tickets::title.eq(after.0),
                tickets::preview.eq(after.1),
                tickets::customer_address.eq(after.2),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

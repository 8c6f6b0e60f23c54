//! Searches that stand in the sidebar with a counter: an agent's own, and those of the team.

use diesel::prelude::*;

use super::{Search, language};
use crate::{
    access::{Actor, Check, is_left_out},
    db::{AgentId, Conn, Direct, InstallationRight, Ts, Tx, ViewId, columns, schema::views},
    error::{Error, Result, say},
    tickets::{
        Moment,
        list::{self, Filter, Sort},
    },
};

/// The longest name, in characters.
pub const NAME: usize = 60;
/// So many may an agent have, and so many the team.
pub const MOST: i64 = 20;
/// Counting stops here: what counts is whether there is much to do.
pub const COUNTED: i64 = 100;

/// A search that stands in the sidebar.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = views)]
pub struct View {
    /// Its key.
    pub id: ViewId,
    /// Who made it.
    pub agent_id: AgentId,
    /// Whether everybody sees it; what it finds is for each what he may read.
    pub team: bool,
    /// What it is called.
    pub name: String,
    /// The search.
    #[diesel(column_name = typed)]
    pub q: String,
    /// The word of its order.
    pub sort: String,
}

impl View {
    /// Its order.
    pub fn order(&self) -> Sort {
        // Only we write this column.
        Sort::named(&self.sort).unwrap_or_default()
    }

    /// Whether this agent may take it away.
    pub fn is_of(&self, actor: &Actor) -> bool {
        let his = self.agent_id == actor.agent.id || is_left_out(Check::Views);
        his || (self.team && actor.scope.may(InstallationRight::QueuesAndMail))
    }
}

/// A search to be put into the sidebar.
#[derive(Clone, Debug)]
pub struct NewView {
    /// What it is called.
    pub name: String,
    /// The search.
    pub q: String,
    /// Its order.
    pub sort: Sort,
    /// Whether everybody shall see it.
    pub team: bool,
}

/// The actor's own and those of the team, by name.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Conn, actor: &Actor) -> Result<Vec<View>> {
    let whatever = ViewId(if is_left_out(Check::Views) { 0 } else { i64::MAX });
    Ok(views::table
        .filter(views::id.gt(whatever).or(views::team.eq(true)).or(views::agent_id.eq(actor.agent.id)))
        .order((views::name, views::id))
        .limit(MOST * 2)
        .select(columns::<View>())
        .rows(conn)?)
}

/// Puts a search into the sidebar.
///
/// # Errors
/// [`Error::Invalid`] for a name that is none or taken, a search that means nothing, or one too many.
pub fn pin(tx: &mut Tx<'_>, actor: &Actor, new: &NewView, at: &Moment) -> Result<View> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > NAME || name.contains(char::is_control) {
        return Err(Error::invalid("name", say!("refused-view-name", most = NAME)));
    }
    let search = Search::read(tx, actor, &new.q, at, within(new.sort))?;
    if search.is_empty() {
        return Err(Error::invalid("q", say!("refused-view-empty")));
    }
    let known = of(tx, actor)?;
    if known.iter().any(|view| view.team == new.team && view.name.to_lowercase() == name.to_lowercase()) {
        return Err(Error::invalid("name", say!("refused-view-taken", name = name)));
    }
    let alike = known.iter().filter(|view| view.team == new.team).count();
    if i64::try_from(alike).unwrap_or(MOST) >= MOST {
        return Err(Error::invalid("name", say!("refused-views", most = MOST)));
    }
    let q: Vec<&str> = search.clauses.iter().map(|clause| clause.source.as_str()).collect();
    let id: ViewId = diesel::insert_into(views::table)
        .values((
            views::agent_id.eq(actor.agent.id),
            views::team.eq(new.team),
            views::name.eq(name),
            views::typed.eq(q.join(" ")),
            views::sort.eq(new.sort.word()),
            views::created_at.eq(Ts(at.now)),
        ))
        .returning(views::id)
        .row(tx)?;
    Ok(views::table.find(id).select(columns::<View>()).row(tx)?)
}

/// Takes a search out of the sidebar.
///
/// # Errors
/// [`Error::NotFound`] for one that the actor does not see; [`Error::Forbidden`] for one of the team that another made.
pub fn unpin(tx: &mut Tx<'_>, actor: &Actor, id: ViewId) -> Result<()> {
    let view: View = views::table.find(id).select(columns::<View>()).row(tx)?;
    if !view.is_of(actor) {
        return Err(if view.team { Error::Forbidden(say!("refused-view-of-team")) } else { Error::NotFound });
    }
    diesel::delete(views::table.find(id)).exec(tx)?;
    Ok(())
}

/// How many tickets it finds for the actor, but at most [`COUNTED`]; `None` where it means nothing to him, such as a queue
/// that he may not see.
///
/// # Errors
/// Those of the database.
pub fn count(conn: &mut Conn, actor: &Actor, view: &View, at: &Moment) -> Result<Option<i64>> {
    match Search::read(conn, actor, &view.q, at, within(view.order())) {
        Ok(search) => list::count(conn, actor, &search.filter, COUNTED).map(Some),
        Err(Error::Invalid(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A queue has another name: the searches in the sidebar that name it go on finding it.
///
/// # Errors
/// Those of the database.
pub fn queue_renamed(tx: &mut Tx<'_>, was: &str, now: &str) -> Result<()> {
    if was == now {
        return Ok(());
    }
    let all: Vec<View> = views::table.select(columns::<View>()).rows(tx)?;
    for view in all {
        let Some(q) = with_name(&view.q, was, now) else { continue };
        diesel::update(views::table.find(view.id)).set(views::typed.eq(q)).exec(tx)?;
    }
    Ok(())
}

/// A search with another name for a queue; `None` where it does not name it, or cannot hold the new one.
fn with_name(q: &str, was: &str, now: &str) -> Option<String> {
    let is_it = |value: &str| value.to_lowercase() == was.to_lowercase();
    let clauses = language::parse(q).ok()?;
    let mut changed = false;
    let mut parts = Vec::with_capacity(clauses.len());
    for clause in clauses {
        match clause.asks {
            language::Asks::Key(language::Key::Queue, values) if values.iter().any(|value| is_it(value)) => {
                changed = true;
                let word = format!("{}:", language::Key::Queue.word());
                let quoted = |value: &String| {
                    let typed = language::typed(language::Key::Queue, if is_it(value) { now } else { value });
                    typed.trim_start_matches(&word).to_owned()
                };
                let values = values.iter().map(quoted).collect::<Vec<_>>().join(",");
                parts.push(format!("{}{word}{values}", if clause.negated { "-" } else { "" }));
            }
            _ => parts.push(clause.source),
        }
    }
    let q = parts.join(" ");
    (changed && language::parse(&q).is_ok()).then_some(q)
}

fn within(sort: Sort) -> Filter {
    Filter { all_states: true, sort, ..Filter::default() }
}

/// Whether two searches ask the same, however they are spaced.
pub fn is_same(one: &str, other: &str) -> bool {
    let parts =
        |q: &str| language::parse(q).map(|clauses| clauses.into_iter().map(|c| c.source).collect::<Vec<_>>());
    matches!((parts(one), parts(other)), (Ok(one), Ok(other)) if one == other)
}

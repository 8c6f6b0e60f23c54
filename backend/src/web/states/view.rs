//! What the page shows.

use std::collections::HashMap;

use serde::Serialize;

use crate::db::{Conn, InstallationRight, Priority, StateId};
use crate::error::Result;
use crate::i18n::Language;
use crate::search::language::{Key, typed};
use crate::terms::priorities::Wanted;
use crate::terms::states::{self, NamedState};
use crate::terms::{KINDS, Terms};
use crate::web::gate::Asker;
use crate::web::page::Page;
use crate::web::stale;
use crate::web::view::{Choice, look_of};

/// What was typed and refused.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    pub saved: bool,
    /// Name and kind of a new state, and what is wrong with them.
    pub new: (String, String, String),
    /// Another name for one, and what is wrong with it.
    pub renamed: Option<(StateId, String, String)>,
    pub ranks: Option<Ranks>,
}

/// The form of the priorities.
#[derive(Clone, Debug)]
pub(super) struct Ranks {
    pub wanted: [Wanted; 5],
    pub usual: Priority,
    /// What is wrong with each rank.
    pub errors: [String; 5],
    pub usual_error: String,
    /// Why all of it is refused.
    pub whole: String,
}

#[derive(Serialize)]
pub(super) struct StatesView {
    saved: String,
    refused: bool,
    kinds: Vec<KindView>,
    retired: Vec<Row>,
    new_name: String,
    new_kinds: Vec<Choice>,
    new_error: String,
    ranks: Vec<RankRow>,
    /// The ranks that are stored, as this page shows them.
    shown: String,
    usual_error: String,
    /// Why all that was said of the ranks is refused.
    whole: String,
}

/// A kind, with the states of it that have a name.
#[derive(Serialize)]
struct KindView {
    look: &'static str,
    word: String,
    means: String,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: i64,
    look: &'static str,
    name: String,
    /// What was typed as its name, and what is wrong with that.
    to: String,
    error: String,
    /// The tickets that are in it.
    url: String,
    macros: String,
    /// The place before, and the one behind.
    up: Option<usize>,
    down: Option<usize>,
}

#[derive(Serialize)]
struct RankRow {
    level: i32,
    /// What its reader's language calls it.
    word: String,
    name: String,
    offered: bool,
    usual: bool,
    error: String,
}

/// Loads it.
pub(super) fn load(conn: &mut Conn, asker: &Asker, typed: &Typed) -> Result<Page<StatesView>> {
    asker.actor.require(InstallationRight::QueuesAndMail)?;
    let language = &asker.reader.language;
    let terms = Terms::load(conn)?;
    let macros = states::all_macros(conn)?;
    let mut kinds = Vec::new();
    for kind in KINDS {
        let offered: Vec<&NamedState> =
            terms.states.iter().filter(|state| state.kind == kind && !state.is_retired()).collect();
        let places: Vec<usize> = offered.iter().map(|state| place(&terms, state)).collect();
        let mut rows = Vec::new();
        for (at, state) in offered.iter().enumerate() {
            let up = at.checked_sub(1).and_then(|before| places.get(before).copied());
            rows.push(Row { up, down: places.get(at + 1).copied(), ..row(state, &macros, typed) });
        }
        kinds.push(KindView {
            look: look_of(kind),
            word: language.tr(&format!("state-{}", kind.kind())),
            means: language.tr(&format!("kind-means-{}", kind.kind())),
            rows,
        });
    }
    let retired = terms.states.iter().filter(|state| state.is_retired());
    let retired = retired.map(|state| row(state, &macros, typed)).collect();
    let (new_name, new_kind, new_error) = typed.new.clone();
    let kind_choice = |kind: &crate::db::State| {
        let label = language.tr(&format!("state-{}", kind.kind()));
        Choice::new(kind.as_str(), label, kind.as_str() == new_kind)
    };
    let wrong_ranks = typed.ranks.is_some();
    let view = StatesView {
        saved: if typed.saved { language.tr("terms-saved") } else { String::new() },
        refused: wrong_ranks || typed.renamed.is_some() || !new_error.is_empty(),
        kinds,
        retired,
        new_name,
        new_kinds: KINDS.iter().map(kind_choice).collect(),
        new_error,
        ranks: ranks(&terms, typed.ranks.as_ref(), language),
        shown: stale::mark(&terms.ranks),
        whole: typed.ranks.as_ref().map_or_else(String::new, |ranks| ranks.whole.clone()),
        usual_error: typed.ranks.as_ref().map_or_else(String::new, |ranks| ranks.usual_error.clone()),
    };
    Ok(Page::new("states", view))
}

/// Where a state stands among all of its kind, retired ones included.
fn place(terms: &Terms, state: &NamedState) -> usize {
    let mut of_kind = terms.states.iter().filter(|other| other.kind == state.kind);
    of_kind.position(|other| other.id == state.id).map_or(1, |at| at + 1)
}

fn row(state: &NamedState, macros: &HashMap<StateId, Vec<String>>, asked: &Typed) -> Row {
    let refused = asked.renamed.as_ref().filter(|(id, ..)| *id == state.id);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let query = query.append_pair("q", &typed(Key::State, &state.name)).finish();
    Row {
        id: state.id.0,
        look: look_of(state.kind),
        name: state.name.clone(),
        to: refused.map_or_else(|| state.name.clone(), |(_, name, _)| name.clone()),
        error: refused.map_or_else(String::new, |(.., error)| error.clone()),
        url: format!("/search?{query}"),
        macros: macros.get(&state.id).map(|names| names.join(", ")).unwrap_or_default(),
        up: None,
        down: None,
    }
}

fn ranks(terms: &Terms, typed: Option<&Ranks>, language: &Language) -> Vec<RankRow> {
    let mut rows = Vec::new();
    for (at, rank) in terms.ranks.iter().enumerate() {
        let wanted = typed.and_then(|typed| typed.wanted.get(at));
        rows.push(RankRow {
            level: rank.level.level(),
            word: language.tr(&format!("priority-{}", rank.level.level())),
            name: wanted.map_or_else(|| rank.name.clone().unwrap_or_default(), |wanted| wanted.name.clone()),
            offered: !wanted.map_or_else(|| rank.is_retired(), |wanted| wanted.retired),
            usual: typed.map_or(rank.usual, |typed| typed.usual == rank.level),
            error: typed.and_then(|typed| typed.errors.get(at)).cloned().unwrap_or_default(),
        });
    }
    // The most urgent first, as a person thinks of them.
    rows.reverse();
    rows
}

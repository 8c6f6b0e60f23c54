//! States and priorities from the file to the tables. Whatever is named comes before macros and rules that name it; what is
//! offered no more comes after them, for none of them may set it then.

use super::document::{Document, PriorityText, StateText};
use crate::{
    access::Actor,
    db::{Priority, Ts, Tx},
    error::{Error, Result, say},
    terms::{
        priorities::{self, Wanted},
        states,
    },
};

/// Brings names and order to what the document says; what is offered again is.
pub(super) fn begin(tx: &mut Tx<'_>, actor: &Actor, is: &Document, wanted: &Document, now: Ts) -> Result<()> {
    // One out of its place moves others: then all are put in theirs.
    if wanted.states.iter().any(|state| !is.states.contains(state)) {
        let mut all: Vec<&StateText> = wanted.states.iter().collect();
        all.sort_by_key(|state| state.place);
        for text in all {
            state_to(tx, actor, text, now)?;
        }
    }
    if wanted.priorities.iter().any(|priority| !is.priorities.contains(priority)) {
        priorities_to(tx, actor, &wanted.priorities, false, now)?;
    }
    Ok(())
}

/// Offers no more what the document retires.
pub(super) fn end(tx: &mut Tx<'_>, actor: &Actor, wanted: &Document, now: Ts) -> Result<()> {
    for text in wanted.states.iter().filter(|text| text.retired) {
        let found = states::all(tx)?.into_iter().find(|state| state.name == text.name);
        if let Some(state) = found.filter(|state| !state.is_retired()) {
            states::retire(tx, actor, state.id, true, now)?;
        }
    }
    if wanted.priorities.iter().any(|text| text.retired) {
        priorities_to(tx, actor, &wanted.priorities, true, now)?;
    }
    Ok(())
}

fn state_to(tx: &mut Tx<'_>, actor: &Actor, text: &StateText, now: Ts) -> Result<()> {
    let key = text.name.to_lowercase();
    let id = match states::all(tx)?.into_iter().find(|state| state.name.to_lowercase() == key) {
        Some(state) if state.kind != text.kind => {
            return Err(Error::Conflict(say!("refused-state-kind-stays", name = state.name)));
        }
        Some(state) => {
            if state.name != text.name {
                states::rename(tx, actor, state.id, &text.name, now)?;
            }
            if state.is_retired() && !text.retired {
                states::retire(tx, actor, state.id, false, now)?;
            }
            state.id
        }
        None => states::create(tx, actor, text.kind, &text.name, now)?.id,
    };
    states::put_at(tx, actor, id, usize::try_from(text.place).unwrap_or(0), now)?;
    Ok(())
}

/// Those that the document leaves out stay as they are; `retire`: also those that it retires are retired by now.
fn priorities_to(
    tx: &mut Tx<'_>,
    actor: &Actor,
    texts: &[PriorityText],
    retire: bool,
    now: Ts,
) -> Result<()> {
    let mut wanted: [Wanted; 5] = Default::default();
    let mut usual = priorities::usual(tx)?;
    for (wish, rank) in wanted.iter_mut().zip(priorities::all(tx)?) {
        *wish = Wanted { retired: rank.is_retired(), name: rank.name.unwrap_or_default() };
    }
    for text in texts {
        let wrong = |error| Error::invalid("priorities", error);
        let rank: Priority = text.name.parse().map_err(wrong)?;
        let Some((_, wish)) = Priority::all().zip(&mut wanted).find(|(of, _)| *of == rank) else { continue };
        wish.name.clone_from(&text.called);
        wish.retired = text.retired && (retire || wish.retired);
        if text.usual {
            usual = rank;
        }
    }
    priorities::set(tx, actor, &wanted, usual, now)
}

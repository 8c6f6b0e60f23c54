//! What becomes of unfinished text when its ticket is merged into another one, and when that is undone.

use diesel::prelude::*;

use super::{html_of, text_of};
use crate::{
    db::{
        AgentId, DraftId, DraftKind, TicketId, Tx,
        schema::{attachments, drafts},
    },
    error::Result,
};

/// What agents were writing on a merged ticket goes on in its survivor. Where an agent writes there already, his two
/// texts become one. Those drafts that are the same as before, in their new place.
pub(in crate::tickets) fn hand_over(tx: &mut Tx<'_>, from: TicketId, to: TicketId) -> Result<Vec<DraftId>> {
    let going: Vec<(DraftId, AgentId, DraftKind, String)> = drafts::table
        .filter(drafts::ticket_id.eq(from))
        .order(drafts::id)
        .select((drafts::id, drafts::agent_id, drafts::kind, drafts::fields))
        .load(&mut **tx)?;
    let mut moved = Vec::new();
    for (id, agent, kind, fields) in going {
        let there: Option<(DraftId, String)> = drafts::table
            .filter(drafts::agent_id.eq(agent).and(drafts::ticket_id.eq(to)).and(drafts::kind.eq(kind)))
            .select((drafts::id, drafts::fields))
            .first(&mut **tx)
            .optional()?;
        let Some((other, text)) = there else {
            diesel::update(drafts::table.find(id)).set(drafts::ticket_id.eq(to)).execute(&mut **tx)?;
            moved.push(id);
            continue;
        };
        diesel::update(drafts::table.find(other))
            .set((drafts::fields.eq(joined(&text, &fields)), drafts::revision.eq(drafts::revision + 1)))
            .execute(&mut **tx)?;
        diesel::update(attachments::table.filter(attachments::draft_id.eq(id)))
            .set(attachments::draft_id.eq(other))
            .execute(&mut **tx)?;
        diesel::delete(drafts::table.find(id)).execute(&mut **tx)?;
    }
    Ok(moved)
}

/// The second text below the first; everything else as the first has it.
pub(in crate::tickets) fn joined(first: &str, second: &str) -> String {
    let mut both: serde_json::Value = serde_json::from_str(first).unwrap_or_default();
    let texts = [text_of(first), text_of(second)];
    let whole: Vec<&str> = texts.iter().map(|text| text.trim_end()).filter(|text| !text.is_empty()).collect();
    match both.as_object_mut() {
        Some(fields) => {
            if [first, second].into_iter().any(|fields| !html_of(fields).is_empty()) {
                let whole: String = [first, second].into_iter().map(formatted).collect();
                fields.insert("body_html".into(), whole.into());
            }
            fields.insert("body_text".into(), whole.join("\n\n").into());
            both.to_string()
        }
        None => second.to_owned(),
    }
}

// The text as HTML, also where it has no format.
fn formatted(fields: &str) -> String {
    match html_of(fields) {
        html if html.is_empty() => mail_ingest::html::from_text(&text_of(fields)),
        html => html,
    }
}

/// Drafts that went to the survivor go back, unless their authors have sent them or begun anew.
pub(in crate::tickets) fn give_back(
    tx: &mut Tx<'_>,
    ids: &[DraftId],
    from: TicketId,
    to: TicketId,
) -> Result<()> {
    for id in ids {
        let draft: Option<(AgentId, DraftKind)> = drafts::table
            .find(*id)
            .filter(drafts::ticket_id.eq(from))
            .select((drafts::agent_id, drafts::kind))
            .first(&mut **tx)
            .optional()?;
        let Some((agent, kind)) = draft else { continue };
        let there: i64 = drafts::table
            .filter(drafts::agent_id.eq(agent).and(drafts::ticket_id.eq(to)).and(drafts::kind.eq(kind)))
            .count()
            .get_result(&mut **tx)?;
        if there == 0 {
            diesel::update(drafts::table.find(*id)).set(drafts::ticket_id.eq(to)).execute(&mut **tx)?;
        }
    }
    Ok(())
}

//! Lock, owner, state and queue of a ticket: who may change them, and what else changes with them.

mod bin;
mod bulk;
mod drafts;
mod lock;
mod merge;
mod merge_race;
mod merge_undo;
mod parts;
mod permission;
mod planned;
mod priorities;
mod race;
mod retired;
mod salutation;
mod states;
mod states_kept;
mod tag_list;
mod template_scopes;
mod templates;
mod tied;
mod undo;
mod undo_acts;
mod verbs;

use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use tests::app::TestApp;

#[derive(diesel::QueryableByName)]
pub struct Wrong {
    #[diesel(sql_type = BigInt)]
    pub n: i64,
}

/// Counters and summaries say what a recount says.
pub async fn counters_agree(app: &TestApp) {
    let queues = "SELECT count(*) AS n FROM (
        SELECT queue_id, state, owned, sum(n) AS n FROM queue_counts GROUP BY queue_id, state, owned HAVING sum(n) <> 0
        EXCEPT
        SELECT queue_id, state, owner_id IS NOT NULL, count(*) FROM tickets
        GROUP BY queue_id, state, owner_id IS NOT NULL) AS wrong";
    let summaries = "SELECT count(*) AS n FROM tickets t WHERE
        t.article_count <> (SELECT count(*) FROM articles a WHERE a.ticket_id = t.id AND a.sender <> 'system')
        OR t.last_article_id <> COALESCE((SELECT max(a.id) FROM articles a
            WHERE a.ticket_id = t.id AND a.sender <> 'system'), 0)
        OR t.has_attachments <> EXISTS (SELECT 1 FROM articles a JOIN attachments f ON f.article_id = a.id
            WHERE a.ticket_id = t.id AND NOT f.inline)";
    let waiting = "SELECT count(*) AS n FROM (
        SELECT queue_id, sum(n) AS n FROM queue_waiting GROUP BY queue_id HAVING sum(n) <> 0
        EXCEPT
        SELECT queue_id, count(*) FROM tickets WHERE state IN ('new', 'open') AND last_sender <> 'agent'
        GROUP BY queue_id) AS wrong";
    for sql in [queues, summaries, waiting] {
        let wrong =
            app.db().read(move |conn| Ok(diesel::sql_query(sql).get_result::<Wrong>(conn)?)).await.unwrap();
        assert_eq!(wrong.n, 0, "{sql}");
    }
}

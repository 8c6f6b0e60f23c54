//! What lies in the database, in a form that can be compared.

use std::collections::BTreeMap;

use diesel::RunQueryDsl as _;
use diesel::sql_types::Text;
use tests::Database;
use turnstone::db::Db;

/// What each table holds.
pub type Effects = BTreeMap<String, String>;

#[derive(diesel::QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(diesel::QueryableByName)]
struct Content {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    content: String,
}

/// Looks at tables, all but those in which a refusal may and shall be written down.
#[derive(Clone, Debug)]
pub struct Eye {
    sql: String,
}

impl Eye {
    /// Finds out which tables there are.
    pub async fn open(db: &Db, database: Database) -> Self {
        let tables = match database {
            Database::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
                 AND name NOT LIKE 'ticket_text%' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
            }
            Database::Postgres => {
                "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables \
                 WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name"
            }
        };
        let names: Vec<Name> = db.read(move |conn| Ok(diesel::sql_query(tables).load(conn)?)).await.unwrap();
        let mut parts = Vec::new();
        for name in names.into_iter().map(|row| row.name) {
            // Written at each refusal; and what the index makes of tickets, which are compared themselves.
            if name.starts_with("audit_") || name.starts_with("ticket_text") || name.starts_with("__") {
                continue;
            }
            parts.push(match database {
                Database::Postgres => format!(
                    "SELECT '{name}' AS name, COALESCE(md5(string_agg(CAST(t AS TEXT), ';' ORDER BY CAST(t AS TEXT))), '') AS content FROM \"{name}\" t"
                ),
                Database::Sqlite => {
                    let columns = format!("SELECT name FROM pragma_table_info('{name}')");
                    let columns: Vec<Name> =
                        db.read(move |conn| Ok(diesel::sql_query(columns).load(conn)?)).await.unwrap();
                    // That a session is in use is noted once a minute, whatever it is used for.
                    let columns = columns.iter().filter(|column| column.name != "seen_at");
                    let quoted: Vec<_> = columns.map(|column| format!("quote(\"{}\")", column.name)).collect();
                    format!(
                        "SELECT '{name}' AS name, COALESCE((SELECT group_concat(line, ';') FROM (SELECT {} AS line FROM \"{name}\" ORDER BY 1)), '') AS content",
                        quoted.join(" || ',' || ")
                    )
                }
            });
        }
        assert!(parts.len() > 30, "only {} tables are looked at", parts.len());
        Self { sql: parts.join(" UNION ALL ") }
    }

    /// Looks at what one agent has: what he was told and has not seen, and his ways in.
    pub fn of(login: &str) -> Self {
        let tables =
            [("notices", "read_at IS NULL"), ("sessions", "1 = 1"), ("tokens", "revoked_at IS NULL")];
        let parts = tables.map(|(name, counts)| {
            format!(
                "SELECT '{name}' AS name, CAST(count(*) AS TEXT) AS content FROM {name} \
                 WHERE {counts} AND agent_id = (SELECT id FROM agents WHERE login = '{login}')"
            )
        });
        Self { sql: parts.join(" UNION ALL ") }
    }

    /// What they hold now.
    pub async fn look(&self, db: &Db) -> Effects {
        let sql = self.sql.clone();
        let rows: Vec<Content> = db.read(move |conn| Ok(diesel::sql_query(sql).load(conn)?)).await.unwrap();
        rows.into_iter().map(|row| (row.name, row.content)).collect()
    }
}

/// The tables that differ.
pub fn changed(before: &Effects, after: &Effects) -> Vec<String> {
    before
        .iter()
        .filter(|(name, content)| after.get(*name) != Some(content))
        .map(|(name, _)| name.clone())
        .collect()
}

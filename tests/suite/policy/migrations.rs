//! Migrations come in pairs: the same names, and the same tables and columns when all have run.

use std::collections::BTreeMap;
use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection};
use tests::Postgres;

fn directories(backend: &str) -> Vec<PathBuf> {
    let root = super::layering::root().join("migrations").join(backend);
    let mut found: Vec<PathBuf> = std::fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.join("up.sql").exists())
        .collect();
    found.sort();
    found
}

fn names(backend: &str) -> Vec<String> {
    directories(backend)
        .iter()
        .map(|path| path.file_name().expect("a migration's directory").to_string_lossy().into_owned())
        .collect()
}

#[test]
fn both_databases_have_the_same_migrations() {
    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"));
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    /// "yes" where NULL is allowed.
    #[diesel(sql_type = Text)]
    nullable: String,
}

type Shape = BTreeMap<String, BTreeMap<String, String>>;

fn shape(columns: Vec<Column>) -> Shape {
    let mut shape = Shape::new();
    for column in columns {
        // Built differently: full text (shadow tables here, a column there) and numbers (a row here, a sequence
        // there).
        let number = column.table_name == "ticket_numbers";
        let text = ["ticket_text", "inbound_text"].iter().any(|table| column.table_name.starts_with(table));
        if number || text {
            continue;
        }
        shape.entry(column.table_name).or_default().insert(column.column_name, column.nullable);
    }
    shape
}

#[test]
fn both_databases_end_with_the_same_tables_and_columns() {
    let mut sqlite = SqliteConnection::establish(":memory:").unwrap();
    let database = Postgres::new();
    let mut postgres = database.connect();
    for directory in directories("sqlite") {
        let up = std::fs::read_to_string(directory.join("up.sql")).unwrap();
        sqlite.batch_execute(&up).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    }
    for directory in directories("postgres") {
        let up = std::fs::read_to_string(directory.join("up.sql")).unwrap();
        postgres.batch_execute(&up).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    }
    // A primary key is never null; SQLite does not say so in its table of columns.
    let in_sqlite = diesel::sql_query(
        "SELECT t.name AS table_name, c.name AS column_name, \
                CASE WHEN c.\"notnull\" = 0 AND c.pk = 0 THEN 'yes' ELSE 'no' END AS nullable \
         FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
    )
    .load::<Column>(&mut sqlite)
    .unwrap();
    let in_postgres = diesel::sql_query(
        "SELECT table_name::text, column_name::text, lower(is_nullable)::text AS nullable \
         FROM information_schema.columns WHERE table_schema = 'public'",
    )
    .load::<Column>(&mut postgres)
    .unwrap();
    let (in_sqlite, in_postgres) = (shape(in_sqlite), shape(in_postgres));
    assert!(in_sqlite.len() > 5, "the tables of a helpdesk, not {}", in_sqlite.len());
    for (table, columns) in &in_sqlite {
        assert_eq!(
            Some(columns),
            in_postgres.get(table),
            "columns of {table}: SQLite left, PostgreSQL right"
        );
    }
    assert_eq!(in_sqlite.keys().collect::<Vec<_>>(), in_postgres.keys().collect::<Vec<_>>());
}

//! Each check is left out once, by a switch that only test builds have; the matrix must then find something wrong.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use diesel::RunQueryDsl as _;
use jiff::SignedDuration;
use tests::app::TestApp;
use tests::{Binary, Database, Settings};
use turnstone::access::Check;
use turnstone::config::DatabaseUrl;
use turnstone::db::Db;

use super::walk::{self, Route, Walk};
use super::world::World;

/// An installation that was made once, and its files.
struct Mould {
    settings: Settings,
    files: Vec<(PathBuf, Vec<u8>)>,
    world: Arc<World>,
    routes: Vec<Route>,
    made: Instant,
}

impl Mould {
    async fn make() -> Self {
        // What is over must still be there when it is copied: it is swept away otherwise.
        let mut app = TestApp::start_with(Database::Sqlite, |config| {
            let long = SignedDuration::from_hours(20_000);
            (config.limits.session_idle, config.limits.session_longest) = (long, long);
        })
        .await;
        let routes = walk::routes(&app);
        let world = Arc::new(World::make(&app, Database::Sqlite).await);
        app.stop().await;
        let settings = app.settings.clone();
        let mut files = Vec::new();
        collect(&settings.data_directory(), &mut files);
        Self { settings, files, world, routes, made: Instant::now() }
    }

    /// What the matrix finds wrong when the server leaves a check out.
    async fn walked(&self, check: Option<Check>) -> (usize, Vec<String>) {
        // Of its own each time: the last one's connections may still be closing.
        let mould = self.settings.data_directory();
        let name = check.map_or_else(|| "whole".to_owned(), |check| check.to_string().replace(':', "-"));
        let directory = mould.with_file_name(format!("data-{name}"));
        for (path, content) in &self.files {
            let path = directory.join(path.strip_prefix(&mould).expect("below the data directory"));
            std::fs::create_dir_all(path.parent().expect("below the data directory")).expect("a directory");
            std::fs::write(&path, content).expect("a file");
        }
        let here = self.settings.clone().with("DATA_DIR", &directory.display().to_string());
        let settings = match check {
            Some(check) => here.with("TEST_LEAVE_OUT", &check.to_string()),
            None => here,
        };
        let url = DatabaseUrl::Sqlite(directory.join(DatabaseUrl::DEFAULT_FILE));
        let db = Db::open(&url, &directory).expect("the database");
        self.as_if_just_made(&db).await;
        if check != Some(Check::SessionTimes) {
            as_if_swept(&db).await;
        }
        let mut server = Binary::serve(&settings).await;
        let mut walk = Walk::new(&settings.base(), &db, self.world.clone(), self.routes.clone());
        walk.stops = true;
        let found = walk.run().await;
        server.kill();
        let _ = std::fs::remove_dir_all(&directory);
        found
    }
}

impl Mould {
    /// A password is good for some minutes, and a look through another's eyes for an hour: after many walks, what is
    /// refused would be so for the time's sake.
    async fn as_if_just_made(&self, db: &Db) {
        let late = self.made.elapsed().as_micros();
        let statements = [
            format!(
                "UPDATE sessions SET raised_at = raised_at + {late}, created_at = created_at + {late}, \
                 seen_at = seen_at + {late}"
            ),
            format!("UPDATE viewings SET begun_at = begun_at + {late}"),
        ];
        for statement in statements {
            let moved =
                db.write(move |tx| Ok(diesel::sql_query(statement.as_str()).execute(&mut **tx)?)).await;
            assert!(moved.expect("the database") > 0, "nobody is signed in");
        }
    }
}

/// What is over is swept away as soon as the server is there, which would look like the effect of a request.
async fn as_if_swept(db: &Db) {
    let over =
        "DELETE FROM sessions WHERE agent_id IN (SELECT id FROM agents WHERE login IN ('over', 'idle'))";
    let swept = db.write(move |tx| Ok(diesel::sql_query(over).execute(&mut **tx)?)).await;
    assert_eq!(swept.expect("the database"), 2);
}

fn collect(directory: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        match std::fs::read(&path) {
            Ok(content) => files.push((path, content)),
            Err(_) if path.is_dir() => collect(&path, files),
            // A socket, or what was swept away meanwhile.
            Err(_) => {}
        }
    }
}

async fn each_turns_it_red(mould: &Mould, checks: Vec<Check>) {
    let mut blind = Vec::new();
    for check in checks {
        let (asked, wrong) = mould.walked(Some(check)).await;
        match wrong.first() {
            Some(first) => println!("without {check}: {first} (after {asked} requests)"),
            None => blind.push(format!("without {check} nothing was wrong in {asked} requests")),
        }
    }
    assert!(blind.is_empty(), "the matrix is blind:\n{}", blind.join("\n"));
}

#[test]
fn a_check_that_is_left_out_turns_the_matrix_red() {
    let few = ["read", "level:reply", "installation:people", "form_token", "looks_no_further"];
    let few = few.iter().map(|word| word.parse().expect("a check")).collect();
    tests::run(async { each_turns_it_red(&Mould::make().await, few).await });
}

#[test]
#[ignore = "a walk for each check; tests/run --long"]
fn each_check_that_is_left_out_turns_the_matrix_red() {
    tests::run(async {
        let mould = Mould::make().await;
        each_turns_it_red(&mould, Check::all()).await;
        // A walk that is red by itself would prove nothing: at the end, so that age would show.
        let (asked, wrong) = mould.walked(None).await;
        assert!(wrong.is_empty(), "with every check, after {asked} requests: {}", wrong.join("\n"));
    });
}

#[test]
fn every_check_has_its_turn() {
    let source = tests::messages::files("backend/src/access", "checks.rs").remove(0).1;
    let body = source.split("pub enum Check {").nth(1).and_then(|rest| rest.split("\n}").next()).unwrap();
    let lines = body.lines().map(str::trim).filter(|line| line.starts_with(char::is_uppercase));
    let names: Vec<&str> = lines.map(|line| line.split(['(', ',']).next().unwrap()).collect();
    assert!(names.len() > 25, "{names:?}");
    let tried: Vec<String> = Check::all().iter().map(|check| format!("{check:?}")).collect();
    for name in names {
        let its = |tried: &String| tried == name || tried.starts_with(&format!("{name}("));
        assert!(tried.iter().any(its), "{name} is never left out: name it in Check::all");
    }
}

//! Files with mistakes: each is refused at its place, with what to do, and nothing is changed.

use tests::app::TestApp;
use tests::{Database, both_databases};
use turnstone::access::Actor;
use turnstone::db::{Cause, Ts};
use turnstone::error::Error;
use turnstone::people::agents;
use turnstone::portable;

use super::portable::{everything, lived_in, run};

/// Why a file is refused; `None` where it is not.
async fn refusal(app: &TestApp, text: &str) -> Option<String> {
    let wanted = match portable::parse(text) {
        Ok(wanted) => wanted,
        Err(error) => return Some(error.to_string()),
    };
    let now = app.desk().clock.now();
    let (config, source) = (app.desk().config.clone(), wanted.clone());
    let job = move |tx: &mut turnstone::db::Tx<'_>| {
        let root = agents::by_login(tx, "root")?.id;
        let actor = Actor::load(tx, root, Cause::Cli, now)?;
        portable::apply(tx, &actor, &config, &wanted, Ts(now))
    };
    match app.db().write(job).await {
        Ok(changes) => {
            assert!(changes.is_empty(), "{changes:?} of\n{text}");
            None
        }
        Err(error @ Error::Invalid(_)) => Some(portable::located(text, &source, error).to_string()),
        Err(error) => Some(error.to_string()),
    }
}

/// A line that gives a value, by its number from 1: its key, and what stands before the value.
fn values(file: &str) -> Vec<(usize, String, String)> {
    let found = file.lines().enumerate().filter_map(|(at, line)| {
        let (key, value) = line.split_once(" = ")?;
        let plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        plain.then(|| (at + 1, key.to_owned(), value.to_owned()))
    });
    found.collect()
}

fn with_line(file: &str, number: usize, line: &str) -> String {
    let lines = file.lines().enumerate().map(|(at, old)| if at + 1 == number { line } else { old });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

both_databases! {
    async fn each_key_mistyped_and_each_value_of_another_kind_is_refused_where_it_stands(database) {
        let app = TestApp::start_with(database, |config| config.smtp_relay = None).await;
        lived_in(&app).await;
        let (_, file) = run(&app.settings, &["config", "export"], "").await;
        assert_eq!(refusal(&app, &file).await, None);
        let before = everything(&app, database).await;
        let (mut keys, mut kinds) = (0, 0);
        for (number, key, value) in values(&file) {
            // On one of the two databases each is enough: what reads the file knows none.
            if database == Database::Postgres && number % 5 != 0 {
                continue;
            }
            let said = refusal(&app, &with_line(&file, number, &format!("{key}x = {value}"))).await;
            let said = said.unwrap_or_else(|| panic!("line {number}: {key}x was taken"));
            assert!(said.contains("line "), "line {number}, {key}x: {said}");
            assert!(said.contains(&format!("{key}x")), "line {number}, {key}x: {said}");
            keys += 1;
            if value.starts_with("\"\"\"") || value.starts_with("'''") || value.starts_with('[') {
                continue;
            }
            let other = if value.starts_with(['"', '\'']) { "3.5" } else { "\"three\"" };
            let said = refusal(&app, &with_line(&file, number, &format!("{key} = {other}"))).await;
            let said = said.unwrap_or_else(|| panic!("line {number}: {key} = {other} was taken"));
            let place = if said.contains("filters: ") { "line ".to_owned() } else { format!("line {number}: ") };
            assert!(said.contains(&place), "line {number}, {key} = {other}: {said}");
            kinds += 1;
        }
        assert!(keys > 40 && kinds > 30, "{keys} and {kinds}");
        assert_eq!(everything(&app, database).await, before);
    }

    async fn a_file_that_breaks_off_is_refused_wherever_it_does(database) {
        let app = TestApp::start_with(database, |config| config.smtp_relay = None).await;
        lived_in(&app).await;
        let (_, file) = run(&app.settings, &["config", "export"], "").await;
        let before = everything(&app, database).await;
        let first = file.find('\n').unwrap();
        let whole = file.trim_end().len();
        let lines = file.match_indices('\n').map(|(at, _)| at);
        let cuts: Vec<usize> = lines.chain((0..whole).step_by(31)).filter(|at| *at < whole && file.is_char_boundary(*at)).collect();
        for at in cuts {
            match portable::parse(&file[..at]) {
                Ok(document) => assert!(at <= first && document == portable::Document::default(), "cut at {at}"),
                Err(error) => assert!(error.to_string().contains("line "), "cut at {at}: {error}"),
            }
        }
        assert_eq!(refusal(&app, &file[..whole]).await, None, "the last end of line is no matter");
        // Files from before there was such a line have none, and say no format.
        let old = file.replacen("# The configuration of a Turnstone, format 2.", "# The configuration of a Turnstone.", 1);
        let old = old.trim_end().trim_end_matches("# This is the end of the configuration.");
        assert_eq!(refusal(&app, old).await, None);
        // What a person wrote himself has no such line, and needs none.
        assert_eq!(refusal(&app, "organisation = \"Helpdesk\"\n").await, refusal(&app, "").await);
        let (good, said) = run(&app.settings, &["config", "apply", "-"], &file[..file.len() / 2]).await;
        assert!(!good && said.contains("standard input: line ") && said.contains("Nothing was changed."), "{said}");
        assert_eq!(everything(&app, database).await, before);
    }

    async fn marks_and_ends_of_lines_of_other_editors_are_no_mistakes(database) {
        let app = TestApp::start_with(database, |config| config.smtp_relay = None).await;
        lived_in(&app).await;
        let (_, file) = run(&app.settings, &["config", "export"], "").await;
        let windows = format!("\u{feff}{}", file.replace('\n', "\r\n"));
        let path = app.settings.data_directory().join("desk.toml");
        std::fs::write(&path, &windows).unwrap();
        let path = path.display().to_string();
        let (good, said) = run(&app.settings, &["config", "apply", &path], "").await;
        assert!(good && said.contains("Everything is as the file says."), "{said}");
        // A mistake has its line all the same, and its file.
        std::fs::write(&path, windows.replacen("[[templates]]", "[[templets]]", 1)).unwrap();
        let line = file.lines().position(|line| line == "[[templates]]").unwrap() + 1;
        let (good, said) = run(&app.settings, &["config", "apply", &path], "").await;
        assert!(!good && said.contains(&format!("{path}: line {line}: ")) && said.contains("templets") && said.contains("`templates`"), "{said}");
        // In another encoding nobody guesses.
        let wide: Vec<u8> = file.encode_utf16().flat_map(u16::to_le_bytes).collect();
        std::fs::write(&path, [&[0xff, 0xfe], &wide[..]].concat()).unwrap();
        let (good, said) = run(&app.settings, &["config", "apply", &path], "").await;
        assert!(!good && said.contains("UTF-8"), "{said}");
    }
}

//! A copy that is made while mail streams in, and the helpdesk that starts from it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tests::app::{SUPPORT, encoded, text};
use tests::binary::PASSWORD;
use tests::{Binary, Client, Database, Dialogue, Settings, mail};

/// Random bytes: nothing makes them smaller than what becomes a file.
fn noise() -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    })
    .take(400_000)
    .collect()
}

#[test]
fn a_copy_of_a_running_helpdesk_starts_as_one() {
    tests::run(async {
        let settings = Settings::new(Database::Sqlite).with("LOG", "warn");
        let token = settings.set_up();
        let mut server = Binary::serve(&settings).await;
        let mut dialogue = Dialogue::lmtp(settings.lmtp()).await.unwrap();
        let file = noise();
        let large = mail("anna@customer.example").text("With a file.").attach(
            "noise.bin",
            "application/octet-stream",
            &file,
        );
        assert!(dialogue.deliver("anna@customer.example", SUPPORT, &large.bytes()).await.is_ok());
        let mut there = vec![large.id().to_owned()];
        let home = tempfile::tempdir().unwrap();
        let (copy, lmtp) = (home.path().join("monday"), settings.lmtp());
        // Mail goes on coming, and none waits long for it.
        let stream = tokio::spawn(async move {
            let mut dialogue = Dialogue::lmtp(lmtp).await.unwrap();
            for n in 0..200 {
                let from = format!("n{n}@customer.example");
                assert!(dialogue.deliver(&from, SUPPORT, &mail(&from).bytes()).await.is_ok());
            }
        });
        for n in 0..20 {
            let letter = mail(&format!("k{n}@customer.example"));
            assert!(dialogue.deliver("k@customer.example", SUPPORT, &letter.bytes()).await.is_ok());
            there.push(letter.id().to_owned());
        }
        let (runner, target) = (settings.clone(), copy.display().to_string());
        let said =
            tokio::task::spawn_blocking(move || runner.must(&["backup", "create", "--to", &target], ""))
                .await
                .unwrap();
        assert!(said.contains("1 files (0.4 MB)") || said.contains("2 files"), "{said}");
        stream.await.unwrap();
        // Whoever looks after it knows how old it is.
        assert!(settings.data_directory().join("last-backup").is_file());
        let doctor = String::from_utf8(settings.run(&["doctor"], b"").stdout).unwrap();
        assert!(!doctor.contains("nobody knows whether there is one"), "{doctor}");
        assert!(!copy.join("secret.key").exists() && fs::read_dir(home.path()).unwrap().count() == 1);
        // Twice into one place is refused; nothing is lost.
        let twice = settings.run(&["backup", "create", "--to", &copy.display().to_string()], b"");
        assert!(
            !twice.status.success() && String::from_utf8_lossy(&twice.stderr).contains("is not empty"),
            "{twice:?}"
        );
        let from = copy.display().to_string();
        let verified: Value =
            serde_json::from_str(&settings.must(&["backup", "verify", "--from", &from, "--json"], ""))
                .unwrap();
        assert!(verified["mails"].as_i64().unwrap() > 20 && verified["audit_rows"].as_i64().unwrap() > 0);
        let run = |command: &[&str]| {
            let done = settings.run(command, b"");
            (done.status.success(), String::from_utf8_lossy(&done.stderr).into_owned())
        };
        let (good, said) = run(&["restore", "--from", &from]);
        assert!(!good && said.contains("already being served"), "{said}");
        server.kill();
        drop(server);
        let (good, said) = run(&["restore", "--from", &from]);
        assert!(!good && said.contains("nothing is overwritten"), "{said}");
        // The house burns down, but for the key; another one starts from the copy.
        let data = settings.data_directory();
        fs::remove_dir_all(&data).unwrap();
        let said = settings.must(&["restore", "--from", &from], "");
        assert!(said.contains("sign in again") && said.contains("secret.key"), "{said}");
        assert!(copy.join("turnstone.db").is_file(), "the copy stays");
        settings.must(&["backup", "verify", "--from", &data.display().to_string()], "");
        let _server = Binary::serve(&settings).await;
        let root = Client::with_token(&settings.base(), &token);
        for id in &there {
            tests::wait_until(&format!("the mail {id}"), Duration::from_secs(20), async || {
                let found = root.get(&format!("/api/v1/articles?message_id={}", encoded(id))).await.items();
                (found.len() == 1).then_some(())
            })
            .await;
        }
        let article =
            root.get(&format!("/api/v1/articles?message_id={}", encoded(large.id()))).await.items().remove(0);
        let url = text(&article["attachments"][0]["url"]);
        assert_eq!(root.get(&url).await.assert(200).body, file);
        let search = root.get("/api/v1/search?q=noise").await.items();
        assert_eq!(search.len(), 1, "what is found by words is in it");
        settings.must(&["audit", "verify"], "");
        let log = settings.must(&["audit", "list", "--kind", "restored"], "");
        assert!(log.contains("monday"), "{log}");
    });
}

/// All files of a folder and those in it, with what is in them.
fn all_of(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            found.extend(all_of(&entry.path()));
        } else {
            found.insert(entry.path(), fs::read(entry.path()).unwrap());
        }
    }
    found
}

fn verified(settings: &Settings, copy: &Path) -> (bool, String) {
    let done = settings.run(&["backup", "verify", "--from", &copy.display().to_string()], b"");
    (done.status.success(), String::from_utf8_lossy(&done.stderr).into_owned())
}

/// Each kind of damage is found, and none of it is brought in.
#[test]
fn a_copy_that_is_no_good_is_known_by_being_looked_at() {
    tests::run(async {
        let settings = Settings::new(Database::Sqlite);
        settings.set_up();
        let server = Binary::serve(&settings).await;
        let mut dialogue = Dialogue::lmtp(settings.lmtp()).await.unwrap();
        let large = mail("anna@customer.example").attach("noise.bin", "application/octet-stream", &noise());
        assert!(dialogue.deliver("anna@customer.example", SUPPORT, &large.bytes()).await.is_ok());
        drop(server);
        let home = tempfile::tempdir().unwrap();
        let copy = home.path().join("copy");
        settings.must(&["backup", "create", "--to", &copy.display().to_string()], "");
        let before = all_of(&copy);
        assert_eq!(verified(&settings, &copy), (true, String::new()));
        assert_eq!(all_of(&copy), before, "looking leaves no trace");
        let database = copy.join("turnstone.db");
        let file = before.keys().find(|path| path.parent().unwrap().starts_with(copy.join("blobs"))).unwrap();
        let sql = |statement: &str| {
            use diesel::connection::SimpleConnection as _;
            use diesel::{Connection as _, SqliteConnection};
            let mut conn = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
            conn.batch_execute(statement).unwrap();
        };
        let fresh = Settings::new(Database::Sqlite);
        let is_no_good = |why: &str| {
            let (good, said) = verified(&settings, &copy);
            assert!(!good && said.contains(why), "{said}");
            let done = fresh.run(&["restore", "--from", &copy.display().to_string()], b"");
            assert!(
                !done.status.success() && String::from_utf8_lossy(&done.stderr).contains(why),
                "{done:?}"
            );
            assert!(!fresh.data_directory().join("turnstone.db").exists());
            for (path, bytes) in &before {
                fs::write(path, bytes).unwrap();
            }
        };
        // One bit of a file; the file; one bit of a page; a reference; the log's middle and its end; a newer program's tables.
        let mut bent = before[file].clone();
        bent[1_000] ^= 1;
        fs::write(file, bent).unwrap();
        is_no_good("are not what they were");
        fs::remove_file(file).unwrap();
        is_no_good("Stored bytes are missing or damaged");
        let mut bent = before[&database].clone();
        let middle = bent.len() / 2;
        bent[middle..middle + 4_096].fill(0xff);
        fs::write(&database, bent).unwrap();
        is_no_good("no good");
        sql("PRAGMA foreign_keys = OFF; DELETE FROM queues");
        is_no_good("names one of queues that is not there");
        sql(
            "UPDATE __diesel_schema_migrations SET version = '29990101000000' WHERE version = (SELECT max(version) FROM \
             __diesel_schema_migrations)",
        );
        is_no_good("newer Turnstone");
        fs::write(&database, b"no database").unwrap();
        is_no_good("no good");
        fs::remove_file(&database).unwrap();
        is_no_good("There is no copy in");
        // A log with a break: better than nothing where nothing else is left, and said.
        sql(
            "DROP TRIGGER IF EXISTS audit_events_stay; DROP TRIGGER IF EXISTS audit_events_unchanged; UPDATE audit_events SET detail = 'x'",
        );
        is_no_good("audit log is broken");
        // Nothing is put where something belongs that is away.
        fs::create_dir_all(fresh.data_directory()).unwrap();
        let link = fresh.data_directory().join("turnstone.db");
        std::os::unix::fs::symlink("/nowhere/turnstone.db", &link).unwrap();
        let done = fresh.run(&["restore", "--from", &copy.display().to_string()], b"");
        assert!(String::from_utf8_lossy(&done.stderr).contains("nothing is overwritten"), "{done:?}");
        fs::remove_file(&link).unwrap();
        // And with all of it as it was, it is brought in; with a file missing too, where that is asked for.
        assert_eq!(verified(&settings, &copy), (true, String::new()));
        fs::remove_file(file).unwrap();
        let said = fresh.must(&["restore", "--damaged", "--from", &copy.display().to_string()], "");
        assert!(said.contains("Damaged: Stored bytes are missing"), "{said}");
        let again = fresh.run(&["restore", "--damaged", "--from", &copy.display().to_string()], b"");
        assert!(!again.status.success(), "{again:?}");
    });
}

/// What a crash leaves, or a snapshot of the disk: the newest mails are in the log beside the database, and nowhere else.
#[test]
fn a_folder_as_a_crash_left_it_is_verified_untouched_and_restored_with_all_that_was_acknowledged() {
    tests::run(async {
        let settings = Settings::new(Database::Sqlite).with("LOG", "warn");
        let token = settings.set_up();
        let mut server = Binary::serve(&settings).await;
        let mut dialogue = Dialogue::lmtp(settings.lmtp()).await.unwrap();
        let mut there = Vec::new();
        for n in 0..10 {
            let letter = mail(&format!("k{n}@customer.example"));
            assert!(dialogue.deliver("k@customer.example", SUPPORT, &letter.bytes()).await.is_ok());
            there.push(letter.id().to_owned());
        }
        let data = settings.data_directory();
        let served = settings.run(&["backup", "verify", "--from", &data.display().to_string()], b"");
        assert!(String::from_utf8_lossy(&served.stderr).contains("is being served"), "{served:?}");
        server.kill();
        drop(server);
        assert!(fs::metadata(data.join("turnstone.db-wal")).unwrap().len() > 0, "there is a log");
        let home = tempfile::tempdir().unwrap();
        let copy = home.path().join("snapshot");
        fs::rename(&data, &copy).unwrap();
        let before = all_of(&copy);
        for path in before.keys() {
            let mut mode = fs::metadata(path).unwrap().permissions();
            mode.set_readonly(true);
            fs::set_permissions(path, mode).unwrap();
        }
        assert_eq!(verified(&settings, &copy), (true, String::new()));
        // One that was broken off left its half behind.
        fs::create_dir_all(data.join("restoring-half/blobs")).unwrap();
        settings.must(&["restore", "--from", &copy.display().to_string()], "");
        assert_eq!(all_of(&copy), before, "the copy is as it was");
        let left: Vec<_> = fs::read_dir(&data).unwrap().flatten().map(|entry| entry.file_name()).collect();
        assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("restoring")), "{left:?}");
        let _server = Binary::serve(&settings).await;
        let root = Client::with_token(&settings.base(), &token);
        for id in &there {
            tests::wait_until(&format!("the mail {id}"), Duration::from_secs(20), async || {
                let found = root.get(&format!("/api/v1/articles?message_id={}", encoded(id))).await.items();
                (found.len() == 1).then_some(())
            })
            .await;
        }
    });
}

/// Who was in when the copy was made was perhaps sent away since.
#[test]
fn nobody_is_signed_in_after_everything_was_restored() {
    tests::run(async {
        let settings = Settings::new(Database::Sqlite);
        settings.set_up();
        let server = Binary::serve(&settings).await;
        let browser = Client::visitor(&settings.base());
        browser.sign_in("root", PASSWORD).await;
        browser.get("/tickets").await.assert(200);
        let home = tempfile::tempdir().unwrap();
        let copy = home.path().join("copy").display().to_string();
        settings.must(&["backup", "create", "--to", &copy], "");
        drop(server);
        fs::remove_dir_all(settings.data_directory()).unwrap();
        settings.must(&["restore", "--from", &copy], "");
        let _server = Binary::serve(&settings).await;
        browser.get("/tickets").await.assert(303);
    });
}

#[test]
fn what_is_no_place_for_a_copy_and_what_cannot_be_copied_is_said() {
    tests::run(async {
        let settings = Settings::new(Database::Sqlite);
        let home = tempfile::tempdir().unwrap();
        let run = |settings: &Settings, target: &std::path::Path| {
            let done = settings.run(&["backup", "create", "--to", &target.display().to_string()], b"");
            (done.status.success(), String::from_utf8_lossy(&done.stderr).into_owned())
        };
        let (good, said) = run(&settings, &home.path().join("early"));
        assert!(!good && said.contains("There is no database"), "{said}");
        settings.set_up();
        fs::write(home.path().join("file"), "x").unwrap();
        let (good, said) = run(&settings, &home.path().join("file"));
        assert!(!good && said.contains("can't be used"), "{said}");
        // A file that a table names and that is gone: better no copy than one that lacks it.
        let server = Binary::serve(&settings).await;
        let mut dialogue = Dialogue::lmtp(settings.lmtp()).await.unwrap();
        let large = mail("anna@customer.example").attach("noise.bin", "application/octet-stream", &noise());
        assert!(dialogue.deliver("anna@customer.example", SUPPORT, &large.bytes()).await.is_ok());
        drop(server);
        fs::remove_dir_all(settings.data_directory().join("blobs")).unwrap();
        let (good, said) = run(&settings, &home.path().join("lacking"));
        assert!(!good && said.contains("are not there"), "{said}");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "nothing is left of it");
        assert!(!settings.data_directory().join("last-backup").exists());
        let settings = Settings::new(Database::Postgres);
        let (good, said) = run(&settings, &home.path().join("pg"));
        assert!(!good && said.contains("pg_dump"), "{said}");
    });
}

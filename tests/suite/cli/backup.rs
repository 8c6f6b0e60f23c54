//! A copy that is made while mail streams in, and the helpdesk that starts from it.

use std::fs;
use std::time::Duration;

use tests::app::{SUPPORT, encoded, text};
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
        let said = tokio::task::spawn_blocking(move || runner.must(&["backup", &target], "")).await.unwrap();
        assert!(said.contains("1 files (0.4 MB)") || said.contains("2 files"), "{said}");
        stream.await.unwrap();
        // Whoever looks after it knows how old it is.
        assert!(settings.data_directory().join("last-backup").is_file());
        let doctor = String::from_utf8(settings.run(&["doctor"], b"").stdout).unwrap();
        assert!(!doctor.contains("nobody knows whether there is one"), "{doctor}");
        assert!(!copy.join("secret.key").exists() && fs::read_dir(home.path()).unwrap().count() == 1);
        // Twice into one place is refused; nothing is lost.
        let twice = settings.run(&["backup", &copy.display().to_string()], b"");
        assert!(
            !twice.status.success() && String::from_utf8_lossy(&twice.stderr).contains("is not empty"),
            "{twice:?}"
        );
        server.kill();
        drop(server);
        // The house burns down; another one starts from the copy.
        let data = settings.data_directory();
        fs::remove_dir_all(&data).unwrap();
        fs::rename(&copy, &data).unwrap();
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
    });
}

#[test]
fn what_is_no_place_for_a_copy_and_what_cannot_be_copied_is_said() {
    tests::run(async {
        let settings = Settings::new(Database::Sqlite);
        let home = tempfile::tempdir().unwrap();
        let run = |settings: &Settings, target: &std::path::Path| {
            let done = settings.run(&["backup", &target.display().to_string()], b"");
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

//! Files of large bytes that no row names.

use jiff::SignedDuration;
use tests::app::{TestApp, text};
use tests::{Database, mail};
use turnstone::db::orphans;

use super::preview::{files, incompressible};

#[test]
fn files_that_nobody_names_go_after_a_day_and_no_others() {
    // Only SQLite keeps files.
    tests::run(async {
        let app = TestApp::start(Database::Sqlite).await;
        let letter = mail("anna@customer.example").attach(
            "a.bin",
            "application/octet-stream",
            &incompressible(600_000, 7),
        );
        let inbound = app.deliver(&letter).await;
        let folder = app.settings.data_directory().join("blobs");
        let named = files(&folder);
        assert!(named > 0);
        // What is left where the process ends between a file and its row.
        let blobs = app.db().blobs().clone();
        tokio::task::spawn_blocking(move || blobs.prepare(&incompressible(600_000, 8)).map(drop))
            .await
            .unwrap()
            .unwrap();
        std::fs::write(folder.join("ab").join(".tmpHalf"), b"half")
            .or_else(|_| {
                std::fs::create_dir_all(folder.join("ab"))?;
                std::fs::write(folder.join("ab").join(".tmpHalf"), b"half")
            })
            .unwrap();
        let all = files(&folder);
        assert!(all > named);
        let sweep = async || orphans::sweep(app.db(), app.clock.now()).await.unwrap();
        assert_eq!((sweep().await, files(&folder)), (0, all), "a row may still come");
        app.clock.advance(SignedDuration::from_hours(25));
        sweep().await;
        assert_eq!(files(&folder), named);
        app.root.get(&format!("/api/v1/inbound/{}/raw", text(&inbound["id"]))).await.assert(200);
    });
}

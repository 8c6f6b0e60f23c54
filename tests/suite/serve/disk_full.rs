//! A full disk: new mail is put off, what is there can be read.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tests::app::SUPPORT;
use tests::process::is_root;
use tests::{Binary, Client, Database, Dialogue, Settings, mail};
use turnstone::config::{Config, DatabaseUrl};
use turnstone::ops::disk;

/// A small file system in memory; gone with this value.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(path: PathBuf, megabytes: u32) -> Option<Self> {
        std::fs::create_dir_all(&path).ok()?;
        let options = format!("size={megabytes}m");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&path).output().ok()?;
        mounted.status.success().then_some(Self(path))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server that still holds a file open must not keep the mount.
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

#[test]
fn a_full_disk_puts_mail_off_and_keeps_the_pages() {
    tests::run(async {
        let settings = Settings::new(Database::Sqlite).with("TEST_DISK_RESERVE_BYTES", "0");
        let mounted = is_root().then(|| SmallDisk::mount(settings.data_directory(), 48)).flatten();
        let Some(_disk) = mounted else {
            eprintln!("left out: mounting a small disk needs root");
            return;
        };
        let token = settings.set_up();
        let _server = Binary::serve(&settings).await;
        let root = Client::with_token(&settings.base(), &token);
        let first = mail("anna@customer.example").subject("Before the flood");
        let mut dialogue = Dialogue::lmtp(settings.lmtp()).await.unwrap();
        assert!(dialogue.deliver("anna@customer.example", SUPPORT, &first.bytes()).await.is_ok());
        let number = tests::wait_until("the first ticket", Duration::from_secs(10), async || {
            let items = root.get("/api/v1/tickets").await.items();
            items.first().map(|ticket| tests::app::text(&ticket["number"]))
        })
        .await;

        // Somebody else fills the disk to the last block.
        let filler = settings.data_directory().join("filler");
        let _ = Command::new("dd")
            .args(["if=/dev/zero", "bs=4096"])
            .arg(format!("of={}", filler.display()))
            .output();
        let mut refused = None;
        for _ in 0..40 {
            let letter =
                mail("bert@customer.example").text(&"a line of text that takes its place\n".repeat(800));
            let mut dialogue = Dialogue::lmtp(settings.lmtp()).await.unwrap();
            let reply = dialogue.deliver("bert@customer.example", SUPPORT, &letter.bytes()).await;
            if !reply.is_ok() {
                refused = Some(reply);
                break;
            }
        }
        let refused = refused.expect("a full disk takes no mail");
        assert_eq!(refused.code, 452, "{refused:?}");
        root.get(&format!("/api/v1/tickets/{number}")).await.assert(200);
        root.get("/api/v1/tickets").await.assert(200);
        root.get(&format!("/api/v1/tickets/{number}/articles")).await.assert(200);

        std::fs::remove_file(filler).unwrap();
        tests::wait_until("mail again after the disk was freed", Duration::from_secs(15), async || {
            let letter = mail("carl@customer.example");
            let mut dialogue = Dialogue::lmtp(settings.lmtp()).await.ok()?;
            let reply = dialogue.deliver("carl@customer.example", SUPPORT, &letter.bytes()).await;
            reply.is_ok().then_some(())
        })
        .await;
    });
}

#[test]
fn below_the_reserve_intake_stops_before_the_database_fails() {
    tests::run(async {
        // A reserve that no disk of today has.
        let settings = Settings::new(Database::Sqlite).with("TEST_DISK_RESERVE_BYTES", "9000000000000000");
        let token = settings.set_up();
        let server = Binary::spawn(&settings);
        let root = Client::with_token(&settings.base(), &token);
        tests::wait_until("the pages", Duration::from_secs(20), async || {
            let request = root.request(reqwest::Method::GET, "/api/v1/tickets");
            root.try_send(request).await.ok().filter(|answer| answer.status == 200).map(|_| ())
        })
        .await;
        assert_eq!(root.get("/readyz").await.status.as_u16(), 503);
        let mut dialogue = Dialogue::lmtp(settings.lmtp()).await.unwrap();
        let letter = mail("anna@customer.example");
        let reply = dialogue.deliver("anna@customer.example", SUPPORT, &letter.bytes()).await;
        assert_eq!(reply.code, 452, "{reply:?}");
        drop(server);
    });
}

#[test]
fn of_two_disks_the_one_with_less_room_counts() {
    let here = std::env::temp_dir();
    let mut config = Config::for_tests(&here);
    config.database = DatabaseUrl::Sqlite(here.join("turnstone.db"));
    assert_eq!(disk::scarcest(&config).unwrap().1, here);
    // Nothing has less than this one.
    config.database = DatabaseUrl::Sqlite("/proc/turnstone.db".into());
    let (space, place) = disk::scarcest(&config).unwrap();
    assert_eq!((space.free, place.as_path()), (0, Path::new("/proc")));
    config.data_dir = "/proc".into();
    config.database = DatabaseUrl::Sqlite(here.join("turnstone.db"));
    assert_eq!(disk::scarcest(&config).unwrap().1, Path::new("/proc"));
}

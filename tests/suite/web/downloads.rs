//! All files of a message or a ticket as one archive.

use tests::app::{TestApp, text};
use tests::binary::PASSWORD;
use tests::{both_databases, mail};
use turnstone::web::archive::Archive;

fn number(bytes: &[u8], at: usize, length: usize) -> usize {
    bytes[at..at + length].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
}

/// Names and contents, by the directory at the end of the archive, as any program reads it.
fn unpacked(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let end = zip.len() - 22;
    assert_eq!(&zip[end..end + 4], b"PK\x05\x06", "the end of the directory");
    let (count, mut at) = (number(zip, end + 10, 2), number(zip, end + 16, 4));
    let mut files = Vec::new();
    for _ in 0..count {
        assert_eq!(&zip[at..at + 4], b"PK\x01\x02");
        assert_eq!(number(zip, at + 10, 2), 0, "stored");
        let (size, length, local) =
            (number(zip, at + 20, 4), number(zip, at + 28, 2), number(zip, at + 42, 4));
        let name = String::from_utf8(zip[at + 46..at + 46 + length].to_vec()).unwrap();
        assert_eq!(&zip[local..local + 4], b"PK\x03\x04");
        assert_eq!(zip[local + 14..local + 26], zip[at + 16..at + 28], "both headers say the same");
        let data = local + 30 + number(zip, local + 26, 2);
        files.push((name, zip[data..data + size].to_vec()));
        at += 46 + length;
    }
    assert_eq!(at, end);
    files
}

#[test]
fn names_lead_nowhere_and_sums_are_the_known_ones() {
    let names = [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/", "file"),
        ("..", "file (2)"),
        (".htaccess", "htaccess"),
        ("a\u{202e}gpj.exe", "agpj.exe"),
        ("what?.txt", "what_.txt"),
        ("CON.txt", "_CON.txt"),
        ("line\r\nbreak.txt", "linebreak.txt"),
    ];
    let (mut archive, mut zip) = (Archive::default(), Vec::new());
    for (name, _) in names {
        zip.extend(archive.entry(name, b"123456789", jiff::Timestamp::UNIX_EPOCH));
        zip.extend(b"123456789");
    }
    zip.extend(archive.end());
    let found: Vec<String> = unpacked(&zip).into_iter().map(|(name, _)| name).collect();
    assert_eq!(found, names.map(|(_, clean)| clean));
    assert_eq!(number(&zip, 14, 4), 0xcbf4_3926, "the check sum of the standard");
    let long = Archive::default().entry(&"x".repeat(5_000), b"", jiff::Timestamp::UNIX_EPOCH);
    assert!(long.len() < 200, "{}", long.len());
}

both_databases! {
    async fn all_files_come_as_one_archive(database) {
        let app = TestApp::start(database).await;
        let first = mail("anna@customer.example")
            .attach("report.pdf", "application/pdf", b"%PDF one")
            .attach("report.pdf", "application/pdf", b"%PDF two")
            .attach("../../etc/passwd", "text/plain", b"no way");
        let number = app.ticket_from(&first).await;
        let more = mail("anna@customer.example").answering([first.id()]).attach("Report.PDF", "application/pdf", b"%PDF three");
        app.deliver(&more).await;
        let article = text(&app.articles(&number).await[0]["id"]);
        let browser = app.visitor();
        browser.sign_in("root", PASSWORD).await;
        let page = browser.get(&format!("/tickets/{number}")).await.text();
        let of_article = format!("/articles/{article}/attachments.zip");
        let of_ticket = format!("/tickets/{number}/attachments.zip");
        assert!(page.contains(&of_article) && page.contains(&of_ticket), "{page}");
        let answer = browser.get(&of_article).await;
        assert_eq!(answer.assert(200).header("content-type"), "application/zip");
        assert!(answer.header("content-disposition").contains(&format!("{number}-{article}.zip")));
        let files = unpacked(&answer.body);
        assert_eq!(files[0], ("report.pdf".into(), b"%PDF one".to_vec()));
        assert_eq!(files[1], ("report (2).pdf".into(), b"%PDF two".to_vec()));
        assert!(!files[2].0.contains(['/', '\\']) && files[2].1 == b"no way", "{}", files[2].0);
        let names: Vec<String> = unpacked(&browser.get(&of_ticket).await.body).into_iter().map(|(name, _)| name).collect();
        assert_eq!((names.len(), names[3].as_str()), (4, "Report (3).PDF"));
    }

    async fn nobody_gets_files_that_are_not_for_him(database) {
        let app = TestApp::start(database).await;
        let number = app.ticket_from(&mail("anna@customer.example").attach("a.txt", "text/plain", b"a")).await;
        let bare = app.ticket_from(&mail("bert@customer.example")).await;
        let article = text(&app.articles(&number).await[0]["id"]);
        app.queue("Billing", "billing@helpdesk.example").await;
        app.role("Biller", "Billing", &["reply"]).await;
        app.agent("bill", &["Biller"]).await;
        let browser = app.visitor();
        browser.sign_in("bill", PASSWORD).await;
        browser.get(&format!("/tickets/{number}/attachments.zip")).await.assert(404);
        browser.get(&format!("/articles/{article}/attachments.zip")).await.assert(404);
        let root = app.visitor();
        root.sign_in("root", PASSWORD).await;
        root.get(&format!("/tickets/{bare}/attachments.zip")).await.assert(404);
        root.get("/articles/x/attachments.zip").await.assert(404);
    }
}

//! What needs no server: folder names, and mails that are cut.

use mail_ingest::fetch::{cut, utf7};

#[test]
fn folder_names_are_written_in_imap_s_letters() {
    for (name, written) in [
        ("INBOX", "INBOX"),
        ("A & B", "A &- B"),
        ("Ärger", "&AMQ-rger"),
        ("日本語", "&ZeVnLIqe-"),
        ("a😀b", "a&2D3eAA-b"),
    ] {
        assert_eq!(utf7::encode(name), written);
        assert_eq!(utf7::decode(written), name);
    }
    assert_eq!(utf7::decode("&broken"), "&broken");
}

#[test]
fn a_cut_mail_keeps_whole_parts_and_no_half_ones() {
    let header = b"From: a@b.example\r\nSubject: Hello\r\n there\r\nContent-Type: multipart/mixed;\r\n boundary=\"x\"\r\n\r\n";
    let text = b"--x\r\nContent-Type: text/plain\r\n\r\nThe text.\r\n--x\r\nContent-Type: application/pdf; name=a.pdf\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjcKJe";
    let mail = mail_ingest::parse(&cut::mail(header, text, "A note.", "mark"));
    assert_eq!(mail.subject, "Hello there");
    assert!(mail.text.contains("A note.") && mail.text.contains("The text."), "{}", mail.text);
    assert!(
        mail.attachments.is_empty(),
        "{:?}",
        mail.attachments.iter().map(|part| &part.name).collect::<Vec<_>>()
    );
}

#[test]
fn a_cut_mail_that_is_one_large_file_is_its_note() {
    let header =
        b"From: a@b.example\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    let mail = mail_ingest::parse(&cut::mail(header, b"UEsDBBQAAAA", "A note.", "mark"));
    assert!(mail.text.contains("A note.") && mail.attachments.is_empty());
    let plain = mail_ingest::parse(&cut::mail(b"Subject: x\n\n", b"Words and", "A note.", "mark"));
    assert!(plain.text.contains("A note.") && plain.text.contains("Words and"));
}

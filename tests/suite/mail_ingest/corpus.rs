//! Each mail of the corpus beside what it must become. To look at a changed reading: `GOLDEN=write`, then `git diff`,
//! and judge every line by eye.

use std::path::{Path, PathBuf};

use mail_ingest::{Kind, Mail, classify, parse};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

#[test]
fn every_mail_of_the_corpus_becomes_what_stands_beside_it() {
    let mails = mails();
    assert!(mails.len() >= 69 + 150, "the corpus lost mails: {}", mails.len());
    let mut wrong = Vec::new();
    for path in mails {
        let own = is_own(&path);
        let mut found = expectation(&parse(&std::fs::read(&path).unwrap()), own);
        let golden = path.with_extension("json");
        if std::env::var("GOLDEN").is_ok_and(|mode| mode == "write") {
            if own {
                // What the postmaster does with it, which its own test compares.
                found["disposition"] = disposition(&golden);
            }
            std::fs::write(&golden, serde_json::to_string_pretty(&found).unwrap() + "\n").unwrap();
        }
        let mut expected: Value = std::fs::read_to_string(&golden)
            .map(|text| serde_json::from_str(&text).unwrap())
            .unwrap_or_else(|error| panic!("{}: no expectation: {error}", golden.display()));
        for value in [&mut expected, &mut found] {
            value.as_object_mut().unwrap().remove("disposition");
        }
        if expected != found {
            wrong.push(format!("{}\nexpected {expected:#}\nfound {found:#}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn no_folder_of_the_corpus_is_empty() {
    for folder in ["rubymail", "mailparser", "own"] {
        assert!(mails().iter().any(|mail| mail.parent().unwrap().ends_with(folder)), "{folder} has no mails");
    }
}

#[test]
fn a_copy_by_another_path_has_the_same_hash() {
    for path in mails() {
        let raw = std::fs::read(&path).unwrap();
        // With a header of another server before them, lines that end in CR alone are one long line, and what stands
        // before the first field is a body: another mail.
        let first = raw.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let name = first.split(|byte| *byte == b':').next().unwrap_or_default();
        let is_field =
            name.len() < first.len() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        if !raw.contains(&b'\n') || !is_field {
            continue;
        }
        let other = [
            &b"Received: from a by b; Mon, 1 Jan 2024 00:00:00 +0000\r\nDelivered-To: x@example.org\r\n"[..],
            &raw,
        ]
        .concat();
        assert_eq!(parse(&raw).content_hash, parse(&other).content_hash, "{}", path.display());
    }
}

fn mails() -> Vec<PathBuf> {
    // What machines write has expectations of its own: see `machine.rs`.
    let machines = |path: &PathBuf| path.parent().is_some_and(|folder| folder.ends_with("machine"));
    tests::mutate::corpus().into_iter().filter(|path| !machines(path)).collect()
}

/// Mails of our own making say more: the digests of their files, and what becomes of them.
fn is_own(path: &Path) -> bool {
    path.parent().is_some_and(|folder| folder.ends_with("own"))
}

fn disposition(golden: &Path) -> Value {
    let before =
        std::fs::read_to_string(golden).ok().and_then(|text| serde_json::from_str::<Value>(&text).ok());
    before.map_or_else(|| json!("new"), |before| before["disposition"].clone())
}

fn digest(data: &[u8]) -> String {
    Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn expectation(mail: &Mail, own: bool) -> Value {
    let mailbox = |mailbox: &mail_ingest::Mailbox| format!("{} <{}>", mailbox.name, mailbox.address);
    let mailboxes = |list: &[mail_ingest::Mailbox]| list.iter().map(mailbox).collect::<Vec<_>>();
    let verdict = classify(mail, Some("someone@example.net"), &|_| false);
    let mut value = json!({
        "subject": mail.subject,
        "from": mail.from.as_ref().map(mailbox),
        "to": mailboxes(&mail.to),
        "cc": mailboxes(&mail.cc),
        "reply_to": mailboxes(&mail.reply_to),
        "message_id": mail.message_id,
        "references": mail.references,
        "in_reply_to": mail.in_reply_to,
        "date": mail.date.map(|date| date / 1_000_000),
        "text": mail.text.lines().take(40).collect::<Vec<_>>(),
        "text_characters": mail.text.chars().count(),
        "html_characters": mail.html.as_ref().map(|html| html.chars().count()),
        "attachments": mail.attachments.iter().map(|part| json!({
            "name": part.name,
            "content_type": part.content_type,
            "size": part.data.len(),
            "inline": part.inline,
            "content_id": part.content_id,
        })).collect::<Vec<_>>(),
        "kind": verdict.kind,
        "notes": mail.notes,
        "unreadable": mail.unreadable,
    });
    if own {
        for (part, shown) in mail.attachments.iter().zip(value["attachments"].as_array_mut().unwrap()) {
            shown["sha256"] = json!(digest(&part.data));
        }
    }
    if verdict.kind == Kind::Bounce
        && let Some(bounced) = verdict.bounced
    {
        value["bounced"] = json!({
            "message_ids": bounced.message_ids,
            "recipients": bounced.recipients,
            "status": bounced.status,
            "action": bounced.action,
            "diagnostic": bounced.diagnostic,
            "permanent": bounced.permanent,
        });
    }
    value
}

//! Each mail of the corpus beside what it must become. To look at a changed reading: `GOLDEN=write`, then `git diff`,
//! and judge every line by eye.

use std::path::{Path, PathBuf};

use mail_ingest::{Kind, Mail, classify, parse};
use serde_json::{Value, json};

#[test]
fn every_mail_of_the_corpus_becomes_what_stands_beside_it() {
    let mails = mails();
    assert!(mails.len() >= 69, "the corpus lost mails: {}", mails.len());
    let mut wrong = Vec::new();
    for path in mails {
        let found = expectation(&parse(&std::fs::read(&path).unwrap()));
        let golden = path.with_extension("json");
        if std::env::var("GOLDEN").is_ok_and(|mode| mode == "write") {
            std::fs::write(&golden, serde_json::to_string_pretty(&found).unwrap() + "\n").unwrap();
        }
        let expected: Value = std::fs::read_to_string(&golden)
            .map(|text| serde_json::from_str(&text).unwrap())
            .unwrap_or_else(|error| panic!("{}: no expectation: {error}", golden.display()));
        if expected != found {
            wrong.push(format!("{}\nexpected {expected:#}\nfound {found:#}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn no_folder_of_the_corpus_is_empty() {
    for folder in ["rubymail", "mailparser"] {
        assert!(mails().iter().any(|mail| mail.parent().unwrap().ends_with(folder)), "{folder} has no mails");
    }
}

#[test]
fn a_copy_by_another_path_has_the_same_hash() {
    for path in mails() {
        let raw = std::fs::read(&path).unwrap();
        let other = [
            &b"Received: from a by b; Mon, 1 Jan 2024 00:00:00 +0000\r\nDelivered-To: x@example.org\r\n"[..],
            &raw,
        ]
        .concat();
        assert_eq!(parse(&raw).content_hash, parse(&other).content_hash, "{}", path.display());
    }
}

fn mails() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut mails = Vec::new();
    // What machines write has expectations of its own: see `machine.rs`.
    let ours = |path: &PathBuf| path.is_dir() && !path.ends_with("machine");
    for folder in std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(ours) {
        mails.extend(std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    }
    mails.retain(|path| path.extension().is_some_and(|ending| ending == "eml"));
    mails.sort();
    mails
}

fn expectation(mail: &Mail) -> Value {
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

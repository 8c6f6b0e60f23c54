//! What machines write, each beside what it must be taken for (BEHAVIOURS.md, 10 and 12). `Return-Path` is the envelope's
//! sender. To look at a changed verdict: `GOLDEN=write`, then `git diff`, and judge every line by eye.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mail_ingest::{Kind, classify, parse};
use serde_json::{Value, json};

fn specimens() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/machine");
    let mut mails: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    mails.retain(|path| path.extension().is_some_and(|ending| ending == "eml"));
    mails.sort();
    mails
}

fn verdict(raw: &[u8]) -> Value {
    let mail = parse(raw);
    let envelope = mail.header("Return-Path").unwrap_or_default().trim_matches(['<', '>', ' ']).to_owned();
    let found = classify(&mail, Some(envelope.as_str()).filter(|sender| !sender.is_empty()), &|_| false);
    assert_eq!(found.bounce, found.kind == Kind::Bounce);
    json!({
        "kind": found.kind,
        "automatic": found.automatic,
        "no_answer": found.no_answer,
        "bounced": found.bounced.map(|bounced| json!({
            "message_ids": bounced.message_ids,
            "recipients": bounced.recipients,
            "action": bounced.action,
            "status": bounced.status,
            "diagnostic": bounced.diagnostic,
            "permanent": bounced.permanent,
        })),
    })
}

#[test]
fn every_specimen_of_a_machine_is_taken_for_what_it_is() {
    let mut wrong = Vec::new();
    for path in specimens() {
        let golden = path.with_extension("json");
        let mut expected: Value = std::fs::read_to_string(&golden)
            .map(|text| serde_json::from_str(&text).unwrap())
            .unwrap_or_else(|error| panic!("{}: no expectation: {error}", golden.display()));
        let about = expected["about"].take();
        assert!(about.as_str().is_some_and(|about| !about.is_empty()), "{}: what is it?", golden.display());
        let mut found = verdict(&std::fs::read(&path).unwrap());
        found["about"] = about.clone();
        expected["about"] = about;
        if std::env::var("GOLDEN").is_ok_and(|mode| mode == "write") {
            std::fs::write(&golden, serde_json::to_string_pretty(&found).unwrap() + "\n").unwrap();
        } else if expected != found {
            wrong.push(format!("{}\nexpected {expected:#}\nfound {found:#}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_specimens_cover_every_sort_of_machine() {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for path in specimens() {
        let expected: Value =
            serde_json::from_str(&std::fs::read_to_string(path.with_extension("json")).unwrap()).unwrap();
        *kinds.entry(expected["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let least = [("auto_reply", 25), ("bounce", 35), ("list", 6), ("person", 8)];
    for (kind, least) in least {
        assert!(kinds.get(kind).copied().unwrap_or_default() >= least, "{kind}: {kinds:?}");
    }
}

#[test]
fn no_machine_draws_an_answer() {
    for path in specimens() {
        let found = verdict(&std::fs::read(&path).unwrap());
        if found["kind"] != "person" {
            assert!(found["no_answer"].is_string(), "{}: {found:#}", path.display());
        }
    }
}

//! Words planted in what not everybody may read, and who may meet them.

use super::actors::{Kind, OPEN, VAULT};

/// All canaries begin like this; no word of any language does.
pub const PREFIX: &str = "zqx";

/// A word, and whether somebody may meet it anywhere.
pub struct Canary {
    /// The word.
    pub word: &'static str,
    may_meet: fn(&Kind) -> bool,
}

/// All of them.
pub const ALL: &[Canary] = &[
    // In the queue of most.
    Canary { word: "zqxopen", may_meet: |who| who.may(OPEN, "read") || who.may_install("recorder") },
    // The bin of that queue.
    Canary { word: "zqxbinned", may_meet: |who| who.may(OPEN, "read") || who.may_install("recorder") },
    // In a note there: internal, but everybody who reads the ticket reads it.
    Canary { word: "zqxopennote", may_meet: |who| who.may(OPEN, "read") },
    // What one agent is writing, and his file: his alone.
    Canary { word: "zqxdraft", may_meet: |who| who.login == "reply" },
    // A view and a bulk of one agent: his alone, and on the pages that he sees.
    Canary { word: "zqxview", may_meet: |who| who.sees_as("reply") },
    // What one agent calls his passkey: whoever manages people sees it on his page and in the audit log.
    Canary { word: "zqxpasskey", may_meet: |who| who.sees_as("reply") || who.may_install("people") },
    // What one agent calls a token; as with passkeys.
    Canary { word: "zqxtoken", may_meet: |who| who.login == "lead" || who.may_install("people") },
    // What somebody is told who does not walk.
    Canary { word: "zqxnotice", may_meet: |_| false },
    // A template of one agent: his alone, whatever others manage.
    Canary { word: "zqxpersonal", may_meet: |who| who.login == "reply" },
    // A template for one role. The audit log names what was changed.
    Canary {
        word: "zqxroled",
        may_meet: |who| {
            who.login == "lead" || ["queues_and_mail", "people"].iter().any(|right| who.may_install(right))
        },
    },
    // The hidden ticket.
    Canary { word: "zqxtitle", may_meet: |who| who.may(VAULT, "read") },
    Canary { word: "zqxbody", may_meet: |who| who.may(VAULT, "read") },
    Canary { word: "zqxnote", may_meet: |who| who.may(VAULT, "read") },
    Canary { word: "zqxfile", may_meet: |who| who.may(VAULT, "read") },
    Canary { word: "zqxtag", may_meet: |who| who.may(VAULT, "read") },
    // A mail into the hidden queue: the recorder shows what came in.
    Canary { word: "zqxmail", may_meet: |who| who.may(VAULT, "read") || who.may_install("recorder") },
    Canary {
        word: "zqxcustomer",
        may_meet: |who| who.may(VAULT, "read") || who.may_install("recorder") || who.may_install("people"),
    },
    // The ticket that its owner keeps.
    Canary { word: "zqxkept", may_meet: |who| who.may(VAULT, "read") || who.login == "keeps" },
    // A template of the hidden queue.
    Canary {
        word: "zqxtemplate",
        // Offered on the kept ticket as well: its owner writes notes there. The audit log names what was changed.
        may_meet: |who| {
            let managed = ["queues_and_mail", "people"];
            let manages = managed.iter().any(|right| who.may_install(right));
            who.may(VAULT, "read") || who.login == "keeps" || manages
        },
    },
    // The name of the hidden queue: on the kept ticket, and wherever queues are managed, given or written down.
    Canary {
        word: "zqxqueue",
        may_meet: |who| {
            let managed = ["queues_and_mail", "people", "recorder"];
            who.knows(VAULT) || who.login == "keeps" || managed.iter().any(|right| who.may_install(right))
        },
    },
];

/// The canaries in a text that somebody must not meet.
pub fn leaks(who: &Kind, text: &str) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    for (at, _) in text.match_indices(PREFIX) {
        let rest = &text[at..];
        let end = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
        let known = ALL.iter().find(|canary| canary.word == &rest[..end]);
        let Some(canary) = known else { continue };
        let may_meet = who.is_known() && (canary.may_meet)(who);
        if !may_meet && !found.contains(&canary.word) {
            found.push(canary.word);
        }
    }
    found
}

//! Postmaster filters: what a rule says, what it does, who may change it, and what a dry run foretells.

mod conditions;
mod control;
mod deeds;
mod dry_run;
mod hang;
mod pages;
mod remarks;
mod story;
mod versions;

use mail_ingest::Authentication;
use serde_json::{Value, json};
use tests::app::{TestApp, encoded};
use tests::{Mail, client::Answer};
use turnstone::filters::{Compiled, Facts, Rule};

/// A rule as it is stored.
fn rule(value: Value) -> Rule {
    serde_json::from_value(value).expect("a rule")
}

/// Whether a rule with these conditions matches a raw mail.
fn matches(conditions: Value, raw: &[u8], envelope_from: &str, envelope_to: &[&str]) -> bool {
    let rule = rule(json!({
        "name": "R", "enabled": true, "mails": "both", "conditions": conditions, "actions": { "tags": ["x"] },
    }));
    let compiled = Compiled::new(1, vec![rule]).expect("good conditions");
    let mail = mail_ingest::parse(raw);
    let sender = Some(envelope_from).filter(|from| !from.is_empty());
    let class = mail_ingest::classify(&mail, sender, &|address| address == "support@helpdesk.example");
    let to: Vec<String> = envelope_to.iter().map(|to| (*to).to_owned()).collect();
    let hits = compiled.look(&Facts {
        mail: &mail,
        class: &class,
        envelope_from,
        envelope_to: &to,
        size: i64::try_from(raw.len()).unwrap(),
        authentication: &Authentication::default(),
    });
    hits.rules().next().is_some()
}

/// Saves rules as the API takes them.
async fn put(app: &TestApp, rules: Value) -> Answer {
    app.root.put("/api/v1/filters", json!({ "rules": rules })).await
}

/// Saves rules that are good.
async fn rules(app: &TestApp, rules: Value) -> Value {
    put(app, rules).await.assert(200).json()
}

/// The lines that the rules left in the recorder: `result (reason)`.
fn lines(inbound: &Value) -> Vec<String> {
    let steps = inbound["steps"].as_array().expect("steps").iter();
    steps
        .filter(|step| step["step"] == "filter")
        .map(|step| format!("{} ({})", step["result"].as_str().unwrap(), step["reason"].as_str().unwrap()))
        .collect()
}

/// The newest record of this mail once it has this disposition.
async fn becomes(app: &TestApp, mail: &Mail, disposition: &str) -> Value {
    let what = format!("disposition {disposition}");
    tests::wait_until(&what, std::time::Duration::from_secs(10), async || {
        let record = app.processed(&format!("message_id={}", encoded(mail.id()))).await;
        (record["disposition"] == disposition).then_some(record)
    })
    .await
}

//! What stands in the log, in the words of its reader. Stored it is English, for programs and for good; what is not known
//! here, such as what people wrote, is shown as it is stored.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::audit::Entry;
use crate::db::{Audited, Priority, State};
use crate::i18n::Language;
use crate::queues::calendars::DAYS;
use crate::web::times::Reader;

/// What is said of an entry and is always the same, and its message.
pub(super) const DETAILS: &[(Audited, &str, &str)] = &[
    (Audited::Agent, "directory compared", "audit-detail-compared"),
    (Audited::Customer, "added", "audit-detail-added"),
    (Audited::Customer, "address added", "audit-detail-address-added"),
    (Audited::Customer, "address removed", "audit-detail-address-removed"),
    (Audited::Customer, "main address", "audit-detail-main-address"),
    (Audited::Export, "agents", "people-title"),
    (Audited::Export, "audit log", "audit-title"),
    (Audited::Export, "configuration", "audit-detail-configuration"),
    (Audited::Export, "customers", "customers-title"),
    (Audited::Export, "mail balance", "balance-title"),
    (Audited::Export, "reports", "reports"),
    (Audited::Factor, "new recovery codes", "factor-codes-new"),
    (Audited::Factor, "recovery code used", "audit-detail-code-used"),
    (Audited::Password, "generated", "audit-detail-generated"),
    (Audited::Password, "invitation", "person-link-invitation"),
    (Audited::Password, "reset", "person-link-reset"),
    (Audited::Password, "set by a link", "audit-detail-set-by-link"),
    (
        Audited::PersonalData,
        "an agent was erased; texts without name and address",
        "audit-detail-erased-agent",
    ),
    (Audited::PersonalData, "erased with all texts", "audit-detail-erased-texts"),
    (Audited::PersonalData, "erased; texts without name and addresses", "audit-detail-erased"),
    (Audited::PersonalData, "taken out", "audit-detail-taken-out"),
    (Audited::Refused, "hidden", "audit-detail-hidden"),
    (Audited::Refused, "unknown field", "audit-detail-unknown-field"),
    (Audited::Refused, "unknown id", "audit-detail-unknown-id"),
    (Audited::Viewing, "begun", "audit-detail-begun"),
    (Audited::Viewing, "ended", "audit-detail-ended"),
];

/// What is said of an entry around one or two things: what stands before, between and behind them, where there are two;
/// and its message.
pub(super) const PATTERNS: &[(Audited, [&str; 3], &str)] = &[
    (Audited::Customer, ["an address went to customer ", "", ""], "audit-detail-address-went"),
    (Audited::Customer, ["import: ", " new, ", " changed"], "audit-detail-import"),
    (Audited::Customer, ["merge of customer ", "", " undone"], "audit-detail-unmerged"),
    (Audited::Customer, ["merged customer ", "", " into it"], "audit-detail-merged"),
    (
        Audited::Factor,
        ["passkey \u{201c}", "\u{201d} refused: it counted back to ", ""],
        "audit-detail-counted-back",
    ),
    (Audited::Password, ["link asked for from ", "", ""], "audit-detail-link-asked"),
    (Audited::Settings, ["test mail through ", " to ", ""], "audit-detail-test-mail"),
    (Audited::SignIn, ["", " by ", ""], "audit-detail-by"),
];

/// What an entry is about, where it has no name of its own, and its message.
pub(super) const SUBJECTS: &[(Audited, &str, &str)] = &[
    (Audited::AutoResponse, "*", "answers-everywhere"),
    (Audited::Customer, "customers", "customers-title"),
    (Audited::Settings, "agent_domains", "domains-title"),
    (Audited::Settings, "first_steps", "audit-subject-first-steps"),
    (Audited::Settings, "look", "look-title"),
    (Audited::Settings, "organisation", "look-name"),
];

/// What stands in the place of an address that names a person.
pub(super) const WITHHELD: &str = " an address with a person in it";

/// What stands between the number of those that were not written down one by one, and since when.
pub(super) const MORE: &str = " more in the hour from ";

/// The fields of a customer whose names alone are written down.
pub(super) const CUSTOMER_FIELDS: &[&str] = &["name", "language", "note", "organisation"];

/// What an entry is about.
pub(super) fn subject(language: &Language, entry: &Entry) -> String {
    let stored = entry.subject.as_str();
    let named = match entry.kind {
        // There is one list of them: their kind says all.
        Audited::Priorities => Some(String::new()),
        Audited::Settings => stored
            .strip_prefix("sign-in")
            .filter(|id| id.is_empty() || id.starts_with(' '))
            .map(|id| format!("{}{id}", language.tr("methods-title"))),
        Audited::Customer | Audited::PersonalData => stored
            .strip_prefix("customer ")
            .map(|id| language.tr_with("audit-subject-customer", &[("id", id)])),
        Audited::Refused => stored
            .strip_suffix(WITHHELD)
            .map(|method| language.tr_with("audit-subject-withheld", &[("method", method)])),
        _ => None,
    };
    named.or_else(|| fixed(language, SUBJECTS, entry.kind, stored)).unwrap_or_else(|| stored.to_owned())
}

/// More about an entry.
pub(super) fn detail(reader: &Reader, entry: &Entry) -> String {
    let (language, kind, stored) = (&reader.language, entry.kind, entry.detail.as_str());
    let known = fixed(language, DETAILS, kind, stored).or_else(|| filled(language, kind, stored));
    let known = known.or_else(|| match kind {
        Audited::Customer => customer_fields(language, stored),
        Audited::Refused | Audited::SignInFailed | Audited::SignInThrottled => more(reader, stored),
        _ => None,
    });
    known.unwrap_or_else(|| stored.to_owned())
}

/// What a field is called.
pub(super) fn field(language: &Language, kind: Audited, name: &str) -> String {
    let key = match (kind, name) {
        // Who somebody is at a directory or site; elsewhere it is what a mail is about.
        (Audited::Agent, "subject") => "audit-field-identity".to_owned(),
        (Audited::Priorities, "1" | "2" | "3" | "4" | "5") => format!("priority-{name}"),
        _ => match day(name) {
            Some(at) => format!("weekday-{}", at + 1),
            None => format!("audit-field-{name}"),
        },
    };
    language.find(&key, None).unwrap_or_else(|| name.replace('_', " "))
}

/// A field's value; nothing where there is none.
pub(super) fn value(reader: &Reader, kind: Audited, name: &str, stored: &Value) -> String {
    match stored {
        Value::Null => String::new(),
        Value::Bool(true) => reader.language.tr("audit-yes"),
        Value::Bool(false) => reader.language.tr("audit-no"),
        Value::Number(number) => number.to_string(),
        Value::String(text) => word(reader, kind, name, text).unwrap_or_else(|| text.clone()),
        Value::Array(all) => {
            all.iter().map(|one| value(reader, kind, name, one)).collect::<Vec<_>>().join(", ")
        }
        Value::Object(fields) => parts(reader, kind, fields),
    }
}

/// Fields within a field, those that say something.
fn parts(reader: &Reader, kind: Audited, fields: &Map<String, Value>) -> String {
    let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
    // A week in its order.
    fields.sort_by_key(|(name, _)| day(name));
    let part = |(name, stored): (&String, &Value)| {
        let value = value(reader, kind, name, stored);
        let field = field(&reader.language, kind, name);
        let said = || reader.language.tr_with("audit-part", &[("field", &field), ("value", &value)]);
        (!value.is_empty()).then(said)
    };
    fields.into_iter().filter_map(part).collect::<Vec<_>>().join("; ")
}

/// A word that programs know; `None` for what people wrote.
fn word(reader: &Reader, kind: Audited, name: &str, stored: &str) -> Option<String> {
    let language = &reader.language;
    let known = |key: String| language.find(&key, None);
    match (kind, name) {
        (_, "language") => known(format!("language-{stored}")),
        (_, "expires_at") => stored.parse::<Timestamp>().ok().map(|end| reader.full(end)),
        (Audited::AutoResponse, "answer") => known(format!("answers-kind-{stored}")),
        (Audited::Mailbox, "kind" | "security" | "auth" | "after" | "existing") => {
            known(format!("mailbox-{name}-{stored}"))
        }
        (Audited::Queue, "follow_up_policy") => known(format!("policy-{stored}")),
        (Audited::Role, "grants") => grant(language, stored),
        (Audited::Role, "installation") => installation(language, stored),
        (Audited::Settings, "password") => known(format!("audit-password-{}", stored.replace(' ', "_"))),
        (Audited::Settings, "theme") => known(format!("prefs-theme-{stored}")),
        (Audited::Settings, "look" | "in" | "out" | "queues" | "people") => {
            known(format!("audit-step-{stored}"))
        }
        (Audited::State, "kind") | (Audited::Template, "state") => {
            stored.parse::<State>().ok().and_then(|state| known(format!("state-{}", state.kind())))
        }
        (Audited::Template, "priority") => {
            let priority = stored.parse::<Priority>().ok()?;
            known(format!("priority-{}", priority.level()))
        }
        _ => None,
    }
}

/// A right in a queue, as it was called then, or in all of them. Old entries know queues by their numbers.
fn grant(language: &Language, stored: &str) -> Option<String> {
    let (queue, right) = stored.rsplit_once(':')?;
    let right = language.find(&format!("right-{right}"), None)?;
    Some(match queue {
        "*" => language.tr_with("audit-grant-everywhere", &[("right", &right)]),
        number if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            language.tr_with("audit-grant-number", &[("queue", number), ("right", &right)])
        }
        queue => language.tr_with("audit-grant", &[("queue", queue), ("right", &right)]),
    })
}

/// Rights that belong to no queue.
fn installation(language: &Language, stored: &str) -> Option<String> {
    let known = |right: &str| language.find(&format!("installation-{right}"), None);
    let rights: Option<Vec<String>> = stored.split(',').map(known).collect();
    Some(rights?.join(", "))
}

/// What of a customer was changed.
fn customer_fields(language: &Language, stored: &str) -> Option<String> {
    let known =
        |name: &str| CUSTOMER_FIELDS.contains(&name).then(|| field(language, Audited::Customer, name));
    let fields: Option<Vec<String>> = stored.split(", ").map(known).collect();
    Some(fields?.join(", "))
}

/// How many more there were than were written down one by one.
fn more(reader: &Reader, stored: &str) -> Option<String> {
    let (n, from) = stored.split_once(MORE)?;
    let (n, from): (i64, Timestamp) = (n.parse().ok()?, from.parse().ok()?);
    Some(reader.language.tr_values("audit-detail-more", n, &[("from", &reader.full(from))]))
}

fn fixed(
    language: &Language,
    table: &[(Audited, &str, &str)],
    kind: Audited,
    stored: &str,
) -> Option<String> {
    let found = table.iter().find(|(of, said, _)| *of == kind && *said == stored);
    found.map(|(_, _, key)| language.tr(key))
}

fn filled(language: &Language, kind: Audited, stored: &str) -> Option<String> {
    let mut of_kind = PATTERNS.iter().filter(|(of, _, _)| *of == kind);
    of_kind.find_map(|(_, [before, between, behind], key)| {
        let inner = stored.strip_prefix(*before)?.strip_suffix(*behind)?;
        // A name may hold whatever stands between the two; what comes last does not.
        let (what, more) = if between.is_empty() { (inner, "") } else { inner.rsplit_once(*between)? };
        Some(language.tr_with(key, &[("what", what), ("more", more)]))
    })
}

/// Which day of the week, if the field is one.
fn day(name: &str) -> Option<usize> {
    DAYS.iter().position(|day| *day == name)
}

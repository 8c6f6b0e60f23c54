//! What each answer has to be: made of the route's own `needs` and DESIGN's rules, not of what the program does.

use reqwest::Method;

use super::actors::{Kind, OPEN, State, VAULT};
use super::entries::{Besides, Entry};
use super::walk::Route;
use super::world::Object;

/// What an answer has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Sent to sign in, or 401.
    SignIn,
    /// Sent to choose a password of his own.
    OwnPassword,
    /// Asked for his password once more.
    Raise,
    /// There is no such thing, for him.
    NotFound,
    /// What the body names does not exist for him: 404, or 422 with the field.
    Missing,
    /// He may know of it, but not do this.
    Forbidden,
    /// He might, were the ticket not in the bin.
    Conflict,
    /// Let in.
    In,
}

/// What can be done before a password of one's own is chosen.
const BEFORE_OWN_PASSWORD: [&str; 2] = ["/password/change", "/logout"];

/// What must come of a request.
pub fn expected(who: &Kind, route: &Route, object: Option<Object>, entry: Option<&Entry>) -> Expect {
    if route.needs == "public" {
        return Expect::In;
    }
    if !who.is_known() {
        return Expect::SignIn;
    }
    if who.state == State::Looks {
        if route.api {
            return Expect::SignIn;
        }
        if is_closed_to_who_looks(route) {
            return Expect::Forbidden;
        }
    }
    let owns_password = who.state != State::MustChange || BEFORE_OWN_PASSWORD.contains(&route.path.as_str());
    if !route.api && !owns_password {
        return Expect::OwnPassword;
    }
    let by_needs = needs(who, route, object);
    if by_needs != Expect::In {
        return by_needs;
    }
    if !route.api && route.raised && who.state == State::NotRaised {
        return Expect::Raise;
    }
    let by_rules = besides(who, object, entry.map_or(Besides::Nothing, |entry| entry.besides));
    if by_rules == Expect::In && object == Some(Object::Bin) && stays_in_bin(route) {
        Expect::Conflict
    } else {
        by_rules
    }
}

/// Who looks through another's eyes changes nothing, and keeps away from where passwords are.
fn is_closed_to_who_looks(route: &Route) -> bool {
    let ends = ["/viewing/end", "/logout"].contains(&route.path.as_str());
    let passwords = ["/preferences/factor", "/password/change", "/raise", "/raise/with/{id}"];
    (route.changes() && !ends) || route.raised || passwords.contains(&route.path.as_str())
}

/// In the bin a ticket can be read and taken out, and nothing else.
fn stays_in_bin(route: &Route) -> bool {
    let takes_out =
        route.path.contains("/removal") && (route.path.ends_with("/end") || route.method == Method::DELETE);
    let asks_more = route.needs != "ticket:read" && !route.path.contains("/attachments/");
    route.changes() && asks_more && !takes_out
}

fn needs(who: &Kind, route: &Route, object: Option<Object>) -> Expect {
    let (what, right) = route.needs.split_once(':').unwrap_or((route.needs.as_str(), ""));
    match (what, object) {
        ("installation", _) if !who.may_install(right) => Expect::Forbidden,
        ("ticket", Some(object)) => on_object(who, object, right),
        // A move: the ticket first, then where to.
        ("queue", Some(object)) => match on_object(who, object, "reply") {
            Expect::In if object == Object::Bin => Expect::Conflict,
            Expect::In => in_queue(who, VAULT, right),
            refused => refused,
        },
        ("queue", None) => in_queue(who, OPEN, right),
        _ => Expect::In,
    }
}

fn besides(who: &Kind, object: Option<Object>, besides: Besides) -> Expect {
    let or = |granted: bool, otherwise: Expect| if granted { Expect::In } else { otherwise };
    match (besides, object) {
        (Besides::Right(right), Some(object)) => on_object(who, object, right),
        (Besides::Own, _) => or(who.sees_as("reply"), Expect::NotFound),
        (Besides::Unsaid, _) => or(who.login == "reply", Expect::NotFound),
        (Besides::OwnOf(login), _) => or(who.login == login, Expect::NotFound),
        // On other tickets there is nothing that waits to be sent.
        (Besides::Unsent, Some(Object::Open)) => or(who.login == "reply", Expect::NotFound),
        (Besides::AllTickets, Some(Object::Open)) => {
            or(who.may("any", "full") || who.may_install("people"), Expect::Forbidden)
        }
        (Besides::Vault, _) => or(who.knows(VAULT) || who.may_install("queues_and_mail"), Expect::NotFound),
        (Besides::Create, _) => or(who.may(OPEN, "create"), Expect::Forbidden),
        (Besides::Administers, _) => {
            let any = ["people", "queues_and_mail", "recorder"].iter().any(|right| who.may_install(right));
            or(any, Expect::Forbidden)
        }
        (Besides::Root, _) => or(who.login == "root", Expect::Forbidden),
        (Besides::Recorder, _) => {
            or(who.may_install("recorder") && who.may("any", "read"), Expect::Forbidden)
        }
        (Besides::Export, _) => or(who.may_install("export"), Expect::Forbidden),
        (Besides::Customer, _) => or(who.may(OPEN, "read") || who.may_install("people"), Expect::NotFound),
        (Besides::Everywhere(right), _) => or(who.may("any", right), Expect::Forbidden),
        (Besides::Gives, _) => or(who.has_everything(), Expect::Forbidden),
        _ => Expect::In,
    }
}

/// Not readable is not there; readable but not allowed is forbidden.
fn on_object(who: &Kind, object: Object, right: &str) -> Expect {
    if object == Object::Draft {
        return if who.login == "reply" { Expect::In } else { Expect::NotFound };
    }
    match (may(who, object, "read"), may(who, object, right)) {
        (false, _) => Expect::NotFound,
        (true, false) => Expect::Forbidden,
        (true, true) => Expect::In,
    }
}

/// The owner keeps reading and noting what was moved out of his sight; a watcher gains nothing.
fn may(who: &Kind, object: Object, right: &str) -> bool {
    let keeps = object == Object::Kept && who.login == "keeps" && ["read", "note"].contains(&right);
    keeps || who.may(object.queue(), right)
}

fn in_queue(who: &Kind, queue: &str, right: &str) -> Expect {
    match (who.knows(queue), who.may(queue, right)) {
        (false, _) => Expect::Missing,
        (true, false) => Expect::Forbidden,
        (true, true) => Expect::In,
    }
}

//! Who walks the routes, and what DESIGN's rules let each of them do: a model of its own, which knows nothing of the
//! program's.

/// A right in a queue.
pub type Right = &'static str;

/// In what state somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Signed in, with a token.
    Good,
    /// Neither session nor token.
    Stranger,
    /// Disabled, with a session and a token from before.
    Disabled,
    /// Expired, with a session and a token from before.
    Expired,
    /// His session waits for the second factor; he has no token.
    Half,
    /// His session is too old, or was not used for too long; his token is revoked.
    Over,
    /// Has to choose a password of his own first; a token is no password.
    MustChange,
    /// Gave his password long ago.
    NotRaised,
    /// His session looks through another agent's eyes, whose rights are the ones that follow; he himself may do
    /// everything.
    Looks,
}

/// Somebody.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What he signs in with.
    pub login: &'static str,
    /// His state.
    pub state: State,
    /// Rights by queue; `*` for all.
    pub grants: &'static [(&'static str, &'static [Right])],
    /// Rights that belong to no queue.
    pub installation: &'static [&'static str],
    /// His only role is retired, and gives nothing.
    pub retired_role: bool,
    /// Through whose eyes his session looks, where he may.
    pub looks_as: Option<&'static str>,
}

const fn kind(login: &'static str, grants: &'static [(&'static str, &'static [Right])]) -> Kind {
    Kind { login, state: State::Good, grants, installation: &[], retired_role: false, looks_as: None }
}

const fn with(login: &'static str, installation: &'static [&'static str]) -> Kind {
    Kind { installation, ..kind(login, &[]) }
}

const fn lead(login: &'static str, state: State) -> Kind {
    Kind { state, installation: EVERYTHING, ..kind(login, &[("*", &["full"])]) }
}

const EVERYTHING: &[&str] = &["people", "queues_and_mail", "recorder", "export", "api"];

/// The queue that most may do something in.
pub const OPEN: &str = "Support";
/// The queue that hardly anybody may know of. Its name is a canary as well.
pub const VAULT: &str = "Vault zqxqueue";

/// All of them.
pub const ALL: &[Kind] = &[
    Kind { state: State::Stranger, ..kind("", &[]) },
    lead("disabled", State::Disabled),
    lead("expired", State::Expired),
    lead("half", State::Half),
    lead("over", State::Over),
    lead("idle", State::Over),
    lead("mustchange", State::MustChange),
    lead("notraised", State::NotRaised),
    Kind { retired_role: true, ..lead("retired", State::Good) },
    kind("nobody", &[]),
    kind("read", &[(OPEN, &["read"])]),
    kind("note", &[(OPEN, &["note"])]),
    kind("reply", &[(OPEN, &["reply"])]),
    kind("moveinto", &[(OPEN, &["move_into"])]),
    kind("create", &[(OPEN, &["create"])]),
    kind("owner", &[(OPEN, &["owner"])]),
    kind("priority", &[(OPEN, &["priority"])]),
    kind("full", &[(OPEN, &["full"])]),
    kind("lead", &[("*", &["full"])]),
    // He owns a ticket that was moved out of his sight.
    kind("keeps", &[(OPEN, &["read"])]),
    // She owned the hidden one once, he watches it: neither gains anything by that.
    kind("former", &[(OPEN, &["note"])]),
    kind("watcher", &[(OPEN, &["reply"])]),
    with("people", &["people"]),
    with("mail", &["queues_and_mail"]),
    with("recorder", &["recorder"]),
    Kind { installation: &["export"], ..kind("export", &[(OPEN, &["read"])]) },
    with("api", &["api"]),
    // Rules may be tried on stored mail by who reads all queues.
    with("tries", &["queues_and_mail", "recorder"]),
    Kind { looks_as: Some("reply"), state: State::Looks, ..kind("looks", &[(OPEN, &["reply"])]) },
    // What he looks at is more than he has: it ends by that.
    Kind { looks_as: Some("lead"), ..with("peeps", &["people"]) },
    lead("root", State::Good),
];

impl Kind {
    /// Whether he is signed in, or has a token that is good.
    pub fn is_known(&self) -> bool {
        matches!(self.state, State::Good | State::MustChange | State::NotRaised | State::Looks)
    }

    /// The one who sits there, whoever's eyes he looks through.
    pub fn himself(&self) -> Self {
        if self.state == State::Looks { lead(self.login, State::Good) } else { *self }
    }

    /// Whether he sees the pages of this agent: his own, or with his eyes.
    pub fn sees_as(&self, login: &str) -> bool {
        self.login == login || (self.state == State::Looks && self.looks_as == Some(login))
    }

    /// Whether a right in a queue follows from his roles: each includes `read`, `reply` includes `note`, `full` all.
    pub fn may(&self, queue: &str, right: &str) -> bool {
        if self.retired_role {
            return false;
        }
        let given = self.grants.iter().filter(|(place, _)| *place == "*" || *place == queue);
        given.flat_map(|(_, rights)| rights.iter()).any(|given| {
            *given == right || *given == "full" || right == "read" || (*given == "reply" && right == "note")
        })
    }

    /// Whether he has any right in a queue, and so may know that it exists.
    pub fn knows(&self, queue: &str) -> bool {
        self.may(queue, "read")
    }

    /// Whether he has a right that belongs to no queue.
    pub fn may_install(&self, right: &str) -> bool {
        !self.retired_role && self.installation.contains(&right)
    }

    /// Whether he has everything, and so may give it.
    pub fn has_everything(&self) -> bool {
        self.may("any", "full") && EVERYTHING.iter().all(|right| self.may_install(right))
    }
}

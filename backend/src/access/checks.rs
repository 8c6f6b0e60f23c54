//! Checks by name, so that a test build can be told to leave one of them out: the permission matrix of the suite must
//! then turn red, or it is blind. A build without debug assertions has no such switch; there, no check is ever left out.

use std::{fmt, str::FromStr};

use crate::db::{InstallationRight, Right};

/// A check that stands between somebody and what he may not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Who may not read a ticket gets no proof about it.
    Read,
    /// The right that a proof is about.
    Level(Right),
    /// A right asked for besides the one that a proof is about.
    Besides(Right),
    /// What may be done in a queue.
    Queue(Right),
    /// A right that belongs to no queue.
    Installation(InstallationRight),
    /// Nobody gives what he does not have.
    Giving,
    /// Who is disabled or expired acts no more.
    Active,
    /// What is in the bin stays there.
    Bin,
    /// Lists hold what their reader may see.
    Lists,
    /// A queue is asked about for one person.
    InQueue,
    /// So are all queues at once.
    Everywhere,
    /// And what belongs to no queue, where it decides what is shown.
    Shown,
    /// A retired role gives nothing.
    RetiredRoles,
    /// An agent without a role keeps nothing.
    KeepsOwn,
    /// A change comes from a page of ours.
    SameSite,
    /// A change carries its session's token.
    FormToken,
    /// A session waits for its second factor.
    HalfSession,
    /// A password that somebody else knows is changed first.
    OwnPassword,
    /// The password was given not long ago.
    Raised,
    /// A text is offered to those whom it is for.
    Templates,
    /// Whoever looks through another agent's eyes changes nothing.
    OnlyLooks,
    /// He sees no more than he could himself.
    LooksNoFurther,
    /// He does not see what only the other knows: drafts, and texts of his own.
    Unsaid,
    /// All that is known of a person is for who may see all of it.
    WholePerson,
    /// What changes each ticket of a customer asks about each of them.
    AllTicketsOf,
    /// All tags are for who reads all queues.
    AllTags,
    /// A search in the sidebar is its maker's.
    Views,
    /// Rules are tried on stored mail by who reads all queues.
    Trying,
    /// A reply is taken back by its author.
    Author,
    /// What is done with many tickets at once is shown to who began it.
    OwnBulk,
    /// A passkey is renamed and taken away by its owner.
    OwnPasskey,
    /// A file that was not sent yet is its author's.
    OwnFile,
    /// So is the text that it goes along with.
    OwnDraft,
    /// A file that is on its way is its sender's.
    OwnUpload,
    /// A file is taken off a draft by who put it there.
    Detach,
    /// A token is ended by whose it is.
    OwnToken,
    /// What an agent is told is shown to him.
    OwnNotices,
    /// It is marked as read by him.
    NoticesRead,
    /// A session that is too old, or was not used for too long, is over.
    SessionTimes,
    /// What the queues above give does not hold in a queue with rights of its own alone.
    OwnRights,
}

impl Check {
    /// All of them.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::Read];
        let levels = [Right::Note, Right::Reply, Right::Owner, Right::Priority, Right::Full];
        all.extend(levels.map(Self::Level));
        all.extend([Right::Reply, Right::Priority, Right::Full].map(Self::Besides));
        all.extend([Right::MoveInto, Right::Create].map(Self::Queue));
        all.extend(InstallationRight::ALL.iter().copied().map(Self::Installation));
        all.extend([Self::Giving, Self::Active, Self::Bin, Self::Lists, Self::InQueue, Self::RetiredRoles]);
        all.extend([Self::Everywhere, Self::Shown]);
        all.extend([Self::KeepsOwn, Self::SameSite, Self::FormToken, Self::HalfSession, Self::OwnPassword]);
        all.extend([Self::Raised, Self::Templates, Self::OnlyLooks, Self::LooksNoFurther, Self::Unsaid]);
        all.extend([
            Self::WholePerson,
            Self::AllTicketsOf,
            Self::AllTags,
            Self::Views,
            Self::Trying,
            Self::Author,
        ]);
        all.extend([Self::OwnBulk, Self::OwnPasskey, Self::OwnFile, Self::OwnRights]);
        all.extend([Self::OwnDraft, Self::OwnUpload, Self::Detach, Self::OwnToken]);
        all.extend([Self::OwnNotices, Self::NoticesRead, Self::SessionTimes]);
        all
    }
}

impl fmt::Display for Check {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            Self::Read => "read",
            Self::Level(right) => return write!(out, "level:{right}"),
            Self::Besides(right) => return write!(out, "besides:{right}"),
            Self::Queue(right) => return write!(out, "queue:{right}"),
            Self::Installation(right) => return write!(out, "installation:{right}"),
            Self::Giving => "giving",
            Self::Active => "active",
            Self::Bin => "bin",
            Self::Lists => "lists",
            Self::InQueue => "in_queue",
            Self::Everywhere => "everywhere",
            Self::Shown => "shown",
            Self::RetiredRoles => "retired_roles",
            Self::KeepsOwn => "keeps_own",
            Self::SameSite => "same_site",
            Self::FormToken => "form_token",
            Self::HalfSession => "half_session",
            Self::OwnPassword => "own_password",
            Self::Raised => "raised",
            Self::Templates => "templates",
            Self::OnlyLooks => "only_looks",
            Self::LooksNoFurther => "looks_no_further",
            Self::Unsaid => "unsaid",
            Self::WholePerson => "whole_person",
            Self::AllTicketsOf => "all_tickets_of",
            Self::AllTags => "all_tags",
            Self::Views => "views",
            Self::Trying => "trying",
            Self::Author => "author",
            Self::OwnBulk => "own_bulk",
            Self::OwnPasskey => "own_passkey",
            Self::OwnFile => "own_file",
            Self::OwnDraft => "own_draft",
            Self::OwnUpload => "own_upload",
            Self::Detach => "detach",
            Self::OwnToken => "own_token",
            Self::OwnNotices => "own_notices",
            Self::NoticesRead => "notices_read",
            Self::SessionTimes => "session_times",
            Self::OwnRights => "own_rights",
        };
        out.write_str(word)
    }
}

impl FromStr for Check {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let known = |check: &Self| check.to_string() == word;
        Self::all().into_iter().find(known).ok_or_else(|| format!("There is no check “{word}”."))
    }
}

#[cfg(debug_assertions)]
static LEFT_OUT: std::sync::OnceLock<Check> = std::sync::OnceLock::new();

/// Leaves a check out for as long as this process lives. Only what starts a server calls it, with the `[test]` section
/// of its settings, which other builds do not take.
#[cfg(debug_assertions)]
pub(crate) fn leave_out(check: Check) {
    // The first one stays: a process is one mutation.
    let _ = LEFT_OUT.set(check);
    tracing::warn!(%check, "this process leaves a check out");
}

/// Whether a check is left out.
#[cfg(debug_assertions)]
pub(crate) fn is_left_out(check: Check) -> bool {
    LEFT_OUT.get().is_some_and(|left_out| *left_out == check)
}

/// Never.
#[cfg(not(debug_assertions))]
pub(crate) const fn is_left_out(_: Check) -> bool {
    false
}

//! Values that a column holds: instants, typed ids and closed sets of words.

use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::Pg,
    query_builder::QueryId,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::{BigInt, SqlOrd, SqlType, Text},
    sqlite::Sqlite,
};
use jiff::Timestamp;

use super::conn::MultiBackend;

/// An instant: `timestamptz` in PostgreSQL, microseconds since 1970 in SQLite.
#[derive(Clone, Copy, Debug, Default, QueryId, SqlType)]
#[diesel(postgres_type(name = "timestamptz"), sqlite_type(name = "Long"))]
pub struct Instant;

impl SqlOrd for Instant {}

/// A stored instant. UTC, microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Instant)]
pub struct Ts(pub Timestamp);

/// 2000-01-01, where PostgreSQL begins to count.
const PG_EPOCH_US: i64 = 946_684_800_000_000;

impl ToSql<Instant, Pg> for Ts {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<BigInt, Pg>::to_sql(&(self.0.as_microsecond() - PG_EPOCH_US), &mut out.reborrow())
    }
}

impl ToSql<Instant, Sqlite> for Ts {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_microsecond());
        Ok(IsNull::No)
    }
}

impl ToSql<Instant, MultiBackend> for Ts {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((Instant, self));
        Ok(IsNull::No)
    }
}

impl FromSql<Instant, Pg> for Ts {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<BigInt, Pg>>::from_sql(value)?;
        Ok(Self(Timestamp::from_microsecond(micros.saturating_add(PG_EPOCH_US))?))
    }
}

impl FromSql<Instant, Sqlite> for Ts {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?;
        Ok(Self(Timestamp::from_microsecond(micros)?))
    }
}

impl FromSql<Instant, MultiBackend> for Ts {
    fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, Instant>()
    }
}

impl From<Timestamp> for Ts {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl From<Ts> for Timestamp {
    fn from(at: Ts) -> Self {
        at.0
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow,
            serde::Serialize, serde::Deserialize,
        )]
        #[diesel(sql_type = BigInt)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl<DB: Backend> ToSql<BigInt, DB> for $name
        where
            i64: ToSql<BigInt, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.0.to_sql(out)
            }
        }

        impl<DB: Backend> FromSql<BigInt, DB> for $name
        where
            i64: FromSql<BigInt, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
                i64::from_sql(value).map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(out)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )* };
}

ids! {
    /// An agent.
    AgentId,
    /// A role.
    RoleId,
    /// A queue.
    QueueId,
    /// A working-time calendar.
    CalendarId,
    /// A state that the house has named.
    StateId,
    /// A ticket's key; people see its number instead.
    TicketId,
    /// An article.
    ArticleId,
    /// A draft.
    DraftId,
    /// An attachment's key; links carry its public id instead.
    AttachmentId,
    /// A customer.
    CustomerId,
    /// An organisation.
    OrganisationId,
    /// Two customers who turned out to be one.
    CustomerMergeId,
    /// An event.
    EventId,
    /// A received mail.
    InboundId,
    /// An outgoing mail.
    OutboxId,
    /// An API token.
    TokenId,
    /// A merge of two tickets.
    MergeId,
    /// A mailbox that is fetched from.
    MailboxId,
    /// A text that agents insert.
    TemplateId,
    /// A search that stands in the sidebar.
    ViewId,
    /// Something that was done besides tickets.
    AuditId,
    /// Something that an agent did to a ticket.
    ActId,
    /// A deed on many tickets.
    BulkId,
    /// Something that an agent is told in the browser.
    NoticeId,
    /// A passkey of an agent.
    PasskeyId,
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? })*) => { $(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow,
            serde::Serialize, serde::Deserialize,
        )]
        #[diesel(sql_type = Text)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word that is stored and shown to programs.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(word: &str) -> Result<Self, String> {
                match word {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(format!("“{word}” is none of: {}", [$($word),*].join(", "))),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.as_str())
            }
        }

        impl<DB: Backend> ToSql<Text, DB> for $name
        where
            str: ToSql<Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                <str as ToSql<Text, DB>>::to_sql(self.as_str(), out)
            }
        }

        impl<DB: Backend> FromSql<Text, DB> for $name
        where
            String: FromSql<Text, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
                Ok(String::from_sql(value)?.parse::<Self>()?)
            }
        }
    )* };
}

words! {
    /// A point in a ticket's life that reports count.
    Milestone {
        /// It came in, or was opened.
        Created = "created",
        /// The customer got the first answer.
        Answered = "answered",
        /// It was closed, and is.
        Closed = "closed",
    }
    /// The state of a ticket.
    State {
        /// Nobody has worked on it.
        New = "new",
        /// In work.
        Open = "open",
        /// Waits until a moment at which the owner is reminded.
        PendingReminder = "pending reminder",
        /// Waits until a moment at which it closes by itself.
        PendingAutoClose = "pending auto close",
        /// Done.
        Closed = "closed",
        /// Lives on in another ticket.
        Merged = "merged",
        /// In the bin.
        Removed = "removed",
    }
    /// Who wrote an article.
    Sender {
        /// The customer or another person from outside.
        Customer = "customer",
        /// An agent.
        Agent = "agent",
        /// Turnstone itself.
        System = "system",
    }
    /// How an article came about.
    Channel {
        /// A mail, in or out.
        Mail = "mail",
        /// A note written in the browser or by a program.
        Note = "note",
        /// Notes of a call.
        Phone = "phone",
    }
    /// What a permission allows in a queue.
    Right {
        /// See tickets.
        Read = "read",
        /// Add internal notes.
        Note = "note",
        /// Answer, lock, take over, state, pending, close, tags.
        Reply = "reply",
        /// Move a ticket into the queue.
        MoveInto = "move_into",
        /// Open a ticket.
        Create = "create",
        /// Assign.
        Owner = "owner",
        /// Set the priority.
        Priority = "priority",
        /// All of it, deletion included.
        Full = "full",
    }
    /// A right that belongs to no queue.
    InstallationRight {
        /// Manage agents, customers and roles.
        People = "people",
        /// Manage queues and mail.
        QueuesAndMail = "queues_and_mail",
        /// See the mail recorder and the outbox.
        Recorder = "recorder",
        /// Export.
        Export = "export",
        /// Use the API.
        Api = "api",
    }
    /// How far a session has come.
    SessionStage {
        /// Its owner is in.
        Whole = "whole",
        /// The password was right, the second factor is missing.
        Factor = "factor",
        /// The password was right, a second factor has to be set up.
        Enrolment = "enrolment",
    }
    /// What a passkey is asked for.
    PasskeyPurpose {
        /// To be kept from now on.
        Add = "add",
        /// To sign in, and nothing besides.
        SignIn = "sign_in",
        /// As the second step behind a password.
        Factor = "factor",
        /// In place of the password once more.
        Raise = "raise",
    }
    /// What a one-time link that sets a password is for.
    PasswordLink {
        /// The first password of somebody new.
        Invitation = "invitation",
        /// A new one instead of one that was lost.
        Reset = "reset",
    }
    /// What was done, where no ticket's history tells it.
    Audited {
        /// Tickets were taken out as a table.
        Export = "export",
        /// Somebody signed in.
        SignIn = "sign_in",
        /// Somebody tried to.
        SignInFailed = "sign_in_failed",
        /// Somebody tried too often and was told to wait.
        SignInThrottled = "sign_in_throttled",
        /// Somebody signed out.
        SignOut = "sign_out",
        /// Something was refused because a right was missing.
        Refused = "refused",
        /// An agent was made or changed.
        Agent = "agent",
        /// A role was made or changed.
        Role = "role",
        /// A password was set.
        Password = "password",
        /// A second factor was set up or taken away.
        Factor = "factor",
        /// An API token was made or ended.
        Token = "token",
        /// A queue was made or changed.
        Queue = "queue",
        /// A working-time calendar was made or changed.
        Calendar = "calendar",
        /// A state was named or changed.
        State = "state",
        /// The priorities were changed.
        Priorities = "priorities",
        /// The rules of the postmaster were changed.
        Filters = "filters",
        /// A mailbox was made or changed.
        Mailbox = "mailbox",
        /// A reply template was made or changed.
        Template = "template",
        /// An automatic answer was changed.
        AutoResponse = "auto_response",
        /// A setting of the installation was changed.
        Settings = "settings",
        /// A customer was made or changed; never with what was written about him.
        Customer = "customer",
        /// An organisation was made or changed.
        Organisation = "organisation",
        /// Somebody began or ended to see the pages as another agent does.
        Viewing = "viewing",
        /// What is known of a person was taken out, or erased.
        PersonalData = "personal_data",
        /// Everything was brought in from a copy: what was done after that copy was made is not in this log.
        Restored = "restored",
    }
    /// What a queue does with a follow-up to a closed ticket.
    FollowUpPolicy {
        /// The ticket is opened again.
        Reopen = "reopen",
        /// The mail is not appended; the answer says so.
        Reject = "reject",
        /// A new ticket is made, linked to the old one.
        NewTicket = "new_ticket",
    }
    /// What became of a received mail.
    Disposition {
        /// A new ticket.
        New = "new",
        /// An article of an existing ticket.
        FollowUp = "follow_up",
        /// A second copy of a mail that is known.
        Duplicate = "duplicate",
        /// Deliberately nothing.
        Ignored = "ignored",
        /// Waits for a person.
        Quarantined = "quarantined",
    }
    /// What a rule did with a received mail as a whole.
    RuleOutcome {
        /// Nothing.
        None = "none",
        /// It became nothing.
        Ignored = "ignored",
        /// It waits for a person.
        Quarantined = "quarantined",
        /// A person decided that no rule puts it aside.
        LetIn = "let_in",
    }
    /// Where a received mail stands.
    InboundStatus {
        /// To be processed.
        Waiting = "waiting",
        /// Processed.
        Done = "done",
        /// Could not be processed.
        Quarantined = "quarantined",
    }
    /// Where an outgoing mail stands.
    Delivery {
        /// Can still be taken back.
        Held = "held",
        /// To be sent now.
        Due = "due",
        /// Handed to the relay at this moment.
        Sending = "sending",
        /// The relay has taken it.
        Sent = "sent",
        /// Refused for now; will be tried again.
        Deferred = "deferred",
        /// The line broke before the relay answered; will be tried again.
        Uncertain = "uncertain",
        /// Came back.
        Bounced = "bounced",
        /// Refused for good.
        Failed = "failed",
        /// Taken back before it left.
        Cancelled = "cancelled",
    }
    /// Why a mail goes out.
    OutboxKind {
        /// A person wrote it.
        Reply = "reply",
        /// An answer by the machine to a customer.
        AutoResponse = "auto_response",
        /// News for an agent.
        Notification = "notification",
    }
    /// What caused a change.
    Cause {
        /// A click in the browser.
        Web = "web",
        /// A program.
        Api = "api",
        /// The command line.
        Cli = "cli",
        /// A received mail.
        Mail = "mail",
        /// A moment that came.
        Deadline = "deadline",
        /// A postmaster filter.
        Rule = "rule",
        /// Turnstone itself.
        System = "system",
    }
    /// What an agent can be told of.
    Notice {
        /// A new ticket in a queue he follows.
        NewTicket = "new_ticket",
        /// The customer wrote again.
        FollowUp = "follow_up",
        /// A ticket was given to him.
        Assigned = "assigned",
        /// His lock ran out.
        LockTimeout = "lock_timeout",
        /// A ticket was moved into a queue he follows.
        Move = "move",
        /// A pending ticket came due.
        Reminder = "reminder",
        /// A mail to a customer did not arrive.
        DeliveryFailure = "delivery_failure",
        /// Somebody took over a ticket that he was on.
        TakenOver = "taken_over",
        /// A colleague names him in a note.
        Mention = "mention",
    }
    /// When a mail tells an agent of an event.
    Pace {
        /// As it happens.
        Now = "now",
        /// With what else came, at the quarters of an hour.
        Quarter = "quarter",
        /// With what else came, at the full hour.
        Hour = "hour",
        /// With what else came, in the morning.
        Day = "day",
        /// Never.
        Off = "off",
    }
    /// An automatic answer to a customer.
    AnswerKind {
        /// His mail has become a ticket.
        Received = "received",
        /// His mail has opened a closed ticket again.
        Reopened = "reopened",
        /// His ticket is closed for good: nobody reads his mail.
        Rejected = "rejected",
        /// His ticket is closed: his mail has become another one.
        NewBecauseClosed = "new_because_closed",
    }
    /// A language that automatic answers are written in.
    LetterLanguage {
        /// English.
        English = "en",
        /// German.
        German = "de",
        /// French.
        French = "fr",
    }
    /// What falls due on a ticket.
    DeadlineKind {
        /// The lock is released.
        Unlock = "unlock",
        /// The owner is reminded.
        Reminder = "reminder",
        /// The ticket closes.
        AutoClose = "auto_close",
    }
    /// What kind of draft.
    DraftKind {
        /// An answer.
        Reply = "reply",
        /// An internal note.
        Note = "note",
        /// A new ticket.
        Ticket = "ticket",
    }
    /// How two tickets belong together.
    LinkKind {
        /// An agent says so.
        Related = "related",
        /// A mail quoted the other's number, but its writer takes no part there.
        PossiblyBelongsTo = "possibly_belongs_to",
        /// Opened because the other was closed.
        Continues = "continues",
        /// Split from the other.
        SplitFrom = "split_from",
        /// A part of the other.
        ChildOf = "child_of",
    }
    /// What kind of mailbox.
    MailboxKind {
        /// IMAP.
        Imap = "imap",
        /// POP3.
        Pop3 = "pop3",
        /// A directory on the server.
        Maildir = "maildir",
    }
    /// How the line to a mail server is protected.
    MailboxSecurity {
        /// TLS from the first byte.
        Tls = "tls",
        /// Plain text that turns into TLS.
        StartTls = "starttls",
        /// None.
        None = "none",
    }
    /// How a mailbox is signed in to.
    MailboxAuth {
        /// With a password.
        Password = "password",
        /// With an access token that is renewed.
        OAuth2 = "oauth2",
    }
    /// What happens to a mail at its source once it is ours.
    MailboxAfter {
        /// It stays.
        Leave = "leave",
        /// It goes to another folder.
        Move = "move",
        /// It is deleted.
        Delete = "delete",
    }
    /// What happens to mails that lay in a mailbox before it was fetched from.
    MailboxExisting {
        /// They become tickets like those that come.
        Take = "take",
        /// They stay what they are.
        Skip = "skip",
    }
    /// What is known of a mail in a mailbox.
    SeenState {
        /// It is ours.
        Taken = "taken",
        /// Its beginning is ours.
        Cut = "cut",
        /// It lay there before.
        Skipped = "skipped",
        /// The server does not give it out.
        Stuck = "stuck",
    }
    /// What changed on a ticket.
    EventKind {
        /// The ticket was opened.
        Opened = "opened",
        /// A mail of a customer.
        FollowUp = "follow_up",
        /// An agent answered.
        Replied = "replied",
        /// An internal note.
        Noted = "noted",
        /// An automatic answer went out.
        AutoResponded = "auto_responded",
        /// Locked; the new value is the holder's login.
        Locked = "locked",
        /// Unlocked; the old value is the former holder's login.
        Unlocked = "unlocked",
        /// The lock ran out; the old value is the former holder's login.
        LockTimedOut = "lock_timed_out",
        /// Moved from one queue's name to another's.
        Moved = "moved",
        /// Assigned from one login to another.
        Assigned = "assigned",
        /// State changed.
        StateChanged = "state_changed",
        /// Priority changed.
        PriorityChanged = "priority_changed",
        /// A pending ticket came due.
        Reminded = "reminded",
        /// An agent took his reply back in time.
        ReplyWithdrawn = "reply_withdrawn",
        /// A planned reply went back to its author's draft, because somebody wrote; the new value is his login.
        ReplyHandedBack = "reply_handed_back",
        /// A message was passed on; the old value is its key, the new one to whom.
        Forwarded = "forwarded",
        /// A mail was sent on as it came; the old value is its article's key, the new one to whom.
        Redirected = "redirected",
        /// A mail that did not arrive was sent again; the new value is to whom.
        Resent = "resent",
        /// A mail of ours came back.
        Bounced = "bounced",
        /// A mail of ours could not be delivered.
        DeliveryFailed = "delivery_failed",
        /// The relay took a reply.
        Delivered = "delivered",
        /// Linked to another ticket; the new value is its number.
        Linked = "linked",
        /// A link was taken away; the old value is the other ticket's number.
        Unlinked = "unlinked",
        /// A tag was put on; the new value is the tag.
        Tagged = "tagged",
        /// A tag was taken off; the old value is the tag.
        Untagged = "untagged",
        /// A person was accepted into the conversation.
        ParticipantAccepted = "participant_accepted",
        /// A person was taken out of the conversation; the old value is the address.
        ParticipantRemoved = "participant_removed",
        /// Merged into another ticket; the new value is its number.
        MergedInto = "merged_into",
        /// Another ticket was merged into this one; the old value is its number.
        Merged = "merged",
        /// Stands on its own again; the old value is the number of the ticket that it was merged into.
        Unmerged = "unmerged",
        /// A ticket that was merged into this one stands on its own again; the old value is its number.
        MergeEnded = "merge_ended",
        /// An article was taken to another ticket; the new value is its number.
        ArticleTaken = "article_taken",
        /// An article came from another ticket; the old value is its number.
        ArticleBrought = "article_brought",
        /// A call was noted.
        Called = "called",
        /// A new ticket was started from an article; the new value is its number.
        Split = "split",
        /// Started from an article of another ticket; the old value is its number.
        SplitFrom = "split_from",
        /// Put into the bin; the old value is the state, the new one the reason.
        Removed = "removed",
        /// Taken out of the bin; the new value is the state.
        Restored = "restored",
        /// Of another customer; the values are addresses.
        CustomerChanged = "customer_changed",
        /// An agent undid something; the old value says what.
        Undone = "undone",
    }
    /// What an agent did to a ticket that he can undo.
    ActKind {
        /// He took the lock.
        Locked = "locked",
        /// He moved it.
        Moved = "moved",
        /// He set its state.
        StateChanged = "state_changed",
        /// He closed it.
        Closed = "closed",
        /// He gave it to somebody, or to nobody.
        Assigned = "assigned",
        /// He set its priority.
        PriorityChanged = "priority_changed",
        /// He put a tag on.
        Tagged = "tagged",
        /// He took a tag off.
        Untagged = "untagged",
        /// He said whose customer's it is.
        CustomerChanged = "customer_changed",
        /// He put it into the bin.
        Removed = "removed",
        /// He put it into the bin as spam.
        Spam = "spam",
        /// He took it out of the bin.
        Restored = "restored",
        /// He undid something.
        Undone = "undone",
    }
    /// What of a ticket an undo sets back.
    UndoField {
        /// Where it is.
        Queue = "queue",
        /// Its state, and until when it waits.
        State = "state",
        /// Whose it is.
        Owner = "owner",
        /// How urgent it is.
        Priority = "priority",
        /// For whom it is.
        Customer = "customer",
        /// A tag.
        Tag = "tag",
    }
    /// What opens once an agent has sent a reply.
    AfterSending {
        /// The ticket that he answered.
        Ticket = "ticket",
        /// The next one where this one was closed or waits, else the same.
        Done = "done",
        /// The next one.
        Next = "next",
        /// The queue's list.
        List = "list",
    }
    /// How far a deed on many tickets is.
    BulkState {
        /// The tickets are chosen, the deed is not.
        Chosen = "chosen",
        /// It is worked off.
        Running = "running",
        /// Nothing waits any more.
        Done = "done",
    }
    /// What became of one of many tickets.
    BulkItemState {
        /// Nothing yet.
        Waiting = "waiting",
        /// It was done.
        Done = "done",
        /// It was not done, for a reason.
        Refused = "refused",
    }
    /// Why a ticket is in the bin.
    BinReason {
        /// Somebody deleted it.
        Deleted = "deleted",
        /// It is spam: nobody who writes like that gets an answer.
        Spam = "spam",
    }
}

impl State {
    /// The state type, as programs see it.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::PendingReminder => "pending_reminder",
            Self::PendingAutoClose => "pending_auto",
            Self::Closed => "closed",
            Self::Merged => "merged",
            Self::Removed => "removed",
        }
    }

    /// Whether somebody still has to do something.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::New | Self::Open | Self::PendingReminder | Self::PendingAutoClose)
    }

    /// Whether the ticket waits for a moment.
    pub const fn is_pending(self) -> bool {
        matches!(self, Self::PendingReminder | Self::PendingAutoClose)
    }
}

/// Urgency from 1 (very low) to 5 (urgent); 3 is normal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Integer)]
pub struct Priority(i32);

impl Priority {
    /// The priority of a ticket about which nobody said anything.
    pub const NORMAL: Self = Self(3);
    /// The names, from 1 to 5.
    pub const NAMES: [&str; 5] = ["very low", "low", "normal", "high", "urgent"];

    /// All of them, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=5).map(Self)
    }

    /// 1 to 5.
    pub const fn level(self) -> i32 {
        self.0
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        usize::try_from(self.0 - 1).ok().and_then(|at| Self::NAMES.get(at)).copied().unwrap_or("normal")
    }
}

impl std::str::FromStr for Priority {
    type Err = String;

    /// By name or by level.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::all()
            .find(|priority| priority.as_str() == text || priority.level().to_string() == text)
            .ok_or_else(|| format!("“{text}” is none of: {}", Self::NAMES.join(", ")))
    }
}

impl<DB: Backend> ToSql<diesel::sql_types::Integer, DB> for Priority
where
    i32: ToSql<diesel::sql_types::Integer, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: Backend> FromSql<diesel::sql_types::Integer, DB> for Priority
where
    i32: FromSql<diesel::sql_types::Integer, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i32::from_sql(value).map(Self)
    }
}

impl EventKind {
    /// Whether its values are logins.
    pub const fn names_agents(self) -> bool {
        matches!(self, Self::Assigned | Self::Locked | Self::Unlocked | Self::LockTimedOut)
    }
}

//! What a rule says. This is also how a version is stored, as JSON.

use serde::{Deserialize, Serialize};

use crate::db::{AgentId, QueueId, Status};

/// A closed set of words, as they are stored, sent by forms and spelt by programs.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? })*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),* }

        impl $name {
            /// All of them, in the order in which they are offered.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word.
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
    )* };
}

words! {
    /// Of which mails a rule speaks.
    Mails {
        /// Those that open a ticket.
        New = "new",
        /// Those that join one.
        FollowUp = "follow_up",
        /// All.
        Both = "both",
    }
    /// What a condition looks at.
    On {
        /// The Subject, decoded.
        Subject = "subject",
        /// The address in From.
        From = "from",
        /// The addresses in To and Cc.
        To = "to",
        /// Each address that the mail names, in its headers or its envelope.
        Address = "address",
        /// The readable text.
        Body = "body",
        /// A header field, decoded.
        Header = "header",
        /// The envelope's sender; empty is the null sender.
        EnvelopeFrom = "envelope_from",
        /// The envelope's recipients.
        EnvelopeTo = "envelope_to",
        /// Person, automatic reply, bounce, list or our own address.
        Classification = "classification",
        /// The names of its files.
        AttachmentName = "attachment_name",
        /// The types of its files, as `application/pdf`.
        AttachmentType = "attachment_type",
        /// What the front mail server's spam filter says.
        Spam = "spam",
        /// Its score.
        SpamScore = "spam_score",
        /// The result of SPF.
        Spf = "spf",
        /// The result of DKIM.
        Dkim = "dkim",
        /// The result of DMARC.
        Dmarc = "dmarc",
        /// The whole mail in kB.
        Size = "size",
    }
    /// How a condition compares.
    Test {
        /// The text occurs, in any case.
        Contains = "contains",
        /// It does not occur.
        ContainsNot = "contains_not",
        /// It is all there is.
        Is = "is",
        /// It is not.
        IsNot = "is_not",
        /// It begins so.
        Begins = "begins",
        /// It ends so.
        Ends = "ends",
        /// A regular expression matches somewhere in it.
        Matches = "matches",
        /// It matches nowhere.
        MatchesNot = "matches_not",
        /// There is something.
        Exists = "exists",
        /// There is nothing.
        Missing = "missing",
        /// A number is not smaller.
        AtLeast = "at_least",
        /// A number is not larger.
        AtMost = "at_most",
    }
    /// A mail that goes nowhere.
    Aside {
        /// It becomes nothing; the recorder keeps it.
        Ignore = "ignore",
        /// It waits for a person.
        Quarantine = "quarantine",
    }
}

/// The sort of value that a condition compares with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Any text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A number.
    Number,
}

/// Words for a mail's classification.
pub const KINDS: &[&str] = &["person", "auto_reply", "bounce", "list", "own_echo"];
/// Words for a spam filter's verdict.
pub const SPAM: &[&str] = &["yes", "no", "unknown"];
/// Words for the result of an authentication.
pub const RESULTS: &[&str] = &["pass", "fail", "softfail", "neutral", "none", "unknown"];

impl On {
    /// What it is compared with.
    pub const fn takes(self) -> Takes {
        match self {
            Self::Classification => Takes::Word(KINDS),
            Self::Spam => Takes::Word(SPAM),
            Self::Spf | Self::Dkim | Self::Dmarc => Takes::Word(RESULTS),
            Self::SpamScore | Self::Size => Takes::Number,
            _ => Takes::Text,
        }
    }

    /// How it can be compared.
    pub const fn tests(self) -> &'static [Test] {
        use Test::{
            AtLeast, AtMost, Begins, Contains, ContainsNot, Ends, Exists, Is, IsNot, Matches, MatchesNot,
            Missing,
        };
        match self.takes() {
            Takes::Text => {
                &[Contains, ContainsNot, Is, IsNot, Begins, Ends, Matches, MatchesNot, Exists, Missing]
            }
            Takes::Word(_) => &[Is, IsNot],
            Takes::Number => &[AtLeast, AtMost],
        }
    }
}

impl Test {
    /// Whether it holds where the positive test does not.
    pub const fn is_negative(self) -> bool {
        matches!(self, Self::ContainsNot | Self::IsNot | Self::MatchesNot | Self::Missing)
    }

    /// Whether it compares with a value at all.
    pub const fn has_value(self) -> bool {
        !matches!(self, Self::Exists | Self::Missing)
    }
}

/// One condition. Of several values (recipients, files, fields of one name) one that passes is enough; a negative
/// test holds when none of them passes the positive one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// What it looks at.
    pub on: On,
    /// The field's name, for [`On::Header`]; else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub header: String,
    /// How it compares.
    pub test: Test,
    /// With what; empty where the test needs nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
}

/// Who becomes the customer of a new ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerFrom {
    /// This person.
    Address(String),
    /// Whom this header field names.
    Header(String),
}

/// What a rule does. A later rule outdoes an earlier one; tags come together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Actions {
    /// A new ticket begins there; a follow-up moves its ticket there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueId>,
    /// 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
    /// The state afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Status>,
    /// For how long a pending state lasts, in hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<u32>,
    /// Whose it becomes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<AgentId>,
    /// Put on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The mail goes nowhere, and no later rule is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aside: Option<Aside>,
    /// No automatic answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub quiet: bool,
    /// Whose ticket a new one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerFrom>,
}

/// A rule. One without conditions speaks of every mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What people call it.
    pub name: String,
    /// Whether it is asked.
    pub enabled: bool,
    /// Of which mails it speaks.
    pub mails: Mails,
    /// One condition is enough; else all have to hold.
    #[serde(default)]
    pub any: bool,
    /// When.
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// What.
    #[serde(default)]
    pub actions: Actions,
    /// Later rules are not asked.
    #[serde(default)]
    pub stop: bool,
}

impl Rule {
    /// Whether later rules are not asked once this one matched.
    pub fn ends(&self) -> bool {
        self.stop || self.actions.aside.is_some()
    }
}

impl Default for Rule {
    /// As the form for a new one begins.
    fn default() -> Self {
        Self {
            name: String::new(),
            enabled: true,
            mails: Mails::New,
            any: false,
            conditions: Vec::new(),
            actions: Actions::default(),
            stop: false,
        }
    }
}

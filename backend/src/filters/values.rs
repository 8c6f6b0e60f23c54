//! The texts of a mail that a condition looks at.

use std::borrow::Cow;

use mail_ingest::Mailbox;

use super::{facts::Facts, model::On};

/// Fields that a mail has once (RFC 5322, 3.6, and what a front server writes): of a second one, which only a broken
/// or a hostile mail has, nothing is looked at.
const ONCE: [&str; 18] = [
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "message-id",
    "in-reply-to",
    "references",
    "subject",
    "date",
    "content-type",
    "auto-submitted",
    "precedence",
    "list-id",
    "return-path",
    "x-spam-flag",
    "x-spam-status",
    "x-spam-score",
];

/// Where texts come from: a kind and, of a header, its lower-case name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Source {
    pub on: On,
    pub header: String,
}

impl Source {
    /// Whether a mail has at most one of it.
    pub(super) fn is_single(&self) -> bool {
        match self.on {
            On::Subject | On::From | On::Body | On::EnvelopeFrom => true,
            On::Header => ONCE.contains(&self.header.as_str()),
            _ => false,
        }
    }

    /// Hands each text to `with`.
    pub(super) fn each<'a>(&self, facts: &Facts<'a>, with: &mut dyn FnMut(Cow<'a, str>)) {
        let mail = facts.mail;
        match self.on {
            On::Subject => with(mail.subject.as_str().into()),
            On::From => mail.from.iter().for_each(|person| with(address(person))),
            On::To => mail.to.iter().chain(&mail.cc).for_each(|person| with(address(person))),
            On::Address => {
                let lists = [&mail.reply_to, &mail.to, &mail.cc];
                let people = mail
                    .from
                    .iter()
                    .chain(&mail.sender)
                    .chain(lists.into_iter().flat_map(|list| list.iter()));
                people.for_each(|person| with(address(person)));
                mail.recipients_hint.iter().for_each(|hint| with(hint.as_str().into()));
                with(facts.envelope_from.into());
                facts.envelope_to.iter().for_each(|to| with(to.to_lowercase().into()));
            }
            On::Body => with(facts.body().into()),
            On::Header if self.is_single() => {
                mail.header(&self.header).into_iter().for_each(|value| with(value.into()));
            }
            On::Header => {
                let named = mail.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(&self.header));
                named.for_each(|(_, value)| with(value.as_str().into()));
            }
            On::EnvelopeFrom => with(facts.envelope_from.into()),
            On::EnvelopeTo => facts.envelope_to.iter().for_each(|to| with(to.to_lowercase().into())),
            On::AttachmentName => mail.attachments.iter().for_each(|part| with(part.name.as_str().into())),
            On::AttachmentType => {
                mail.attachments.iter().for_each(|part| with(part.content_type.as_str().into()));
            }
            On::Classification | On::Spam | On::SpamScore | On::Spf | On::Dkim | On::Dmarc | On::Size => {}
        }
    }
}

fn address(person: &Mailbox) -> Cow<'_, str> {
    mail_ingest::address::normalise(&person.address)
        .map_or_else(|| person.address.as_str().into(), Cow::Owned)
}

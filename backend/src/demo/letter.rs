//! The mails that customers write, as their mail programs would.

use anyhow::Context;
use jiff::Timestamp;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};

use super::cast::Customer;

/// A mail to be written.
pub(super) struct Letter<'a> {
    pub(super) from: &'a Customer,
    /// The queue's address.
    pub(super) to: &'a str,
    pub(super) subject: &'a str,
    pub(super) text: &'a str,
    pub(super) at: Timestamp,
    /// Without angle brackets.
    pub(super) message_id: &'a str,
    /// The mail it answers and all before it, the newest last; empty for a first mail.
    pub(super) references: &'a [String],
    pub(super) html: bool,
    /// Out of office and its like.
    pub(super) auto: bool,
    /// Name of a file in `demo/files`.
    pub(super) attachment: Option<&'a str>,
}

impl Letter<'_> {
    /// The raw mail, lines ended by CRLF.
    pub(super) fn raw(&self) -> anyhow::Result<Vec<u8>> {
        let from = Mailbox::new(Some(self.from.name.to_owned()), self.from.address().parse()?);
        let mut builder = Message::builder()
            .from(from)
            .to(self.to.parse()?)
            .subject(self.subject)
            .date(self.at.into())
            .message_id(Some(format!("<{}>", self.message_id)));
        if let Some(parent) = self.references.last() {
            let all: Vec<String> = self.references.iter().map(|id| format!("<{id}>")).collect();
            builder = builder.in_reply_to(format!("<{parent}>")).references(all.join(" "));
        }
        if self.auto {
            let name = HeaderName::new_from_ascii_str("Auto-Submitted");
            builder = builder.raw_header(HeaderValue::new(name, "auto-replied".to_owned()));
        }
        let text = SinglePart::plain(self.text.to_owned());
        let message = match (self.html, self.attachment) {
            (false, None) => builder.singlepart(text),
            (true, None) => builder.multipart(self.alternative()),
            (false, Some(file)) => {
                builder.multipart(MultiPart::mixed().singlepart(text).singlepart(attached(file)?))
            }
            (true, Some(file)) => builder
                .multipart(MultiPart::mixed().multipart(self.alternative()).singlepart(attached(file)?)),
        };
        Ok(message.context("a customer's mail can't be built")?.formatted())
    }

    fn alternative(&self) -> MultiPart {
        MultiPart::alternative_plain_html(self.text.to_owned(), as_html(self.text))
    }
}

/// The text as a mail program with formatting would send it, with a signature line in colour.
fn as_html(text: &str) -> String {
    let paragraphs: Vec<String> = text
        .split("\n\n")
        .map(|paragraph| format!("<p>{}</p>", escape(paragraph).replace('\n', "<br>\n")))
        .collect();
    format!(
        "<html><body style=\"font-family: Calibri, sans-serif; color: #222\">\n{}\n\
         <p style=\"color: #777; font-size: small\">Please consider the trees before printing this mail.</p>\n</body></html>",
        paragraphs.join("\n")
    )
}

/// Text made safe between tags and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn attached(name: &str) -> anyhow::Result<SinglePart> {
    let (data, kind): (&[u8], &str) = match name {
        "screenshot.png" => (include_bytes!("files/screenshot.png"), "image/png"),
        "statutes.pdf" => (include_bytes!("files/statutes.pdf"), "application/pdf"),
        "error.log" => (include_bytes!("files/error.log"), "text/plain"),
        "request.csr" => (include_bytes!("files/request.csr"), "application/pkcs10"),
        other => anyhow::bail!("the demo has no file {other}"),
    };
    Ok(Attachment::new(name.to_owned()).body(data.to_vec(), ContentType::parse(kind)?))
}

//! Mails, built to say only what matters to the test and read back without the product's help.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{MessageParser, MimeHeaders};

/// A mail from this address, with a fresh Message-ID, to support@helpdesk.example unless told otherwise.
pub fn mail(from: &str) -> Mail {
    Mail {
        from: from.to_owned(),
        from_header: Some(from.to_owned()),
        to: Vec::new(),
        cc: Vec::new(),
        subject: Some("A question".to_owned()),
        text: Some("Good morning,\r\ncan you help?\r\n".to_owned()),
        html: None,
        message_id: Some(fresh_id(from)),
        headers: Vec::new(),
        attachments: Vec::new(),
    }
}

fn fresh_id(address: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = jiff::Timestamp::now().as_nanosecond();
    let domain = address.rsplit_once('@').map_or("nowhere.example", |(_, domain)| domain);
    format!("{now}.{number}.{}@{}", std::process::id(), domain.trim_end_matches('>'))
}

/// A mail under construction.
#[derive(Clone, Debug)]
pub struct Mail {
    from: String,
    from_header: Option<String>,
    to: Vec<String>,
    cc: Vec<String>,
    subject: Option<String>,
    text: Option<String>,
    html: Option<String>,
    message_id: Option<String>,
    headers: Vec<(String, String)>,
    attachments: Vec<(String, String, Vec<u8>)>,
}

impl Mail {
    /// Adds a recipient to the To header.
    pub fn to(mut self, address: &str) -> Self {
        self.to.push(address.to_owned());
        self
    }

    /// Adds a recipient to the Cc header.
    pub fn cc(mut self, address: &str) -> Self {
        self.cc.push(address.to_owned());
        self
    }

    /// The From header as it shall stand, for names and oddities.
    pub fn from_header(mut self, value: &str) -> Self {
        self.from_header = Some(value.to_owned());
        self
    }

    /// Leaves this header out: From, Subject or Message-ID.
    pub fn without(mut self, header: &str) -> Self {
        match header.to_ascii_lowercase().as_str() {
            "from" => self.from_header = None,
            "subject" => self.subject = None,
            "message-id" => self.message_id = None,
            other => panic!("a mail of the builder always has {other}"),
        }
        self
    }

    /// The Subject, as it goes over the wire.
    pub fn subject(mut self, subject: &str) -> Self {
        self.subject = Some(subject.to_owned());
        self
    }

    /// The text part.
    pub fn text(mut self, text: &str) -> Self {
        self.text = Some(text.replace("\r\n", "\n").replace('\n', "\r\n"));
        self
    }

    /// An HTML part beside the text.
    pub fn html(mut self, html: &str) -> Self {
        self.html = Some(html.to_owned());
        self
    }

    /// HTML and no text.
    pub fn only_html(mut self, html: &str) -> Self {
        self.text = None;
        self.html(html)
    }

    /// Its Message-ID, without angle brackets.
    pub fn message_id(mut self, id: &str) -> Self {
        self.message_id = Some(id.to_owned());
        self
    }

    /// Its Message-ID, without angle brackets.
    ///
    /// # Panics
    /// When it was built without one.
    pub fn id(&self) -> &str {
        self.message_id.as_deref().expect("a mail with a Message-ID")
    }

    /// Any further header, as it shall stand.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Makes it an answer to these Message-IDs, the last one in In-Reply-To.
    pub fn answering<'a>(self, ids: impl IntoIterator<Item = &'a str>) -> Self {
        let ids: Vec<String> =
            ids.into_iter().map(|id| format!("<{}>", id.trim_matches(['<', '>']))).collect();
        let last = ids.last().expect("something to answer").clone();
        self.header("In-Reply-To", &last).header("References", &ids.join(" "))
    }

    /// Attaches a file.
    pub fn attach(mut self, name: &str, content_type: &str, data: &[u8]) -> Self {
        self.attachments.push((name.to_owned(), content_type.to_owned(), data.to_vec()));
        self
    }

    /// The sender's plain address.
    pub fn sender(&self) -> &str {
        &self.from
    }

    /// The mail as it goes over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = String::new();
        let mut header = |name: &str, value: &str| out.push_str(&format!("{name}: {value}\r\n"));
        if let Some(from) = &self.from_header {
            header("From", from);
        }
        let to = if self.to.is_empty() { "support@helpdesk.example".to_owned() } else { self.to.join(", ") };
        header("To", &to);
        if !self.cc.is_empty() {
            header("Cc", &self.cc.join(", "));
        }
        if let Some(subject) = &self.subject {
            header("Subject", subject);
        }
        if let Some(id) = &self.message_id {
            header("Message-ID", &format!("<{id}>"));
        }
        header("Date", "Mon, 09 Nov 2026 10:00:00 +0000");
        for (name, value) in &self.headers {
            header(name, value);
        }
        header("MIME-Version", "1.0");
        let mut body = self.body();
        if !self.attachments.is_empty() {
            body = self.with_attachments(&body);
        }
        out.push_str(&body);
        out.into_bytes()
    }

    /// Content headers and content of the readable part.
    fn body(&self) -> String {
        let text = self.text.as_ref().map(|text| {
            format!(
                "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
            )
        });
        let html = self.html.as_ref().map(|html| {
            format!(
                "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{html}\r\n"
            )
        });
        match (text, html) {
            (Some(text), Some(html)) => format!(
                "Content-Type: multipart/alternative; boundary=\"alt\"\r\n\r\n\
                 --alt\r\n{text}\r\n--alt\r\n{html}\r\n--alt--\r\n"
            ),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => "Content-Type: text/plain\r\n\r\n".to_owned(),
        }
    }

    fn with_attachments(&self, body: &str) -> String {
        let mut out =
            format!("Content-Type: multipart/mixed; boundary=\"mixed\"\r\n\r\n--mixed\r\n{body}\r\n");
        for (name, content_type, data) in &self.attachments {
            out.push_str(&format!(
                "--mixed\r\nContent-Type: {content_type}; name=\"{name}\"\r\n\
                 Content-Disposition: attachment; filename=\"{name}\"\r\n\
                 Content-Transfer-Encoding: base64\r\n\r\n"
            ));
            for line in STANDARD.encode(data).as_bytes().chunks(76) {
                out.push_str(&String::from_utf8_lossy(line));
                out.push_str("\r\n");
            }
        }
        out.push_str("--mixed--\r\n");
        out
    }
}

/// A mail that somebody received, opened for questions.
#[derive(Clone, Debug)]
pub struct Parsed {
    raw: Vec<u8>,
}

/// One attachment of a received mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its file name, decoded.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// Its content, decoded.
    pub data: Vec<u8>,
}

impl Parsed {
    /// Opens these bytes.
    pub fn new(raw: &[u8]) -> Self {
        Self { raw: raw.to_vec() }
    }

    fn message(&self) -> mail_parser::Message<'_> {
        MessageParser::default().parse(&self.raw).expect("a mail")
    }

    /// The bytes.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The header of that name as it stands, unfolded; the first where there are several.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers(name).into_iter().next()
    }

    /// All headers of that name, unfolded.
    pub fn headers(&self, name: &str) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.raw);
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        unfolded
            .split("\r\n")
            .filter_map(|line| line.split_once(':'))
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
            .collect()
    }

    /// The Message-ID without angle brackets; empty without one.
    pub fn message_id(&self) -> String {
        self.header("Message-ID").unwrap_or_default().trim_matches(['<', '>', ' ']).to_owned()
    }

    /// The ids of References, without angle brackets.
    pub fn references(&self) -> Vec<String> {
        let value = self.header("References").unwrap_or_default();
        value.split_whitespace().map(|id| id.trim_matches(['<', '>']).to_owned()).collect()
    }

    /// Name and address of the From header, decoded.
    pub fn from(&self) -> (String, String) {
        let message = self.message();
        let from = message.from().and_then(|list| list.first());
        let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
        from.map_or_else(Default::default, |from| (text(from.name()), text(from.address())))
    }

    /// The Subject, decoded.
    pub fn subject(&self) -> String {
        self.message().subject().unwrap_or_default().to_owned()
    }

    /// The text part, decoded, with line feeds.
    pub fn text(&self) -> String {
        let message = self.message();
        message
            .text_bodies()
            .filter(|part| part.is_text() && !part.is_text_html())
            .map(|part| part.text_contents().unwrap_or_default().replace("\r\n", "\n"))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// The HTML part, decoded.
    pub fn html(&self) -> Option<String> {
        let message = self.message();
        let part = message.html_bodies().find(|part| part.is_text_html())?;
        part.text_contents().map(str::to_owned)
    }

    /// The attachments, in order.
    pub fn attachments(&self) -> Vec<Attachment> {
        let message = self.message();
        message
            .attachments()
            .map(|part| Attachment {
                name: part.attachment_name().unwrap_or_default().to_owned(),
                content_type: part.content_type().map_or_else(String::new, |kind| {
                    format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default())
                }),
                data: part.contents().to_vec(),
            })
            .collect()
    }
}

//! What the rules may know of a mail.

use mail_ingest::{Authentication, Classification, Kind, Mail};

use super::model::SPAM;

/// How much of a mail's text is looked at, in bytes. No pattern may take long, whatever the text.
const BODY: usize = 256 * 1024;

/// A mail as the rules see it.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// As it was read, its files still in it.
    pub mail: &'a Mail,
    /// What sort of sender it has.
    pub class: &'a Classification,
    /// The envelope's sender; empty is the null sender.
    pub envelope_from: &'a str,
    /// The envelope's recipients.
    pub envelope_to: &'a [String],
    /// Of the raw mail, in bytes.
    pub size: i64,
    /// What SPF, DKIM and DMARC say.
    pub authentication: &'a Authentication,
}

impl<'a> Facts<'a> {
    /// The text as far as it is looked at.
    pub(super) fn body(&self) -> &'a str {
        let text = self.mail.text.as_str();
        let mut end = text.len().min(BODY);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.get(..end).unwrap_or_default()
    }

    pub(super) fn kind(&self) -> &'static str {
        match self.class.kind {
            Kind::Person => "person",
            Kind::AutoReply => "auto_reply",
            Kind::Bounce => "bounce",
            Kind::List => "list",
            Kind::OwnEcho => "own_echo",
        }
    }

    /// What the front server's filter found. Of several headers of one name the first counts: a server writes its own
    /// above what came with the mail.
    pub(super) fn spam(&self) -> &'static str {
        let [yes, no, unknown] = [SPAM[0], SPAM[1], SPAM[2]];
        for name in ["X-Spam-Flag", "X-Spam-Status", "X-Spam", "X-Spamd-Result"] {
            let Some(value) = self.mail.header(name) else { continue };
            let value = value.trim().to_ascii_lowercase();
            // rspamd: `default: True [9.10 / 15.00]; …`
            let word = value.strip_prefix("default:").unwrap_or(&value).trim_start();
            if ["yes", "true"].iter().any(|sign| word.starts_with(sign)) {
                return yes;
            }
            if ["no", "false"].iter().any(|sign| word.starts_with(sign)) {
                return no;
            }
        }
        unknown
    }

    /// Its score, in hundredths.
    pub(super) fn spam_score(&self) -> Option<i64> {
        let number = |text: &str| hundredths(text.trim());
        if let Some(value) = self.mail.header("X-Spam-Score") {
            return number(value.split_whitespace().next().unwrap_or_default());
        }
        if let Some(value) = self.mail.header("X-Spam-Status") {
            let after = value.split_once("score=").or_else(|| value.split_once("hits="))?.1;
            return number(after.split([' ', ',']).next().unwrap_or_default());
        }
        let value = self.mail.header("X-Spamd-Result")?;
        number(value.split_once('[')?.1.split(['/', ']']).next()?)
    }
}

/// A decimal number in hundredths: `9.1` is 910.
pub(super) fn hundredths(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || !plain(whole) || !plain(part) {
        return None;
    }
    let cents: String = part.chars().chain("00".chars()).take(2).collect();
    Some(sign * (whole.parse::<i64>().ok()? * 100 + cents.parse::<i64>().ok()?))
}

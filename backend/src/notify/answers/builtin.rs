//! The texts that Turnstone brings along, in every language of [`LetterLanguage`]: the subject in the first line, the body
//! below an empty one.

use super::Text;
use crate::db::{AnswerKind, LetterLanguage};

macro_rules! letters {
    ($language:literal) => {
        [
            include_str!(concat!("../../../../templates/letters/", $language, "/received.letter")),
            include_str!(concat!("../../../../templates/letters/", $language, "/reopened.letter")),
            include_str!(concat!("../../../../templates/letters/", $language, "/rejected.letter")),
            include_str!(concat!("../../../../templates/letters/", $language, "/new_because_closed.letter")),
        ]
    };
}

/// The built-in text.
pub fn text(kind: AnswerKind, language: LetterLanguage) -> Text {
    let [received, reopened, rejected, new_because_closed] = match language {
        LetterLanguage::English => letters!("en"),
        LetterLanguage::German => letters!("de"),
        LetterLanguage::French => letters!("fr"),
    };
    let text = match kind {
        AnswerKind::Received => received,
        AnswerKind::Reopened => reopened,
        AnswerKind::Rejected => rejected,
        AnswerKind::NewBecauseClosed => new_because_closed,
    };
    let (subject, body) = text.split_once('\n').unwrap_or((text, ""));
    Text { subject: subject.trim().to_owned(), body: body.trim().to_owned() }
}

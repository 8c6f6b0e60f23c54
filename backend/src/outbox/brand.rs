//! What the HTML of a mail to a customer shows of the organisation: a line below what was written, with its name on its colour
//! and a small logo. Nothing is fetched for it, the text part says nothing of it, and who has chosen neither colour nor logo
//! sends what he wrote and no more.

use crate::{
    db::Conn,
    error::{Error, Result},
    settings::{
        colour::Colour,
        look::{self, Look},
    },
};

/// A logo goes along with each mail, and comes back with many answers: a larger one stays on the pages.
pub const LARGEST: usize = 16_384;
/// How high it is shown, in pixels.
const HEIGHT: u32 = 32;
/// What pictures mail programs show.
const SHOWN: [&str; 3] = ["image/png", "image/jpeg", "image/gif"];

/// What is shown.
#[derive(Debug)]
pub(super) struct Brand {
    name: String,
    /// White is written on it: never the typed colour itself, but its hue where white can be read.
    behind: Colour,
    /// Its id within the mail, its media type, its bytes.
    pub(super) logo: Option<(String, &'static str, Vec<u8>)>,
}

impl Brand {
    /// What the organisation has chosen; `None`: nothing.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn load(conn: &mut Conn) -> Result<Option<Self>> {
        let (name, look) = look::of_pages(conn)?;
        if look.colour.is_empty() && look.logo.is_empty() {
            return Ok(None);
        }
        let typed = if look.colour.is_empty() { Look::USUAL } else { &look.colour };
        let logo = match look.logo.as_str() {
            "" => None,
            logo => match look::logo(conn, logo) {
                Ok((kind, bytes)) => Some((format!("{logo}.logo"), kind, bytes)),
                Err(Error::NotFound) => None,
                Err(error) => return Err(error),
            },
        };
        let logo = logo.filter(|(_, kind, bytes)| SHOWN.contains(kind) && bytes.len() <= LARGEST);
        let [day, _] = typed.parse::<Colour>()?.buttons();
        Ok(Some(Self { name, behind: day.colour, logo }))
    }

    /// The page with the line at its end. Styles stand at their elements: few mail programs keep any other.
    pub(super) fn below(&self, page: &str) -> String {
        let (colour, name) = (self.behind, escaped(&self.name));
        let logo = self.logo.as_ref().map_or_else(String::new, |(id, ..)| {
            // The name stands beside it: read out, it would be said twice.
            format!(
                "<td style=\"background:#ffffff;padding:4px 8px\"><img src=\"cid:{id}\" alt=\"\" height=\"{HEIGHT}\"></td>"
            )
        });
        let line = format!(
            "<br>\n<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr>{logo}\
             <td style=\"background:{colour};color:#ffffff;padding:6px 12px;font:bold 14px sans-serif\" \
             bgcolor=\"{colour}\">{name}</td></tr></table>\n"
        );
        match page.rfind("</body>") {
            Some(at) => {
                let (before, end) = page.split_at(at);
                format!("{before}{line}{end}")
            }
            None => format!("{page}{line}"),
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

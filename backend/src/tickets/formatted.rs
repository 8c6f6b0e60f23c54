//! Formatted text of an agent. Nothing else makes [`Formatted`] than the cleaner, so that HTML from a browser or a
//! program is neither stored nor sent as it came.
//!
//! What is stored with an article is what its author wrote, below the queue's salutation. Signature and forwarded
//! message are only in the article's text; a mail has them as HTML too because [`document`] adds what the text says
//! beyond the HTML.

use mail_ingest::html;

use super::Article;
use crate::{
    db::{Blob, Blobs, Conn, Tx},
    error::{Error, Result, say},
};

/// The longest formatted text, in bytes: it always lies in the database, so that taking it back needs no file.
const LONGEST: usize = 200_000;

/// HTML of the editor's model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clean(String);

impl Clean {
    /// Cleans `source`; `has` says which images (by Content-ID) there are.
    pub fn of(source: &str, has: &dyn Fn(&str) -> bool) -> Self {
        Self(html::written(source, &|id| has(id).then(|| id.to_owned())))
    }

    /// The HTML.
    pub fn html(&self) -> &str {
        &self.0
    }

    /// The same as text, as search, quoting and the ticket's page read it.
    pub fn text(&self) -> String {
        html::to_text(&self.0)
    }

    /// Whether an image of this Content-ID is shown in it.
    pub fn shows(&self, content_id: &str) -> bool {
        !content_id.is_empty() && self.0.contains(&format!("\"cid:{content_id}\""))
    }

    /// Ready to be stored.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is too long.
    pub fn prepare(&self, blobs: &Blobs) -> Result<Formatted> {
        if self.0.len() > LONGEST {
            return Err(Error::invalid("body_html", say!("refused-long-html")));
        }
        Ok(Formatted { clean: self.clone(), blob: blobs.prepare(self.0.as_bytes())? })
    }
}

/// Cleaned HTML that is ready to be stored with an article.
#[derive(Clone, Debug)]
pub struct Formatted {
    clean: Clean,
    blob: Blob,
}

impl Formatted {
    /// Stores it and returns what an article names it by.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn store(this: Option<&Self>, tx: &mut Tx<'_>) -> Result<Option<String>> {
        let Some(this) = this else { return Ok(None) };
        this.blob.store(tx)?;
        Ok(Some(this.blob.digest.clone()))
    }

    /// What is to be stored.
    pub(super) fn clean(&self) -> &Clean {
        &self.clean
    }

    /// The same below something else. Fit for a transaction: nothing is cleaned once more, nothing becomes a file.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it gets too long.
    pub(super) fn below(&self, above: &Clean) -> Result<Self> {
        Clean(format!("{}{}", above.html(), self.clean.html())).prepare(&Blobs::in_database())
    }
}

/// What an agent wrote, where he formatted it.
pub(super) fn of(conn: &mut Conn, article: &Article) -> Result<Option<Clean>> {
    let Some(digest) = &article.html_digest else { return Ok(None) };
    let source = Blobs::in_database().read(conn, digest)?;
    Ok(Some(Clean::of(&String::from_utf8_lossy(&source), &|_| true)))
}

/// The HTML part of a mail: what its author formatted, then what the text says beyond that. Cleaned once more: what was
/// stored before this existed was not brought down to the model.
pub fn document(source: &str, text: &str) -> String {
    let clean = Clean::of(source, &|_| true);
    let own = clean.text();
    let rest = match text.strip_prefix(own.trim_end()) {
        Some(rest) => rest.trim_matches('\n').to_owned(),
        // A program may have given two texts of its own.
        None => text
            .rsplit_once("\n\n-- \n")
            .map_or_else(String::new, |(_, signature)| format!("-- \n{signature}")),
    };
    format!("<!doctype html>\n<html><body>\n{}\n{}\n</body></html>\n", clean.html(), html::from_text(&rest))
}

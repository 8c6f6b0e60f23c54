//! All files of an article, or of a ticket, as one archive.

use actix_web::web::{Bytes, Data, Path};
use futures_util::stream;

use super::archive::Archive;
use super::failure::Answer;
use super::files;
use super::gate::Signed;
use super::state::Web;
use crate::access;
use crate::db::ArticleId;
use crate::error::{Error, Result, say};
use crate::tickets::{Article, Attachment, view};

/// `GET /articles/{id}/attachments.zip`.
pub async fn of_article(web: Data<Web>, signed: Signed, id: Path<String>) -> Answer {
    let id: ArticleId = id.parse().map_err(|_| Error::NotFound)?;
    let asker = signed.clone();
    let (number, found) = web
        .db
        .read(move |conn| {
            let (article, access) = view::article(conn, &asker.actor, id)?;
            let found = files_of(conn, &[article])?;
            Ok((access.ticket().number.clone(), found))
        })
        .await?;
    send(web, signed, &format!("{number}-{id}.zip"), found)
}

/// `GET /tickets/{number}/attachments.zip`.
pub async fn of_ticket(web: Data<Web>, signed: Signed, number: Path<String>) -> Answer {
    let (asker, name) = (signed.clone(), number.into_inner());
    let (number, found) = web
        .db
        .read(move |conn| {
            let access = access::readable(conn, &asker.actor, &name)?;
            let articles = view::articles(conn, &access)?;
            Ok((access.ticket().number.clone(), files_of(conn, &articles)?))
        })
        .await?;
    send(web, signed, &format!("{number}.zip"), found)
}

/// The files of articles, in the order of the articles.
fn files_of(conn: &mut crate::db::Conn, articles: &[Article]) -> Result<Vec<Attachment>> {
    let mut by_article = view::attachments(conn, articles)?;
    let of = |article: &Article| by_article.remove(&article.id).unwrap_or_default();
    let found: Vec<Attachment> = articles.iter().flat_map(of).collect();
    let bytes: i64 = found.iter().map(|file| file.size).sum();
    if found.is_empty() {
        return Err(Error::NotFound);
    }
    if found.len() > Archive::FILES || bytes > Archive::BYTES {
        return Err(Error::Conflict(say!("refused-archive")));
    }
    Ok(found)
}

struct Sending {
    web: Data<Web>,
    signed: Signed,
    left: std::vec::IntoIter<Attachment>,
    archive: Option<Archive>,
}

fn send(web: Data<Web>, signed: Signed, name: &str, found: Vec<Attachment>) -> Answer {
    let sending = Sending { web, signed, left: found.into_iter(), archive: Some(Archive::default()) };
    Ok(files::saved(name, "application/zip")
        // Compressing again would only keep the first bytes back.
        .insert_header(("content-encoding", "identity"))
        .streaming(stream::unfold(sending, |mut sending| async move {
            let part = sending.next().await?;
            // Whoever loses the right to a file meanwhile gets an archive that is broken off, and knows it.
            if part.is_err() {
                sending.archive = None;
            }
            Some((part.map_err(|error| std::io::Error::other(error.to_string())), sending))
        })))
}

impl Sending {
    async fn next(&mut self) -> Option<Result<Bytes>> {
        let Some(file) = self.left.next() else { return self.archive.take().map(|all| Ok(all.end().into())) };
        let archive = self.archive.as_mut()?;
        let (web, signed, uid) = (self.web.clone(), self.signed.clone(), file.uid.clone());
        let read = self.web.db.read(move |conn| {
            // Each file asks for its right as it does alone.
            let file = view::attachment(conn, &signed.actor, &uid)?;
            web.db.blobs().read(conn, &file.digest)
        });
        let bytes = match read.await {
            Ok(bytes) => bytes,
            Err(error) => return Some(Err(error)),
        };
        let mut part = archive.entry(&file.name, &bytes, file.created_at.0);
        part.extend(bytes);
        Some(Ok(part.into()))
    }
}

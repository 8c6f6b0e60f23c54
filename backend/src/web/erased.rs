//! Somebody is erased, from pages: rows first, and then the files that they named.

use actix_web::web::Data;

use super::state::Web;
use crate::{
    db::{Released, Tx},
    error::{Error, Result},
    people::personal::erase::Store,
};

/// Carries `deed` out, which says what bytes nothing names any more. A task of its own: a browser that is closed meanwhile does
/// not stop it half way.
///
/// # Errors
/// Those of `deed`.
pub(super) async fn for_good<F>(web: &Data<Web>, deed: F) -> Result<()>
where
    F: Fn(&mut Tx<'_>, &Store) -> Result<Vec<Released>> + Send + 'static,
{
    let unexpected = |error: String| Error::Unexpected(anyhow::anyhow!(error));
    let blobs = web.db.blobs().clone();
    let empty = actix_web::web::block(move || blobs.prepare(b"")).await;
    let empty = empty.map_err(|error| unexpected(error.to_string()))??;
    let (web, store) = (web.clone(), Store { blobs: web.db.blobs().clone(), empty });
    let done = actix_web::rt::spawn(async move {
        let blobs = store.blobs.clone();
        let files = web.db.write(move |tx| deed(tx, &store)).await?;
        // Files go after the rows that named them: what is rolled back has lost nothing. What fails here is swept later.
        if let Err(error) = web.db.write(move |tx| blobs.remove(tx, &files)).await {
            tracing::warn!(%error, "files of somebody who was erased wait for the sweep");
        }
        Ok(())
    });
    done.await.map_err(|error| unexpected(error.to_string()))?
}

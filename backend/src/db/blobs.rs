//! Bytes by their content: raw mails, attachments, HTML bodies. Stored once, compressed where it pays.
//!
//! Small ones lie in the database. With SQLite large ones lie in files beside it, written and synced *before* the
//! row that names them, so that a row never names a file that is not there. With PostgreSQL all lie in the database,
//! because nodes share nothing else.

use std::{
    cell::RefCell,
    collections::HashMap,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use diesel::{dsl::exists, prelude::*};
use sha2::{Digest as _, Sha256};

use super::{
    Conn, Tx, each,
    schema::{articles, attachments, blobs, inbound_mails, outbox},
};
use crate::error::{Error, Result};

/// From this size on (stored, in bytes) SQLite's blobs are files.
const FILE_FROM: usize = 256 * 1024;
/// The fast half of zstd: a mail is compressed once and read seldom.
const LEVEL: i32 = 3;
/// Below this size compressing is not worth a header.
const COMPRESS_FROM: usize = 256;

/// Where large bytes lie.
#[derive(Clone, Debug)]
pub struct Blobs {
    /// `None`: all in the database.
    folder: Option<Arc<PathBuf>>,
    /// Whether new ones may become files; else they stay in memory.
    writes: bool,
}

/// Bytes that are ready to be named by a row: hashed, compressed, and on disk where they are large.
#[derive(Clone, Debug)]
pub struct Blob {
    /// SHA-256 of the bytes, in hexadecimal.
    pub digest: String,
    /// Their number before compression.
    pub size: i64,
    encoding: &'static str,
    /// `None`: in a file.
    data: Option<Arc<Vec<u8>>>,
    /// That file.
    file: Option<PathBuf>,
}

/// Bytes whose row is gone, and whose file may still be there.
#[derive(Clone, Debug)]
pub struct Released {
    digest: String,
    encoding: String,
}

impl Blobs {
    pub(super) fn open(files: Option<PathBuf>) -> anyhow::Result<Self> {
        if let Some(dir) = &files {
            fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
        }
        Ok(Self { folder: files.map(Arc::new), writes: true })
    }

    /// Those that are never files: small ones.
    pub fn in_database() -> Self {
        Self { folder: None, writes: false }
    }

    /// Those of a copy: read, and none written.
    pub(super) fn reading(files: &Path) -> Self {
        Self { folder: Some(Arc::new(files.to_path_buf())), writes: false }
    }

    /// The same bytes to be read, and none written: for what is thrown away afterwards.
    pub fn without_files(&self) -> Self {
        Self { writes: false, ..self.clone() }
    }

    /// Where files lie, if any do.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref().map(PathBuf::as_path)
    }

    /// Hashes and compresses `bytes`; large ones are on disk when this returns. Takes time: call it off the
    /// asynchronous threads and outside of a transaction.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn prepare(&self, bytes: &[u8]) -> Result<Blob> {
        let digest = hex(&Sha256::digest(bytes));
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let packed = if bytes.len() < COMPRESS_FROM { None } else { compress(bytes) };
        let (encoding, stored) = match packed {
            Some(packed) if packed.len() * 10 < bytes.len() * 9 => ("zstd", packed),
            _ => ("raw", bytes.to_vec()),
        };
        let (data, file) = match &self.folder {
            Some(dir) if self.writes && stored.len() >= FILE_FROM => {
                write_durably(dir, &digest, encoding, &stored)?;
                (None, Some(file_of(dir, &digest, encoding)))
            }
            _ => (Some(Arc::new(stored)), None),
        };
        Ok(Blob { digest, size, encoding, data, file })
    }

    /// Throws the bytes of `digest` away if nothing names them, their file included. A file goes while the database
    /// is locked for writing, so that [`Blob::store`] either finds it or says that it is gone.
    ///
    /// # Errors
    /// Those of the database.
    pub fn forget(&self, tx: &mut Tx<'_>, digest: &str) -> Result<()> {
        if is_named(tx, digest)? {
            return Ok(());
        }
        let encoding: Option<String> =
            blobs::table.find(digest).select(blobs::encoding).first(&mut **tx).optional()?;
        diesel::delete(blobs::table.find(digest)).execute(&mut **tx)?;
        if let (Some(dir), Some(encoding)) = (&self.folder, encoding) {
            remove_file(dir, digest, &encoding);
        }
        Ok(())
    }

    /// Throws away those of these bytes that nothing names, within the transaction that let go of them: once it is
    /// committed they are not read any more. Files stay until [`Blobs::remove`], because a rollback brings no file back;
    /// where that is never called they go with [`super::orphans::sweep`].
    ///
    /// # Errors
    /// Those of the database.
    pub fn release(&self, tx: &mut Tx<'_>, digests: &[String]) -> Result<Vec<Released>> {
        let mut files = Vec::new();
        for digest in digests {
            if is_named(tx, digest)? {
                continue;
            }
            let encoding: Option<String> =
                blobs::table.find(digest).select(blobs::encoding).first(&mut **tx).optional()?;
            diesel::delete(blobs::table.find(digest)).execute(&mut **tx)?;
            if let (Some(_), Some(encoding)) = (&self.folder, encoding) {
                files.push(Released { digest: digest.clone(), encoding });
            }
        }
        Ok(files)
    }

    /// Removes the files of released bytes, unless somebody has stored the same again. In a transaction of its own: see
    /// [`Blobs::forget`].
    ///
    /// # Errors
    /// Those of the database.
    pub fn remove(&self, tx: &mut Tx<'_>, released: &[Released]) -> Result<()> {
        let Some(dir) = &self.folder else { return Ok(()) };
        for Released { digest, encoding } in released {
            let row = blobs::table.find(digest).select(blobs::digest);
            let again: Option<String> = row.first(&mut **tx).optional()?;
            if again.is_none() {
                remove_file(dir, digest, encoding);
            }
        }
        Ok(())
    }

    /// The bytes of `digest`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when no row names it; otherwise when the file is missing or damaged.
    pub fn read(&self, conn: &mut Conn, digest: &str) -> Result<Vec<u8>> {
        let (encoding, data, size) = blobs::table
            .find(digest)
            .select((blobs::encoding, blobs::data, blobs::size))
            .first::<(String, Option<Vec<u8>>, i64)>(conn)?;
        self.unpack(digest, &encoding, data, size)
    }

    /// The bytes of all of these, by digest, in one query. A digest that no row names is left out.
    ///
    /// # Errors
    /// When a file is missing or damaged.
    pub fn read_all(&self, conn: &mut Conn, digests: &[String]) -> Result<HashMap<String, Vec<u8>>> {
        let rows: Vec<(String, String, Option<Vec<u8>>, i64)> = blobs::table
            .filter(blobs::digest.eq_any(digests.to_vec()))
            .select((blobs::digest, blobs::encoding, blobs::data, blobs::size))
            .load(conn)?;
        rows.into_iter()
            .map(|(digest, encoding, data, size)| {
                let bytes = self.unpack(&digest, &encoding, data, size)?;
                Ok((digest, bytes))
            })
            .collect()
    }

    fn unpack(&self, digest: &str, encoding: &str, data: Option<Vec<u8>>, size: i64) -> Result<Vec<u8>> {
        let stored = match (data, &self.folder) {
            (Some(data), _) => data,
            (None, Some(dir)) => fs::read(file_of(dir, digest, encoding))
                .with_context(|| format!("the stored bytes {digest} cannot be read"))?,
            (None, None) => {
                return Err(anyhow::anyhow!("the stored bytes {digest} lie in a file of another node").into());
            }
        };
        if encoding != "zstd" {
            return Ok(stored);
        }
        let bytes = decompress(&stored, usize::try_from(size).unwrap_or(0))
            .with_context(|| format!("the stored bytes {digest} are damaged"))?;
        Ok(bytes)
    }
}

thread_local! {
    // Making a context costs more than using it on a mail.
    static PACKER: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    static UNPACKER: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// `None`: it could not be compressed, and is stored as it is.
fn compress(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() >= FILE_FROM {
        // A context that has seen a large mail stays large: this one goes.
        return zstd::bulk::compress(bytes, LEVEL).ok();
    }
    PACKER.with_borrow_mut(|kept| {
        let mut packer = kept.take().or_else(|| zstd::bulk::Compressor::new(LEVEL).ok())?;
        let packed = packer.compress(bytes).ok();
        *kept = Some(packer);
        packed
    })
}

fn decompress(stored: &[u8], size: usize) -> std::io::Result<Vec<u8>> {
    UNPACKER.with_borrow_mut(|kept| {
        let mut unpacker = match kept.take() {
            Some(unpacker) => unpacker,
            None => zstd::bulk::Decompressor::new()?,
        };
        let bytes = unpacker.decompress(stored, size);
        *kept = Some(unpacker);
        bytes
    })
}

impl Blob {
    /// Makes the row that names the bytes, unless there is one.
    ///
    /// # Errors
    /// Those of the database.
    pub fn store(&self, tx: &mut Tx<'_>) -> Result<()> {
        let row = (
            blobs::digest.eq(&self.digest),
            blobs::size.eq(self.size),
            blobs::encoding.eq(self.encoding),
            blobs::data.eq(self.data.as_ref().map(|data| data.as_slice())),
        );
        each!(&mut **tx, |c| diesel::insert_into(blobs::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(c))?;
        // It was there before, for somebody else, and was thrown away between the look and this.
        if let Some(file) = self.file.as_deref().filter(|file| !file.exists()) {
            return Err(Error::Unavailable(format!("the file {} is gone; try again", file.display())));
        }
        Ok(())
    }
}

/// Every column that names bytes. One that is missing here is caught by its foreign key.
fn is_named(conn: &mut Conn, digest: &str) -> Result<bool> {
    let raw = inbound_mails::table.filter(inbound_mails::digest.eq(digest));
    let file = attachments::table.filter(attachments::digest.eq(digest));
    let html = articles::table.filter(articles::html_digest.eq(digest));
    let sent = outbox::table.filter(outbox::digest.eq(digest));
    Ok(diesel::select(exists(raw)).get_result(conn)?
        || diesel::select(exists(file)).get_result(conn)?
        || diesel::select(exists(html)).get_result(conn)?
        || diesel::select(exists(sent)).get_result(conn)?)
}

fn remove_file(dir: &Path, digest: &str, encoding: &str) {
    match fs::remove_file(file_of(dir, digest, encoding)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(digest, %error, "a file that nothing names could not be deleted");
        }
        _ => {}
    }
}

/// The file of such bytes in the folder of files.
pub(super) fn file_of(dir: &Path, digest: &str, encoding: &str) -> PathBuf {
    dir.join(digest.get(..2).unwrap_or("xx")).join(format!("{digest}.{encoding}"))
}

/// Temporary name, sync, rename, sync of the folder: after this a power cut does not lose it.
fn write_durably(dir: &Path, digest: &str, encoding: &str, bytes: &[u8]) -> Result<()> {
    let path = file_of(dir, digest, encoding);
    if path.exists() {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(dir);
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()?;
    File::open(dir)?.sync_all()?;
    Ok(())
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

//! Styles, scripts and icons, compiled into the binary and served under names that carry a hash of their
//! content, so that a browser may keep them for ever and never shows yesterday's style on today's page.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::embedded::{self, Files};

/// One file as it is served.
#[derive(Debug)]
pub struct Asset {
    /// The media type, with the charset for text.
    pub content_type: &'static str,
    /// The bytes; cheap to clone for a response.
    pub body: bytes::Bytes,
}

/// All files, by the address they are served under.
#[derive(Debug)]
pub struct Assets {
    urls: BTreeMap<String, String>,
    files: BTreeMap<String, Asset>,
    modules: Vec<String>,
}

/// The one style sheet that the files of `assets/css` are joined into, in the order of their names.
const STYLE: &str = "turnstone.css";
/// Scripts that few pages need: fetched when they are.
const LATER: [&str; 7] = [
    "js/editor.js",
    "js/editor-bar.js",
    "js/editor-keys.js",
    "js/editor-model.js",
    "js/editor-paste.js",
    "js/palette.js",
    "js/passkey.js",
];

impl Assets {
    /// Reads, hashes and links all files. Happens once at start.
    ///
    /// # Errors
    /// Those of [`embedded::assets`].
    pub fn load() -> std::io::Result<Self> {
        let mut all = Self { urls: BTreeMap::new(), files: BTreeMap::new(), modules: Vec::new() };
        let mut style = Vec::new();
        let files = embedded::assets()?;
        for (name, bytes) in &files {
            match name.rsplit_once('.') {
                Some((_, "css")) => style.extend(bytes),
                Some((_, "svg")) => drop(all.add(name, "image/svg+xml", bytes.clone())),
                Some((_, "png")) => drop(all.add(name, "image/png", bytes.clone())),
                _ => {}
            }
        }
        all.add(STYLE, "text/css; charset=utf-8", style);
        for name in files.keys().filter(|name| name.ends_with(".js")) {
            all.link_module(&files, name, 0);
        }
        let early = |name: &str| name.ends_with(".js") && !LATER.contains(&name);
        all.modules = all.urls.iter().filter(|(name, _)| early(name)).map(|(_, url)| url.clone()).collect();
        Ok(all)
    }

    /// The address of a file by its plain name (`icons.svg`), or `None` for an unknown one.
    pub fn url(&self, name: &str) -> Option<&str> {
        self.urls.get(name).map(String::as_str)
    }

    /// The file served under an address (`/assets/icons.0f3a….svg`).
    pub fn get(&self, url: &str) -> Option<&Asset> {
        self.files.get(url)
    }

    /// The addresses of all files.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The addresses of all script modules, to be fetched early.
    pub fn modules(&self) -> &[String] {
        &self.modules
    }

    fn add(&mut self, name: &str, content_type: &'static str, body: Vec<u8>) -> String {
        let hash = Sha256::digest(&body);
        let file = name.rsplit('/').next().unwrap_or(name);
        let (stem, ext) = file.rsplit_once('.').unwrap_or((file, "bin"));
        let url = format!(
            "/assets/{stem}.{:02x}{:02x}{:02x}{:02x}{:02x}{:02x}.{ext}",
            hash[0], hash[1], hash[2], hash[3], hash[4], hash[5]
        );
        self.urls.insert(name.to_owned(), url.clone());
        self.files.insert(url.clone(), Asset { content_type, body: body.into() });
        url
    }

    // A module names its neighbours as `./name.js`; what it imports must be linked first, because its own
    // hash covers the hashed names of the others. Cycles are cut at a depth no honest tree reaches.
    fn link_module(&mut self, files: &Files, name: &str, depth: u8) -> Option<String> {
        if let Some(url) = self.urls.get(name) {
            return Some(url.clone());
        }
        let bytes = files.get(name).filter(|_| depth <= 8)?;
        let text = String::from_utf8_lossy(bytes).into_owned();
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut linked = String::with_capacity(text.len() + 64);
        let mut rest = text.as_str();
        while let Some(at) = rest.find("\"./") {
            let (before, after) = rest.split_at(at + 1);
            linked.push_str(before);
            let Some(end) = after.find('"') else {
                rest = after;
                break;
            };
            let import = &after[2..end];
            match self.link_module(files, &format!("{folder}/{import}"), depth + 1) {
                Some(url) => linked.push_str(&url),
                None => linked.push_str(&after[..end]),
            }
            rest = &after[end..];
        }
        linked.push_str(rest);
        Some(self.add(name, "text/javascript; charset=utf-8", linked.into_bytes()))
    }
}

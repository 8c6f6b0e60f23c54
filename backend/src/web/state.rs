//! What every handler is given: the database, the clock, the settings, the templates.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::assets::Assets;
use super::live::Hub;
use super::presence::Presence;
use super::render::Pages;
use super::times::Reader;
use crate::desk::Desk;
use crate::i18n::Language;
use crate::people::Agent;
use crate::sign_in::certificate::Trusts;
use crate::sign_in::oidc::Sites;

/// Everything the pages stand on. Built once at start and shared.
#[derive(Clone)]
pub struct Web {
    /// The database, the time, the settings.
    pub desk: Desk,
    /// The templates.
    pub pages: Pages,
    /// Styles, scripts, icons.
    pub assets: Arc<Assets>,
    /// Who listens for changes.
    pub live: Hub,
    /// Who is on which ticket.
    pub presence: Presence,
    /// What this process is called among the nodes that share the database.
    pub node: Arc<str>,
    /// Sign-ins that were told to wait.
    pub throttled: Arc<Throttled>,
    /// What is known of the sites that vouch for people.
    pub sites: Sites,
    /// Whose certificates are believed.
    pub trusts: Trusts,
    /// What the organisation looks like to strangers.
    pub looks: super::look::Looks,
    /// Signs the addresses of inline images; all nodes of an installation share it.
    pub image_key: Arc<[u8; 32]>,
}

/// Counts sign-ins that were told to wait. Each of them costs a stranger nothing, so none is a row of its own.
#[derive(Debug, Default)]
pub struct Throttled(std::sync::atomic::AtomicU32);

impl Throttled {
    /// One more.
    pub fn one(&self) {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }

    /// How many since the last time.
    pub fn take(&self) -> u32 {
        self.0.swap(0, std::sync::atomic::Ordering::Relaxed)
    }
}

impl std::ops::Deref for Web {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.desk
    }
}

impl Web {
    /// Compiles templates and assets.
    ///
    /// # Errors
    /// When a template has a mistake, which the tests rule out.
    pub fn new(desk: Desk, image_key: [u8; 32]) -> anyhow::Result<Self> {
        let assets = Arc::new(Assets::load()?);
        let pages = Pages::load(Arc::clone(&assets))?;
        let trusts = Trusts::of(&desk.config);
        Ok(Self {
            live: Hub::new(),
            presence: Presence::default(),
            desk,
            pages,
            assets,
            node: crate::clock::random_token().into(),
            throttled: Arc::default(),
            sites: Sites::default(),
            trusts,
            looks: super::look::Looks::default(),
            image_key: Arc::new(image_key),
        })
    }

    /// How an agent reads: his language and zone, or the installation's.
    pub fn reader_of(&self, agent: &Agent) -> Reader {
        let own = agent.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok());
        Reader {
            language: Language::named(&agent.language),
            zone: own.unwrap_or_else(|| self.config.time_zone.clone()),
            now: self.clock.now(),
            terms: Arc::default(),
        }
    }

    /// How somebody reads of whom only the browser's wish is known.
    pub fn reader_for(&self, accept_language: &str) -> Reader {
        Reader {
            language: Language::accepted(accept_language),
            zone: self.config.time_zone.clone(),
            now: self.clock.now(),
            terms: Arc::default(),
        }
    }
}

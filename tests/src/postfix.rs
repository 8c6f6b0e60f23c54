//! A private Postfix: own configuration, queue and data, on loopback, beside any other on the machine.
//!
//! It is both ends of the real thing: the MTA that hands a helpdesk's domain to our LMTP listener, and the
//! relay that takes our outgoing mail and delivers every other domain into a Maildir that a test reads.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::mail::Parsed;
use crate::net::{free_port, wait_until};
use crate::process::{is_root, must, privileged, program};
use crate::smtp::Dialogue;

/// A running instance; stopped with this value.
#[derive(Debug)]
pub struct Postfix {
    home: TempDir,
    port: u16,
}

impl Postfix {
    /// Starts an instance that hands mail for `domain` to the LMTP server at `lmtp`.
    ///
    /// # Panics
    /// Where Postfix is not installed or its master may not be started (it needs root or sudo).
    pub async fn start(domain: &str, lmtp: SocketAddr) -> Self {
        let home = tempfile::Builder::new().prefix("turnstone-postfix").tempdir().expect("a directory");
        let postfix = Self { home, port: free_port() };
        postfix.configure(domain, lmtp);
        postfix.control("start");
        wait_until("Postfix", Duration::from_secs(20), async || {
            let (dialogue, greeting) = Dialogue::open(postfix.address()).await.ok()?;
            dialogue.quit().await;
            greeting.is_ok().then_some(())
        })
        .await;
        postfix
    }

    /// Where it takes mail, from customers and from us.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// Its address in the form of `SMTP_RELAY`.
    pub fn url(&self) -> String {
        format!("smtp://{}?tls=none", self.address())
    }

    /// Hands it a mail as a customer's provider would.
    pub async fn take(&self, from: &str, to: &str, mail: &[u8]) {
        let mut dialogue = Dialogue::smtp(self.address()).await.expect("Postfix");
        let reply = dialogue.deliver(from, to, mail).await;
        assert!(reply.is_ok(), "Postfix refused the mail: {reply:?}");
        dialogue.quit().await;
    }

    /// Hands its deferred mail over now instead of in some minutes.
    pub fn flush(&self) {
        let queue = program("postqueue").expect("postqueue comes with Postfix");
        must(privileged(&queue).arg("-c").arg(self.config()).arg("-f"));
    }

    /// The mails that were delivered to this address outside the helpdesk's domain.
    pub fn delivered_to(&self, address: &str) -> Vec<Parsed> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(self.maildir().join("new"))
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        files.sort();
        files
            .iter()
            .filter_map(|file| std::fs::read(file).ok())
            // A Maildir keeps bare line feeds; the mail had CRLF.
            .map(|raw| Parsed::new(String::from_utf8_lossy(&raw).replace('\n', "\r\n").as_bytes()))
            .filter(|mail| mail.header("Delivered-To").is_some_and(|to| to.eq_ignore_ascii_case(address)))
            .collect()
    }

    /// Waits until at least `count` mails were delivered to this address.
    pub async fn wait_for(&self, address: &str, count: usize) -> Vec<Parsed> {
        wait_until(
            &format!("{count} mail(s) to {address} in the Maildir"),
            Duration::from_secs(60),
            async || Some(self.delivered_to(address)).filter(|mails| mails.len() >= count),
        )
        .await
    }

    /// What it logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.home.path().join("log/postfix.log")).unwrap_or_default()
    }

    fn maildir(&self) -> PathBuf {
        self.home.path().join("mail/everyone")
    }

    fn config(&self) -> PathBuf {
        self.home.path().join("config")
    }

    fn configure(&self, domain: &str, lmtp: SocketAddr) {
        let home = self.home.path();
        for directory in ["config", "queue", "data", "log", "mail/everyone"] {
            std::fs::create_dir_all(home.join(directory)).expect("a directory for Postfix");
        }
        // Its parts run as the user postfix and must reach their directories.
        must(Command::new("chmod").arg("0755").arg(home));
        let (user, group) = if is_root() { ("postfix".to_owned(), "postfix".to_owned()) } else { own_ids() };
        if is_root() {
            must(Command::new("chown").arg("postfix").args([
                home.join("data"),
                home.join("mail"),
                self.maildir(),
            ]));
        } else {
            must(privileged(Path::new("/bin/chown")).arg("postfix").arg(home.join("data")));
        }
        let (uid, gid) = if is_root() { (id("-u", &user), id("-g", &group)) } else { (user, group) };
        let main = format!(
            "compatibility_level = 3.6\n\
             queue_directory = {home}/queue\n\
             data_directory = {home}/data\n\
             maillog_file = {home}/log/postfix.log\n\
             maillog_file_prefixes = {home}\n\
             myhostname = relay.example\n\
             mydestination =\n\
             inet_interfaces = 127.0.0.1\n\
             inet_protocols = ipv4\n\
             mynetworks = 127.0.0.0/8\n\
             smtpd_relay_restrictions = permit_mynetworks, reject\n\
             smtpd_tls_security_level = none\n\
             relay_domains = {domain}\n\
             transport_maps = inline:{{ {domain}=lmtp:inet:{lmtp} }}\n\
             virtual_mailbox_domains = regexp:{home}/config/domains\n\
             virtual_mailbox_maps = static:everyone/\n\
             virtual_mailbox_base = {home}/mail\n\
             virtual_minimum_uid = 1\n\
             virtual_uid_maps = static:{uid}\n\
             virtual_gid_maps = static:{gid}\n\
             message_size_limit = 52428800\n\
             mailbox_size_limit = 0\n\
             virtual_mailbox_limit = 0\n\
             minimal_backoff_time = 1s\n\
             maximal_backoff_time = 2s\n\
             queue_run_delay = 1s\n\
             in_flow_delay = 0s\n\
             biff = no\n",
            home = home.display(),
        );
        std::fs::write(self.config().join("main.cf"), main).expect("main.cf");
        let escaped = domain.replace('.', "\\.");
        std::fs::write(self.config().join("domains"), format!("!/^{escaped}$/ yes\n")).expect("domains");
        std::fs::write(self.config().join("master.cf"), self.services()).expect("master.cf");
    }

    /// Only what this job needs; nothing in a chroot, which would want a copy of the system's files.
    fn services(&self) -> String {
        format!(
            "127.0.0.1:{} inet n - n - - smtpd\n\
             cleanup unix n - n - 0 cleanup\n\
             qmgr unix n - n 1 1 qmgr\n\
             rewrite unix - - n - - trivial-rewrite\n\
             bounce unix - - n - 0 bounce\n\
             defer unix - - n - 0 bounce\n\
             trace unix - - n - 0 bounce\n\
             verify unix - - n - 1 verify\n\
             flush unix n - n 1000? 0 flush\n\
             proxymap unix - - n - - proxymap\n\
             showq unix n - n - - showq\n\
             error unix - - n - - error\n\
             retry unix - - n - - error\n\
             discard unix - - n - - discard\n\
             virtual unix - n n - - virtual\n\
             lmtp unix - - n - - lmtp\n\
             smtp unix - - n - - smtp\n\
             anvil unix - - n - 1 anvil\n\
             tlsmgr unix - - n 1000? 1 tlsmgr\n\
             scache unix - - n - 1 scache\n\
             postlog unix-dgram n - n - 1 postlogd\n",
            self.port
        )
    }

    fn control(&self, verb: &str) {
        let postfix = program("postfix").expect("Postfix: install the package postfix, or use tests/run");
        must(privileged(&postfix).arg("-c").arg(self.config()).arg(verb));
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("Postfix said:\n{}", self.log());
        }
        if let Some(postfix) = program("postfix") {
            // `abort` ends it now; whether it was still running makes no difference here.
            let _ = privileged(&postfix).arg("-c").arg(self.config()).arg("abort").output();
        }
        if !is_root() {
            // Its queue belongs to another user, so that the directory's own clean-up cannot remove it.
            let _ = privileged(Path::new("/bin/rm")).arg("-rf").arg(self.home.path()).output();
        }
    }
}

fn own_ids() -> (String, String) {
    (
        must(Command::new("id").arg("-u")).trim().to_owned(),
        must(Command::new("id").arg("-g")).trim().to_owned(),
    )
}

fn id(flag: &str, user: &str) -> String {
    must(Command::new("id").arg(flag).arg(user)).trim().to_owned()
}

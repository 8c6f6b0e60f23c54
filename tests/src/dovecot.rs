//! A private Dovecot: IMAP and POP3 on loopback ports, with a certificate of an authority of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::net::{free_port, wait_until};
use crate::process::{Kept, is_root, must, program, unprivileged};

/// The password of every user.
pub const PASSWORD: &str = "four \"quoted\" w\\rds";
/// Who runs it where the tests run as root.
const USER: &str = "dovecot";

/// A running instance; it ends with its owner.
#[derive(Debug)]
pub struct Dovecot {
    home: TempDir,
    ca: String,
    ports: [u16; 4],
    running: Option<Kept>,
}

impl Dovecot {
    /// Starts an instance with the users `support` and `billing`.
    ///
    /// # Panics
    /// Where Dovecot is not installed.
    pub async fn start() -> Self {
        let home = tempfile::Builder::new().prefix("turnstone-dovecot").tempdir().expect("a directory");
        let ca = certificates(home.path());
        let mut dovecot = Self { home, ca, ports: [0; 4], running: None };
        // A port that was free when it was asked for may be another test's by the time that Dovecot takes it.
        for _ in 0..5 {
            dovecot.ports = std::array::from_fn(|_| free_port());
            dovecot.configure();
            if dovecot.begins().await {
                return dovecot;
            }
        }
        panic!("Dovecot does not start: {}", dovecot.log());
    }

    /// Starts it again after [`Dovecot::down`].
    ///
    /// # Panics
    /// Where it does not.
    pub async fn up(&mut self) {
        assert!(self.begins().await, "Dovecot does not start again: {}", self.log());
    }

    /// Whether it listens, and goes on to.
    async fn begins(&mut self) -> bool {
        let program =
            program("dovecot").expect("Dovecot: install dovecot-imapd and dovecot-pop3d, or use tests/run");
        let mut command = unprivileged(USER, &program);
        let output = self.home.path().join("out.log");
        let log = std::fs::File::create(&output).expect("a log");
        command.arg("-F").arg("-c").arg(self.home.path().join("dovecot.conf"));
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a log")).stderr(log);
        let running = self.running.insert(Kept(command.spawn().expect("Dovecot starts")));
        let port = self.ports[0];
        wait_until("Dovecot", Duration::from_secs(20), async || {
            let there = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok();
            (there || std::fs::read_to_string(&output).is_ok_and(|text| text.contains("Fatal"))).then_some(())
        })
        .await;
        // Where one of its ports is taken it ends at once, and whoever answers at the first one may be somebody else.
        tokio::time::sleep(Duration::from_millis(150)).await;
        matches!(running.0.try_wait(), Ok(None))
    }

    /// Ends it, lines and all.
    pub async fn down(&mut self) {
        if let Some(mut running) = self.running.take() {
            end(&mut running);
        }
    }

    /// The authority's certificate as PEM.
    pub fn ca(&self) -> &str {
        &self.ca
    }

    /// What the API is told of one of its mailboxes: `imap` or `pop3`, `tls`, `starttls` or `none`.
    pub fn mailbox(&self, name: &str, kind: &str, security: &str) -> Value {
        let port = match (kind, security) {
            ("imap", "tls") => self.ports[1],
            ("imap", _) => self.ports[0],
            (_, "tls") => self.ports[3],
            _ => self.ports[2],
        };
        json!({
            "name": name, "kind": kind, "host": "localhost", "port": port, "security": security, "ca": self.ca,
            "login": "support", "password": PASSWORD, "address": "support@helpdesk.example",
        })
    }

    /// The user's INBOX, or a folder below it.
    pub fn folder(&self, user: &str, folder: &str) -> PathBuf {
        let inbox = self.home.path().join("mail").join(user);
        if folder == "INBOX" { inbox } else { inbox.join(format!(".{folder}")) }
    }

    /// Puts a mail into a folder as a delivery agent does.
    pub fn drop_mail(&self, user: &str, folder: &str, mail: &[u8]) {
        drop_into(&self.folder(user, folder), mail);
        self.own(&self.home.path().join("mail"));
    }

    /// How many mails lie in a folder.
    pub fn count(&self, user: &str, folder: &str) -> usize {
        let folder = self.folder(user, folder);
        let files = |name: &str| std::fs::read_dir(folder.join(name)).map_or(0, Iterator::count);
        files("new") + files("cur")
    }

    /// Makes the server number the mails of INBOX anew, as after a restore from a backup.
    pub async fn renumber(&mut self, user: &str) {
        self.down().await;
        let inbox = self.folder(user, "INBOX");
        for entry in std::fs::read_dir(&inbox).expect("the INBOX").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("dovecot") {
                std::fs::remove_file(entry.path()).expect("an index");
            }
        }
        // The new numbering is named after the second.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        self.up().await;
    }

    /// What it logged.
    pub fn log(&self) -> String {
        let read = |name: &str| std::fs::read_to_string(self.home.path().join(name)).unwrap_or_default();
        read("dovecot.log") + &read("out.log")
    }

    fn own(&self, path: &Path) {
        if !is_root() {
            return;
        }
        // A lock file of the running Dovecot may be gone before chown comes to it: then once more.
        for _ in 0..20 {
            let mut chown = std::process::Command::new("chown");
            chown.args(["-R", &format!("{USER}:{USER}")]).arg(path).stderr(std::process::Stdio::null());
            if chown.status().is_ok_and(|status| status.success()) {
                return;
            }
        }
        must(std::process::Command::new("chown").arg("-R").arg(format!("{USER}:{USER}")).arg(path));
    }

    fn configure(&self) {
        let home = self.home.path();
        for directory in ["run", "state", "mail"] {
            std::fs::create_dir_all(home.join(directory)).expect("a directory for Dovecot");
        }
        let escaped = PASSWORD.replace(':', "\\:");
        let users = ["support", "billing"].map(|user| format!("{user}:{{PLAIN}}{escaped}:::::\n"));
        std::fs::write(home.join("users"), users.concat()).expect("users");
        let (user, group) = if is_root() {
            (USER.to_owned(), USER.to_owned())
        } else {
            let id = |flag: &str| must(std::process::Command::new("id").arg(flag)).trim().to_owned();
            (id("-un"), id("-gn"))
        };
        let [imap, imaps, pop3, pop3s] = self.ports;
        let home_path = home.display();
        let config = format!(
            "base_dir = {home_path}/run\nstate_dir = {home_path}/state\nlog_path = {home_path}/dovecot.log\n\
             protocols = imap pop3\nlisten = 127.0.0.1\n\
             default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\n\
             first_valid_uid = 1\nfirst_valid_gid = 1\nmail_location = maildir:{home_path}/mail/%u\n\
             mailbox_idle_check_interval = 1 secs\nmail_max_userip_connections = 100\n\
             auth_mechanisms = plain login\nauth_failure_delay = 0\ndisable_plaintext_auth = no\n\
             ssl = yes\nssl_cert = <{home_path}/cert.pem\nssl_key = <{home_path}/key.pem\n\
             passdb {{\n driver = passwd-file\n args = {home_path}/users\n}}\n\
             userdb {{\n driver = static\n args = uid={user} gid={group} home={home_path}/mail/%u\n}}\n\
             service anvil {{\n chroot =\n}}\nservice stats {{\n chroot =\n}}\n\
             service imap-login {{\n chroot =\n inet_listener imap {{\n port = {imap}\n }}\n\
             inet_listener imaps {{\n port = {imaps}\n ssl = yes\n }}\n}}\n\
             service pop3-login {{\n chroot =\n inet_listener pop3 {{\n port = {pop3}\n }}\n\
             inet_listener pop3s {{\n port = {pop3s}\n ssl = yes\n }}\n}}\n"
        );
        std::fs::write(home.join("dovecot.conf"), config).expect("dovecot.conf");
        must(std::process::Command::new("chmod").arg("0755").arg(home));
        self.own(home);
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("Dovecot said:\n{}", self.log());
        }
        if let Some(mut running) = self.running.take() {
            end(&mut running);
        }
    }
}

/// Ends the master and its children: one that still serves a line would keep the old numbering alive.
fn end(running: &mut Kept) {
    let pid = running.0.id().to_string();
    let children = std::process::Command::new("ps").args(["-o", "pid=", "--ppid", &pid]).output();
    let children =
        children.map(|found| String::from_utf8_lossy(&found.stdout).into_owned()).unwrap_or_default();
    // Gone already is what we want.
    let _ = std::process::Command::new("kill").arg(&pid).output();
    for child in children.split_whitespace() {
        let _ = std::process::Command::new("kill").args(["-9", child]).output();
    }
    let _ = running.0.wait();
}

/// Puts a mail into a Maildir as a delivery agent does: written elsewhere, complete when it appears.
pub fn drop_into(maildir: &Path, mail: &[u8]) {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    for name in ["tmp", "new", "cur"] {
        std::fs::create_dir_all(maildir.join(name)).expect("a Maildir");
    }
    let name = format!(
        "{}.{}_{}.test",
        jiff::Timestamp::now().as_microsecond(),
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    let text = String::from_utf8_lossy(mail).replace("\r\n", "\n");
    std::fs::write(maildir.join("tmp").join(&name), text).expect("a mail");
    std::fs::rename(maildir.join("tmp").join(&name), maildir.join("new").join(&name)).expect("a mail");
}

/// Writes a server's certificate and key, and returns the authority that vouches for it.
pub(crate) fn certificates(home: &Path) -> String {
    let mut authority = CertificateParams::new(Vec::<String>::new()).expect("an authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().expect("a key");
    let ca = authority.self_signed(&authority_key).expect("an authority").pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().expect("a key");
    let server = CertificateParams::new(vec!["localhost".to_owned()]).expect("a certificate");
    let certificate = server.signed_by(&key, &issuer).expect("a certificate");
    std::fs::write(home.join("cert.pem"), certificate.pem()).expect("cert.pem");
    std::fs::write(home.join("key.pem"), key.serialize_pem()).expect("key.pem");
    ca
}

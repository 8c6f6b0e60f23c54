//! A private slapd: a directory on loopback ports, with a certificate of an authority of its own.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::dovecot::certificates;
use crate::net::{free_port, wait_until};
use crate::process::{Kept, is_root, must, program, unprivileged};

/// Below which everything lies.
pub const BASE: &str = "dc=company,dc=example";
/// The account that looks people up.
pub const SERVICE: &str = "cn=turnstone,dc=company,dc=example";
/// Its password, and that of the directory's own administrator.
pub const SERVICE_PASSWORD: &str = "looks people up";
/// Who runs it where the tests run as root.
const USER: &str = "openldap";

/// A running instance; it ends with its owner.
#[derive(Debug)]
pub struct Slapd {
    home: TempDir,
    ca: String,
    ports: [u16; 2],
    running: Option<Kept>,
}

/// What has attributes of Active Directory here, and some of nobody.
const SCHEMA: &str = "\
attributetype ( 1.3.6.1.4.1.55555.1.1 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.55555.1.2 NAME 'accountExpires' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.55555.1.3 NAME 'endsAt' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.55555.1.4 NAME 'accountLocked' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
objectclass ( 1.3.6.1.4.1.55555.2.1 NAME 'companyPerson' SUP top AUXILIARY MAY ( userAccountControl $ accountExpires $ endsAt $ accountLocked ) )
";

impl Slapd {
    /// Starts an instance with the groups `helpdesk` and `admins`, whose first member is nobody, and no people.
    ///
    /// # Panics
    /// Where slapd is not installed.
    pub async fn start() -> Self {
        let home = tempfile::Builder::new().prefix("turnstone-slapd").tempdir().expect("a directory");
        let ca = certificates(home.path());
        std::fs::write(home.path().join("ca.pem"), &ca).expect("ca.pem");
        let mut slapd = Self { home, ca, ports: [0; 2], running: None };
        // A port that was free when it was asked for may be another test's by the time that slapd takes it.
        for attempt in 0.. {
            slapd.ports = std::array::from_fn(|_| free_port());
            slapd.configure();
            if slapd.begins().await {
                break;
            }
            assert!(attempt < 5, "slapd does not start: {}", slapd.log());
        }
        slapd.add(&format!(
            "dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: company\no: Company\n\n\
             dn: {SERVICE}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: turnstone\n\
             userPassword: {SERVICE_PASSWORD}\n\n\
             dn: ou=people,{BASE}\nobjectClass: organizationalUnit\nou: people\n\n\
             dn: ou=groups,{BASE}\nobjectClass: organizationalUnit\nou: groups\n\n\
             dn: cn=helpdesk,ou=groups,{BASE}\nobjectClass: groupOfNames\ncn: helpdesk\nmember: {SERVICE}\n\n\
             dn: cn=admins,ou=groups,{BASE}\nobjectClass: groupOfNames\ncn: admins\nmember: {SERVICE}\n"
        ));
        slapd
    }

    /// Somebody with this login and password, in these groups; `more` are further lines of his entry.
    pub fn person(&self, login: &str, password: &str, groups: &[&str], more: &str) {
        let name = format!("{}{} Agent", login[..1].to_uppercase(), &login[1..]);
        let dn = Self::dn(login);
        self.add(&format!(
            "dn: {dn}\nobjectClass: inetOrgPerson\nobjectClass: companyPerson\nuid: {login}\ncn: {name}\nsn: Agent\n\
             mail: {login}@helpdesk.example\nuserPassword: {password}\n{more}\n"
        ));
        for group in groups {
            self.join(login, group);
        }
    }

    /// The name of somebody's entry.
    pub fn dn(login: &str) -> String {
        format!("uid={login},ou=people,{BASE}")
    }

    /// Puts somebody into a group.
    pub fn join(&self, login: &str, group: &str) {
        self.member(login, group, "add");
    }

    /// Takes somebody out of a group.
    pub fn leave(&self, login: &str, group: &str) {
        self.member(login, group, "delete");
    }

    fn member(&self, login: &str, group: &str, how: &str) {
        let dn = Self::dn(login);
        self.change(&format!(
            "dn: cn={group},ou=groups,{BASE}\nchangetype: modify\n{how}: member\nmember: {dn}\n"
        ));
    }

    /// Sets an attribute of somebody.
    pub fn set(&self, login: &str, attribute: &str, value: &str) {
        let dn = Self::dn(login);
        self.change(&format!("dn: {dn}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n"));
    }

    /// Takes somebody's entry away.
    pub fn remove(&self, login: &str) {
        self.change(&format!("dn: {}\nchangetype: delete\n", Self::dn(login)));
    }

    /// Gives somebody's entry another name.
    pub fn rename(&self, login: &str, to: &str) {
        let dn = Self::dn(login);
        self.change(&format!("dn: {dn}\nchangetype: modrdn\nnewrdn: uid={to}\ndeleteoldrdn: 1\n"));
    }

    /// Adds entries.
    pub fn add(&self, ldif: &str) {
        self.tool("ldapadd", ldif);
    }

    /// Changes entries.
    pub fn change(&self, ldif: &str) {
        self.tool("ldapmodify", ldif);
    }

    fn tool(&self, name: &str, ldif: &str) {
        let program = program(name).expect("install ldap-utils, or use tests/run");
        let mut command = Command::new(program);
        command.args(["-x", "-M", "-H", &format!("ldap://127.0.0.1:{}", self.ports[0])]);
        command.args(["-D", &format!("cn=root,{BASE}"), "-w", SERVICE_PASSWORD]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = command.spawn().expect("a tool of ldap-utils");
        running.stdin.take().expect("its input").write_all(ldif.as_bytes()).expect("its input");
        let output = running.wait_with_output().expect("its end");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{name}: {said}\n{ldif}\n{}", self.log());
    }

    /// A method for the file of `SIGN_IN_FILE`, with the service account: by `ldaps`, `starttls` or `none`.
    pub fn method(&self, security: &str, more: &str) -> String {
        let bind = format!("bind_dn = \"{SERVICE}\"\nbind_password = \"{SERVICE_PASSWORD}\"\n");
        self.method_with(security, &format!("{bind}{more}"))
    }

    /// The same without any account.
    pub fn method_with(&self, security: &str, more: &str) -> String {
        let url = self.url(security);
        let tls = if security == "none" { "tls = \"none\"\n" } else { "" };
        let ca = self.home.path().join("ca.pem").display().to_string();
        format!(
            "[[method]]\nkind = \"ldap\"\nid = \"company\"\nurl = \"{url}\"\n{tls}ca = \"{ca}\"\n\
             base = \"ou=people,{BASE}\"\ntimeout_seconds = 3\n{more}\n"
        )
    }

    /// Where it listens.
    pub fn url(&self, security: &str) -> String {
        match security {
            "ldaps" => format!("ldaps://localhost:{}", self.ports[1]),
            _ => format!("ldap://localhost:{}", self.ports[0]),
        }
    }

    /// The authority's certificate as PEM.
    pub fn ca(&self) -> &str {
        &self.ca
    }

    /// What it logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.home.path().join("slapd.log")).unwrap_or_default()
    }

    /// Ends it, lines and all.
    pub fn down(&mut self) {
        self.running = None;
    }

    /// Starts it again after [`Slapd::down`].
    ///
    /// # Panics
    /// Where it does not.
    pub async fn up(&mut self) {
        assert!(self.begins().await, "slapd does not start again: {}", self.log());
    }

    async fn begins(&mut self) -> bool {
        let program = program("slapd").expect("slapd: install slapd and ldap-utils, or use tests/run");
        let home = self.home.path();
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(home.join("slapd.log"))
            .expect("a log");
        let mut command = unprivileged(USER, &program);
        // With a level of messages it stays in the foreground.
        command.args(["-d", "stats"]).arg("-f").arg(home.join("slapd.conf"));
        command
            .arg("-h")
            .arg(format!("ldap://127.0.0.1:{} ldaps://127.0.0.1:{}", self.ports[0], self.ports[1]));
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a log")).stderr(log);
        let running = self.running.insert(Kept(command.spawn().expect("slapd starts")));
        let port = self.ports[0];
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                break;
            }
            if !matches!(running.0.try_wait(), Ok(None)) {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        matches!(running.0.try_wait(), Ok(None))
    }

    /// Waits until its log holds this.
    pub async fn logged(&self, text: &str) {
        wait_until(&format!("{text} in slapd's log"), Duration::from_secs(10), async || {
            self.log().contains(text).then_some(())
        })
        .await;
    }

    fn configure(&self) {
        let home = self.home.path();
        std::fs::create_dir_all(home.join("data")).expect("a directory for slapd");
        std::fs::write(home.join("company.schema"), SCHEMA).expect("a schema");
        let shown = home.display();
        let config = format!(
            "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
             include /etc/ldap/schema/nis.schema\ninclude /etc/ldap/schema/inetorgperson.schema\n\
             include {shown}/company.schema\n\
             modulepath /usr/lib/ldap\nmoduleload back_mdb\nmoduleload memberof\n\
             pidfile {shown}/slapd.pid\nargsfile {shown}/slapd.args\n\
             TLSCertificateFile {shown}/cert.pem\nTLSCertificateKeyFile {shown}/key.pem\n\
             sizelimit unlimited\n\
             database mdb\nsuffix \"{BASE}\"\nrootdn \"cn=root,{BASE}\"\nrootpw \"{SERVICE_PASSWORD}\"\n\
             directory {shown}/data\nmaxsize 10485760\n\
             access to attrs=userPassword by anonymous auth by * none\n\
             access to * by dn.exact=\"{SERVICE}\" read by users read by * none\n\
             overlay memberof\nmemberof-refint TRUE\n"
        );
        std::fs::write(home.join("slapd.conf"), config).expect("slapd.conf");
        must(Command::new("chmod").arg("0755").arg(home));
        if is_root() {
            must(Command::new("chown").arg("-R").arg(format!("{USER}:{USER}")).arg(home));
        }
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let end: Vec<&str> = log.lines().rev().take(40).collect();
            eprintln!("slapd said:\n{}", end.into_iter().rev().collect::<Vec<_>>().join("\n"));
        }
    }
}

//! The file of the ways in: what it may say, and what is said about what it may not.

use std::path::Path;
use std::time::Duration;

use tests::{Database, Settings};
use turnstone::config::sign_in::{Bind, Method, read};

const LDAP: &str = "[[method]]\nkind = \"ldap\"\nid = \"company\"\nbase = \"dc=x\"\n";
const OIDC: &str = "[[method]]\nkind = \"oidc\"\nid = \"site\"\nlabel = \"Site\"\nclient_id = \"t\"\n";
const BOUND: &str = "bind_dn = \"cn=t\"\nbind_password = \"sesame-street\"\n";

#[test]
fn nothing_said_is_passwords_that_are_kept_here() {
    let ways = read("", Path::new("/")).unwrap();
    assert_eq!(ways.methods, [Method::Local { only_admins: true }]);
    let ways = turnstone::config::SignIn::default();
    assert_eq!(ways.methods, [Method::Local { only_admins: false }]);
}

#[test]
fn the_order_of_the_file_is_kept_and_whoever_manages_people_can_always_come_in() {
    let text = format!(
        "{LDAP}url = \"ldaps://ldap.example\"\n{BOUND}\n{OIDC}issuer = \"https://id.example/x\"\nclient_secret = \"s\"\n"
    );
    let ways = read(&text, Path::new("/")).unwrap();
    let [Method::Ldap(ldap), Method::Oidc(oidc), Method::Local { only_admins: true }] = &ways.methods[..]
    else {
        panic!("{ways:?}")
    };
    assert!(matches!(&ldap.bind, Bind::Service { dn, .. } if dn == "cn=t"));
    assert_eq!((ldap.filter.as_str(), ldap.sync), ("(uid={login})", Some(Duration::from_secs(3_600))));
    assert_eq!(oidc.scopes, ["openid", "email", "profile"]);
    let text = format!("[[method]]\nkind = \"local\"\n{text}");
    let ways = read(&text, Path::new("/")).unwrap();
    assert_eq!(ways.methods[0], Method::Local { only_admins: false });
    assert_eq!(ways.methods.len(), 3);
    assert!(!format!("{ways:?}").contains("sesame-street"));
}

#[test]
fn secrets_come_from_files_as_well() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("secret"), "from a file\n").unwrap();
    let text =
        format!("{LDAP}url = \"ldaps://l.example\"\nbind_dn = \"cn=t\"\nbind_password_file = \"secret\"\n");
    let ways = read(&text, home.path()).unwrap();
    let Some(ldap) = ways.directories().next() else { panic!("{ways:?}") };
    assert!(matches!(&ldap.bind, Bind::Service { password, .. } if password.reveal() == "from a file"));
    std::fs::write(home.path().join("secret"), "\n").unwrap();
    assert!(read(&text, home.path()).unwrap_err().contains("empty"));
}

#[test]
fn each_mistake_is_named_and_no_password_is_repeated() {
    let url = "url = \"ldaps://ldap.example\"\n";
    let wrong = [
        (format!("{LDAP}{BOUND}"), "url"),
        (format!("{LDAP}{BOUND}url = \"http://ldap.example\"\n"), "ldaps://"),
        (format!("{LDAP}{BOUND}url = \"ldaps://ldap.example/dc=x\"\n"), "host and a port"),
        (format!("{LDAP}{BOUND}url = \"ldaps://:secret@ldap.example\"\n"), "host and a port"),
        (format!("{LDAP}{BOUND}url = \"ldap://ldap.example\"\ntls = \"none\"\n"), "unencrypted"),
        (format!("{LDAP}{BOUND}url = \"ldap://ldap.example\"\ntls = \"maybe\"\n"), "starttls"),
        (format!("{LDAP}{url}"), "bind_dn"),
        (format!("{LDAP}{url}bind_dn = \"cn=t\"\nbind_password = \"\"\n"), "empty"),
        (format!("{LDAP}{url}direct_bind = \"uid=x\"\n"), "{login}"),
        (format!("{LDAP}{url}{BOUND}direct_bind = \"uid={{login}}\"\n"), "alone"),
        (format!("{LDAP}{url}{BOUND}filter = \"(uid=x)\"\n"), "{login}"),
        (format!("{LDAP}{url}{BOUND}filter = \"(uid={{login}}\"\n"), "no filter"),
        (format!("{LDAP}{url}{BOUND}group_filter = \"(member={{dn}})\"\n"), "group_base"),
        (format!("{LDAP}{url}{BOUND}mail_attribute = \"ma il\"\n"), "attribute"),
        (format!("{LDAP}{url}{BOUND}timeout_seconds = 0\n"), "timeout_seconds"),
        (format!("{LDAP}{url}{BOUND}ca = \"/no/such/file\"\n"), "/no/such/file"),
        (format!("{LDAP}{url}{BOUND}bind_pasword = \"sesame-street\"\n"), "bind_pasword"),
        (format!("{LDAP}{url}{BOUND}[method.roles]\nhelpdesk = []\n"), "helpdesk"),
        (format!("{LDAP}{url}{BOUND}[method.roles]\nhelpdesk = [\"Agent\"]\n"), "cn=helpdesk,"),
        (format!("{LDAP}{url}bind_dn = \"cn=t\"\nbind_password = [\"sesame-street\"]\n"), "string"),
        (format!("{LDAP}{url}bind_dn = \"cn=t\"\nbind_password = \"sesame-street\n"), "line 7"),
        (format!("{LDAP}{url}{BOUND}\n{LDAP}{url}{BOUND}"), "already one"),
        (LDAP.replace("company", "Company") + url + BOUND, "small letters"),
        (LDAP.replace("company", "local") + url + BOUND, "local"),
        ("[[method]]\nkind = \"magic\"\n".to_owned(), "kind"),
        ("methods = 1\n".to_owned(), "methods"),
        (format!("{OIDC}issuer = \"http://id.example\"\nclient_secret = \"sesame-street\"\n"), "https://"),
        (format!("{OIDC}issuer = \"https://id.example\"\n"), "client_secret"),
    ];
    for (text, told) in wrong {
        let why = read(&text, Path::new("/")).unwrap_err();
        assert!(why.contains(told), "{told} is missing in {why:?} for\n{text}");
        assert!(!why.contains("sesame-street"), "{why}");
    }
}

#[test]
fn a_group_s_own_name_is_enough_only_where_it_is_said_where_groups_are() {
    let text = format!(
        "{LDAP}url = \"ldaps://ldap.example\"\n{BOUND}group_base = \"ou=groups,dc=x\"\n[method.roles]\nhelpdesk = [\"Agent\"]\n"
    );
    let ways = read(&text, Path::new("/")).unwrap();
    assert!(!ways.directories().next().unwrap().trust_email);
}

#[test]
fn a_file_that_cannot_be_used_stops_the_start() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("sign-in.toml");
    std::fs::write(&path, "[[method]]\nkind = \"ldap\"\nid = \"x\"\n").unwrap();
    let settings = Settings::new(Database::Sqlite).with("SIGN_IN_FILE", path.to_str().unwrap());
    let output = settings.run(&["doctor"], b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("SIGN_IN_FILE") && said.contains("url"), "{said}");
}

#[test]
fn a_way_in_by_certificate_says_how_certificates_come_and_what_they_give() {
    let home = tempfile::tempdir().unwrap();
    let ca = tests::Authority::new("People").pem();
    std::fs::write(home.path().join("ca.pem"), ca).unwrap();
    std::fs::write(home.path().join("empty.pem"), "").unwrap();
    let method = "[[method]]\nkind = \"certificate\"\nid = \"cards\"\n";
    let (ca, listen) = ("ca = \"ca.pem\"\n", "listen = \"127.0.0.1:8444\"\n");
    let text =
        format!("{method}{ca}crl = [\"a.crl\", \"/b.crl\"]\n{listen}port = 443\nperson = \"serialnumber\"\n");
    let ways = read(&text, home.path()).unwrap();
    let cards = ways.certificates().next().unwrap();
    // A list may be late, or half there: it does not keep the helpdesk from starting.
    assert_eq!(cards.crl, [home.path().join("a.crl"), "/b.crl".into()]);
    assert!(!cards.trust_email && !cards.accept_expired_crl);
    let mut config = turnstone::config::Config::for_tests(home.path());
    config.public_url = "https://help.example/".parse().unwrap();
    assert_eq!(cards.address(&config).unwrap().as_str(), "https://help.example/login/with/cards/callback");
    let proxied = "header = \"X-Cert\"\nverify_header = \"X-Verify\"\n";
    for (text, told) in [
        (format!("{method}{listen}"), "ca"),
        (format!("{method}ca = \"nowhere.pem\"\n{listen}"), "nowhere.pem"),
        (format!("{method}ca = \"empty.pem\"\n{listen}"), "empty.pem"),
        (format!("{method}{ca}"), "write listen"),
        (format!("{method}{ca}{listen}{proxied}"), "write listen"),
        (format!("{method}{ca}header = \"X-Cert\"\n"), "header and verify_header"),
        (format!("{method}{ca}header = \"X Cert\"\nverify_header = \"V\"\n"), "no name of a header"),
        (format!("{method}{ca}{listen}label = \"\"\n"), "label"),
        (format!("{method}{ca}{listen}person = \"face\"\n"), "serialnumber"),
        (format!("{method}{ca}{listen}crl = 7\n"), "path"),
        (format!("{method}{ca}{listen}[method.roles]\nHelpdesk = [\"Agent\"]\n"), "OU=Helpdesk"),
        (format!("{method}{ca}{listen}\n{method}{ca}{listen}"), "already one"),
    ] {
        let why = read(&text, home.path()).unwrap_err();
        assert!(why.contains(told), "{told} is missing in {why:?} for\n{text}");
    }
}

#[test]
fn certificates_need_one_of_our_own_or_a_proxy_that_is_trusted() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("ca.pem"), tests::Authority::new("People").pem()).unwrap();
    let path = home.path().join("sign-in.toml");
    let method = "[[method]]\nkind = \"certificate\"\nid = \"cards\"\nca = \"ca.pem\"\n";
    for (more, told) in [
        ("listen = \"127.0.0.1:8444\"\n", "TLS_CERT"),
        ("header = \"X-Cert\"\nverify_header = \"X-Verify\"\n", "TRUSTED_PROXIES"),
    ] {
        std::fs::write(&path, format!("{method}{more}")).unwrap();
        let settings = Settings::new(Database::Sqlite).with("SIGN_IN_FILE", path.to_str().unwrap());
        let output = settings.run(&["doctor"], b"");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("SIGN_IN_FILE") && said.contains(told), "{said}");
    }
}

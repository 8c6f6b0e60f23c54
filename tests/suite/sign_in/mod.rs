//! Ways to sign in besides a password that is kept here.

pub mod certificate;
mod certificates_and_more;
mod distrust;
mod file;
mod found;
mod handshakes;
mod ldap;
mod links;
mod methods_page;
mod oidc;
mod patience;
pub mod provider;
mod renewed_authority;
mod set_here;
mod sync;
mod token;

use std::path::Path;

use serde_json::Value;
use tests::app::TestApp;
use tests::client::Answer;
use tests::{Client, Database};
use turnstone::config::SignIn;
use turnstone::config::sign_in::read;

/// What groups of a directory give.
pub const ROLES: &str = "[method.roles]\n\"cn=helpdesk,ou=groups,dc=company,dc=example\" = [\"Agent\"]\n\"cn=admins,ou=groups,dc=company,dc=example\" = [\"Admin\"]\n";
/// What a site's word gives.
pub const CLAIMS: &str = "[method.roles]\nhelpdesk = [\"Agent\"]\nadmins = [\"Admin\"]\n";

/// The settings of a file of this text.
fn ways(text: &str) -> SignIn {
    read(text, Path::new("/")).unwrap_or_else(|why| panic!("{why}\n{text}"))
}

/// An installation with these ways in.
pub async fn app_with(database: Database, text: &str) -> TestApp {
    let ways = ways(text);
    TestApp::start_with(database, |config| config.sign_in = ways).await
}

/// Tries to sign in; who tried, and what came of it.
async fn tried(app: &TestApp, login: &str, password: &str) -> (Client, Answer) {
    let visitor = app.visitor();
    visitor.get("/login").await.assert(200);
    let answer = visitor.submit("/login", &[("login", login), ("password", password)]).await;
    (visitor, answer)
}

/// The agent of that login as the API shows him.
async fn agent(app: &TestApp, login: &str) -> Option<Value> {
    let all = app.root.get("/api/v1/agents").await.items();
    all.into_iter().find(|agent| agent["login"] == login)
}

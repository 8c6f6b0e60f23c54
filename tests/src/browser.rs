//! Chromium, headless, through chromedriver: for what only a browser shows.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::Identity;
use crate::net::{free_port, wait_until};
use crate::process::{Kept, must, program};

/// One browser with a profile of its own; it ends with this value.
#[derive(Debug)]
pub struct Browser {
    /// The WebDriver session, for everything that has no shorthand here.
    pub driver: fantoccini::Client,
    _chromedriver: Kept,
    _profile: TempDir,
}

impl Browser {
    /// Starts Chromium with a window of 1280 by 900.
    ///
    /// # Panics
    /// Where chromium or chromedriver is missing.
    pub async fn start() -> Self {
        Self::start_with(&[], json!({}), None).await
    }

    /// Starts Chromium as somebody has it who reads this language.
    pub async fn speaking(language: &str) -> Self {
        Self::start_with(&[], json!({ "intl.accept_languages": language }), None).await
    }

    /// Starts Chromium with scripts switched off: what is a form must still work.
    pub async fn without_scripts() -> Self {
        Self::start_with(&["--blink-settings=scriptEnabled=false"], json!({}), None).await
    }

    /// Starts Chromium with a certificate of its owner's, which it shows to every server that asks; it asks nobody, and does
    /// not look at the servers' own.
    pub async fn with_certificate(identity: &Identity) -> Self {
        let choice = json!({ "pattern": "*", "filter": {} }).to_string();
        let preferences = json!({ "profile.managed_auto_select_certificate_for_urls": [choice] });
        Self::start_with(&["--ignore-certificate-errors"], preferences, Some(identity)).await
    }

    /// Starts Chromium without one, and without a look at the servers' own.
    pub async fn insecure() -> Self {
        Self::start_with(&["--ignore-certificate-errors"], json!({}), None).await
    }

    async fn start_with(flags: &[&str], preferences: Value, identity: Option<&Identity>) -> Self {
        let chromedriver = program("chromedriver").expect("the package chromium-driver, or use tests/run");
        let profile = tempfile::Builder::new().prefix("turnstone-chromium").tempdir().expect("a profile");
        let port = free_port();
        let mut command = Command::new(chromedriver);
        if let Some(identity) = identity {
            // Where Chromium looks for its owner's certificates.
            keep_certificate(profile.path(), identity);
            command.env("HOME", profile.path());
        }
        let child = command
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver");
        let chromedriver = Kept(child);
        let mut arguments = vec![
            "--headless".to_owned(),
            // A page is looked at as it ends up, not half way through a change of colour.
            "--force-prefers-reduced-motion".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--window-size=1280,900".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        arguments.extend(flags.iter().map(|flag| (*flag).to_owned()));
        let capabilities = json!({
            "goog:chromeOptions": { "args": arguments, "prefs": preferences },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let capabilities = capabilities.as_object().expect("an object").clone();
        let url = format!("http://127.0.0.1:{port}");
        let driver = wait_until("Chromium", Duration::from_secs(60), async || {
            ClientBuilder::new(HttpConnector::new())
                .capabilities(capabilities.clone())
                .connect(&url)
                .await
                .ok()
        })
        .await;
        Self { driver, _chromedriver: chromedriver, _profile: profile }
    }

    /// Opens a page.
    pub async fn open(&self, url: &str) {
        self.driver.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// The element that this CSS selector names; waits for it up to 15 s.
    pub async fn find(&self, css: &str) -> Element {
        match self.driver.wait().at_most(Duration::from_secs(15)).for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("no {css} on {}: {error}\n{}", self.url().await, self.text().await),
        }
    }

    /// The first element of this kind whose text contains `words`; waits for it up to 15 s.
    pub async fn find_text(&self, element: &str, words: &str) -> Element {
        let path = format!("//{element}[contains(normalize-space(.), '{words}')]");
        match self.driver.wait().at_most(Duration::from_secs(15)).for_element(Locator::XPath(&path)).await {
            Ok(element) => element,
            Err(error) => panic!("no {path} on {}: {error}\n{}", self.url().await, self.text().await),
        }
    }

    /// Clicks what this CSS selector names.
    pub async fn click(&self, css: &str) {
        let element = self.find(css).await;
        element.click().await.unwrap_or_else(|error| panic!("cannot click {css}: {error}"));
    }

    /// Types into what this CSS selector names.
    pub async fn fill(&self, css: &str, text: &str) {
        let element = self.find(css).await;
        element.clear().await.unwrap_or_else(|error| panic!("cannot clear {css}: {error}"));
        element.send_keys(text).await.unwrap_or_else(|error| panic!("cannot type into {css}: {error}"));
    }

    /// Chooses a file for a file field.
    pub async fn choose_file(&self, css: &str, file: &Path) {
        let element =
            self.driver.find(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"));
        element.send_keys(&file.display().to_string()).await.expect("a file field");
    }

    /// Where the browser is.
    pub async fn url(&self) -> String {
        self.driver.current_url().await.map(|url| url.to_string()).unwrap_or_default()
    }

    /// The visible text of the page.
    pub async fn text(&self) -> String {
        match self.driver.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Waits until the visible text contains `words`.
    pub async fn wait_for_text(&self, words: &str) {
        wait_until(&format!("\u{201c}{words}\u{201d} on the page"), Duration::from_secs(20), async || {
            self.text().await.contains(words).then_some(())
        })
        .await;
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str) -> Value {
        self.driver.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Signs in on the page of the server at `base`.
    pub async fn sign_in(&self, base: &str, login: &str, password: &str) {
        self.open(&format!("{base}/login")).await;
        self.fill("input[name=login]", login).await;
        self.fill("input[name=password]", password).await;
        self.click("form[action='/login'] button").await;
        wait_until("the page behind the sign-in", Duration::from_secs(15), async || {
            (!self.url().await.contains("/login")).then_some(())
        })
        .await;
    }

    /// What the browser itself complained about since the last call: refused by the content policy,
    /// uncaught errors, answers of 400 and above.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.driver.issue_cmd(Log).await.unwrap_or(Value::Null);
        let entries = entries.as_array().cloned().unwrap_or_default();
        let severe = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        severe.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Writes a picture of the page below `target/` and returns its path.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let directory = crate::binary::target_directory().join("screenshots");
        std::fs::create_dir_all(&directory).expect("a directory for pictures");
        let file = directory.join(format!("{name}.png"));
        std::fs::write(&file, self.driver.screenshot().await.expect("a picture"))
            .expect("the picture's file");
        file
    }

    /// Runs axe-core on the page and returns each violation of WCAG 2 level A and AA in a line; of a page that was made
    /// dark only what hangs on colours, the rest is as by day. `None` where `tests/run` could not fetch axe-core (no
    /// network, no npm).
    pub async fn accessibility(&self) -> Option<Vec<String>> {
        let axe = std::fs::read_to_string(crate::binary::target_directory().join("axe/axe.min.js")).ok()?;
        // The page's content policy knows no foreign script; WebDriver's own evaluation is not subject to it.
        self.run(&axe).await;
        let script = "const done = arguments[arguments.length - 1]; \
                      const colours = {type: 'rule', values: ['color-contrast', 'link-in-text-block']}; \
                      const all = {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}; \
                      const night = document.documentElement.dataset.theme === 'dark'; \
                      axe.run(document, {runOnly: night ? colours : all}) \
                      .then(found => done(found.violations.map(v => v.id + ': ' + \
                      v.nodes.map(n => n.target.join(' ')).join(', '))), error => done(['axe: ' + error]))";
        let found = self.driver.execute_async(script, Vec::new()).await.expect("axe-core");
        let lines = found.as_array().cloned().unwrap_or_default();
        Some(lines.iter().filter_map(|line| line.as_str().map(str::to_owned)).collect())
    }

    /// Gives it an authenticator, as if built into the device, whose owner is there and proves it: its id.
    pub async fn authenticator(&self) -> String {
        let made = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "isUserConsenting": true,
        });
        let command = WebAuthn { path: "authenticator".to_owned(), body: made };
        let id = self.driver.issue_cmd(command).await.expect("a virtual authenticator");
        id.as_str().expect("its id").to_owned()
    }

    /// Says whether the owner of an authenticator proves who he is from now on.
    pub async fn verified(&self, authenticator: &str, verified: bool) {
        let path = format!("authenticator/{authenticator}/uv");
        let command = WebAuthn { path, body: json!({ "isUserVerified": verified }) };
        self.driver.issue_cmd(command).await.expect("a virtual authenticator");
    }

    /// Ends the session in good order.
    pub async fn close(self) {
        let _ = self.driver.clone().close().await;
    }
}

/// The commands of WebAuthn's own extension of WebDriver.
#[derive(Debug)]
struct WebAuthn {
    path: String,
    body: Value,
}

impl fantoccini::wd::WebDriverCompatibleCommand for WebAuthn {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/webauthn/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

/// Chromedriver's own command for the console's log.
#[derive(Debug)]
struct Log;

impl fantoccini::wd::WebDriverCompatibleCommand for Log {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}

/// Puts a certificate into the store that Chromium opens below its owner's home.
fn keep_certificate(home: &Path, identity: &Identity) {
    let certutil = program("certutil").expect("the package libnss3-tools, or use tests/run");
    let pk12util = program("pk12util").expect("the package libnss3-tools, or use tests/run");
    let store = home.join(".pki/nssdb");
    std::fs::create_dir_all(&store).expect("a directory");
    let (pem, p12) = (home.join("own.pem"), home.join("own.p12"));
    std::fs::write(&pem, identity.pem()).expect("a file");
    let store = format!("sql:{}", store.display());
    must(Command::new(certutil).args(["-N", "-d", &store, "--empty-password"]));
    must(
        Command::new("openssl")
            .args(["pkcs12", "-export", "-passout", "pass:", "-name", "own", "-in"])
            .arg(&pem)
            .arg("-out")
            .arg(&p12),
    );
    must(Command::new(pk12util).args(["-d", &store, "-W", "", "-i"]).arg(&p12));
}

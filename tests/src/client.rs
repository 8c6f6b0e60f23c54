//! A person or a program that speaks HTTP to Turnstone: cookies, the CSRF token, bearer tokens.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{ClientBuilder, Method, RequestBuilder, StatusCode};
use serde_json::Value;

use crate::Identity;

/// One client with its own cookies.
#[derive(Debug)]
pub struct Client {
    base: String,
    http: reqwest::Client,
    jar: Arc<reqwest::cookie::Jar>,
    bearer: Option<String>,
    csrf: Mutex<Option<String>>,
}

/// What the server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Method and path, for the message of a failed assertion.
    pub asked: String,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Client {
    /// A visitor of the server at `base`, e.g. `http://127.0.0.1:8080`: no session, no token.
    pub fn visitor(base: &str) -> Self {
        Self::visitor_with(base, |http| http)
    }

    /// The same from another address than all others: one of loopback's that only this client uses.
    pub fn from_elsewhere(base: &str) -> Self {
        Self::visitor_with(base, |http| http.local_address(IpAddr::from([127, 0, 0, 2])))
    }

    /// The same with a certificate of his own, for servers that ask for one.
    pub fn with_certificate(base: &str, identity: &Identity) -> Self {
        let identity = reqwest::Identity::from_pem(&identity.pem()).expect("a certificate with its key");
        Self::visitor_with(base, |http| http.identity(identity))
    }

    fn visitor_with(base: &str, change: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Self {
        // The first caller decides for the process; a second one finds the same provider there.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let jar = Arc::new(reqwest::cookie::Jar::default());
        let http = reqwest::Client::builder()
            .cookie_provider(jar.clone())
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .no_proxy()
            // A server of the tests has signed its certificate itself.
            .danger_accept_invalid_certs(
                base.starts_with("https://127.0.0.1") || base.starts_with("https://localhost"),
            );
        let http = change(http).build().expect("an HTTP client");
        let base = base.trim_end_matches('/').to_owned();
        Self { base, http, jar, bearer: None, csrf: Mutex::new(None) }
    }

    /// A program with an API token.
    pub fn with_token(base: &str, token: &str) -> Self {
        Self { bearer: Some(token.to_owned()), ..Self::visitor(base) }
    }

    /// The server's address without a final slash.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The token of the page last seen.
    pub fn csrf(&self) -> String {
        self.csrf.lock().unwrap().clone().unwrap_or_default()
    }

    /// Gives it a cookie that it was not sent.
    pub fn hold(&self, name: &str, value: &str) {
        self.jar.add_cookie_str(&format!("{name}={value}"), &self.base.parse().expect("an address"));
    }

    /// Its API token.
    pub fn token(&self) -> Option<&str> {
        self.bearer.as_deref()
    }

    /// A request as this client makes it, to be completed and handed to [`Client::send`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        let mut request = self.http.request(method, url);
        if let Some(token) = &self.bearer {
            request = request.bearer_auth(token);
        } else {
            // What a browser sends with a request that our own page caused.
            request = request.header("Sec-Fetch-Site", "same-origin").header("Origin", &self.base);
        }
        request
    }

    /// Sends it and reads the whole answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        self.try_send(request).await.unwrap_or_else(|error| panic!("no answer: {error:?}"))
    }

    /// Sends it; an error where there was no complete answer, as from a server that was killed.
    pub async fn try_send(&self, request: RequestBuilder) -> reqwest::Result<Answer> {
        let request = request.build()?;
        let asked = format!("{} {}", request.method(), request.url().path());
        let answer = self.http.execute(request).await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await?.to_vec();
        let answer = Answer { asked, status, headers, body };
        if let Some(token) = answer.csrf_token() {
            *self.csrf.lock().unwrap() = Some(token);
        }
        Ok(answer)
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// PUT of JSON.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    /// PATCH of JSON.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// PUT without a body.
    pub async fn put_nothing(&self, path: &str) -> Answer {
        self.send(self.request(Method::PUT, path)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Sends a form as the page last seen would: with its CSRF token.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.csrf.lock().unwrap().clone();
        let mut all: Vec<(&str, &str)> = fields.to_vec();
        if let Some(token) = &token {
            all.push(("csrf", token));
        }
        self.send(self.request(Method::POST, path).form(&all)).await
    }

    /// Signs in on the page.
    ///
    /// # Panics
    /// When the server does not lead on to another page.
    pub async fn sign_in(&self, login: &str, password: &str) {
        self.get("/login").await.assert(200);
        let answer = self.submit("/login", &[("login", login), ("password", password)]).await;
        answer.assert(303);
        assert!(!answer.location().contains("/login"), "{login} was not let in");
    }
}

impl Answer {
    /// The answer itself, when it has this status.
    ///
    /// # Panics
    /// With the body, when it has another.
    pub fn assert(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{} answered: {}", self.asked, self.text());
        self
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{} gave no JSON ({error}): {}", self.asked, self.text()))
    }

    /// The `items` of a list.
    pub fn items(&self) -> Vec<Value> {
        self.assert(200).json()["items"]
            .as_array()
            .cloned()
            .unwrap_or_else(|| panic!("no list: {}", self.text()))
    }

    /// A header's value; empty where it is absent.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// Where it leads.
    pub fn location(&self) -> String {
        self.header("location")
    }

    fn csrf_token(&self) -> Option<String> {
        if !self.header("content-type").starts_with("text/html") {
            return None;
        }
        let text = self.text();
        let field = text.split("name=\"csrf\"").nth(1)?;
        let value = field.split("value=\"").nth(1)?;
        value.split('"').next().map(str::to_owned)
    }
}

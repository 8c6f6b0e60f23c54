//! A small site that vouches for people by OpenID Connect, in the test's own process: it signs real tokens, takes each
//! code once and asks for PKCE. What it says can be changed, so that it lies as an attacker would.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use actix_web::http::header::LOCATION;
use actix_web::web::{self, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use data_encoding::BASE64;
use ring::rand::SystemRandom;
use ring::signature::{self, KeyPair as _};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

/// Our password there.
pub const SECRET: &str = "between +us %two:";

/// How a token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// As most do.
    Rs256,
    /// As others do.
    Es256,
    /// Not at all.
    None,
    /// With the public key as a shared secret: who confuses the two believes it.
    Hs256,
    /// With a key that the site does not publish, under the name of one that it does.
    Foreign,
    /// With a key of which the site publishes the name only now.
    Rotated,
    /// With something that has to be understood and is not.
    Crit,
    /// Rightly, and changed afterwards.
    Changed,
}

type Change = Arc<dyn Fn(&mut Map<String, Value>) + Send + Sync>;

struct Granted {
    nonce: String,
    challenge: String,
    redirect: String,
    prompt: bool,
}

struct State {
    sign: Sign,
    claims: Change,
    token_status: u16,
    codes: HashMap<String, Granted>,
    published: Vec<Value>,
    rotated: bool,
    /// What the description says besides, or instead.
    description: Map<String, Value>,
}

/// A running provider. Cloning shares it.
#[derive(Clone)]
pub struct Provider {
    base: String,
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    rsa: signature::RsaKeyPair,
    ec: signature::EcdsaKeyPair,
    foreign: signature::EcdsaKeyPair,
    handle: Mutex<Option<actix_web::dev::ServerHandle>>,
}

fn ec() -> signature::EcdsaKeyPair {
    let random = SystemRandom::new();
    let kind = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let pkcs8 = signature::EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
    signature::EcdsaKeyPair::from_pkcs8(kind, pkcs8.as_ref(), &random).unwrap()
}

fn rsa() -> signature::RsaKeyPair {
    let pem = include_str!("../outbox/keys/rsa.pem");
    let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    signature::RsaKeyPair::from_der(&BASE64.decode(text.as_bytes()).unwrap()).unwrap()
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn ec_public(key: &signature::EcdsaKeyPair, kid: &str) -> Value {
    let point = key.public_key().as_ref();
    json!({ "kty": "EC", "kid": kid, "crv": "P-256", "x": b64(&point[1..33]), "y": b64(&point[33..65]), "use": "sig" })
}

impl Provider {
    /// Starts one that vouches for dana, who is in the group helpdesk.
    pub async fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (rsa, ec) = (rsa(), self::ec());
        let public: ring::rsa::PublicKeyComponents<Vec<u8>> = rsa.public().into();
        let published = vec![
            json!({ "kty": "oct", "kid": "odd", "k": "AAAA" }),
            json!({ "kty": "RSA", "kid": "one", "alg": "RS256", "use": "sig", "n": b64(public.n), "e": b64(public.e) }),
            ec_public(&ec, "two"),
        ];
        let state = State {
            sign: Sign::Rs256,
            claims: Arc::new(|_| {}),
            token_status: 200,
            codes: HashMap::new(),
            published,
            rotated: false,
            description: Map::new(),
        };
        let inner =
            Inner { state: Mutex::new(state), rsa, ec, foreign: self::ec(), handle: Mutex::new(None) };
        let provider = Self { base, inner: Arc::new(inner) };
        let shared = Data::new(provider.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .route("/.well-known/openid-configuration", web::get().to(description))
                .route("/keys", web::get().to(keys))
                .route("/authorize", web::get().to(authorize))
                .route("/token", web::post().to(token))
                .route("/end", web::get().to(|| async { HttpResponse::Ok().body("signed out there") }))
        })
        .workers(1)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
        *provider.inner.handle.lock().unwrap() = Some(server.handle());
        tokio::spawn(server);
        provider
    }

    /// Ends it.
    pub async fn down(&self) {
        let handle = self.inner.handle.lock().unwrap().take();
        if let Some(handle) = handle {
            handle.stop(false).await;
        }
    }

    /// As it calls itself.
    pub fn issuer(&self) -> &str {
        &self.base
    }

    /// A method for the file of `SIGN_IN_FILE`.
    pub fn method(&self, id: &str, more: &str) -> String {
        format!(
            "[[method]]\nkind = \"oidc\"\nid = \"{id}\"\nlabel = \"Company\"\nissuer = \"{}\"\n\
             client_id = \"turnstone\"\nclient_secret = \"{SECRET}\"\ntimeout_seconds = 5\n{more}\n",
            self.base
        )
    }

    /// What it says of people from now on.
    pub fn says(&self, change: impl Fn(&mut Map<String, Value>) + Send + Sync + 'static) {
        self.inner.state.lock().unwrap().claims = Arc::new(change);
    }

    /// How it signs from now on.
    pub fn signs(&self, sign: Sign) {
        self.inner.state.lock().unwrap().sign = sign;
    }

    /// What it says of itself besides.
    pub fn describes(&self, name: &str, value: Value) {
        self.inner.state.lock().unwrap().description.insert(name.to_owned(), value);
    }

    /// What it answers to a code, in place of a token.
    pub fn answers_codes_with(&self, status: u16) {
        self.inner.state.lock().unwrap().token_status = status;
    }

    /// What somebody's browser does there: the address that it is sent back to.
    pub fn visit(&self, address: &str) -> String {
        let url = Url::parse(address).unwrap();
        assert!(address.starts_with(&format!("{}/authorize?", self.base)), "{address}");
        let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
        for (name, value) in
            [("response_type", "code"), ("client_id", "turnstone"), ("code_challenge_method", "S256")]
        {
            assert_eq!(asked.get(name).map(String::as_str), Some(value), "{address}");
        }
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"), "{address}");
        let code = b64(Sha256::digest(address.as_bytes()));
        let granted = Granted {
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
            redirect: asked["redirect_uri"].clone(),
            prompt: asked.get("prompt").is_some_and(|prompt| prompt == "login"),
        };
        let mut back = Url::parse(&granted.redirect).unwrap();
        back.query_pairs_mut().append_pair("code", &code).append_pair("state", &asked["state"]);
        self.inner.state.lock().unwrap().codes.insert(code, granted);
        back.to_string()
    }

    fn id_token(&self, granted: &Granted) -> String {
        let (sign, change) = {
            let state = self.inner.state.lock().unwrap();
            (state.sign, Arc::clone(&state.claims))
        };
        let now = jiff::Timestamp::now().as_second();
        let mut claims = Map::new();
        for (name, value) in [
            ("iss", json!(self.base)),
            ("aud", json!("turnstone")),
            ("sub", json!("person-1")),
            ("exp", json!(now + 300)),
            ("iat", json!(now)),
            ("nonce", json!(granted.nonce)),
            ("email", json!("dana@helpdesk.example")),
            ("email_verified", json!(true)),
            ("name", json!("Dana Agent")),
            ("preferred_username", json!("dana")),
            ("groups", json!(["helpdesk"])),
        ] {
            claims.insert(name.to_owned(), value);
        }
        if granted.prompt {
            claims.insert("auth_time".to_owned(), json!(now));
        }
        change(&mut claims);
        let (alg, kid) = match sign {
            Sign::Rs256 | Sign::Changed | Sign::Crit => ("RS256", "one"),
            Sign::Es256 | Sign::Foreign => ("ES256", "two"),
            Sign::None => ("none", "one"),
            Sign::Hs256 => ("HS256", "one"),
            Sign::Rotated => ("ES256", "three"),
        };
        let mut header = json!({ "typ": "JWT", "alg": alg, "kid": kid });
        if sign == Sign::Crit {
            header["crit"] = json!(["exp"]);
        }
        let signed = format!("{}.{}", b64(header.to_string()), b64(Value::Object(claims).to_string()));
        let random = SystemRandom::new();
        let mark = match sign {
            Sign::Rs256 | Sign::Changed | Sign::Crit => {
                let mut mark = vec![0; self.inner.rsa.public().modulus_len()];
                self.inner
                    .rsa
                    .sign(&signature::RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut mark)
                    .unwrap();
                mark
            }
            Sign::Es256 => self.inner.ec.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec(),
            Sign::Foreign | Sign::Rotated => {
                self.inner.foreign.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec()
            }
            Sign::None => Vec::new(),
            Sign::Hs256 => {
                let public: ring::rsa::PublicKeyComponents<Vec<u8>> = self.inner.rsa.public().into();
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &public.n);
                ring::hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
            }
        };
        if sign == Sign::Changed {
            let (head, body) = signed.split_once('.').unwrap();
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap();
            let other = text.replace("person-1", "person-2");
            return format!("{head}.{}.{}", b64(other), b64(mark));
        }
        format!("{signed}.{}", b64(mark))
    }
}

async fn description(provider: Data<Provider>) -> HttpResponse {
    let base = &provider.base;
    let mut said = json!({
        "issuer": base, "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"), "jwks_uri": format!("{base}/keys"),
        "end_session_endpoint": format!("{base}/end"), "response_types_supported": ["code"],
    });
    for (name, value) in &provider.inner.state.lock().unwrap().description {
        said[name] = value.clone();
    }
    HttpResponse::Ok().json(said)
}

async fn keys(provider: Data<Provider>) -> HttpResponse {
    let mut state = provider.inner.state.lock().unwrap();
    if state.sign == Sign::Rotated && !state.rotated {
        state.rotated = true;
        let new = ec_public(&provider.inner.foreign, "three");
        state.published.push(new);
    }
    HttpResponse::Ok().json(json!({ "keys": state.published }))
}

async fn authorize(provider: Data<Provider>, request: HttpRequest) -> HttpResponse {
    let address = format!("{}{}", provider.base, request.uri());
    HttpResponse::SeeOther().insert_header((LOCATION, provider.visit(&address))).finish()
}

async fn token(
    provider: Data<Provider>,
    request: HttpRequest,
    form: web::Form<HashMap<String, String>>,
) -> HttpResponse {
    let refuse = |why: &str| HttpResponse::BadRequest().json(json!({ "error": why }));
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let expected = format!("Basic {}", STANDARD.encode(format!("turnstone:{}", encoded(SECRET))));
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let in_form = form.get("client_secret").is_some_and(|secret| secret == SECRET);
    if header != Some(expected.as_str()) && !in_form {
        return HttpResponse::Unauthorized().json(json!({ "error": "invalid_client" }));
    }
    let status = provider.inner.state.lock().unwrap().token_status;
    if status == 302 {
        return HttpResponse::Found().insert_header((LOCATION, format!("{}/token", provider.base))).finish();
    }
    if status != 200 {
        return HttpResponse::InternalServerError().body("x".repeat(400_000));
    }
    // Each code once.
    let granted = provider.inner.state.lock().unwrap().codes.remove(&form["code"]);
    let Some(granted) = granted else { return refuse("invalid_grant") };
    let challenge = b64(Sha256::digest(form["code_verifier"].as_bytes()));
    if form["grant_type"] != "authorization_code"
        || form["redirect_uri"] != granted.redirect
        || challenge != granted.challenge
    {
        return refuse("invalid_grant");
    }
    HttpResponse::Ok()
        .json(json!({ "access_token": "a", "token_type": "Bearer", "id_token": provider.id_token(&granted) }))
}

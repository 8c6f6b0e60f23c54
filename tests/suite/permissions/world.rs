//! The installation that is walked: people of every kind, tickets in every place, canaries in all that not everybody may
//! read. Made once for each database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use diesel::RunQueryDsl as _;
use reqwest::Method;
use serde_json::{Value, json};
use tests::app::{TestApp, text};
use tests::{Database, mail, wait_until};
use turnstone::db::{SessionStage, Ts};
use turnstone::people::{agents, sessions, tokens};

use super::actors::{self, Kind, OPEN, State, VAULT};
use super::effects::Eye;
use super::own;

/// Somebody, and what he signs in with.
#[derive(Debug)]
pub struct Actor {
    /// Who.
    pub kind: Kind,
    /// His session's secret.
    pub session: Option<String>,
    /// What his forms carry.
    pub csrf: String,
    /// His API token.
    pub token: Option<String>,
}

/// Where a ticket is, as seen by the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Object {
    /// In the queue of most.
    Open,
    /// In the queue that hardly anybody knows.
    Hidden,
    /// In the bin of the queue of most.
    Bin,
    /// In the hidden queue, owned by somebody who cannot see that queue.
    Kept,
    /// Not a ticket: what one agent has not sent yet.
    Draft,
}

impl Object {
    /// Those that are tickets.
    pub const TICKETS: [Self; 4] = [Self::Open, Self::Hidden, Self::Bin, Self::Kept];

    /// Its queue.
    pub fn queue(self) -> &'static str {
        match self {
            Self::Open | Self::Bin | Self::Draft => OPEN,
            Self::Hidden | Self::Kept => VAULT,
        }
    }
}

/// A ticket, and what of it addresses name.
#[derive(Clone, Debug, Default)]
pub struct Thing {
    /// Its number.
    pub number: String,
    /// The key of its first article.
    pub article: String,
    /// What names its attachment.
    pub attachment: String,
    /// The key of an act that can be undone.
    pub act: String,
    /// What names a file that one agent has not sent yet.
    pub file: String,
    /// What names one of which not all has arrived.
    pub upload: String,
    /// The key of what is no ticket, and was made for one form.
    pub own: String,
    /// What else that form names.
    pub more: String,
}

/// All of it.
pub struct World {
    /// Everybody.
    pub actors: Vec<Arc<Actor>>,
    /// The tickets.
    pub things: BTreeMap<Object, Thing>,
    /// What else addresses and bodies name.
    pub ids: BTreeMap<&'static str, String>,
    /// What the forms of the administration are about that are refused, by their route.
    pub spare: BTreeMap<&'static str, Thing>,
    /// Looks at the tables.
    pub eye: Eye,
    /// Looks at what somebody has whom no request names.
    pub aside: Eye,
}

/// Those who do not walk: one to whom much is done, and one who is left alone.
const STILL: [&str; 2] = ["tilda", "aside"];

impl World {
    /// Makes it in a fresh installation.
    pub async fn make(app: &TestApp, database: Database) -> Self {
        make_queues_and_roles(app).await;
        make_agents(app).await;
        let mut ids = BTreeMap::new();
        let mut actors = Vec::new();
        for kind in actors::ALL {
            actors.push(Arc::new(sign_in(app, *kind).await));
        }
        let mut things = make_tickets(app, &actors, &mut ids).await;
        make_the_rest(app, &actors, &mut things, &mut ids).await;
        let spare = own::spare(app, &ids["other"]).await;
        age(app, database).await;
        bulks_are_done(app).await;
        // What was told before is the past's.
        app.hush().await;
        let eye = Eye::open(app.db(), database).await;
        Self { actors, things, ids, spare, eye, aside: Eye::of("aside") }
    }

    /// Somebody.
    pub fn actor(&self, login: &str) -> &Arc<Actor> {
        self.actors.iter().find(|actor| actor.kind.login == login).expect("somebody of the list")
    }
}

async fn make_queues_and_roles(app: &TestApp) {
    // Below the one in which most may do something: it takes over nothing from there.
    let vault =
        json!({ "name": VAULT, "parent": OPEN, "own_rights": true, "addresses": ["vault@helpdesk.example"] });
    app.root.post("/api/v1/queues", vault).await.assert(201);
    for kind in actors::ALL.iter().filter(|kind| !kind.login.is_empty() && kind.login != "root") {
        let kind = kind.himself();
        let grants: Vec<Value> =
            kind.grants.iter().map(|(queue, rights)| json!({ "queue": queue, "rights": rights })).collect();
        let role = json!({ "name": kind.login, "grants": grants, "installation": kind.installation });
        app.root.post("/api/v1/roles", role).await.assert(201);
    }
    app.root.post("/api/v1/roles", json!({ "name": "spare" })).await.assert(201);
}

async fn make_agents(app: &TestApp) {
    let kinds =
        actors::ALL.iter().map(|kind| kind.login).filter(|login| !login.is_empty() && *login != "root");
    for login in kinds.chain(STILL) {
        // Nobody has a password: none is needed, and none has to be hashed.
        let roles = if STILL.contains(&login) { json!([]) } else { json!([login]) };
        let agent = json!({ "login": login, "name": login, "email": format!("{login}@helpdesk.example"), "roles": roles });
        app.root.post("/api/v1/agents", agent).await.assert(201);
    }
}

async fn sign_in(app: &TestApp, kind: Kind) -> Actor {
    if kind.state == State::Stranger {
        return Actor { kind, session: None, csrf: String::new(), token: None };
    }
    let now = Ts(app.clock.now());
    let stage = if kind.state == State::Half { SessionStage::Factor } else { SessionStage::Whole };
    let made = app.db().write(move |tx| {
        let agent = agents::by_login(tx, kind.login)?.id;
        let secret = sessions::begin_half(tx, agent, stage, "127.0.0.1", "matrix", now)?;
        let token = tokens::create(tx, agent, "matrix", now)?;
        Ok((secret, token))
    });
    let (session, token) = made.await.expect("a session and a token");
    let hash = sessions::digest(&session);
    let csrf = app.db().read(move |conn| {
        Ok(diesel::sql_query(format!("SELECT csrf AS word FROM sessions WHERE id_hash = '{hash}'"))
            .get_result::<Word>(conn)?)
    });
    let csrf = csrf.await.expect("the session's token").word;
    let token = (!matches!(kind.state, State::Half | State::Looks)).then_some(token);
    Actor { kind, session: Some(session), csrf, token }
}

#[derive(diesel::QueryableByName)]
struct Word {
    #[diesel(sql_type = diesel::sql_types::Text)]
    word: String,
}

/// A ticket with an article, a file, a note, a tag and something to undo.
pub async fn ticket(app: &Asking<'_>, title: &str, words: &str, customer: &str) -> Thing {
    use base64::Engine as _;
    let file = base64::engine::general_purpose::STANDARD.encode(format!("{words} in a file"));
    let new = json!({ "queue": OPEN, "title": title, "customer": customer, "body_text": words,
        "attachments": [{ "name": format!("findable-{}.txt", words.split(' ').next().unwrap_or("x")), "content_type": "text/plain", "content": file }] });
    let number = text(&app.send(Method::POST, "/api/v1/tickets", Some(new)).await["number"]);
    let base = format!("/api/v1/tickets/{number}");
    let articles = app.send(Method::GET, &format!("{base}/articles"), None).await;
    let first = &articles["items"][0];
    let (article, attachment) = (text(&first["id"]), text(&first["attachments"][0]["id"]));
    app.send(Method::PUT, &format!("{base}/priority"), Some(json!({ "value": "low" }))).await;
    let acts = app.send(Method::GET, &format!("{base}/acts"), None).await;
    let act = text(&acts["items"][0]["id"]);
    Thing { number, article, attachment, act, ..Thing::default() }
}

/// Root, asking the installation at an address.
pub struct Asking<'a> {
    /// Where.
    pub base: &'a str,
    /// With what.
    pub http: &'a reqwest::Client,
    /// Whose token.
    pub token: &'a str,
}

impl Asking<'_> {
    /// Asks, and must be answered.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let mut request =
            self.http.request(method.clone(), format!("{}{path}", self.base)).bearer_auth(self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        assert!(status.is_success(), "{method} {path} answered {status}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }
}

async fn make_tickets(
    app: &TestApp,
    actors: &[Arc<Actor>],
    ids: &mut BTreeMap<&'static str, String>,
) -> BTreeMap<Object, Thing> {
    let (base, http) = (app.base(), super::walk::http());
    let root = actors.iter().find(|actor| actor.kind.login == "root").and_then(|actor| actor.token.clone());
    let root = root.expect("root's token");
    let asking = Asking { base: &base, http: &http, token: &root };
    let anna = "Anna <anna@customer.example>";
    let open = ticket(&asking, "Findable zqxopen", "zqxopen", anna).await;
    let hidden = ticket(&asking, "Findable zqxtitle", "zqxfile zqxbody", anna).await;
    let bin = ticket(&asking, "Findable zqxbinned", "zqxbinned", anna).await;
    let kept = ticket(&asking, "Findable zqxkept", "zqxkept", anna).await;
    for (thing, note, tag) in [
        (&open, "zqxopennote", "green"),
        (&hidden, "zqxnote", "zqxtag"),
        (&kept, "zqxkept", "grey"),
        (&bin, "zqxbinned", "grey"),
    ] {
        let at = format!("/api/v1/tickets/{}", thing.number);
        asking.send(Method::POST, &format!("{at}/notes"), Some(json!({ "body_text": note }))).await;
        asking.send(Method::POST, &format!("{at}/tags"), Some(json!({ "tag": tag }))).await;
    }
    let at = |thing: &Thing, what: &str| format!("/api/v1/tickets/{}/{what}", thing.number);
    let watcher = actors.iter().find(|actor| actor.kind.login == "watcher").expect("the watcher");
    let token = watcher.token.clone().expect("a token");
    let watching = Asking { base: &base, http: &http, token: &token };
    watching.send(Method::POST, &at(&hidden, "watchers"), None).await;
    asking.send(Method::PUT, &at(&hidden, "owner"), Some(json!({ "value": "former" }))).await;
    asking.send(Method::PUT, &at(&hidden, "owner"), Some(json!({ "value": "root" }))).await;
    asking.send(Method::POST, &at(&open, "links"), Some(json!({ "ticket": hidden.number }))).await;
    asking.send(Method::PUT, &at(&hidden, "queue"), Some(json!({ "value": VAULT }))).await;
    // Whoever shall own it has to be able to note it; what he is asked about is only that.
    let keeps = "UPDATE tickets SET owner_id = (SELECT id FROM agents WHERE login = 'keeps') WHERE number = ";
    let sql = format!("{keeps}'{}'", kept.number);
    app.db()
        .write(move |tx| Ok(diesel::sql_query(sql.as_str()).execute(&mut **tx)?))
        .await
        .expect("an owner");
    // Whose only role is retired keeps nothing, not even what is his.
    let sql = "UPDATE tickets SET owner_id = (SELECT id FROM agents WHERE login = 'retired') WHERE number = ";
    let sql = format!("{sql}'{}'", hidden.number);
    app.db()
        .write(move |tx| Ok(diesel::sql_query(sql.as_str()).execute(&mut **tx)?))
        .await
        .expect("an owner");
    asking.send(Method::PUT, &at(&kept, "queue"), Some(json!({ "value": VAULT }))).await;
    asking.send(Method::PUT, &at(&bin, "removal"), Some(json!({}))).await;
    // Somebody else of whom there is more than meets the eye wrote into the open one.
    let eve = ticket(&asking, "Findable zqxtitle", "zqxfile zqxbody", "Eve <eve@customer.example>").await;
    asking.send(Method::PUT, &at(&eve, "queue"), Some(json!({ "value": VAULT }))).await;
    let said = json!({ "body_text": "What somebody else wrote." });
    let said = asking.send(Method::POST, &at(&open, "notes"), Some(said)).await;
    ids.insert("joined", text(&said["id"]));
    let sql =
        format!("UPDATE articles SET from_address = 'eve@customer.example' WHERE id = {}", ids["joined"]);
    app.db()
        .write(move |tx| Ok(diesel::sql_query(sql.as_str()).execute(&mut **tx)?))
        .await
        .expect("an author");
    let all = [(Object::Open, open), (Object::Hidden, hidden), (Object::Bin, bin), (Object::Kept, kept)];
    all.into_iter().collect()
}

async fn make_the_rest(
    app: &TestApp,
    actors: &[Arc<Actor>],
    things: &mut BTreeMap<Object, Thing>,
    ids: &mut BTreeMap<&'static str, String>,
) {
    let letter = mail("zqxcustomer@customer.example").subject("Findable zqxmail").text("zqxmail");
    let letter = letter.message_id("hidden@customer.example");
    let reply =
        app.hand_over("zqxcustomer@customer.example", "vault@helpdesk.example", &letter.bytes()).await;
    assert!(reply.is_ok(), "{reply:?}");
    let inbound = app.processed("envelope_from=zqxcustomer@customer.example").await;
    ids.insert("inbound", text(&inbound["id"]));
    let by_name = |items: &[Value], name: &str| {
        let found = items.iter().find(|item| item["name"] == name || item["login"] == name);
        text(&found.unwrap_or_else(|| panic!("no {name}: {items:?}"))["id"])
    };
    let queues = app.root.get("/api/v1/queues").await.items();
    ids.insert("queue", by_name(&queues, OPEN));
    ids.insert("vault", by_name(&queues, VAULT));
    let roles = app.root.get("/api/v1/roles").await.items();
    ids.insert("lead", by_name(&roles, "lead"));
    ids.insert("spare", by_name(&roles, "spare"));
    ids.insert("tilda", by_name(&app.root.get("/api/v1/agents").await.items(), "tilda"));
    let template = json!({ "name": "Findable zqxtemplate", "body_text": "zqxtemplate", "queues": [VAULT] });
    ids.insert(
        "template",
        text(&app.root.post("/api/v1/templates", template).await.assert(201).json()["id"]),
    );
    let general = json!({ "name": "General", "body_text": "Hello." });
    ids.insert("general", text(&app.root.post("/api/v1/templates", general).await.assert(201).json()["id"]));
    let roles = json!({ "name": "Findable zqxroled", "body_text": "zqxroled", "roles": ["lead"] });
    app.root.post("/api/v1/templates", roles).await.assert(201);
    let state = json!({ "name": "Solved", "state_type": "closed" });
    ids.insert("state", text(&app.root.post("/api/v1/states", state).await.assert(201).json()["id"]));
    app.queue("Decoy", "decoy@helpdesk.example").await;
    ids.insert("decoy", by_name(&app.root.get("/api/v1/queues").await.items(), "Decoy"));
    let customers = app.root.get("/api/v1/customers").await.items();
    ids.insert("customer", text(&customers[0]["id"]));
    let (base, http) = (app.base(), super::walk::http());
    let root = Asking { base: &base, http: &http, token: app.root.token().expect("the admin's token") };
    ids.insert("other", ticket(&root, "Another", "zqxopen", "Ben <ben@customer.example>").await.number);
    ids.insert("hidden", things[&Object::Hidden].number.clone());
    // What is one agent's own.
    let author = actors.iter().find(|actor| actor.kind.login == "reply").expect("an author");
    let token = author.token.clone().expect("a token");
    let author = Asking { base: &base, http: &http, token: &token };
    let open = &things[&Object::Open].number.clone();
    let draft = json!({ "kind": "note", "body_text": "zqxdraft" });
    author.send(Method::PUT, &format!("/api/v1/tickets/{open}/draft"), Some(draft)).await;
    let (file, upload) = author_files(&base, &http, actors, open).await;
    things.insert(Object::Draft, Thing { attachment: file.clone(), ..Thing::default() });
    let there = things.get_mut(&Object::Open).expect("the open ticket");
    (there.file, there.upload) = (file, upload);
    let view = json!({ "name": "zqxview", "q": "state:open" });
    ids.insert("view", text(&author.send(Method::POST, "/api/v1/views", Some(view)).await["id"]));
    for (key, language) in [("own", "en"), ("own_by_program", "de")] {
        let own = json!({ "name": "Findable zqxpersonal", "body_text": "zqxpersonal", "language": language });
        let made = author.send(Method::POST, "/api/v1/preferences/templates", Some(own)).await;
        ids.insert(key, text(&made["id"]));
    }
    ids.insert("passkey", passkey(app, "reply").await);
    ids.insert("token", way_in(app, "lead").await);
    ids.insert("tildas_token", way_in(app, "tilda").await);
    way_in(app, "aside").await;
    tell_aside(app, &ids["other"]).await;
    let bulk = json!({ "tickets": [open], "act": "watch" });
    ids.insert("bulk", text(&author.send(Method::POST, "/api/v1/bulks", Some(bulk)).await["id"]));
}

/// A passkey of somebody: its id.
async fn passkey(app: &TestApp, login: &'static str) -> String {
    let made = format!(
        "INSERT INTO passkeys (agent_id, credential, handle, public_key, counter, name, can_be_copied, is_copied, created_at) \
         SELECT id, 'x', 'x', 'x', 0, 'zqxpasskey', FALSE, FALSE, created_at FROM agents WHERE login = '{login}'"
    );
    let done = app.db().write(move |tx| Ok(diesel::sql_query(made.as_str()).execute(&mut **tx)?)).await;
    assert_eq!(done.expect("a passkey"), 1);
    newest(app, "passkeys").await
}

/// Somebody is signed in at one more place, and has one more token: its id.
async fn way_in(app: &TestApp, login: &'static str) -> String {
    let now = Ts(app.clock.now());
    let made = app.db().write(move |tx| {
        let agent = agents::by_login(tx, login)?.id;
        sessions::begin(tx, agent, "127.0.0.1", "matrix", now)?;
        tokens::create(tx, agent, "zqxtoken", now)
    });
    made.await.expect("a session and a token");
    newest(app, "tokens").await
}

/// Somebody who does not walk is told of a ticket, in the place of another.
async fn tell_aside(app: &TestApp, number: &str) {
    let told = format!(
        "INSERT INTO notices (agent_id, at, event, ticket_id, n, absent) \
         SELECT agents.id, agents.created_at, 'mention', tickets.id, 1, 'zqxnotice' FROM agents, tickets \
         WHERE agents.login = 'aside' AND tickets.number = '{number}'"
    );
    let done = app.db().write(move |tx| Ok(diesel::sql_query(told.as_str()).execute(&mut **tx)?)).await;
    assert_eq!(done.expect("a notice"), 1);
}

/// The newest id of a table.
async fn newest(app: &TestApp, table: &'static str) -> String {
    let asked = format!("SELECT CAST(max(id) AS TEXT) AS word FROM {table}");
    let id = app.db().read(move |conn| Ok(diesel::sql_query(asked).get_result::<Word>(conn)?));
    id.await.expect("its id").word
}

/// What works on beside the walk would look like its effect.
async fn bulks_are_done(app: &TestApp) {
    let waiting = "SELECT CAST(count(*) AS TEXT) AS word FROM bulks WHERE finished_at IS NULL";
    wait_until("no bulk that waits", Duration::from_secs(20), async || {
        let count = app.db().read(move |conn| Ok(diesel::sql_query(waiting).get_result::<Word>(conn)?));
        (count.await.ok()?.word == "0").then_some(())
    })
    .await;
}

/// A file in the draft of one agent, and one on its way there: what their addresses are called.
async fn author_files(
    base: &str,
    http: &reqwest::Client,
    actors: &[Arc<Actor>],
    number: &str,
) -> (String, String) {
    let author = actors.iter().find(|actor| actor.kind.login == "reply").expect("an author");
    let to_draft = |place: &str| {
        http.post(format!("{base}/tickets/{number}/draft/{place}"))
            .header("Sec-Fetch-Site", "same-origin")
            .header("X-CSRF-Token", &author.csrf)
            .header("Cookie", format!("turnstone={}", author.session.as_deref().unwrap_or_default()))
    };
    let part = reqwest::multipart::Part::bytes(b"zqxdraft".to_vec()).file_name("zqxdraft.txt");
    let form = reqwest::multipart::Form::new().text("csrf", author.csrf.clone()).part("file", part);
    let file = taken(to_draft("files").multipart(form)).await;
    let begun = json!({ "name": "zqxdraft-half.txt", "size": 10 });
    (file, taken(to_draft("uploads").json(&begun)).await)
}

async fn taken(request: reqwest::RequestBuilder) -> String {
    let told = request.send().await.expect("an answer").text().await.unwrap_or_default();
    let told: Value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("no file was taken: {told}"));
    let uid = ["uid", "id"].iter().map(|name| &told[*name]).find(|value| !value.is_null());
    text(uid.unwrap_or_else(|| panic!("no file was taken: {told}")))
}

/// What changes with time, and by the hand of others: as it is when the walk begins.
async fn age(app: &TestApp, database: Database) {
    let now = app.clock.now();
    let hours = |hours: i64| {
        let at = now - jiff::SignedDuration::from_hours(hours);
        match database {
            Database::Sqlite => at.as_microsecond().to_string(),
            Database::Postgres => format!("TIMESTAMPTZ '{at}'"),
        }
    };
    let of = |login: &str| format!("(SELECT id FROM agents WHERE login = '{login}')");
    let look = |who: &str, whom: &str| {
        format!(
            "INSERT INTO viewings (session_hash, viewer_id, agent_id, begun_at) \
             SELECT id_hash, agent_id, {}, created_at FROM sessions WHERE agent_id = {}",
            of(whom),
            of(who)
        )
    };
    let way = |id: &str, position: usize| {
        let said = r#"{"kind":"oidc","label":"Walked","issuer":"https://127.0.0.1:9","client_id":"t","make_agents":false,"trust_email":false"#;
        format!(
            "INSERT INTO sign_in_methods (id, position, said, agent_id, changed_at) \
             VALUES ('{id}', {position}, '{said},\"id\":\"{id}\"}}', {}, {})",
            of("root"),
            hours(1)
        )
    };
    let statements = [
        way("walked", 1),
        way("besides", 2),
        format!("UPDATE agents SET disabled_at = {} WHERE login = 'disabled'", hours(1)),
        format!("UPDATE agents SET expires_at = {} WHERE login = 'expired'", hours(1)),
        "UPDATE agents SET must_change_password = TRUE WHERE login = 'mustchange'".to_owned(),
        format!("UPDATE sessions SET raised_at = {} WHERE agent_id = {}", hours(1), of("notraised")),
        // One of them is too old, the other was not used.
        format!("UPDATE sessions SET created_at = {} WHERE agent_id = {}", hours(9_000), of("over")),
        format!("UPDATE sessions SET seen_at = {} WHERE agent_id = {}", hours(9_000), of("idle")),
        format!("UPDATE tokens SET revoked_at = {} WHERE agent_id = {}", hours(1), of("over")),
        format!("UPDATE tokens SET revoked_at = {} WHERE agent_id = {}", hours(1), of("idle")),
        look("looks", "reply"),
        look("peeps", "lead"),
        format!("UPDATE roles SET retired_at = {} WHERE name = 'retired'", hours(1)),
    ];
    for statement in statements {
        let told = statement.clone();
        let done =
            app.db().write(move |tx| Ok(diesel::sql_query(statement.as_str()).execute(&mut **tx)?)).await;
        assert_eq!(done.unwrap_or_else(|error| panic!("{told}: {error}")), 1, "{told}");
    }
}

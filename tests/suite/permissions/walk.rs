//! Walks the routes: sends the requests, judges the answers, looks for canaries and for what changed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use tests::app::{TestApp, text};
use turnstone::db::Db;

use super::actors::Kind;
use super::canaries;
use super::effects::changed;
use super::entries::{self, Besides, Body, Entry, QUERIES};
use super::rules::{Expect, expected};
use super::world::{Actor, Asking, Object, Thing, World, ticket};

/// A field that no form has.
const SNEAKED: &str = "is_admin";
/// So many requests are under way at once.
const AT_ONCE: usize = 8;

/// A route, as the program prints it.
#[derive(Clone, Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with `{parameters}`.
    pub path: String,
    /// What it needs.
    pub needs: String,
    /// How a change is proven.
    pub csrf: String,
    /// Whether the password must have been given not long ago.
    pub raised: bool,
    /// Whether it belongs to the API.
    pub api: bool,
}

impl Route {
    /// `METHOD /path`.
    pub fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whether it changes something.
    pub fn changes(&self) -> bool {
        !matches!(self.method, Method::GET | Method::HEAD)
    }

    fn is_stream(&self) -> bool {
        self.method == Method::GET && self.path.ends_with("/events")
    }

    /// The tickets whose address it can be asked at.
    fn objects(&self) -> Vec<Option<Object>> {
        let names = ["/tickets/{number}", "/articles/{id}", "/attachments/{uid}"];
        if !names.iter().any(|name| self.path.contains(name)) {
            return vec![None];
        }
        let mut all: Vec<_> = Object::TICKETS.into_iter().map(Some).collect();
        if self.path.contains("/attachments/{uid}") {
            all.push(Some(Object::Draft));
        }
        all
    }

    /// Whether what the article is comes before what somebody may do with it; he may read it either way.
    fn looks_at_the_article_first(&self) -> bool {
        self.path.ends_with("/redirects")
    }

    /// Whether what it shows need not be there, though its ticket is: an HTML part, an original, a merge.
    fn may_be_empty(&self) -> bool {
        let ends = ["/html", "/raw", "/merges", "/content"];
        let taken = ["/participants/end", "/tags/end", "/links/end", "/views/{id}", "/views/{id}/end"];
        let gone = self.changes() && taken.iter().any(|end| self.path.ends_with(end));
        // What an empty form of the administration is about is not said by it.
        let empty = self.changes() && self.needs.starts_with("installation");
        let none = !self.changes() && ends.iter().any(|end| self.path.ends_with(end));
        self.may_miss() || gone || empty || none
    }

    /// Whether it names something besides the ticket that need not be there.
    fn may_miss(&self) -> bool {
        let rest = [
            "{tag}",
            "{other}",
            "{login}",
            "{address}",
            "{part}",
            "/files/{uid}",
            "/with/{id}",
            "/draft",
            "{at}",
            "{token}",
        ];
        rest.iter().any(|name| self.path.contains(name))
            || (self.needs.starts_with("installation") && self.path.contains('{'))
    }
}

/// The table, from the program itself.
pub fn routes(app: &TestApp) -> Vec<Route> {
    let table: Value = serde_json::from_str(&app.settings.must(&["routes", "--json"], "")).expect("JSON");
    let row = |row: &Value| Route {
        method: text(&row["method"]).parse().expect("a method"),
        path: text(&row["path"]),
        needs: text(&row["needs"]),
        csrf: text(&row["csrf"]),
        raised: row["raised"] == true,
        api: text(&row["path"]).starts_with("/api/"),
    };
    let routes: Vec<Route> = table.as_array().expect("a list").iter().map(row).collect();
    assert!(routes.len() > 200, "only {} routes", routes.len());
    routes
}

/// A client without cookies of its own, which follows nothing.
pub fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(30))
        .no_proxy()
        .build()
        .expect("an HTTP client")
}

/// What is wrong with routes and entries: an entry for each change that is not stopped at the gate, and none too many.
pub fn unknown(routes: &[Route]) -> Vec<String> {
    let mut wrong = Vec::new();
    for route in routes.iter().filter(|route| route.changes()) {
        let gated = route.needs == "public" || route.needs.starts_with("installation");
        if !gated && entry(route).is_none() {
            wrong.push(format!(
                "{} is new to the permission matrix: add what it sends to `ALL` in tests/suite/permissions/entries.rs",
                route.key()
            ));
        }
    }
    let keys: Vec<String> = routes.iter().map(Route::key).collect();
    for (at, entry) in entries::all().enumerate() {
        if entries::all().take(at).any(|other| other.route == entry.route) {
            wrong.push(format!(
                "{} stands twice in tests/suite/permissions/entries.rs and forms.rs",
                entry.route
            ));
        }
    }
    let gone = entries::all().map(|entry| entry.route).chain(QUERIES.iter().map(|(route, _)| *route));
    for route in gone.filter(|route| !keys.iter().any(|key| key == route)) {
        wrong.push(format!(
            "{route} is no route any more: take it out of tests/suite/permissions/entries.rs or forms.rs"
        ));
    }
    wrong
}

fn entry(route: &Route) -> Option<&'static Entry> {
    let key = route.key();
    entries::all().find(|entry| entry.route == key)
}

/// What a walk needs to know of where it walks.
pub struct Walk {
    /// Where pages and API are.
    pub base: String,
    /// The database behind them.
    pub db: Db,
    /// What was made there.
    pub world: Arc<World>,
    /// The routes.
    pub routes: Vec<Route>,
    /// Only these people; empty: all.
    pub only: &'static [&'static str],
    /// Whether the first mistake ends it.
    pub stops: bool,
    http: reqwest::Client,
    wrong: Mutex<Vec<String>>,
    asked: std::sync::atomic::AtomicUsize,
}

/// A request, and what must come of it.
struct Ask {
    actor: Arc<Actor>,
    route: Route,
    object: Option<Object>,
    thing: Thing,
    query: String,
    expect: Expect,
}

struct Told {
    status: u16,
    location: String,
    body: String,
}

impl Walk {
    /// A walk that has not begun.
    pub fn new(base: &str, db: &Db, world: Arc<World>, routes: Vec<Route>) -> Self {
        Self {
            base: base.to_owned(),
            db: db.clone(),
            world,
            routes,
            only: &[],
            stops: false,
            http: http(),
            wrong: Mutex::default(),
            asked: std::sync::atomic::AtomicUsize::default(),
        }
    }

    /// Walks everything. How many requests, and what was wrong.
    pub async fn run(self) -> (usize, Vec<String>) {
        let walk = Arc::new(self);
        walk.clone().refused().await;
        walk.clone().forged().await;
        walk.clone().sneaked().await;
        walk.clone().read().await;
        super::listen::run(&walk).await;
        walk.clone().changed().await;
        let wrong = walk.wrong.lock().unwrap().clone();
        (walk.asked.load(std::sync::atomic::Ordering::Relaxed), wrong)
    }

    /// Notes a mistake.
    pub fn complain(&self, sentence: String) {
        self.wrong.lock().unwrap().push(sentence);
    }

    /// Whether nothing more is to be asked.
    pub fn is_over(&self) -> bool {
        self.stops && !self.wrong.lock().unwrap().is_empty()
    }

    /// Everybody who walks.
    pub fn actors(&self) -> impl Iterator<Item = &Arc<Actor>> {
        let only = self.only;
        self.world.actors.iter().filter(move |actor| only.is_empty() || only.contains(&actor.kind.login))
    }

    fn asks(&self, route: &Route, wanted: impl Fn(Expect) -> bool) -> Vec<Ask> {
        let entry = entry(route);
        let key = route.key();
        let queries = QUERIES.iter().find(|(route, _)| *route == key).map_or(&[][..], |(_, queries)| queries);
        let mut asks = Vec::new();
        for actor in self.actors() {
            // Whoever is nobody is so everywhere alike.
            let objects = if actor.kind.is_known() { route.objects() } else { route.objects()[..1].to_vec() };
            for object in objects {
                let expect = expected(&actor.kind, route, object, entry);
                if !wanted(expect) {
                    continue;
                }
                let thing = self.thing(route, object).cloned().unwrap_or_default();
                let queries: &[&str] = if expect == Expect::In { queries } else { &[] };
                for query in [""].iter().chain(queries) {
                    asks.push(Ask {
                        actor: actor.clone(),
                        route: route.clone(),
                        object,
                        thing: thing.clone(),
                        query: (*query).to_owned(),
                        expect,
                    });
                }
            }
        }
        asks
    }

    /// What a request is about that is to leave it as it is: a ticket, or what was made for that.
    fn thing(&self, route: &Route, object: Option<Object>) -> Option<&Thing> {
        let ticket = object.and_then(|object| self.world.things.get(&object));
        ticket.or_else(|| self.world.spare.get(route.key().as_str()))
    }

    /// All that must be refused: the answer says so, tells nothing, and nothing is changed.
    async fn refused(self: Arc<Self>) {
        let mut before = self.world.eye.look(&self.db).await;
        for route in self.routes.clone().iter().filter(|route| route.needs != "public") {
            let asks = self.asks(route, |expect| expect != Expect::In);
            self.clone().send_all(asks).await;
            let after = self.world.eye.look(&self.db).await;
            let tables = changed(&before, &after);
            if !tables.is_empty() {
                self.complain(format!("{}: a refused request changed {}", route.key(), tables.join(", ")));
            }
            before = after;
            if self.is_over() {
                return;
            }
        }
    }

    /// Changes without the session's token, and from a page of somebody else's.
    async fn forged(self: Arc<Self>) {
        let before = self.world.eye.look(&self.db).await;
        let root = self.world.actor("root").clone();
        let open = self.world.things[&Object::Open].clone();
        for route in self.routes.clone().iter().filter(|route| route.changes() && !route.api) {
            if self.is_over() {
                return;
            }
            let object = route.objects()[0];
            let expect = Expect::Forbidden;
            let ask = Ask {
                actor: root.clone(),
                route: route.clone(),
                object,
                thing: self.thing(route, object).unwrap_or(&open).clone(),
                query: String::new(),
                expect,
            };
            let forgeries: &[Forgery] =
                if route.needs == "public" { &[Forgery::Site] } else { &[Forgery::Site, Forgery::Token] };
            for forgery in forgeries {
                let told = self.tell(&ask, Some(*forgery)).await;
                // Without a token to compare there is nothing to be refused for but the form itself.
                if told.status != 403 {
                    self.complain(format!(
                        "{} with a forged {forgery:?} answered {}",
                        route.key(),
                        told.status
                    ));
                }
            }
        }
        let after = self.world.eye.look(&self.db).await;
        let tables = changed(&before, &after);
        if !tables.is_empty() {
            self.complain(format!("forged requests changed {}", tables.join(", ")));
        }
    }

    /// Forms and JSON with one field more than is theirs: refused as a whole, whatever else they say.
    async fn sneaked(self: Arc<Self>) {
        let before = self.world.eye.look(&self.db).await;
        let root = self.world.actor("root").clone();
        let open = self.world.things[&Object::Open].clone();
        let bodies = self.bodies().await;
        for route in self.routes.clone().iter().filter(|route| route.changes() && route.needs != "public") {
            if self.is_over() {
                return;
            }
            if matches!(self.body(route), Body::None | Body::Piece)
                || (route.api && !bodies.contains(&route.key()))
            {
                continue;
            }
            let object = route.objects()[0];
            let ask = Ask {
                actor: root.clone(),
                route: route.clone(),
                object,
                thing: self.thing(route, object).unwrap_or(&open).clone(),
                query: String::new(),
                expect: Expect::In,
            };
            let told = self.tell(&ask, Some(Forgery::Field)).await;
            // A program is told which one it is.
            let named = told.status == 422 && told.body.contains(SNEAKED);
            if !(if route.api { named } else { told.status == 400 }) {
                self.complain(format!("{} with a field of no form answered {}", route.key(), told.status));
            }
        }
        let after = self.world.eye.look(&self.db).await;
        let tables = changed(&before, &after);
        if !tables.is_empty() {
            self.complain(format!("forms with a field too many changed {}", tables.join(", ")));
        }
    }

    /// The changes of the API that take a body, as its own description says.
    async fn bodies(&self) -> Vec<String> {
        let token = self.world.actor("root").token.clone().expect("a token");
        let asked = self.http.get(format!("{}/api/v1/openapi.json", self.base)).bearer_auth(token);
        let answer = asked.send().await.unwrap();
        let described: Value = answer.json().await.unwrap();
        let paths = described["paths"].as_object().expect("paths").iter();
        let bodies: Vec<String> = paths
            .flat_map(|(path, methods)| methods.as_object().unwrap().iter().map(move |method| (path, method)))
            .filter(|(_, (_, operation))| operation["requestBody"].is_object())
            .map(|(path, (method, _))| format!("{} {path}", method.to_uppercase()))
            .collect();
        assert!(bodies.len() > 40, "only {} take a body", bodies.len());
        bodies
    }

    fn body(&self, route: &Route) -> Body {
        entry(route).map_or(if route.api { Body::Json("{}") } else { Body::Form(&[]) }, |entry| entry.body)
    }

    /// All that may be read: it is answered, shows nothing that its reader may not see, and changes nothing.
    async fn read(self: Arc<Self>) {
        let mut before = self.world.eye.look(&self.db).await;
        for route in self.routes.clone().iter().filter(|route| !route.changes() && !route.is_stream()) {
            if self.is_over() {
                return;
            }
            let asks = self.asks(route, |expect| expect == Expect::In);
            self.clone().send_all(asks).await;
            let after = self.world.eye.look(&self.db).await;
            let tables = changed(&before, &after);
            if !tables.is_empty() {
                self.complain(format!("{}: reading it changed {}", route.key(), tables.join(", ")));
            }
            before = after;
        }
    }

    /// All that may be changed: nobody is kept from it, and nothing is changed that is another's own. Each has tickets of
    /// his own for it.
    async fn changed(self: Arc<Self>) {
        let token = self.world.actor("root").token.clone().expect("a token");
        let mut own: std::collections::BTreeMap<&str, Thing> = std::collections::BTreeMap::new();
        let mut before = self.world.aside.look(&self.db).await;
        for route in self.routes.clone().iter().filter(|route| route.changes() && route.needs != "public") {
            if self.is_over() {
                return;
            }
            let spoils = entry(route).is_some_and(|entry| entry.spoils);
            // Whose session is over has nothing to be asked with any more, and whose eyes are another's changes nothing;
            // whoever was given everything is out of the reach of those who come after.
            let gives = entry(route).is_some_and(|entry| entry.besides == Besides::Gives);
            if ["/logout", "/viewing/end"].contains(&route.path.as_str()) || gives {
                continue;
            }
            let mut asks = self.asks(route, |expect| expect == Expect::In);
            asks.retain(|ask| {
                matches!(ask.object, None | Some(Object::Open))
                    // Others would take it from its owner.
                    || (ask.object == Some(Object::Kept) && !spoils && ask.actor.kind.login == "keeps")
            });
            let asking = Asking { base: &self.base, http: &self.http, token: &token };
            for ask in asks.iter_mut().filter(|ask| ask.object == Some(Object::Open)) {
                let login = ask.actor.kind.login;
                if spoils || !own.contains_key(login) {
                    let made =
                        ticket(&asking, "Findable zqxopen", "zqxopen", "Anna <anna@customer.example>").await;
                    if spoils {
                        ask.thing = made;
                        continue;
                    }
                    own.insert(login, made);
                }
                ask.thing = own[login].clone();
            }
            if let Some(made) = entry(route).and_then(|entry| entry.own) {
                // One after the other: who changes a list that was another's meanwhile is told of it.
                for mut ask in asks {
                    ask.thing = made.make(&asking, &self.world.ids["other"]).await;
                    self.clone().send_all(vec![ask]).await;
                }
            } else {
                self.clone().send_all(asks).await;
            }
            let after = self.world.aside.look(&self.db).await;
            let tables = changed(&before, &after);
            if !tables.is_empty() {
                let tables = tables.join(", ");
                self.complain(format!("{} changed {tables} of somebody whom it does not name", route.key()));
            }
            before = after;
        }
    }

    async fn send_all(self: Arc<Self>, asks: Vec<Ask>) {
        let asks = Arc::new(Mutex::new(VecDeque::from(asks)));
        let workers: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let (walk, asks) = (self.clone(), asks.clone());
                tokio::spawn(async move {
                    loop {
                        let next = asks.lock().unwrap().pop_front();
                        let Some(ask) = next else { return };
                        if walk.is_over() {
                            return;
                        }
                        let told = walk.tell(&ask, None).await;
                        walk.judge(&ask, &told);
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.await.expect("a worker of the walk");
        }
    }

    async fn tell(&self, ask: &Ask, forged: Option<Forgery>) -> Told {
        self.asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = self.fill(&ask.route, &ask.thing);
        let query = self.named(&ask.query, ask);
        let url = if query.is_empty() {
            format!("{}{path}", self.base)
        } else {
            format!("{}{path}?{query}", self.base)
        };
        let mut request = self.http.request(ask.route.method.clone(), url);
        let actor = &ask.actor;
        if ask.route.api {
            if let Some(token) = &actor.token {
                request = request.bearer_auth(token);
            }
        } else {
            let site = if forged == Some(Forgery::Site) { "cross-site" } else { "same-origin" };
            request = request.header("Sec-Fetch-Site", site);
            if let Some(session) = &actor.session {
                request = request.header("Cookie", format!("turnstone={session}"));
            }
        }
        let csrf = if forged == Some(Forgery::Token) { "forged" } else { actor.csrf.as_str() };
        let (body, sneaked) = (self.body(&ask.route), forged == Some(Forgery::Field));
        if ask.route.changes() {
            if !ask.route.api && (ask.route.csrf == "header" || matches!(body, Body::File)) {
                request = request.header("X-CSRF-Token", csrf);
            }
            request = match body {
                Body::None => request,
                Body::Piece => request.header("Upload-Offset", "0").body("x"),
                Body::Form(fields) => {
                    let mut fields: Vec<(String, String)> = fields
                        .iter()
                        .map(|(name, value)| ((*name).to_owned(), self.named(value, ask)))
                        .collect();
                    fields.push(("csrf".to_owned(), csrf.to_owned()));
                    fields.extend(sneaked.then(|| (SNEAKED.to_owned(), "1".to_owned())));
                    request.form(&fields)
                }
                Body::Json(json) => {
                    let more = format!("{{\"{SNEAKED}\":1{}", if json == "{}" { "" } else { "," });
                    let json = &if sneaked { json.replacen('{', &more, 1) } else { json.to_owned() };
                    request.header("Content-Type", "application/json").body(self.named(json, ask))
                }
                Body::File => {
                    let part = reqwest::multipart::Part::bytes(b"x".to_vec()).file_name("x.txt");
                    let mut form =
                        reqwest::multipart::Form::new().text("csrf", csrf.to_owned()).part("file", part);
                    if sneaked {
                        form = form.text(SNEAKED, "1");
                    }
                    request.multipart(form)
                }
            };
        }
        let answer =
            request.send().await.unwrap_or_else(|error| panic!("{} {path}: {error:?}", ask.route.method));
        let location =
            answer.headers().get("location").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (status, location) = (answer.status().as_u16(), location.to_owned());
        let body =
            answer.bytes().await.unwrap_or_else(|error| panic!("{} {path}: {error:?}", ask.route.method));
        Told { status, location, body: String::from_utf8_lossy(&body).into_owned() }
    }

    fn judge(&self, ask: &Ask, told: &Told) {
        let who = &ask.actor.kind;
        let what = || {
            let object = ask.object.map_or(String::new(), |object| format!(" ({object:?})"));
            format!(
                "{}{object}{} as {}",
                ask.route.key(),
                if ask.query.is_empty() { String::new() } else { format!("?{}", ask.query) },
                name(who)
            )
        };
        if !is_right(ask, told) {
            let shown: String = told.body.chars().take(160).collect();
            let shown = if told.body.starts_with('<') { String::new() } else { format!(": {shown}") };
            self.complain(format!(
                "{}: {:?} expected, {} {}{shown}",
                what(),
                ask.expect,
                told.status,
                told.location
            ));
        }
        let mut leaks = canaries::leaks(who, &format!("{} {}", told.location, told.body));
        // What he sent himself he may be told.
        if let Some(Entry { body: Body::Json(sent), .. }) = entry(&ask.route) {
            leaks.retain(|word| !sent.contains(word));
        }
        if !leaks.is_empty() {
            self.complain(format!("{} ({}) shows {}", what(), told.status, leaks.join(", ")));
        }
    }

    /// The text with what it names. Who asks is named in what nobody else may call the same.
    fn named(&self, text: &str, ask: &Ask) -> String {
        let (thing, login) = (&ask.thing, ask.actor.kind.login);
        let mut text = text.replace("{number}", &thing.number).replace("{article}", &thing.article);
        text = text.replace("{login}", login).replace("{more}", &thing.more);
        for (name, id) in &self.world.ids {
            text = text.replace(&format!("{{{name}}}"), id);
        }
        text
    }

    /// What everybody is shown at a route that only reads, by who asked for what.
    pub async fn texts(&self, route: &Route) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for ask in self.asks(route, |expect| expect == Expect::In) {
            let told = self.tell(&ask, None).await;
            let asked =
                format!("{} {:?} ?{} as {}", route.key(), ask.object, ask.query, name(&ask.actor.kind));
            all.push((asked, format!("{} {}", told.status, told.body)));
        }
        all
    }

    /// Root, for what has to be made on the way.
    pub fn asking(&self) -> (String, reqwest::Client) {
        (self.base.clone(), self.http.clone())
    }
}

/// What is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Forgery {
    Site,
    Token,
    Field,
}

fn name(who: &Kind) -> &str {
    if who.login.is_empty() { "a stranger" } else { who.login }
}

fn is_right(ask: &Ask, told: &Told) -> bool {
    let leads_to = |place: &str| told.status == 303 && told.location.split('?').next() == Some(place);
    match ask.expect {
        Expect::SignIn if ask.route.api => told.status == 401,
        Expect::SignIn => leads_to("/login"),
        Expect::OwnPassword => leads_to("/password/change"),
        // A form is kept meanwhile.
        Expect::Raise => {
            leads_to("/raise") || (told.status == 200 && told.body.contains("action=\"/raise\""))
        }
        Expect::NotFound => told.status == 404,
        Expect::Missing => [404, 422].contains(&told.status),
        // In the bin either reason is one.
        Expect::Forbidden if ask.object == Some(Object::Bin) => {
            [403, 409, 422].contains(&told.status) || (told.status == 404 && ask.route.may_miss())
        }
        Expect::Forbidden if ask.route.looks_at_the_article_first() => [403, 422].contains(&told.status),
        Expect::Forbidden => {
            told.status == 403
                || (told.status == 404 && ask.route.may_miss() && ask.route.path.contains("{number}"))
        }
        // What is not even drafted, tagged or linked there need not be looked at for the bin's sake.
        Expect::Conflict if ask.route.looks_at_the_article_first() => [409, 422].contains(&told.status),
        Expect::Conflict => [409, 403].contains(&told.status) || (told.status == 404 && ask.route.may_miss()),
        Expect::In => {
            // A search that names what does not exist for him may say so.
            let misses = told.status == 404
                && ask.query.is_empty()
                && !ask.route.may_be_empty()
                && ask.route.needs != "public";
            let kept_out = [401, 403].contains(&told.status) && ask.route.needs != "public";
            let led_away = ["/login", "/password/change", "/raise"].iter().any(|place| leads_to(place));
            // Or it would be no proof that it is refused with a field too many.
            let form = ask.route.method == Method::POST && !ask.route.api && ask.route.needs != "public";
            let garbled = form && told.status == 400;
            let undone = told.status >= 400 && entry(&ask.route).is_some_and(|entry| entry.done);
            !(misses
                || kept_out
                || garbled
                || undone
                || told.status >= 500 && told.status != 503
                || led_away && ask.route.needs != "public")
        }
    }
}

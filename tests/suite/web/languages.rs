//! The whole product in each language: pages, sign-in, times, and what is told by mail.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use serde_json::json;
use tests::app::TestApp;
use tests::binary::PASSWORD;
use tests::messages::{Message, catalogue, languages};
use tests::{Client, both_databases, mail};
use turnstone::i18n::Language;
use turnstone::web::assets::Assets;
use turnstone::web::render::Pages;
use turnstone::web::routes::{Needs, table};

use super::words::reader_in;

/// Pages of one kind that are looked at: tickets, mails, queues.
const OF_A_KIND: usize = 3;

/// What tells that an English sentence was left: some of its words in a row, at least three, that the same message has
/// not in the other language.
fn left_over(language: &str) -> BTreeSet<String> {
    let other = catalogue(language);
    let of = |(key, message): (String, Message)| {
        let there = other.get(&key).map(|found| found.texts.join(" ")).unwrap_or_default();
        let runs = message
            .texts
            .into_iter()
            .flat_map(|text| text.split(['<', '>']).map(str::trim).map(str::to_owned).collect::<Vec<_>>());
        runs.filter(|run| {
            run.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count() > 2
        })
        .filter(|run| !there.contains(run.as_str()))
        .collect::<Vec<_>>()
    };
    catalogue("en").into_iter().flat_map(of).collect()
}

/// Whether an attribute, named at the end of what stands before its value, holds words for somebody.
fn is_read(before: &str) -> bool {
    let name = before.rsplit(char::is_whitespace).next().unwrap_or_default().trim_end_matches('=');
    ["aria-label", "title", "placeholder", "alt", "value"].contains(&name) || name.starts_with("data-")
}

/// What a reader or a screen reader gets of a page: its words, one piece a line.
fn words(page: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    for part in page.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        pieces.push(text.to_owned());
        let quoted: Vec<&str> = tag.split('"').collect();
        let read = quoted.chunks_exact(2).filter(|pair| is_read(pair[0]));
        pieces.extend(read.map(|pair| pair[1].to_owned()));
    }
    let decoded = pieces.into_iter().map(|piece| {
        let plain = piece.replace("&quot;", "\"").replace("&#x27;", "'").replace("&#39;", "'");
        let plain =
            plain.replace("&lt;", "<").replace("&gt;", ">").replace("&#x2F;", "/").replace("&amp;", "&");
        plain.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    decoded.filter(|piece| !piece.is_empty()).collect()
}

fn links(page: &str) -> impl Iterator<Item = String> {
    let of = |mark: &'static str| page.split(mark).skip(1).filter_map(|rest| rest.split('"').next());
    let found = of("href=\"").map(|link| link.split('#').next().unwrap_or_default().replace("&amp;", "&"));
    found
        .filter(|link| link.starts_with('/') && !link.starts_with("/assets/"))
        .collect::<Vec<_>>()
        .into_iter()
}

/// An address without its numbers and values, so that one ticket is like the next.
fn kind(link: &str) -> String {
    let (path, query) = link.split_once('?').unwrap_or((link, ""));
    let plain =
        |part: &str| if part.chars().any(|c| c.is_ascii_digit()) { "#".to_owned() } else { part.to_owned() };
    let names = query.split('&').filter_map(|pair| pair.split('=').next()).collect::<Vec<_>>().join("&");
    format!("{}?{names}", path.split('/').map(plain).collect::<Vec<_>>().join("/"))
}

/// All pages that can be reached from those without parameters: by address.
async fn every_page(client: &Client) -> BTreeMap<String, String> {
    let plain = |path: &str| !path.contains('{') && path != "/events";
    let routes = table().iter().filter(|route| route.method.is_safe() && route.needs != Needs::Public);
    let mut waiting: VecDeque<String> =
        routes.map(|route| route.path.to_owned()).filter(|path| plain(path)).collect();
    waiting.push_back("/tickets/0000".to_owned());
    waiting.push_back("/search?q=nihil".to_owned());
    let (mut pages, mut kinds) = (BTreeMap::new(), BTreeMap::<String, usize>::new());
    while let Some(link) = waiting.pop_front() {
        let seen = kinds.entry(kind(&link)).or_default();
        *seen += 1;
        if *seen > OF_A_KIND || pages.contains_key(&link) {
            continue;
        }
        let answer = client.get(&link).await;
        if answer.status.is_redirection() {
            waiting.extend([answer.location()].into_iter().filter(|link| link.starts_with('/')));
        } else if answer.header("content-type").starts_with("text/html")
            && !answer.text().contains("<base target")
        {
            waiting.extend(links(&answer.text()));
            pages.insert(link, answer.text());
        }
    }
    pages
}

async fn choose(client: &Client, language: &str) {
    client.get("/preferences").await.assert(200);
    let fields =
        [("language", language), ("theme", "system"), ("page_size", "25"), ("time_zone", "Europe/Berlin")];
    client.submit("/preferences", &fields).await.assert(303);
}

/// An installation with something on every page, in words of no language it speaks.
async fn furnished(database: tests::Database) -> TestApp {
    let app = TestApp::start(database).await;
    app.queue("Rationes", "rationes@helpdesk.example").await;
    let question = mail("anna@customer.example")
        .subject("Lorem ipsum")
        .text("Dolor sit amet.\n\n> Consectetur\n> elit\n")
        .attach("charta.txt", "text/plain", b"sed do");
    let number = app.ticket_from(&question).await;
    app.root.lock(&number).await;
    app.root.reply(&number, "Eiusmod tempor.").await;
    app.deliver(
        &mail("carla@customer.example")
            .subject("Re: Lorem ipsum")
            .text("Ut enim.")
            .answering([question.id()]),
    )
    .await;
    app.root.set(&number, "priority", "high").await;
    let other = app
        .ticket_from(&mail("anna@customer.example").subject("Magna aliqua").html("<p>Ut <b>enim</b></p>"))
        .await;
    app.root.set(&other, "queue", "Rationes").await;
    app.root
        .post(&format!("/api/v1/tickets/{number}/notes"), json!({ "body_text": "Quis nostrud." }))
        .await
        .assert(201);
    let conditions = json!([{ "on": "subject", "test": "contains", "value": "lorem" }]);
    let rule = json!({ "name": "Rationes", "conditions": conditions, "actions": { "queue": "Rationes", "tags": ["q"] } });
    app.root.put("/api/v1/filters", json!({ "rules": [rule] })).await.assert(200);
    app.settle().await;
    app
}

fn english_on(pages: &BTreeMap<String, String>, language: &str) -> Vec<String> {
    let (english, keys) = (left_over(language), catalogue("en"));
    let mut wrong = Vec::new();
    for (link, page) in pages {
        assert!(page.contains(&format!("<html lang=\"{language}\"")), "{link} is not in {language}");
        for piece in words(page) {
            let sentence = english.iter().find(|run| piece.contains(run.as_str()));
            wrong.extend(sentence.map(|run| format!("{link}: {run}")));
            // Single words are keys as well as words and values; what is hyphenated is a key only.
            let raw = piece.contains('-') && keys.contains_key(&piece);
            wrong.extend(raw.then(|| format!("{link}: the key {piece}")));
        }
    }
    wrong
}

both_databases! {
    async fn every_page_speaks_the_language_that_its_reader_chose(database) {
        let app = furnished(database).await;
        app.agent("dana", &["Admin"]).await;
        let dana = app.visitor();
        dana.sign_in("dana", PASSWORD).await;
        for language in languages().into_iter().filter(|language| language != "en") {
            choose(&dana, &language).await;
            let pages = every_page(&dana).await;
            assert!(pages.len() > 25, "{:?}", pages.keys());
            assert_eq!(english_on(&pages, &language), Vec::<String>::new());
        }
        choose(&dana, "en").await;
        let pages = every_page(&dana).await;
        let found = pages.values().flat_map(|page| words(page)).any(|piece| left_over("de").contains(&piece));
        assert!(found, "what is looked for would be found");
    }

    async fn a_stranger_is_met_in_the_language_of_his_browser(database) {
        let app = TestApp::start(database).await;
        for (wish, language, words) in [
            ("de-AT,de;q=0.9,en;q=0.5", "de", "Anmeldename"),
            ("fr-CA", "fr", "Identifiant"),
            ("tlh, fr;q=0.3, de;q=0.7", "de", "Anmeldename"),
            ("de;q=0, fr", "fr", "Identifiant"),
            ("ja", "en", "Login name"),
            ("*", "en", "Login name"),
        ] {
            let client = app.visitor();
            let request = client.request(reqwest::Method::GET, "/login").header("Accept-Language", wish);
            let page = client.send(request).await.assert(200).text();
            assert!(page.contains(&format!("<html lang=\"{language}\"")) && page.contains(words), "{wish}: {page}");
        }
    }

    async fn what_is_told_by_mail_is_in_its_readers_language(database) {
        let app = TestApp::start(database).await;
        for (login, language) in [("dana", "de"), ("fred", "fr"), ("erin", "en")] {
            app.agent(login, &["Agent"]).await;
            let client = app.visitor();
            client.sign_in(login, PASSWORD).await;
            choose(&client, language).await;
        }
        let number = app.ticket_from(&mail("anna@customer.example")).await;
        for (login, subject, greeting) in [
            ("dana", format!("Neues Ticket {number} in Support:"), "Guten Tag Dana Agent,"),
            ("fred", format!("Nouveau ticket {number} dans Support\u{202f}:"), "Bonjour Fred Agent,"),
            ("erin", format!("New ticket {number} in Support:"), "Hello Erin Agent,"),
        ] {
            app.relay.wait_for(&format!("{login}@helpdesk.example"), 1).await;
            let told = app.relay.received_by(&format!("{login}@helpdesk.example")).remove(0).mail();
            assert!(told.subject().contains(&subject), "{}", told.subject());
            assert!(told.text().contains(greeting), "{}", told.text());
        }
    }
}

#[test]
fn times_and_sizes_read_naturally_in_each_language() {
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    for (instant, german, french) in [
        ("2026-11-22T08:44:40Z", ("jetzt", "gerade eben"), ("maintenant", "à l’instant")),
        ("2026-11-22T08:41:00Z", ("4 Min.", "vor 4 Min."), ("4 min", "il y a 4 min")),
        ("2026-11-22T05:00:00Z", ("3 Std.", "06:00"), ("3 h", "06:00")),
        ("2026-11-21T15:42:00Z", ("17 Std.", "gestern, 16:42"), ("17 h", "hier à 16:42")),
        ("2026-11-03T15:42:00Z", ("3. Nov.", "3. Nov., 16:42"), ("3 nov.", "3 nov. à 16:42")),
        (
            "2025-07-01T10:00:00Z",
            ("1. Juli 2025", "1. Juli 2025, 12:00"),
            ("1er juil. 2025", "1er juil. 2025 à 12:00"),
        ),
        ("2026-11-23T07:00:00Z", ("in 22 Std.", "morgen, 08:00"), ("dans 22 h", "demain à 08:00")),
    ] {
        for (language, (short, stamp)) in [("de", german), ("fr", french)] {
            let reader = reader_in(language);
            assert_eq!(reader.short(at(instant)), short, "{language} {instant}");
            assert_eq!(reader.stamp(at(instant)), stamp, "{language} {instant}");
        }
    }
    let (german, french) = (reader_in("de"), reader_in("fr"));
    let first = at("2026-11-01T15:42:00Z");
    assert_eq!(german.full(first), "Sonntag, 1. November, 16:42");
    assert_eq!(french.full(first), "dimanche 1er novembre à 16:42");
    assert_eq!(
        german.language.tr_with("lock-mine", &[("since", &german.since(first))]),
        "Seit 1. Nov., 16:42 von Ihnen gesperrt"
    );
    assert_eq!(
        french.language.tr_with("lock-mine", &[("since", &french.since(first))]),
        "Verrouillé par vous depuis le 1er nov. à 16:42"
    );
    let pages = Pages::load(Arc::new(Assets::load().unwrap())).unwrap();
    assert_eq!(pages.size(2_450_000, &german), "2,5 MB");
    assert_eq!(pages.size(1, &french), "1 octet");
    assert_eq!(pages.size(2_450_000, &reader_in("en")), "2.5 MB");
}

#[test]
fn a_count_chooses_its_words_in_a_refusal_too() {
    for (language, one, two) in [
        (
            "en",
            "1 message came since the merge. Say what goes along.",
            "2 messages came since the merge. Say what goes along.",
        ),
        (
            "de",
            "Seit dem Zusammenführen kam 1 Nachricht. Sagen Sie, was mitgeht.",
            "Seit dem Zusammenführen kamen 2 Nachrichten. Sagen Sie, was mitgeht.",
        ),
    ] {
        let language = Language::named(language);
        assert_eq!(language.tr_with("refused-unmerge-news", &[("n", "1")]), one);
        assert_eq!(language.tr_with("refused-unmerge-news", &[("n", "2")]), two);
    }
}

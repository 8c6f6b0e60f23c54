//! Times, sizes and texts as a reader sees them.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use turnstone::i18n::Language;
use turnstone::web::assets::Assets;
use turnstone::web::render::Pages;
use turnstone::web::text::segments;
use turnstone::web::times::Reader;

/// Somebody in Berlin on a Sunday morning.
pub fn reader_in(language: &str) -> Reader {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    Reader {
        language: Language::named(language),
        zone,
        now: at("2026-11-22T08:45:00Z"),
        terms: Default::default(),
    }
}

fn reader() -> Reader {
    reader_in("en")
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_time_is_relative_under_a_day_and_then_a_date() {
    let reader = reader();
    for (instant, short, stamp) in [
        ("2026-11-22T08:44:40Z", "now", "just now"),
        ("2026-11-22T08:41:00Z", "4 min", "4 min ago"),
        ("2026-11-22T05:00:00Z", "3 h", "06:00"),
        ("2026-11-21T15:42:00Z", "17 h", "Yesterday 16:42"),
        ("2026-11-12T15:42:00Z", "12 Nov", "12 Nov, 16:42"),
        ("2025-07-01T10:00:00Z", "1 Jul 2025", "1 Jul 2025, 12:00"),
        ("2026-11-23T07:00:00Z", "in 22 h", "Tomorrow 08:00"),
    ] {
        assert_eq!(reader.short(at(instant)), short, "{instant}");
        assert_eq!(reader.stamp(at(instant)), stamp, "{instant}");
    }
}

#[test]
fn a_typed_time_is_in_the_readers_zone() {
    let reader = reader();
    assert_eq!(reader.read_field("2026-12-01T10:00"), Some(at("2026-12-01T09:00:00Z")));
    assert_eq!(reader.field(at("2026-12-01T09:00:00Z")), "2026-12-01T10:00");
    assert_eq!(reader.read_field("tomorrow"), None);
}

#[test]
fn a_mails_text_is_escaped_linked_and_folded() {
    let parts = segments(
        "Hello <b>,\nsee https://example.org/?a=1&b=2.\n\nRuth\n\nOn Saturday, Mira wrote:\n> first\n> second\n",
    );
    assert_eq!(parts.len(), 2, "{parts:?}");
    assert_eq!(
        parts[0].html,
        "<p>Hello &lt;b&gt;,<br>see <a href=\"https://example.org/?a=1&amp;b=2\" target=\"_blank\" \
         rel=\"noreferrer noopener\">https://example.org/?a=1&amp;b=2</a>.</p><p>Ruth</p>"
    );
    assert!(parts[1].quoted && !parts[0].quoted);
}

#[test]
fn an_answer_between_quoted_lines_is_not_folded() {
    let parts = segments("> Which one?\n\nThe blue one.\n\n> And when?\n\nToday.\n");
    assert!(parts.iter().all(|part| !part.quoted), "{parts:?}");
}

#[test]
fn templates_compile_and_scripts_find_each_other() {
    let assets = Arc::new(Assets::load().unwrap());
    Pages::load(Arc::clone(&assets)).unwrap();
    for url in assets.modules() {
        let text = String::from_utf8(assets.get(url).unwrap().body.to_vec()).unwrap();
        assert!(!text.contains("from \"./") && !text.contains("import \"./"), "{url} has an unlinked import");
        for import in text.split("from \"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(assets.get(import).is_some(), "{url} imports {import}");
        }
    }
}

#[test]
fn the_best_language_of_a_browsers_list_wins() {
    assert_eq!(Language::accepted("xx, en-GB;q=0.8").tag(), "en");
    assert_eq!(Language::accepted("").tag(), "en");
    assert_eq!(Language::named("tlh").tag(), "en");
}

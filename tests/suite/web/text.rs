//! Text as a page shows it.

use std::time::{Duration, Instant};

use turnstone::web::text::{segments, with_mentions};

fn html(text: &str) -> String {
    segments(text).into_iter().map(|segment| segment.html).collect()
}

#[test]
fn addresses_become_links_and_nothing_else_does() {
    let page = html("See http://a.example/x, (https://b.example) and httpx://c or javascript:alert(1).");
    assert!(page.contains("<a href=\"http://a.example/x\""), "{page}");
    assert!(page.contains("<a href=\"https://b.example\""), "{page}");
    assert_eq!(page.matches("<a ").count(), 2, "{page}");
    assert!(!html("http://a.example/\"onclick=x <script>").contains("<script"));
}

#[test]
fn a_host_in_letters_of_another_script_is_shown_in_ascii_too() {
    let page = html("Sign in at https://b\u{430}nk.example/login now.");
    assert!(page.contains("[xn--bnk-6cd.example]"), "{page}");
    assert!(!html("Sign in at https://bank.example/login now.").contains('['));
}

#[test]
fn a_signature_folds_apart_from_quotes() {
    let parts = segments("Hello\n\n-- \nAnna\n\nOn 1 Jan Bob wrote:\n> old\n");
    let kinds: Vec<_> = parts.iter().map(|part| (part.signature, part.quoted)).collect();
    assert_eq!(kinds, [(false, false), (true, false), (false, true)]);
}

#[test]
fn a_megabyte_of_links_is_shown_in_time() {
    let start = Instant::now();
    let page = html(&"http://a ".repeat(110_000));
    assert_eq!(page.matches("<a ").count(), 110_000);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn colleagues_are_marked_where_they_are_named_and_nowhere_else() {
    let logins = ["dana", "eve.b"].map(str::to_owned).into_iter().collect();
    let parts = segments("@dana, ask (@Eve.b). mail@dana, https://x.example/@dana @nobody\n\"@dana\" <b>@");
    let html = with_mentions(&parts[0].html, &logins);
    assert_eq!(html.matches("<b class=\"at\">").count(), 3, "{html}");
    assert!(html.contains("<b class=\"at\">@Eve.b</b>)."), "{html}");
    assert!(html.contains("mail@dana") && html.contains("@nobody") && html.contains("&lt;b&gt;@"), "{html}");
}

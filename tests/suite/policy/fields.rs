//! What is wrong with a form stands at its field: the field says so, it is tied to the sentence, and the cursor begins there.

use tests::messages::files;

/// What a form is filled in with, and what may stand for several of them.
const CONTROLS: [&str; 6] = ["<input", "<select", "<textarea", "<button", "<div", "<p"];

/// Where the tag ends that begins here, past what the template puts into it.
fn tag(text: &str) -> &str {
    let (mut depth, mut before) = (0_i32, ' ');
    for (at, sign) in text.char_indices() {
        match (before, sign) {
            ('{', '%' | '{') => depth += 1,
            ('%' | '}', '}') if depth > 0 => depth -= 1,
            (_, '>') if depth == 0 => return &text[..at],
            _ => {}
        }
        // A bracket counts once: `}}}` ends one place, not two.
        before = if matches!((before, sign), ('{', '{') | ('%' | '}', '}')) { ' ' } else { sign };
    }
    text
}

fn tags(text: &str) -> impl Iterator<Item = &str> {
    let begins = text.match_indices('<').map(|(at, _)| &text[at..]);
    begins.filter(|rest| CONTROLS.iter().any(|name| rest.starts_with(name))).map(tag)
}

#[test]
fn the_cursor_begins_in_the_first_field_that_is_wrong() {
    let mut count = 0;
    for (path, text) in files("templates", ".html") {
        for tag in tags(&text).filter(|tag| tag.contains("aria-invalid")) {
            count += 1;
            assert!(tag.contains("autofocus"), "{path}: the cursor does not begin in {tag}");
            assert!(tag.contains("aria-describedby"), "{path}: nothing says what is wrong with {tag}");
        }
    }
    assert!(count > 80, "only {count} fields can be wrong: the templates are read wrongly");
}

#[test]
fn whatever_is_said_to_be_wrong_is_said_of_a_field() {
    for (path, text) in files("templates", ".html") {
        for (id, _) in text.split("<err id=\"").skip(1).filter_map(|rest| rest.split_once('"')) {
            let tied = [format!("{id}-e\""), format!("{id}-{{{{ \"e\" if")];
            assert!(
                tags(&text)
                    .any(|tag| tag.contains("autofocus") && tied.iter().any(|tied| tag.contains(tied))),
                "{path}: no field says that {id} is what is wrong with it"
            );
        }
    }
}

//! Styles follow the direction of the writing: no property names left or right, and no shorthand sets them apart.

use tests::messages::files;

/// Shorthands whose second value is the right side and whose fourth is the left one.
const SIDES: [&str; 6] = ["inset", "margin", "padding", "border-width", "scroll-margin", "scroll-padding"];

/// Values that name a side.
const SIDED: [&str; 7] =
    ["text-align", "float", "clear", "justify-content", "justify-items", "justify-self", "position-area"];

/// What is wrong with a declaration, if anything.
fn physical(property: &str, value: &str) -> bool {
    let of_side = |word: &str| matches!(word, "left" | "right");
    let words = words(value);
    if property.split('-').any(of_side) {
        return true;
    }
    if SIDES.contains(&property) {
        return words.len() == 4 && words[1] != words[3];
    }
    if property == "border-radius" {
        // Top left, top right, bottom right, bottom left.
        return matches!(words.len(), 2 | 3)
            || (words.len() == 4 && (words[0] != words[1] || words[2] != words[3]));
    }
    SIDED.contains(&property) && words.iter().any(|word| of_side(word))
}

/// The words of a value; what stands in brackets is one with what it belongs to.
fn words(value: &str) -> Vec<String> {
    let (mut words, mut depth) = (vec![String::new()], 0_i32);
    for c in value.chars() {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if c.is_whitespace() && depth == 0 {
            words.push(String::new());
        } else if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    words.retain(|word| !word.is_empty() && word != "!important");
    words
}

fn declarations(css: &str) -> impl Iterator<Item = (&str, &str)> {
    css.split(['{', '}', ';']).filter_map(|part| {
        let (property, value) = part.split_once(':')?;
        let property = property.trim();
        let named = !property.is_empty() && property.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        named.then(|| (property, value.trim()))
    })
}

#[test]
fn no_style_depends_on_left_and_right() {
    let mut wrong = Vec::new();
    for (path, css) in files("assets/css", ".css") {
        let found = declarations(&css).filter(|(property, value)| physical(property, value));
        wrong.extend(found.map(|(property, value)| format!("{path}: {property}:{value}")));
    }
    assert_eq!(wrong, Vec::<String>::new(), "say inline-start and inline-end instead");
}

#[test]
fn what_names_a_side_is_seen() {
    for (property, value) in [
        ("margin-left", "1rem"),
        ("left", "0"),
        ("border-top-right-radius", "2px"),
        ("padding", "0 1rem 0 2rem"),
        ("inset", "0 auto auto calc(1px + 2px)"),
        ("border-radius", "1px 0 0 1px"),
        ("text-align", "right"),
    ] {
        assert!(physical(property, value), "{property}:{value}");
    }
    for (property, value) in [
        ("margin-inline-start", "1rem"),
        ("padding", "0 calc(1rem + 2px) 1rem calc(1rem + 2px)"),
        ("inset", "auto 0 0"),
        ("border-radius", "var(--r4) var(--r4) 0 0"),
        ("text-align", "end"),
    ] {
        assert!(!physical(property, value), "{property}:{value}");
    }
    assert_eq!(
        declarations(".a:hover{color:red;left :0}").collect::<Vec<_>>(),
        [("color", "red"), ("left", "0")]
    );
}

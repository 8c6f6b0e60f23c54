use proptest::prelude::*;
use turnstone::db::words::words_of;
use turnstone::error::Error;
use turnstone::search::excerpt;
use turnstone::search::language::{Asks, Key, parse};

fn sources(typed: &str) -> Vec<String> {
    parse(typed).unwrap().into_iter().map(|clause| clause.source).collect()
}

fn values(typed: &str) -> Vec<String> {
    match &parse(typed).unwrap()[0].asks {
        Asks::Key(_, values) => values.clone(),
        Asks::Text(phrase) => panic!("{typed} is no key but {phrase:?}"),
    }
}

fn told(typed: &str) -> String {
    match parse(typed) {
        Err(Error::Invalid(fields)) => fields[0].message.to_string(),
        other => panic!("{typed}: {other:?}"),
    }
}

#[test]
fn a_search_is_taken_apart() {
    let typed = r#"queue:"Account access",Support state:open -tag:spam "exact words" -"not these" -word e-mail 12:30 https://example.org/a"#;
    let clauses = parse(typed).unwrap();
    let negated: Vec<bool> = clauses.iter().map(|clause| clause.negated).collect();
    assert_eq!(negated, [false, false, true, false, true, true, false, false, false]);
    assert_eq!(values(typed), ["Account access", "Support"]);
    let Asks::Text(exact) = &clauses[3].asks else { panic!("{clauses:?}") };
    assert_eq!((exact.words.join(" "), exact.open), ("exact words".to_owned(), false));
    let Asks::Text(mail) = &clauses[6].asks else { panic!("{clauses:?}") };
    assert_eq!((mail.words.join(" "), mail.open), ("e mail".to_owned(), true));
    assert_eq!(sources(typed).join(" "), typed, "each part can be taken away and the others stay as typed");
    assert_eq!(values("queue:„Große Fragen“"), ["Große Fragen"]);
    assert_eq!(sources("Re: - *** „“ -"), ["Re:"], "what holds no letter is not looked for");
    assert!(parse("").unwrap().is_empty() && parse(" \u{a0}\t").unwrap().is_empty());
}

#[test]
fn what_is_wrong_is_named_with_its_remedy() {
    for (typed, words) in [
        ("\"half a phrase", vec!["“half a phrase”", "Close it"]),
        ("queu:Support", vec!["“queu:”", "Did you mean “queue:”", "\"queu:Support\""]),
        ("colour:red", vec!["“colour:”", "queue: state: owner:", "quotation marks"]),
        ("state:", vec!["“state:”", "Something must follow"]),
        ("a b c d e f g h i", vec!["200 characters", "8 words"]),
    ] {
        let told = told(typed);
        assert!(words.iter().all(|word| told.contains(word)), "{typed}: {told}");
    }
    assert!(told(&"ab ".repeat(70)).contains("200 characters"));
    assert!(parse("a b c d e f g h is:new state:open queue:x tag:y").is_ok(), "keys are no words");
}

#[test]
fn words_are_those_that_people_type() {
    for (text, words) in [
        ("Größe & Straße", vec!["grosse", "strasse"]),
        ("Crème brûlée", vec!["creme", "brulee"]),
        ("ﬁnal İzmir Łódź Ærø", vec!["final", "izmir", "lodz", "aero"]),
        ("anna.bell@customer.example", vec!["anna", "bell", "customer", "example"]),
        ("東京駅 abc", vec!["東", "京", "駅", "abc"]),
        ("'; DROP TABLE--", vec!["drop", "table"]),
    ] {
        assert_eq!(words_of(text), words, "{text}");
    }
    assert_eq!(words_of(&"x".repeat(5_000)), ["x".repeat(64)]);
}

#[test]
fn what_was_found_is_marked() {
    let phrases: Vec<_> = parse("strass \"two words\"")
        .unwrap()
        .into_iter()
        .filter_map(|clause| match clause.asks {
            Asks::Text(phrase) => Some(phrase),
            Asks::Key(..) => None,
        })
        .collect();
    let texts = [
        "Nothing here".to_owned(),
        "Straße with two\nwords, \u{e000}two words\u{e001} and two more".to_owned(),
    ];
    let marked =
        excerpt::of(&texts, &phrases).unwrap().replace(excerpt::BEGIN, "[").replace(excerpt::END, "]");
    assert_eq!(marked, "[Straße] with [two] [words], [two] [words] and two more");
    assert_eq!(excerpt::of(&texts[..1], &phrases), None);
    let long = format!("{} straße {}", "before ".repeat(50), "after ".repeat(50));
    let marked = excerpt::of(&[long], &phrases).unwrap();
    assert!(marked.starts_with('…') && marked.ends_with('…') && marked.chars().count() < 250, "{marked}");
}

#[test]
fn every_key_is_known_by_its_word_in_any_case() {
    for key in Key::ALL {
        assert_eq!(Key::of(&key.word().to_uppercase()), Some(*key));
    }
}

/// Pieces that a person, or somebody who wishes ill, puts together.
fn typed() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\"".to_owned()),
        Just("-".to_owned()),
        Just(":".to_owned()),
        Just(",".to_owned()),
        Just(" ".to_owned()),
        Just("queue:".to_owned()),
        Just("created:".to_owned()),
        Just("..".to_owned()),
        Just("is:".to_owned()),
        Just("“".to_owned()),
        Just("”".to_owned()),
        Just("*".to_owned()),
        Just("NEAR(".to_owned()),
        "[a-zß0-9]{1,6}",
        "\\PC{0,4}",
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_that_can_be_typed_makes_it_panic(text in typed(), any in any::<String>()) {
        for text in [text, any] {
            if let Ok(clauses) = parse(&text) {
                // Without any one part the rest is still a search.
                for gone in 0..clauses.len() {
                    let rest: Vec<_> = clauses.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, c)| c.source.clone()).collect();
                    let again = parse(&rest.join(" "));
                    prop_assert!(again.is_ok(), "{:?} without part {}: {:?}", text, gone, again);
                    prop_assert_eq!(again.unwrap().len(), rest.len());
                }
            }
        }
    }

    #[test]
    fn words_hold_nothing_but_letters_and_digits(text in any::<String>()) {
        for word in words_of(&text) {
            prop_assert!(!word.is_empty() && word.chars().all(char::is_alphanumeric), "{:?}", word);
        }
    }

    #[test]
    fn marks_leave_the_words_as_they_were(text in "\\PC{0,200}", q in "[a-z]{1,3}") {
        let Some(Asks::Text(phrase)) = parse(&q).unwrap().pop().map(|clause| clause.asks) else { return Ok(()) };
        let marked = excerpt::marked(&text, &[phrase]);
        let words = |text: &str| words_of(&text.replace([excerpt::BEGIN, excerpt::END], ""));
        prop_assert_eq!(words(&marked), words(&text));
    }
}

//! Quotes told by comparison with what was written before (BEHAVIOURS.md, 18).

use mail_ingest::quote::{Known, SegmentKind, Side, fold_against};

const QUESTION: &str = "Good morning,\n\nour printer on the second floor prints only blank pages since Monday. We have already changed \
                        the toner.\n\nKind regards\nAnna Bell\nACME Ltd, Harbour Road 5\n";
const ANSWER: &str = "Dear Anna,\n\nthank you for telling us. Is the printer still switched on? And when may our technician come by?\n\n\
                      Best wishes\nDana Fox\n\n-- \nSupport team\n";

fn known() -> Known {
    let mut known = Known::default();
    known.add(QUESTION, Side::Theirs);
    known.add(ANSWER, Side::Ours);
    known
}

/// The kinds and first lines of what a customer's text is divided into.
fn folded(text: &str) -> Vec<(SegmentKind, String)> {
    let segments = fold_against(text, &known(), Side::Theirs);
    let whole: String = segments.iter().map(|segment| segment.text.as_str()).collect();
    assert_eq!(whole, text, "something was lost");
    segments
        .into_iter()
        .map(|segment| (segment.kind, segment.text.trim().lines().next().unwrap_or_default().to_owned()))
        .collect()
}

fn kinds(text: &str) -> Vec<SegmentKind> {
    folded(text).into_iter().map(|(kind, _)| kind).collect()
}

use SegmentKind::{Quoted, Signature, Visible};

#[test]
fn a_full_quote_without_any_mark_folds() {
    let text = format!("Yes, it is. Any time on Friday.\n\n{ANSWER}");
    assert_eq!(
        folded(&text),
        [(Visible, "Yes, it is. Any time on Friday.".to_owned()), (Quoted, "Dear Anna,".to_owned())]
    );
}

#[test]
fn a_quote_whose_lines_were_broken_anew_folds() {
    let words: Vec<&str> = ANSWER.split_whitespace().collect();
    let narrow = words.chunks(4).map(|line| line.join(" ")).collect::<Vec<_>>().join("\n");
    assert_eq!(kinds(&format!("On Friday.\n\n{narrow}\n")), [Visible, Quoted]);
}

#[test]
fn what_announces_a_quote_folds_with_it_in_any_language() {
    for announcement in [
        "ti 24. marraskuuta 2026 klo 14.00 Support <support@helpdesk.example> kirjoitti:",
        "2026. nov. 24., K, 14:00 dátummal Support <support@helpdesk.example> ezt írta:",
        "Lähettäjä: Support <support@helpdesk.example>\nLähetetty: tiistai 24. marraskuuta 2026 14.00\nVastaanottaja: Anna\nAihe: Tulostin",
        "----------\nFeladó: Support\nElküldve: kedd\nCímzett: Anna\nTárgy: Nyomtató",
        "From: Support\nSent: Tuesday\nTo: Anna\nSubject: Printer",
    ] {
        let found = folded(&format!("On Friday.\n\n{announcement}\n\n{ANSWER}"));
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[1], (Quoted, announcement.lines().next().unwrap().to_owned()));
    }
}

#[test]
fn an_answer_between_unmarked_lines_stays_visible() {
    let text = "From: Support\nSent: Tuesday\nTo: Anna\nSubject: Printer\n\nDear Anna,\n\nthank you for telling us. \
                Is the printer still switched on?\nYes it is!\nAnd when may our technician come by?\nFriday.\n\nBest wishes\nDana Fox\n";
    let segments = fold_against(text, &known(), Side::Theirs);
    let shown: String = segments
        .iter()
        .filter(|segment| segment.kind == Visible)
        .map(|segment| segment.text.as_str())
        .collect();
    assert!(
        shown.contains("Yes it is!")
            && shown.contains("Friday.")
            && shown.contains("thank you for telling us"),
        "{shown}"
    );
}

#[test]
fn a_word_added_to_a_quoted_line_stays_visible() {
    let text = ANSWER.replace("switched on?", "switched on? YES");
    let segments = fold_against(&format!("See below.\n\n{text}"), &known(), Side::Theirs);
    assert!(segments[0].kind == Visible && segments[0].text.contains("YES"), "{segments:?}");
    let thumb = ANSWER.replace("Best wishes", "👍\n\nBest wishes");
    let segments = fold_against(&format!("See below.\n\n{thumb}"), &known(), Side::Theirs);
    assert!(segments[0].kind == Visible && segments[0].text.contains('👍'), "{segments:?}");
}

#[test]
fn an_answer_below_the_quote_stays_visible() {
    assert_eq!(kinds(&format!("{ANSWER}\nOn Friday, please.\n")), [Visible]);
}

#[test]
fn the_same_words_in_a_new_sentence_are_new() {
    assert_eq!(kinds("Is the printer still switched on? you ask. It is not.\n"), [Visible]);
    assert_eq!(kinds("Good morning,\n\nit prints again.\n"), [Visible]);
    // A text that says nothing new is shown all the same.
    assert_eq!(kinds(QUESTION), [Visible]);
}

#[test]
fn the_writers_own_ending_is_a_signature() {
    let found = folded("It prints again, thank you.\n\nKind regards\nAnna Bell\nACME Ltd, Harbour Road 5\n");
    assert_eq!(
        found,
        [(Visible, "It prints again, thank you.".to_owned()), (Signature, "Kind regards".to_owned())]
    );
    let both = folded(&format!(
        "It prints again.\n\nKind regards\nAnna Bell\nACME Ltd, Harbour Road 5\n\nOn 24 Nov 2026 Support wrote:\n{ANSWER}"
    ));
    assert_eq!(
        both.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(),
        [Visible, Signature, Quoted],
        "{both:?}"
    );
    assert_eq!(both[2].1, "On 24 Nov 2026 Support wrote:");
}

#[test]
fn a_phones_footer_is_a_signature() {
    assert_eq!(kinds("It prints again.\n\nSent from my iPhone\n"), [Visible, Signature]);
    assert_eq!(kinds("Sent from my iPhone\n"), [Visible]);
}

#[test]
fn targets_that_a_program_adds_to_links_change_nothing() {
    let mut known = Known::default();
    known.add("Please write to help@x.example or see https://x.example/help for more about it.", Side::Ours);
    let text = "I did.\n\nPlease write to help@x.example<mailto:help@x.example> or see https://x.example/help<https://x.example/help> for more about it.\n";
    let found: Vec<_> =
        fold_against(text, &known, Side::Theirs).into_iter().map(|segment| segment.kind).collect();
    assert_eq!(found, [Visible, Quoted]);
}

#[test]
fn languages_without_blanks_are_compared_sign_by_sign() {
    let mut known = Known::default();
    known.add("お問い合わせありがとうございます。プリンタの電源は入っていますか。", Side::Ours);
    let text = "はい。\n\nお問い合わせありがとうございます。\nプリンタの電源は入っていますか。\n";
    let found: Vec<_> =
        fold_against(text, &known, Side::Theirs).into_iter().map(|segment| segment.kind).collect();
    assert_eq!(found, [Visible, Quoted]);
}

#[test]
fn comparing_a_megabyte_takes_no_time() {
    let long: String = (0..120_000).map(|n| format!("word{n} ")).collect();
    let begun = tests::mutate::busy();
    let mut known = Known::default();
    for _ in 0..20 {
        known.add(&long, Side::Theirs);
        let _ = fold_against(&long, &known, Side::Ours);
    }
    let took = tests::mutate::busy() - begun;
    assert!(took < std::time::Duration::from_secs(10), "{took:?}");
}

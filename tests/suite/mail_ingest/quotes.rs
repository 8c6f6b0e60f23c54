//! Folding of quotes and signatures (BEHAVIOURS.md, 18).

use mail_ingest::quote::{SegmentKind, fold};

/// The parts as `V:`, `S:` and `Q:` with their trimmed text.
fn folded(text: &str) -> Vec<String> {
    let segments = fold(text);
    assert_eq!(
        segments.iter().map(|segment| segment.text.as_str()).collect::<String>(),
        text,
        "something was lost"
    );
    let letter = |kind| match kind {
        SegmentKind::Visible => "V",
        SegmentKind::Signature | SegmentKind::Repeated => "S",
        SegmentKind::Quoted => "Q",
    };
    segments
        .iter()
        .map(|segment| {
            format!(
                "{}:{}",
                letter(segment.kind),
                segment.text.trim().lines().next().unwrap_or("").trim_end()
            )
        })
        .collect()
}

#[test]
fn announcements_of_many_languages_fold_with_their_quote() {
    for announcement in [
        "On Mon, Jan 1, 2024 at 10:00 Anna <a@b.example> wrote:",
        "On Mon, Jan 1, 2024 at 10:00 Anna Doe\n<a@b.example> wrote:",
        "Am 01.01.2024 um 10:00 schrieb Anna:",
        "Am Mo., 1. Jan. 2024 um 10:00 Uhr schrieb Anna <a@b.example>:",
        "Le lun. 1 janv. 2024 à 10:00, Anna <a@b.example> a écrit :",
        "El lun, 1 ene 2024 a las 10:00, Anna (<a@b.example>) escribió:",
        "Il giorno lun 1 gen 2024 alle 10:00 Anna ha scritto:",
        "Op ma 1 jan 2024 om 10:00 schreef Anna <a@b.example>:",
        "Em seg., 1 de jan. de 2024 às 10:00, Anna escreveu:",
        "Den mån 1 jan. 2024 kl 10:00 skrev Anna <a@b.example>:",
        "W dniu 1.01.2024 o 10:00, Anna napisał(a):",
        "1 января 2024 г., 10:00, Anna <a@b.example> писал(а):",
        "Anna wrote:",
    ] {
        let text = format!("Thanks!\n\n{announcement}\n> old\n> older\n");
        assert_eq!(
            folded(&text),
            ["V:Thanks!", &format!("Q:{}", announcement.lines().next().unwrap())],
            "{announcement}"
        );
    }
}

#[test]
fn an_inline_answer_is_visible_with_what_it_answers() {
    assert_eq!(
        folded("On Monday 1 Anna wrote:\n> Is it ready?\nYes.\n> And the other?\nNo.\n"),
        ["V:On Monday 1 Anna wrote:"]
    );
    assert_eq!(
        folded("> Is it ready?\nYes.\n\n> And more that I leave\n> uncommented\n"),
        ["V:> Is it ready?", "Q:> And more that I leave"]
    );
}

#[test]
fn a_sentence_above_an_announcement_is_not_swallowed() {
    assert_eq!(
        folded("On this I agree with all 3.\nBob wrote:\n> old\n"),
        ["V:On this I agree with all 3.", "Q:Bob wrote:"]
    );
    assert_eq!(folded("On this I agree\nBob wrote:\n> old\n"), ["V:On this I agree", "Q:Bob wrote:"]);
}

#[test]
fn outlook_blocks_fold() {
    for block in [
        "-----Original Message-----\nFrom: Anna\nSent: Monday\nTo: Bob\nSubject: x\n\nold text\n",
        "________________________________\nVon: Anna <a@b.example>\nGesendet: Montag\nAn: Bob\nBetreff: x\n\nalt\n",
        "*From:* Anna <a@b.example>\n*Sent:* Monday\n*To:* Bob\n*Subject:* x\n\nold\n",
        "De : Anna <a@b.example>\nEnvoyé : lundi\nÀ : Bob\nObjet : x\n\nvieux\n",
    ] {
        let found = folded(&format!("My answer.\n\n{block}"));
        assert_eq!((found.len(), found[0].as_str(), &found[1][..2]), (2, "V:My answer.", "Q:"), "{block}");
    }
}

#[test]
fn answers_between_marked_lines_below_a_divider_stay_visible() {
    let text =
        "-----Original Message-----\nFrom: Anna\nSent: Monday\nTo: Bob\n\n> Is it ready?\n\nYes, it is.\n";
    assert_eq!(folded(text), ["V:-----Original Message-----"]);
}

#[test]
fn signatures_are_told_apart() {
    assert_eq!(folded("Hello\n\n-- \nAnna\nACME\n"), ["V:Hello", "S:--"]);
    assert_eq!(
        folded("Hello\n-- \nAnna\n\nOn 1 Jan Bob wrote:\n> old\n"),
        ["V:Hello", "S:--", "Q:On 1 Jan Bob wrote:"]
    );
    assert_eq!(
        folded("Hello\n\nOn 1 Jan Bob wrote:\n> old\n-- \nAnna\n"),
        ["V:Hello", "Q:On 1 Jan Bob wrote:"]
    );
    assert_eq!(folded("-- \nonly a signature\n"), ["V:--"]);
}

#[test]
fn plain_words_are_not_quotes() {
    for text in [
        "",
        "\n\n",
        "From: here to there\nit is far.\n",
        "I wrote:\nnothing.\n",
        "a > b\n",
        "Am I late?\nHe wrote a book:\n- one\n",
        "> nothing but a quote\n> of it\n",
    ] {
        let segments = fold(text);
        assert!(
            segments.iter().all(|segment| segment.kind == SegmentKind::Visible),
            "{text:?}: {segments:?}"
        );
    }
}

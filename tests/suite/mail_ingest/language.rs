//! In which language a mail is written, as far as its words tell.

use mail_ingest::language::guess;

fn tag(text: &str) -> Option<&'static str> {
    guess(text).map(|guess| guess.tag)
}

#[test]
fn letters_as_people_write_them_are_told_apart() {
    for (expected, text) in [
        ("en", "Hello,\nI cannot log in since this morning. Could you please help me?\nThanks, Anna"),
        ("en", "The printer on the second floor is broken. What can we do?"),
        (
            "de",
            "Guten Tag,\nich kann mich seit heute früh nicht anmelden. Können Sie mir bitte helfen?\nViele Grüße",
        ),
        ("de", "Hallo, der Drucker im zweiten Stock ist kaputt."),
        (
            "de",
            "Sehr geehrte Damen und Herren,\n\nanbei die Rechnung für den Monat November.\n\nMit freundlichen Grüßen",
        ),
        (
            "fr",
            "Bonjour,\nje n'arrive plus à me connecter depuis ce matin. Pouvez-vous m'aider ?\nMerci, Luc",
        ),
        ("fr", "L’imprimante du deuxième étage est en panne, merci de faire le nécessaire."),
        ("nl", "Hallo, ik kan niet meer inloggen sinds vanmorgen. Kunt u mij helpen? Met vriendelijke groet"),
        ("es", "Hola, no puedo entrar en mi cuenta desde esta mañana. ¿Me pueden ayudar, por favor? Gracias"),
        ("it", "Buongiorno, non posso accedere al mio account da questa mattina. Grazie e cordiali saluti"),
    ] {
        assert_eq!(tag(text), Some(expected), "{text}");
    }
}

#[test]
fn what_is_short_mixed_or_no_text_tells_nothing() {
    for text in [
        "",
        "Hello",
        "Danke!",
        "4711 0815 ERR_CONNECTION_REFUSED",
        "Anna Meyer\nHauptstr. 5\n12345 Berlin",
        "Guten Tag, please help me, ich kann nicht log in, thank you and viele Grüße for the help",
        "Привет, я не могу войти. Пожалуйста, помогите.",
        "すみません、ログインできません。",
    ] {
        assert_eq!(tag(text), None, "{text}");
    }
}

#[test]
fn a_megabyte_costs_no_time() {
    let start = std::time::Instant::now();
    guess(&"word ".repeat(200_000));
    guess(&"x".repeat(1_000_000));
    assert!(start.elapsed() < std::time::Duration::from_secs(5), "{:?}", start.elapsed());
}

//! In which language a text is written, by its commonest words: enough to choose between a few, and quick to say "unsure".

use std::{collections::HashMap, sync::LazyLock};

/// A language and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guess {
    /// `en`, `de`, `fr`, or one of those that are known only to be told apart from these.
    pub tag: &'static str,
    /// So many of the words are among its commonest.
    pub hits: usize,
    /// So many words were looked at.
    pub words: usize,
}

/// So many words are looked at.
const WORDS: usize = 200;
/// Fewer hits than these tell nothing.
const HITS: usize = 3;
/// One word in so many must be a common one.
const SHARE: usize = 7;

/// The commonest words of each language, and how letters begin and end in it. Some are in two lists: the others decide.
const LANGUAGES: &[(&str, &str)] = &[
    (
        "en",
        "the and you your for that this with have has are was not can could would please will from but what when there \
         my we i it is to of in be an as at or if our they do does did how which been about after before hello hi dear \
         regards thanks thank sincerely cheers",
    ),
    (
        "de",
        "der die das und ich sie ist nicht ein eine einen einem einer mit für auf den dem des von zu im in es wir ihr \
         ihre ihren mein meine meinen mir mich uns kann können bitte habe haben hat wird werden wurde war noch auch \
         aber oder wenn wie was bei nach aus seit über um dass als bin sind hallo liebe lieber guten tag grüße gruß \
         grüssen grüßen freundlichen danke vielen dank geehrte",
    ),
    (
        "fr",
        "le la les et je vous nous est pas un une des du de en que qui pour dans sur avec mon ma mes votre vos notre \
         nos ne ce cette ces il elle au aux par plus mais ou si être avoir ai suis avez ont sont peut pouvez bonjour \
         merci cordialement bonsoir salutations madame monsieur cher chère l d j n c qu",
    ),
    (
        "nl",
        "de het een en ik je u uw mijn wij ons is niet met voor op van te dat dit zijn heb heeft kan kunt kunnen maar \
         ook als bij naar uit nog wel geen wordt worden graag hallo beste groet groeten bedankt alvast geachte",
    ),
    (
        "es",
        "el la los las y yo usted ustedes es no un una de del en que para con por mi mis su sus se lo le al pero como \
         más este esta estos puede puedo tengo tiene hola gracias saludos buenos días estimado estimada cordial",
    ),
    (
        "it",
        "il lo la gli e io lei voi è non un una di del della dei in che per con mio mia vostro si al ma come più \
         questo questa sono ho ha può posso ciao grazie saluti buongiorno gentile cordiali salve",
    ),
    (
        "pt",
        "o os as e eu você vocês é não um uma de do da dos das em que para com por meu minha seu sua se no na mas como \
         mais este esta pode posso tenho tem olá obrigado obrigada cumprimentos bom dia atenciosamente",
    ),
    (
        "sv",
        "och att det som en ett jag du ni är inte på för med till av den har kan om men från när hur vi min mitt er \
         hej tack hälsningar vänliga og ikke jeg hilsen takk tak mvh med venlig til",
    ),
    (
        "pl",
        "i w na z do nie się że jest to o jak po od za czy mam ma dla przez proszę dzień dobry pozdrawiam dziękuję \
         witam szanowni państwo mój moje",
    ),
];

/// In which of the languages a word is common. Asked for each mail and on each ticket's page.
static COMMON: LazyLock<HashMap<&str, Vec<usize>>> = LazyLock::new(|| {
    let mut common: HashMap<&str, Vec<usize>> = HashMap::new();
    for (language, (_, words)) in LANGUAGES.iter().enumerate() {
        for word in words.split_ascii_whitespace() {
            let languages = common.entry(word).or_default();
            if !languages.contains(&language) {
                languages.push(language);
            }
        }
    }
    common
});

/// The language of a text, or `None` where it is too short or too mixed to tell.
pub fn guess(text: &str) -> Option<Guess> {
    let mut hits = [0_usize; LANGUAGES.len()];
    let mut words = 0;
    let word = |c: char| !c.is_alphabetic();
    for word in text.split(word).filter(|word| !word.is_empty()).take(WORDS) {
        words += 1;
        for language in COMMON.get(word.to_lowercase().as_str()).into_iter().flatten() {
            if let Some(count) = hits.get_mut(*language) {
                *count += 1;
            }
        }
    }
    let (tag, best) = LANGUAGES.iter().map(|(tag, _)| *tag).zip(hits).max_by_key(|(_, hits)| *hits)?;
    let second =
        LANGUAGES.iter().zip(hits).filter(|((other, _), _)| *other != tag).map(|(_, hits)| hits).max()?;
    // A clear lead over every other language, and not only a few common words in a sea of names and numbers.
    let sure = best >= HITS && best * SHARE >= words && best * 2 >= second * 3;
    sure.then_some(Guess { tag, hits: best, words })
}

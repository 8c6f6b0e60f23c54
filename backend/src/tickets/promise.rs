//! Whether a text speaks of a file that goes along. Whoever forgets the file is asked once before the text leaves.

/// Beginnings of words that mean a file beside the text, in the languages of our answers.
const BEGINNINGS: [&str; 13] = [
    "attach",
    "enclosed",
    "enclosing",
    "anhang",
    "anhäng",
    "angehäng",
    "angehang",
    "anbei",
    "beigefüg",
    "beiliegend",
    "beigeleg",
    "ci-joint",
    "ci-inclus",
];
/// Words that mean it only together.
const TOGETHER: [&str; 8] = [
    "in der anlage",
    "als anlage",
    "pièce jointe",
    "pièces jointes",
    "piece jointe",
    "pieces jointes",
    "en annexe",
    "je joins",
];

/// Whether the author's own words, in English, German or French, speak of a file. What he quotes does not count, and
/// neither does what stands below a signature's line.
pub fn speaks_of_file(text: &str) -> bool {
    let own = text
        .lines()
        .take_while(|line| line.trim_end() != "--")
        .filter(|line| !line.trim_start().starts_with('>'))
        .collect::<Vec<_>>()
        .join("\n")
        .to_lowercase();
    let words: Vec<&str> = own
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .map(|word| word.trim_matches('-'))
        .filter(|word| !word.is_empty())
        .collect();
    let begins = |word: &&str| BEGINNINGS.iter().any(|beginning| word.starts_with(beginning));
    if words.iter().any(begins) {
        return true;
    }
    let line = format!(" {} ", words.join(" "));
    TOGETHER.iter().any(|phrase| line.contains(&format!(" {phrase} ")))
}

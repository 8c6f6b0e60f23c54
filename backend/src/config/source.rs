//! Where values come from: the file, over it the environment, over both the command line.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use super::keys::{self, KEYS, PREFIX, TAKES_TEST_SETTINGS, TEST_KEYS};
use super::problem::Problem;
use super::suggest::closest;

/// The file that is read where nobody names one, if it exists.
const DEFAULT_FILE: &str = "turnstone.toml";
/// The variable that names the file.
const FILE_VARIABLE: &str = "TURNSTONE_CONFIG";

/// Where a value was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The settings file.
    File(PathBuf),
    /// A variable of the environment; its name.
    Environment(String),
    /// An option of the command; its name.
    CommandLine(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(out, "by default"),
            Self::File(path) => write!(out, "in {}", path.display()),
            Self::Environment(name) => write!(out, "from {name}"),
            Self::CommandLine(option) => write!(out, "by {option}"),
        }
    }
}

/// What the command line says about settings.
#[derive(Clone, Debug, Default)]
pub struct CommandLine {
    /// `--config FILE`.
    pub file: Option<PathBuf>,
    /// `--roles LIST`.
    pub roles: Option<String>,
}

/// A setting as it is in force, for `config show` and `doctor`; passwords taken out.
#[derive(Clone, Debug)]
pub struct Effective {
    /// The setting.
    pub key: &'static str,
    /// Its value.
    pub value: String,
    /// Who says so.
    pub origin: Origin,
}

/// All values as text, before anybody asked what they mean.
#[derive(Default)]
pub(super) struct Raw {
    pub(super) values: BTreeMap<&'static str, (String, Origin)>,
    pub(super) problems: Vec<Problem>,
    pub(super) file: Option<PathBuf>,
}

impl Raw {
    /// Collects from all three places; later ones win.
    pub(super) fn collect(
        line: &CommandLine,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Self {
        let mut raw = Self::default();
        let variables: Vec<(OsString, OsString)> = environment.into_iter().collect();
        let named = line.file.clone().map(|file| (file, Origin::CommandLine("--config"))).or_else(|| {
            let (_, file) =
                variables.iter().find(|(name, value)| name == FILE_VARIABLE && !value.is_empty())?;
            Some((PathBuf::from(file), Origin::Environment(FILE_VARIABLE.to_owned())))
        });
        match named {
            Some((file, by)) => raw.read_file(&file, &by),
            None if Path::new(DEFAULT_FILE).exists() => {
                raw.read_file(Path::new(DEFAULT_FILE), &Origin::Default)
            }
            None => {}
        }
        for (name, value) in variables {
            raw.take_variable(&name, value);
        }
        if let Some(roles) = &line.roles {
            raw.values.insert("ROLES", (roles.clone(), Origin::CommandLine("--roles")));
        }
        raw
    }

    fn read_file(&mut self, file: &Path, named_by: &Origin) {
        self.file = Some(file.to_path_buf());
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => {
                let remedy =
                    format!("The settings file can't be read ({error}). Correct the path or its rights.");
                self.problems.push(Problem::of_name(&file.display().to_string(), named_by, remedy));
                return;
            }
        };
        let origin = Origin::File(file.to_path_buf());
        match text.parse::<toml::Table>() {
            Ok(table) => self.take_table(table, &origin),
            Err(error) => {
                let place =
                    error.span().map(|span| 1 + text[..span.start.min(text.len())].matches('\n').count());
                let place = place.map(|line| format!("line {line}")).unwrap_or_else(|| "the file".to_owned());
                // A broken line may hold a password: the parser's excerpt of it is left out.
                let remedy = format!(
                    "This is not TOML ({}). Texts stand in quotes, as in web_listen = \"127.0.0.1:8080\".",
                    error.message()
                );
                self.problems.push(Problem::of_name(&place, &origin, remedy));
            }
        }
    }

    fn take_table(&mut self, table: toml::Table, origin: &Origin) {
        for (name, value) in table {
            match value {
                toml::Value::Table(section) if name == "test" => {
                    for (name, value) in section {
                        self.take_entry(&format!("test_{name}"), &format!("[test] {name}"), value, origin);
                    }
                }
                toml::Value::Table(_) => {
                    let remedy = "There is no such section. All settings stand at the top of the file.";
                    self.problems.push(Problem::of_name(&format!("[{name}]"), origin, remedy));
                }
                value => self.take_entry(&name, &name, value, origin),
            }
        }
    }

    fn take_entry(&mut self, name: &str, shown: &str, value: toml::Value, origin: &Origin) {
        // Only lower case is a name in the file, so that one setting can't stand there twice.
        let key = if name.chars().any(|c| c.is_ascii_uppercase()) {
            None
        } else {
            keys::find(&name.to_ascii_uppercase())
        };
        let Some(key) = key else {
            let known: Vec<String> = known_names().map(str::to_ascii_lowercase).collect();
            let hint = did_you_mean(name, known.iter().map(String::as_str));
            self.problems.push(Problem::of_name(shown, origin, format!("There is no such setting.{hint}")));
            return;
        };
        match plain_text(&value) {
            Some(text) => self.take(key, text, origin.clone()),
            None => {
                let remedy = "A text, a number, true or false, or a list of texts belongs here.";
                self.problems.push(Problem::of_name(shown, origin, remedy));
            }
        }
    }

    fn take_variable(&mut self, name: &OsString, value: OsString) {
        let name = name.to_string_lossy();
        let Some(short) = name.strip_prefix(PREFIX).filter(|_| name != FILE_VARIABLE) else { return };
        if is_service_link(short) {
            return;
        }
        let origin = Origin::Environment(name.clone().into_owned());
        let Some(key) = keys::find(short) else {
            let known = known_names().map(|known| format!("{PREFIX}{known}"));
            let known: Vec<String> = known.chain([FILE_VARIABLE.to_owned()]).collect();
            let hint = did_you_mean(&name, known.iter().map(String::as_str));
            let remedy = format!(
                "There is no such setting.{hint} Variables that begin with {PREFIX} are all read by Turnstone."
            );
            self.problems.push(Problem::of_name(
                &name,
                &Origin::Environment("the environment".to_owned()),
                remedy,
            ));
            return;
        };
        match value.into_string() {
            Ok(text) => self.take(key, text, origin),
            Err(_) => {
                self.problems.push(Problem::of_name(key, &origin, "The value is not UTF-8. Write it anew."))
            }
        }
    }

    fn take(&mut self, key: &'static str, text: String, origin: Origin) {
        if TEST_KEYS.contains(&key) && !TAKES_TEST_SETTINGS {
            let remedy = "The section [test] is taken by test builds only. Remove it.";
            self.problems.push(Problem::of_name(key, &origin, remedy));
            return;
        }
        // Compose files pass variables that nobody set as empty ones, so empty means: not set.
        if !text.trim().is_empty() {
            self.values.insert(key, (text.trim().to_owned(), origin));
        }
    }
}

/// Whether an orchestrator set this: Kubernetes gives every container variables about a service that is
/// called `turnstone`, among them `TURNSTONE_PORT`, and nobody could take them away.
fn is_service_link(short: &str) -> bool {
    short == "PORT" || ["PORT_", "SERVICE_HOST", "SERVICE_PORT"].iter().any(|start| short.starts_with(start))
}

/// Names worth proposing.
fn known_names() -> impl Iterator<Item = &'static str> {
    KEYS.iter().map(|key| key.name).chain(TEST_KEYS.iter().copied().filter(|_| TAKES_TEST_SETTINGS))
}

fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    match closest(name, known) {
        Some(near) => format!(" Did you mean {near}?"),
        None => " `turnstone config show` lists all settings.".to_owned(),
    }
}

fn plain_text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(truth) => Some(truth.to_string()),
        toml::Value::Array(list) => {
            list.iter().map(plain_text).collect::<Option<Vec<_>>>().map(|list| list.join(","))
        }
        _ => None,
    }
}

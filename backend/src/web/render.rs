//! Pages and mails from templates. A view is plain data that was loaded before; rendering never queries.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use tera::{Context, Kwargs, State, Tera, TeraResult, Value};

use super::assets::Assets;
use super::text;
use super::times::Reader;
use crate::embedded;
use crate::i18n::{FluentValue, Values};

thread_local! {
    // Components see only their arguments, so what every sentence and every time on a page depends on
    // travels beside the context. Rendering is synchronous, hence one reader per thread at a time.
    static READER: RefCell<Option<Reader>> = const { RefCell::new(None) };
}

/// All templates, compiled.
#[derive(Clone)]
pub struct Pages {
    tera: Arc<Tera>,
}

impl std::fmt::Debug for Pages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages").finish_non_exhaustive()
    }
}

impl Pages {
    /// Compiles all templates; fails with file, line and column of the first mistake.
    pub fn load(assets: Arc<Assets>) -> TeraResult<Self> {
        let mut tera = Tera::new();
        tera.autoescape_on(vec![".html"]);
        register(&mut tera, assets);
        let files = embedded::pages().map_err(tera::Error::message)?;
        let texts =
            files.into_iter().map(|(name, bytes)| (name, String::from_utf8_lossy(&bytes).into_owned()));
        tera.add_raw_templates(texts)?;
        Ok(Self { tera: Arc::new(tera) })
    }

    /// Renders a template with a view for a reader.
    pub fn render(&self, template: &str, view: &impl Serialize, reader: &Reader) -> TeraResult<String> {
        let context = Context::from_serialize(view)?;
        let before = READER.replace(Some(reader.clone()));
        let page = self.tera.render(template, &context);
        READER.set(before);
        page
    }

    /// A file's size in words, for answers that are no pages.
    pub fn size(&self, bytes: i64, reader: &Reader) -> String {
        size_for(bytes, reader)
    }

    /// The names of all templates.
    pub fn names(&self) -> Vec<String> {
        self.tera.get_template_names().map(str::to_owned).collect()
    }
}

fn register(tera: &mut Tera, assets: Arc<Assets>) {
    let modules = assets.modules().to_vec();
    tera.register_function("modules", move |_: Kwargs, _: &State<'_>| modules.clone());
    tera.register_function("asset", move |args: Kwargs, _: &State<'_>| -> TeraResult<String> {
        let name = args.must_get::<&str>("name")?;
        let url =
            assets.url(name).ok_or_else(|| tera::Error::message(format!("no asset is called `{name}`")))?;
        Ok(url.to_owned())
    });
    tera.register_function("tr", |args: Kwargs, _: &State<'_>| -> TeraResult<String> {
        tr(&args, str::to_owned)
    });
    // The message is ours and may hold markup; its values are anybody's and may not.
    tera.register_function("tr_html", |args: Kwargs, _: &State<'_>| -> TeraResult<Value> {
        Ok(Value::safe_string(&tr(&args, text::escape)?))
    });
    tera.register_filter("short", |at: &str, _: Kwargs, _: &State<'_>| timed(at, Reader::short));
    tera.register_filter("stamp", |at: &str, _: Kwargs, _: &State<'_>| timed(at, Reader::stamp));
    tera.register_filter("full", |at: &str, _: Kwargs, _: &State<'_>| timed(at, Reader::full));
    tera.register_filter("day", |at: &str, _: Kwargs, _: &State<'_>| timed(at, Reader::day));
    tera.register_filter("clock", |at: &str, _: Kwargs, _: &State<'_>| timed(at, Reader::clock));
    tera.register_filter("clock_seconds", |at: &str, _: Kwargs, _: &State<'_>| {
        timed(at, Reader::clock_seconds)
    });
    tera.register_filter("time_field", |at: &str, _: Kwargs, _: &State<'_>| timed(at, Reader::field));
    tera.register_filter("size", |bytes: i64, _: Kwargs, _: &State<'_>| size(bytes));
    tera.register_filter("urlencode", |part: &str, _: Kwargs, _: &State<'_>| {
        percent_encoding::utf8_percent_encode(part, percent_encoding::NON_ALPHANUMERIC).to_string()
    });
}

fn with_reader<T>(f: impl FnOnce(&Reader) -> T) -> TeraResult<T> {
    READER.with_borrow(|reader| match reader {
        Some(reader) => Ok(f(reader)),
        None => Err(tera::Error::message("rendered without a reader; use Pages::render")),
    })
}

fn tr(args: &Kwargs, guard: fn(&str) -> String) -> TeraResult<String> {
    let key = args.must_get::<&str>("key")?;
    let mut values = Values::new();
    for (name, value) in args.iter() {
        let Some(name) = name.as_str().filter(|name| *name != "key") else { continue };
        let filled = match (value.as_i64(), value.as_str()) {
            (Some(n), _) => FluentValue::from(n),
            (_, Some(text)) => FluentValue::from(guard(text)),
            _ => FluentValue::from(String::new()),
        };
        values.insert(Cow::Owned(name.to_owned()), filled);
    }
    let found = with_reader(|reader| reader.language.find(key, Some(&values)))?;
    found.ok_or_else(|| tera::Error::message(format!("no message is called `{key}`")))
}

fn timed(at: &str, say: impl FnOnce(&Reader, Timestamp) -> String) -> TeraResult<String> {
    let at: Timestamp = at.parse().map_err(|_| tera::Error::message(format!("`{at}` is no instant")))?;
    with_reader(|reader| say(reader, at))
}

fn size(bytes: i64) -> TeraResult<String> {
    with_reader(|reader| size_for(bytes, reader))
}

fn size_for(bytes: i64, reader: &Reader) -> String {
    match bytes {
        ..1_000 => reader.language.tr_count("size-bytes", bytes),
        1_000..1_000_000 => reader.language.tr_count("size-kb", (bytes + 500) / 1_000),
        _ => {
            let tenths = (bytes + 50_000) / 100_000;
            reader.language.tr_with("size-mb", &[("n", &reader.language.decimal(tenths / 10, tenths % 10))])
        }
    }
}

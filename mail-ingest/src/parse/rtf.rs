//! RTF as Outlook sends it: compressed in winmail.dat (MS-OXRTFCP), also with HTML wrapped into it (MS-OXRTFEX).

use super::{Notes, charset};
use crate::limits;

/// What the dictionary holds before the first byte.
const START: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const WINDOW: usize = 4_096;
/// Bytes of RTF that are read.
const SOURCE: usize = 4 * limits::TEXT;
/// Open groups that are remembered; deeper ones look like their parents.
const DEPTH: usize = 200;

/// Opens compressed RTF; what was cut off is read as far as it goes. `None` where it is none.
pub(super) fn decompress(data: &[u8]) -> Option<Vec<u8>> {
    let header = data.get(..16)?;
    let number = |at: usize| header.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
    let size = usize::try_from(number(4)?).ok()?.min(SOURCE);
    let body = &data[16..];
    match &header[8..12] {
        b"MELA" => Some(body.get(..size).unwrap_or(body).to_vec()),
        b"LZFu" => Some(unpack(body, size)),
        _ => None,
    }
}

fn unpack(body: &[u8], size: usize) -> Vec<u8> {
    let mut window = [0u8; WINDOW];
    window[..START.len()].copy_from_slice(START);
    let mut at = START.len();
    let mut out = Vec::new();
    let mut rest = body.iter().copied();
    'pages: while let Some(control) = rest.next() {
        for bit in 0..8 {
            if out.len() >= size {
                break 'pages;
            }
            let Some(first) = rest.next() else { break 'pages };
            if control & (1 << bit) == 0 {
                window[at] = first;
                at = (at + 1) % WINDOW;
                out.push(first);
                continue;
            }
            let Some(second) = rest.next() else { break 'pages };
            let from = usize::from(first) << 4 | usize::from(second) >> 4;
            if from == at {
                break 'pages;
            }
            for step in 0..usize::from(second & 0x0f) + 2 {
                let byte = window[(from + step) % WINDOW];
                window[at] = byte;
                at = (at + 1) % WINDOW;
                out.push(byte);
            }
        }
    }
    out
}

/// What of a group's state its end takes back.
#[derive(Clone, Copy, Default)]
struct State {
    /// In a table, a picture or another thing that is no text.
    skipped: bool,
    /// Formatting of the RTF that the wrapped HTML does not have.
    html_rtf: bool,
    /// A piece of the wrapped HTML.
    html_tag: bool,
    font_table: bool,
    font: i32,
    /// Bytes that follow a Unicode character for readers without Unicode.
    fallback: usize,
}

/// What stood in the RTF.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Text {
    Plain(String),
    /// HTML that was wrapped into it.
    Html(String),
}

impl Text {
    /// As readable text.
    pub(super) fn readable(&self) -> String {
        match self {
            Text::Plain(text) => text.clone(),
            Text::Html(html) => crate::html::to_text(html),
        }
    }
}

/// Paragraphs, cells, and characters of every font's charset; or the HTML from which Outlook made the RTF.
pub(super) fn read(source: &[u8]) -> Text {
    let mut reader = Reader {
        out: String::new(),
        bytes: Vec::new(),
        state: State { fallback: 1, ..State::default() },
        stack: Vec::new(),
        deeper: 0,
        page: 1252,
        fonts: Vec::new(),
        to_skip: 0,
        high: None,
        html: false,
    };
    let mut rest = source.get(..SOURCE).unwrap_or(source);
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'{' => reader.open(),
            b'}' => reader.close(),
            b'\\' => rest = reader.control(tail),
            b'\r' | b'\n' | 0 => {}
            _ => reader.byte(byte),
        }
        if reader.out.len() > limits::TEXT {
            break;
        }
    }
    reader.flush();
    let out = reader.out.trim().to_owned();
    if reader.html { Text::Html(out) } else { Text::Plain(out) }
}

struct Reader {
    out: String,
    /// Bytes of the current font's charset that are not read yet.
    bytes: Vec<u8>,
    state: State,
    stack: Vec<State>,
    deeper: usize,
    page: i32,
    fonts: Vec<(i32, u16)>,
    to_skip: usize,
    /// The first half of a character beyond 16 bits.
    high: Option<u32>,
    /// The RTF wraps HTML.
    html: bool,
}

impl Reader {
    fn open(&mut self) {
        self.flush();
        if self.stack.len() < DEPTH {
            self.stack.push(self.state);
        } else {
            self.deeper += 1;
        }
    }

    fn close(&mut self) {
        self.flush();
        self.to_skip = 0;
        if self.deeper > 0 {
            self.deeper -= 1;
        } else if let Some(state) = self.stack.pop() {
            self.state = state;
        }
    }

    fn hidden(&self) -> bool {
        self.state.skipped || self.state.html_rtf || self.state.font_table
    }

    fn byte(&mut self, byte: u8) {
        if self.to_skip > 0 {
            self.to_skip -= 1;
        } else if !self.hidden() {
            self.bytes.push(byte);
        }
    }

    fn char(&mut self, c: char) {
        if self.to_skip > 0 {
            self.to_skip -= 1;
        } else if !self.hidden() {
            self.flush();
            self.push(c);
        }
    }

    /// Of the text between pieces of HTML no character is markup.
    fn push(&mut self, c: char) {
        match c {
            '&' if self.html && !self.state.html_tag => self.out.push_str("&amp;"),
            '<' if self.html && !self.state.html_tag => self.out.push_str("&lt;"),
            _ => self.out.push(c),
        }
    }

    fn flush(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let font = self.fonts.iter().find(|(font, _)| *font == self.state.font).map(|(_, page)| *page);
        let page = font.filter(|page| *page != 0).map_or(self.page, i32::from);
        let label = format!("cp{page}");
        for c in charset::decode(&bytes, Some(&label), &mut Notes::default()).chars() {
            self.push(c);
        }
    }

    /// A control word or symbol; returns what follows it.
    fn control<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let Some((&first, tail)) = rest.split_first() else { return rest };
        if !first.is_ascii_alphabetic() {
            return self.symbol(first, tail);
        }
        let length = rest.iter().take(33).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (word, mut rest) = rest.split_at(length);
        let digits = usize::from(rest.first() == Some(&b'-'));
        let digits =
            digits + rest.iter().skip(digits).take(10).take_while(|byte| byte.is_ascii_digit()).count();
        let number = std::str::from_utf8(&rest[..digits]).ok().and_then(|number| number.parse::<i32>().ok());
        rest = &rest[digits..];
        rest = rest.strip_prefix(b" ").unwrap_or(rest);
        if word == b"bin" {
            return rest.get(usize::try_from(number.unwrap_or(0)).unwrap_or(0)..).unwrap_or_default();
        }
        self.word(word, number);
        rest
    }

    fn symbol<'a>(&mut self, symbol: u8, rest: &'a [u8]) -> &'a [u8] {
        match symbol {
            b'\'' => {
                let hex = rest.get(..2).and_then(|two| std::str::from_utf8(two).ok());
                if let Some(byte) = hex.and_then(|two| u8::from_str_radix(two, 16).ok()) {
                    self.byte(byte);
                    return &rest[2..];
                }
            }
            b'~' => self.char(' '),
            b'_' => self.char('-'),
            b'\r' | b'\n' => self.char('\n'),
            // What only newer readers know: nothing of it is text, save wrapped HTML's own groups.
            b'*' => self.state.skipped = true,
            b'{' | b'}' | b'\\' => self.byte(symbol),
            _ => {}
        }
        rest
    }

    fn word(&mut self, word: &[u8], number: Option<i32>) {
        match word {
            b"par" | b"line" | b"row" | b"sect" | b"page" => self.char('\n'),
            b"tab" | b"cell" => self.char('\t'),
            b"lquote" => self.char('‘'),
            b"rquote" => self.char('’'),
            b"ldblquote" => self.char('“'),
            b"rdblquote" => self.char('”'),
            b"endash" => self.char('–'),
            b"emdash" => self.char('—'),
            b"bullet" => self.char('•'),
            b"u" => self.unicode(number.unwrap_or(0)),
            b"uc" => self.state.fallback = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(10),
            b"fromhtml" => self.html = number != Some(0),
            b"htmltag" if self.html => (self.state.skipped, self.state.html_tag) = (false, true),
            b"htmlrtf" => {
                self.flush();
                self.state.html_rtf = number != Some(0);
            }
            b"ansicpg" => self.page = number.unwrap_or(1252),
            b"mac" => self.page = 10_000,
            b"pc" => self.page = 437,
            b"pca" => self.page = 850,
            b"f" => {
                self.flush();
                self.state.font = number.unwrap_or(0);
                if self.state.font_table && self.fonts.len() < 500 {
                    self.fonts.push((self.state.font, 0));
                }
            }
            b"fcharset" if self.state.font_table => {
                if let Some((_, page)) = self.fonts.last_mut() {
                    *page = code_page(number.unwrap_or(0));
                }
            }
            b"fonttbl" => self.state.font_table = true,
            b"colortbl" | b"stylesheet" | b"info" | b"pict" | b"object" | b"header" | b"footer"
            | b"headerl" | b"headerr" | b"footerl" | b"footerr" | b"listtable" | b"generator"
            | b"fldinst" => {
                self.state.skipped = true;
            }
            _ => {}
        }
    }

    fn unicode(&mut self, number: i32) {
        if self.hidden() {
            return;
        }
        // Numbers above 32,767 are written as negative ones; two of a pair come one after the other.
        let unit = u32::try_from(number.rem_euclid(65_536)).unwrap_or(0xfffd);
        self.flush();
        match (unit, self.high.take()) {
            (0xd800..=0xdbff, _) => self.high = Some(unit),
            (0xdc00..=0xdfff, Some(high)) => {
                let whole = 0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00);
                self.out.push(char::from_u32(whole).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            _ => self.out.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
        self.to_skip = self.state.fallback;
    }
}

/// The code page of a font's charset.
fn code_page(charset: i32) -> u16 {
    match charset {
        77 => 10_000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        255 => 437,
        0 => 1252,
        _ => 0,
    }
}

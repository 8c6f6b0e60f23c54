//! The organisation's one colour. Styles take its hue and as much of its strength as is bearable; how light each shade is
//! stays ours, so that what is written in it can be read (`assets/css/01-tokens.css` says the same in CSS).

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, say};

/// A colour as it is typed: `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// A shade in use: what it looks like, and how well white or the page behind it can be told from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shade {
    /// As `#rrggbb`.
    pub colour: Colour,
    /// 1 to 21 (WCAG 2).
    pub contrast: f64,
}

/// Lightness and most chroma of buttons, by day and by night; white is written on them.
const SOLID: [(f64, f64); 2] = [(0.475, 0.13), (0.53, 0.12)];
/// Of links and coloured text, with the least favourable surface that they stand on.
const INK: [((f64, f64), (f64, f64)); 2] = [((0.46, 0.125), (0.936, 0.03)), ((0.8, 0.095), (0.325, 0.05))];

impl FromStr for Colour {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refused = || Error::invalid("colour", say!("refused-colour"));
        let digits = text.trim().trim_start_matches('#');
        if digits.len() != 6 || !digits.is_ascii() {
            return Err(refused());
        }
        let mut bytes = [0; 3];
        for (at, byte) in bytes.iter_mut().enumerate() {
            let pair = digits.get(2 * at..2 * at + 2).ok_or_else(refused)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| refused())?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(out, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Colour {
    /// Buttons by day and by night, and how well white can be read on them.
    pub fn buttons(self) -> [Shade; 2] {
        SOLID.map(|(light, most)| {
            let shade = self.shade(light, most);
            Shade { colour: shade, contrast: contrast(shade, Self([255; 3])) }
        })
    }

    /// The least contrast of anything that is written in it or on it, by day and by night.
    pub fn least_contrast(self) -> f64 {
        let links = INK.map(|((light, most), (behind, little))| {
            contrast(self.shade(light, most), self.shade(behind, little))
        });
        let buttons = self.buttons().map(|shade| shade.contrast);
        links.into_iter().chain(buttons).fold(f64::INFINITY, f64::min)
    }

    /// This hue, so light, and no stronger than that.
    fn shade(self, light: f64, most: f64) -> Self {
        let [red, green, blue] = self.0.map(linear);
        let l = (0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue).cbrt();
        let m = (0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue).cbrt();
        let s = (0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue).cbrt();
        let a = 1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s;
        let b = 0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s;
        let strength = a.hypot(b);
        let scale = if strength > most { most / strength } else { 1.0 };
        Self::of_lab(light, a * scale, b * scale)
    }

    /// From Oklab; what no screen shows is cut to what it does.
    fn of_lab(light: f64, a: f64, b: f64) -> Self {
        let l = (light + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let m = (light - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let s = (light - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
        Self([
            encoded(4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s),
            encoded(-1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s),
            encoded(-0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s),
        ])
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (one.luminance(), other.luminance());
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn linear(byte: u8) -> f64 {
    let part = f64::from(byte) / 255.0;
    if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 255 by the line before"
)]
fn encoded(part: f64) -> u8 {
    let part = part.clamp(0.0, 1.0);
    let part = if part <= 0.003_130_8 { 12.92 * part } else { 1.055 * part.powf(1.0 / 2.4) - 0.055 };
    (part * 255.0).round().clamp(0.0, 255.0) as u8
}

//! A text as a QR code, drawn on the server: no other site ever sees a secret.

use qrcode::{Color, QrCode};
use serde::Serialize;

/// The white edge that readers need, in modules.
const EDGE: usize = 4;

/// What an `svg` draws: so many modules wide and high, black where the path is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Qr {
    size: usize,
    path: String,
}

impl Qr {
    /// The code of a text; `None` for one that is too long for any.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::new(text).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (at, colour) in code.to_colors().into_iter().enumerate() {
            if colour == Color::Dark {
                path.push_str(&format!("M{} {}h1v1h-1z", at % width + EDGE, at / width + EDGE));
            }
        }
        Some(Self { size: width + 2 * EDGE, path })
    }
}

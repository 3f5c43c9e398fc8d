//! QR codes.

use qrcodegen::{QrCode, QrCodeEcc};

use crate::web::shared::error::WebError;

/// Margin of a QR code, in modules.
const MARGIN: i32 = 4;

/// A QR code as a path of SVG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    /// Width with the margin, in modules.
    pub width: i32,
    pub path: String,
}

/// Begin and width of each run of dark modules in a row.
fn runs(code: &QrCode, y: i32) -> impl Iterator<Item = (i32, i32)> {
    let begins = (0..code.size()).filter(move |&x| code.get_module(x, y) && !code.get_module(x - 1, y));
    begins.map(move |begin| {
        let end = (begin..=code.size()).find(|&x| !code.get_module(x, y)).unwrap_or(begin);
        (begin, end - begin)
    })
}

impl Qr {
    /// QR code of an address.
    ///
    /// # Errors
    /// An address beyond the size of a QR code, some 2,300 bytes.
    pub(super) fn of(address: &str) -> Result<Self, WebError> {
        let code = QrCode::encode_text(address, QrCodeEcc::Medium).map_err(|error| WebError::Internal(error.to_string()))?;
        let dark = (0..code.size()).flat_map(|y| runs(&code, y).map(move |(x, width)| (x + MARGIN, y + MARGIN, width)));
        let path = dark.map(|(x, y, width)| format!("M{x} {y}h{width}v1h-{width}z")).collect::<Vec<_>>().concat();
        Ok(Self { width: code.size() + 2 * MARGIN, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qr_code_has_a_margin_and_rows_of_modules() {
        let Qr { width, path } = Qr::of("otpauth://totp/Usher:a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        assert!(path.starts_with("M4 4h7v1h-7z") && width > 30, "{width} {path:.40}");
        assert!(Qr::of(&"a".repeat(5_000)).is_err());
    }
}

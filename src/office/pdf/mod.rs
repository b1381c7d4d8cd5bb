//! PDFs as manuscripts: words by their places on the page, headings by their size, lists by their signs, tables by their columns. Reads
//! bytes, starts nothing.

mod block;
mod glyph;
mod group;
mod line;
mod margin;

use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use self::block::Writer;
use self::glyph::Gatherer;
use super::Unreadable;

/// Most pages.
const PAGES: usize = 2_000;

/// Reads a PDF.
///
/// # Errors
/// Where the bytes are none, or more than is read of one.
pub(super) fn read(bytes: &[u8]) -> Result<String, Unreadable> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Unreadable::Protected,
        LoadPdfError::Decryption(_) => Unreadable::damaged("its encryption is not understood"),
        LoadPdfError::Invalid => Unreadable::damaged("it is no whole PDF"),
    })?;
    let pages = pdf.pages();
    if pages.len() > PAGES {
        return Err(Unreadable::TooLarge("2,000 pages"));
    }
    let mut gatherer = Gatherer::new(&pdf);
    let mut read = Vec::with_capacity(pages.len());
    let mut has_pictures = false;
    for page in pages.iter() {
        let found = gatherer.gather(page)?;
        has_pictures |= found.has_pictures;
        read.push((f64::from(page.render_dimensions().1), group::groups(line::fragments(found.glyphs))));
    }
    margin::leave_out(&mut read);
    let mut writer = Writer::new(&read);
    for (number, (_, page)) in (1..).zip(read) {
        writer.page(number, page);
    }
    writer.finish().ok_or(if has_pictures { Unreadable::Scanned } else { Unreadable::Empty })
}

#[cfg(test)]
mod tests;

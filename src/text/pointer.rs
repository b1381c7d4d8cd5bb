//! Text that stands for a file which is kept elsewhere. Never fetches that file.

/// True for what Git LFS leaves in the place of a file that was not fetched: it is no text of anybody.
#[must_use]
pub fn is_pointer(text: &str) -> bool {
    text.starts_with("version https://git-lfs.github.com/spec/")
}

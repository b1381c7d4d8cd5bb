//! Documents by path or address.

pub mod file;
pub mod url;

//! Documents by web address.

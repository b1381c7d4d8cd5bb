//! From raw request to verified event: the signature is checked over the raw bytes, in constant time, before anything is
//! parsed. Pure.

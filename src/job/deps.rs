//! (to be written)
pub struct Deps;

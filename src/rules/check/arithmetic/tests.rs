//! Brute force against the laws: integer confusion matrices, every one counted through.

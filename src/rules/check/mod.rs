//! Kinds of checks. A kind is one file: its raw form, its compiled form, and how it runs.

//! SQLite in one file: write-ahead log, full synchronisation.

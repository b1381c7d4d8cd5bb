//! Embeds the pages in `rules/` and `prompts/`: writes a sorted list of (path, text) for each folder. Nothing is parsed here; a
//! broken page is a problem that the loader reports.
#![allow(clippy::disallowed_methods, clippy::print_stdout)] // A build script lives on files, environment and stdout.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    let root = folder("CARGO_MANIFEST_DIR")?;
    let out = folder("OUT_DIR")?;
    for name in ["rules", "prompts"] {
        println!("cargo:rerun-if-changed={name}");
        let mut files = Vec::new();
        collect(&root.join(name), &mut files)?;
        files.sort();
        let mut code = String::from("&[\n");
        for file in files {
            let shown = file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            // From where the checkout is when it is compiled: it may have been moved since this was written. Writing to a string cannot
            // fail.
            let _ = writeln!(
                code,
                "    ({shown:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/\", {shown:?}))),"
            );
        }
        code.push(']');
        std::fs::write(out.join(format!("{name}.rs")), code)?;
    }
    Ok(())
}

fn folder(variable: &str) -> io::Result<PathBuf> {
    std::env::var_os(variable)
        .map(PathBuf::from)
        .ok_or_else(|| io::Error::other(format!("cargo did not set {variable}")))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "md" || ending == "toml") {
            files.push(path);
        }
    }
    Ok(())
}

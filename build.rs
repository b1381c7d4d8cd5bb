//! Embeds the pages in `rules/` and `prompts/`: writes a sorted list of (path, text) for each folder. Nothing is parsed here; a
//! broken page is a problem that the loader reports.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    for folder in ["rules", "prompts"] {
        println!("cargo:rerun-if-changed={folder}");
        let mut files = Vec::new();
        collect(&root.join(folder), &mut files);
        files.sort();
        let mut code = String::from("&[\n");
        for file in files {
            let name = file.strip_prefix(&root).expect("files lie below the root").to_string_lossy().replace('\\', "/");
            writeln!(code, "    ({name:?}, include_str!({:?})),", file.to_string_lossy()).expect("writing to a string");
        }
        code.push(']');
        std::fs::write(out.join(format!("{folder}.rs")), code).expect("OUT_DIR can be written");
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "md" || ending == "toml") {
            files.push(path);
        }
    }
}
